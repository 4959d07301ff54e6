"""What is said about one node, a page at a time: as statements for programs, as values for a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import pyoxigraph as ox

from api.errors import NotFoundError
from api.pages.addresses import Addresses
from api.pages.graphs import Graphs, Node
from api.pages.labels import Labels, short
from graphstore.terms import PREFIXES, name

OUTGOING: Final = 500
"""Statements about a node on one page."""
INCOMING: Final = 100
"""Statements that point at a node on one page."""
USES: Final = 10
"""Statements that show how a property is used."""
_DEPTH: Final = 5
"""Unnamed parts inside unnamed parts that are followed."""
_PARTS: Final = 2_000
"""Statements of unnamed parts that one page has at the most."""
_LONGEST: Final = 4_000
"""Characters of a literal that a page shows."""

_FIRST: Final = tuple(
    name(each).value
    for each in ("rdf:type", "rdfs:label", "skos:prefLabel", "dcterms:title", "skos:definition", "skos:example")
)
_TYPE: Final = name("rdf:type")


@dataclass(frozen=True, slots=True)
class Part:
    """One page of what is said about a node.

    Attributes:
        node: the node.
        number: which page, from 1.
        outgoing: statements about it.
        incoming: statements that name it as their object.
        uses: some statements with it as their property; on the first page only.
        more: whether there is a next page.
    """

    node: ox.NamedNode
    number: int
    outgoing: list[ox.Triple]
    incoming: list[ox.Triple]
    uses: list[ox.Triple]
    more: bool


def part_of(graphs: Graphs, node: ox.NamedNode, number: int) -> Part:
    """Read one page. All pages together state everything once.

    Raises:
        NotFoundError: nothing is said about the node, or there is no such page.
    """
    out = graphs.about(node, (number - 1) * OUTGOING, OUTGOING + 1)
    into = graphs.naming(node, (number - 1) * INCOMING, INCOMING + 1)
    uses = list(islice(graphs.uses(node), USES)) if number == 1 else []
    if not out and not into and not (number == 1 and graphs.has(node)):
        if number > 1:
            raise NotFoundError(
                f"There is no page {number} of what is said about <{node.value}>. Begin with the first."
            )
        raise NotFoundError(f"The store says nothing about <{node.value}>. Check the IRI, or search by name.")
    more = len(out) > OUTGOING or len(into) > INCOMING
    return Part(node, number, out[:OUTGOING], into[:INCOMING], uses, more)


def statements(graphs: Graphs, part: Part) -> list[ox.Triple]:
    """The statements of a page with those of the unnamed parts in them, for an RDF document."""
    inside = list[ox.Triple]()
    waiting, seen = [triple.object for triple in part.outgoing], set[ox.BlankNode]()
    while waiting and len(inside) < _PARTS:
        node = waiting.pop()
        if isinstance(node, ox.BlankNode) and node not in seen:
            seen.add(node)
            found = list(islice(graphs.parts(node), _PARTS - len(inside)))
            inside += found
            waiting += [triple.object for triple in found]
    return [*part.outgoing, *inside, *part.incoming]


@dataclass(frozen=True, slots=True)
class Value:
    """A term as a page shows it.

    Attributes:
        text: what is read.
        href: address of the page about it; ``None`` for what is no link.
        iri: the IRI of a node; empty for a literal.
        lang: language tag of a text; empty for none.
        datatype: short name of the type of a literal that is no plain text.
        cut: whether the text goes on.
        groups: statements of an unnamed part.
    """

    text: str
    href: str | None = None
    iri: str = ""
    lang: str = ""
    datatype: str = ""
    cut: bool = False
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A property and its values; the other way round in what points at a node."""

    property: Value
    values: tuple[Value, ...]


class Shown:
    """Turns terms into what a page shows of them."""

    def __init__(self, graphs: Graphs, labels: Labels, addresses: Addresses) -> None:
        self._graphs, self._labels, self._addresses = graphs, labels, addresses
        self._parts = 0

    def node(self, iri: str) -> Value:
        """A named node by its name."""
        self._note_twin(iri)
        return Value(self._labels[iri], self._addresses.of(iri), iri)

    def _note_twin(self, iri: str) -> None:
        """Keep the path of a reference node from naming a local node that has the same one."""
        path = self._addresses.path_of(iri)
        if path is None or not path.startswith("/id/") or iri.startswith(self._addresses.base + "/id/"):
            return
        if self._graphs.has(ox.NamedNode(self._addresses.base + path)):
            self._addresses.twins.add(path.removeprefix("/id/"))

    def groups(self, triples: Iterable[ox.Triple], depth: int = 0) -> tuple[Group, ...]:
        """Statements about one node by property: names and kinds first, then in the order of the properties' names."""
        found: dict[str, list[ox.Triple]] = {}
        for triple in triples:
            found.setdefault(triple.predicate.value, []).append(triple)
        rank = {iri: position for position, iri in enumerate(_FIRST)}
        ordered = sorted(found, key=lambda iri: (rank.get(iri, len(rank)), self._labels[iri].casefold(), iri))
        return tuple(
            Group(self.node(iri), self._values((triple.object for triple in found[iri]), depth)) for iri in ordered
        )

    def pointing(self, triples: Iterable[ox.Triple]) -> tuple[Group, ...]:
        """Statements that point at a node, by property."""
        found: dict[str, list[Node]] = {}
        for triple in triples:
            if isinstance(triple.subject, ox.NamedNode | ox.BlankNode):
                found.setdefault(triple.predicate.value, []).append(triple.subject)
        return tuple(
            Group(self.node(iri), self._values(iter(found[iri]), _DEPTH))
            for iri in sorted(found, key=lambda iri: (self._labels[iri].casefold(), iri))
        )

    def subject(self, node: object) -> Value:
        """The subject of a statement; an unnamed one by what it is a part of."""
        return self._value(node, _DEPTH)

    def _values(self, terms: Iterator[object], depth: int) -> tuple[Value, ...]:
        values = [self._value(term, depth) for term in terms]
        return tuple(sorted(values, key=lambda value: (self._language_rank(value), value.text.casefold(), value.iri)))

    def _language_rank(self, value: Value) -> int:
        return 0 if value.lang.startswith(self._labels.lang) else 1

    def _value(self, term: object, depth: int) -> Value:
        if isinstance(term, ox.NamedNode):
            return self.node(term.value)
        if isinstance(term, ox.Literal):
            return _literal(term)
        if isinstance(term, ox.BlankNode):
            return self._part(term, depth)
        return Value(str(term))

    def _part(self, node: ox.BlankNode, depth: int) -> Value:
        if depth < _DEPTH and self._parts < _PARTS:
            found = list(islice(self._graphs.parts(node), _PARTS - self._parts))
            self._parts += len(found)
            return Value("", groups=self.groups(found, depth + 1))
        owner = self._graphs.owner(node)
        return Value("") if owner is None else self.node(owner.value)


def _literal(term: ox.Literal) -> Value:
    datatype = short(term.datatype.value)
    plain = term.language is not None or datatype == "xsd:string"
    text = term.value[:_LONGEST]
    return Value(text, lang=term.language or "", datatype="" if plain else datatype, cut=len(text) < len(term.value))


def kinds_of(graphs: Graphs, node: ox.NamedNode) -> list[str]:
    """IRIs of the classes that a node is stated to be of."""
    found = {each.value for each in graphs.objects(node, _TYPE) if isinstance(each, ox.NamedNode)}
    return sorted(found - {PREFIXES["skos"] + "Concept"}) or sorted(found)
