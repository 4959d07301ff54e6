"""The terms that judging a study looks at, as RDF terms."""

from __future__ import annotations

import pyoxigraph as ox

from ontology import ID, PREFIXES, TM

SHAPES = "https://w3id.org/tanmai/shapes/"
"""Namespace of the shapes; a requirement's shape is called this and the number of the requirement."""

TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
LABEL = ox.NamedNode(PREFIXES["rdfs"] + "label")
SUBCLASS = ox.NamedNode(PREFIXES["rdfs"] + "subClassOf")
DEFINITION = ox.NamedNode(PREFIXES["skos"] + "definition")
NOTATION = ox.NamedNode(PREFIXES["skos"] + "notation")
NAMES = tuple(
    ox.NamedNode(PREFIXES[prefix] + name)
    for prefix, name in (("rdfs", "label"), ("skos", "prefLabel"), ("dcterms", "title"), ("dcterms", "identifier"))
)
IDENTIFIER = ox.NamedNode(PREFIXES["dcterms"] + "identifier")
SOURCE = ox.NamedNode(PREFIXES["dcterms"] + "source")
CONFORMS_TO = ox.NamedNode(PREFIXES["dcterms"] + "conformsTo")


def tm(name: str) -> ox.NamedNode:
    """Return the term of the vocabulary with this name."""
    return ox.NamedNode(TM + name)


def known(path: str) -> ox.NamedNode:
    """Return the shipped concept with this kind and key, such as "standard-level/national"."""
    return ox.NamedNode(ID + path)
