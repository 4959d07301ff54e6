"""The writer's working copy: an engine store that can be thrown away and had again.

On disk it is a clone of the newest generation by hard links (milliseconds), so giving up a half-done change means
dropping the copy. In memory there is nothing to clone, so each change leaves behind how to undo it.
"""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graphstore.durable import clone_tables, remove_tree, storage_errors
from graphstore.errors import GraphOwnershipError
from graphstore.loading import Parse, bulk_load
from graphstore.query import run

_COUNT: Final = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?graph { ?s ?p ?o } }"


def count(engine: ox.Store, graph: ox.NamedNode) -> int:
    """Number of quads in one graph."""
    return int(str(run(engine, _COUNT, {"graph": graph}).scalar()))


def _foreign(source: str) -> str:
    return (
        f"{source}: the data writes into a named graph that belongs to another dataset or to local statements. "
        "Nothing was loaded. Load it under the key of that dataset, or rename the graph in the data."
    )


def _sorted_names(graphs: Collection[object], source: str) -> list[ox.NamedNode]:
    named = [graph for graph in graphs if isinstance(graph, ox.NamedNode)]
    if len(named) != len(graphs):
        raise GraphOwnershipError(
            f"{source}: a graph is named by a blank node, so it cannot be found again. "
            "Nothing was loaded; name the graph by an IRI."
        )
    return sorted(named, key=lambda graph: graph.value)


def _remove(engine: ox.Store, quads: Iterable[ox.Quad]) -> set[ox.NamedNode]:
    touched: set[ox.NamedNode] = set()
    for quad in quads:
        engine.remove(quad)
        if isinstance(quad.graph_name, ox.NamedNode):
            touched.add(quad.graph_name)
    return touched


def _forget_empty(engine: ox.Store, graphs: Iterable[ox.NamedNode]) -> None:
    """A graph is there while it has quads: the engine would remember the names of empty ones."""
    for graph in graphs:
        if next(engine.quads_for_pattern(None, None, None, graph), None) is None:
            engine.remove_graph(graph)


class Workspace(ABC):
    """Changes to one engine store that can be taken back together.

    Attributes:
        engine: the store; what it answers includes the changes made so far.
    """

    engine: ox.Store

    @abstractmethod
    def load(self, stream: io.RawIOBase, parse: Parse) -> list[ox.NamedNode]:
        """Load a stream into ``parse.graph`` and the named graphs of the data; returns the latter, sorted.

        Raises:
            GraphOwnershipError: a named graph of the data is already in the store.
        """

    @abstractmethod
    def change(self, removed: Iterable[ox.Quad], added: Iterable[ox.Quad]) -> None:
        """Remove quads, then add quads."""

    @abstractmethod
    def drop_graph(self, graph: ox.NamedNode) -> None:
        """Remove a graph with all its quads."""

    @abstractmethod
    def accept(self) -> None:
        """The changes so far hold."""

    @abstractmethod
    def discard(self) -> None:
        """Take back all changes since the last :meth:`accept`."""


class DiskWorkspace(Workspace):
    """A hard-link clone of a generation's tables.

    After :meth:`discard` it is gone for good; the store makes a new one from the newest generation.
    """

    def __init__(self, tables: Path | None, folder: Path) -> None:
        """Clone ``tables`` into ``folder``; without tables start empty."""
        self.folder = folder
        with storage_errors("Making a working copy", folder):
            remove_tree(folder)
            if tables is not None:
                clone_tables(tables, folder)
            self.engine = ox.Store(folder)

    def load(self, stream: io.RawIOBase, parse: Parse) -> list[ox.NamedNode]:
        """Load straight into the copy; whether an older graph gained quads shows in the count."""
        if not parse.format.quads:
            bulk_load(self.engine, stream, parse)
            return []
        names, size = set(self.engine.named_graphs()), len(self.engine)
        bulk_load(self.engine, stream, parse)
        fresh = _sorted_names(set(self.engine.named_graphs()) - names - {parse.graph}, parse.name)
        if len(self.engine) - size != sum(count(self.engine, graph) for graph in (*fresh, parse.graph)):
            raise GraphOwnershipError(_foreign(parse.name))
        return fresh

    def change(self, removed: Iterable[ox.Quad], added: Iterable[ox.Quad]) -> None:
        """Remove quads, then add quads."""
        touched = _remove(self.engine, removed)
        self.engine.extend(added)
        _forget_empty(self.engine, touched)

    def drop_graph(self, graph: ox.NamedNode) -> None:
        """Remove a graph with all its quads."""
        self.engine.remove_graph(graph)

    def accept(self) -> None:
        """Nothing to do: the caller publishes the copy as a generation."""

    def discard(self) -> None:
        """Throw the copy away."""
        self.engine = ox.Store()  # lets go of the tables
        remove_tree(self.folder)


class MemoryWorkspace(Workspace):
    """An engine store in memory with a list of how to undo each change."""

    def __init__(self) -> None:
        self.engine = ox.Store()
        self._undo: list[Callable[[], object]] = []

    def load(self, stream: io.RawIOBase, parse: Parse) -> list[ox.NamedNode]:
        """Load; data with named graphs goes through a store of its own, since a merge could not be undone."""
        if not parse.format.quads:
            bulk_load(self.engine, stream, parse)
            self._undo.append(lambda: self.engine.remove_graph(parse.graph))
            return []
        aside = ox.Store()
        bulk_load(aside, stream, parse)
        fresh = set(aside.named_graphs())
        if fresh & set(self.engine.named_graphs()):
            raise GraphOwnershipError(_foreign(parse.name))
        names = _sorted_names(fresh - {parse.graph}, parse.name)
        self.engine.bulk_load(aside.dump(format=ox.RdfFormat.N_QUADS) or b"", ox.RdfFormat.N_QUADS)
        self._undo.extend(lambda graph=graph: self.engine.remove_graph(graph) for graph in fresh)  # type: ignore[misc]
        return names

    def change(self, removed: Iterable[ox.Quad], added: Iterable[ox.Quad]) -> None:
        """Remove and add quads, noting those that really changed."""
        gone = [quad for quad in removed if quad in self.engine]
        touched = _remove(self.engine, gone)
        came = [quad for quad in added if quad not in self.engine]
        self.engine.extend(came)
        _forget_empty(self.engine, touched)
        self._undo.append(lambda: self._put_back(gone, came))

    def drop_graph(self, graph: ox.NamedNode) -> None:
        """Remove a graph, keeping its quads until the change is accepted."""
        gone = list(self.engine.quads_for_pattern(None, None, None, graph))
        self.engine.remove_graph(graph)
        self._undo.append(lambda: self._put_back(gone, []))

    def accept(self) -> None:
        """Forget how to undo."""
        self._undo.clear()

    def discard(self) -> None:
        """Undo in reverse order."""
        while self._undo:
            self._undo.pop()()

    def _put_back(self, gone: list[ox.Quad], came: list[ox.Quad]) -> None:
        touched = _remove(self.engine, came)
        self.engine.extend(gone)
        _forget_empty(self.engine, touched)
