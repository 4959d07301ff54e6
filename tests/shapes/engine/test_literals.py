"""Literals are judged and reported as the file has them, although the store rewrites them."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from shacl import HEAD, parsed, report, rows, short

from shapes.engine.lexical import well_formed
from shapes.engine.loading import DataGraph, load
from shapes.validate import validate


def property_shape(constraint: str, target: str = "sh:targetSubjectsOf ex:p") -> str:
    return f"ex:S a sh:PropertyShape ; {target} ; sh:path ex:p ; {constraint} ."


@pytest.mark.parametrize(
    ("value", "constraint", "component"),
    [
        ('"5"^^xsd:byte', "sh:datatype xsd:byte", None),
        ('"5"^^xsd:byte', "sh:datatype xsd:integer", "Datatype"),
        ('"5"', "sh:datatype xsd:integer", "Datatype"),
        ('"300"^^xsd:byte', "sh:datatype xsd:byte", "Datatype"),
        ('"-1"^^xsd:nonNegativeInteger', "sh:datatype xsd:nonNegativeInteger", "Datatype"),
        ('"01"^^xsd:integer', "sh:datatype xsd:integer", None),
        ('"x"^^xsd:integer', "sh:datatype xsd:integer", "Datatype"),
        ('"99999999999999999999999"^^xsd:integer', "sh:datatype xsd:integer", None),
        ('"0.00000000000000000000012"^^xsd:decimal', "sh:datatype xsd:decimal", None),
        ('"2024-02-30"^^xsd:date', "sh:datatype xsd:date", "Datatype"),
        ('"2024-01-01T00:00:00Z"^^xsd:dateTimeStamp', "sh:datatype xsd:dateTimeStamp", None),
        ('"2024-01-01T00:00:00"^^xsd:dateTimeStamp', "sh:datatype xsd:dateTimeStamp", "Datatype"),
        ('"2024-01-01T00:00:00Z"^^xsd:dateTimeStamp', "sh:datatype xsd:dateTime", "Datatype"),
        ('"a"@en', "sh:datatype rdf:langString", None),
        ('"a"@en', "sh:datatype xsd:string", "Datatype"),
        ("1.50", 'sh:pattern "^1[.]50$"', None),
        ("1.50", "sh:maxLength 3", "MaxLength"),
        ("1.50", "sh:in ( 1.5 )", "In"),
        ("1.5", "sh:in ( 1.50 )", "In"),
        ("1.50", "sh:in ( 1.50 )", None),
        ("1.50", "sh:hasValue 1.5", "HasValue"),
        ("1.50", "sh:hasValue 1.50", None),
        ("1.5, 1.50", "sh:maxCount 1", "MaxCount"),
        ("1.5, 1.50", "sh:minCount 2", None),
        ('"5"^^xsd:byte , 5', "sh:minCount 2 ; sh:minInclusive 5 ; sh:maxExclusive 6", None),
        ('"0.00000000000000000000012"^^xsd:decimal', "sh:minExclusive 0", None),
        ('"0.00000000000000000000012"^^xsd:decimal', "sh:maxExclusive 0", "MaxExclusive"),
        ('"abc"', "sh:minInclusive 5", "MinInclusive"),
        ("ex:n", "sh:minInclusive 5", "MinInclusive"),
        ('"2024-01-01"^^xsd:date', 'sh:maxInclusive "2023-12-31"^^xsd:date', "MaxInclusive"),
    ],
)
def test_value(value: str, constraint: str, component: str | None) -> None:
    found = report(f"ex:a ex:p {value} .", property_shape(constraint))
    assert [short(r.component) for r in found.results] == ([] if component is None else [component])


def test_results_show_the_form_of_the_file() -> None:
    found = report("ex:a ex:p 1.50 . ex:b ex:p 2.00 .", property_shape("sh:nodeKind sh:IRI"))
    assert [r.value.value for r in found.results] == ["1.50", "2.00"]  # type: ignore[union-attr]
    found = report("ex:a ex:p 1.5, 1.50 .", property_shape('sh:pattern "^9"'))
    assert [r.value.value for r in found.results] == ["1.5", "1.50"]  # type: ignore[union-attr]


def test_literals_as_focus_nodes_stay_apart() -> None:
    shapes = "ex:S a sh:NodeShape ; sh:targetObjectsOf ex:p ; sh:targetNode 7.0 ; sh:datatype xsd:string ."
    found = report('ex:a ex:p 5 . ex:b ex:p "5"^^xsd:byte .', shapes)
    assert [str(r.focus) for r in found.results] == sorted(
        f'"{text}"^^<http://www.w3.org/2001/XMLSchema#{kind}>'
        for text, kind in (("5", "byte"), ("5", "integer"), ("7.0", "decimal"))
    )


def test_queries_still_calculate_with_rewritten_literals() -> None:
    shapes = """
    ex:S a sh:PropertyShape ; sh:targetSubjectsOf ex:p ; sh:path ex:p ; sh:pattern "5" ; sh:sparql [
        sh:message "{?value} is over"@en ; sh:select '''SELECT $this ?value { $this $PATH ?value FILTER (?value > 1.4) }''' ] .
    """
    found = report("ex:a ex:p 1.50 , 1.2 .", shapes)
    assert rows(found) == [("a", "Pattern", '"1.2"^^<xsd:decimal>'), ("a", "SPARQL", '"1.50"^^<xsd:decimal>')]
    assert found.results[1].messages == (ox.Literal("1.50 is over", language="en"),)


def test_a_nested_query_tells_rewritten_literals_apart() -> None:
    component = """
    ex:Short a sh:ConstraintComponent ; sh:parameter [ sh:path ex:most ] ;
        sh:validator [ sh:ask '''ASK { FILTER (?value < $most) }''' ] .
    ex:S a sh:PropertyShape ; sh:targetSubjectsOf ex:p ; sh:path ex:p ; sh:not [ ex:most 2 ; sh:maxLength 3 ] .
    """
    found = report('ex:a ex:p 1.50, 1.5, "1"^^xsd:byte, 3 .', component)
    assert rows(found) == [("a", "Not", '"1"^^<xsd:byte>'), ("a", "Not", '"1.5"^^<xsd:decimal>')]


def test_without_originals_the_store_is_the_data() -> None:
    store = load(parsed("ex:a ex:p 1.50 .")).store
    found = validate(store, parsed(property_shape("sh:in ( 1.50 )")))
    assert found.conforms
    assert [q.object.value for q in store] == ["1.5"]  # type: ignore[union-attr]


def test_the_data_graph_is_the_default_graph_and_is_left_alone() -> None:
    store = ox.Store()
    store.load((HEAD + "ex:a ex:p 1 . ex:g { ex:b ex:p 2 }").encode(), format=ox.RdfFormat.TRIG)
    before = set(store)
    found = validate(store, parsed(property_shape("sh:nodeKind sh:IRI")))
    assert rows(found) == [("a", "NodeKind", '"1"^^<xsd:integer>')]
    assert set(store) == before


def test_a_data_graph_gives_the_file_back() -> None:
    triples = parsed('ex:a ex:p 1.50, 1.5, "01"^^xsd:integer, "x" . ex:b ex:p 1.50 .')
    data = load(triples)
    assert sorted(map(str, data.triples())) == sorted(map(str, triples))
    assert [p.value[-1] for p in data.merged] == ["p"]
    assert not data.retyped
    assert not DataGraph(data.store).rewritten


@pytest.mark.parametrize(
    ("datatype", "good", "bad"),
    [
        ("boolean", "true false 0 1", "TRUE yes"),
        ("decimal", "1 -1.5 +.5 5.", "1e3 . x"),
        ("double", "1 1e3 -INF NaN .5E-2", "1e 0x1 inf"),
        ("time", "00:00:00 24:00:00 23:59:59.5Z", "24:00:01 12:00 25:00:00"),
        ("gYear", "2024 -0044 12024Z", "24 02024"),
        ("gMonthDay", "--02-29 --12-31Z", "--13-01 02-29"),
        ("duration", "P1Y PT5M -P1DT2H P1M PT0.5S", "P PT 1Y P1S PT1D"),
        ("dayTimeDuration", "P1D PT5M -P1DT2H3M4.5S", "P1Y P1M PT P1DT"),
        ("yearMonthDuration", "P1Y -P2Y3M P9M", "P1D P"),
        ("hexBinary", "0aFF", "0 0g"),
        ("base64Binary", "aGVsbG8= AAAA", "a AAA"),
        ("dateTime", "2024-02-29T10:00:00.5+14:00", "2024-02-29T10:00:00+15:00 2024-02-29"),
        ("unsignedByte", "255 +0", "256 -1 1.0"),
        ("negativeInteger", "-1", "0"),
    ],
)
def test_lexical_forms(datatype: str, good: str, bad: str) -> None:
    iri = f"http://www.w3.org/2001/XMLSchema#{datatype}"
    condition = well_formed(iri, "?v")
    for text, wanted in [(text, True) for text in good.split()] + [(text, False) for text in bad.split()]:
        literal = f'STRDT("{text}", <urn:{datatype}>)'
        asked = ox.Store().query(f"ASK {{ BIND({literal} AS ?v) FILTER(COALESCE({condition}, false)) }}")
        assert bool(asked) is wanted, text


def test_no_datatype_of_the_data_passes_for_a_private_one() -> None:
    found = report(
        'ex:a ex:p "5"^^<x-tanmai-exact:http://www.w3.org/2001/XMLSchema#integer> .',
        property_shape("sh:datatype xsd:integer"),
    )
    assert [short(r.component) for r in found.results] == ["Datatype"]
