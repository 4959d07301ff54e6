"""SHACL-SPARQL: constraints, components, targets, and what they say."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from shacl import EX, PREFIXES, report, rows, short

from shapes.errors import ShapesGraphError

DATA = "ex:a a ex:C ; ex:p 1, 12 ; ex:q ex:b . ex:b a ex:C ; ex:p 5 ."


def sparql(select: str, more: str = "", shape: str = "") -> str:
    return f"""{PREFIXES}
    ex:S a sh:NodeShape ; sh:targetClass ex:C ; {shape}
        sh:sparql ex:rule . ex:rule sh:prefixes ex: ; {more} sh:select '''{select}''' ."""


def test_messages_keep_their_languages_and_are_filled() -> None:
    messages = 'sh:message "{$this}: {?value} of {?most} {?gone}"@en , "{?value} 过大"@zh , "plain" ;'
    found = report(
        DATA,
        sparql("SELECT $this ?value ?most { $this ex:p ?value BIND (10 AS ?most) FILTER (?value > ?most) }", messages),
    )
    assert set(found.results[0].messages) == {
        ox.Literal(f"{EX}a: 12 of 10 {{?gone}}", language="en"),
        ox.Literal("12 过大", language="zh"),
        ox.Literal("plain"),
    }


def test_a_row_may_name_its_path_and_message() -> None:
    select = "SELECT $this ?path ?value ?message { $this ex:q ?value BIND (ex:q AS ?path) BIND ('no'@en AS ?message) }"
    (found,) = report(
        DATA, sparql(select, 'sh:message "never" ;', 'sh:severity sh:Info ; sh:message "nor this" ;')
    ).results
    assert found.path is not None
    assert (short(found.path.node), short(found.value), short(found.severity)) == ("q", "b", "Info")
    assert found.messages == (ox.Literal("no", language="en"),)
    assert short(found.constraint) == "rule"


def test_the_shape_speaks_where_the_constraint_does_not() -> None:
    (found,) = report(DATA, sparql("SELECT $this { $this ex:q ?x }", shape='sh:message "of {$this}"@en ;')).results
    assert found.messages == (ox.Literal(f"of {EX}a", language="en"),)
    assert short(found.value) == "a"


def test_each_solution_is_a_result() -> None:
    assert len(report(DATA, sparql("SELECT $this { $this ex:p ?x }")).results) == 3
    assert len(report(DATA, sparql("SELECT DISTINCT $this { $this ex:p ?x }")).results) == 2


def test_deactivated_constraints_rest() -> None:
    assert report(DATA, sparql("SELECT $this { $this ex:p ?x }", "sh:deactivated true ;")).conforms


def test_blank_nodes_are_focus_nodes_of_their_own() -> None:
    select = "SELECT $this ?value { { $this ex:p ?value } UNION { FILTER (isBlank($this)) } }"
    found = report("_:x a ex:C ; ex:p 1 . _:y a ex:C . ex:z a ex:C .", sparql(select))
    assert len(found.results) == 3
    assert len({r.focus for r in found.results}) == 2


def test_the_shapes_graph_and_the_shape_may_be_asked() -> None:
    select = "SELECT $this { GRAPH $shapesGraph { $currentShape ex:limit ?limit } $this ex:p ?x FILTER (?x > ?limit) }"
    assert rows(report(DATA, sparql(select, shape="ex:limit 6 ;"))) == [("a", "SPARQL", "a")]


@pytest.mark.parametrize(
    ("select", "reason"),
    [
        ("SELECT $this { $this ex:p ?x MINUS { $this ex:p 1 } }", "uses MINUS"),
        ("SELECT $this { VALUES ?x { 1 } }", "uses VALUES"),
        ("SELECT $this { SERVICE <http://e.org/> { ?a ?b ?c } }", "uses SERVICE"),
        ("SELECT $this { BIND (1 AS $this) }", "assigns"),
        ("SELECT $this { { SELECT ?x { ?x ex:p ?y } } }", "does not return"),
        ("SELECT ?x { ?x ex:p ?y }", "does not return"),
        ("SELECT $this { $this ex:p }", "no valid SPARQL"),
        ("SELECT $this { $this ex:p ?x ", "do not match"),
        ("SELECT $this { $this other:p ?x }", 'prefix "other:"'),
        ("CONSTRUCT { $this ex:p 1 } WHERE { }", "begins with CONSTRUCT"),
        ("SELECT $this { $this $PATH ?x }", "uses $PATH"),
        ("SELECT $this ?failure { BIND (true AS ?failure) }", "signals a failure"),
    ],
)
def test_what_shacl_forbids_is_refused(select: str, reason: str) -> None:
    with pytest.raises(ShapesGraphError, match=reason.replace("$", r"\$")):
        report(DATA, sparql(select))


COMPONENT = f"""{PREFIXES}
ex:Near a sh:ConstraintComponent ; sh:parameter [ sh:path ex:near ] , [ sh:path ex:within ; sh:optional true ] ;
    sh:labelTemplate "within {{$within}} of {{$near}}"@en ; %s .
ex:S a sh:PropertyShape ; sh:targetClass ex:C ; sh:path ex:p ; ex:near 4 ; ex:within 2 .
ex:T a sh:PropertyShape ; sh:targetClass ex:C ; sh:path ex:p ; ex:near 5 .
ex:U a sh:PropertyShape ; sh:targetClass ex:C ; sh:path ex:p ; ex:within 0 .
"""
ASK = "ASK { FILTER (ABS(?value - $near) <= COALESCE($within, 0)) }"


@pytest.mark.parametrize(
    "ask",
    [
        ASK,
        "ASK { { FILTER (ABS($value - $near) <= IF(BOUND($within), $within, 0)) } }",  # asked for each value node
    ],
)
def test_a_component_with_an_ask_validator(ask: str) -> None:
    found = report(DATA, COMPONENT % f"sh:validator [ sh:ask '''{ask}''' ]")
    assert [(short(r.shape), short(r.focus), r.value.value) for r in found.results] == [  # type: ignore[union-attr]
        *(("S", "a", "1"), ("S", "a", "12"), ("T", "a", "1"), ("T", "a", "12")),
    ]
    assert {short(r.component) for r in found.results} == {"Near"}
    assert found.results[0].messages == (ox.Literal("within 2 of 4", language="en"),)


def test_a_component_with_a_select_validator() -> None:
    select = "SELECT $this ?value { $this $PATH ?value FILTER (?value > $near) }"
    found = report(DATA, COMPONENT % f"sh:propertyValidator [ sh:message 'over {{$near}}' ; sh:select '''{select}''' ]")
    assert [(short(r.shape), r.value.value, r.messages[0].value) for r in found.results] == [  # type: ignore[union-attr]
        *(("S", "12", "over 4"), ("T", "12", "over 5"), ("S", "5", "over 4")),
    ]


def test_a_component_without_a_validator_for_the_kind_of_shape_does_nothing() -> None:
    assert report(DATA, COMPONENT % "sh:nodeValidator [ sh:select '''SELECT $this { }''' ]").conforms


def test_a_sparql_target() -> None:
    shapes = f"""{PREFIXES}
    ex:S a sh:NodeShape ; sh:nodeKind sh:Literal ; sh:property [ sh:path ex:p ; sh:maxCount 0 ] ; sh:target [
        a sh:SPARQLTarget ; sh:prefixes ex: ; sh:select '''SELECT ?this {{ ?this ex:q ?other . ?other a ex:C }}''' ] ."""
    assert rows(report(DATA, shapes)) == [("a", "MaxCount", ""), ("a", "NodeKind", "a")]


def test_a_target_type() -> None:
    shapes = f"""{PREFIXES}
    ex:Having a sh:SPARQLTargetType ; rdfs:subClassOf sh:Target ; sh:parameter [ sh:path ex:amount ] ;
        sh:prefixes ex: ; sh:select '''SELECT ?this {{ ?this ex:p $amount }}''' .
    ex:S a sh:NodeShape ; sh:nodeKind sh:Literal ; sh:target [ a ex:Having ; ex:amount 5 ] ."""
    assert rows(report(DATA, shapes)) == [("b", "NodeKind", "b")]


def test_names_in_braces_and_prefixes_through_imports() -> None:
    shapes = """
    ex:more <http://www.w3.org/2002/07/owl#imports> ex:base .
    ex:base sh:declare [ sh:prefix "" ; sh:namespace "https://example.org/"^^xsd:anyURI ] .
    ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:sparql [ sh:prefixes ex:more ; sh:message "{a} {?value}" ;
        sh:select '''# {comment
        SELECT $this ?value WHERE { $this :q ?b . BIND ("}{ :x ?y" AS ?value) }''' ] ."""
    (found,) = report(DATA, shapes).results
    assert found.messages == (ox.Literal("{a} }{ :x ?y"),)
