"""The writer's working copy: an engine store that can be thrown away and had again.

On disk it is a clone of the newest generation by hard links (milliseconds), so giving up a half-done change means
dropping the copy. In memory there is nothing to clone, so each change leaves behind how to undo it.
"""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Final, TypeAlias

import pyoxigraph as ox

from graphstore.durable import clone_tables, remove_tree, storage_errors
from graphstore.errors import GraphOwnershipError
from graphstore.loading import Parse, bulk_load
from graphstore.query import run

_LARGE: Final = 20_000
"""Graphs above this many quads may be dropped by copying the rest of the store."""

_BYTES_PER_QUAD: Final = 150
"""A usual length of an N-Triples line, for choosing the faster of two exact counts."""

_Changed: TypeAlias = tuple[list[ox.Quad], list[ox.Quad]]

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


def _forget_empty(engine: ox.Store, quads: Iterable[ox.Quad]) -> None:
    """Forget the graphs of removed quads that are empty now: a graph is there while it has quads."""
    for graph in {quad.graph_name for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}:
        if next(engine.quads_for_pattern(None, None, None, graph), None) is None:
            engine.remove_graph(graph)


def _change(engine: ox.Store, removed: Iterable[ox.Quad], added: Iterable[ox.Quad]) -> _Changed:
    """Remove quads, then add quads; returns those that were there, and those that were not."""
    gone = [quad for quad in removed if quad in engine]
    for quad in gone:
        engine.remove(quad)
    came = [quad for quad in added if quad not in engine]
    engine.extend(came)
    _forget_empty(engine, gone)
    return gone, came


class Workspace(ABC):
    """Changes to one engine store that can be taken back together.

    Attributes:
        engine: the store; what it answers includes the changes made so far. It may be exchanged by a change.
    """

    engine: ox.Store

    @property
    @abstractmethod
    def quads(self) -> int:
        """Number of quads in all graphs."""

    @abstractmethod
    def load(self, stream: io.RawIOBase, parse: Parse) -> tuple[list[ox.NamedNode], int]:
        """Load a stream into ``parse.graph``, which must be empty, and the named graphs of the data.

        Returns the named graphs, sorted, and the number of quads in all graphs loaded.

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

    After :meth:`discard` it is gone for good; the store makes a new one from the newest generation. The number of quads
    is kept up to date, since the engine counts by reading everything.
    """

    def __init__(self, tables: Path | None, folder: Path, quads: int | None = None) -> None:
        """Clone ``tables``, which hold ``quads`` quads (default: counted), into ``folder``; without tables start empty."""
        self.folder = folder
        with storage_errors("Making a working copy", folder):
            remove_tree(folder)
            folder.mkdir(parents=True)
            self._tables = folder / "0"
            if tables is not None:
                clone_tables(tables, self._tables)
            self.engine = ox.Store(self._tables)
        self._quads = len(self.engine) if quads is None else quads

    @property
    def quads(self) -> int:
        """Number of quads in all graphs."""
        return self._quads

    def load(self, stream: io.RawIOBase, parse: Parse) -> tuple[list[ox.NamedNode], int]:
        """Load straight into the copy; whether an older graph gained quads shows in the count."""
        if not parse.format.quads:
            bulk_load(self.engine, stream, parse)
            # Counting everything is faster than counting one graph when that graph is most of it.
            mostly_new = parse.size // _BYTES_PER_QUAD > self._quads
            size = len(self.engine) - self._quads if mostly_new else count(self.engine, parse.graph)
            self._quads += size
            return [], size
        names = set(self.engine.named_graphs())
        bulk_load(self.engine, stream, parse)
        fresh = _sorted_names(set(self.engine.named_graphs()) - names - {parse.graph}, parse.name)
        size = sum(count(self.engine, graph) for graph in (*fresh, parse.graph))
        if len(self.engine) != self._quads + size:
            raise GraphOwnershipError(_foreign(parse.name))
        self._quads += size
        return fresh, size

    def change(self, removed: Iterable[ox.Quad], added: Iterable[ox.Quad]) -> None:
        """Remove quads, then add quads."""
        gone, came = _change(self.engine, removed, added)
        self._quads += len(came) - len(gone)

    def take(self, quads: Iterable[ox.Quad], size: int) -> None:
        """Add ``size`` quads of another store, none of which is here yet; labels of blank nodes stay."""
        (self.engine.bulk_extend if size > _LARGE else self.engine.extend)(quads)
        self._quads += size

    def drop_graph(self, graph: ox.NamedNode) -> None:
        """Remove a graph; a large one by copying the rest, since the engine removes quad by quad."""
        size = count(self.engine, graph)
        self._quads -= size
        if size > _LARGE and size > self._quads:
            self._copy_without(graph)
        else:
            self.engine.remove_graph(graph)

    def _copy_without(self, graph: ox.NamedNode) -> None:
        old, old_tables = self.engine, self._tables
        self._tables = self.folder / str(int(old_tables.name) + 1)
        self.engine = ox.Store(self._tables)
        self.engine.bulk_extend(quad for quad in old if quad.graph_name != graph)
        remove_tree(old_tables)

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

    @property
    def quads(self) -> int:
        """Number of quads in all graphs."""
        return len(self.engine)

    def load(self, stream: io.RawIOBase, parse: Parse) -> tuple[list[ox.NamedNode], int]:
        """Load; data with named graphs goes through a store of its own, since a merge could not be undone."""
        if not parse.format.quads:
            bulk_load(self.engine, stream, parse)
            self._undo.append(lambda: self.engine.remove_graph(parse.graph))
            return [], count(self.engine, parse.graph)
        aside = ox.Store()
        bulk_load(aside, stream, parse)
        fresh = set(aside.named_graphs())
        if fresh & set(self.engine.named_graphs()):
            raise GraphOwnershipError(_foreign(parse.name))
        names = _sorted_names(fresh - {parse.graph}, parse.name)
        self.engine.bulk_load(aside.dump(format=ox.RdfFormat.N_QUADS) or b"", ox.RdfFormat.N_QUADS)
        self._undo.extend(lambda graph=graph: self.engine.remove_graph(graph) for graph in fresh)  # type: ignore[misc]
        return names, len(aside)

    def change(self, removed: Iterable[ox.Quad], added: Iterable[ox.Quad]) -> None:
        """Remove quads, then add quads."""
        gone, came = _change(self.engine, removed, added)
        self._undo.append(lambda: _change(self.engine, came, gone))

    def drop_graph(self, graph: ox.NamedNode) -> None:
        """Remove a graph, keeping its quads until the change is accepted."""
        gone = list(self.engine.quads_for_pattern(None, None, None, graph))
        self.engine.remove_graph(graph)
        self._undo.append(lambda: self.engine.extend(gone))

    def accept(self) -> None:
        """Forget how to undo."""
        self._undo.clear()

    def discard(self) -> None:
        """Undo in reverse order."""
        while self._undo:
            self._undo.pop()()
