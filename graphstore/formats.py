"""The RDF formats the store reads and writes, and how a file name tells which one it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import pyoxigraph as ox

from graphstore.errors import UnknownFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Format:
    """One RDF syntax.

    Attributes:
        name: the short name used on the command line and in the journal, e.g. ``turtle``.
        title: the name people use.
        media_type: IANA media type.
        suffixes: file suffixes with the dot, the usual one first.
        quads: whether the syntax can carry named graphs.
    """

    name: str
    title: str
    media_type: str
    suffixes: tuple[str, ...]
    quads: bool

    @property
    def rdf(self) -> ox.RdfFormat:
        """The same format as the RDF engine knows it."""
        found = ox.RdfFormat.from_media_type(self.media_type)
        if found is None:  # pragma: no cover - the table below holds only media types the engine knows
            raise UnknownFormatError(f"The RDF engine does not know {self.media_type}.")
        return found


TURTLE = Format("turtle", "Turtle", "text/turtle", (".ttl",), False)
TRIG = Format("trig", "TriG", "application/trig", (".trig",), True)
N_TRIPLES = Format("ntriples", "N-Triples", "application/n-triples", (".nt",), False)
N_QUADS = Format("nquads", "N-Quads", "application/n-quads", (".nq",), True)
RDF_XML = Format("rdfxml", "RDF/XML", "application/rdf+xml", (".rdf", ".owl", ".xml"), False)
JSON_LD = Format("jsonld", "JSON-LD", "application/ld+json", (".jsonld", ".json"), True)

FORMATS: tuple[Format, ...] = (TURTLE, TRIG, N_TRIPLES, N_QUADS, RDF_XML, JSON_LD)

_ALIASES: dict[str, Format] = {
    alias: each for each in FORMATS for alias in (each.name, each.media_type, *(s.lstrip(".") for s in each.suffixes))
} | {"n-triples": N_TRIPLES, "n-quads": N_QUADS, "rdf/xml": RDF_XML, "json-ld": JSON_LD}


def known_suffixes() -> str:
    """All suffixes as one phrase for messages: ``.ttl .trig ... (each also with .gz)``."""
    return " ".join(suffix for each in FORMATS for suffix in each.suffixes) + " (each also with .gz)"


def by_name(name: str) -> Format:
    """The format called ``name``: short name, suffix without dot or media type, in any case.

    >>> by_name("ttl").title
    'Turtle'
    """
    found = _ALIASES.get(name.strip().lower().lstrip("."))
    if found is None:
        names = ", ".join(each.name for each in FORMATS)
        raise UnknownFormatError(f"Unknown RDF format {name!r}. Known formats: {names}.")
    return found


def is_gzip_name(path: str | PurePath) -> bool:
    """Whether the file name says that the content is gzip-compressed."""
    return PurePath(path).suffix.lower() == ".gz"


def by_path(path: str | PurePath) -> Format:
    """The format that the file's suffix stands for; a final ``.gz`` is looked through.

    >>> by_path("factors.nq.gz").name
    'nquads'
    """
    pure = PurePath(path)
    suffix = (PurePath(pure.stem) if is_gzip_name(pure) else pure).suffix.lower()
    for each in FORMATS:
        if suffix in each.suffixes:
            return each
    shown = f"suffix {suffix!r}" if suffix else "no suffix"
    raise UnknownFormatError(
        f"{pure}: the file name has {shown}, so its RDF format is not known. "
        f"Known suffixes: {known_suffixes()}. Rename the file or state the format."
    )


def resolve(name: str | Format | None, path: str | PurePath | None = None) -> Format:
    """The stated format, else the one of the file name."""
    if isinstance(name, Format):
        return name
    if name is not None:
        return by_name(name)
    if path is None:
        raise UnknownFormatError(f"State the RDF format: {', '.join(each.name for each in FORMATS)}.")
    return by_path(path)


def key_from_name(path: str | Path) -> str:
    """The dataset key a file name stands for: the name without its format suffixes, safe in an IRI.

    >>> key_from_name("/data/Grid factors 2024.ttl.gz")
    'grid-factors-2024'
    """
    name = PurePath(path).name
    known: Iterable[str] = (".gz", *(suffix for each in FORMATS for suffix in each.suffixes))
    for _ in range(2):
        for suffix in known:
            name = name[: -len(suffix)] if name.lower().endswith(suffix) and len(name) > len(suffix) else name
    return clean_key(name)


def clean_key(text: str) -> str:
    """``text`` as a dataset key: lower case, letters and digits of any script, ``. _ -`` and ``/`` kept.

    Anything else becomes one hyphen, so that the key can stand in an IRI and be typed on a command line.
    """
    kept = "".join(c if c.isalnum() or c in "._-/" else " " for c in text.strip().lower())
    key = "/".join(part for part in ("-".join(p.split()).strip(".-") for p in kept.split("/")) if part)
    return key or "dataset"
