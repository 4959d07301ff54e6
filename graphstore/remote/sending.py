"""A transaction on an endpoint: data are read, checked and counted here, then sent graph by graph.

SPARQL has no transaction over several requests. So new graphs are sent first; then one update request takes out the graphs of
replaced versions and changes the catalogue. If sending fails, new graphs that were sent are taken out again as far as the
endpoint lets us, and the catalogue is as it was; a named graph that a new version shares with the one before stays replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from graphstore.contract import refused
from graphstore.delta import Surroundings
from graphstore.errors import EndpointError
from graphstore.terms import Value, catalogue_iri
from graphstore.transaction import Transaction, UpdateReport
from graphstore.workspace import MemoryWorkspace

if TYPE_CHECKING:
    from graphstore.remote.endpoint import Endpoint
    from graphstore.remote.store import RemoteGraphStore

BATCH: Final = 1000
"""Statements of one update request, where graphs cannot be put whole; servers limit the length of an update."""


class RemoteTransaction(Transaction):
    """Loads and retirements that are sent when the ``with`` block ends; an exception sends nothing.

    What it is asked (:meth:`query`, :meth:`datasets`) it answers from the catalogue and from what it has loaded.
    """

    def __init__(self, label: str, store: RemoteGraphStore) -> None:
        """Copy the catalogue and the names of all graphs, against which loads are checked."""
        self._endpoint, self._location = store.endpoint, store.location or ""
        workspace = MemoryWorkspace()
        workspace.engine = store.catalogue()
        self._before = frozenset(store.endpoint.graphs())
        for graph in self._before:
            workspace.engine.add_graph(ox.NamedNode(graph))
        self._catalogue = catalogue_iri(store.base)
        self._described = frozenset(_quads(workspace.engine, self._catalogue))
        super().__init__(label, workspace, store.base, None, self._send)

    def update(
        self, text: str, bindings: Mapping[str, Value] | None = None, around: Surroundings | None = None
    ) -> UpdateReport:
        """Refused: the data that an update reads are not here.

        Raises:
            EmbeddedOnlyError: always.
        """
        del text, bindings, around
        raise refused("take an update of local statements", self._location)

    def _send(self, _: Transaction, keep: bool) -> None:
        """Called once when the transaction ends."""
        if not keep or not self.changes:
            return
        engine = self._workspace.engine
        filled = [graph for graph in _named(engine) if graph != self._catalogue and any(_quads(engine, graph))]
        try:
            for graph in filled:
                replace_graph(self._endpoint, graph, engine)
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
        """Take out the graphs of replaced versions and change the catalogue: one request, which servers make whole."""
        gone = self._before - {graph.value for graph in _named(engine)} - {self._catalogue.value}
        now = set(_quads(engine, self._catalogue))
        steps = [f"DROP SILENT GRAPH {ox.NamedNode(graph)}" for graph in sorted(gone)]
        for verb, quads in (("DELETE", self._described - now), ("INSERT", now - self._described)):
            if quads:
                steps.append(_data(verb, self._catalogue, sorted(f"{q.triple} ." for q in quads)))
        return " ;\n".join(steps)


def replace_graph(endpoint: Endpoint, graph: ox.NamedNode, engine: ox.Store) -> None:
    """Give the endpoint a graph of an engine store in place of what it has under the name."""
    triples = engine.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph) or b""
    if endpoint.addresses.graphs is not None:
        endpoint.put(graph.value, triples)
        return
    endpoint.update(f"DROP SILENT GRAPH {graph}")
    for lines in _batches(triples.decode().splitlines()):
        endpoint.update(_inserted(graph, lines))


def _batches(lines: list[str]) -> Iterator[list[str]]:
    """Parts of a graph; statements with blank nodes make one part, since labels hold within one request only."""
    blank = [line for line in lines if "_:" in line]
    if blank:
        yield blank
    plain = [line for line in lines if "_:" not in line]
    for start in range(0, len(plain), BATCH):
        yield plain[start : start + BATCH]


def _inserted(graph: ox.NamedNode, lines: Iterable[str]) -> str:
    """An update by template: Virtuoso takes no blank nodes in INSERT DATA."""
    return f"INSERT {{ GRAPH {graph} {{\n" + "\n".join(lines) + "\n} } WHERE {}"


def _data(verb: str, graph: ox.NamedNode, triples: Iterable[str]) -> str:
    return f"{verb} DATA {{ GRAPH {graph} {{\n" + "\n".join(triples) + "\n} }"


def _quads(engine: ox.Store, graph: ox.NamedNode) -> Iterator[ox.Quad]:
    return engine.quads_for_pattern(None, None, None, graph)


def _named(engine: ox.Store) -> list[ox.NamedNode]:
    return sorted((graph for graph in engine.named_graphs() if isinstance(graph, ox.NamedNode)), key=str)
