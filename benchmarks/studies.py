"""Large submissions made of a complete example study: one study of many exchanges, or many studies of a few."""

from __future__ import annotations

from collections.abc import Iterator, Set
from pathlib import Path

import pyoxigraph as ox

__all__ = ["EXAMPLE", "copies", "exchanges_of", "split"]

EXAMPLE = Path(__file__).parents[1] / "examples" / "studies" / "aluminium.ttl"

_TM = "https://w3id.org/tanmai/ontology#"
_LINKS = frozenset({_TM + "input", _TM + "emission"})
_AMOUNT = ox.NamedNode(_TM + "amount")
_DOUBLE = ox.NamedNode("http://www.w3.org/2001/XMLSchema#double")


def exchanges_of(study: Path = EXAMPLE) -> int:
    """Return the number of inputs and emissions of a study."""
    return sum(triple.predicate.value in _LINKS for triple in _triples(study))


def split(exchanges: int, study: Path = EXAMPLE) -> str:
    """Return a study, as N-Triples, whose inputs and emissions are split into equal parts until it has about so many.

    Args:
        exchanges: the number of inputs and emissions, at least those that the study has; it is rounded down to a multiple.
        study: a Turtle file.
    """
    return "\n".join(f"{triple} ." for triple in _split(_triples(study), exchanges))


def _split(triples: list[ox.Triple], exchanges: int) -> Iterator[ox.Triple]:
    links = [triple for triple in triples if triple.predicate.value in _LINKS]
    parts = max(1, exchanges // len(links))
    divided = {triple.object for triple in links}
    for triple in triples:
        for part in range(parts if triple.subject in divided or triple in links else 1):
            yield _part(triple, part, parts, divided)


def _part(triple: ox.Triple, part: int, parts: int, divided: Set[object]) -> ox.Triple:
    """Return what a statement becomes for one part of an exchange."""
    subject, value = triple.subject, triple.object
    if subject in divided and isinstance(subject, ox.NamedNode):
        if triple.predicate == _AMOUNT and isinstance(value, ox.Literal):
            value = ox.Literal(repr(float(value.value) / parts), datatype=_DOUBLE)
        subject = ox.NamedNode(f"{subject.value}-{part}") if part else subject
    elif triple.predicate.value in _LINKS and isinstance(value, ox.NamedNode) and part:
        value = ox.NamedNode(f"{value.value}-{part}")
    return ox.Triple(subject, triple.predicate, value)


def copies(number: int, study: Path = EXAMPLE) -> str:
    """Return so many copies of a study, as N-Triples, each under names of its own."""
    text = "\n".join(f"{triple} ." for triple in _triples(study))
    base = next(t.subject.value for t in _triples(study) if isinstance(t.subject, ox.NamedNode)).rpartition("/")[0]
    return "\n".join(text.replace(f"<{base}/", f"<{base}/{copy}/") for copy in range(number))


def _triples(study: Path) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(study.read_bytes(), format=ox.RdfFormat.TURTLE)]
