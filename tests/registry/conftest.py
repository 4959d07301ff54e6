"""A small study and what stands around it: upstream metal in the store, an ingot in the file that is handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from studies import METAL, approving

from graphstore import GraphStore
from registry.judging import Judge


@pytest.fixture(scope="session")
def prepared() -> Iterator[GraphStore]:
    """The reference knowledge and the upstream metal, in memory; for reading."""
    from tanmai import knowledge

    with GraphStore.open() as opened:
        with opened.transaction("knowledge") as transaction:
            knowledge.load_into(transaction)
            transaction.load_bytes(METAL, key="metal", format="turtle")
        yield opened


@pytest.fixture
def store(prepared: GraphStore) -> Iterator[GraphStore]:
    """The same for each test to change: a copy, since reading the knowledge takes longer than most tests."""
    with GraphStore.open() as opened:
        opened.engine.bulk_extend(prepared.engine)
        yield opened


@pytest.fixture
def disk(tmp_path: Path) -> Callable[[], GraphStore]:
    """The same on disk; each call opens it for writing."""
    from tanmai import knowledge

    path = tmp_path / "store"
    with GraphStore.open(path) as opened, opened.transaction("knowledge") as transaction:
        knowledge.load_into(transaction)
        transaction.load_bytes(METAL, key="metal", format="turtle")
    return lambda: GraphStore.open(path)


@pytest.fixture
def judge() -> Judge:
    """A judge who finds nothing wrong: what the registry does by itself is tested."""
    return approving
