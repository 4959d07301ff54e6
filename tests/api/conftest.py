"""Stores and servers that the tests of this package share."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from servers import NUMBERS, PEOPLE, served

from graphstore import GraphStore


@pytest.fixture(scope="module", autouse=True)
def _collected() -> None:
    """What tests before have left is collected by the thread that made it: a server's thread may not drop results of the engine."""
    gc.collect()


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
def pages_store(tmp_path_factory: pytest.TempPathFactory, with_knowledge: Callable[[Path], Path]) -> Path:
    """A store with the reference knowledge, two versions of a dataset, and a release."""
    from page_stores import make_pages_store

    return make_pages_store(with_knowledge(tmp_path_factory.mktemp("pages") / "store"))


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


@pytest.fixture(scope="session")
def shop_store(tmp_path_factory: pytest.TempPathFactory, with_knowledge: Callable[[Path], Path]) -> Path:
    """A store on disk with the reference knowledge and the aluminium chain of `tanmai demo`."""
    from importlib.resources import files

    where = with_knowledge(tmp_path_factory.mktemp("rest") / "store")
    with GraphStore.open(where) as store, store.transaction("demo") as transaction:
        transaction.load_bytes((files("tanmai.demo") / "aluminium.ttl").read_bytes(), key="demo", format="turtle")
    return where


@pytest.fixture(scope="session")
def shop(shop_store: Path) -> Iterator[httpx.Client]:
    """A client of a server with that store, which takes writes and says messages in the language of the client."""
    with (
        served(shop_store, allow_writes=True, readers=1, jobs_each=2, body_bytes=1_000_000) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client
