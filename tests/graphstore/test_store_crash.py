"""Writers killed by SIGKILL at every step: nothing acknowledged is lost, nothing is half there, and work goes on.

Every run kills once at each step, but for the first commit of several, whose steps are those of a single one. Where TANMAI_THOROUGH
is set, it kills there too, and more seeded kills follow.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from amounts import THOROUGH
from crash_server import CrashServer

from graphstore import GraphStore
from graphstore.doctor import deep_check, rebuild

SEEDED, AT_RANDOM = (30, 10) if THOROUGH else (1, 2)
STATE = "SELECT ?g ?s ?number WHERE { GRAPH ?g { ?s <urn:holds> ?number } }"


@pytest.fixture(scope="module")
def server() -> Iterator[CrashServer]:
    running = CrashServer()
    yield running
    running.close()


def held(store: GraphStore) -> frozenset[int]:
    """The numbers that the store's statements carry, local ones included: one number when nothing is half there."""
    union = store.query("SELECT ?number WHERE { ?s <urn:holds> ?number }").values()
    return frozenset(int(str(number)) for (number,) in union)


def read_state(path: Path) -> frozenset[int]:
    with GraphStore.open(path, mode="read") as store:
        return held(store)


def recovered_state(path: Path) -> tuple[frozenset[int], int]:
    with GraphStore.open(path) as store:
        current = store.datasets()
        assert len({version.key for version in current}) == len(current)
        return held(store), len(store.engine)


def steps_of(server: CrashServer, operation: str, path: Path) -> int:
    """Steps of one whole run, on a store where it has run before, as in the tests."""
    for number in range(4):
        answer = server(operation=operation, path=str(path), number=number)
        assert answer["acknowledged"]
    return int(answer["steps"])


def crash(server: CrashServer, operation: str, path: Path, before: int, number: int, **how: Any) -> int:
    """Run one operation that is killed; returns the number the store holds afterwards."""
    answer = server(operation=operation, path=str(path), number=number, **how)
    assert not answer["failed"]
    seen = read_state(path)
    assert seen <= {before, number}
    assert len(seen) == 1
    state, _ = recovered_state(path)
    assert len(state) == 1
    assert state <= {before, number}
    if answer["acknowledged"]:
        assert seen == state == {number}
    return next(iter(state))


@pytest.mark.thorough
@pytest.mark.parametrize("operation", ["load", "import", "commit", "prune"])
def test_killed_at_seeded_steps(operation: str, server: CrashServer, tmp_path: Path) -> None:
    path = tmp_path / "store"
    steps = steps_of(server, operation, path)
    assert steps > 8
    rng = random.Random(f"kill {operation}")
    # Every step once, then seeded ones, then moments that no step names.
    first = steps // 2 if operation == "prune" and not THOROUGH else 1
    chosen = [*range(first, steps + 1), *(rng.randint(1, steps) for _ in range(SEEDED))]
    now = 3
    for number, step in enumerate(chosen, start=4):
        now = crash(server, operation, path, now, number, crash=f"*:{step}")
    for number in range(1000, 1000 + AT_RANDOM):
        now = crash(server, operation, path, now, number, kill_after=rng.uniform(0, 0.05))
    answer = server(operation=operation, path=str(path), number=2000)
    assert answer["acknowledged"]
    assert read_state(path) == {2000}
    report = deep_check(path)
    assert report.problems == []
    before = recovered_state(path)
    assert rebuild(path).ok
    assert recovered_state(path) == before


def test_killed_while_created(server: CrashServer, tmp_path: Path) -> None:
    steps = int(server(operation="create", path=str(tmp_path / "whole"), number=0)["steps"])
    assert steps > 4
    for step in range(1, steps + 1):
        path = tmp_path / f"store{step}"
        assert server(operation="create", path=str(path), number=0, crash=f"*:{step}")["killed"]
        state, _ = recovered_state(path)
        assert state == frozenset()
        assert server(operation="load", path=str(path), number=7)["acknowledged"]
        assert read_state(path) == {7}


def test_killed_during_recovery(server: CrashServer, tmp_path: Path) -> None:
    """A commit that is in the journal but not published survives any number of failed recoveries."""
    path = tmp_path / "store"
    assert server(operation="load", path=str(path), number=1)["acknowledged"]
    assert server(operation="load", path=str(path), number=2, crash="journal-committed:1")["killed"]
    for step in ("generation-copied", "generation-prepared"):
        assert server(operation="load", path=str(path), number=3, crash=f"{step}:1")["killed"]
        assert read_state(path) == {1}
    with GraphStore.open(path) as store:
        assert held(store) == {2}
        assert store.recovered == ("Published the committed change 'load one' from the journal.",)
