"""The shapes and requirements that the package ships: they belong to the program and stand in no store."""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox

from shapes.rulebook import shipped_files


@cache
def shipped_shapes() -> ox.Store:
    """All shipped shapes in one graph, read once in a process."""
    engine = ox.Store()
    for file in shipped_files():
        engine.extend(ox.Quad(*triple) for triple in file.triples)
    return engine
