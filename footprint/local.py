"""One column of the inverse, solved no further than a question needs it, with a rigorous bound of what was left.

The column ``q = (I - M)^-1 e_l`` is found by passing on what is still asked for, the larger part first (the push of
Andersen, Chung and Lang, Local graph partitioning using PageRank vectors, 2006, for a matrix that is not stochastic); it
reaches the activities where something worth mentioning arrives, and no others. However it was found, the residual r is
evaluated anew and bounds the error e of every entry: with the witness u of the adjoint equations (``certify``),
``u' (I - N) >= m' > 0``, and ``|e| <= (I - N)^-1 |r|``,

    m_j |e_j| <= m' (I - N)^-1 |r| <= u' |r|    for every j.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from footprint.equations import EPS
from footprint.solve import Bounded

if TYPE_CHECKING:
    from footprint.certify import Comparison
    from footprint.compile import Compiled
    from footprint.system import FloatArray, IntArray

__all__ = ["Local", "comparison_of", "local_column"]

BUDGET = 4
"""Passes over the matrix that may be spent; a full solve takes some thirty, after which the rest is not worth it."""


@dataclass(frozen=True, slots=True)
class Local:
    """Requirements of one unit of a product, as far as they were followed.

    Attributes:
        compiled: the system.
        number: number given to each row of the adjoint equations that was reached, int32[n]; -1 for the others.
        made: net amount made of each product that was reached, by its number.
        margin: ``m``, by row.
        left: bound of ``u' |r|``.
    """

    compiled: Compiled
    number: IntArray
    made: FloatArray
    margin: FloatArray
    left: float

    def at(self, activities: IntArray, rows: IntArray) -> Bounded:
        """Runs of some activities, given with their rows."""
        scale, error = self.compiled.scale[activities], self.compiled.scale_error[activities]
        number = self.number[rows]
        runs = np.where(number >= 0, self.made[number], 0.0) / scale
        bounds = self.left / (self.margin[rows] * scale) * (1 + 8 * EPS)
        return Bounded(runs, bounds + (error + 2 * EPS) * (np.abs(runs) + bounds))


def comparison_of(compiled: Compiled) -> Comparison | None:
    """Return the proof that the adjoint equations can be solved; None where there is none, or one around a knot."""
    found: Comparison | None = compiled.adjoint.matrix.workspace.get("comparison")
    return None if found is None or found.knot is not None else found


def local_column(compiled: Compiled, row: int, enough: float) -> Local | None:
    """Follow the requirements of one unit of a product.

    Args:
        compiled: the system; its adjoint equations have been solved before.
        row: row of the product in the adjoint equations.
        enough: what the residual may be worth, in units of the witness.

    Returns:
        The column, or None where there is no proof to bound it by, or what is left is still worth more.
    """
    comparison = comparison_of(compiled)
    if comparison is None or not enough > 0:
        return None
    from footprint import push_numba  # loads numba

    kernel: Any = push_numba
    equations, n = compiled.adjoint, compiled.n
    matrix = equations.matrix
    pattern = matrix.indptr, matrix.indices, matrix.data, matrix.data if equations.gross is None else equations.gross
    errors = compiled.forward.row_error[::-1].copy(), equations.row_error
    budget = BUDGET * len(matrix.data)
    number, made, worth = kernel.follow(pattern, errors, comparison.witness, row, 0.9 * enough, budget)
    left = float(worth) * (1 + (2 * len(matrix.data) + n + 8) * EPS)
    return Local(compiled, number, made, comparison.margin, left) if left <= enough else None
