"""Bringing audiences up to date after any change, at no cost where there are none.

A change is committed first and published to audiences next. A writer that dies in between leaves them with what they saw before,
also where that was taken from them. So it is noted which generation they are up to date with, and looked at by whoever comes next.
The note lies outside of what audiences read: they are not told of changes that they do not see.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from graphstore import layout as layouts
from graphstore.audiences.visibility import Visibility, is_name
from graphstore.durable import replace_file
from graphstore.layout import Layout
from graphstore.store import GraphStore

if TYPE_CHECKING:
    from registry.publishing.publish import Publication


def refresh(store: GraphStore) -> list[Publication]:
    """Publish to all audiences what each may read now; see :func:`registry.publishing.publish.publish`."""
    if store.path is None:
        return []
    if not (Visibility.of(store).audiences or stores(layouts.read(store.path))):
        return []
    from registry.publishing.publish import publish  # it loads the engine

    return publish(store, check=False)


def catch_up(path: Path, wait: float = 0.0) -> list[Publication]:
    """Do what a writer that died, or that knows nothing of audiences, has left undone; usually nothing.

    Args:
        path: Where the whole store is.
        wait: Seconds to wait for another writer, who does it when it closes the store.

    Raises:
        StoreLockedError: Another process is writing, and was until the time was over.
        PublishingError: The totals cannot be computed; no audience reads what was taken from it all the same.
        StorageError: The disk is full or failing.
    """
    with GraphStore.open(path, mode="read") as store:
        if not behind(store):
            return []
    with GraphStore.open(path, mode="write", wait=wait) as store:
        return refresh(store) if behind(store) else []


def behind(store: GraphStore) -> bool:
    """Whether an audience may read something else than it would after :func:`refresh`, or has no store yet."""
    if store.path is None:
        return False
    known, there = Visibility.of(store).audiences.keys(), stores(layouts.read(store.path))
    return known != there or not up_to_date(store)


def up_to_date(store: GraphStore) -> bool:
    """Whether the stores of audiences, where there are any, were made from this state of the store."""
    if store.path is None:
        return True
    layout = layouts.read(store.path)
    return not stores(layout) or _marked(layout) == store.generation


def mark(store: GraphStore) -> None:
    """Note that the stores of audiences are up to date with the present state of the store."""
    if store.path is not None and store.generation is not None:
        replace_file(layouts.read(store.path).audiences_mark, store.generation.encode() + b"\n")


def _marked(layout: Layout) -> str | None:
    try:
        return layout.audiences_mark.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def stores(layout: Layout) -> set[str]:
    """Names of the audiences that have a store."""
    if not layout.audiences.is_dir():
        return set()
    return {entry.name for entry in layout.audiences.iterdir() if is_name(entry.name)}
