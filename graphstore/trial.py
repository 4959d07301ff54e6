"""A state of the graph with something beside it that nobody has accepted: a copy to try things in.

Nothing reaches the store. What the newcomer describes takes the place of an earlier version of the same study in the copy, so that
no process is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import pyoxigraph as ox

from graphstore.aside import Aside
from graphstore.store import GraphStore
from graphstore.terms import PREFIXES

GRAPH: Final = ox.NamedNode("urn:tanmai:trial")
"""The graph of the copy that holds what is tried."""

_STUDY: Final = ox.NamedNode(PREFIXES["tm"] + "FootprintStudy")
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")

_Subject: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Triple
_Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


class Replacement(NamedTuple):
    """A statement that becomes another: taken out where `before` is a term, put in where `after` is one."""

    node: _Subject
    predicate: ox.NamedNode
    before: _Term | None
    after: _Term | None


@dataclass(frozen=True, slots=True)
class Trial:
    """A copy that may be changed.

    Attributes:
        graph: the copy as a store; ask it anew after each change.
        statements: what was put beside the state.
    """

    graph: GraphStore
    statements: tuple[ox.Triple, ...]

    def replace(self, replacements: Iterable[Replacement]) -> None:
        """Change what is tried; statements of the state itself stay as they are."""
        engine = self.graph.engine
        for node, predicate, before, after in replacements:
            if before is not None:
                engine.remove(ox.Quad(node, predicate, before, GRAPH))
            if after is not None:
                engine.add(ox.Quad(node, predicate, after, GRAPH))

    def restore(self) -> None:
        """Put the statements back as they were before every change."""
        engine = self.graph.engine
        engine.clear_graph(GRAPH)
        engine.extend(ox.Quad(t.subject, t.predicate, t.object, GRAPH) for t in self.statements)


@contextmanager
def trial(store: GraphStore, statements: Iterable[ox.Triple], *, lent: bool = False) -> Iterator[Trial]:
    """Make a copy of a state with statements beside it; it is gone when the context ends.

    Args:
        store: the state; on disk its newest generation is cloned by hard links, in memory its quads are copied.
        statements: what is tried. Where it describes a tm:FootprintStudy that the state holds too, the graph of the state that does
            so is left out of the copy.
        lent: the state is in memory, nobody else asks it meanwhile, and it holds no studies: the statements are put beside it itself
            and taken out again, which spares the copy.
    """
    given = tuple(statements)
    if lent:
        made = Trial(store, given)
        try:
            made.restore()
            yield made
        finally:
            store.engine.remove_graph(GRAPH)
        return
    with Aside(store) as aside:
        for graph in _earlier(aside.engine, given):
            aside.engine.clear_graph(graph)
        with aside.store as view:
            made = Trial(view, given)
            made.restore()
            yield made


def _earlier(engine: ox.Store, statements: Iterable[ox.Triple]) -> set[ox.NamedNode]:
    """Find the graphs that hold another version of a study."""
    studies = {t.subject for t in statements if t.predicate == _TYPE and t.object == _STUDY}
    return {
        quad.graph_name
        for study in studies
        for quad in engine.quads_for_pattern(study, _TYPE, _STUDY, None)
        if isinstance(quad.graph_name, ox.NamedNode)
    }
