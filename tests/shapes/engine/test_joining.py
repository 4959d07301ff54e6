"""One query for all focus nodes finds what one query for each finds, where the engine says so, and it says so where it can."""

from __future__ import annotations

import random
from collections import Counter

import pyoxigraph as ox
import pytest

from shapes.engine.compiler import compile_shapes
from shapes.engine.graph import ShapesGraph
from shapes.engine.loading import load
from shapes.engine.prebinding import is_joinable
from shapes.validate import validate

DATA = """
@prefix ex: <https://example.org/> .
ex:a a ex:C ; ex:p 1, 2, 3 ; ex:q ex:b .
ex:b a ex:C ; ex:p 5 ; ex:q ex:a, ex:c ; ex:limit 4 .
ex:c a ex:C ; ex:limit 9 .
_:d a ex:C ; ex:p 7 ; ex:q ex:a .
ex:e ex:p 8 .
"""
SHAPES = """
@prefix ex: <https://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex: sh:declare [ sh:prefix "ex" ; sh:namespace "https://example.org/"^^xsd:anyURI ] .
ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:sparql [ sh:prefixes ex: ; sh:select '''%s''' ] .
"""
JOINED = [
    "SELECT $this ?value WHERE { $this ex:p ?value . FILTER (?value > 2) }",
    "SELECT $this WHERE { FILTER ($this != ex:a) }",
    "SELECT DISTINCT $this ?value { $this ex:q/ex:p ?value }",
    "SELECT $this ?value { $this ex:q ?other . OPTIONAL { ?other ex:p ?value } }",
    "SELECT $this ?value { $this ex:q ?other . OPTIONAL { $this ex:limit ?l . FILTER ($this != ex:b) } BIND (?other AS ?value) }",
    "SELECT $this ?value { { $this ex:p ?value } UNION { $this ex:limit ?value . FILTER ($this = ex:c) } }",
    "SELECT $this { $this ex:q ?o FILTER NOT EXISTS { ?o ex:q $this } }",
    "SELECT $this { FILTER NOT EXISTS { $this ex:p ?any FILTER (?any < 6 && $this != ex:e) } }",
    "SELECT $this ?value { { SELECT $this (SUM(?x) AS ?value) { $this ex:p ?x } GROUP BY $this } FILTER (?value > 5) }",
    "SELECT $this ?value { { SELECT $this ?value { { $this ex:p ?value } UNION { $this ex:limit ?value } } } FILTER (?value > 4) }",
    "SELECT $this (COUNT(?x) AS ?value) { $this ex:p ?x } GROUP BY $this HAVING (COUNT(?x) > 1)",
    "SELECT $this ?value { ?value ex:q $this } ORDER BY ?value",
    "SELECT $this ?value { ex:e ex:p ?value }",
    "SELECT $this ('{ } # <' AS ?value) { $this ex:limit ?l # a comment with a brace {\n }",
    "SELECT $this ?x ?scope0 ?beside { $this ex:p ?x ; ex:q ?scope0 . ?scope0 a ?beside }",
]
SINGLE = [
    "SELECT $this ?value { $this ex:p ?value { ex:e ex:p ?x FILTER (?x<$this||?x>2) } }",
    "SELECT $this ?value { $this ex:p ?value FILTER (?value != 1 || \\u003Fthis = ex:b) }",
    "SELECT $this { { FILTER ($this = ex:a) } }",
    "SELECT $this { { FILTER (bound($this)) } UNION { $this ex:p 7 } }",
    "SELECT $this ?value { $this ex:p ?value } ORDER BY ?value LIMIT 1",
    "SELECT $this ?value { $this ex:q ?o OPTIONAL { ?o ex:p ?value FILTER ($this != ex:b) } }",
    "SELECT $this ?value { { ?o ex:p ?value FILTER ($this = ?o) } UNION { $this ex:limit ?value } }",
    "SELECT $this ?value { { BIND ($this AS ?value) } }",
    "SELECT $this { { SELECT $this { FILTER ($this = ex:a) } } }",
    "SELECT $this ?value { { SELECT $this ?value { { ?value ex:p 5 } UNION { $this ex:limit ?value } FILTER ($this != ex:b) } } }",
    "SELECT $this { $this ex:q ?o { SELECT $this (MAX(?x) AS ?m) { { $this ex:p ?x } } GROUP BY $this LIMIT 1 } }",
    "SELECT $this { $this a ex:C FILTER EXISTS { SELECT $this (COUNT(?x) AS ?n) { $this ex:p ?x } GROUP BY $this HAVING (COUNT(?x) > 2) } }",
    "SELECT $this ?value { OPTIONAL { $this ex:limit ?value } OPTIONAL { ?value ex:x ?y BIND ($this AS ?z) } }",
]


def parsed(text: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)]


def rows(query: str) -> Counter[tuple[str, str]]:
    plan = compile_shapes(ShapesGraph(parsed(SHAPES % query.replace("\n", "\\n"))))
    return Counter((str(r.focus), str(r.value)) for r in validate(load(parsed(DATA)), plan).results)


@pytest.mark.parametrize("query", JOINED + SINGLE)
def test_joining_changes_no_row(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = rows(query)
    monkeypatch.setattr("shapes.engine.queries.is_joinable", lambda *_: False)
    assert usual == rows(query)
    assert usual


@pytest.mark.parametrize(("query", "joined"), [(q, True) for q in JOINED] + [(q, False) for q in SINGLE])
def test_what_may_be_joined(query: str, joined: bool) -> None:
    assert is_joinable(query, ["this"]) is joined


class RandomQuery:
    """Groups within groups, with filters and assignments that read `$this` where they may not see it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def text(self) -> str:
        return f"SELECT $this ?value {{ {self.group(0)} }}"

    def group(self, depth: int) -> str:
        return " ".join(self.part(depth) for _ in range(self.chance.randint(1, 3)))

    def part(self, depth: int) -> str:
        pick = self.chance.choice
        node, other = pick(("$this", "?value", "?o")), pick(("?value", "?o", "?x", "$this"))
        simple = [
            f"{node} ex:{pick('pq')} {other} .",
            f"{node} ex:{pick(('q/ex:p', 'limit'))} {other} .",
            f"FILTER ({pick(('$this', '?value', '?o'))} {pick(('=', '!='))} {pick(('ex:a', '?o', '2', '$this'))})",
            f"BIND ({pick(('$this', '?o', '1'))} AS ?v{self.chance.randrange(10**6)})",
        ]
        if depth > 2 or self.chance.random() < 0.5:
            return pick(simple)
        inner, second = self.group(depth + 1), self.group(depth + 1)
        return pick(
            [
                f"{{ {inner} }}",
                f"{{ {inner} }} UNION {{ {second} }}",
                f"OPTIONAL {{ {inner} }}",
                f"FILTER {pick(('', 'NOT '))}EXISTS {{ {inner} }}",
                f"{{ SELECT $this ?o {{ {inner} }} }}",
                f"{{ SELECT DISTINCT $this (COUNT(?o) AS ?n{self.chance.randrange(10**6)}) {{ {inner} }} GROUP BY $this }}",
            ]
        )


@pytest.mark.parametrize("seed", range(60))
def test_joining_changes_no_row_of_random_queries(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    query = RandomQuery(seed).text()
    usual = rows(query)
    monkeypatch.setattr("shapes.engine.queries.is_joinable", lambda *_: False)
    assert usual == rows(query), query
