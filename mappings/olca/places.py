"""Locations: those whose code is known are the places of the reference knowledge, all others stay local."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mappings.ntriples import LABEL, SKOS, TYPE, dcterms, literal, tm
from mappings.olca.fields import Json, text
from mappings.olca.names import Names
from mappings.olca.package import Package
from mappings.placecodes import known_places


@dataclass(frozen=True, slots=True)
class Places:
    """The locations of a package."""

    package: Package
    names: Names

    def term(self, reference: Json) -> str | None:
        """Return the IRI of the place that a reference names, or None where it names none that can be told."""
        key = text(reference.get("@id"))
        entity = self.package["Location"].get(key)
        code = text(entity.data.get("code")) if entity else text(reference.get("code"))
        if code in known_places():
            return f"<{known_places()[code]}>"
        return self.names.iri("location", key) if entity else None

    def lines(self) -> Iterator[str]:
        """Yield the triples of all locations."""
        for entity in self.package["Location"].values():
            node = self.names.iri("location", entity.id)
            code = text(entity.data.get("code"))
            yield f"{node} {TYPE} {tm('Location')} .\n{node} {dcterms('identifier')} {literal(entity.id)} .\n"
            yield f"{node} {LABEL} {literal(entity.name or code or entity.id)} .\n"
            if code:
                yield f"{node} <{SKOS}notation> {literal(code)} .\n"
            if code in known_places():
                yield f"{node} <{SKOS}exactMatch> <{known_places()[code]}> .\n"
            yield from self.names.version_lines(node, entity.data)
