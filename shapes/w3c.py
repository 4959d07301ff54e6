"""A report as the W3C validation report (https://www.w3.org/TR/shacl/#validation-report)."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from ontology import PREFIXES
from shapes.report import SH, Report, Result, Term

_PREFIXES = {name: PREFIXES[name] for name in ("tm", "rdf", "rdfs", "xsd")} | {"sh": SH}
_TYPE = ox.NamedNode(_PREFIXES["rdf"] + "type")
_BOOLEAN = ox.NamedNode(_PREFIXES["xsd"] + "boolean")


def report_triples(report: Report) -> Iterator[ox.Triple]:
    """Yield the triples of a report; its own nodes are blank and the same for the same report."""
    own = _free_prefix(report)
    top = ox.BlankNode(own)
    yield ox.Triple(top, _TYPE, _sh("ValidationReport"))
    yield ox.Triple(top, _sh("conforms"), ox.Literal("true" if report.conforms else "false", datatype=_BOOLEAN))
    for number, result in enumerate(report.results, start=1):
        node = ox.BlankNode(f"{own}{number}")
        yield ox.Triple(top, _sh("result"), node)
        yield from _result_triples(node, result)


def _free_prefix(report: Report) -> str:
    """Return a beginning of blank node labels that no node of the data or the shapes has."""
    named = (node for result in _with_details(report.results) for node in _nodes(result))
    taken = [node.value for node in named if isinstance(node, ox.BlankNode)]
    prefix = "report"
    while any(label.startswith(prefix) for label in taken):
        prefix += "s"
    return prefix


def _with_details(results: tuple[Result, ...]) -> Iterator[Result]:
    for result in results:
        yield result
        yield from _with_details(result.details)


def _nodes(result: Result) -> Iterator[Term | None]:
    yield from (result.focus, result.value, result.shape, result.constraint)
    if result.path is not None:
        yield result.path.node
        yield from (node for triple in result.path.triples for node in (triple.subject, triple.object))


def to_turtle(report: Report) -> str:
    """Return a report as Turtle."""
    return _written(report, ox.RdfFormat.TURTLE)


def to_json_ld(report: Report) -> str:
    """Return a report as JSON-LD."""
    return _written(report, ox.RdfFormat.JSON_LD)


def _written(report: Report, form: ox.RdfFormat) -> str:
    found = ox.serialize(report_triples(report), format=form, prefixes=_PREFIXES)
    assert found is not None
    return found.decode()


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(SH + name)


def _result_triples(node: ox.BlankNode, result: Result) -> Iterator[ox.Triple]:
    yield ox.Triple(node, _TYPE, _sh("ValidationResult"))
    yield ox.Triple(node, _sh("focusNode"), result.focus)
    if result.path is not None:
        yield ox.Triple(node, _sh("resultPath"), result.path.node)
        yield from result.path.triples
    if result.value is not None:
        yield ox.Triple(node, _sh("value"), result.value)
    for message in result.messages:
        yield ox.Triple(node, _sh("resultMessage"), message)
    yield ox.Triple(node, _sh("resultSeverity"), result.severity)
    yield ox.Triple(node, _sh("sourceConstraintComponent"), result.component)
    yield ox.Triple(node, _sh("sourceShape"), result.shape)
    if result.constraint is not None:
        yield ox.Triple(node, _sh("sourceConstraint"), result.constraint)
    for number, detail in enumerate(result.details, start=1):
        inner = ox.BlankNode(f"{node.value}d{number}")
        yield ox.Triple(node, _sh("detail"), inner)
        yield from _result_triples(inner, detail)
