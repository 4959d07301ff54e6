"""The one place where Python values and RDF terms are turned into each other, and where names live.

Everything else in the package passes terms through or asks here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

import pyoxigraph as ox

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
"""Any RDF term a query can answer with."""

Value: TypeAlias = (
    ox.NamedNode | ox.BlankNode | ox.Literal | str | bool | int | float | Decimal | dt.datetime | dt.date | dt.time
)
"""What may be given for a term. A ``str`` is a plain literal; an IRI must be wrapped by :func:`iri`."""

PythonValue: TypeAlias = str | bool | int | float | Decimal | dt.datetime | dt.date
"""What a term becomes in Python."""

DEFAULT_BASE: Final = "https://w3id.org/tanmai/local"
"""Base IRI of local data when the user states none."""

XSD: Final = "http://www.w3.org/2001/XMLSchema#"

PREFIXES: Final[Mapping[str, str]] = {
    "tm": "https://w3id.org/tanmai/ontology#",
    "tmf": "https://w3id.org/tanmai/function#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": XSD,
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "prov": "http://www.w3.org/ns/prov#",
    "void": "http://rdfs.org/ns/void#",
    "qudt": "http://qudt.org/schema/qudt/",
    "unit": "http://qudt.org/vocab/unit/",
    "quantitykind": "http://qudt.org/vocab/quantitykind/",
}
"""Prefixes that queries may use without declaring them and that exports are written with."""


def iri(text: str) -> ox.NamedNode:
    """``text`` as an IRI term. Raises ``ValueError`` when it is not an absolute IRI."""
    return ox.NamedNode(text)


def name(prefixed: str) -> ox.NamedNode:
    """The IRI of a prefixed name, e.g. ``name("tm:amount")``."""
    prefix, _, local = prefixed.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


def literal(value: str, *, lang: str | None = None, datatype: str | None = None) -> ox.Literal:
    """A literal with a language or a datatype IRI."""
    if lang is not None:
        return ox.Literal(value, language=lang)
    return ox.Literal(value, datatype=None if datatype is None else ox.NamedNode(datatype))


def typed(lexical: str, xsd: str) -> ox.Literal:
    """A literal of an XSD type, e.g. ``typed("2024", "gYear")``."""
    return ox.Literal(lexical, datatype=ox.NamedNode(XSD + xsd))


def to_term(value: Value) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """The RDF term of a Python value. Floats become ``xsd:double``, decimals ``xsd:decimal``.

    >>> str(to_term(5))
    '"5"^^<http://www.w3.org/2001/XMLSchema#integer>'
    """
    if isinstance(value, ox.NamedNode | ox.BlankNode | ox.Literal):
        return value
    if isinstance(value, Decimal):
        return typed(format(value, "f"), "decimal")
    if isinstance(value, dt.datetime):
        return typed(value.isoformat(), "dateTime")
    if isinstance(value, dt.date):
        return typed(value.isoformat(), "date")
    if isinstance(value, dt.time):
        return typed(value.isoformat(), "time")
    if isinstance(value, str | bool | int | float):
        return ox.Literal(value)
    raise TypeError(f"A {type(value).__name__} has no RDF term; give a term, str, bool, int, float, Decimal or date.")


_INTEGER_TYPES: Final = (
    "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
    "negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte",
)  # fmt: skip
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
_READERS: Final[Mapping[str, Callable[[str], PythonValue]]] = {
    **{XSD + each: int for each in _INTEGER_TYPES},
    XSD + "double": float,
    XSD + "float": float,
    XSD + "decimal": Decimal,
    XSD + "boolean": lambda text: _BOOLEANS.get(text, text),
    XSD + "date": dt.date.fromisoformat,
    XSD + "dateTime": dt.datetime.fromisoformat,
}


def to_python(term: Term | None) -> PythonValue | None:
    """A term as a Python value: numbers, booleans and dates typed, everything else as text.

    IRIs give their text, blank nodes ``_:label``. A literal whose text does not fit its type
    stays text, so that bad data can be shown rather than hidden.
    """
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return term.value
    if not isinstance(term, ox.Literal):
        return str(term)
    reader = _READERS.get(term.datatype.value)
    if reader is None:
        return term.value
    try:
        return reader(term.value)
    except (ValueError, InvalidOperation):
        return term.value


def dataset_iri(base: str, key: str) -> ox.NamedNode:
    """IRI of a dataset, the thing that all its versions are versions of."""
    return ox.NamedNode(f"{base}/id/dataset/{_quoted(key)}")


def version_iri(base: str, key: str, number: int) -> ox.NamedNode:
    """IRI of a dataset version, which is also the name of the graph that holds its triples."""
    return ox.NamedNode(f"{base}/id/dataset/{_quoted(key)}/v{number}")


def _quoted(key: str) -> str:
    """A key as part of an IRI; most keys are plain and are spared the import."""
    if key.isascii() and key.replace("-", "").replace("_", "").replace(".", "").replace("/", "").isalnum():
        return key
    from urllib.parse import quote

    return quote(key, safe="/")


def catalogue_iri(base: str) -> ox.NamedNode:
    """IRI of the graph that describes all dataset versions."""
    return ox.NamedNode(f"{base}/id/graph/catalogue")
