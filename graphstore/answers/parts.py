"""What the footprints of all products are made of, as arrays: gases, stages, credits, and what rests on an assumption.

Everything is solved for all products together on first use (`footprint.tables`), so that the summary of one product is a
matter of looking up. A part that is reported of a supply chain, such as how many exchanges are cut off, follows from one walk
upstream.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from footprint.compile import Cost
from footprint.equations import EPS
from footprint.errors import UnsolvableSystem
from footprint.inventory import Bools, Floats, Ints
from footprint.solve import Bounded, Scores, scores
from footprint.tables import credits_of, first_labels, inventories, upstream_of, weighed
from graphstore.answers import underscenario
from graphstore.answers.assumptions import DEPRECATED, FIT, Newer, deprecated_factors
from graphstore.answers.board import Board
from graphstore.answers.graph import Calculation
from graphstore.queries import load
from graphstore.terms import PythonValue

ILLUSTRATIVE: Final = "illustrative"
"""Code of the assumption about figures that come from no source."""


@dataclass(frozen=True, slots=True)
class Effects:
    """Everything that adds to a footprint: elementary exchanges, and uses of emission factors.

    Attributes:
        exchange: Index of the exchange, integers[t].
        consumer: Activity in which it stands, integers[t].
        value: kg CO2e per run of that activity; none of them is zero, float64[t].
        error: Bound of the rounding in the values.
    """

    exchange: Ints
    consumer: Ints
    value: Floats
    error: Floats


@dataclass(frozen=True, slots=True)
class Marked:
    """Effects that rest on one assumption.

    Attributes:
        effect: Marks them among the effects, bool[t].
        pairs: Index of an exchange and IRI of what supplies it, where the assumption is about suppliers.
        weight: What they make of the footprint of one unit of every product.
    """

    effect: Bools
    pairs: Sequence[tuple[int, str]]
    weight: Scores


@dataclass(frozen=True)
class Parts:
    """The parts of all footprints under one set of settings; each is solved or looked up on first use."""

    board: Board

    @property
    def calculation(self) -> Calculation:
        """State of the graph and settings."""
        return self.board.calculation

    @cached_property
    def kilograms(self) -> Floats:
        """Kilograms of each emission row per unit of every product, float64[rows, n]."""
        return inventories(self.calculation.snapshot.compiled)

    @cached_property
    def stages(self) -> Scores | None:
        """The footprints by stage, the last row under none; None where only a labelled credit makes a loop productive."""
        calculation = self.calculation
        compiled = calculation.snapshot.compiled
        system = compiled.system
        marks = (system.tech_stage, system.bio_stage)
        try:
            return first_labels(compiled, calculation.scores, calculation.cost, len(system.stage_ids), marks)
        except UnsolvableSystem:
            return None

    @cached_property
    def credited(self) -> Ints:
        """Positions of the technosphere exchanges that are credits."""
        return credits_of(self.calculation.snapshot.compiled)

    @cached_property
    def credit(self) -> Scores:
        """What credits make of the footprints; along a chain of credits their values overlap."""
        compiled, found, at = self.calculation.snapshot.compiled, self.calculation.scores, self.credited
        provider = compiled.system.tech_provider[at]
        each = Bounded(found.values[provider] * compiled.sign[provider], found.bounds[provider])
        return weighed(compiled, at, each)

    @cached_property
    def effects(self) -> Effects:
        """All effects, in no order."""
        snapshot, cost = self.calculation.snapshot, self.calculation.cost
        system = snapshot.compiled.system
        stated = np.flatnonzero(system.bio_exchange >= 0)
        priced = np.flatnonzero(snapshot.factor[system.tech_provider] >= 0)
        provider = system.tech_provider[priced]
        value = np.concatenate(
            (
                cost.factors[system.bio_row[stated]] * system.bio_amount[stated],
                cost.values[provider] * system.tech_amount[priced],
            )
        )
        error = np.zeros(len(value))
        error[len(stated) :] = cost.errors[provider] * np.abs(system.tech_amount[priced])
        exchange = np.concatenate((system.bio_exchange[stated], system.tech_exchange[priced])).astype(np.int64)
        consumer = np.concatenate((system.bio_activity[stated], system.tech_consumer[priced])).astype(np.int64)
        some = value != 0
        return Effects(exchange[some], consumer[some], value[some], error[some] + EPS * np.abs(value[some]))

    @cached_property
    def marked(self) -> Mapping[str, Marked]:
        """Effects by the code of the assumption that they rest on; codes that none rests on are left out."""
        calculation, effects = self.calculation, self.effects
        ids = calculation.snapshot.compiled.system.exchange_ids
        known = underscenario.illustrative(calculation)
        rests = np.array([iri in known for iri in ids], dtype=np.bool_) if known else np.zeros(len(ids), np.bool_)
        made: dict[str, tuple[Bools, list[tuple[int, str]]]] = (
            {ILLUSTRATIVE: (rests[effects.exchange], [])} if known else {}
        )
        rows = self._fit
        unfit = {code: [(at, str(row["provider"])) for at, row in rows if row[code]] for code, _, _ in FIT}
        unfit[DEPRECATED] = [(at, str(row["provider"])) for at, row in rows if str(row["provider"]) in self.deprecated]
        for code, pairs in unfit.items():
            hit = np.zeros(len(ids), dtype=np.bool_)
            hit[[position for position, _ in pairs]] = True
            made[code] = hit[effects.exchange], pairs
        return {code: self._marked(mark, pairs) for code, (mark, pairs) in made.items() if mark.any()}

    @cached_property
    def deprecated(self) -> Mapping[str, Newer]:
        """The emission factors in use that come from deprecated records, and what replaces those."""
        return deprecated_factors(self.calculation, {str(row["provider"]) for _, row in self._fit})

    @cached_property
    def _fit(self) -> list[tuple[int, Mapping[str, PythonValue | None]]]:
        """How every emission factor fits the exchange that uses it, by index of the exchange."""
        snapshot = self.calculation.snapshot
        system = snapshot.compiled.system
        used = np.intersect1d(
            system.tech_exchange[snapshot.factor[system.tech_provider] >= 0], self.effects.exchange
        ).tolist()
        position = {system.exchange_ids[e]: e for e in used}
        return [
            (position[str(row["exchange"])], row) for row in underscenario.factor_fit(self.calculation, list(position))
        ]

    def _marked(self, mark: Bools, pairs: Sequence[tuple[int, str]]) -> Marked:
        effects, compiled = self.effects, self.calculation.snapshot.compiled
        where, value, error = effects.consumer[mark], effects.value[mark], effects.error[mark]
        terms = np.bincount(where, minlength=compiled.n) + 2.0
        sums, errors, sizes = (
            np.bincount(where, each, minlength=compiled.n).astype(np.float64) for each in (value, error, np.abs(value))
        )
        direct = Cost(np.empty(0), sums, errors * (1 + 8 * EPS) + EPS * terms * sizes)
        return Marked(mark, pairs, scores(compiled, direct))

    @cached_property
    def recycled(self) -> Mapping[str, Mapping[str, Any]]:
        """What the processes with a recycling model state of it, by IRI of the process."""
        calculation, snapshot = self.calculation, self.calculation.snapshot
        rows = calculation.graph.query("SELECT DISTINCT ?exchange { ?exchange tm:recyclingRole ?role }").dicts()
        playing = {str(row["exchange"]) for row in rows}
        if not playing:
            return {}
        system = snapshot.compiled.system
        mine = np.array([iri in playing for iri in system.exchange_ids], dtype=np.bool_)[system.tech_exchange]
        processes = [snapshot.maker(a) for a in np.unique(system.tech_consumer[mine]).tolist()]
        found: dict[str, Mapping[str, Any]] = {}
        for row in calculation.about(load("recycling-terms"), "process", processes):
            found.setdefault(str(row["process"]), row)
        return found

    @cached_property
    def with_carbon(self) -> frozenset[str]:
        """Products that state a property: none of the others states its biogenic carbon."""
        rows = self.calculation.graph.query("SELECT DISTINCT ?product { ?product tm:hasProperty ?value }").dicts()
        return frozenset(str(row["product"]) for row in rows)

    def upstream(self, activity: int) -> Upstream:
        """Walk upstream from an activity."""
        return Upstream(self, upstream_of(self.calculation.snapshot.compiled, activity))


@dataclass(frozen=True)
class Upstream:
    """The supply chain of one product: which activities are in it.

    Attributes:
        parts: The parts of all footprints.
        inside: Marks the activities, bool[n].
    """

    parts: Parts
    inside: Bools

    @cached_property
    def processes(self) -> Bools:
        """Marks the processes in it."""
        snapshot = self.parts.calculation.snapshot
        marked = np.zeros(len(snapshot.process_ids), dtype=np.bool_)
        marked[snapshot.process[self.inside & (snapshot.process >= 0)]] = True
        return marked

    @cached_property
    def cut_offs(self) -> Ints:
        """Indices of the exchanges in it that are cut off."""
        cut = self.parts.calculation.snapshot.cut_offs
        found: Ints = np.unique(cut.exchange[self.processes[cut.process]])
        return found

    @cached_property
    def credits(self) -> Ints:
        """Positions of the technosphere exchanges in it that are credits."""
        at = self.parts.credited
        return at[self.inside[self.parts.calculation.snapshot.compiled.system.tech_consumer[at]]]

    @cached_property
    def _effect(self) -> Bools:
        return self.inside[self.parts.effects.consumer]

    def exchanges(self, mark: Bools | None = None) -> Bools:
        """Mark the exchanges that add to the footprint, all or those of the marked effects, bool[exchanges]."""
        found = np.zeros(len(self.parts.calculation.snapshot.compiled.system.exchange_ids), dtype=np.bool_)
        found[self.parts.effects.exchange[self._effect if mark is None else self._effect & mark]] = True
        return found
