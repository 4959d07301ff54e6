"""Solvers for the systems on which Gauss-Seidel does not converge: GMRES preconditioned with it, then a direct one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import LinearOperator, splu
from scipy.sparse.linalg import gmres as scipy_gmres

from footprint.errors import NotConverged, SingularSystem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from footprint.equations import Equations
    from footprint.kernels import Relax
    from footprint.system import FloatArray

__all__ = ["direct", "gmres", "refuse_singular"]

ACCEPTED = 1e-11
"""Residual, as part of the terms that make it up, at which a fall-back solution is accepted."""
SINGULAR = 1e-13
"""Ratio of the smallest to the largest pivot, each measured in its row, below which a matrix counts as singular."""


LARGEST_LOOP = 6_000
"""Activities of one loop beyond which the sparse factors fill in so much that they take minutes and gigabytes."""


def gmres(equations: Equations, rhs: FloatArray, relax: Relax) -> FloatArray | None:
    """Solve by GMRES(50) with one Gauss-Seidel sweep as preconditioner; None where it does not converge."""
    units = _units(equations, relax)
    columns = [_gmres_one(equations, column, relax, units) for column in np.atleast_2d(rhs.T)]
    found = [column for column in columns if column is not None]
    if len(found) < len(columns):
        return None
    x: FloatArray = np.array(found).T.reshape(rhs.shape).copy()
    return x


def _gmres_one(equations: Equations, rhs: FloatArray, relax: Relax, units: FloatArray) -> FloatArray | None:
    """Solve one right-hand side in units that make all unknowns comparable, with iterative refinement."""
    n, matrix = equations.n, equations.matrix

    def apply(z: FloatArray) -> FloatArray:
        z = z.ravel() * units
        applied: FloatArray = (z - matrix.sparse @ z) / units
        return applied

    def smooth(z: FloatArray) -> FloatArray:
        return relax(matrix, z.ravel() * units, np.zeros(n), 0.0, 1).x / units

    operator = LinearOperator((n, n), matvec=apply, dtype=np.float64)
    preconditioner = LinearOperator((n, n), matvec=smooth, dtype=np.float64)
    x = np.zeros(n)
    for _ in range(4):
        residual = equations.residual(rhs, x)
        if _small(equations, rhs, x, residual):
            return x
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            step, _ = scipy_gmres(operator, residual / units, rtol=1e-9, restart=50, maxiter=6, M=preconditioner)
        x = x + step * units
        if not np.isfinite(x).all():
            return None
    return x if _small(equations, rhs, x, equations.residual(rhs, x)) else None


def _units(equations: Equations, relax: Relax) -> FloatArray:
    """Typical size of each unknown: a few sweeps with absolute coefficients."""
    above = equations.matrix.with_data(np.abs(equations.matrix.data))
    size = relax(above, np.ones(equations.n), np.zeros(equations.n), 0.1, 5).x
    return size if np.isfinite(size).all() else np.ones(equations.n)


def _small(equations: Equations, rhs: FloatArray, x: FloatArray, residual: FloatArray) -> bool:
    size = np.abs(rhs) + np.abs(x) + equations.matrix.magnitude @ np.abs(x)
    return bool((np.abs(residual) <= ACCEPTED * size).all())


def direct(equations: Equations, rhs: FloatArray, names: Sequence[str]) -> FloatArray:
    """Solve by sparse LU factors with two steps of refinement.

    Raises:
        SingularSystem: a pivot is zero, or the solution is not finite.
        NotConverged: the residual stays large all the same, or the loop is too large to factorise.
    """
    loop = int(np.diff(equations.matrix.blocks).max(initial=0))
    if loop > LARGEST_LOOP:
        raise NotConverged(
            f"Gauss-Seidel and GMRES failed on a loop of {loop} activities, too large for a direct solver "
            f"(at most {LARGEST_LOOP}). Look for credits that nearly cancel demands in this loop, or narrow the system."
        )
    try:
        factors = splu((eye_array(equations.n, format="csr") - csr_array(equations.matrix.sparse)).tocsc())
    except RuntimeError:
        raise _singular(equations, names) from None
    x: FloatArray = factors.solve(rhs)
    for _ in range(2):
        x = x + factors.solve(equations.residual(rhs, x))
    if not np.isfinite(x).all():
        raise _singular(equations, names)
    if not _small(equations, rhs, x, equations.residual(rhs, x)):
        raise NotConverged(
            "Gauss-Seidel, GMRES and the direct solver all failed to reach the tolerance: the system is too close to "
            "singular. Look for loops in which credits nearly cancel demands."
        )
    return x


def refuse_singular(equations: Equations, names: Sequence[str]) -> None:
    """Raise SingularSystem where a loop of moderate size has no unique solution."""
    blocks = equations.matrix.blocks
    for block in np.flatnonzero(np.diff(blocks) > 1):
        low, high = int(blocks[block]), int(blocks[block + 1])
        if high - low <= 2000 and _null_vector(equations, low, high) is not None:
            raise _singular(equations, names)


def _null_vector(equations: Equations, low: int, high: int) -> FloatArray | None:
    """The direction in which the solution of a loop is free, None where it is not."""
    rows = equations.matrix.sparse[low:high, low:high].toarray()
    units = _circulation(np.abs(rows))
    inside = np.eye(high - low) - rows * (units / units[:, None])
    scaled = inside / np.abs(inside).max(axis=1)[:, None]
    scaled = scaled / np.abs(scaled).max(axis=0)
    sizes = np.linalg.svd(
        scaled, compute_uv=False
    )  # a small part of the work of the directions, which most loops do not need
    if sizes[-1] > SINGULAR * sizes[0]:
        return None
    _, _, directions = np.linalg.svd(scaled)
    free: FloatArray = np.abs(directions[-1])
    return free


def _circulation(size: FloatArray) -> FloatArray:
    """What circulates of each product in a loop: units in which its coefficients are comparable, whatever its own are."""
    x = np.ones(len(size))
    for _ in range(100):
        x = x + size @ x
        x /= x.max()
    return np.maximum(x, np.finfo(np.float64).tiny)


def _singular(equations: Equations, names: Sequence[str]) -> SingularSystem:
    """Make the error, naming the activities that the free direction moves most."""
    blocks = equations.matrix.blocks
    for block in np.flatnonzero(np.diff(blocks) > 1):
        low, high = int(blocks[block]), int(blocks[block + 1])
        free = _null_vector(equations, low, high) if high - low <= 2000 else None
        if free is not None:
            rows = low + np.flatnonzero(free > 0.01 * free.max())
            culprits = [names[int(j)] for j in equations.order[rows]]
            return SingularSystem(
                f"the system is singular: the activities {', '.join(culprits[:8])} can run in a fixed proportion "
                "without any net effect, so their amounts are not determined. Check the exchanges and credits "
                "between them; one of them states a product that another cancels exactly.",
                culprits,
            )
    return SingularSystem(
        "the system is singular: no unique solution exists. Look for credits that cancel the product they belong to."
    )
