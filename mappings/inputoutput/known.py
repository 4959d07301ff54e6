"""What the reference knowledge knows of currencies and elementary flows."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pyoxigraph as ox

from mappings.errors import UnitTableError
from mappings.ntriples import ID, QUDT, SKOS

_CURRENCY = "http://qudt.org/vocab/quantitykind/Currency"
_CODE = "http://qudt.org/vocab/unit/CCY_"


@cache
def currencies() -> dict[str, str]:
    """Return the IRI of every known currency by its ISO 4217 code.

    Raises:
        UnitTableError: the shipped units cannot be read.
    """
    kinds = _subjects("reference/units.ttl", f"{QUDT}hasQuantityKind")
    return {iri.removeprefix(_CODE): iri for iri, kind in kinds if kind == _CURRENCY}


@cache
def elementary_flows() -> dict[str, str]:
    """Return the IRI of every known elementary flow by its notation, gas and emission category: CO2-fossil.

    Raises:
        UnitTableError: the shipped flows cannot be read.
    """
    return {text: iri for iri, text in _subjects("concepts/elementary-flows.ttl", f"{SKOS}notation")}


@cache
def gwp_sets() -> frozenset[str]:
    """Return the notations of the known sets of global warming potentials, `unknown` among them."""
    found = _subjects("concepts/gases.ttl", f"{SKOS}notation")
    return frozenset(text for iri, text in found if iri.startswith(f"{ID}gwp-set/"))


def _subjects(path: str, predicate: str) -> list[tuple[str, str]]:
    """Return (subject, value) of every statement with the predicate in a shipped file."""
    try:
        data = files("ontology").joinpath(path).read_bytes()
        quads = list(ox.parse(data, format=ox.RdfFormat.TURTLE))
    except (OSError, SyntaxError, ValueError) as error:
        raise UnitTableError(f"ontology/{path} cannot be read: {error}. Install Tanmai again.") from error
    found = (q for q in quads if q.predicate.value == predicate)
    return [(str(getattr(q.subject, "value", "")), str(getattr(q.object, "value", ""))) for q in found]
