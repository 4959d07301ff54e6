"""An endpoint as if it were an engine store: quads looked up and queried over HTTP, one request for each question.

What reads a graph piece by piece (pages, the judge, updates) works on it unchanged. A node without an IRI cannot be named in a
request; it is found again by the statement that led to it, as far as the endpoint keeps its labels from request to request.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from graphstore.contract import refused
from graphstore.query import Dataset
from graphstore.remote.texts import has_from, sent, stated
from graphstore.sparql import guard

if TYPE_CHECKING:
    from graphstore.remote.endpoint import Endpoint
    from graphstore.remote.texts import Pairs

_FIRST: Final = 1000
"""Rows of the first request for a pattern: most have fewer, and who looks whether there are any takes only one."""
_SHORT: Final = 300
"""Statements about one node up to which they are fetched together and kept."""
_KEPT: Final = 20_000
"""Nodes whose statements are kept."""
_TOGETHER: Final = 100
"""Nodes that are asked about in one request."""
_DEEPEST: Final = 8
"""Nodes without an IRI between one with an IRI and one that is looked up."""

_PLACES: Final = 200_000
"""Nodes without an IRI of which it is known where they stand."""


class _Place(NamedTuple):
    """The statement by which a node without an IRI is found again.

    Attributes:
        graph: name of its graph; empty for the default graph, ``?g`` where it is not known.
        other: its other end.
        predicate: its predicate.
        above: whether the other end is its subject.
    """

    graph: str
    other: ox.NamedNode | ox.BlankNode | ox.Literal
    predicate: ox.NamedNode
    above: bool


class RemoteQuads:
    """The quads of an endpoint; see :class:`graphstore.quads.Quads`."""

    def __init__(self, endpoint: Endpoint, location: str, *, keep: bool = False) -> None:
        """Look up in an endpoint.

        Args:
            endpoint: where.
            location: its address, for messages.
            keep: whether statements about a node are looked up once only. That is for who begins anew when the data change.
        """
        self._endpoint, self._location, self._keep = endpoint, location, keep
        self._about: OrderedDict[str, list[ox.Quad] | None] = OrderedDict()
        self._places: OrderedDict[str, _Place] = OrderedDict()

    def query(
        self,
        text: str,
        /,
        *,
        base_iri: str | None = None,
        use_default_graph_as_union: bool = False,
        default_graph: Iterable[ox.NamedNode] | None = None,
        named_graphs: Iterable[ox.NamedNode] | None = None,
        **_: object,
    ) -> Any:
        """Run a SELECT or ASK over the dataset that the options state; prefixes are the usual ones.

        Raises:
            EndpointError: no answer, or one that is not whole.
        """
        words = guard(text)
        pairs: Pairs = ()
        if default_graph is not None or named_graphs is not None:
            named = self.named_graphs() if named_graphs is None else named_graphs
            names = [tuple(str(each.value) for each in graphs or ()) for graphs in (default_graph, named)]
            pairs = stated(Dataset(*names))
        elif use_default_graph_as_union and not has_from(words):
            pairs = self._endpoint.union.pairs
        return self._endpoint.raw(sent(text, words, base_iri), pairs)

    def named_graphs(self) -> Iterator[ox.NamedNode | ox.BlankNode]:
        """The names of the graphs, without those that the server keeps for itself."""
        return iter([ox.NamedNode(each) for each in self._endpoint.graphs()])

    def __contains__(self, quad: ox.Quad, /) -> bool:
        return bool(self.held([quad]))

    def held(self, quads: Iterable[ox.Quad]) -> set[ox.Quad]:
        """Those of some quads that are there.

        Raises:
            EmbeddedOnlyError: one names a node without an IRI, and is not found by the label that the endpoint gives it now.
        """
        found: set[ox.Quad] = set()
        wanted = sorted(set(quads), key=lambda quad: (str(quad.graph_name), str(quad.subject)))
        for graph, same in groupby(wanted, key=lambda quad: quad.graph_name):
            asked = list(same)
            there = ox.Store()
            if any(isinstance(term, ox.BlankNode) for quad in asked for term in (quad.subject, quad.object)):
                there.extend(self._rows("?s ?p ?o", (None, None, None), graph))
                found.update(self._all_of(asked, there))
                continue
            subjects = list(dict.fromkeys(str(quad.subject) for quad in asked))
            for start in range(0, len(subjects), _TOGETHER):
                values = " ".join(subjects[start : start + _TOGETHER])
                there.extend(self._rows(f"VALUES ?s {{ {values} }} ?s ?p ?o", (None, None, None), graph))
            found.update(quad for quad in asked if quad in there)
        return found

    def quads_for_pattern(
        self, subject: Any, predicate: Any, value: Any, graph_name: Any = None, /
    ) -> Iterator[ox.Quad]:
        """The quads with these terms; ``None`` matches every term.

        Raises:
            EmbeddedOnlyError: a node without an IRI, and no statement is known that leads to it.
        """
        pattern = (subject, predicate, value)
        if any(isinstance(each, ox.BlankNode) for each in (subject, value)):
            found: Iterable[ox.Quad] = self._unnamed(*pattern)
        elif self._keep and isinstance(subject, ox.NamedNode) and (known := self._known(subject)) is not None:
            found = (quad for quad in known if _fits(quad, predicate, value))
        else:
            found = self._found(pattern, graph_name)
        return (quad for quad in found if graph_name is None or quad.graph_name == graph_name)

    def learn(self, triples: Iterable[ox.Triple]) -> None:
        """Remember where nodes without an IRI stand that another request told of."""
        for triple in triples:
            self._learn(triple, "?g")

    # ------------------------------------------------------------ asking

    def _found(self, pattern: tuple[Any, Any, Any], graph: Any) -> Iterator[ox.Quad]:
        """The quads of a pattern; as many as are read of them are fetched, in two portions."""
        text = " ".join(f"?{name}" if term is None else str(term) for name, term in zip("spo", pattern, strict=True))
        first = list(self._rows(text, pattern, graph, _FIRST))
        yield from first
        if len(first) >= _FIRST:
            seen = set(first)
            yield from (quad for quad in self._rows(text, pattern, graph) if quad not in seen)

    def _rows(self, text: str, pattern: tuple[Any, Any, Any], graph: Any, most: int | None = None) -> Iterator[ox.Quad]:
        places = [f"GRAPH {graph if isinstance(graph, ox.NamedNode) else '?g'} {{ {text} }}"]
        if (
            not isinstance(graph, ox.NamedNode) and self._endpoint.union.how != "native"
        ):  # else there is no graph beside the named
            places = [text] if isinstance(graph, ox.DefaultGraph) else [*places, text]
        elif isinstance(graph, ox.DefaultGraph):
            return
        where = " UNION ".join(f"{{ {each} }}" for each in places)
        limit = "" if most is None else f" LIMIT {most}"
        # a pattern without variables still needs one to select: whether there is a row is what counts
        own = self._endpoint.dialect.system
        rows: list[Any] = self._endpoint.table(f"SELECT ?s ?p ?o ?g {{ {where} }}{limit}", ()).rows
        for *terms, found in rows:
            term = [each if given is None else given for each, given in zip(terms, pattern, strict=True)]
            name = graph or found or ox.DefaultGraph()
            if not (own and isinstance(name, ox.NamedNode) and name.value.startswith(own)):
                quad = ox.Quad(term[0], term[1], term[2], name)
                self._learn(quad.triple, str(name) if isinstance(name, ox.NamedNode) else "")
                yield quad

    def _known(self, subject: ox.NamedNode) -> list[ox.Quad] | None:
        """All quads about a node; ``None`` where they are many."""
        if subject.value not in self._about:
            quads = list(self._rows(f"{subject} ?p ?o", (subject, None, None), None, _SHORT))
            self._about[subject.value] = quads if len(quads) < _SHORT else None
            while len(self._about) > _KEPT:
                self._about.popitem(last=False)
        self._about.move_to_end(subject.value)
        return self._about[subject.value]

    # ------------------------------------------------------------ nodes without an IRI

    def _learn(self, triple: ox.Triple, graph: str) -> None:
        subject, value = triple.subject, triple.object
        if isinstance(value, ox.BlankNode) and not isinstance(subject, ox.Triple):
            self._places.setdefault(value.value, _Place(graph, subject, triple.predicate, True))
        elif isinstance(subject, ox.BlankNode) and not isinstance(value, ox.BlankNode | ox.Triple):
            self._places.setdefault(subject.value, _Place(graph, value, triple.predicate, False))
        while len(self._places) > _PLACES:
            self._places.popitem(last=False)

    def _way(self, node: ox.BlankNode) -> tuple[str, str]:
        """The graph of a node without an IRI, and the patterns that lead to it as ``?b``."""
        steps: list[str] = []
        variable, at = "?b", node
        while (place := self._places.get(at.value)) is not None and len(steps) < _DEEPEST:
            if not isinstance(place.other, ox.BlankNode):
                ends = (str(place.other), variable) if place.above else (variable, str(place.other))
                return place.graph, " . ".join([*steps, f"{ends[0]} {place.predicate} {ends[1]}"])
            above = f"?b{len(steps)}"
            steps.append(f"{above} {place.predicate} {variable}")
            variable, at = above, place.other
        raise refused("look up a node without an IRI", self._location)

    def _unnamed(self, subject: Any, predicate: Any, value: Any) -> Iterator[ox.Quad]:
        """The quads about a node without an IRI, or that name it."""
        node = subject if isinstance(subject, ox.BlankNode) else value
        about = node is subject
        graph, way = self._way(node)
        inner = f"{way} . " + ("?b ?p ?o" if about else "?s ?p ?b")
        places = [inner if not graph else f"GRAPH {graph} {{ {inner} }}"]
        if graph == "?g" and self._endpoint.union.how != "native":
            places.append(inner)
        where = " UNION ".join(f"{{ {each} }}" for each in places)
        for found, above, by, below, name in self._endpoint.table(
            f"SELECT DISTINCT ?b ?s ?p ?o ?g {{ {where} }}", ()
        ).rows:
            if found == node:
                stated_in = name or (ox.NamedNode(graph[1:-1]) if graph[:1] == "<" else ox.DefaultGraph())
                quad = ox.Quad(node if about else above, by, below if about else node, stated_in)  # type: ignore[arg-type]
                self._learn(quad.triple, "" if isinstance(stated_in, ox.DefaultGraph) else str(stated_in))
                if _fits(quad, predicate, value if about else None):
                    yield quad

    def _all_of(self, asked: list[ox.Quad], there: ox.Store) -> Iterator[ox.Quad]:
        """Those of some quads that a whole graph holds; one with a node that is no longer called so is nowhere to be found."""
        for quad in asked:
            if quad in there:
                yield quad
            elif any(isinstance(term, ox.BlankNode) for term in (quad.subject, quad.object)):
                raise refused("look up a node without an IRI", self._location)


def _fits(quad: ox.Quad, predicate: Any, value: Any) -> bool:
    return (predicate is None or quad.predicate == predicate) and (value is None or quad.object == value)
