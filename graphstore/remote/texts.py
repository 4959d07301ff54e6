"""Query texts as an endpoint takes them: prefixes and base written out, the dataset as parameters of the request."""

from __future__ import annotations

import pyoxigraph as ox

from graphstore.query import Dataset
from graphstore.sparql import Token, guard
from graphstore.terms import PREFIXES

Pairs = tuple[tuple[str, str], ...]


def stated(dataset: Dataset) -> Pairs:
    """A dataset as parameters of the SPARQL protocol (section 2.1.4)."""
    default = (("default-graph-uri", name) for name in dataset.default)
    return (*default, *(("named-graph-uri", name) for name in dataset.named))


def has_from(words: list[Token]) -> bool:
    """Whether a query states its dataset itself."""
    return any(word.kind == "word" and word.text.upper() == "FROM" for word in words)


def sent(text: str, words: list[Token] | None = None, base_iri: str | None = None) -> str:
    """A text with the usual prefixes that it uses, and its base, on the line it begins with, so that line numbers stay true."""
    words = guard(text) if words is None else words
    used = {word.text.partition(":")[0] for word in words if word.kind == "name"}
    whole = "".join(f"PREFIX {each}: <{PREFIXES[each]}> " for each in PREFIXES if each in used) + text
    return whole if base_iri is None else f"BASE {ox.NamedNode(base_iri)} {whole}"
