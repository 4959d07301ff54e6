"""Every requirement has a conforming and a violating graph, the report of the second, and one defect in a complete study.

The shape of the requirement alone is judged by our engine and by pySHACL, the reference, which is asked about conforming
graphs too where TANMAI_THOROUGH is set; the complete study with one defect is
judged as `tanmai validate` does.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from amounts import THOROUGH
from casebook import HERE, STUDIES, alone, cases, knowledge, multiset, parsed, requirements

from shapes.background import Background
from shapes.engine.loading import load
from shapes.judge import Judgement, judge
from shapes.reading import read
from shapes.reference import reference_report
from shapes.validate import validate
from shapes.w3c import report_triples

DAY = dt.date(2026, 11, 25)


def test_every_requirement_with_a_shape_has_its_cases():
    assert cases() == requirements()


SECOND_VOICE = frozenset(cases()[::4])
"""The cases that pySHACL is asked about in each run; it takes ten times as long as the shipped engine. Of all when it is thorough."""


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["valid", "invalid"])  # which changes first: the shapes are compiled once for both
@pytest.mark.parametrize("identifier", cases())
def test_both_engines_find_what_is_expected(identifier, name):
    data, shape = parsed(HERE / identifier / f"{name}.ttl"), alone(identifier)
    ours = validate(load(data), shape)
    assert ours.engine == "tanmai"
    expected = multiset(parsed(HERE / identifier / "expected.ttl")) if name == "invalid" else multiset([])
    assert multiset(report_triples(ours)) == expected
    if THOROUGH or (name == "invalid" and identifier in SECOND_VOICE):
        assert multiset(report_triples(reference_report(data, shape, "the reference"))) == expected
    assert bool(expected) == (name == "invalid")


_judged: dict[str, Judgement] = {}


def _file(study: str):
    return next(path for path in sorted(STUDIES.glob(f"{study}.*")) if path.suffix == ".ttl")


def before(study: str) -> Judgement:
    """The complete study as it is; judged once."""
    if study not in _judged:
        _judged[study] = judge([_file(study)], day=DAY)
    return _judged[study]


def reported(judgement: Judgement) -> set[tuple[str, str]]:
    """What is reported: requirement and node."""
    return {(f.requirement.identifier, str(f.result.focus)) for f in judgement.findings}


def knowing(update: str) -> Background:
    """The shipped knowledge after an update: what a rule says, a study cannot say of itself."""

    def fill(store: ox.Store) -> None:
        store.bulk_extend(knowledge())
        store.update(update)

    return Background(fill)


def broken(study: str, update: str, folder: Path) -> Judgement:
    """The complete study after an update, of itself or of the knowledge ("# in: knowledge")."""
    if "\n# in: knowledge\n" in update:
        return judge([_file(study)], day=DAY, background=knowing(update))
    store = ox.Store()
    store.load(path=_file(study), format=ox.RdfFormat.TURTLE)
    store.update(update)
    file = folder / "broken.nt"
    store.dump(file, format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    return judge([read(file)], day=DAY)


@pytest.mark.parametrize("identifier", cases())
def test_one_defect_in_a_complete_study_is_reported_under_its_requirement_alone(identifier, tmp_path):
    update = (HERE / identifier / "mutation.ru").read_text(encoding="utf-8")
    found = re.match(r"# study: (\S+)\n", update)
    assert found, "the first line names the study"
    study = found[1]
    new = {name for name, _ in reported(broken(study, update, tmp_path)) - reported(before(study))}
    also = re.search(r"^# also: (\S+)$", update, re.MULTILINE)  # what the same defect breaks by necessity
    assert new == {identifier} | ({also[1]} if also else set())


@pytest.mark.parametrize("study", sorted(path.stem for path in STUDIES.glob("*.ttl")))
def test_a_complete_study_conforms(study):
    judgement = before(study)
    assert [(f.requirement.identifier, str(f.result.focus), str(f.result.value)) for f in judgement.findings] == []
