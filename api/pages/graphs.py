"""What the store and the shipped shapes say, as one graph: statements about a node, in a stable order, each once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import pyoxigraph as ox

Node: TypeAlias = ox.NamedNode | ox.BlankNode
Object: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True, slots=True)
class Graphs:
    """Engine stores read as one graph.

    Statements come in the order of the engine's tables, which is the same for every reader of one generation; sorting them by
    name would take the engine seconds.

    Attributes:
        engines: the stores; a statement of a later one that an earlier one makes too is left out.
    """

    engines: tuple[ox.Store, ...]

    def outgoing(self, subject: Node) -> Iterator[ox.Triple]:
        """The statements about a node."""
        seen: set[ox.Triple] = set()
        for engine in self.engines:
            for quad in engine.quads_for_pattern(subject, None, None):
                if quad.triple not in seen:
                    seen.add(quad.triple)
                    yield quad.triple

    def incoming(self, target: Node) -> Iterator[ox.Triple]:
        """The statements that name a node as their object."""
        for number, engine in enumerate(self.engines):
            for triple in _once(engine, target):
                if not any(_states(earlier, triple) for earlier in self.engines[:number]):
                    yield triple

    def uses(self, predicate: ox.NamedNode) -> Iterator[ox.Triple]:
        """The statements with a predicate; one may come again for each graph that makes it."""
        for engine in self.engines:
            for quad in engine.quads_for_pattern(None, predicate, None):
                yield quad.triple

    def objects(self, subject: Node, predicate: ox.NamedNode) -> Iterator[Object]:
        """The values of a property of a node; one may come again for each graph that states it."""
        for engine in self.engines:
            for quad in engine.quads_for_pattern(subject, predicate, None):
                yield quad.object

    def has(self, node: ox.NamedNode) -> bool:
        """Whether anything is said about a node, with it, or in a graph that it names."""
        return any(
            next(iter(engine.quads_for_pattern(*pattern)), None) is not None
            for engine in self.engines
            for pattern in ((node, None, None), (None, None, node), (None, node, None), (None, None, None, node))
        )

    def owner(self, node: ox.BlankNode, steps: int = 4) -> ox.NamedNode | None:
        """The named node that a blank node is a part of; ``None`` where none is near."""
        part: Node = node
        for _ in range(steps):
            above = next(self.incoming(part), None)
            if above is None or not isinstance(above.subject, ox.NamedNode | ox.BlankNode):
                return None
            part = above.subject
            if isinstance(part, ox.NamedNode):
                return part
        return None


def _once(engine: ox.Store, target: Node) -> Iterator[ox.Triple]:
    """Statements that name a node, each once: those of one triple in several graphs follow each other in the tables."""
    default = [quad.triple for quad in engine.quads_for_pattern(None, None, target, ox.DefaultGraph())]
    yield from default
    known = set(default)
    named = (
        quad.triple
        for quad in engine.quads_for_pattern(None, None, target)
        if quad.graph_name != ox.DefaultGraph() and quad.triple not in known
    )
    first = next(named, None)
    if first is None:
        return
    yield first
    yield from (after for before, after in pairwise(_with(first, named)) if before != after)


def _with(first: ox.Triple, rest: Iterator[ox.Triple]) -> Iterator[ox.Triple]:
    yield first
    yield from rest


def _states(engine: ox.Store, triple: ox.Triple) -> bool:
    found = engine.quads_for_pattern(triple.subject, triple.predicate, triple.object)
    return next(iter(found), None) is not None
