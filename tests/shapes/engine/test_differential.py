"""Our engine beside pySHACL, and beside pyshifty, on random shapes and data: the same rows.

What processors read differently is left out of the cases (`random_graphs`), or of the comparison with a reason here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pyoxigraph as ox
import pytest
from random_graphs import case

from shapes.engine.graph import ShapesGraph
from shapes.engine.loading import load, stored_forms
from shapes.engine.vocabulary import sh
from shapes.errors import ReferenceEngineError
from shapes.reference import reference_report
from shapes.report import Report, Result, Term
from shapes.validate import validate

pytest.importorskip("pyshacl", reason="pySHACL is not installed (extra: reference)")

CASES = 40
STEP = 7919
"""A prime, so that the cases of one run are not neighbours."""


def parsed(text: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)]


def shown(term: Term | None) -> str | None:
    """Return a term as it is compared; blank nodes are wildcards, and pySHACL rewrites literals when it copies them."""
    if isinstance(term, ox.Literal):
        return str(stored_forms([term]).get(term, term))
    return None if term is None else "_:" if isinstance(term, ox.BlankNode) else str(term)


def is_compared(result: Result) -> bool:
    """SHACL finds that IRIs cannot be compared by size; pySHACL compares their text."""
    return "LessThan" not in result.component.value or not isinstance(result.value, ox.NamedNode)


def always(_: Result) -> bool:
    return True


def rows(report: Report, compared: Callable[[Result], bool] = is_compared) -> Counter[tuple[str | None, ...]]:
    return Counter(
        (shown(r.focus), r.path and r.path.text, shown(r.severity), shown(r.component), shown(r.shape), shown(r.value))
        for r in report.results
        if compared(r)
    )


@pytest.mark.parametrize("seed", [STEP * number for number in range(CASES)])
def test_pyshacl_finds_the_same(seed: int) -> None:
    data, shapes = map(parsed, case(seed))
    ours = validate(load(data), shapes)
    assert ours.engine == "tanmai"
    try:
        theirs = reference_report(data, shapes, "comparison")
    except ReferenceEngineError as error:
        assert "to compare a BlankNode" in str(error)  # noqa: PT017 - a stop of pySHACL where SHACL wants a result
        return
    assert rows(ours) == rows(theirs)


@pytest.mark.parametrize("seed", [STEP * number for number in range(CASES, 2 * CASES)])
def test_pyshifty_finds_the_same(seed: int) -> None:
    shifty = pytest.importorskip("shifty", reason="pyshifty is not installed")
    rdflib = pytest.importorskip("rdflib")
    data, shapes = case(seed)
    _, found, _ = shifty.validate(*(rdflib.Graph().parse(data=text, format="turtle") for text in (data, shapes)))
    theirs = ShapesGraph(quad.triple for quad in ox.parse(found.serialize(format="nt"), format=ox.RdfFormat.N_TRIPLES))
    names = ("focusNode", "resultSeverity", "sourceConstraintComponent", "sourceShape", "value")
    results = [r for top in theirs.subjects(sh("conforms")) for r in theirs.objects(top, sh("result"))]
    # without the paths: pyshifty names complex ones by a blank node that it leaves empty
    ours = Counter(
        row[:1] + row[2:] for row in rows(validate(load(parsed(data)), parsed(shapes)), compared=always).elements()
    )
    assert ours == Counter(tuple(shown(theirs.one(r, sh(name))) for name in names) for r in results)


def test_the_cases_find_something() -> None:
    reports = [validate(load(parsed(data)), parsed(shapes)) for data, shapes in map(case, range(CASES))]
    assert sum(report.conforms for report in reports) >= 3
    assert len({r.component for report in reports for r in report.results}) >= 20


def test_a_path_that_pyshacl_leaves_empty_is_that_of_the_shape() -> None:
    """Of nested alternatives it names a blank node about which its report says nothing."""
    head = "@prefix ex: <https://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> ."
    nested = "[ sh:alternativePath ( [ sh:inversePath ex:in ] [ sh:inversePath ex:out ] [ sh:inversePath ex:off ] ) ]"
    path = f"[ sh:alternativePath ( ex:place ( {nested} ex:place ) ) ]"
    shape = f"ex:S a sh:NodeShape ; sh:targetObjectsOf ex:in ; sh:property ex:P . ex:P sh:minCount 1 ; sh:path {path} ."
    data, shapes = parsed(f"{head} ex:p ex:in ex:a, ex:b ."), parsed(f"{head} {shape}")
    theirs = reference_report(data, shapes, "comparison")
    assert [str(r.focus) for r in theirs.results] == ["<https://example.org/a>", "<https://example.org/b>"]
    assert rows(theirs) == rows(validate(load(data), shapes))
