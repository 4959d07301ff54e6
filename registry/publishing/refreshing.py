"""Bringing audiences up to date after any change, at no cost where there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstore import layout as layouts
from graphstore.audiences.visibility import Visibility, is_name
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


def stores(layout: Layout) -> set[str]:
    """Names of the audiences that have a store."""
    if not layout.audiences.is_dir():
        return set()
    return {entry.name for entry in layout.audiences.iterdir() if is_name(entry.name)}
