"""Costs: inputs of processes that are stated in money and supplied by a sector; cost times intensity is their footprint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from footprint.equations import EPS
from footprint.solve import Supply
from footprint.units import UnitTable
from graphstore.answers.graph import Calculation
from graphstore.answers.names import Names
from graphstore.answers.sectors import Sectors, costs
from graphstore.queries import load
from graphstore.technosphere.quantities import conversions_of, unit_table


def costed_inputs(calculation: Calculation, chain: Supply, known: Sectors, names: Names) -> list[dict[str, Any]]:
    """Return every cost of a supply chain, the largest first.

    Each has the process that pays, the sector product, the amount as stated, the amount in the whole chain in the table's
    money, the intensity of the sector in kg CO2e per unit of money, their product with its error bound, the table, and how the
    money was converted where it was.
    """
    snapshot, scores = calculation.snapshot, calculation.scores
    system = snapshot.compiled.system
    bought = costs(calculation, chain, known)
    ids = [system.exchange_ids[int(e)] for e in system.tech_exchange[bought]]
    facts = {str(row["exchange"]): row for row in calculation.about(load("costs"), "exchange", ids)}
    names.learn(str(row[key]) for row in facts.values() for key in ("process", "flow", "unit"))
    units = unit_table(calculation.select) if ids else UnitTable()
    lines = []
    for position, iri in zip(bought.tolist(), ids, strict=True):
        provider, consumer = int(system.tech_provider[position]), int(system.tech_consumer[position])
        per_run, row = float(system.tech_amount[position]), facts[iri]
        amount, intensity = per_run * float(chain.runs[consumer]), float(scores.values[provider])
        value = amount * intensity
        bound = abs(per_run) * float(chain.bounds[consumer]) * abs(intensity) + abs(amount) * float(
            scores.bounds[provider]
        )
        own = snapshot.unit_of(provider)
        lines.append(
            {
                "exchange": iri,
                "process": names[str(row["process"])].as_dict(),
                "sector": names[str(row["flow"])].as_dict(),
                "stated": {"amount": row["amount"], "unit": names[str(row["unit"])].as_dict()},
                "amount": amount,
                "unit": names[own].as_dict(),
                "intensity": intensity,
                "value": value,
                "error_bound": bound * (1 + 4 * EPS) + 4 * EPS * abs(value),
                "table": known.tables[snapshot.maker(provider)],
                "conversion": _conversion(calculation, units, row, own, names),
            }
        )
    return sorted(lines, key=lambda line: (-abs(line["value"]), line["exchange"]))


def _conversion(
    calculation: Calculation, units: UnitTable, row: Mapping[str, Any], own: str, names: Names
) -> dict[str, Any] | None:
    """Return how stated money was turned into that of the table; None where only the size of the unit differs."""
    stated = str(row["unit"])
    if units.commensurable(stated, own):
        return None
    properties = conversions_of(calculation.select, str(row["flow"]))
    way = None if properties else units.route(stated, own)
    rates = properties if way is None else way.rates
    names.learn(iri for rate in rates for iri in (rate.unit, rate.per_unit))
    return {
        "factor": units.scale(stated, own, properties),
        "rates": [
            {"amount": rate.amount, "unit": names[rate.unit].as_dict(), "per": names[rate.per_unit].as_dict()}
            for rate in rates
        ],
    }
