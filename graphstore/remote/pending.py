"""Changes of statements on their way to an endpoint: it does not have them yet, and what comes after sees them already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from graphstore.contract import refused
from graphstore.delta import Delta
from graphstore.remote.quads import RemoteQuads
from graphstore.terms import name

MARK: Final = name("dcat:version")
"""The property of the catalogue that each transaction changes."""

if TYPE_CHECKING:
    from graphstore.remote.endpoint import Endpoint


class Pending:
    """An endpoint's quads with changes laid over them; see :class:`graphstore.quads.Quads`.

    Attributes:
        removed: quads that are there and are to go.
        added: quads that are not there and are to come.
        emptied: graphs that are emptied before anything comes, since they hold nodes without an IRI.
    """

    def __init__(self, endpoint: Endpoint, location: str, catalogue: ox.NamedNode) -> None:
        """Lay nothing over yet.

        Args:
            endpoint: what keeps the quads.
            location: its address, for messages.
            catalogue: the catalogue graph, whose mark (see :mod:`graphstore.remote.sending`) is nobody's statement.
        """
        self._endpoint, self._location = endpoint, location
        self._mark = catalogue, MARK, catalogue
        self._quads = RemoteQuads(endpoint, location)
        self.removed: set[ox.Quad] = set()
        self.added: set[ox.Quad] = set()
        self.emptied: set[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = set()

    def change(self, step: Delta) -> None:
        """Lay one more change over what is there.

        Raises:
            EmbeddedOnlyError: no request can say it: a statement about a node without an IRI, or one without a named graph.
        """
        for quad in (*step.removed, *step.added):
            if isinstance(quad.graph_name, ox.DefaultGraph) and not self._endpoint.has_default_graph:
                raise refused("keep statements without a named graph", self._location)
        unnamed = {quad.graph_name for quad in step.removed if _unnamed(quad)}
        emptied = {
            graph for graph in unnamed if set(self.quads_for_pattern(None, None, None, graph)) <= set(step.removed)
        }
        if unnamed - emptied or any(not _unnamed(quad) <= step.fresh for quad in step.added):
            raise refused(
                "change statements about a node that has no IRI (its graph can be put as a whole)", self._location
            )
        self.emptied |= emptied
        gone, come = set(step.removed), set(step.added)
        self.added, self.removed = (
            (self.added - gone) | (come - self.removed),  # what was to go and comes again just stays
            (self.removed - come) | (gone - self.added),
        )

    def query(self, *args: Any, **options: Any) -> Any:
        """Query the endpoint; where it does not have the changes yet, a copy of the graphs that the options state.

        Raises:
            EmbeddedOnlyError: there are changes, and no graphs are stated: all of them would have to be copied.
        """
        if (self.removed or self.added) and "named_graphs" in options:
            aside = ox.Store()
            for graph in {*options.get("default_graph", ()), *options["named_graphs"]}:
                aside.extend(self.quads_for_pattern(None, None, None, graph))
            return aside.query(*args, **options)
        if self.removed or self.added:
            raise refused(
                "read in one operation what another of the same request changes (send them one after the other)",
                self._location,
            )
        return self._quads.query(*args, **options)

    def quads_for_pattern(
        self, subject: Any, predicate: Any, value: Any, graph_name: Any = None, /
    ) -> Iterator[ox.Quad]:
        """The quads with these terms, changes included."""
        found = self._quads.quads_for_pattern(subject, predicate, value, graph_name)
        for quad in found:
            if quad not in self.removed and (quad.subject, quad.predicate, quad.graph_name) != self._mark:
                yield quad
        if self.added:
            aside = ox.Store()
            aside.extend(self.added)
            yield from aside.quads_for_pattern(subject, predicate, value, graph_name)

    def named_graphs(self) -> Iterator[ox.NamedNode | ox.BlankNode]:
        """The names of the graphs that the endpoint has."""
        return self._quads.named_graphs()

    def learn(self, triples: Iterable[ox.Triple]) -> None:
        """Remember where nodes without an IRI stand, which a query told of."""
        self._quads.learn(triples)

    def __contains__(self, quad: ox.Quad, /) -> bool:
        return bool(self.held([quad]))

    def held(self, quads: Iterable[ox.Quad]) -> set[ox.Quad]:
        """Those of some quads that are there, changes included."""
        asked = set(quads)
        come = asked & self.added
        return come | (self._quads.held(asked - come - self.removed))


def _unnamed(quad: ox.Quad) -> set[str]:
    return {term.value for term in (quad.subject, quad.object) if isinstance(term, ox.BlankNode)}
