"""A report written as RDF is a W3C validation report, and says all that the report says."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from shapes.engine.graph import ShapesGraph
from shapes.engine.loading import load
from shapes.report import SH, Report
from shapes.validate import validate
from shapes.w3c import report_triples, to_json_ld, to_turtle

HEAD = """@prefix ex: <https://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(SH + name)


@pytest.fixture
def report() -> Report:
    data = ox.parse(HEAD + "ex:a a ex:C ; ex:p 1.50 , ex:b .", format=ox.RdfFormat.TURTLE)
    shapes = """ex:S a sh:PropertyShape ; sh:targetClass ex:C ; sh:path ( ex:p [ sh:zeroOrOnePath ex:q ] ) ;
        sh:severity sh:Warning ; sh:message "bad {?value}"@en , "坏"@zh ; sh:node ex:T .
    ex:T a sh:NodeShape ; sh:nodeKind sh:IRI ; sh:sparql ex:never .
    ex:never sh:select "SELECT $this { FILTER (isLiteral($this)) }" ."""
    return validate(load(data), [q.triple for q in ox.parse(HEAD + shapes, format=ox.RdfFormat.TURTLE)])


def test_the_triples(report: Report) -> None:
    graph = ShapesGraph(report_triples(report))
    (top,) = graph.subjects(sh("conforms"))
    assert [held.value for held in graph.objects(top, sh("conforms"))] == ["false"]  # type: ignore[union-attr]
    (result,) = graph.objects(top, sh("result"))
    names = ("focusNode", "value", "resultSeverity", "sourceConstraintComponent", "sourceShape")
    assert [str(graph.one(result, sh(name))) for name in names] == [
        "<https://example.org/a>",
        '"1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        f"<{SH}Warning>",
        f"<{SH}NodeConstraintComponent>",
        "<https://example.org/S>",
    ]
    assert {str(message) for message in graph.objects(result, sh("resultMessage"))} == {'"bad 1.50"@en', '"坏"@zh'}
    path = graph.one(result, sh("resultPath"))
    assert path is not None
    (first, second) = graph.members(path, "the path")
    assert str(first) == "<https://example.org/p>"
    assert graph.objects(second, sh("zeroOrOnePath")) == [ox.NamedNode("https://example.org/q")]
    details = graph.objects(result, sh("detail"))
    found = {str(graph.one(d, sh("sourceConstraintComponent"))): graph.one(d, sh("sourceConstraint")) for d in details}
    assert found == {
        f"<{SH}NodeKindConstraintComponent>": None,
        f"<{SH}SPARQLConstraintComponent>": ox.NamedNode("https://example.org/never"),
    }


def test_turtle_and_json_ld_say_the_same(report: Report) -> None:
    wanted = ox.Dataset(ox.Quad(*t) for t in report_triples(report))
    wanted.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    for text, form in ((to_turtle(report), ox.RdfFormat.TURTLE), (to_json_ld(report), ox.RdfFormat.JSON_LD)):
        found = ox.Dataset(ox.parse(text, format=form))
        found.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        assert found == wanted


def test_a_conforming_report() -> None:
    text = to_turtle(Report(conforms=True, results=(), engine="tanmai"))
    assert "sh:conforms true" in text
    assert "sh:result " not in text


def test_blank_nodes_of_the_data_are_not_those_of_the_report() -> None:
    data = [
        ox.Triple(ox.BlankNode(label), ox.NamedNode("https://example.org/p"), ox.Literal(label))
        for label in ("report", "report1", "reports1")
    ]
    shapes = HEAD + "ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:nodeKind sh:IRI ."
    found = validate(load(data), [q.triple for q in ox.parse(shapes, format=ox.RdfFormat.TURTLE)])
    triples = list(report_triples(found))
    focus = {t.object for t in triples if t.predicate == sh("focusNode")}
    assert focus == {t.subject for t in data}
    assert not focus & {t.subject for t in triples}
