"""What a footprint would be with a few numbers changed, without compiling or solving the system again.

With ``A x = f`` the supply x of a demand and ``A' y = b`` the footprints y of all products (``'`` transposed; A has the
net production on its diagonal and the inputs beside it with the opposite sign), changes of inputs and of production
change rows of A, one for each provider i concerned: ``A + sum_i e_i a_i'``. With the requirements
``h_l = A^-1 e_l`` of one unit of provider l, the matrix ``K[i, l] = (i = l) + a_i . h_l`` and ``K z = (a_i . x)_i``

    F_new = F + db . x - sum_i (y_i + db . h_i) z_i        (Sherman and Morrison 1950; Woodbury 1950)

where db are changes of direct emissions. For one exchange this is ``F + y_i d x_j / (1 - d h_ji)``. ``h_l`` is zero at
all activities that are not upstream of l: for a change outside every loop nothing is solved at all. Where it is not
zero, the equations between l and the consumers concerned are solved once and kept.

The leading determinants of K say whether the changed system still makes more than it uses: they are the ratios by which
the determinant of A changes as its rows are exchanged one by one. Where they are not certainly positive, or the changes
touch many loops, the changed system is compiled and solved as a whole, which also names the loop at fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from footprint.certify import Comparison
from footprint.compile import Compiled, Cost
from footprint.edits import Edit, edited
from footprint.equations import EPS, Equations, Matrix
from footprint.errors import InvalidQuery
from footprint.intervals import add, eliminate, exact, product, rounded, subtract, summed, total
from footprint.lowrank import RowChanges, emission_changes, flipped, row_changes
from footprint.solve import DEFAULT, Bounded, Scores, Settings, Supply, certified, scores, supply

if TYPE_CHECKING:
    from footprint.system import FloatArray, IntArray

__all__ = ["Outcome", "WhatIf"]

MOST_COLUMNS = 16
"""Requirement columns beyond which solving the changed system as a whole costs less."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A footprint before and after some changes, in kg CO2e, each number with a rigorous bound of its error.

    Attributes:
        base: before.
        new: after.
        difference: new less base, with a bound of its own, which is smaller than the two bounds together.
        solved: requirement columns that had to be solved for it; 0 outside loops and for numbers asked before.
        rebuilt: whether the changed system was compiled and solved as a whole.
    """

    base: Bounded
    new: Bounded
    difference: Bounded
    solved: int
    rebuilt: bool


@dataclass(frozen=True, slots=True)
class _Column:
    """Requirements of one unit of a product: runs of the activities that stand at ``low`` and after it, up to ``high``."""

    low: int
    high: int
    runs: Bounded


class WhatIf:
    """Answers what-if questions about one demand; what it solves for one question serves the next.

    Attributes:
        base: the footprint as it is.

    Example:
        >>> # question = WhatIf(supply(compiled, activity), cost, scores(compiled, cost))
        >>> # question.total(Edit(tech={position: 0.4})).difference
    """

    def __init__(self, chain: Supply, cost: Cost, found: Scores, settings: Settings = DEFAULT) -> None:
        """Start from a solved demand.

        Args:
            chain: the supply chain of the demand.
            cost: one characterisation of the direct emissions.
            found: the footprints of all products under it.
            settings: how to solve what has to be.

        Raises:
            InvalidQuery: the cost holds several characterisations.
        """
        if cost.values.ndim != 1:
            raise InvalidQuery("a what-if takes one characterisation: pass factors with one value per emission row.")
        self.chain, self.cost, self.found, self.settings = chain, cost, found, settings
        self.base = chain.total(cost)
        self._columns: dict[int, _Column] = {}
        self._parts: dict[tuple[int, int], Equations] = {}

    @property
    def _compiled(self) -> Compiled:
        return self.chain.compiled

    def total(self, edit: Edit, factors: FloatArray | None = None) -> Outcome:
        """Compute the footprint with some numbers changed.

        Args:
            edit: the changes.
            factors: kg CO2e per kg of each emission row, those of the edit at the end; not needed when it adds none.

        Raises:
            InvalidQuery: the changes do not fit the system.
            UnsolvableSystem, NotConverged, NotCertified: as a calculation of the changed system would.
        """
        edit.check(self._compiled.system)
        weights = self._factors(edit, factors)
        if flipped(self._compiled, edit):
            return self._rebuilt(edit, weights)
        rows = row_changes(self._compiled, edit)
        emitter, emitted = emission_changes(self._compiled, edit, weights)
        difference = total(product(emitted, self._runs(emitter))) if len(emitter) else exact(0.0)
        before = len(self._columns)
        if len(rows.provider):
            columns = self._requirements(rows, emitter)
            z = None if columns is None else self._replaced(rows, columns[0])
            if columns is None or z is None:
                return self._rebuilt(edit, weights)
            worth = self._worth(rows.provider, edit, weights)
            if len(emitter):
                worth = add(worth, total(product(Bounded(emitted.values[None], emitted.bounds[None]), columns[1])))
            difference = subtract(difference, total(product(worth, z)))
        return Outcome(self.base, add(self.base, difference), difference, len(self._columns) - before, rebuilt=False)

    def _replaced(self, rows: RowChanges, matrix: Bounded | None) -> Bounded | None:
        """Solve ``K z = (a_i . x)_i``; None where the changed system is not certainly productive."""
        rhs = summed(product(rows.weight, self._runs(rows.consumer)), rows.group, len(rows.provider))
        return rhs if matrix is None else eliminate(matrix, rhs)

    def all_products(self, edit: Edit, factors: FloatArray | None = None) -> Bounded:
        """Compute by how much the footprint of one unit of every product changes: one adjoint solve, a column per provider.

        Args:
            edit: the changes.
            factors: as for ``total``.

        Returns:
            The differences in kg CO2e, float64[n], in the order of the activities before the edit.

        Raises:
            As ``total``.
        """
        edit.check(self._compiled.system)
        weights = self._factors(edit, factors)
        rows = row_changes(self._compiled, edit)
        if flipped(self._compiled, edit) or len(rows.provider) > MOST_COLUMNS:
            return self._rebuilt_products(edit, weights)
        emitter, emitted = emission_changes(self._compiled, edit, weights)
        n, size = self._compiled.n, len(rows.provider)
        sources = [Bounded(np.zeros(n), np.zeros(n)) for _ in range(size)]
        for k, source in enumerate(sources):
            mine = rows.group == k
            part = Bounded(rows.weight.values[mine], rows.weight.bounds[mine])
            sources[k] = add(source, summed(part, rows.consumer[mine], n))
        sources.append(summed(emitted, emitter, n))
        cost = Cost(weights, np.stack([s.values for s in sources]), np.stack([s.bounds for s in sources]))
        carried = scores(self._compiled, cost, self.settings)
        parts = [Bounded(carried.values[k], carried.bounds[k]) for k in range(size + 1)]
        worth = add(self._worth(rows.provider, edit, weights), _taken(parts[size], rows.provider))
        columns = [_taken(part, rows.provider) for part in parts[:size]]
        new = eliminate(_beside_identity(columns), worth)
        if new is None:
            return self._rebuilt_products(edit, weights)
        difference = parts[size]
        for k, part in enumerate(parts[:size]):
            difference = subtract(difference, product(part, Bounded(new.values[k], new.bounds[k])))
        return difference

    def _factors(self, edit: Edit, factors: FloatArray | None) -> FloatArray:
        """Return the factor of each emission row, with those that the edit adds."""
        weights = self.cost.factors if factors is None else np.asarray(factors, dtype=np.float64)
        rows = len(self._compiled.system.rows)
        if len(weights) != rows + len(edit.rows) or not np.array_equal(weights[:rows], self.cost.factors):
            raise InvalidQuery(
                f"{len(weights)} factors were given for {rows} emission rows and {len(edit.rows)} new ones: give those of the "
                "cost, then one for each new row."
            )
        return weights

    def _runs(self, activities: IntArray) -> Bounded:
        return Bounded(self.chain.runs[activities], self.chain.bounds[activities])

    def _worth(self, providers: IntArray, edit: Edit, weights: FloatArray) -> Bounded:
        """The footprint of one unit of each provider's product before the changes."""
        n = self._compiled.n
        values, bounds = np.zeros(len(providers)), np.zeros(len(providers))
        known = providers < n
        values[known], bounds[known] = self.found.values[providers[known]], self.found.bounds[providers[known]]
        for k in np.flatnonzero(~known).tolist():
            emissions = edit.added[int(providers[k]) - n].emissions
            parts = rounded([weights[row] * kg for row, kg in emissions])
            found = total(parts)
            values[k], bounds[k] = float(found.values), float(found.bounds)
        return Bounded(values, bounds)

    def _requirements(self, rows: RowChanges, emitter: IntArray) -> tuple[Bounded | None, Bounded] | None:
        """Return K (None: the identity) and the requirements h_l at the emitters; None where too much had to be solved."""
        asked = np.concatenate((rows.consumer, emitter))
        links, size = len(rows.consumer), len(rows.provider)
        columns = [self._needed(int(provider), asked) for provider in rows.provider]
        if not any(columns):
            return None, exact(np.zeros((size, len(emitter))))
        missing = sum(1 for column in columns if column is not None and not self._kept(column))
        if missing > MOST_COLUMNS:
            return None
        matrix, direct = [], []
        for column in columns:
            at = self._at(column, asked)
            here = Bounded(at.values[:links], at.bounds[:links])
            matrix.append(summed(product(rows.weight, here), rows.group, size))
            direct.append((at.values[links:], at.bounds[links:]))
        at_emitters = (np.array([part[side] for part in direct]).reshape(size, len(emitter)) for side in (0, 1))
        return _beside_identity(matrix), Bounded(*at_emitters)

    def _needed(self, provider: int, asked: IntArray) -> tuple[int, int, int] | None:
        """Return the provider and the range of rows that lead from it to the activities asked for; None where none does."""
        compiled = self._compiled
        if provider >= compiled.n:
            return None
        blocks, position = compiled.forward.matrix.blocks, self._position
        own = int(position[provider])
        low = int(blocks[np.searchsorted(blocks, own, side="right") - 1])
        if self._alone(provider):
            return (provider, own, own + 1) if (asked == provider).any() else None
        last = int(position[asked].max(initial=-1))
        if last < low:
            return None
        return provider, low, int(blocks[np.searchsorted(blocks, last, side="right")])

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

    def _kept(self, needed: tuple[int, int, int]) -> bool:
        provider, _, high = needed
        return self._alone(provider) or (provider in self._columns and self._columns[provider].high >= high)

    def _at(self, needed: tuple[int, int, int] | None, asked: IntArray) -> Bounded:
        """Requirements of one unit of a provider's product at some activities."""
        values, bounds = np.zeros(len(asked)), np.zeros(len(asked))
        if needed is not None:
            column = self._column(*needed)
            position = self._position[asked]
            inside = (position >= column.low) & (position < column.high)
            at = position[inside] - column.low
            values[inside], bounds[inside] = column.runs.values[at], column.runs.bounds[at]
        return Bounded(values, bounds)

    def _column(self, provider: int, low: int, high: int) -> _Column:
        if not self._kept((provider, low, high)):
            self._columns[provider] = self._solved(provider, low, high)
        if provider in self._columns:
            return self._columns[provider]
        compiled = self._compiled
        value = 1.0 / compiled.scale[provider]
        bound = (float(compiled.scale_error[provider]) + EPS) * value * (1 + 4 * EPS)
        return _Column(low, high, Bounded(np.array([value]), np.array([bound])))

    def _solved(self, provider: int, low: int, high: int) -> _Column:
        """Solve the equations between a provider and what lies upstream of it, as far as it matters."""
        compiled = self._compiled
        comparison = compiled.forward.matrix.workspace.get("comparison")
        if comparison is None or comparison.knot is not None:
            chain = supply(compiled, provider, 1.0, self.settings)
            order = compiled.forward.order
            return _Column(0, compiled.n, Bounded(chain.runs[order], chain.bounds[order]))
        if 2 * (high - low) > compiled.n:  # cutting out would cost more than it spares
            low, high = 0, compiled.n
        if (low, high) not in self._parts:
            whole = high - low == compiled.n
            self._parts[low, high] = compiled.forward if whole else _part(compiled.forward, comparison, low, high)
        part = self._parts[low, high]
        rhs = np.where(part.order == provider, 1.0, 0.0)
        q, errors, _ = certified(compiled, part, rhs, np.zeros(len(rhs)), self.settings, None)
        scale = compiled.scale[part.order]
        runs, bounds = q / scale, errors / scale * (1 + 4 * EPS)
        bounds += (compiled.scale_error[part.order] + 2 * EPS) * (np.abs(runs) + bounds)
        return _Column(low, high, Bounded(runs, bounds))

    def _rebuilt(self, edit: Edit, weights: FloatArray) -> Outcome:
        """Compile and solve the changed system as a whole."""
        changed = edited(self._compiled, edit)
        chain = supply(changed, self.chain.activity, self.chain.amount, self.settings)
        new = chain.total(changed.cost(weights))
        return Outcome(self.base, new, subtract(new, self.base), 0, rebuilt=True)

    def _rebuilt_products(self, edit: Edit, weights: FloatArray) -> Bounded:
        changed, n = edited(self._compiled, edit), self._compiled.n
        new = scores(changed, changed.cost(weights), self.settings)
        return subtract(Bounded(new.values[:n], new.bounds[:n]), Bounded(self.found.values, self.found.bounds))


def _beside_identity(columns: list[Bounded]) -> Bounded:
    """The identity plus a matrix that is given by its columns."""
    size = len(columns)
    values = np.array([column.values for column in columns], dtype=np.float64).reshape(size, size)
    bounds = np.array([column.bounds for column in columns], dtype=np.float64).reshape(size, size)
    return add(exact(np.eye(size)), Bounded(values.T, bounds.T))


def _taken(found: Bounded, providers: IntArray) -> Bounded:
    """Values at some activities; nothing at those that the system has not."""
    n = len(found.values)
    inside = providers < n
    at = np.where(inside, providers, 0)
    return Bounded(np.where(inside, found.values[at], 0.0), np.where(inside, found.bounds[at], 0.0))


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
