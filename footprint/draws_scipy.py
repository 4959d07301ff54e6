"""Draw by draw with sparse products: for large systems where numba is not installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from footprint.draws_numpy import Solved, revalued
from footprint.equations import Matrix
from footprint.kernels_scipy import relax

if TYPE_CHECKING:
    from footprint.revaluation import Pattern
    from footprint.system import FloatArray

__all__ = ["solve"]


def solve(pattern: Pattern, multipliers: FloatArray, start: FloatArray, tolerance: float, sweeps: int) -> Solved:
    """Solve the equations of every draw; see ``draws_numpy.solve``."""
    data, right, unproductive = revalued(pattern, multipliers)
    values = np.repeat(start[:, None], len(multipliers), axis=1)
    unsettled = np.zeros(len(multipliers), dtype=np.bool_)
    for draw in np.flatnonzero(~unproductive):
        matrix = Matrix(pattern.indptr, pattern.indices, np.ascontiguousarray(data[:, draw]), pattern.blocks)
        found = relax(matrix, np.ascontiguousarray(right[:, draw]), start.copy(), tolerance, sweeps)
        values[:, draw] = found.x
        unsettled[draw] = not (found.converged and np.isfinite(found.x).all())
    return Solved(values, unproductive, unsettled)
