"""The IRIs of one import: everything in a package becomes `{base}/id/{kind}/{identifier}`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mappings.errors import ArgumentError
from mappings.ntriples import OWL, date_time, dcterms, iri_part, is_iri, literal
from mappings.olca.fields import Json, text

DEFAULT_BASE = "https://w3id.org/tanmai/local"


@dataclass(frozen=True, slots=True)
class Names:
    """Makes IRIs under a base; `base` is an absolute IRI without a slash at its end."""

    base: str

    def __post_init__(self) -> None:
        if not is_iri(self.base) or self.base.endswith(("/", "#")):
            raise ArgumentError(
                f"the base {self.base!r} cannot start an IRI. Give an absolute IRI without a slash at its end, "
                f"for example {DEFAULT_BASE}."
            )

    def iri(self, kind: str, *keys: str) -> str:
        """Return an IRI in N-Triples form; several keys are joined by hyphens."""
        return f"<{self.base}/id/{kind}/{iri_part('-'.join(keys))}>"

    def version_lines(self, node: str, data: Json) -> Iterator[str]:
        """Yield version and date of the last change of an entity, as far as they say anything."""
        version = text(data.get("version"))
        if version.strip("0."):
            yield f"{node} <{OWL}versionInfo> {literal(version)} .\n"
        if text(data.get("lastChange")):
            yield f"{node} {dcterms('modified')} {date_time(text(data['lastChange']))} .\n"
