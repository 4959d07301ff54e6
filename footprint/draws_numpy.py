"""Gauss-Seidel over many draws at once with numpy: each row of the equations is one operation on all draws.

Fast where the supply chain is small and the draws are many, which is the usual question about one product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from footprint.inventory import Bools, Ints
    from footprint.revaluation import Pattern
    from footprint.system import FloatArray

__all__ = ["Solved", "revalued", "solve"]


@dataclass(frozen=True, eq=False)
class Solved:
    """Footprints of all rows under some draws.

    Attributes:
        values: kg CO2e per unit of reference flow, float64[rows, draws].
        unproductive: draws in which an activity uses up all it makes itself; their values mean nothing.
        unsettled: draws that did not converge within the sweeps.
    """

    values: FloatArray
    unproductive: Bools
    unsettled: Bools


def solve(pattern: Pattern, multipliers: FloatArray, start: FloatArray, tolerance: float, sweeps: int) -> Solved:
    """Solve the equations of every draw.

    Args:
        pattern: the equations.
        multipliers: of all variables, float64[draws, k].
        start: footprints to start from, float64[rows].
        tolerance: a row is settled when it changes by no more than this part of the terms that make it up.
        sweeps: most passes over a loop.
    """
    data, right, unproductive = revalued(pattern, multipliers)
    values = np.repeat(start[:, None], len(multipliers), axis=1)
    unsettled = np.zeros(len(multipliers), dtype=np.bool_)
    with np.errstate(over="ignore", invalid="ignore"):  # a draw that diverges is marked
        for block in range(len(pattern.blocks) - 1):
            low, high = int(pattern.blocks[block]), int(pattern.blocks[block + 1])
            unsettled |= _settle(pattern, (low, high), data, right, values, tolerance, sweeps)
        unsettled |= ~np.isfinite(values).all(axis=0)
    return Solved(values, unproductive, unsettled & ~unproductive)


def revalued(pattern: Pattern, multipliers: FloatArray) -> tuple[FloatArray, FloatArray, Bools]:
    """Return the equations of every draw.

    Returns:
        Values of the matrix float64[entries, draws], right-hand sides float64[rows, draws], and the draws in which an
        activity uses up all it makes itself (their numbers mean nothing).
    """
    net = pattern.production.values(multipliers)
    if len(pattern.own_row):
        net -= _sums(pattern.own_row, pattern.n) @ pattern.own.values(multipliers)
    productive = net * np.sign(pattern.production.base)[:, None] > 0
    unproductive = ~np.all(productive, axis=0)
    scale = np.abs(net)
    scale[:, unproductive] = 1.0
    right = (_sums(pattern.bio_row, pattern.n) @ pattern.bio.values(multipliers)) / scale
    with np.errstate(over="ignore", invalid="ignore"):
        return _coefficients(pattern, multipliers, scale), right, unproductive


def _coefficients(pattern: Pattern, multipliers: FloatArray, scale: FloatArray) -> FloatArray:
    """Return the values of the matrix, float64[entries, draws]."""
    data = pattern.tech.values(multipliers)
    entries = len(pattern.indices)
    if len(pattern.entry) > entries:  # some are sums of several exchanges
        data = np.add.reduceat(data, np.searchsorted(pattern.entry, np.arange(entries)), axis=0)
    row = np.repeat(np.arange(pattern.n), np.diff(pattern.indptr))
    data /= scale[row]
    return data


def _settle(
    pattern: Pattern,
    rows: tuple[int, int],
    data: FloatArray,
    right: FloatArray,
    values: FloatArray,
    tolerance: float,
    sweeps: int,
) -> Bools:
    """Sweep one block until all draws are settled; returns those that are not."""
    low, high = rows
    for _ in range(sweeps if high - low > 1 else 1):
        moved = np.zeros(values.shape[1], dtype=np.bool_)
        for i in range(low, high):
            begin, end = pattern.indptr[i], pattern.indptr[i + 1]
            terms = data[begin:end] * values[pattern.indices[begin:end]]
            total = right[i] + terms.sum(axis=0)
            if high - low > 1:
                size = np.abs(right[i]) + np.abs(terms).sum(axis=0)
                moved |= ~(np.abs(total - values[i]) <= tolerance * size)  # NaN counts as movement
            values[i] = total
        if not moved.any():
            break
    return moved


def _sums(row: Ints, n: int) -> csr_array:
    """Return the matrix that sums items by row."""
    item = np.arange(len(row))
    return csr_array((np.ones(len(row)), (row, item)), shape=(n, len(row)))
