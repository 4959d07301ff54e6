"""The knowledge by which the commands judge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from shapes.background import Background, of_store, shipped

if TYPE_CHECKING:
    from graphstore import GraphStore


@contextmanager
def knowledge_of(store: Path | None) -> Iterator[tuple[Background, GraphStore | None]]:
    """The knowledge of a store, which stays open meanwhile; the shipped one where none is given."""
    if store is None:
        yield shipped(), None
        return
    from graphstore import GraphStore

    with GraphStore.open(store, mode="read") as opened:
        yield of_store(opened), opened
