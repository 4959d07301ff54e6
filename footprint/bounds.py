"""Arithmetic on values that carry rigorous bounds of their absolute errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from footprint.equations import EPS
from footprint.solve import Bounded

if TYPE_CHECKING:
    from footprint.system import FloatArray, IntArray

__all__ = ["exactly", "grouped", "plus", "times"]


def exactly(values: FloatArray) -> Bounded:
    """Take stated numbers as they stand: no error."""
    return Bounded(values, np.zeros_like(values))


def times(a: Bounded, b: Bounded) -> Bounded:
    """Multiply elementwise; the errors of both sides and the rounding of the product are in the bound."""
    values = a.values * b.values
    bounds = np.abs(a.values) * b.bounds + a.bounds * np.abs(b.values) + a.bounds * b.bounds
    return Bounded(values, bounds * (1 + 8 * EPS) + EPS * np.abs(values))


def plus(a: Bounded, b: Bounded) -> Bounded:
    """Add elementwise."""
    values = a.values + b.values
    return Bounded(values, (a.bounds + b.bounds) * (1 + 4 * EPS) + EPS * np.abs(values))


def grouped(parts: Bounded, group: IntArray, groups: int) -> Bounded:
    """Sum by group number, float64[groups]; the rounding of the sums is added to the bounds."""
    terms = np.bincount(group, minlength=groups) + 2.0
    values = np.bincount(group, parts.values, minlength=groups).astype(np.float64)
    bounds = np.bincount(group, parts.bounds, minlength=groups)
    size = np.bincount(group, np.abs(parts.values), minlength=groups)
    return Bounded(values, (bounds + EPS * terms * (size + bounds)).astype(np.float64))
