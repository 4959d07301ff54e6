"""The W3C test suite of SHACL, answered by our engine to the row."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from shapes.engine.graph import ShapesGraph
from shapes.engine.loading import load
from shapes.engine.plan import from_json, to_json
from shapes.errors import ShapesGraphError
from shapes.report import SH, Report, Term
from shapes.validate import compiled, validate

FIXTURES = os.environ.get("TANMAI_FIXTURES")
SUITE = Path(FIXTURES or "") / "conformance" / "shacl" / "tests"
TESTS = sorted(SUITE.rglob("*.ttl")) if FIXTURES else []
MANIFEST = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
TEST = "http://www.w3.org/ns/shacl-test#"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
FAILURE = ox.NamedNode(TEST + "Failure")

pytestmark = pytest.mark.skipif(not TESTS, reason="the W3C suite is not there (set TANMAI_FIXTURES)")


def entries() -> Iterator[tuple[str, Path, Term]]:
    for file in TESTS:
        for node in ShapesGraph(parsed(file)).subjects(TYPE, ox.NamedNode(TEST + "Validate")):
            yield str(file.relative_to(SUITE)), file, node


def parsed(file: Path) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(path=file, format=ox.RdfFormat.TURTLE, base_iri=file.as_uri())]


def value(graph: ShapesGraph, node: Term, name: str) -> Term | None:
    return graph.one(node, ox.NamedNode(name))


def shown(term: Term | None) -> str | None:
    """Return a term as it is compared: blank nodes are wildcards."""
    return None if term is None else "_:" if isinstance(term, ox.BlankNode) else str(term)


def expected_rows(graph: ShapesGraph, report: Term) -> Counter[tuple[str | None, ...]]:
    names = ("focusNode", "resultPath", "resultSeverity", "sourceConstraintComponent", "sourceShape", "value")
    results = graph.objects(report, ox.NamedNode(SH + "result"))
    return Counter(tuple(shown(value(graph, result, SH + name)) for name in names) for result in results)


def found_rows(report: Report) -> Counter[tuple[str | None, ...]]:
    return Counter(
        tuple(map(shown, (r.focus, r.path and r.path.node, r.severity, r.component, r.shape, r.value)))
        for r in report.results
    )


@pytest.mark.parametrize(("file", "node"), [pytest.param(f, n, id=i) for i, f, n in (entries() if TESTS else ())])
def test_entry(file: Path, node: Term) -> None:
    graph = ShapesGraph(parsed(file))
    action, wanted = value(graph, node, MANIFEST + "action"), value(graph, node, MANIFEST + "result")
    assert action is not None
    assert wanted is not None
    data, shapes = (
        parsed(Path(value(graph, action, TEST + name).value.removeprefix("file://")))  # type: ignore[union-attr]
        for name in ("dataGraph", "shapesGraph")
    )
    if wanted == FAILURE:
        with pytest.raises(ShapesGraphError):
            validate(load(data), shapes)
        return
    report = validate(load(data), shapes)
    assert report.engine == "tanmai"
    assert report.conforms is (value(graph, wanted, SH + "conforms").value == "true")  # type: ignore[union-attr]
    assert found_rows(report) == expected_rows(graph, wanted)
    assert validate(load(data), from_json(to_json(compiled(shapes)))) == report


def test_the_suite_is_whole() -> None:
    kinds = Counter(name.split("/")[0] for name, _, _ in entries())
    assert kinds == {"core": 98, "sparql": 23}
