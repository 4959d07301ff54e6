"""What the store and the shipped shapes say, as one graph: statements about a node, in a stable order, each once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from graphstore.quads import Distant, Quads
from graphstore.query import run

Node: TypeAlias = ox.NamedNode | ox.BlankNode
Object: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_ABOUT: Final = "SELECT DISTINCT ?p ?o { ?node ?p ?o }"
_NAMING: Final = "SELECT DISTINCT ?s ?p { ?s ?p ?node }"
"""Without an order: the rows come in that of the engine's tables, and those that are passed over are not even read."""


@dataclass(frozen=True, slots=True)
class Graphs:
    """A store and what is laid beside it, read as one graph.

    Statements come in the order of the engine's tables, which is the same for every reader of one generation; sorting them by
    name would take the engine seconds.

    Attributes:
        main: the store, which may be large.
        aside: a small one; what the store states too is left out of it.
    """

    main: Quads
    aside: ox.Store

    def about(self, node: ox.NamedNode, start: int, most: int) -> list[ox.Triple]:
        """Statements about a node, each once: at most so many, after those that are passed over."""
        found = [ox.Triple(node, row[0], row[1]) for row in self._rows(_ABOUT, node, start, most)]
        self._learn(found)
        return found + self._beside(_ABOUT, node, (node, None, None), found, start, most)

    def naming(self, node: ox.NamedNode, start: int, most: int) -> list[ox.Triple]:
        """Statements that name a node as their object, each once: at most so many, after those that are passed over."""
        found = [ox.Triple(row[0], row[1], node) for row in self._rows(_NAMING, node, start, most)]
        self._learn(found)
        return found + self._beside(_NAMING, node, (None, None, node), found, start, most)

    @property
    def _both(self) -> tuple[Quads, Quads]:
        return self.main, self.aside

    def _rows(self, text: str, node: ox.NamedNode, start: int, most: int) -> list[Any]:
        return run(self.main, f"{text} OFFSET {start} LIMIT {most}", {"node": node}).rows

    def _beside(
        self,
        text: str,
        node: ox.NamedNode,
        pattern: tuple[Any, Any, Any],
        found: list[ox.Triple],
        start: int,
        most: int,
    ) -> list[ox.Triple]:
        """What the small store adds, once the large one has no more."""
        if len(found) == most:
            return []
        own = [quad.triple for quad in self.aside.quads_for_pattern(*pattern) if not self._states(quad.triple)]
        if not own:
            return []
        counted = start + len(found) if found or not start else len(self._rows(text, node, 0, start))
        passed = max(start - counted, 0)
        return own[passed : passed + most - len(found)]

    def _learn(self, found: list[ox.Triple]) -> None:
        if isinstance(self.main, Distant):
            self.main.learn(found)

    def _states(self, triple: ox.Triple) -> bool:
        found = self.main.quads_for_pattern(triple.subject, triple.predicate, triple.object)
        return next(iter(found), None) is not None

    def parts(self, node: ox.BlankNode) -> Iterator[ox.Triple]:
        """The statements about an unnamed node."""
        for engine in self._both:
            yield from dict.fromkeys(quad.triple for quad in engine.quads_for_pattern(node, None, None))

    def uses(self, predicate: ox.NamedNode) -> Iterator[ox.Triple]:
        """The statements with a predicate; one may come again for each graph that makes it."""
        for engine in self._both:
            for quad in engine.quads_for_pattern(None, predicate, None):
                yield quad.triple

    def objects(self, subject: Node, predicate: ox.NamedNode) -> Iterator[Object]:
        """The values of a property of a node; one may come again for each graph that states it."""
        for engine in self._both:
            for quad in engine.quads_for_pattern(subject, predicate, None):
                yield quad.object

    def subjects(self, predicate: ox.NamedNode, target: Node) -> set[ox.NamedNode]:
        """The named nodes that have a node as a value of a property."""
        return {
            quad.subject
            for engine in self._both
            for quad in engine.quads_for_pattern(None, predicate, target)
            if isinstance(quad.subject, ox.NamedNode)
        }

    def has(self, node: ox.NamedNode) -> bool:
        """Whether anything is said about a node, with it, or in a graph that it names."""
        return any(
            next(iter(engine.quads_for_pattern(*pattern)), None) is not None
            for engine in self._both
            for pattern in ((node, None, None), (None, None, node), (None, node, None), (None, None, None, node))
        )

    def owner(self, node: ox.BlankNode, steps: int = 4) -> ox.NamedNode | None:
        """The named node that a blank node is a part of; ``None`` where none is near."""
        part: Node = node
        for _ in range(steps):
            above = self._above(part)
            if above is None or isinstance(above, ox.NamedNode):
                return above
            part = above
        return None

    def _above(self, part: Node) -> Node | None:
        for engine in self._both:
            for quad in engine.quads_for_pattern(None, None, part):
                if isinstance(quad.subject, ox.NamedNode | ox.BlankNode):
                    return quad.subject
        return None
