"""A small study and what stands around it: upstream metal in the store, an ingot in the file that is handed in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from studies import METAL, approving

from graphstore import GraphStore
from registry.judging import Judge
from tanmai import knowledge


@pytest.fixture(scope="session")
def statements() -> list[ox.Quad]:
    """The reference knowledge and the upstream metal."""
    with GraphStore.open() as opened:
        with opened.transaction("knowledge") as transaction:
            knowledge.load_into(transaction)
            transaction.load_bytes(METAL, key="metal", format="turtle")
        return list(opened.engine)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same on disk, to be copied: that takes a hundredth of the time of reading the knowledge."""
    path = tmp_path_factory.mktemp("registry") / "store"
    with GraphStore.open(path) as opened, opened.transaction("knowledge") as transaction:
        knowledge.load_into(transaction)
        transaction.load_bytes(METAL, key="metal", format="turtle")
    return path


@pytest.fixture
def disk(filled: Path, tmp_path: Path) -> Callable[[], GraphStore]:
    """A copy of it for one test; each call opens it for writing."""
    path = Path(shutil.copytree(filled, tmp_path / "store"))
    return lambda: GraphStore.open(path)


@pytest.fixture
def store(statements: list[ox.Quad]) -> Iterator[GraphStore]:
    """The same in memory for each test to change: a copy, since reading the knowledge takes longer than most tests."""
    with GraphStore.open() as opened:
        opened.engine.extend(statements)
        yield opened


@pytest.fixture
def judge() -> Judge:
    """A judge who finds nothing wrong: what the registry does by itself is tested."""
    return approving
