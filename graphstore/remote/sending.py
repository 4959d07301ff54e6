"""A transaction on an endpoint: data are read, checked and counted here, then sent graph by graph.

SPARQL has no transaction over several requests. So new graphs are sent first; then one update request takes out the graphs of
replaced versions and changes the catalogue. If sending fails, new graphs that were sent are taken out again as far as the
endpoint lets us, and the catalogue is as it was; a named graph that a new version shares with the one before stays replaced.

Local statements change by that last request too, as the exact statements that go and come; so an update holds as a whole or not at
all. Graphs that are large, or hold nodes without an IRI, are put whole before it.

Each transaction leaves another mark in the catalogue (``dcat:version``), by which readers see that something changed.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from graphstore.catalogue import Catalogue, check_owner
from graphstore.contract import refused
from graphstore.delta import Delta, Surroundings, evaluate
from graphstore.errors import EndpointError
from graphstore.remote.pending import MARK, Pending
from graphstore.terms import Value, catalogue_iri
from graphstore.transaction import Transaction, UpdateReport
from graphstore.workspace import MemoryWorkspace

if TYPE_CHECKING:
    from graphstore.remote.endpoint import Endpoint
    from graphstore.remote.store import RemoteGraphStore

BATCH: Final = 1000
"""Statements of one update request, where graphs cannot be put whole; servers limit the length of an update."""


class _Written(NamedTuple):
    """A graph of an engine store that is sent whole, in place of what the endpoint has under the name or beside it."""

    graph: ox.NamedNode | ox.DefaultGraph
    engine: ox.Store
    replace: bool


class RemoteTransaction(Transaction):
    """Loads, retirements and changes of local statements that are sent when the ``with`` block ends; an exception sends nothing.

    What it is asked (:meth:`query`, :meth:`datasets`) it answers from the catalogue and from what it has loaded.
    """

    def __init__(self, label: str, store: RemoteGraphStore) -> None:
        """Copy the catalogue and the names of all graphs, against which loads are checked."""
        self._store, self._endpoint, self._location = store, store.endpoint, store.location or ""
        workspace = MemoryWorkspace()
        workspace.engine = store.graph(catalogue_iri(store.base).value)
        self._before = frozenset(store.endpoint.graphs())
        for graph in self._before:
            workspace.engine.add_graph(ox.NamedNode(graph))
        self._catalogue = catalogue_iri(store.base)
        self._described = frozenset(_quads(workspace.engine, self._catalogue))
        self._pending = Pending(store.endpoint, self._location, self._catalogue)
        self._written: list[_Written] = []
        super().__init__(label, workspace, store.base, None, self._send)

    def update(
        self, text: str, bindings: Mapping[str, Value] | None = None, around: Surroundings | None = None
    ) -> UpdateReport:
        """Run a SPARQL update on local statements; see :mod:`graphstore.delta` for what it may change.

        It is evaluated here to the statements that go and come; what its ``WHERE`` parts find is asked of the endpoint.

        Raises:
            EmbeddedOnlyError: it would need what the endpoint does not have yet, or nodes without an IRI.
        """
        added = removed = 0
        with self._guarded():
            if self._written or self.changes:
                raise refused("change statements beside other changes in one transaction", self._location)
            owners = Catalogue(self._workspace.engine, self._base).owners()
            for step in evaluate(self._pending, text, bindings, owners, around):
                self._pending.change(step)
                added, removed = added + len(step.added), removed + len(step.removed)
            self.changes += bool(added or removed)
        return UpdateReport(added, removed)

    def put_graph(self, graph: str | None, triples: Iterable[ox.Triple], *, replace: bool) -> UpdateReport:
        """Write triples into one graph of local statements, in place of its content or beside it; see the base class.

        Raises:
            ProtectedGraphError: the graph belongs to a dataset; nothing is changed.
            EmbeddedOnlyError: it is the default graph, which the endpoint does not have.
        """
        target = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
        with self._guarded():
            if self.changes:
                raise refused("change statements beside other changes in one transaction", self._location)
            check_owner(graph or "", Catalogue(self._workspace.engine, self._base).owners())
            new = {ox.Quad(t.subject, t.predicate, t.object, target) for t in triples}
            old = set(_quads(self._store.graph(graph), target))
            gone = old - new if replace else set[ox.Quad]()
            fresh = {t.value for q in new for t in (q.subject, q.object) if isinstance(t, ox.BlankNode)}
            step = Delta(sorted(gone, key=str), sorted(new - old, key=str), frozenset(fresh))
            unnamed = any(isinstance(term, ox.BlankNode) for quad in gone for term in (quad.subject, quad.object))
            if unnamed or len(step.removed) + len(step.added) > BATCH:
                aside = ox.Store()
                aside.extend(new)
                self._written.append(_Written(target, aside, replace))
            else:
                self._pending.change(step)
            self.changes += bool(step.removed or step.added)
        return UpdateReport(len(step.added), len(step.removed))

    def _send(self, _: Transaction, keep: bool) -> None:
        """Called once when the transaction ends."""
        if not keep or not self.changes:
            return
        engine = self._workspace.engine
        filled = [graph for graph in _named(engine) if graph != self._catalogue and any(_quads(engine, graph))]
        try:
            for graph in filled:
                write_graph(self._endpoint, _Written(graph, engine, True))
            for written in self._written:
                write_graph(self._endpoint, written)
            self._endpoint.update(self._last_step(engine))
        except EndpointError:
            for graph in filled:
                if graph.value not in self._before:
                    with suppress(EndpointError):  # the first error is the one to tell
                        self._endpoint.update(f"DROP SILENT GRAPH {graph}")
            raise
        finally:
            self._endpoint.changed()

    def _last_step(self, engine: ox.Store) -> str:
        """Take out the graphs of replaced versions, change the catalogue and local statements: one request, which servers make whole."""
        self._mark(engine)
        gone = self._before - {graph.value for graph in _named(engine)} - {self._catalogue.value}
        now = set(_quads(engine, self._catalogue))
        steps = [f"DROP SILENT GRAPH {ox.NamedNode(graph)}" for graph in sorted(gone)]
        steps += [_emptying(graph) for graph in sorted(self._pending.emptied, key=str)]
        removed = {quad for quad in self._pending.removed if quad.graph_name not in self._pending.emptied}
        steps += _of_statements("DELETE DATA {{ {} }}", removed | (self._described - now))
        # by template: Virtuoso takes no blank nodes in INSERT DATA
        steps += _of_statements("INSERT {{ {} }} WHERE {{}}", self._pending.added | (now - self._described))
        return " ;\n".join(steps)

    def _mark(self, engine: ox.Store) -> None:
        """Leave another mark in the catalogue."""
        pattern = (self._catalogue, MARK, None, self._catalogue)
        for old in list(engine.quads_for_pattern(*pattern)):
            engine.remove(old)
        engine.add(ox.Quad(pattern[0], pattern[1], ox.Literal(str(uuid.uuid4())), self._catalogue))


def write_graph(endpoint: Endpoint, written: _Written) -> None:
    """Send a graph whole, in place of what the endpoint has under its name or beside it."""
    triples = written.engine.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=written.graph) or b""
    graph = written.graph if isinstance(written.graph, ox.NamedNode) else None
    if written.replace and (not triples or endpoint.addresses.graphs is None):
        endpoint.update(_emptying(written.graph))
    if endpoint.addresses.graphs is not None and triples:
        endpoint.put(None if graph is None else graph.value, triples, replace=written.replace)
    elif triples:
        for part in _batches(triples.decode().splitlines()):
            endpoint.update(f"INSERT {{ {_in_graph(graph, part)} }} WHERE {{}}")


def _emptying(graph: ox.NamedNode | ox.BlankNode | ox.DefaultGraph) -> str:
    return f"DROP SILENT GRAPH {graph}" if isinstance(graph, ox.NamedNode) else "CLEAR DEFAULT"


def _batches(lines: list[str]) -> Iterator[list[str]]:
    """Parts of a graph; statements with blank nodes make one part, since labels hold within one request only."""
    blank = [line for line in lines if "_:" in line]
    if blank:
        yield blank
    plain = [line for line in lines if "_:" not in line]
    for start in range(0, len(plain), BATCH):
        yield plain[start : start + BATCH]


def _of_statements(form: str, quads: Iterable[ox.Quad]) -> Iterator[str]:
    """One operation for each graph, which is what Virtuoso takes rightly; blank nodes, which may be in several, make one for all."""
    ordered = sorted(quads, key=lambda quad: (str(quad.graph_name), str(quad)))
    unnamed = [quad for quad in ordered if "_:" in str(quad)]
    plain = [quad for quad in ordered if "_:" not in str(quad)]
    for _, same in groupby(plain, key=lambda quad: quad.graph_name):
        yield form.format(_blocks(same))
    if unnamed:
        yield form.format(_blocks(unnamed))


def _blocks(quads: Iterable[ox.Quad]) -> str:
    return "\n".join(
        _in_graph(graph if isinstance(graph, ox.NamedNode) else None, [f"{quad.triple} ." for quad in same])
        for graph, same in groupby(quads, key=lambda quad: quad.graph_name)
    )


def _in_graph(graph: ox.NamedNode | None, lines: Iterable[str]) -> str:
    text = "\n".join(lines)
    return text if graph is None else f"GRAPH {graph} {{\n{text}\n}}"


def _quads(engine: ox.Store, graph: ox.NamedNode | ox.DefaultGraph) -> Iterator[ox.Quad]:
    return engine.quads_for_pattern(None, None, None, graph)


def _named(engine: ox.Store) -> list[ox.NamedNode]:
    return sorted((graph for graph in engine.named_graphs() if isinstance(graph, ox.NamedNode)), key=str)
