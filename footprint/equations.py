"""Linear equations ``x = rhs + T x`` in an order that suits Gauss-Seidel, and what their rounding can do.

A system of activities gives two of them (see ``compile``): the adjoint one, whose unknowns are the footprints of all
products, and the forward one, whose unknowns are the net amounts of all products made for a demand. Rows stand in
topological order of the strongly connected components, so that a row outside every loop is solved by one substitution,
and each loop (a block) is iterated by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    from footprint.system import FloatArray, IntArray

__all__ = ["EPS", "Equations", "Matrix"]

EPS = float(np.finfo(np.float64).eps)
"""Spacing of float64 at 1: twice the largest relative rounding error, so every use below is safe by a factor of two."""


@dataclass(frozen=True, eq=False)
class Matrix:
    """A square sparse matrix without diagonal, by rows, in blocks.

    Attributes:
        indptr: start of each row, int32[n + 1].
        indices: column of each entry, int32[nnz].
        data: value of each entry, float64[nnz].
        blocks: start of each strongly connected component, then n; int32. A row uses only columns of its own and of
            earlier blocks.
    """

    indptr: IntArray
    indices: IntArray
    data: FloatArray
    blocks: IntArray
    workspace: dict[str, Any] = field(default_factory=dict, repr=False)
    """What a kernel prepared for this matrix (splits, triangular factors)."""

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.indptr) - 1

    @cached_property
    def sparse(self) -> csr_matrix:
        """The same matrix as a scipy object (shared memory)."""
        return self.like(self.data)

    def like(self, data: FloatArray) -> csr_matrix:
        """Return a scipy matrix of the same pattern with other values."""
        return csr_matrix((data, self.indices, self.indptr), shape=(self.n, self.n))

    @cached_property
    def nonnegative(self) -> bool:
        """Whether no entry is below zero."""
        return not bool((self.data < 0).any())

    @cached_property
    def magnitude(self) -> csr_matrix:
        """The matrix of absolute values."""
        return self.sparse if self.nonnegative else self.like(np.abs(self.data))

    def with_data(self, data: FloatArray) -> Matrix:
        """Return a matrix of the same pattern with other values."""
        return replace(self, data=data, workspace={})


@dataclass(frozen=True, eq=False)
class Equations:
    """``x = rhs + T x``, row k standing for activity ``order[k]``.

    Attributes:
        order: activity of each row, int32[n].
        matrix: T.
        gross: sums of the absolute values of the exchanges behind each entry; differs from ``abs(T)`` only where an
            input and a credit of the same product cancel. None where they never do.
        row_error: relative error of evaluating a row and, for the adjoint, of its coefficients, float64[n].
        column_error: relative error of the coefficients of a column (forward equations), or None.
    """

    order: IntArray
    matrix: Matrix
    gross: FloatArray | None
    row_error: FloatArray
    column_error: FloatArray | None

    @property
    def n(self) -> int:
        """Number of unknowns."""
        return self.matrix.n

    def residual(self, rhs: FloatArray, x: FloatArray) -> FloatArray:
        """Return ``rhs - x + T x``, shape of x."""
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused where it is bounded
            out: FloatArray = rhs - x + self.matrix.sparse @ x
        return out

    def rounding(self, rhs: FloatArray, x: FloatArray) -> FloatArray:
        """Bound the difference between the computed residual and that of the equations meant, shape of x.

        Covers the evaluation in float64 (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1)
        and the rounding of the coefficients when exchanges were summed and divided by the net production.
        """
        size = np.abs(x)
        gross = self._gross
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused where it is bounded
            bound: FloatArray = _times(self.row_error, np.abs(rhs) + size + gross @ size)
            if self.column_error is not None:
                bound += gross @ _times(self.column_error, size)
        return bound

    def coefficients_above(self) -> FloatArray:
        """Return values no smaller than the absolute coefficients meant, in the pattern of the matrix."""
        gross = np.abs(self.matrix.data) if self.gross is None else self.gross
        error = np.repeat(self.row_error, np.diff(self.matrix.indptr))
        if self.column_error is not None:
            error = error + self.column_error[self.matrix.indices]
        above: FloatArray = np.abs(self.matrix.data) + 2 * error * gross
        return above

    @cached_property
    def _gross(self) -> csr_matrix:
        return self.matrix.magnitude if self.gross is None else self.matrix.like(self.gross)


def _times(factor: FloatArray, x: FloatArray) -> FloatArray:
    """Multiply rows of x, which has one or two dimensions."""
    return factor * x if x.ndim == 1 else factor[:, None] * x
