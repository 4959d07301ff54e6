"""A system of the engine as RDF: N-Triples in the graph pattern that the extraction reads.

The way back is the test of it: the triples go through load, extraction and assembly, and must give the scores of the
arrays they were made from. In the graph a treatment of waste takes a positive amount of waste in and its customers put
a positive amount out, so the minus signs that the arrays give to waste do not appear.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from footprint.system import EmissionRow, System
from mappings.ntriples import TRUE, TYPE, concept, dcterms, double, tm, typed

__all__ = ["GWP_SET", "GraphNames", "exchange_count", "ntriples"]

EX = "https://example.org/"
GWP_SET = "BENCHMARK"
"""Notation of the GWP set that the triples carry along, so that a store needs nothing else to be loaded."""
UNIT = "<http://qudt.org/vocab/unit/KiloGM>"


@dataclass(frozen=True, slots=True)
class GraphNames:
    """IRIs of the nodes of activity `j`: process, flow and reference exchange, and what it makes or treats."""

    process: str
    flow: str
    reference: str

    @classmethod
    def of(cls, system: System, j: int) -> GraphNames:
        """Return the names, in angle brackets."""
        return cls(f"<{system.activity_ids[j]}>", f"<{EX}flow/{j}>", f"<{EX}reference/{j}>")


def exchange_count(system: System) -> int:
    """Return how many tm:Exchange nodes the graph of a system has."""
    return system.n + len(system.tech_amount) + len(system.bio_amount)


def ntriples(system: System, factors: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bytes:
    """Return the graph of a system with all the reference knowledge its calculation needs.

    Args:
        system: activities of one product each, exchanges with identifiers.
        factors: kg CO2e per kg of each emission row.
    """
    names = [GraphNames.of(system, j) for j in range(system.n)]
    waste = (system.production < 0).tolist()
    parts = chain(
        _knowledge(system, factors),
        _activities(system, names, waste),
        _technosphere(system, names, waste),
        _emissions(system, names),
    )
    return "\n".join(parts).encode() + b"\n"


def _knowledge(system: System, factors: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Iterator[str]:
    """The unit, the gases with their potentials, the emission categories and the elementary flows."""
    qudt = "http://qudt.org/schema/qudt/"
    yield f"{UNIT} {TYPE} <{qudt}Unit> ."
    yield f"{UNIT} <{qudt}hasDimensionVector> <http://qudt.org/vocab/dimensionvector/A0E0L0I0M1H0T0D0> ."
    yield f"{UNIT} <{qudt}conversionMultiplier> {double(1.0)} ."
    worth: dict[str, float] = {}
    for k, (row, factor) in enumerate(zip(system.rows, factors.tolist(), strict=True)):
        worth[row.gas] = max(worth.get(row.gas, 0.0), factor)
        yield from _category(row, counted=factor != 0)
        flow = _elementary(k)
        yield f"{flow} {TYPE} {tm('ElementaryFlow')} ."
        yield f"{flow} {tm('gas')} {concept('gas', row.gas)} ."
        yield f"{flow} {tm('emissionCategory')} {concept('emission-category', row.category)} ."
        if row.aircraft:
            yield f"{flow} {tm('aircraftEmission')} {TRUE} ."
    for gas, value in worth.items():
        factor_iri = concept("gwp", f"{gas}-{GWP_SET}")
        yield f"{factor_iri} {TYPE} {tm('CharacterizationFactor')} ."
        yield f"{factor_iri} {tm('gas')} {concept('gas', gas)} ."
        yield f"{factor_iri} {tm('gwpSet')} {concept('gwp-set', GWP_SET)} ."
        yield f"{factor_iri} {tm('amount')} {double(value)} ."


def _category(row: EmissionRow, *, counted: bool) -> Iterator[str]:
    """Whether a category enters the total: uptake of biogenic CO2 has the factor zero and does not."""
    category = concept("emission-category", row.category)
    yield f"{category} {tm('countsInTotal')} {typed(str(counted).lower(), 'boolean')} ."
    yield f"{category} {tm('countsInTotalWithBiogenic')} {TRUE} ."
    if not counted:
        yield f"{category} {tm('isRemoval')} {TRUE} ."


def _elementary(row: int) -> str:
    return f"<{EX}elementary-flow/{row}>"


def _activities(system: System, names: list[GraphNames], waste: list[bool]) -> Iterator[str]:
    """Processes, their flows and their quantitative references: an output, or an input where waste is treated."""
    process_class, reference = tm("UnitProcess"), tm("quantitativeReference")
    source, label = dcterms("source"), "<http://www.w3.org/2000/01/rdf-schema#label>"
    for j, (name, treats, amount) in enumerate(zip(names, waste, system.production.tolist(), strict=True)):
        yield f"{name.process} {TYPE} {process_class} ."
        yield f'{name.process} {label} "process {j}"@en .'
        yield f"{name.process} {source} <{EX}source> ."
        yield f"{name.process} {reference} {name.reference} ."
        yield f"{name.flow} {TYPE} {tm('WasteFlow' if treats else 'Product')} ."
        yield f'{name.flow} {label} "product {j}"@en .'
        yield from _exchange(name.process, "input" if treats else "output", name.reference, name.flow, abs(amount))


def _exchange(process: str, side: str, exchange: str, flow: str, amount: float) -> Iterator[str]:
    """The statements that every exchange has."""
    yield f"{process} {tm(side)} {exchange} ."
    yield f"{exchange} {TYPE} {_EXCHANGE} ."
    yield f"{exchange} {_FLOW} {flow} ."
    yield f"{exchange} {_AMOUNT} {double(amount)} ."
    yield f"{exchange} {_UNIT} {UNIT} ."


_EXCHANGE, _FLOW, _AMOUNT, _UNIT = tm("Exchange"), tm("flow"), tm("amount"), tm("unit")


def _technosphere(system: System, names: list[GraphNames], waste: list[bool]) -> Iterator[str]:
    """Demands and credits, each with its provider."""
    provider_is, avoided, stage_is = tm("defaultProvider"), tm("avoided"), tm("stage")
    columns = (system.tech_provider, system.tech_consumer, system.tech_amount, system.tech_exchange, system.tech_stage)
    for provider, consumer, amount, number, stage in zip(*(column.tolist() for column in columns), strict=True):
        exchange, taken = f"<{system.exchange_ids[number]}>", -amount if waste[provider] else amount
        side = "output" if waste[provider] else "input"
        yield from _exchange(names[consumer].process, side, exchange, names[provider].flow, abs(taken))
        yield f"{exchange} {provider_is} {names[provider].process} ."
        if taken < 0:
            yield f"{exchange} {avoided} {TRUE} ."
        if stage >= 0:
            yield f"{exchange} {stage_is} {concept('stage', system.stage_ids[stage])} ."


def _emissions(system: System, names: list[GraphNames]) -> Iterator[str]:
    columns = (system.bio_activity, system.bio_row, system.bio_amount, system.bio_exchange)
    for activity, row, amount, number in zip(*(column.tolist() for column in columns), strict=True):
        exchange = f"<{system.exchange_ids[number]}>"
        yield from _exchange(names[activity].process, "emission", exchange, _elementary(row), amount)
