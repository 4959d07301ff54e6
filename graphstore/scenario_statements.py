"""Scenarios as statements: kept in a named graph each, written as Turtle, taken out again."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

import pyoxigraph as ox

from graphstore.errors import ScenarioError
from graphstore.scenarios import AmountChange, Change, Scenario
from graphstore.store import GraphStore
from graphstore.terms import PREFIXES, Value, iri, literal, name, to_term

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_PROPERTIES = {
    "exchange": "tm:changedExchange",
    "amount": "tm:amount",
    "unit": "tm:unit",
    "relative": "tm:relativeChange",
    "new": "tm:newProvider",
    "old": "tm:replacedProvider",
    "factor": "tm:changedFactor",
    "co2e": "tm:co2e",
    "other": "tm:shiftedWith",
    "share": "tm:share",
}


def scenario_iri(base: str, key: str) -> str:
    """IRI of the scenario of this name.

    Raises:
        ScenarioError: it is no name.
    """
    if not _NAME.fullmatch(key):
        raise ScenarioError(f"{key!r} is no name of a scenario: use up to 80 letters (A-Z), digits, '.', '-' and '_'.")
    return f"{base}/id/scenario/{key}"


def add(store: GraphStore, scenario: Scenario) -> None:
    """Keep a scenario as local statements, in a graph of its own; the data are not touched.

    Raises:
        ScenarioError: there is one of this IRI.
    """
    known = ox.NamedNode(scenario.iri)
    if store.query("ASK { ?scenario a tm:Scenario }", {"scenario": known}):
        raise ScenarioError(f"There is a scenario <{scenario.iri}> already. Remove it first, or choose another name.")
    listed = "\n".join(f"{s} {p} {o} ." for s, p, o in triples(scenario))
    store.update(f"INSERT DATA {{ GRAPH {_graph(scenario.iri)} {{\n{listed}\n}} }}")


def remove(store: GraphStore, scenario: Scenario) -> None:
    """Take a scenario out that was kept as local statements.

    Raises:
        ScenarioError: it came with a dataset.
    """
    graph = _graph(scenario.iri)
    if not store.query(f"ASK {{ GRAPH {graph} {{ <{scenario.iri}> a tm:Scenario }} }}"):
        raise ScenarioError(
            f"<{scenario.iri}> came with a dataset that was loaded, so it stays with it: load the dataset without it."
        )
    store.update(f"DELETE WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}")


def turtle(scenario: Scenario) -> str:
    """Write a scenario as Turtle that can be loaded anywhere the exchanges it names are."""
    prefixes = {
        key: value for key, value in PREFIXES.items() if key in {"tm", "rdfs", "skos", "dcterms", "unit", "xsd"}
    }
    quads = [ox.Triple(*triple) for triple in triples(scenario)]
    return (ox.serialize(quads, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b"").decode()


def triples(scenario: Scenario) -> list[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]]:
    """Return the statements of a scenario; its changes are numbered from one."""
    subject, kind = iri(scenario.iri), name("rdf:type")
    made: list[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]] = [(subject, kind, name("tm:Scenario"))]
    for prefixed, texts in (("rdfs:label", scenario.labels), ("skos:definition", scenario.definitions)):
        made += [(subject, name(prefixed), literal(text, lang=tag or None)) for tag, text in sorted(texts.items())]
    if scenario.source:
        made.append((subject, name("dcterms:source"), _source(scenario.source)))
    for number, change in enumerate(scenario.changes, 1):
        node = iri(f"{scenario.iri}/change-{number}")
        made += [(subject, name("tm:change"), node), (node, kind, name(f"tm:{type(change).__name__}"))]
        made += [
            (node, name(_PROPERTIES[key]), _term(change, key))
            for key in change.__slots__
            if getattr(change, key) is not None
        ]
    return made


def with_units(scenario: Scenario, units: dict[str, str]) -> Scenario:
    """State the unit of each new amount: the exchange's own (by IRI in `units`) where the change names none."""
    stated = (
        replace(change, unit=change.unit or units[change.exchange])
        if isinstance(change, AmountChange) and change.amount is not None
        else change
        for change in scenario.changes
    )
    return replace(scenario, changes=tuple(stated))


def _term(change: Change, key: str) -> ox.NamedNode | ox.Literal:
    value: Value = getattr(change, key)
    term = iri(value) if isinstance(value, str) else to_term(value)
    assert not isinstance(term, ox.BlankNode)
    return term


def _source(text: str) -> ox.NamedNode | ox.Literal:
    """An address as an IRI; a text, and what looks like an address and is none, as it is written."""
    if re.fullmatch(r"(https?|urn):\S+", text):
        with suppress(ValueError):
            return iri(text)
    return literal(text)


def _graph(scenario: str) -> ox.NamedNode:
    return iri(f"{scenario}/graph")
