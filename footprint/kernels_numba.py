"""Gauss-Seidel compiled by numba; the machine code is cached on disk, so only the first run ever compiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba

from footprint.kernels import Relaxed

if TYPE_CHECKING:
    from footprint.equations import Matrix
    from footprint.system import FloatArray, IntArray

__all__ = ["relax", "sweep"]


def relax(matrix: Matrix, rhs: FloatArray, x: FloatArray, tolerance: float, sweeps: int) -> Relaxed:
    """Sweep by blocks until converged; see ``kernels.Relax``."""
    kernel: Any = sweep
    arrays = (matrix.indptr, matrix.indices, matrix.data, matrix.blocks)
    most, converged = 1, True
    # one column after the other: a walk with all of them at once was slower, its inner loops being so short
    for column in range(1 if x.ndim == 1 else x.shape[1]):
        right, unknown = (rhs, x) if x.ndim == 1 else (rhs[:, column].copy(), x[:, column].copy())
        used, still = kernel(*arrays, right, unknown, tolerance, sweeps)
        if x.ndim > 1:
            x[:, column] = unknown
        most, converged = max(most, int(used)), converged and bool(still)
    return Relaxed(x, most, converged)


@numba.njit(cache=True, error_model="numpy", nogil=True)
def sweep(
    indptr: IntArray,
    indices: IntArray,
    data: FloatArray,
    blocks: IntArray,
    rhs: FloatArray,
    x: FloatArray,
    tolerance: float,
    sweeps: int,
) -> tuple[int, bool]:
    """Relax one right-hand side; returns the sweeps of the slowest block and whether all converged."""
    most, all_still = 1, True
    for block in range(len(blocks) - 1):
        low, high = blocks[block], blocks[block + 1]
        still = False
        for sweep in range(1, sweeps + 1):
            still = True
            for i in range(low, high):
                total = rhs[i]
                size = abs(total)
                for p in range(indptr[i], indptr[i + 1]):
                    term = data[p] * x[indices[p]]
                    total += term
                    size += abs(term)
                # written so that NaN counts as movement
                if not abs(total - x[i]) <= tolerance * size:
                    still = False
                x[i] = total
            if high - low == 1:
                still = True
            most = max(most, sweep)
            if still:
                break
        all_still = all_still and still
    return most, all_still
