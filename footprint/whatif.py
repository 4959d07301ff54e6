"""What a footprint would be with a few numbers changed, without compiling or solving the system again.

With ``A x = f`` the supply x of a demand and ``A' y = b`` the footprints y of all products (``'`` transposed; A has the
net production on its diagonal and the inputs beside it with the opposite sign), changes of inputs and of production
change rows of A, one for each provider i concerned: ``A + sum_i e_i a_i'``. With the requirements
``h_l = A^-1 e_l`` of one unit of provider l, the matrix ``K[i, l] = (i = l) + a_i . h_l`` and ``K z = (a_i . x)_i``

    F_new = F + db . x - sum_i (y_i + db . h_i) z_i        (Sherman and Morrison 1950; Woodbury 1950)

where db are changes of direct emissions. For one exchange this is ``F + y_i d x_j / (1 - d h_ji)``. ``h_l`` is zero at
all activities that are not upstream of l: for a change outside every loop nothing is solved at all. Where it is not
zero, they are followed as far as the answer needs it, or the equations between l and the consumers concerned are solved;
both are kept (see ``requirements``).

The leading determinants of K say whether the changed system still makes more than it uses: they are the ratios by which
the determinant of A changes as its rows are exchanged one by one. Where they are not certainly positive, or the changes
touch many loops, the changed system is compiled and solved as a whole, which also names the loop at fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from footprint.compile import Compiled, Cost
from footprint.edits import Edit, edited
from footprint.errors import InvalidQuery
from footprint.intervals import add, eliminate, exact, product, rounded, subtract, summed, total
from footprint.lowrank import RowChanges, emission_changes, flipped, row_changes
from footprint.requirements import Need, Requirements
from footprint.solve import DEFAULT, Bounded, Scores, Settings, Supply, scores, supply

if TYPE_CHECKING:
    from footprint.system import FloatArray, IntArray

__all__ = ["Outcome", "WhatIf"]

MOST_COLUMNS = 16
"""Requirement columns beyond which solving the changed system as a whole costs less."""
CLOSE = 1e-9
"""Largest bound of a difference, relative to it, at which requirements need not be solved to the last digit: people read six."""
SAFETY = 0.5
"""Part of ``CLOSE`` that one requirement may take up: several add up, and a loop magnifies them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A footprint before and after some changes, in kg CO2e, each number with a rigorous bound of its error.

    Attributes:
        base: before.
        new: after.
        difference: new less base, with a bound of its own, which is smaller than the two bounds together.
        solved: requirement columns that had to be found for it; 0 outside loops and for numbers asked before.
        rebuilt: whether the changed system was compiled and solved as a whole.
    """

    base: Bounded
    new: Bounded
    difference: Bounded
    solved: int
    rebuilt: bool


@dataclass(frozen=True)
class _Change:
    """An edit as changes of rows and of direct emissions.

    Attributes:
        rows: changes of rows.
        emitter, emitted: activities whose direct emissions change, and by how much per run.
        worth: footprint of one unit of each provider concerned before the changes.
        runs: runs of the consumers before the changes.
    """

    rows: RowChanges
    emitter: IntArray
    emitted: Bounded
    worth: Bounded
    runs: Bounded

    @property
    def asked(self) -> IntArray:
        """Activities at which requirements are needed: consumers, then emitters."""
        return np.concatenate((self.rows.consumer, self.emitter))

    def replaced(self, matrix: Bounded | None) -> Bounded | None:
        """Solve ``K z = (a_i . x)_i``; None where the changed system is not certainly productive."""
        rhs = summed(product(self.rows.weight, self.runs), self.rows.group, len(self.rows.provider))
        return rhs if matrix is None else eliminate(matrix, rhs)

    @cached_property
    def tolerance(self) -> float:
        """Error, relative to the difference, that does no harm: ``CLOSE``, or what the numbers before bring along if more."""
        direct = summed(product(self.rows.weight, self.runs), self.rows.group, len(self.rows.provider))
        first = total(product(self.worth, direct))
        known = float(first.bounds) / abs(float(first.values)) if first.values else 0.0
        return max(CLOSE, known)

    def room(self, provider: int) -> FloatArray:
        """Return the error that the requirements of a provider may have at the activities asked for."""
        part, worth = SAFETY * self.tolerance, abs(float(self.worth.values[provider]))
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.concatenate((part / np.abs(self.rows.weight.values), part * worth / np.abs(self.emitted.values)))
        return np.nan_to_num(room, nan=0.0, posinf=np.inf)


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
        self._needs = Requirements(chain.compiled, settings)

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
        emission = emission_changes(self._compiled, edit, weights)
        change = _Change(rows, *emission, self._worth(rows.provider, edit, weights), self._runs(rows.consumer))
        before = self._needs.solved
        needs = [self._needs.need(int(provider), change.asked) for provider in rows.provider]
        missing = sum(1 for need in needs if need is not None and not self._needs.kept(need))
        difference = self._difference(change, needs, follow=True) if missing and self._needs.may_follow else None
        if difference is None or not difference.bounds <= 2 * change.tolerance * abs(difference.values):
            difference = self._difference(change, needs, follow=False) if missing <= MOST_COLUMNS else None
        if difference is None:
            return self._rebuilt(edit, weights)
        return Outcome(self.base, add(self.base, difference), difference, self._needs.solved - before, rebuilt=False)

    def _difference(self, change: _Change, needs: list[Need | None], *, follow: bool) -> Bounded | None:
        """Return the change of the footprint; None where the changed system is not certainly productive, or K not known."""
        emitted = change.emitted
        difference = total(product(emitted, self._runs(change.emitter))) if len(change.emitter) else exact(0.0)
        if not len(change.rows.provider):
            return difference
        columns = self._requirements(change, needs, follow=follow)
        z = None if columns is None else change.replaced(columns[0])
        if columns is None or z is None:
            return None
        worth = change.worth
        if len(change.emitter):
            worth = add(worth, total(product(Bounded(emitted.values[None], emitted.bounds[None]), columns[1])))
        return subtract(difference, total(product(worth, z)))

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

    def _requirements(
        self, change: _Change, needs: list[Need | None], *, follow: bool
    ) -> tuple[Bounded | None, Bounded] | None:
        """Return K (None: the identity) and the requirements h_l at the emitters; None where they cannot be followed."""
        rows, asked = change.rows, change.asked
        links, size, emitters = len(rows.consumer), len(rows.provider), len(change.emitter)
        if not any(needs):
            return None, exact(np.zeros((size, emitters)))
        matrix, direct = [], []
        for k, need in enumerate(needs):
            at = self._needs.near(need, asked, change.room(k)) if follow else self._needs.at(need, asked)
            if at is None:
                return None
            here = Bounded(at.values[:links], at.bounds[:links])
            matrix.append(summed(product(rows.weight, here), rows.group, size))
            direct.append((at.values[links:], at.bounds[links:]))
        at_emitters = (np.array([part[side] for part in direct]).reshape(size, emitters) for side in (0, 1))
        return _beside_identity(matrix), Bounded(*at_emitters)

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
