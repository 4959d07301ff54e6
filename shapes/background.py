"""The reference knowledge beside a study while it is judged: vocabulary, units, places, gases, factors, standards.

It stands in the default graph of a small store in memory. A study is laid into the same store and taken out again, because
filling a store takes longer than judging a study; one study is judged at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final, TypeAlias

import pyoxigraph as ox

import ontology
from graphstore.catalogue import DatasetVersion
from graphstore.contract import SparqlStore
from graphstore.quads import Quads
from shapes.terms import TYPE, tm

MOST_LENT: Final = 200_000
"""A larger study is not taken out of the store again: the store is dropped and filled anew."""

MOST_DESCRIBED: Final = 100_000
"""Most statements that are taken from a store to describe what a study mentions."""

_REFERENCE: Final = "tanmai/"
"""Keys of the datasets of reference knowledge in a store begin with this."""

_DEFAULT: Final = ox.DefaultGraph()
_EXCHANGE: Final = tm("Exchange")
_EXCHANGES: Final = frozenset(map(tm, ("exchange", "input", "output", "emission", "quantitativeReference")))
_RULES: Final = tuple(map(tm, ("Standard", "ProductCategoryRule")))


Node: TypeAlias = ox.NamedNode | ox.BlankNode


class Lent:
    """The store while it is lent: knowledge, and what was laid beside it.

    Attributes:
        store: its default graph holds both.
    """

    def __init__(self, store: ox.Store, beyond: Quads | None) -> None:
        self.store, self._beyond = store, beyond
        self._added: list[ox.Quad] = []

    def add(self, quads: Iterable[ox.Quad | ox.Triple]) -> None:
        """Lay statements beside the knowledge; graph names are left aside."""
        new = [quad for quad in map(_in_default_graph, quads) if quad not in self.store]
        self._added += new  # first, so that an interruption leaves nothing behind that would not be taken out
        self.store.extend(new)

    def describe(self, quads: Iterable[ox.Quad]) -> None:
        """Add what the other store says about nodes that statements mention and nobody here knows.

        Products, factors and processes come with what they are described by, but without their exchanges: those belong to
        another study.
        """
        if self._beyond is None:
            return
        waiting = [quad.object for quad in quads]
        while waiting and len(self._added) < MOST_DESCRIBED:
            node = waiting.pop()
            if isinstance(node, ox.NamedNode | ox.BlankNode) and not _known(self.store, node):
                found = list(_description(node, self._beyond))
                self.add(found)
                waiting += [quad.object for quad in found]

    def take_out(self) -> bool:
        """Take out what was laid in; False where filling a new store is faster, or something else was left in it."""
        if len(self._added) > MOST_LENT:
            return False
        for quad in self._added:
            self.store.remove(quad)
        return next(self.store.named_graphs(), None) is None


class _Shelf:
    """A place for one filled store that nobody uses."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[Hashable, ox.Store] | None = None

    def take(self, holds: Hashable) -> ox.Store | None:
        """Take the store off, if it holds this; one that holds something else makes room."""
        with self._lock:
            kept, self._kept = self._kept, None
        return kept[1] if kept is not None and kept[0] == holds else None

    def put(self, holds: Hashable, store: ox.Store) -> None:
        """Keep a store in place of the one before."""
        with self._lock:
            self._kept = holds, store


_SHELF: Final = _Shelf()
"""Shared by the states of a store: each study that is handed in makes a new one, and few of them change the knowledge."""


class Background:
    """Reference knowledge in a store, beside which one study at a time is laid.

    Args:
        fill: fills an empty store with the knowledge.
        beyond: a store that describes what a study mentions and the knowledge does not hold; None where there is none.
        holds: tells what the knowledge is, where another background that holds the same may go on with the filled store.
    """

    def __init__(
        self, fill: Callable[[ox.Store], None], beyond: Quads | None = None, holds: Callable[[], Hashable] | None = None
    ) -> None:
        self._fill, self._beyond = fill, beyond
        self._holds = holds or (lambda: None)
        self._shelf = _Shelf() if holds is None else _SHELF
        self._lock = threading.Lock()

    @contextmanager
    def lend(self) -> Iterator[Lent]:
        """Give the store to lay a study into; afterwards it holds the knowledge alone again."""
        with self._lock:
            holds, lasts = self._holds(), True
            store = self._shelf.take(holds)  # should a study not be taken out again, the next one gets a new store
            if store is None:
                store = self._filled()
                lasts = self._holds() == holds  # a state that was changed meanwhile is nobody else's
            lent = Lent(store, self._beyond)
            try:
                yield lent
            finally:
                if lent.take_out() and lasts:
                    self._shelf.put(holds, store)

    def _filled(self) -> ox.Store:
        store = ox.Store()
        self._fill(store)
        return store


@cache
def shipped() -> Background:
    """The knowledge that comes with this package; the same for all callers of a process."""
    return Background(_fill_shipped)


def of_store(store: SparqlStore) -> Background:
    """The knowledge of a Tanmai store, which takes the place of the shipped one; it also describes what a study mentions.

    Args:
        store: an open store, which stays open while its knowledge is used.
    """
    engine = store.engine

    def fill(target: ox.Store) -> None:
        reference = _reference_of(store)
        if not reference:
            _fill_shipped(target)
        for version in reference:
            quads = engine.quads_for_pattern(None, None, None, version.iri(store.base))
            target.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
        target.extend(_rules_of(engine))

    def holds() -> Hashable:
        return store.base, _reference_of(store), frozenset(_rules_of(engine))

    # A version is what it was when it was loaded, but for a view of the past, which lacks what was issued later, and for an endpoint,
    # to whose graphs others may write.
    as_loaded = isinstance(engine, ox.Store) and store.known_on is None
    return Background(fill, engine, holds if as_loaded else None)


def _reference_of(store: SparqlStore) -> tuple[DatasetVersion, ...]:
    return tuple(version for version in store.datasets() if version.key.startswith(_REFERENCE))


def _rules_of(engine: Quads) -> Iterator[ox.Quad]:
    """Yield what any dataset of a store says about standards and rules: one loaded today decides which rule applies."""
    for kind in _RULES:
        for typed in engine.quads_for_pattern(None, TYPE, kind, None):
            for quad in engine.quads_for_pattern(typed.subject, None, None, None):
                yield ox.Quad(quad.subject, quad.predicate, quad.object)


def _fill_shipped(store: ox.Store) -> None:
    for file in ontology.files():
        store.load(file.read_bytes(), ox.RdfFormat.TURTLE)


def _in_default_graph(item: ox.Quad | ox.Triple) -> ox.Quad:
    if isinstance(item, ox.Quad) and item.graph_name == _DEFAULT:
        return item
    return ox.Quad(item.subject, item.predicate, item.object)


def _description(node: Node, store: Quads) -> Iterator[ox.Quad]:
    for quad in store.quads_for_pattern(node, None, None, None):
        if quad.predicate not in _EXCHANGES and not _is_exchange(store, quad.object):
            yield ox.Quad(quad.subject, quad.predicate, quad.object)


def _known(store: Quads, node: Node) -> bool:
    return next(store.quads_for_pattern(node, None, None, ox.DefaultGraph()), None) is not None


def _is_exchange(store: Quads, node: object) -> bool:
    return isinstance(node, ox.NamedNode | ox.BlankNode) and (
        next(store.quads_for_pattern(node, TYPE, _EXCHANGE, None), None) is not None
    )
