"""The W3C test suite of SHACL, answered by our engine to the row."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from benchmarks.w3c import Entry, found_rows, suite
from shapes.engine.loading import load
from shapes.engine.plan import from_json, to_json
from shapes.errors import ShapesGraphError
from shapes.validate import compiled, validate

ENTRIES = suite(os.environ.get("TANMAI_FIXTURES"))

pytestmark = pytest.mark.skipif(not ENTRIES, reason="the W3C suite is not there (set TANMAI_FIXTURES)")


@pytest.mark.parametrize("entry", [pytest.param(entry, id=entry.name) for entry in ENTRIES])
def test_entry(entry: Entry) -> None:
    data, shapes = entry.triples
    if entry.conforms is None:
        with pytest.raises(ShapesGraphError):
            validate(load(data), shapes)
        return
    report = validate(load(data), shapes)
    assert report.engine == "tanmai"
    assert report.conforms is entry.conforms
    assert found_rows(report) == entry.rows
    assert validate(load(data), from_json(to_json(compiled(shapes)))) == report


def test_the_suite_is_whole() -> None:
    kinds = Counter(entry.name.split("/")[0] for entry in ENTRIES)
    assert kinds == {"core": 98, "sparql": 23}
    assert sum(entry.rows.total() for entry in ENTRIES) > len(ENTRIES)
