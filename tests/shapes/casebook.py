"""What the cases of the shapes share: the shapes of one requirement alone, and reports as multisets that two engines agree on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pyoxigraph as ox

import ontology
import shapes
from shapes.report import Report

HERE = Path(__file__).parent / "cases"
STUDIES = Path(__file__).parents[2] / "examples" / "studies"
SH = "http://www.w3.org/ns/shacl#"
TM = "https://w3id.org/tanmai/ontology#"
REQUIREMENT = "https://w3id.org/tanmai/id/requirement/"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def cases() -> list[str]:
    """The requirement ids that have a folder of cases."""
    return sorted(folder.name for folder in HERE.iterdir() if folder.is_dir())


def parsed(path: Path) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE)]


@cache
def knowledge() -> tuple[ox.Quad, ...]:
    """The shipped knowledge, as a store holds it."""
    store = ox.Store()
    for file in ontology.files():
        store.load(file.read_bytes(), ox.RdfFormat.TURTLE)
    return tuple(store)


def lines(store: ox.Store) -> set[bytes]:
    """What a store holds, to be compared with what it holds later."""
    return set((store.dump(format=ox.RdfFormat.N_QUADS) or b"").splitlines())


@cache
def _by_subject() -> dict[object, list[ox.Triple]]:
    found: dict[object, list[ox.Triple]] = defaultdict(list)
    for file in shapes.files():
        for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE):
            found[quad.subject].append(quad.triple)
    return found


@cache
def _heads() -> dict[str, list[ox.NamedNode]]:
    """Shapes with a target, by the requirement that they check."""
    targets = {SH + name for name in ("target", "targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")}
    found: dict[str, list[ox.NamedNode]] = defaultdict(list)
    for subject, triples in _by_subject().items():
        if isinstance(subject, ox.NamedNode) and any(t.predicate.value in targets for t in triples):
            for triple in triples:
                if triple.predicate.value == TM + "requirement" and isinstance(triple.object, ox.NamedNode):
                    found[triple.object.value.removeprefix(REQUIREMENT)].append(subject)
    return found


def requirements() -> list[str]:
    """The requirement ids that a shape with a target checks."""
    return sorted(_heads())


@cache
def alone(identifier: str) -> tuple[ox.Triple, ...]:
    """The shapes graph of one requirement: its shapes, what they lead to, and the prefixes."""
    waiting: list[object] = list(_heads()[identifier])
    reached: dict[object, list[ox.Triple]] = {}
    while waiting:
        node = waiting.pop()
        if node in reached or node not in _by_subject():
            continue
        reached[node] = [t for t in _by_subject()[node] if t.predicate.value != TM + "requirement"]
        waiting += [t.object for t in reached[node] if isinstance(t.object, ox.NamedNode | ox.BlankNode)]
        waiting += [t.predicate for t in reached[node]]
    return tuple(triple for triples in reached.values() for triple in triples)


def multiset(triples: Iterable[ox.Triple]) -> Counter[tuple[str, ...]]:
    """The results of a W3C report graph that are not details, by what decides of sameness; blank nodes are wildcards."""
    described: dict[object, dict[str, object]] = defaultdict(dict)
    details = set()
    for triple in triples:
        described[triple.subject][triple.predicate.value.removeprefix(SH)] = triple.object
        if triple.predicate.value == SH + "detail":
            details.add(triple.object)
    wanted = ("focusNode", "resultPath", "value", "resultSeverity", "sourceConstraintComponent", "sourceShape")
    found: Counter[tuple[str, ...]] = Counter()
    for node, said in described.items():
        if "focusNode" in said and node not in details:
            found[tuple(_text(said.get(name)) for name in wanted)] += 1
    return found


def _text(term: object) -> str:
    if term is None:
        return ""
    return "_" if isinstance(term, ox.BlankNode) else str(term)


def identifiers(report: Report, by_shape: dict[object, str]) -> set[str]:
    """The requirement ids that a report names."""
    return {by_shape[result.shape] for result in report.results}
