"""What the reference knowledge says of PACT: its words for units, regions and standards, and the figures of its rules."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from importlib.resources import files

import pyoxigraph as ox

from mappings.errors import ReferenceDataError
from mappings.ntriples import ID, SKOS, TM

_CODE = f"{TM}pactCode"


@cache
def units() -> dict[str, str]:
    """Return the IRI of each of the ten units by its word."""
    return _coded("reference/units.ttl")


@cache
def regions() -> dict[str, str]:
    """Return the IRI of each region and subregion (UN M49) by its name."""
    return _coded("reference/geography.ttl")


@cache
def schemes() -> dict[str, str]:
    """Return the IRI of each cross-sectoral standard that is known by its code."""
    return _coded("concepts/method.ttl")


@cache
def statuses() -> dict[str, str]:
    """Return the IRI of each status of a record by its word."""
    return _coded("concepts/status.ttl")


@cache
def gwp_sets() -> dict[str, str]:
    """Return the IRI of each set of warming potentials by its notation, such as AR6."""
    return {
        text: iri
        for iri, text, _ in _literals("concepts/gases.ttl", f"{SKOS}notation")
        if iri.startswith(f"{ID}gwp-set/")
    }


def tolerance() -> Decimal:
    """Return the largest relative difference between a total and the sum of its components."""
    return Decimal(_value("pact-component-sum-tolerance", "amount"))


def default_validity_years() -> int:
    """Return how many years after its reference period a footprint is valid where it does not say."""
    return int(Decimal(_value("validity-pact-default-years", "amount")))


def ratings_due_from() -> dt.date:
    """Return the first day from which the rules of 2027 hold."""
    return dt.date.fromisoformat(_value("pact-dqi-from", "validFrom"))


@cache
def aligned(kind: str) -> dict[str, str]:
    """Return concepts of a kind by the member of the footprint that the alignment says is close to them.

    Args:
        kind: such as ``emission-category`` or ``property``.
    """
    return {
        member: iri
        for iri, member in _alignment()
        if iri.startswith(f"{ID}{kind}/") and member.startswith("CarbonFootprint/")
        for member in (member.rpartition("/")[2],)
    }


def indicators() -> dict[str, str]:
    """Return the indicators of data quality by their member, such as technologicalDQR."""
    names = ("technological", "geographical", "temporal", "completeness", "reliability")
    return {f"{name}DQR": f"{ID}data-quality/{name}" for name in names}


def rating_scale(version: str) -> str:
    """Return the IRI of the scale on which records of a version rate their data; "" where none is known."""
    scales = [(iri, text) for iri, text, _ in _literals("concepts/data.ttl", f"{TM}specVersion")]
    return next((iri for iri, text in scales if version.startswith(f"{text}.")), "")


def words(concepts: dict[str, str]) -> dict[str, str]:
    """Return word by IRI for a table of this module."""
    return {iri: word for word, iri in concepts.items()}


def _coded(path: str) -> dict[str, str]:
    return {text: iri for iri, text, datatype in _literals(path, f"{SKOS}notation") if datatype == _CODE}


def _value(key: str, name: str) -> str:
    wanted = f"{ID}reference-value/{key}"
    for iri, text, _ in _literals("reference/reference_values.ttl", TM + name):
        if iri == wanted:
            return text
    raise ReferenceDataError(f"the shipped reference value {key} states no tm:{name}. Install Tanmai again.")


@cache
def _alignment() -> tuple[tuple[str, str], ...]:
    """Return concept and member, as schema and name, of every close match in the alignment."""
    found = _quads("alignments/pact.ttl")
    return tuple(
        (q.subject.value, q.object.value.rpartition("schemas/")[2].replace("/properties/", "/"))
        for q in found
        if q.predicate.value == f"{SKOS}closeMatch"
        and isinstance(q.subject, ox.NamedNode)
        and isinstance(q.object, ox.NamedNode)
    )


@cache
def _literals(path: str, predicate: str) -> tuple[tuple[str, str, str], ...]:
    """Return subject, text and datatype of every literal of a property in a shipped file."""
    return tuple(
        (q.subject.value, q.object.value, q.object.datatype.value)
        for q in _quads(path)
        if q.predicate.value == predicate and isinstance(q.subject, ox.NamedNode) and isinstance(q.object, ox.Literal)
    )


@cache
def _quads(path: str) -> tuple[ox.Quad, ...]:
    try:
        return tuple(ox.parse(files("ontology").joinpath(path).read_bytes(), format=ox.RdfFormat.TURTLE))
    except (OSError, SyntaxError, ValueError) as error:
        raise ReferenceDataError(f"ontology/{path} cannot be read: {error}. Install Tanmai again.") from error
