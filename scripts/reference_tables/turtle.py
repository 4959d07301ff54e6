"""A small deterministic Turtle writer: the same triples always give the same bytes.

Terms are plain strings already in Turtle form, made by `node`, `term`, `text` and the typed literal functions. `Graph`
collects triples and writes them sorted: subjects by name, `a` and `rdfs:label` first, objects by text, no timestamps.
"""

from __future__ import annotations

import re
from collections import defaultdict

BASE = "https://w3id.org/tanmai/id/"
"""All nodes written here are `BASE + kind + "/" + key` and appear relative to it."""

PREFIXES: dict[str, str] = {
    "dcterms": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "tm": "https://w3id.org/tanmai/ontology#",
    "quantitykind": "http://qudt.org/vocab/quantitykind/",
    "unit": "http://qudt.org/vocab/unit/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_DATES = (
    (re.compile(r"\d{4}"), "xsd:gYear"),
    (re.compile(r"\d{4}-\d\d"), "xsd:gYearMonth"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "xsd:date"),
)
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_FIRST = ("a", "rdfs:label", "skos:prefLabel", "dcterms:title", "skos:notation", "dcterms:identifier")


def node(kind: str, key: str) -> str:
    """Return the relative IRI `<kind/key>`; raise ValueError where the key is no plain IRI segment."""
    if not _KEY.fullmatch(key):
        msg = f"{key!r} cannot be the key of an IRI; use ASCII letters, digits, '.', '_' and '-'"
        raise ValueError(msg)
    return f"<{kind}/{key}>"


def iri(address: str) -> str:
    """Return an absolute IRI term."""
    return f"<{address}>"


def text(value: str, language: str = "") -> str:
    """Return a string literal, with a language tag where one is given."""
    quoted = f'"{value.translate(_ESCAPES)}"'
    return f"{quoted}@{language}" if language else quoted


def decimal(value: str) -> str:
    """Return an xsd:decimal with the digits of the table kept; raise ValueError for anything else."""
    if not _DECIMAL.fullmatch(value):
        msg = f"{value!r} is no decimal number; write digits with a point, no exponent"
        raise ValueError(msg)
    return value if "." in value else f"{value}.0"


def integer(value: str) -> str:
    """Return an xsd:integer; raise ValueError for anything else."""
    return str(int(value))


def boolean(value: str) -> str:
    """Return `true` or `false`; raise ValueError for anything else."""
    if value not in {"true", "false"}:
        msg = f"{value!r} is neither true nor false"
        raise ValueError(msg)
    return value


def date(value: str) -> str:
    """Return an xsd:date, xsd:gYearMonth or xsd:gYear literal according to how much of the date is given."""
    for pattern, datatype in _DATES:
        if pattern.fullmatch(value):
            return f'"{value}"^^{datatype}'
    msg = f"{value!r} is no date; write YYYY, YYYY-MM or YYYY-MM-DD"
    raise ValueError(msg)


class Graph:
    """Triples of one output file, written in a fixed order."""

    def __init__(self) -> None:
        self._triples: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def add(self, subject: str, predicate: str, *objects: str) -> None:
        """Add one triple per object; terms are in Turtle form, repeated triples count once."""
        self._triples[subject][predicate].update(objects)

    def subjects(self) -> list[str]:
        """Return the subjects in the order in which they are written."""
        return sorted(self._triples, key=_natural)

    def write(self, comment: str) -> str:
        """Return the Turtle text with the comment lines on top and only the prefixes that are used."""
        body = "\n".join(self._block(subject) for subject in self.subjects())
        used = [f"@prefix {name}: <{space}> ." for name, space in PREFIXES.items() if f"{name}:" in body]
        head = [f"# {line}".rstrip() for line in comment.splitlines()]
        return "\n".join([*head, "", f"@base <{BASE}> .", *used, "", body])

    def _block(self, subject: str) -> str:
        predicates = self._triples[subject]
        lines = [f"{name} {', '.join(sorted(predicates[name]))}" for name in sorted(predicates, key=_rank)]
        return f"{subject} " + " ;\n    ".join(lines) + " .\n"


def _rank(predicate: str) -> tuple[int, str]:
    return (_FIRST.index(predicate) if predicate in _FIRST else len(_FIRST), predicate)


def _natural(subject: str) -> list[tuple[int, int, str]]:
    """Return a sort key that puts row 2 before row 10."""
    parts = re.split(r"(\d+)", subject)
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts]
