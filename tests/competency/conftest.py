"""Asking the questions of graphstore/questions as a user does: the file as it stands, or with another VALUES line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from questions import text_of

from graphstore import GraphStore

ID = "https://w3id.org/tanmai/id/"
Row = tuple[object, ...]


@pytest.fixture
def ask() -> Callable[..., list[Row]]:
    """Rows of a question as Python values, identifiers without their common beginning; nothing may stay uncomputed."""

    def answer(store: GraphStore, name: str, **values: str) -> list[Row]:
        result = store.query(text_of(name, **values))
        rows = [tuple(v.removeprefix(ID) if isinstance(v, str) else v for v in row) for row in result.values()]
        assert not result.failures
        return rows

    return answer


@pytest.fixture
def facts(knowledge_store: GraphStore, ask: Callable[..., list[Row]]) -> Callable[..., list[Row]]:
    """Ask the reference knowledge."""
    return lambda name, **values: ask(knowledge_store, name, **values)


@pytest.fixture(scope="module")
def demo_store() -> Iterator[GraphStore]:
    """The reference knowledge and the aluminium chain of `tanmai demo`, in memory."""
    from importlib.resources import files

    from tanmai import knowledge

    with GraphStore.open() as store:
        with store.transaction("demo") as transaction:
            knowledge.load_into(transaction)
            transaction.load_bytes((files("tanmai.demo") / "aluminium.ttl").read_bytes(), key="demo", format="turtle")
        yield store
