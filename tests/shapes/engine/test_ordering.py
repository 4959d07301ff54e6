"""Joins are written in the order in which they are to be looked up, and ask the same as before."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from shacl import parsed

import shapes
from shapes.engine.loading import load
from shapes.engine.ordering import ordered
from shapes.engine.outline import Group, outline
from shapes.engine.patterns import fresh_names, read_patterns
from shapes.engine.plan import QueryCheck
from shapes.validate import compiled_files, validate

THIS = ["this"]


def written(text: str, *, apart: bool = False) -> str:
    return " ".join(ordered(text, THIS, apart=apart).split())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "SELECT $this { ?other <e:p> ?x . $this <e:q> ?other }",
            "SELECT ?this { ?this <e:q> ?other . LATERAL { ?other <e:p> ?x } }",
        ),
        (  # a check before a step, a constant before nothing at all
            "SELECT $this { $this <e:p> ?x ; a <e:C> . ?y <e:q> ?z . ?y <e:r> 1 }",
            "SELECT ?this { ?this a <e:C> . LATERAL { ?this <e:p> ?x } LATERAL { ?y <e:r> 1 } LATERAL { ?y <e:q> ?z } }",
        ),
        (  # sequences are cut, the inverse is turned round, an alternative is a union of ways
            "SELECT $this { ?x ^<e:p>/(<e:q>|<e:r>/<e:s>) $this }",
            (
                "SELECT ?this { { ?tanmai_step_1 <e:q> ?this . } UNION { ?tanmai_step_2 <e:s> ?this . LATERAL { ?tanmai_step_1 <e:r> "
                "?tanmai_step_2 } } LATERAL { ?x ^ <e:p> ?tanmai_step_1 } }"
            ),
        ),
        (  # a filter sees all of its group
            "SELECT $this { FILTER NOT EXISTS { ?b <e:q> 'x'@en . ?a <e:p> ?b } $this <e:r> ?a }",
            "SELECT ?this { ?this <e:r> ?a . FILTER NOT EXISTS { ?a <e:p> ?b . LATERAL { ?b <e:q> 'x'@en } } }",
        ),
        (  # blank nodes are left as they are
            "SELECT $this { [] <e:p> ?x . ?x <e:q> $this }",
            "SELECT ?this { [ ] <e:p> ?x . ?x <e:q> ?this }",
        ),
        (  # a value made by an expression need not stand in the graph, where a path of no step begins
            "SELECT $this { BIND(1 AS ?x) $this <e:p> ?y . ?x <e:q>* ?z }",
            "SELECT ?this { BIND( 1 AS ?x ) ?this <e:p> ?y . ?x <e:q> * ?z }",
        ),
    ],
)
def test_each_join_begins_at_what_is_bound(query: str, expected: str) -> None:
    assert written(query) == expected


def test_a_way_back_from_a_value_is_asked_once_for_all() -> None:
    query = "SELECT $this { $this <e:p> -2 FILTER NOT EXISTS { $this <e:f> ?f . ?o <e:out> ?m . ?m <e:f> ?f } }"
    assert written(query, apart=True) == (
        "SELECT ?this { LATERAL { ?this <e:p> -2 . } OPTIONAL { SELECT DISTINCT ?this (1 AS ?tanmai_hit_1) WHERE { ?this <e:f> ?f . "
        "{ SELECT DISTINCT ?f WHERE { ?m <e:f> ?f . ?o <e:out> ?m } } } } FILTER(!BOUND(?tanmai_hit_1)) }"
    )


SHARED = """
ex:S a sh:NodeShape ; sh:targetObjectsOf ex:in ; sh:sparql [ sh:prefixes ex: ; sh:select '''
  SELECT $this { ?p ex:in $this FILTER %s { $this ex:flow ?f . ?o ex:out ?m . ?m ex:flow ?f } }''' ] .
ex: sh:declare [ sh:prefix 'ex' ; sh:namespace 'https://example.org/'^^xsd:anyURI ] .
"""


@pytest.mark.parametrize(("words", "found"), [("NOT EXISTS", {"b", "c"}), ("EXISTS", {"a"})])
def test_what_is_asked_once_for_all_is_the_same(words: str, found: set[str]) -> None:
    data = (
        "ex:p ex:in ex:a, ex:b, ex:c . ex:a ex:flow ex:f . ex:b ex:flow ex:g . ex:o ex:out ex:m . ex:m ex:flow ex:f ."
    )
    report = validate(load(parsed(data)), parsed(SHARED % words))
    assert {str(r.focus).removeprefix("<https://example.org/").removesuffix(">") for r in report.results} == found


TWICE = """
ex:S a sh:NodeShape ; sh:targetNode ex:s ; sh:sparql [ sh:prefixes ex: ; sh:select '''
  SELECT $this (SUM(?x) AS ?value) { $this ex:has|^ex:of ?part . ?part ex:x ?x } GROUP BY $this ''' ] .
ex: sh:declare [ sh:prefix 'ex' ; sh:namespace 'https://example.org/'^^xsd:anyURI ] .
"""


def test_what_two_ways_lead_to_counts_twice() -> None:
    """So it is by SPARQL 1.1, an alternative path is a union; and so pySHACL adds up."""
    data, shape = parsed("ex:s ex:has ex:a . ex:a ex:of ex:s ; ex:x 5 . ex:b ex:of ex:s ; ex:x 1 ."), parsed(TWICE)
    assert [r.value for r in validate(load(data), shape).results] == [ox.Literal(11)]


def shipped_queries() -> list[QueryCheck]:
    from pathlib import Path

    plan = compiled_files([Path(str(file)) for file in shapes.files()])
    return [query for shape in plan.shapes for query in shape.queries]


def loose(group: Group) -> bool:
    """Whether the store is left to order joins in a group."""
    patterns = read_patterns(group.patterns, fresh_names())
    return patterns is None or len(patterns) > 1


def test_no_shipped_query_leaves_the_store_to_order_its_joins() -> None:
    checks = shipped_queries()
    assert len(checks) > 300
    for check in checks:
        assert check.joinable, check.constraint
        query = outline(" ".join(check.parts), "a constraint")
        once = {
            id(inner)
            for group in query.where.groups
            if group.role == "OPTIONAL" and group.query
            for inner in group.nested()
        }
        names = [group for group in query.all_groups() if id(group) not in once and loose(strip(group))]
        assert not names, (check.constraint, [" ".join(p.text for p in g.patterns) for g in names])


def strip(group: Group) -> Group:
    """Leave the words between groups out of the patterns."""
    words = {"LATERAL", "OPTIONAL", "UNION"}
    group.patterns = [part for part in group.patterns if part.key not in words]
    return group


def test_a_closure_in_a_path_begins_at_its_focus_node() -> None:
    """All pairs of this chain are four and a half millions."""
    chain = [f"ex:n{i} ex:next ex:n{i + 1} ." for i in range(3000)]
    store = parsed("\n".join([*chain, "ex:n2990 a ex:C . ex:n3000 ex:last 1 ."]))
    path = "sh:path ( ex:next [ sh:zeroOrMorePath ex:next ] ex:last )"
    shape = f"ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ {path} ; sh:maxInclusive 0 ] ."
    found = validate(load(store), parsed(shape)).results
    assert [r.value for r in found] == [ox.Literal(1)]
