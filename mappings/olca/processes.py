"""Processes and their exchanges as triples."""

from __future__ import annotations

from collections.abc import Iterator

from mappings.ntriples import LABEL, TRUE, TYPE, XSD, concept, dcterms, literal, tm
from mappings.olca.allocation import allocation_lines
from mappings.olca.annotations import annotation_lines, parameter_lines
from mappings.olca.documentation import documentation_lines
from mappings.olca.exchanges import Activity, Exchange
from mappings.olca.fields import objects, ref, text
from mappings.olca.flows import ELEMENTARY, Flows
from mappings.olca.names import Names
from mappings.olca.places import Places

_TYPES = {"UNIT_PROCESS": "unit-process", "LCI_RESULT": "lci-result"}
_EXCHANGE, _FLOW, _AMOUNT, _UNIT = tm("Exchange"), tm("flow"), tm("amount"), tm("unit")
_INPUT, _OUTPUT, _EMISSION = tm("input"), tm("output"), tm("emission")


def process_lines(flows: Flows, places: Places, activity: Activity) -> Iterator[str]:
    """Yield the triples of one process with everything that belongs to it."""
    entity, data, names = activity.entity, activity.entity.data, flows.names
    node = names.iri("process", activity.key)
    yield f"{node} {TYPE} {tm('UnitProcess')} .\n{node} {dcterms('identifier')} {literal(activity.key)} .\n"
    yield f"{node} {LABEL} {literal(entity.name or activity.key)} .\n"
    kind = _TYPES.get(text(data.get("processType")))
    if kind:
        yield f"{node} {tm('processType')} {concept('process-type', kind)} .\n"
    for value, term in (
        (text(data.get("description")), dcterms("description")),
        (flows.package.category(entity), tm("categoryPath")),
        (text(data.get("dqEntry")), tm("dataQualityEntry")),
    ):
        if value:
            yield f"{node} {term} {literal(value)} .\n"
    place = places.term(ref(data, "location"))
    if place:
        yield f"{node} {tm('geography')} {place} .\n"
    yield from names.version_lines(node, data)
    yield from documentation_lines(flows.package, names, entity)
    yield from allocation_lines(names, activity)
    yield from parameter_lines(names, objects(data, "parameters"), activity.key, node)
    for exchange in activity.exchanges:
        yield from _exchange_lines(names, node, exchange)


def _exchange_lines(names: Names, process: str, exchange: Exchange) -> Iterator[str]:
    """Yield an exchange; the core triples are one string because this runs for every one of them."""
    flow = exchange.flow
    node, about = names.iri("exchange", exchange.key), names.iri("flow", flow.node(exchange.side))
    link = _INPUT if exchange.side == "input" else _EMISSION if flow.kind == ELEMENTARY else _OUTPUT
    yield (
        f"{process} {link} {node} .\n{node} {TYPE} {_EXCHANGE} .\n{node} {_FLOW} {about} .\n"
        f'{node} {_AMOUNT} "{exchange.amount!r}"^^<{XSD}double> .\n{node} {_UNIT} {exchange.unit.term} .\n'
    )
    if exchange.reference:
        yield f"{process} {tm('quantitativeReference')} {node} .\n"
    if exchange.avoided:
        yield f"{node} {tm('avoided')} {TRUE} .\n"
    yield from annotation_lines(names, node, exchange)
