"""The vocabulary as one page and as one RDF document, from the graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

import ontology
from api.pages.addresses import ONTOLOGY
from api.pages.graphs import Graphs
from api.pages.node import Shown, Value
from graphstore.terms import name

_TYPE, _DEFINED, _SCHEME = name("rdf:type"), name("rdfs:isDefinedBy"), name("skos:inScheme")
_CLASS, _DATATYPE = name("owl:Class"), name("rdfs:Datatype")
_PROPERTIES: Final = tuple(
    name(each) for each in ("owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty", "rdf:Property")
)
_MOST: Final = 100_000
"""Statements about one term; no vocabulary comes near."""
_LANGUAGES: Final = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Term:
    """One class, property or scheme.

    Attributes:
        iri: its IRI.
        key: what it is called in the vocabulary: the anchor on the page.
        href: address of its own page.
        labels: its name by language.
        definitions: what it means, by language.
        examples: examples.
        above: classes or properties that it is a kind of.
        domain: classes that a property is stated for.
        range: classes or types of its values.
        count: concepts of a scheme.
        deprecated: whether it is out of use.
    """

    iri: str
    key: str
    href: str | None
    labels: dict[str, str]
    definitions: dict[str, str]
    examples: list[str] = field(default_factory=list)
    above: list[Value] = field(default_factory=list)
    domain: list[Value] = field(default_factory=list)
    range: list[Value] = field(default_factory=list)
    count: int = 0
    deprecated: bool = False

    def holds(self, words: Iterable[str]) -> bool:
        """Whether all words stand in its name, labels or definitions."""
        texts = [self.key, *self.labels.values(), *self.definitions.values()]
        whole = " ".join(texts).casefold()
        return all(each in whole for each in words)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All terms, each kind in the order of the keys."""

    classes: list[Term]
    properties: list[Term]
    datatypes: list[Term]
    schemes: list[Term]

    def with_words(self, text: str) -> Vocabulary:
        """The terms that hold all words of a text."""
        words = text.casefold().split()
        return Vocabulary(*([term for term in terms if term.holds(words)] for terms in self.parts))

    @property
    def parts(self) -> tuple[list[Term], list[Term], list[Term], list[Term]]:
        """The kinds of terms."""
        return self.classes, self.properties, self.datatypes, self.schemes

    @property
    def count(self) -> int:
        """How many terms there are."""
        return sum(map(len, self.parts))


def vocabulary(graphs: Graphs, shown: Shown) -> Vocabulary:
    """Read the vocabulary."""
    defined = _of_vocabulary(graphs)
    classes = [node for node in defined if _is(graphs, node, _CLASS)]
    properties = [node for node in defined if any(_is(graphs, node, kind) for kind in _PROPERTIES)]
    datatypes = [node for node in defined if _is(graphs, node, _DATATYPE)]
    schemes = sorted(graphs.subjects(_TYPE, name("skos:ConceptScheme")), key=lambda node: node.value)
    return Vocabulary(
        *([_term(graphs, shown, node) for node in nodes] for nodes in (classes, properties, datatypes, schemes))
    )


def document(graphs: Graphs) -> list[ox.Triple]:
    """The statements about the vocabulary and its terms."""
    found = list[ox.Triple]()
    waiting: list[ox.BlankNode] = []
    for node in (ox.NamedNode(ONTOLOGY), *_of_vocabulary(graphs)):
        found += graphs.about(node, 0, _MOST)
    waiting += [each.object for each in found if isinstance(each.object, ox.BlankNode)]
    seen = set(waiting)
    while waiting:
        inside = list(graphs.parts(waiting.pop()))
        found += inside
        deeper = [each.object for each in inside if isinstance(each.object, ox.BlankNode) and each.object not in seen]
        seen.update(deeper)
        waiting += deeper
    return found


def _of_vocabulary(graphs: Graphs) -> list[ox.NamedNode]:
    found = {each for each in graphs.subjects(_DEFINED, ox.NamedNode(ONTOLOGY)) if each.value.startswith(ontology.TM)}
    return sorted(found, key=lambda node: node.value)


def _is(graphs: Graphs, node: ox.NamedNode, kind: ox.NamedNode) -> bool:
    return kind in graphs.objects(node, _TYPE)


def _term(graphs: Graphs, shown: Shown, node: ox.NamedNode) -> Term:
    key = node.value.removeprefix(ontology.TM).removeprefix(ontology.ID).replace("/", "-")
    texts = {
        each: _by_language(graphs, node, each) for each in ("rdfs:label", "skos:definition")
    }  # the same properties for classes, properties and schemes
    examples = {each.value for each in graphs.objects(node, name("skos:example")) if isinstance(each, ox.Literal)}
    truth = ox.Literal(True)
    return Term(
        node.value,
        key,
        shown.node(node.value).href,
        texts["rdfs:label"],
        texts["skos:definition"],
        sorted(examples),
        above=_named(graphs, shown, node, "rdfs:subClassOf", "rdfs:subPropertyOf"),
        domain=_named(graphs, shown, node, "rdfs:domain"),
        range=_named(graphs, shown, node, "rdfs:range"),
        count=len(graphs.subjects(_SCHEME, node)),
        deprecated=truth in graphs.objects(node, name("owl:deprecated")),
    )


def _named(graphs: Graphs, shown: Shown, node: ox.NamedNode, *properties: str) -> list[Value]:
    found = {
        each.value
        for prefixed in properties
        for each in graphs.objects(node, name(prefixed))
        if isinstance(each, ox.NamedNode)
    }
    return [shown.node(iri) for iri in sorted(found)]


def _by_language(graphs: Graphs, node: ox.NamedNode, prefixed: str) -> dict[str, str]:
    found: dict[str, str] = {}
    stated = [each for each in graphs.objects(node, name(prefixed)) if isinstance(each, ox.Literal)]
    for literal in sorted(stated, key=lambda each: each.value):
        tag = (literal.language or "en").split("-")[0].lower()
        if tag in _LANGUAGES:
            found.setdefault(tag, literal.value)
    return found
