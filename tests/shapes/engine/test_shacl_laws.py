"""Laws that hold whatever the shapes and the data are."""

from __future__ import annotations

import random
import time

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import case

from shapes.engine import compiler
from shapes.engine.graph import ShapesGraph
from shapes.engine.loading import load
from shapes.report import Report, Term
from shapes.validate import validate

cases = st.integers(0, 10**9).map(case)


def parsed(text: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)]


def renamed(triples: list[ox.Triple], prefix: str) -> list[ox.Triple]:
    def new(term: Term) -> Term:
        return ox.BlankNode(prefix + term.value) if isinstance(term, ox.BlankNode) else term

    return [ox.Triple(new(t.subject), t.predicate, new(t.object)) for t in triples]  # type: ignore[arg-type]


def rows(report: Report) -> list[tuple[str, ...]]:
    return sorted((str(r.focus), str(r.value), str(r.component), str(r.shape)) for r in report.results)


def without_names(report: Report) -> list[tuple[str, ...]]:
    def shown(term: object) -> str:
        return "_:" if isinstance(term, ox.BlankNode) else str(term)

    return sorted(
        tuple(map(shown, (r.focus, r.path and r.path.text, r.value, r.severity, r.component, r.shape, len(r.details))))
        for r in report.results
    )


@settings(max_examples=25, deadline=None)
@given(cases, st.randoms(use_true_random=False))
def test_the_order_of_triples_changes_nothing(graphs: tuple[str, str], chance: random.Random) -> None:
    data, shapes = map(parsed, graphs)
    before = validate(load(data), shapes)
    chance.shuffle(data)
    chance.shuffle(shapes)
    assert validate(load(data), shapes) == before


@settings(max_examples=25, deadline=None)
@given(cases)
def test_a_graph_conforms_when_nothing_is_reported(graphs: tuple[str, str]) -> None:
    report = validate(load(parsed(graphs[0])), parsed(graphs[1]))
    assert report.conforms is (report.results == ())
    assert report.passes is not any(r.severity.value.endswith("Violation") for r in report.results)


@settings(max_examples=25, deadline=None)
@given(cases)
def test_names_of_blank_nodes_mean_nothing(graphs: tuple[str, str]) -> None:
    data, shapes = map(parsed, graphs)
    before = without_names(validate(load(data), shapes))
    assert without_names(validate(load(renamed(data, "zz")), renamed(shapes, "yy"))) == before


@settings(max_examples=25, deadline=None)
@given(cases)
def test_more_triples_about_others_change_nothing(graphs: tuple[str, str]) -> None:
    data, shapes = map(parsed, graphs)
    apart = parsed("<https://apart.org/a> <https://apart.org/p> 1.50 , <https://apart.org/b> .")
    assert validate(load([*data, *apart]), shapes) == validate(load(data), shapes)


@settings(max_examples=25, deadline=None)
@given(cases)
def test_a_long_list_is_looked_up_as_a_short_one_is_tried(graphs: tuple[str, str]) -> None:
    data, shapes = load(parsed(graphs[0])), ShapesGraph(parsed(graphs[1]))
    tried = validate(data, compiler.compile_shapes(shapes))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiler, "_LONG", 2)
        assert rows(validate(data, compiler.compile_shapes(shapes))) == rows(tried)


def test_a_node_with_many_values_is_one_focus_node() -> None:
    # 3,000 values are 9 million pairs (a minute), where each value is met once for each other
    many = " ".join(f"<urn:a> <urn:p> <urn:m{i}> ." for i in range(3000))
    head = "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:S> a sh:PropertyShape ; sh:path <urn:p> ; "
    shapes = head + "sh:targetSubjectsOf <urn:p> ; sh:maxCount 1 ; sh:property [ sh:path <urn:q> ; sh:maxCount 0 ] ."
    start = time.perf_counter()
    assert len(validate(load(parsed(many)), parsed(shapes)).results) == 1
    assert time.perf_counter() - start < 20
