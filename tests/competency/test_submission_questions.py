"""Competency question 16: is a report complete, requirement by requirement, with the reason where it is not?"""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from graphstore import GraphStore
from registry.shapes_judge import judge
from registry.submissions import submissions
from registry.submitting import Handed, submit

ROOT = Path(__file__).parents[2]
STUDY = ROOT / "examples" / "studies" / "aluminium.ttl"
ALUMINIUM = {f"AL-{number:02}" for number in range(1, 14)}


@pytest.fixture(scope="module")
def registry() -> Iterator[GraphStore]:
    """The complete study of aluminium, and a copy without the perfluorocarbons of the cells (UC-30)."""
    from tanmai import knowledge

    broken = ox.Store()
    broken.load(path=STUDY, format=ox.RdfFormat.TURTLE)
    broken.update((ROOT / "tests" / "shapes" / "cases" / "AL-08" / "mutation.ru").read_text(encoding="utf-8"))
    data = broken.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b""
    with GraphStore.open() as store:
        with store.transaction("knowledge") as transaction:
            knowledge.load_into(transaction)
        submit(store, Handed(STUDY.read_bytes(), STUDY.name), judge)
        submit(store, Handed(data, "no-pfc.nt"), judge)
        yield store


def outcomes(rows, submission):
    return {row[2]: row[3:] for row in rows if row[1] == submission and row[2] in ALUMINIUM}


def test_question_16_each_requirement_passes_or_fails_with_its_reason(registry, ask):
    """Nothing is broken in the study; AL-08 is, in the copy, and says so in both languages."""
    rows = ask(registry, "16")
    whole, without = (outcomes(rows, submission.id) for submission in submissions(registry))
    assert {key: (found[0], *found[2:]) for key, found in whole.items()} == dict.fromkeys(ALUMINIUM, ("pass", "", ""))
    failed = {key: found for key, found in without.items() if found[0] == "fail"}
    assert set(failed) == {"AL-08"}
    _, severity, english, chinese = failed["AL-08"]
    assert severity == "Violation"
    assert "CF4" in english
    assert "CF4" in chinese
