"""Submissions killed by SIGKILL at any step: all of one is there, bytes, study, judgement and state, or none of it.

Every run kills at every third step; where TANMAI_THOROUGH is set, at each.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from amounts import THOROUGH

sys.path.append(str(Path(__file__).parents[1] / "graphstore"))

from crash_server import CrashServer
from submit_server import file

from graphstore import GraphStore
from graphstore.doctor import deep_check, rebuild
from registry.receipt import receipt
from registry.states import SUBMISSION, States
from registry.submissions import raw_bytes, submissions

KILLED_AT_RANDOM = 4 if THOROUGH else 2


@pytest.fixture(scope="module")
def server() -> Iterator[CrashServer]:
    running = CrashServer(Path(__file__).with_name("submit_server.py"))
    yield running
    running.close()


def handed_in(path: Path, whole: Collection[int] = ()) -> list[int]:
    """The numbers of all submissions, each of which is whole; the one that stands is the one in the graph.

    Those that were found whole before are asked for their bytes alone: what is kept of them is asked for again at the end.
    """
    with GraphStore.open(path) as store:
        found = submissions(store)
        numbers = []
        for submission in found:
            data = raw_bytes(store, submission)
            number = int(data.rpartition(b"<urn:holds> ")[2].partition(b" ")[0])
            numbers.append(number)
            assert data == file(number)
            assert submission.sha256 == hashlib.sha256(data).hexdigest()
            if number in whole:
                continue
            told = receipt(store, submission)
            assert told["file"] == f"{number}.ttl"
            assert told["verdict"] == ("rejected" if number % 3 == 0 else "accepted")
            assert told["total"]["computed"] == pytest.approx(10.25)
        standing = [n for n, s in zip(numbers, found, strict=True) if s.state == "accepted"]
        held = store.query("SELECT DISTINCT ?n { ?s <urn:holds> ?n }").values()
        assert [int(str(n)) for (n,) in held] == standing
        assert len(standing) <= 1
        assert {s.state for s in found} <= {"accepted", "rejected", "superseded"}
        assert States.of(store, SUBMISSION)
        return numbers


@pytest.mark.thorough
def test_killed_at_any_step(server: CrashServer, filled: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(filled, tmp_path / "store"))
    for number in (1, 2):
        answer = server(operation="submit", path=str(path), number=number)
        assert answer["acknowledged"]
    steps = int(answer["steps"])
    assert steps > 15
    rng = random.Random("kill submit")
    known = handed_in(path)
    kills = [{"crash": f"*:{step}"} for step in range(1, steps + 1, 1 if THOROUGH else 3)]
    kills += [{"kill_after": rng.uniform(0, 0.4)} for _ in range(KILLED_AT_RANDOM)]
    for number, how in enumerate(kills, start=3):
        answer = server(operation="submit", path=str(path), number=number, **how)
        assert not answer["failed"]
        seen = handed_in(path, known)
        assert seen in (known, [*known, number])
        if answer["acknowledged"]:
            assert seen[-1] == number
        known = seen
    assert server(operation="submit", path=str(path), number=1000)["acknowledged"]
    assert deep_check(path).problems == []
    before = handed_in(path)
    assert before[-1] == 1000
    assert rebuild(path).ok
    assert handed_in(path) == before
