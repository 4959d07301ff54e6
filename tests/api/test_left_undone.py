"""A writer that dies between a withdrawal and its publication: nobody is served what was withdrawn."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from admission import PARTNER, PUBLIC, bearer, guarded
from servers import served

from api.app import create_app
from api.readers.jobs import Writing
from api.settings import Settings
from graphstore import GraphStore
from graphstore.errors import StoreLockedError
from registry.publishing import refreshing

EVERYTHING = {"query": "SELECT ?o { GRAPH ?g { ?s <urn:says> ?o } }"}
WITHDRAWING = """
import sys
from graphstore import GraphStore
from graphstore.audiences import changes
from registry.publishing.refreshing import refresh
with GraphStore.open(sys.argv[1]) as store:
    changes.unshare(store, "data1", "mill")
    refresh(store)
"""


@pytest.fixture
def place(tmp_path, monkeypatch) -> tuple[Path, dict[str, str]]:
    """A store from which a dataset was withdrawn by somebody who died; its audience still has it."""
    store, found = guarded(tmp_path)
    monkeypatch.setenv("TANMAI_CRASH_AT", "publishing:1")
    ended = subprocess.run([sys.executable, "-c", WITHDRAWING, str(store)], check=False)
    monkeypatch.delenv("TANMAI_CRASH_AT")
    assert ended.returncode == -signal.SIGKILL
    assert shown(store)
    return store, found


def shown(store: Path) -> bool:
    """Whether the audience can still read what was withdrawn."""
    with GraphStore.open(store / "audiences" / "mill", mode="read") as view:
        return bool(view.query(f"ASK {{ ?s ?p '{PARTNER}' }}"))


def test_a_server_serves_nothing_that_was_withdrawn_before_it_began(place):
    store, found = place
    with served(store, readers=1) as address:
        text = httpx.get(address + "/sparql", params=EVERYTHING, headers=bearer(found["mill"])).text
    assert PUBLIC in text
    assert PARTNER not in text


def test_a_server_with_clients_does_not_begin_before_that_is_done(place):
    store, _ = place
    with GraphStore.open(store), pytest.raises(StoreLockedError):
        create_app(Settings(store=store, write_seconds=0.1))
    (store / "access" / "clients.json").unlink()
    with GraphStore.open(store):
        create_app(Settings(store=store, write_seconds=0.1))  # its owner alone reads it, and reads all of it


def test_a_writer_that_takes_the_place_of_a_killed_one_does_what_that_left_undone(place):
    store, _ = place
    writer = Writing(store)
    with GraphStore.open(store):
        writer.idle()
    assert shown(store), "somebody else writes, and will do it"
    Writing(store).idle()
    assert not shown(store)


def test_what_cannot_be_done_by_a_writer_is_in_the_log(place, monkeypatch, caplog):
    def failing(_: Path) -> None:
        raise MemoryError("too little")

    monkeypatch.setattr(refreshing, "catch_up", failing)
    with caplog.at_level(logging.ERROR, "tanmai.api.audiences"):
        Writing(place[0]).idle()
    assert "tanmai audience publish" in caplog.text
