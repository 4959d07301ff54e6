"""Rigorous bounds of the error of a solution, whoever computed it and however early it stopped.

The error e of a solution with residual r obeys ``e = r + T e``, so ``|e| <= g + N |e|`` with ``g >= |r|`` and
``N >= |T|``. Two facts about non-negative N (Berman and Plemmons, Nonnegative Matrices in the Mathematical Sciences,
1994, chapter 6) make it a bound:

- a vector ``v > 0`` with ``v > N v`` (the witness) proves that the spectral radius of N is below 1;
- then every ``w`` with ``w >= g + N w`` satisfies ``|e| <= w``.

Both inequalities are checked in floating point with all rounding on the unfavourable side, so nothing depends on how v
and w were found (underflow is left out: values below 1e-290 carry no rounding bound). For one product this is the classical ``|y| . |r|``, since ``w = (I - N)^-1 g``.

Where credits make the radius of ``|T|`` reach 1 although the system is sound, the rows of the knot are first multiplied
by a verified bound of the inverse of the knot (a block comparison matrix); if that does not help, there is no bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from footprint import fallback
from footprint.equations import EPS, Equations, Matrix
from footprint.errors import NotCertified
from footprint.knots import leading_rows

if TYPE_CHECKING:
    from footprint.kernels import Relax
    from footprint.system import FloatArray, IntArray

__all__ = ["Comparison", "compare", "compare_around_knot"]

KNOT_SIZES = (8, 64, 512, 2048)


@dataclass(frozen=True, eq=False)
class Comparison:
    """A non-negative matrix N that dominates the equations, with the proof that its spectral radius is below 1.

    Attributes:
        matrix: N, in the row numbering of the equations.
        witness: v > 0 with v > N v.
        margin: lower bound of v - N v, positive.
        knot: rows that were multiplied by ``inverse``, or None.
        inverse: upper bound of the absolute inverse of the knot, or None.
    """

    matrix: Matrix
    witness: FloatArray
    margin: FloatArray
    knot: IntArray | None = None
    inverse: FloatArray | None = None

    def bound(self, residual: FloatArray, relax: Relax) -> FloatArray:
        """Bound the error of every unknown.

        Args:
            residual: upper bound of the absolute residual, float64[n] or float64[n, k].
            relax: Gauss-Seidel kernel.

        Raises:
            NotCertified: the residual is not finite.
        """
        source = self._lift(residual)
        if not np.isfinite(source).all():
            raise NotCertified("the residual is not a finite number: the solution overflowed. Check the amounts.")
        above = relax(self.matrix, source, np.zeros_like(source), 0.05, 50).x
        if self._lack(above, source).any():
            # from a vector that is an upper bound every sweep leads to a smaller one that still is
            above += self._times_witness(self._lack(above, source).max(axis=0))
            above = relax(self.matrix, source, above, 0.05, 50).x
        above += self._times_witness(self._lack(above, source).max(axis=0, initial=0.0) * (1 + 1e-9))
        if not np.isfinite(above).all():
            raise NotCertified("the error bound overflowed: the system is too close to singular for a useful bound.")
        return above

    def _lift(self, residual: FloatArray) -> FloatArray:
        if self.knot is None or self.inverse is None:
            return residual
        lifted = residual.copy()
        lifted[self.knot] = (self.inverse @ residual[self.knot]) * (1 + 1e-9)
        return lifted

    def _lack(self, above: FloatArray, source: FloatArray) -> FloatArray:
        """By how many witnesses each row of ``above`` falls short of ``source + N above``; 0 where it does not."""
        needed = (source + upper(self.matrix, above)) * (1 + EPS) - above * (1 - EPS)
        margin = self.margin if above.ndim == 1 else self.margin[:, None]
        lack: FloatArray = np.maximum(needed, 0.0) / margin * (1 + 4 * EPS)
        return lack

    def _times_witness(self, factor: FloatArray) -> FloatArray:
        out: FloatArray = np.multiply.outer(self.witness, factor) * (1 + 2 * EPS)
        return out


def upper(matrix: Matrix, x: FloatArray) -> FloatArray:
    """Upper bound of N x for non-negative N and x."""
    product: FloatArray = matrix.sparse @ x
    terms = 1.0 + EPS * (np.diff(matrix.indptr) + 2.0)
    return product * (terms if x.ndim == 1 else terms[:, None])


def compare(equations: Equations, relax: Relax) -> Comparison | None:
    """Return the comparison matrix of the equations, None where its radius is (or seems) at least 1."""
    return _proved(equations.matrix.with_data(equations.coefficients_above()), relax)


def _proved(matrix: Matrix, relax: Relax) -> Comparison | None:
    """Look for a witness with ever stricter tolerance."""
    if matrix.n == 0:
        return Comparison(matrix, np.empty(0), np.empty(0))
    # products differ in unit by many orders of magnitude: the margin asked for is measured in each product's own size
    size = relax(matrix, np.ones(matrix.n), np.zeros(matrix.n), 0.1, 50).x
    if not np.isfinite(size).all():
        return None
    asked, witness = 1e-3 * size, size
    for tolerance, sweeps in ((0.02, 50), (1e-4, 500), (1e-7, 5000)):
        witness = relax(matrix, asked, witness, tolerance, sweeps).x
        with np.errstate(over="ignore", invalid="ignore"):
            margin = witness * (1 - EPS) - upper(matrix, witness) * (1 + EPS)
        if not np.isfinite(margin).all():
            return None
        if (margin > 0).all() and (witness > 0).all():
            return Comparison(matrix, witness, margin)
        if not _may_shrink(matrix, witness):
            return None
    return _proved_by_gmres(matrix, asked, relax)


def _proved_by_gmres(matrix: Matrix, asked: FloatArray, relax: Relax) -> Comparison | None:
    """Look for a witness where sweeps are too slow: loops that use nearly all they make."""
    nothing = np.zeros(matrix.n)
    equations = Equations(np.arange(matrix.n, dtype=np.int32), matrix, None, nothing, None)
    witness = fallback.gmres(equations, asked, relax)
    if witness is None or not (witness > 0).all():
        return None
    margin = witness * (1 - EPS) - upper(matrix, witness) * (1 + EPS)
    return Comparison(matrix, witness, margin) if (margin > 0).all() else None


def _may_shrink(matrix: Matrix, x: FloatArray) -> bool:
    """Whether no loop is proved unproductive by this vector (Collatz and Wielandt: radius >= min of N x / x)."""
    ratio = (matrix.sparse @ x) / x
    loops = np.flatnonzero(np.diff(matrix.blocks) > 1)
    if not len(loops):
        return True
    inside = matrix.sparse
    for block in loops:
        low, high = int(matrix.blocks[block]), int(matrix.blocks[block + 1])
        if ratio[low:high].min() >= 1 and ((inside[low:high, low:high] @ x[low:high]) >= x[low:high]).all():
            return False
    return True


def compare_around_knot(equations: Equations, relax: Relax) -> Comparison | None:
    """Return a comparison matrix whose knot of mixed signs is treated exactly, None where none is found."""
    above = equations.matrix.with_data(equations.coefficients_above())
    ranking = leading_rows(above)
    sizes = sorted({min(size, equations.n) for size in KNOT_SIZES})
    for size in sizes:
        knot = np.sort(ranking[:size])
        inverse = _inverse_bound(equations, above, knot)
        if inverse is None:
            continue
        proved = _proved(_around(above, knot, inverse), relax)
        if proved is not None:
            return Comparison(proved.matrix, proved.witness, proved.margin, knot, inverse)
    return None


def _inverse_bound(equations: Equations, above: Matrix, knot: IntArray) -> FloatArray | None:
    """Bound ``|(I - T)^-1|`` on the knot: with R an approximate inverse, ``|R| + |I - R A| |R| / (1 - |I - R A|)``."""
    inside = equations.matrix.sparse[knot][:, knot].toarray()
    room = above.sparse[knot][:, knot].toarray() - np.abs(inside)
    block = np.eye(len(knot)) - inside
    try:
        approximate = np.linalg.inv(block)
    except np.linalg.LinAlgError:
        return None
    if not np.isfinite(approximate).all():
        return None
    size = np.abs(approximate)
    rounding = EPS * (len(knot) + 4) * (size @ np.abs(block) + np.eye(len(knot)))
    defect = np.abs(np.eye(len(knot)) - approximate @ block) + rounding + 1.001 * (size @ room)
    # measured in each product's own size, because the entries span many orders of magnitude
    units = size.max(axis=1)
    gamma = float(((defect * units) / units[:, None]).sum(axis=1).max()) if units.all() else 1.0
    if not gamma < 0.5:
        return None
    tail = np.multiply.outer(units, (size / units[:, None]).max(axis=0)) * (gamma / (1 - gamma))
    bound: FloatArray = (size + tail) * (1 + 1e-9)
    return bound


def _around(above: Matrix, knot: IntArray, inverse: FloatArray) -> Matrix:
    """Replace the rows N of the knot by ``inverse @ N``, entries within the knot dropped."""
    from scipy.sparse import csr_array, diags_array  # only for systems with such a knot

    n = above.n
    outside = np.ones(n)
    outside[knot] = 0.0
    rows = csr_array(above.sparse)
    knot_rows = csr_array(inverse * (1 + 1e-9)) @ (rows[knot] @ diags_array(outside))
    spread = csr_array((np.ones(len(knot)), (knot, np.arange(len(knot)))), shape=(n, len(knot)))
    merged = csr_array(diags_array(outside) @ rows + spread @ knot_rows)
    merged.eliminate_zeros()
    merged.sort_indices()
    whole = np.array([0, n], dtype=np.int32)
    return Matrix(merged.indptr.astype(np.int32), merged.indices.astype(np.int32), merged.data, whole)
