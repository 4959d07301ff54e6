"""Requirements of one unit of a product: how often other activities run for it, found only where and as well as is needed.

The requirements ``h_l = A^-1 e_l`` of product l are zero at all activities that are not upstream of it. Where they are not
zero, they are followed until what is left of them cannot matter (``local``), or the equations between l and the activities
concerned are solved; either is kept for the next question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from footprint.certify import Comparison
from footprint.equations import EPS, Equations, Matrix
from footprint.kernels import uses_numba
from footprint.local import Local, comparison_of, local_column
from footprint.solve import Bounded, Settings, certified, supply

if TYPE_CHECKING:
    from footprint.compile import Compiled
    from footprint.system import FloatArray, IntArray

__all__ = ["Need", "Requirements"]

WORTH_FOLLOWING = 20_000
"""Entries of a matrix from which following the requirements beats solving for them."""


@dataclass(frozen=True, slots=True)
class Need:
    """A product whose requirements are asked for, and the rows of the forward equations that lead from it to who asks."""

    provider: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class _Column:
    """Requirements of one unit of a product: runs of the activities that stand at ``low`` and after it, up to ``high``."""

    low: int
    high: int
    runs: Bounded


class Requirements:
    """Columns of the inverse of one system; what is found for one question serves the next.

    Attributes:
        solved: columns that were solved or followed so far.
    """

    def __init__(self, compiled: Compiled, settings: Settings) -> None:
        self._compiled, self._settings = compiled, settings
        self._columns: dict[int, _Column] = {}
        self._locals: dict[int, Local] = {}
        self._parts: dict[tuple[int, int], Equations] = {}
        self.solved = 0

    @property
    def may_follow(self) -> bool:
        """Whether following requirements can be faster than solving for them."""
        entries = len(self._compiled.adjoint.matrix.data)
        return entries >= WORTH_FOLLOWING and uses_numba(self._settings.kernel, entries)

    def need(self, provider: int, asked: IntArray) -> Need | None:
        """Return what is needed of a provider for the activities that ask; None where none is upstream of it."""
        compiled = self._compiled
        if provider >= compiled.n:
            return None
        blocks, position = compiled.forward.matrix.blocks, self._position
        own = int(position[provider])
        low = int(blocks[np.searchsorted(blocks, own, side="right") - 1])
        if self._alone(provider):
            return Need(provider, own, own + 1) if (asked == provider).any() else None
        last = int(position[asked].max(initial=-1))
        if last < low:
            return None
        return Need(provider, low, int(blocks[np.searchsorted(blocks, last, side="right")]))

    def kept(self, need: Need) -> bool:
        """Whether nothing has to be solved for it any more."""
        known = self._columns.get(need.provider)
        return self._alone(need.provider) or (known is not None and known.high >= need.high)

    def at(self, need: Need | None, asked: IntArray) -> Bounded:
        """Runs of some activities for one unit of a provider's product, as well as they can be had."""
        values, bounds = np.zeros(len(asked)), np.zeros(len(asked))
        if need is not None:
            column = self._column(need)
            position = self._position[asked]
            inside = (position >= column.low) & (position < column.high)
            at = position[inside] - column.low
            values[inside], bounds[inside] = column.runs.values[at], column.runs.bounds[at]
        return Bounded(values, bounds)

    def near(self, need: Need | None, asked: IntArray, room: FloatArray) -> Bounded | None:
        """Runs of some activities for one unit of a provider's product, within an error that does no harm.

        Args:
            need: what is needed of the provider.
            asked: the activities.
            room: the error that each may have, in runs, same length.

        Returns:
            The runs; their bounds keep to the room. None where that takes a solution.
        """
        if need is None or self.kept(need):
            return self.at(need, asked)
        rows = self._compiled.n - 1 - self._position[asked]
        inside = (rows < self._compiled.n - need.low) & (rows >= self._compiled.n - need.high)
        column = self._followed(need.provider, asked[inside], rows[inside], room[inside])
        if column is None:
            return None
        found = column.at(asked[inside], rows[inside])
        values, bounds = np.zeros(len(asked)), np.zeros(len(asked))
        values[inside], bounds[inside] = found.values, found.bounds
        return Bounded(values, bounds)

    def _followed(self, provider: int, asked: IntArray, rows: IntArray, room: FloatArray) -> Local | None:
        """Follow the requirements of a provider, unless that was done as well before."""
        comparison = comparison_of(self._compiled)
        if comparison is None:
            return None
        enough = float((room * comparison.margin[rows] * self._compiled.scale[asked]).min(initial=np.inf))
        known = self._locals.get(provider)
        if known is not None and known.left <= enough:
            return known
        column = local_column(self._compiled, self._compiled.n - 1 - int(self._position[provider]), enough)
        if column is not None:
            self._locals[provider] = column
            self.solved += 1
        return column

    @property
    def _position(self) -> IntArray:
        """Row of each activity in the forward equations, once per system."""
        equations = self._compiled.forward
        kept = equations.matrix.workspace
        if "position" not in kept:
            kept["position"] = np.empty(equations.n, dtype=np.int32)
            kept["position"][equations.order] = np.arange(equations.n, dtype=np.int32)
        position: IntArray = kept["position"]
        return position

    def _alone(self, activity: int) -> bool:
        """Whether an activity has no inputs from others."""
        adjoint = self._compiled.adjoint
        row = self._compiled.n - 1 - int(self._position[activity])
        return bool(adjoint.matrix.indptr[row + 1] == adjoint.matrix.indptr[row])

    def _column(self, need: Need) -> _Column:
        if not self.kept(need):
            self._columns[need.provider] = self._solved(need)
            self.solved += 1
        if need.provider in self._columns:
            return self._columns[need.provider]
        compiled = self._compiled
        value = 1.0 / compiled.scale[need.provider]
        bound = (float(compiled.scale_error[need.provider]) + EPS) * value * (1 + 4 * EPS)
        return _Column(need.low, need.high, Bounded(np.array([value]), np.array([bound])))

    def _solved(self, need: Need) -> _Column:
        """Solve the equations between a provider and what lies upstream of it, as far as it matters."""
        compiled, low, high = self._compiled, need.low, need.high
        comparison = compiled.forward.matrix.workspace.get("comparison")
        if comparison is None or comparison.knot is not None:
            chain = supply(compiled, need.provider, 1.0, self._settings)
            order = compiled.forward.order
            return _Column(0, compiled.n, Bounded(chain.runs[order], chain.bounds[order]))
        if 2 * (high - low) > compiled.n:  # cutting out would cost more than it spares
            low, high = 0, compiled.n
        if (low, high) not in self._parts:
            whole = high - low == compiled.n
            self._parts[low, high] = compiled.forward if whole else _part(compiled.forward, comparison, low, high)
        part = self._parts[low, high]
        rhs = np.where(part.order == need.provider, 1.0, 0.0)
        q, errors, _ = certified(compiled, part, rhs, np.zeros(len(rhs)), self._settings, None)
        scale = compiled.scale[part.order]
        runs, bounds = q / scale, errors / scale * (1 + 4 * EPS)
        bounds += (compiled.scale_error[part.order] + 2 * EPS) * (np.abs(runs) + bounds)
        return _Column(low, high, Bounded(runs, bounds))


def _part(equations: Equations, comparison: Comparison, low: int, high: int) -> Equations:
    """Cut the equations of rows ``low`` to ``high`` out; the proof that they can be solved is cut out with them."""
    whole = equations.matrix
    position = whole.like(np.arange(len(whole.data), dtype=np.float64))[low:high, low:high]
    kept = position.data.astype(np.int64)
    blocks = whole.blocks[(whole.blocks >= low) & (whole.blocks <= high)] - low
    matrix = Matrix(
        position.indptr.astype(np.int32), position.indices.astype(np.int32), whole.data[kept], blocks.astype(np.int32)
    )
    above = matrix.with_data(comparison.matrix.data[kept])
    matrix.workspace["comparison"] = Comparison(above, comparison.witness[low:high], comparison.margin[low:high])
    columns = equations.column_error
    return Equations(
        equations.order[low:high],
        matrix,
        None if equations.gross is None else equations.gross[kept],
        equations.row_error[low:high],
        None if columns is None else columns[low:high],
    )
