"""Names of nodes in the language of the reader."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from api.pages.graphs import Graphs
from api.pages.words import KNOWN, Language
from graphstore.terms import PREFIXES, name

NAMING: Final = tuple(name(each) for each in ("rdfs:label", "skos:prefLabel", "dcterms:title"))
"""Properties that name a node, the best one first."""
_LONGEST: Final = 160

_SHORT: Final = {
    **PREFIXES,
    "sh": "http://www.w3.org/ns/shacl#",
    "shape": "https://w3id.org/tanmai/shapes/",
    "vann": "http://purl.org/vocab/vann/",
}


class Labels:
    """The names of nodes, looked up as they are needed."""

    def __init__(self, graphs: Graphs, lang: Language) -> None:
        self.lang = lang
        self._graphs = graphs
        self._known: dict[str, dict[str, str]] = {}

    def __getitem__(self, iri: str) -> str:
        """The name of a node: in the language of the page, else in any, else its short name."""
        return self.stated(iri) or short(iri)

    def stated(self, iri: str) -> str | None:
        """The name that the graph or this program has for a node; ``None`` where it has none."""
        found = self.all(iri)
        name = found.get(self.lang) or found.get("en") or found.get("") or next(iter(found.values()), None)
        if name is None and (known := KNOWN.get(short(iri))):
            return known[self.lang == "zh"]
        return name if name is None or len(name) <= _LONGEST else name[:_LONGEST] + "…"

    def pointing_at(self, node: ox.NamedNode, prop: ox.NamedNode) -> list[ox.NamedNode]:
        """The nodes that point at one by a property, in the order of their IRIs."""
        found = (each for each in self._graphs.subjects(prop, node) if isinstance(each, ox.NamedNode))
        return sorted(found, key=lambda each: each.value)

    def all(self, iri: str) -> dict[str, str]:
        """The best name of a node in each language, by the first part of the language tag."""
        if iri not in self._known:
            self._known[iri] = self._find(ox.NamedNode(iri))
        return self._known[iri]

    def _find(self, node: ox.NamedNode) -> dict[str, str]:
        found: dict[str, str] = {}
        for naming in NAMING:
            stated = [each for each in self._graphs.objects(node, naming) if isinstance(each, ox.Literal)]
            for literal in sorted(stated, key=lambda each: (each.language or "", each.value)):
                if literal.value.strip():
                    found.setdefault((literal.language or "").split("-")[0].lower(), literal.value)
        return found


def short(iri: str) -> str:
    """An IRI by its prefix, where it has a usual one; else the whole of it."""
    for prefix, space in _SHORT.items():
        rest = iri.removeprefix(space)
        if rest != iri and rest and not set(rest) & set("/#:"):
            return f"{prefix}:{rest}"
    return iri
