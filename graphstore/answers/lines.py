"""The terms of a footprint: each is an amount times a factor, and together they are the total.

A term is an elementary exchange (kilograms of a gas times its warming potential) or the use of an emission factor (an
amount times the factor). Exchanges between processes are no terms: they only carry amounts upstream.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from footprint.intervals import exact, product, summed
from footprint.inventory import Floats, Ints
from footprint.solve import Bounded, Supply
from graphstore.answers.graph import Calculation
from graphstore.answers.names import Names
from graphstore.answers.underscenario import corrected
from graphstore.queries import load


@dataclass(frozen=True, slots=True)
class Terms:
    """All terms of one result, grouped by exchange.

    Attributes:
        exchange: Index of the exchange.
        value: kg CO2e, emissions positive.
        amount: Amount of the exchange in the whole supply chain, in the unit the engine calculates in.
        bound: Rigorous bound of the absolute error of each value.
    """

    exchange: Ints
    value: Floats
    amount: Floats
    bound: Floats

    @classmethod
    def of(cls, calculation: Calculation, supply: Supply) -> Terms:
        """Evaluate every term for one supply chain."""
        snapshot, cost = calculation.snapshot, calculation.cost
        system = snapshot.compiled.system
        runs = Bounded(supply.runs, supply.bounds)
        stated = np.flatnonzero(system.bio_exchange >= 0)
        kilograms = product(exact(system.bio_amount[stated]), _at(runs, system.bio_activity[stated].astype(np.int64)))
        emitted = product(exact(cost.factors[system.bio_row[stated]]), kilograms)
        priced = np.flatnonzero(snapshot.factor[system.tech_provider] >= 0)
        amounts = product(exact(system.tech_amount[priced]), _at(runs, system.tech_consumer[priced].astype(np.int64)))
        # a factor's activity runs once per unit, so its direct emissions are those of one unit
        bought = product(_at(Bounded(cost.values, cost.errors), system.tech_provider[priced].astype(np.int64)), amounts)
        exchange = np.concatenate((system.bio_exchange[stated], system.tech_exchange[priced]))
        keys, where = np.unique(exchange, return_inverse=True)
        value, amount = (
            summed(_joined(*parts), where.astype(np.int32), len(keys))
            for parts in ((emitted, bought), (kilograms, amounts))
        )
        return cls(keys.astype(np.int64), value.values, amount.values, value.bounds)

    def largest(self, most: int | None = None) -> Ints:
        """Return positions of the terms by size, zero terms left out."""
        order: Ints = np.argsort(-np.abs(self.value), kind="stable").astype(np.int64)
        order = order[self.value[order] != 0]
        return order if most is None else order[:most]


def _at(parts: Bounded, positions: Ints) -> Bounded:
    return Bounded(parts.values[positions], parts.bounds[positions])


def _joined(first: Bounded, second: Bounded) -> Bounded:
    return Bounded(np.concatenate((first.values, second.values)), np.concatenate((first.bounds, second.bounds)))


def details(calculation: Calculation, exchanges: Iterable[int]) -> dict[str, dict[str, Any]]:
    """Look up what the graph says about exchanges: process, flow, provider, unit, source, year, place, kind of data."""
    ids = calculation.snapshot.compiled.system.exchange_ids
    return details_of(calculation, (ids[int(e)] for e in exchanges))


def details_of(calculation: Calculation, iris: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Look up the same for exchanges by IRI."""
    found: dict[str, dict[str, Any]] = {}
    for row in calculation.about(load("exchange-details"), "exchange", iris):
        found.setdefault(str(row["exchange"]), row)
    return corrected(calculation, found)


def described(
    calculation: Calculation, terms: Terms, positions: Ints, total: float, names: Names
) -> list[dict[str, Any]]:
    """Return the terms at these positions with their names, factors and sources, ready for people and JSON."""
    ids = calculation.snapshot.compiled.system.exchange_ids
    facts = details(calculation, terms.exchange[positions])
    learn(names, facts)
    lines = []
    for position in positions.tolist():
        iri = ids[int(terms.exchange[position])]
        row, value, amount = facts.get(iri, {}), float(terms.value[position]), float(terms.amount[position])
        line: dict[str, Any] = {"exchange": iri, "value": value, "share": value / total if total else None}
        line |= {"amount": amount, "factor": value / amount if amount else None}
        lines.append(line | facts_of(row, names))
    return lines


def by_process(
    calculation: Calculation, terms: Terms, total: float, names: Names, most: int, first: int = 0
) -> list[dict[str, Any]]:
    """Sum the terms by the process they stand in, largest first: its own emissions and the factors it uses.

    Args:
        calculation: State of the graph and settings.
        terms: The terms of a result.
        total: The result.
        names: Where names are looked up.
        most: How many processes to return.
        first: How many of the largest to leave out.
    """
    ids, (order, sums) = calculation.snapshot.process_ids, process_sums(calculation, terms)
    shown = order[first : first + most].tolist()
    names.learn(ids[p] for p in shown)
    return [
        {**names[ids[p]].as_dict(), "value": float(sums[p]), "share": float(sums[p]) / total if total else None}
        for p in shown
    ]


def process_sums(calculation: Calculation, terms: Terms) -> tuple[Ints, Floats]:
    """Return the processes whose terms do not sum to zero, largest first, and the sum of every process."""
    snapshot = calculation.snapshot
    system = snapshot.compiled.system
    owner = np.full(len(system.exchange_ids), -1, dtype=np.int64)
    owner[system.tech_exchange] = snapshot.process[system.tech_consumer]
    stated = system.bio_exchange >= 0
    owner[system.bio_exchange[stated]] = snapshot.process[system.bio_activity[stated]]
    sums = np.bincount(owner[terms.exchange], terms.value, minlength=len(snapshot.process_ids)).astype(np.float64)
    order = np.argsort(-np.abs(sums), kind="stable")
    return order[sums[order] != 0], sums


def learn(names: Names, facts: Mapping[str, Mapping[str, Any]]) -> None:
    """Fetch the names of everything that these rows of facts point at."""
    names.learn(str(row[key]) for row in facts.values() for key in _NAMED if row.get(key) is not None)


def facts_of(row: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Return what is known of an exchange, named: where it stands, what supplies it, where amount and factor come from."""
    made: dict[str, Any] = {key: names[str(row[key])].as_dict() for key in _NAMED if row.get(key) is not None}
    return made | {key: row[key] for key in _PLAIN if row.get(key) is not None}


_NAMED = ("process", "flow", "provider", "unit", "geography", "dataKind", "source", "factorGeography", "factorSource")
_PLAIN = ("year", "illustrative", "sourceText", "formula", "factorYear", "factorSourceText", "factorIllustrative")
