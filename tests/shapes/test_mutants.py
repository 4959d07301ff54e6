"""The shipped shapes on complete studies with random defects: our engine, pySHACL and pyshifty find the same.

One study by default (two where it is thorough), for which pyshifty alone is asked, pySHACL being slow; TANMAI_FUZZ=500 takes so many, and asks both.
"""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Iterator, Sequence

import pyoxigraph as ox
import pytest
from amounts import THOROUGH
from casebook import STUDIES, parsed
from mutants import mutated, rows

import shapes.reference as reference
from shapes.engine.graph import ShapesGraph
from shapes.engine.vocabulary import sh
from shapes.errors import ReferenceEngineError, ShapesError
from shapes.judge import Laid, laid_out
from shapes.reading import read
from shapes.report import Report, Result
from shapes.validate import validate

pytest.importorskip("pyshacl", reason="pySHACL is not installed (extra: reference)")
shifty = pytest.importorskip("shifty", reason="pyshifty is not installed")

DAY = dt.date(2026, 11, 25)
ASKED = int(os.environ.get("TANMAI_FUZZ", "0"))
NAMES = sorted(path.stem for path in STUDIES.glob("*.ttl") if path.stem not in {"pact-record", "label"})
FEW = 2 if THOROUGH else 1


def study(seed: int, tmp_path) -> str:
    """Write a study with defects; return its file."""
    chance = random.Random(seed)
    name = NAMES[seed % len(NAMES)]
    file = tmp_path / f"{name}-{seed}.nt"
    file.write_text("\n".join(f"{t} ." for t in mutated(parsed(STUDIES / f"{name}.ttl"), chance)), encoding="utf-8")
    return str(file)


def pyshifty(data: Sequence[ox.Triple], shape_triples: Sequence[ox.Triple]) -> list[tuple[str, ...]]:
    _, found, _ = shifty.validate(reference._graph(data), reference._graph(shape_triples))
    report = ShapesGraph(q.triple for q in ox.parse(found.serialize(format="nt"), format=ox.RdfFormat.N_TRIPLES))
    nodes = [node for top in report.subjects(sh("conforms")) for node in report.objects(top, sh("result"))]
    names = ("focusNode", "resultSeverity", "sourceConstraintComponent", "sourceShape", "value")
    results = tuple(
        Result(focus, None, value, severity, kind, shape)  # type: ignore[arg-type]
        for focus, severity, kind, shape, value in (tuple(report.one(n, sh(name)) for name in names) for n in nodes)
    )
    return rows(Report(conforms=not results, results=results, engine="pyshifty"))


def laid(file: str) -> Iterator[Laid]:
    try:
        with laid_out([read(file)], day=DAY) as found:
            yield found
    except ShapesError:  # a defect for which a file is refused before any shape looks
        return


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(ASKED or FEW))
def test_three_processors_find_the_same(seed: int, tmp_path) -> None:
    for each in laid(study(seed, tmp_path)):
        data, shape_triples = list(each.data.triples()), each.shapes
        ours = rows(validate(each.data, shape_triples))
        assert ours == pyshifty(data, shape_triples)
        if ASKED:
            try:
                theirs = rows(reference.reference_report(data, shape_triples, "the reference"))
            except ReferenceEngineError as error:
                assert "numeric datatype" in str(error)  # noqa: PT017 - pySHACL stops where a text is added up
                continue
            assert ours == theirs
