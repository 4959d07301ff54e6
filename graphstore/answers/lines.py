"""The terms of a footprint: each is an amount times a factor, and together they are the total.

A term is an elementary exchange (kilograms of a gas times its warming potential) or the use of an emission factor (an
amount times the factor). Exchanges between processes are no terms: they only carry amounts upstream.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from footprint.inventory import Floats, Ints
from footprint.solve import Supply
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
    """

    exchange: Ints
    value: Floats
    amount: Floats

    @classmethod
    def of(cls, calculation: Calculation, supply: Supply) -> Terms:
        """Evaluate every term for one supply chain."""
        snapshot, weight = calculation.snapshot, calculation.characterisation.excluding_biogenic
        system = snapshot.compiled.system
        direct = np.bincount(
            system.bio_activity, weight[system.bio_row] * system.bio_amount, minlength=system.n
        )  # of factor activities: their value per unit, since they run once per unit
        stated = np.flatnonzero(system.bio_exchange >= 0)
        kilograms = system.bio_amount[stated] * supply.runs[system.bio_activity[stated]]
        priced = np.flatnonzero(snapshot.factor[system.tech_provider] >= 0)
        amounts = system.tech_amount[priced] * supply.runs[system.tech_consumer[priced]]
        exchange = np.concatenate((system.bio_exchange[stated], system.tech_exchange[priced]))
        value = np.concatenate(
            (weight[system.bio_row[stated]] * kilograms, direct[system.tech_provider[priced]] * amounts)
        )
        keys, where = np.unique(exchange, return_inverse=True)
        return cls(
            exchange=keys.astype(np.int64),
            value=np.bincount(where, value, minlength=len(keys)).astype(np.float64),
            amount=np.bincount(where, np.concatenate((kilograms, amounts)), minlength=len(keys)).astype(np.float64),
        )

    def largest(self, most: int | None = None) -> Ints:
        """Return positions of the terms by size, zero terms left out."""
        order: Ints = np.argsort(-np.abs(self.value), kind="stable").astype(np.int64)
        order = order[self.value[order] != 0]
        return order if most is None else order[:most]


def details(calculation: Calculation, exchanges: Iterable[int]) -> dict[str, dict[str, Any]]:
    """Look up what the graph says about exchanges: process, flow, provider, unit, source, year, place, kind of data."""
    ids = calculation.snapshot.compiled.system.exchange_ids
    found: dict[str, dict[str, Any]] = {}
    for row in calculation.about(load("exchange-details"), "exchange", (ids[int(e)] for e in exchanges)):
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


def by_process(calculation: Calculation, terms: Terms, total: float, names: Names, most: int) -> list[dict[str, Any]]:
    """Sum the terms by the process they stand in, largest first: its own emissions and the factors it uses."""
    snapshot = calculation.snapshot
    system = snapshot.compiled.system
    owner = np.full(len(system.exchange_ids), -1, dtype=np.int64)
    owner[system.tech_exchange] = snapshot.process[system.tech_consumer]
    stated = system.bio_exchange >= 0
    owner[system.bio_exchange[stated]] = snapshot.process[system.bio_activity[stated]]
    sums = np.bincount(owner[terms.exchange], terms.value, minlength=len(snapshot.process_ids))
    order = np.argsort(-np.abs(sums), kind="stable")[:most]
    order = order[sums[order] != 0]
    names.learn(snapshot.process_ids[int(p)] for p in order)
    return [
        {
            **names[snapshot.process_ids[int(p)]].as_dict(),
            "value": float(sums[p]),
            "share": float(sums[p]) / total if total else None,
        }
        for p in order
    ]


def learn(names: Names, facts: Mapping[str, Mapping[str, Any]]) -> None:
    """Fetch the names of everything that these rows of facts point at."""
    names.learn(str(row[key]) for row in facts.values() for key in _NAMED if row.get(key) is not None)


def facts_of(row: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Return what is known of an exchange, named: where it stands, what supplies it, where amount and factor come from."""
    made: dict[str, Any] = {key: names[str(row[key])].as_dict() for key in _NAMED if row.get(key) is not None}
    return made | {key: row[key] for key in _PLAIN if row.get(key) is not None}


_NAMED = ("process", "flow", "provider", "unit", "geography", "dataKind", "source", "factorGeography", "factorSource")
_PLAIN = ("year", "illustrative", "sourceText", "formula", "factorYear", "factorSourceText", "factorIllustrative")
