"""Which activities are to blame when a system has no solution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from footprint.equations import Matrix
    from footprint.system import FloatArray, IntArray

__all__ = ["Knot", "leading_rows", "unproductive_knot"]

PRODUCTIVE = 1.0 - 1e-10
"""Radius below which a loop leaves something for others, as far as float64 can tell."""
DENSE = 300
"""Rows up to which eigenvalues are computed, not iterated."""
ROUNDS = 300

Knot = tuple["IntArray", float]
"""Rows of a knot, strongest first, and its spectral radius."""


def unproductive_knot(matrix: Matrix) -> Knot | None:
    """Find a small set of rows of a non-negative matrix whose spectral radius is at least 1, None where there is none.

    The loop with the largest radius is searched: its rows are ranked by their weight in the dominant circulation, the
    fewest leading rows that still are unproductive are kept, and of those every row is dropped that is not needed.
    """
    worst: Knot | None = None
    sizes = np.diff(matrix.blocks)
    for block in np.flatnonzero(sizes > 1):
        low, high = int(matrix.blocks[block]), int(matrix.blocks[block + 1])
        radius = spectral_radius(matrix.sparse[low:high, low:high])
        if radius >= PRODUCTIVE and (worst is None or radius > worst[1]):
            worst = np.arange(low, high, dtype=np.int32), radius
    return None if worst is None else _shrunk(matrix, worst[0])


def leading_rows(matrix: Matrix) -> IntArray:
    """Rank the rows of a non-negative matrix by their weight in its dominant circulation."""
    ranking: IntArray = np.argsort(-_weights(matrix.sparse), kind="stable").astype(np.int32)
    return ranking


def spectral_radius(rows: Any) -> float:
    """Spectral radius of a non-negative sparse matrix; within 1e-6 for large ones."""
    if rows.shape[0] <= DENSE:
        return float(np.abs(np.linalg.eigvals(rows.toarray())).max(initial=0.0))
    x = np.ones(rows.shape[0])
    low, high = 0.0, np.inf
    for _ in range(ROUNDS):
        # half a step keeps loops of even length from swinging; the radius of (I + N) / 2 is (1 + rho) / 2
        step = 0.5 * (x + rows @ x)
        ratio = step / x
        low, high = max(low, 2 * ratio.min() - 1), min(high, 2 * ratio.max() - 1)
        x = step / step.max() + np.finfo(np.float64).tiny
        if high - low <= 1e-9 * high or low >= 1:
            break
    return float(low if low >= 1 else 0.5 * (low + high))


def _weights(rows: Any) -> FloatArray:
    """Product of the right and left dominant vectors of a non-negative matrix."""
    right, left = np.ones(rows.shape[0]), np.ones(rows.shape[0])
    transposed = rows.T.tocsr()
    for _ in range(ROUNDS):
        right = right + rows @ right
        left = left + transposed @ left
        right, left = right / right.max(), left / left.max()
    weights: FloatArray = right * left
    return weights


def _shrunk(matrix: Matrix, rows: IntArray) -> Knot:
    """Keep the fewest rows that are unproductive together."""
    inside = matrix.sparse[rows][:, rows]
    ranking = np.argsort(-_weights(inside), kind="stable")
    low, high = 0, len(rows)  # the first `high` rows are unproductive, the first `low` are not
    while high - low > 1:
        middle = (low + high) // 2
        some = ranking[:middle]
        if spectral_radius(inside[some][:, some]) >= PRODUCTIVE:
            high = middle
        else:
            low = middle
    kept = list(ranking[:high])
    for row in kept[::-1] if len(kept) <= DENSE else []:
        fewer = [other for other in kept if other != row]
        if fewer and spectral_radius(inside[fewer][:, fewer]) >= PRODUCTIVE:
            kept = fewer
    return rows[kept], spectral_radius(inside[kept][:, kept])
