"""Gauss-Seidel draw by draw, compiled by numba: for large systems, and for all products at once.

The machine code is cached on disk, so only the first run ever compiles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numpy as np

from footprint.draws_numpy import Solved
from footprint.kernels_numba import sweep

if TYPE_CHECKING:
    from footprint.revaluation import Column, Pattern
    from footprint.system import FloatArray

__all__ = ["solve"]

MOST_LAYERS = 2
"""Variables that may multiply one number: a factor as a whole, and the mass of one gas in it."""


def solve(pattern: Pattern, multipliers: FloatArray, start: FloatArray, tolerance: float, sweeps: int) -> Solved:
    """Solve the equations of every draw; see ``draws_numpy.solve``."""
    kernel: Any = _solve
    columns = (*_column(pattern.tech), *_column(pattern.own), *_column(pattern.bio), *_column(pattern.production))
    values = np.empty((len(multipliers), pattern.n))
    unproductive = np.zeros(len(multipliers), dtype=np.bool_)
    unsettled = np.zeros(len(multipliers), dtype=np.bool_)
    pattern_of = (pattern.indptr, pattern.indices, pattern.blocks, pattern.entry, pattern.own_row, pattern.bio_row)
    kernel(*pattern_of, *columns, multipliers, start, tolerance, sweeps, values, unproductive, unsettled)
    unsettled |= ~np.isfinite(values).all(axis=1)
    return Solved(values.T, unproductive, unsettled & ~unproductive)


def _column(column: Column) -> tuple[Any, Any]:
    """Return deterministic values, and the variables of each as int32[2, size]."""
    layers = np.full((MOST_LAYERS, len(column.base)), -1, dtype=np.int32)
    for position, layer in enumerate(column.layers):
        layers[position] = layer
    return column.base, layers


@numba.njit(cache=True, error_model="numpy")
def _value(base, layers, place, multipliers):  # type: ignore[no-untyped-def]
    """One number under one draw."""
    value = base[place]
    first = layers[0, place]
    if first >= 0:
        value *= multipliers[first]
        second = layers[1, place]
        if second >= 0:
            value *= multipliers[second]
    return value


@numba.njit(cache=True, error_model="numpy")
def _scale(own_row, own, own_layers, production, production_layers, m, scale):  # type: ignore[no-untyped-def]
    """Net production of every row under one draw; returns whether all keep their sign."""
    for i in range(len(production)):
        scale[i] = _value(production, production_layers, i, m)
    for place in range(len(own)):
        scale[own_row[place]] -= _value(own, own_layers, place, m)
    productive = True
    for i in range(len(production)):
        if not scale[i] * np.sign(production[i]) > 0:
            productive = False
        scale[i] = abs(scale[i])
    return productive


@numba.njit(cache=True, error_model="numpy")
def _coefficients(  # type: ignore[no-untyped-def]
    indptr, entry, bio_row, tech, tech_layers, bio, bio_layers, m, scale, data, right
):  # fmt: skip
    """Matrix and right-hand side under one draw."""
    data[:], right[:] = 0.0, 0.0
    for place in range(len(bio)):
        right[bio_row[place]] += _value(bio, bio_layers, place, m)
    for place in range(len(tech)):
        data[entry[place]] += _value(tech, tech_layers, place, m)
    for i in range(len(right)):
        right[i] /= scale[i]
        for p in range(indptr[i], indptr[i + 1]):
            data[p] /= scale[i]


@numba.njit(cache=True, error_model="numpy")
def _solve(  # type: ignore[no-untyped-def]
    indptr, indices, blocks, entry, own_row, bio_row,
    tech, tech_layers, own, own_layers, bio, bio_layers, production, production_layers,
    multipliers, start, tolerance, sweeps, values, unproductive, unsettled,
):  # fmt: skip
    """Revalue and relax, one draw after the other."""
    n = len(production)
    data, right, scale = np.empty(len(indices)), np.empty(n), np.empty(n)
    for draw in range(len(multipliers)):
        m, x = multipliers[draw], values[draw]
        x[:] = start
        if not _scale(own_row, own, own_layers, production, production_layers, m, scale):
            unproductive[draw] = True
            continue
        _coefficients(indptr, entry, bio_row, tech, tech_layers, bio, bio_layers, m, scale, data, right)
        unsettled[draw] = not sweep(indptr, indices, data, blocks, right, x, tolerance, sweeps)[1]
