"""Tanmai 碳脉: product carbon footprints on a knowledge graph.

import tanmai

with tanmai.open("tanmai-data") as g:
print(g.footprint("profile, delivered"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tanmai.graph import Graph

__all__ = ["open"]

__version__ = "0.1.0"


def open(path: str | Path | None = None, *, lang: str | None = None, release: str | None = None) -> Graph:  # noqa: A001 - tanmai.open
    """Open a knowledge graph to load, query, calculate and explain.

    Args:
        path: directory of the store, made with the reference knowledge where it is not there; None for a graph in memory.
        lang: ``zh`` or ``en`` for what is shown; else TANMAI_LANG, the locale, or English.
        release: ask the state that is pinned under this name; such a graph cannot be changed.

    Raises:
        EmbeddedOnlyError: the address of a SPARQL endpoint; :class:`graphstore.remote.RemoteGraphStore` opens it.
        GraphStoreError: the directory is no store, or of another layout; says how to mend it.
        ValueError: a language that is not spoken.
    """
    from tanmai import settings
    from tanmai.graph import Graph

    if lang not in {None, "zh", "en"}:
        raise ValueError(f"lang is {lang!r}: choose zh or en.")
    return Graph.open(path, lang or settings.language(), release)
