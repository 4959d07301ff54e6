"""Servers over real HTTP on loopback, each in a thread, with real reader processes."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.app import create_app
from api.listening import BoundedProtocol
from api.settings import Settings
from graphstore import GraphStore

PEOPLE = """
<urn:alice> <urn:knows> <urn:bob> ; <urn:name> "Alice"@en , "爱丽丝"@zh ; <urn:age> 30 .
<urn:bob> <urn:name> "Bob" ; <urn:age> 40 .
"""
NUMBERS = "\n".join(f"<urn:n{i}> <urn:value> {i} ." for i in range(400))


@contextlib.contextmanager
def served(store: Path, **stated: object) -> Iterator[str]:
    """A server on a free port; its address."""
    settings = Settings(store=store, **stated)  # type: ignore[arg-type]
    config = uvicorn.Config(
        create_app(settings),
        http=BoundedProtocol,
        log_level="critical",
        timeout_graceful_shutdown=2,
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    taken = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([taken],))
    thread.start()
    address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield address
    finally:
        server.should_exit = True
        thread.join()
        taken.close()


@pytest.fixture(scope="session")
def make_store(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Make a store with two small datasets and a local statement."""

    def make() -> Path:
        where = tmp_path_factory.mktemp("api") / "store"
        with GraphStore.open(where) as store, store.transaction("data") as transaction:
            transaction.load_bytes(PEOPLE.encode(), key="people", format="turtle", title="People", issued="2025-01-17")
            transaction.load_bytes(NUMBERS.encode(), key="numbers", format="turtle")
            transaction.update("INSERT DATA { <urn:local> <urn:age> 50 }")
        return where

    return make


@pytest.fixture(scope="session")
def reading(make_store: Callable[[], Path]) -> Iterator[httpx.Client]:
    """A client of a server for reading, whose queries may take two seconds."""
    with (
        served(make_store(), query_seconds=2.0, cors_origins=("https://friend.example",)) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def writing(make_store: Callable[[], Path]) -> Iterator[httpx.Client]:
    """A client of a server that takes writes."""
    with (
        served(make_store(), allow_writes=True, body_bytes=100_000) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client


@pytest.fixture
def select(reading: httpx.Client) -> Callable[..., httpx.Response]:
    """Ask a query by GET."""

    def ask(query: str, accept: str = "text/csv", **headers: str) -> httpx.Response:
        return reading.get("/sparql", params={"query": query}, headers={"Accept": accept, **headers})

    return ask
