"""What an author of a rule calls things by: keys, symbols and names of shipped concepts and units."""

from __future__ import annotations

from difflib import get_close_matches

import pyoxigraph as ox

import ontology
from shapes.errors import TemplateError

_FILES = {
    "product group": ("reference/product_groups.ttl", "product-group/"),
    "boundary": ("concepts/life-cycle.ttl", "boundary/"),
    "process kind": ("concepts/process-kinds.ttl", "process-kind/"),
}
_UNITS = "reference/units.ttl"
_NAMES = tuple(
    ox.NamedNode(ontology.PREFIXES[prefix] + name)
    for prefix, name in (("rdfs", "label"), ("qudt", "symbol"), ("qudt", "ucumCode"), ("skos", "altLabel"))
)


def concept(kind: str, text: str) -> str:
    """Return the IRI of a shipped concept; an IRI is taken as it is.

    Args:
        kind: "product group", "boundary" or "process kind".
        text: its key ("electrolytic-aluminium"), its name in Chinese or English, or an IRI.

    Raises:
        TemplateError: no such concept is shipped; the message lists the nearest, or all when they are few.
    """
    if ":" in text:
        return text
    file, folder = _FILES[kind]
    base = ontology.ID + folder
    known = {subject: names for subject, names in _named(file).items() if subject.startswith(base)}
    found = _find(text, known, base)
    if found is not None:
        return found
    keys = sorted(subject.removeprefix(base) for subject in known)
    near = get_close_matches(text, keys, n=3, cutoff=0.5) or keys[:12]
    raise TemplateError(f"no {kind} is called {text!r}. Give an IRI of your own, or one of: {', '.join(near)}.")


def unit(text: str) -> str:
    """Return the IRI of a unit by its symbol or name; an IRI is taken as it is.

    Raises:
        TemplateError: no unit is called so.
    """
    if ":" in text:
        return text
    found = _find(text, _named(_UNITS), ontology.PREFIXES["unit"])
    if found is None:
        raise TemplateError(
            f"no unit is called {text!r}. Give a symbol such as t, kg, kWh or m3, or the IRI of a unit."
        )
    return found


def _find(text: str, known: dict[str, list[str]], base: str) -> str | None:
    """Match a key or a name as written; where nothing fits, without regard to case."""
    for fold in (str, str.casefold):
        for subject, names in known.items():
            if fold(text) in {fold(name) for name in (subject.removeprefix(base), *names)}:
                return subject
    return None


def _named(file: str) -> dict[str, list[str]]:
    """Read the names of all subjects of a shipped file, in its order."""
    found: dict[str, list[str]] = {}
    for triple in ox.parse(ontology.path(file).read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=ontology.ID):
        if isinstance(triple.subject, ox.NamedNode):
            names = found.setdefault(triple.subject.value, [])
            if triple.predicate in _NAMES and isinstance(triple.object, ox.Literal):
                names.append(triple.object.value)
    return found
