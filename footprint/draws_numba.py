"""Gauss-Seidel draw by draw, compiled by numba: for large systems, and for all products at once.

The machine code is cached on disk, so only the first run ever compiles.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numba
import numpy as np

from footprint.draws_numpy import Solved
from footprint.kernels_numba import sweep

if TYPE_CHECKING:
    from footprint.revaluation import Column, Pattern
    from footprint.system import FloatArray

__all__ = ["solve"]

WORKERS = os.cpu_count() or 1
"""Threads that solve side by side; the compiled code holds no lock."""


def solve(pattern: Pattern, multipliers: FloatArray, start: FloatArray, tolerance: float, sweeps: int) -> Solved:
    """Solve the equations of every draw, some draws on each core; see ``draws_numpy.solve``."""
    kernel: Any = _solve
    draws = len(multipliers)
    columns = tuple(_column(c) for c in (pattern.tech, pattern.own, pattern.bio, pattern.production))
    values = np.empty((draws, pattern.n))
    unproductive, unsettled = np.zeros(draws, dtype=np.bool_), np.zeros(draws, dtype=np.bool_)
    pattern_of = (pattern.indptr, pattern.indices, pattern.blocks, pattern.entry, pattern.own_row, pattern.bio_row)

    def part(low: int, high: int) -> None:
        mine = slice(low, high)
        out = (values[mine], unproductive[mine], unsettled[mine])
        kernel(*pattern_of, *columns, multipliers[mine], start, tolerance, sweeps, *out)

    ends = np.linspace(0, draws, WORKERS + 1).astype(int).tolist()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(part, ends[:-1], ends[1:]))
    unsettled |= ~np.isfinite(values).all(axis=1)
    return Solved(values.T, unproductive, unsettled & ~unproductive)


def _column(column: Column) -> tuple[Any, Any, Any]:
    """Return deterministic values, and the first and the second variable of each; no second where none has one."""
    size = len(column.base)
    layers = [layer.astype(np.int32) for layer in column.layers]
    first = layers[0] if layers else np.full(size, -1, dtype=np.int32)
    second = layers[1] if len(layers) > 1 else np.empty(0, dtype=np.int32)
    return column.base, first, second


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _value(column, place, m):  # type: ignore[no-untyped-def]
    """One number under one draw."""
    base, first, second = column
    value = base[place]
    if first[place] >= 0:
        value *= m[first[place]]
        if len(second) and second[place] >= 0:
            value *= m[second[place]]
    return value


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _scale(own_row, own, production, m, scale):  # type: ignore[no-untyped-def]
    """Net production of every row under one draw; returns whether all keep their sign."""
    for i in range(len(scale)):
        scale[i] = _value(production, i, m)
    for place in range(len(own_row)):
        scale[own_row[place]] -= _value(own, place, m)
    productive = True
    for i in range(len(scale)):
        if not scale[i] * np.sign(production[0][i]) > 0:
            productive = False
        scale[i] = abs(scale[i])
    return productive


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _coefficients(  # type: ignore[no-untyped-def]
    indptr, entry, bio_row, tech, bio, m, scale, data, right
):  # fmt: skip
    """Matrix and right-hand side under one draw."""
    right[:] = 0.0
    for place in range(len(bio_row)):
        right[bio_row[place]] += _value(bio, place, m)
    place = 0
    for i in range(len(right)):
        inverse = 1.0 / scale[i]
        right[i] *= inverse
        for p in range(indptr[i], indptr[i + 1]):
            total = 0.0
            while place < len(entry) and entry[place] == p:
                total += _value(tech, place, m)
                place += 1
            data[p] = total * inverse


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _solve(  # type: ignore[no-untyped-def]
    indptr, indices, blocks, entry, own_row, bio_row,
    tech, own, bio, production, multipliers, start, tolerance, sweeps, values, unproductive, unsettled,
):  # fmt: skip
    """Revalue and relax, one draw after the other."""
    n = len(production[0])
    data, right, scale = np.empty(len(indices)), np.empty(n), np.empty(n)
    for draw in range(len(multipliers)):
        m, x = multipliers[draw], values[draw]
        x[:] = start
        if not _scale(own_row, own, production, m, scale):
            unproductive[draw] = True
            continue
        _coefficients(indptr, entry, bio_row, tech, bio, m, scale, data, right)
        unsettled[draw] = not sweep(indptr, indices, data, blocks, right, x, tolerance, sweeps)[1]
