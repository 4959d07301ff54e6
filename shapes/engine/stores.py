"""The stores that a plan is run against, and the terms that come out of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

import pyoxigraph as ox

from shapes.engine.loading import EXACT, PRIVATE, DataGraph, plain_term
from shapes.engine.paths import SparqlPath
from shapes.engine.vocabulary import INSTANCE_OF, SHAPES_GRAPH, SUBCLASS, TYPE
from shapes.report import Path, Term

NODE = ox.NamedNode("x-tanmai:node")
"""The function by which a query gets at a blank node, which it cannot name."""


_INSTANCE = re.compile(re.escape(INSTANCE_OF) + " <([^>]*)>")


class Stores:
    """What queries are run on.

    Args:
        data: the data graph.
        shapes: the triples of the shapes graph, where a query reads them.
        exact: whether the checks look at literals in a way for which the store's own forms will not do.
    """

    def __init__(self, data: DataGraph, shapes: tuple[ox.Triple, ...], *, exact: bool) -> None:
        self.data = data
        self.exact = exact
        self._shapes = shapes
        self._store = data.exact if exact else data.store

    def select(self, text: str) -> Iterator[ox.QuerySolution]:
        """Yield the rows of a query of the engine."""
        found = self._store.query(_INSTANCE.sub(self._narrowed, text.replace(EXACT, PRIVATE)))
        assert isinstance(found, ox.QuerySolutions)
        return iter(found)

    def _narrowed(self, match: re.Match[str]) -> str:
        """Leave the way up the class tree out where a class has no subclass; the answer is the same and comes sooner."""
        return match.group() if ox.NamedNode(match.group(1)) in self._with_subclasses else f"{TYPE} <{match.group(1)}>"

    @cached_property
    def _with_subclasses(self) -> frozenset[Term]:
        """The classes that have a subclass."""
        return frozenset(quad.object for quad in self._store.quads_for_pattern(None, SUBCLASS, None, ox.DefaultGraph()))

    def ask(self, text: str, nodes: Mapping[str, Term]) -> ox.QuerySolutions | bool:
        """Run a query of the shapes graph; it sees literals as the store has them.

        Args:
            text: the query.
            nodes: what the function `NODE` returns for a name.
        """
        found = self._with_shapes.query(text, custom_functions={NODE: lambda name: nodes[name.value]})
        return found if isinstance(found, ox.QuerySolutions) else bool(found)

    @cached_property
    def _with_shapes(self) -> ox.Store:
        """The data, with the shapes graph beside it where a query reads that."""
        if not self._shapes:
            return self.data.store
        store = ox.Store()
        store.bulk_extend(self.data.store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
        store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object, SHAPES_GRAPH) for t in self._shapes)
        return store

    # -- terms of rows

    def focus(self, term: Term) -> Term:
        """Return a focus node as the file has it."""
        shown = plain_term(term)
        return shown if shown != term else self.data.only_form(term)

    def value(self, path: SparqlPath | None, focus: Term, value: Term) -> Term:
        """Return a value node as the file has it."""
        shown = plain_term(value)
        if shown != value or not isinstance(value, ox.Literal):
            return shown
        if path is not None and isinstance(path.path.node, ox.NamedNode):
            return self.data.original(focus, path.path.node, value)
        return self.data.only_form(value)

    def predicate(self, held: Term | None) -> SparqlPath | None:
        """Return a term as a path, if it is a predicate."""
        if not isinstance(held, ox.NamedNode):
            return None
        return SparqlPath(
            Path(held, (), str(held)), nullable=False, ends=frozenset({held}), steps=((str(held), False),)
        )
