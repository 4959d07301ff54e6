"""What is ill-formed is an error; what is unknown to our engine goes to pySHACL; nothing is passed over."""

from __future__ import annotations

import builtins
from collections.abc import Callable

import pytest
from shacl import HEAD, parsed, report, rows

from shapes.engine.loading import load
from shapes.errors import ReferenceEngineError, ShapesGraphError, UnsupportedShapeError
from shapes.validate import compiled, validate

DATA = "ex:a a ex:C ; ex:p 1 , 2 ."
NODE = "ex:S a sh:NodeShape ; sh:targetClass ex:C ; "
PROPERTY = "ex:S a sh:PropertyShape ; sh:targetClass ex:C ; sh:path ex:p ; "


@pytest.mark.parametrize(
    ("shapes", "reason"),
    [
        (PROPERTY + "sh:minCount 1, 2 .", "has 2 values of"),
        (PROPERTY + 'sh:minCount "1" .', "write an integer"),
        (PROPERTY + "sh:nodeKind sh:Iri .", "sh:nodeKind of .* is Iri"),
        (PROPERTY + "sh:class 'C' .", "not an IRI"),
        (PROPERTY + "sh:datatype 5 .", "not an IRI"),
        (PROPERTY + "sh:minInclusive ex:five .", "write a literal"),
        (PROPERTY + "sh:uniqueLang 'true' .", "write true or false"),
        (PROPERTY + "sh:in ex:notalist .", "list at"),
        (PROPERTY + "sh:in _:l . _:l rdf:first 1 ; rdf:rest _:l .", "list at"),
        (PROPERTY + "sh:message 5 .", "write a string"),
        (PROPERTY + "sh:severity 'high' .", "not an IRI"),
        (PROPERTY + "sh:path ex:q .", "has 2 values of"),
        (PROPERTY + "sh:qualifiedValueShape [ sh:class ex:C ] .", "without sh:qualifiedMinCount"),
        (PROPERTY + "sh:node ex:Missing .", "says nothing"),
        (PROPERTY + "sh:node [ sh:path ex:q ] .", "use sh:property"),
        (PROPERTY + "a sh:NodeShape .", "node shape .* has a sh:path"),
        (NODE + "sh:property [ sh:minCount 1 ] .", "has no sh:path|belongs to a property shape"),
        (NODE + "sh:minCount 1 .", "belongs to a property shape"),
        (NODE + "sh:property 'p' .", "not a shape"),
        (NODE + "sh:targetNode [ ] .", "blank node"),
        (NODE + "sh:closed 1 .", "write true or false"),
        ("ex:S a sh:PropertyShape ; sh:targetClass ex:C .", "has no sh:path"),
        ("ex:S a sh:PropertyShape ; sh:targetClass ex:C ; sh:path [ ] ; sh:minCount 1 .", "is none of"),
        ("ex:S a sh:PropertyShape ; sh:targetClass ex:C ; sh:path ( ex:p ) .", "two or more"),
        ("ex:S a sh:PropertyShape ; sh:targetClass ex:C ; sh:path _:p . _:p sh:inversePath _:p .", "contains itself"),
        ("ex:S a sh:PropertyShape ; sh:targetClass ex:C ; sh:path 'p' .", "neither an IRI"),
        (NODE + "sh:target [ a sh:SPARQLTarget ; sh:select 'SELECT ?x { ?x ?y ?z }' ] .", "does not return"),
        (NODE + "sh:target [ a sh:SPARQLTarget ; sh:select 'SELECT ?this { ?this }' ] .", "no valid SPARQL"),
        (NODE + "sh:sparql [ sh:message 'no query' ] .", "has no sh:select"),
    ],
)
def test_an_ill_formed_shapes_graph_is_an_error(shapes: str, reason: str) -> None:
    with pytest.raises(ShapesGraphError, match=reason):
        report(DATA, shapes)


@pytest.mark.parametrize(
    ("shapes", "reason"),
    [
        (PROPERTY + "sh:minCuont 1 .", "uses sh:minCuont"),
        (NODE + "sh:propertty [ sh:path ex:p ] .", "uses sh:propertty"),
        (NODE + "sh:property [ sh:pth ex:p ; sh:minCount 1 ] .", "uses sh:pth"),
        (NODE + "sh:rule [ a sh:TripleRule ] .", "uses sh:rule"),
        ("ex:graph sh:entailment <http://www.w3.org/ns/entailment/RDFS> .", "uses sh:entailment"),
        (PROPERTY + "sh:node ex:T . ex:T a sh:NodeShape ; sh:property ex:S .", "uses itself"),
        (PROPERTY + "sh:pattern '(?=a)b' .", "look ahead"),
        (PROPERTY + "sh:hasValue [ ] .", "no query can name"),
        (PROPERTY + "sh:in ( [ ] ) .", "no query can name"),
        (NODE + "sh:target [ a ex:Unheard ] .", "no sh:SPARQLTarget"),
    ],
)
def test_what_is_unknown_is_refused(shapes: str, reason: str) -> None:
    with pytest.raises(UnsupportedShapeError, match=reason):
        compiled(parsed(shapes))


def test_shapes_nested_without_end_are_refused() -> None:
    deep = " ".join(f"ex:N{i} a sh:NodeShape ; sh:node ex:N{i + 1} ." for i in range(2000))
    with pytest.raises(UnsupportedShapeError, match="more than 100 shapes deep"):
        compiled(parsed(deep + " ex:N2000 a sh:NodeShape ; sh:class ex:C . ex:N0 sh:targetClass ex:C ."))


def test_paths_nested_without_end_are_refused() -> None:
    deep = "[ sh:inversePath " * 200 + "ex:p" + " ]" * 200
    with pytest.raises(UnsupportedShapeError, match="more than 100 paths deep"):
        compiled(parsed(f"ex:S a sh:PropertyShape ; sh:targetClass ex:C ; sh:minCount 1 ; sh:path {deep} ."))


def test_data_in_the_shapes_graph_may_say_what_it_likes() -> None:
    assert report(DATA, PROPERTY + "sh:minCount 1 . ex:a ex:p 1 ; sh:focusNode ex:b . ex:note sh:unheard 1 .").conforms


def test_pyshacl_answers_for_us_and_the_report_says_so() -> None:
    pytest.importorskip("pyshacl", reason="pySHACL is not installed (extra: reference)")
    shapes = PROPERTY + "sh:pattern '^1(?=[.])' ; sh:message 'one'@en ; sh:severity sh:Warning ."
    found = validate(load(parsed("ex:a a ex:C ; ex:p 1.50, 2.50 .")), parsed(shapes))
    assert (found.engine, found.conforms, found.passes) == ("pyshacl", False, True)
    assert found.reason is not None
    assert "look ahead" in found.reason
    assert rows(found) == [("a", "Pattern", '"2.50"^^<xsd:decimal>')]
    (result,) = found.results
    assert result.path is not None
    assert (result.path.text, result.messages[0].language) == ("<https://example.org/p>", "en")


def test_pyshacl_may_fail_too() -> None:
    pytest.importorskip("pyshacl", reason="pySHACL is not installed (extra: reference)")
    with pytest.raises(ReferenceEngineError, match=r"look ahead .*pySHACL could not"):
        validate(load(parsed(DATA)), parsed(PROPERTY + "sh:pattern '(?=a' ."))


def test_without_pyshacl_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    usual: Callable[..., object] = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name == "pyshacl":
            raise ImportError(name)
        return usual(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ReferenceEngineError, match=r"look ahead .*pip install 'tanmai\[reference\]'"):
        validate(load(parsed(DATA)), parsed(PROPERTY + "sh:pattern '(?=a)' ."))


def test_a_file_that_is_no_turtle_is_named(tmp_path) -> None:
    place = tmp_path / "broken.ttl"
    place.write_text(HEAD + "ex:S a", encoding="utf-8")
    with pytest.raises(ShapesGraphError, match=r"broken\.ttl is no Turtle"):
        validate(load(parsed(DATA)), place)
