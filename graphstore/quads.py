"""What reading code asks of the engine behind a store, whether that is Oxigraph in this process or an endpoint elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol, runtime_checkable

import pyoxigraph as ox


class Quads(Protocol):
    """Quads that can be looked up and queried; :class:`pyoxigraph.Store` is one."""

    def query(self, *args: Any, **options: Any) -> Any:
        """Answer a SPARQL query; text and options as for :meth:`pyoxigraph.Store.query`."""

    def quads_for_pattern(
        self, subject: Any, predicate: Any, value: Any, graph_name: Any = None, /
    ) -> Iterator[ox.Quad]:
        """The quads with these terms; ``None`` matches every term."""

    def named_graphs(self) -> Iterator[ox.NamedNode | ox.BlankNode]:
        """The names of the graphs that hold quads."""

    def __contains__(self, quad: ox.Quad, /) -> bool: ...


@runtime_checkable
class Distant(Protocol):
    """Quads that are looked up over a network, so that many are better looked up at once."""

    def held(self, quads: Iterable[ox.Quad]) -> set[ox.Quad]:
        """Those of some quads that are there."""

    def learn(self, triples: Iterable[ox.Triple]) -> None:
        """Remember where nodes without an IRI stand, which a query told of."""


def held(engine: Quads, quads: Iterable[ox.Quad]) -> set[ox.Quad]:
    """Those of some quads that an engine holds."""
    return engine.held(quads) if isinstance(engine, Distant) else {quad for quad in quads if quad in engine}
