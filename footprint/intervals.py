"""Numbers with the error they may have, carried through products, sums and a small system of equations.

All rounding is on the unfavourable side: the true value lies within ``values`` plus or minus ``bounds`` when the true
operands did (Rump, Verification methods: rigorous results using floating-point arithmetic, 2010, midpoint and radius).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from footprint.equations import EPS
from footprint.solve import Bounded

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from footprint.system import FloatArray, IntArray

__all__ = ["add", "eliminate", "exact", "product", "rounded", "subtract", "summed", "total"]


def exact(values: ArrayLike) -> Bounded:
    """Take numbers as they stand."""
    array = np.asarray(values, dtype=np.float64)
    return Bounded(array, np.zeros_like(array))


def rounded(values: ArrayLike) -> Bounded:
    """Take the results of one or two operations on exact numbers."""
    array = np.asarray(values, dtype=np.float64)
    return Bounded(array, 2 * EPS * np.abs(array))


def add(a: Bounded, b: Bounded) -> Bounded:
    """Add elementwise."""
    values = np.asarray(a.values + b.values)
    return Bounded(values, (a.bounds + b.bounds) * (1 + 4 * EPS) + EPS * np.abs(values))


def subtract(a: Bounded, b: Bounded) -> Bounded:
    """Subtract elementwise."""
    return add(a, Bounded(-b.values, b.bounds))


def product(a: Bounded, b: Bounded) -> Bounded:
    """Multiply elementwise; bounds of errors multiply out."""
    values = np.asarray(a.values * b.values)
    bounds = np.abs(a.values) * b.bounds + a.bounds * np.abs(b.values) + a.bounds * b.bounds
    return Bounded(values, bounds * (1 + 8 * EPS) + EPS * np.abs(values))


def total(parts: Bounded) -> Bounded:
    """Sum over the last axis."""
    terms = EPS * (parts.values.shape[-1] + 2.0)
    size = np.abs(parts.values).sum(axis=-1)
    bounds = parts.bounds.sum(axis=-1)
    return Bounded(np.asarray(parts.values.sum(axis=-1)), np.asarray(bounds + terms * (size + bounds)))


def summed(parts: Bounded, group: IntArray, groups: int) -> Bounded:
    """Sum by group; the rounding of the sums is added to the bounds."""
    terms = np.bincount(group, minlength=groups) + 2.0
    values = np.bincount(group, parts.values, minlength=groups).astype(np.float64)
    bounds = np.bincount(group, parts.bounds, minlength=groups)
    size = np.bincount(group, np.abs(parts.values), minlength=groups)
    return Bounded(values, (bounds + EPS * terms * (size + bounds)).astype(np.float64))


def eliminate(matrix: Bounded, rhs: Bounded) -> Bounded | None:
    """Solve a small square system by elimination without pivoting.

    Args:
        matrix: float64[r, r]; near the identity, or the bounds grow.
        rhs: float64[r].

    Returns:
        The solution, or None where a pivot is not certainly positive. The pivots are the ratios of the leading
        determinants, so with all of them positive every leading part of the matrix has a positive determinant.
    """
    rows = Bounded(
        np.column_stack((matrix.values, rhs.values)).astype(np.float64), np.column_stack((matrix.bounds, rhs.bounds))
    )
    size = len(rhs.values)
    for k in range(size):
        pivot = _row(rows, k)
        if not float(rows.values[k, k]) - float(rows.bounds[k, k]) > 0:
            return None
        scaled = _divided(pivot, rows.values[k, k], rows.bounds[k, k])
        column = Bounded(rows.values[:, k : k + 1].copy(), rows.bounds[:, k : k + 1].copy())
        rows = subtract(rows, product(column, Bounded(scaled.values[None, :], scaled.bounds[None, :])))
        rows.values[k], rows.bounds[k] = scaled.values, scaled.bounds
    if not (np.isfinite(rows.values).all() and np.isfinite(rows.bounds).all()):
        return None
    return Bounded(rows.values[:, -1], rows.bounds[:, -1])


def _row(matrix: Bounded, row: int) -> Bounded:
    return Bounded(matrix.values[row].copy(), matrix.bounds[row].copy())


def _divided(a: Bounded, value: FloatArray, bound: FloatArray) -> Bounded:
    """Divide by a number that is certainly positive: ``|a/b - A/B| <= (|a - A| + |A/B| |b - B|) / (B - |b - B|)``."""
    values = a.values / value
    bounds = (a.bounds + (np.abs(values) * (1 + EPS)) * bound) / (value - bound)
    return Bounded(values, bounds * (1 + 8 * EPS) + EPS * np.abs(values))
