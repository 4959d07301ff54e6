"""Gauss-Seidel with numpy and scipy only.

A large loop is cut into a few chunks of rows: within a chunk all rows use the old values (one sparse product), the next
chunk sees the new ones. Measured on 12,000 rows, eight chunks need 34 sweeps where true Gauss-Seidel needs 31 and plain
Jacobi 54, and a sweep costs no more than Jacobi's. Between the large loops stand rows with few or no loops: there the
lower triangle is solved exactly by a sparse triangular factor, and only the entries above it are iterated.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy.sparse import eye_array, tril, triu
from scipy.sparse.linalg import splu

from footprint.kernels import Relaxed

if TYPE_CHECKING:
    from footprint.equations import Matrix
    from footprint.system import FloatArray

__all__ = ["relax"]

LARGE = 1000
"""Rows from which a loop is worth being cut into chunks."""
CHUNKS = 8


def relax(matrix: Matrix, rhs: FloatArray, x: FloatArray, tolerance: float, sweeps: int) -> Relaxed:
    """Sweep by blocks until converged; see ``kernels.Relax``."""
    most, converged = 1, True
    with np.errstate(over="ignore", invalid="ignore"):  # divergence is the caller's to see and to treat
        for part in _parts(matrix):
            used, still = _iterate(part, rhs, x, tolerance, sweeps)
            most, converged = max(most, used), converged and still
    return Relaxed(x, most, converged)


@dataclass(frozen=True, slots=True)
class _Loop:
    """One large strongly connected component, swept chunk by chunk; chunks are numbered from its first row."""

    low: int
    high: int
    earlier: Any
    chunks: tuple[tuple[int, int, Any], ...]
    magnitude: Any

    @property
    def exact(self) -> bool:
        """Whether one sweep solves it: never, it is a loop."""
        return False

    def sweep(self, right: FloatArray, x: FloatArray) -> None:
        """Renew x, the unknowns of this part, from its right-hand side."""
        for low, high, rows in self.chunks:
            x[low:high] = right[low:high] + rows @ x


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Rows between the large loops: lower triangle solved, entries above it iterated."""

    low: int
    high: int
    earlier: Any
    above: Any
    triangle: Any
    magnitude: Any

    @property
    def exact(self) -> bool:
        """Whether one sweep solves it, for want of loops."""
        return self.above is None

    def sweep(self, right: FloatArray, x: FloatArray) -> None:
        """Renew x, the unknowns of this part, from its right-hand side."""
        if self.above is not None:
            right = right + self.above @ x
        x[:] = right if self.triangle is None else self.triangle.solve(right)


_Part: TypeAlias = "_Loop | _Stretch"


def _iterate(part: _Part, rhs: FloatArray, x: FloatArray, tolerance: float, sweeps: int) -> tuple[int, bool]:
    """Sweep one part; the size of its terms is taken anew at sweeps 1, 2, 4, 8 ... since only its order matters."""
    mine = x[part.low : part.high]
    right: FloatArray = rhs[part.low : part.high] + part.earlier @ x[: part.low]
    base = size = np.abs(right)
    for sweep in range(1, sweeps + 1):
        old = mine.copy()
        part.sweep(right, mine)
        if part.exact:
            return sweep, True
        if sweep & (sweep - 1) == 0:
            size = base + part.magnitude @ np.abs(mine)
        if (np.abs(mine - old) <= tolerance * size).all():
            return sweep, True
    return sweeps, False


def _parts(matrix: Matrix) -> list[_Part]:
    """Split into large loops and the stretches between them, once per matrix."""
    if "parts" not in matrix.workspace:
        parts: list[_Part] = []
        done = 0
        sizes = np.diff(matrix.blocks)
        for block in np.flatnonzero(sizes >= LARGE):
            low, high = int(matrix.blocks[block]), int(matrix.blocks[block + 1])
            if low > done:
                parts.append(_stretch(matrix, done, low))
            parts.append(_loop(matrix, low, high))
            done = high
        if matrix.n > done:
            parts.append(_stretch(matrix, done, matrix.n))
        matrix.workspace["parts"] = parts
    kept: list[_Part] = matrix.workspace["parts"]
    return kept


def _loop(matrix: Matrix, low: int, high: int) -> _Loop:
    rows = matrix.sparse[low:high]
    inside = rows[:, low:high]
    edges = np.linspace(0, high - low, CHUNKS + 1).astype(int)
    chunks = tuple((int(a), int(b), inside[a:b]) for a, b in pairwise(edges))
    return _Loop(low, high, rows[:, :low], chunks, abs(inside))


def _stretch(matrix: Matrix, low: int, high: int) -> _Stretch:
    rows = matrix.sparse[low:high]
    inside = rows[:, low:high]
    below, above = tril(inside, -1, format="csr"), triu(inside, 1, format="csr")
    triangle = None
    if below.nnz:
        lower = (eye_array(high - low, format="csr") - below).tocsc()
        options = {"SymmetricMode": True, "Equil": False}
        triangle = splu(lower, permc_spec="NATURAL", diag_pivot_thresh=0.0, options=options)
    return _Stretch(low, high, rows[:, :low], above if above.nnz else None, triangle, abs(inside))
