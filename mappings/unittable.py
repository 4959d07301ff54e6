"""The units of the reference knowledge, found by the names that outside formats give them.

A unit is never recognised by its name alone: the caller also compares its dimension and its factor, because `h` is an
hour in one group of units and a hand in another, and many files carry rounded factors.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import pyoxigraph as ox

from mappings.errors import UnitTableError

_QUERY = """
# Which units are known, and under which names?
# Columns: unit, multiplier, dimension vector, first quantity kind, name
PREFIX qudt: <http://qudt.org/schema/qudt/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?unit ?multiplier ?dimension (MIN(STR(?kind)) AS ?first) ?name {
  ?unit a qudt:Unit ; qudt:conversionMultiplier ?multiplier ; qudt:hasDimensionVector ?dimension ;
        qudt:symbol|qudt:ucumCode|rdfs:label|skos:altLabel ?name .
  OPTIONAL { ?unit qudt:hasQuantityKind ?kind }
  FILTER NOT EXISTS { ?unit qudt:conversionOffset ?offset FILTER(?offset != 0) }
} GROUP BY ?unit ?multiplier ?dimension ?name
"""
_SAME_CHARACTER = str.maketrans({"²": "2", "³": "3", "·": "*", "⋅": "*", "×": "*", "μ": "µ", " ": None})


@dataclass(frozen=True, slots=True, order=True)
class KnownUnit:
    """A unit of the reference knowledge: IRI, dimension vector IRI, factor to the coherent SI unit, quantity kind IRI."""

    iri: str
    dimension: str
    multiplier: float
    kind: str = ""


@dataclass(frozen=True, slots=True)
class UnitNames:
    """Known units by name; a name may belong to several."""

    by_name: dict[str, tuple[KnownUnit, ...]] = field(default_factory=dict)

    def find(self, names: Iterable[str]) -> tuple[KnownUnit, ...]:
        """Return the units that bear the first of these names that any unit bears, in the order of their IRIs."""
        for name in names:
            found = self.by_name.get(_key(name))
            if found:
                return found
        return ()

    @classmethod
    def of_turtle(cls, data: bytes, source: str = "units") -> UnitNames:
        """Read units from Turtle.

        Raises:
            UnitTableError: the data cannot be parsed or states a multiplier that is no positive number.
        """
        store = ox.Store()
        try:
            store.load(data, format=ox.RdfFormat.TURTLE)
        except (SyntaxError, ValueError, OSError) as error:
            raise UnitTableError(f"{source} is no Turtle: {error}") from error
        names: dict[str, set[KnownUnit]] = {}
        rows = store.query(_QUERY)
        assert isinstance(rows, ox.QuerySolutions)
        for row in rows:
            unit, multiplier, dimension, kind, name = (str(getattr(row[i], "value", "")) for i in range(5))
            found = KnownUnit(unit, dimension, _positive(multiplier, unit, source), kind)
            names.setdefault(_key(name), set()).add(found)
        return cls({name: tuple(sorted(units)) for name, units in names.items()})

    @classmethod
    def shipped(cls) -> UnitNames:
        """Return the units that come with Tanmai."""
        return _shipped()


@cache
def _shipped() -> UnitNames:
    resource = files("ontology") / "reference" / "units.ttl"
    try:
        data = resource.read_bytes()
    except OSError as error:
        raise UnitTableError(f"the shipped units cannot be read: {error}. Install Tanmai again.") from error
    return UnitNames.of_turtle(data, "ontology/reference/units.ttl")


def _positive(text: str, unit: str, source: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (value > 0 and math.isfinite(value)):
        raise UnitTableError(f"{source}: <{unit}> has the multiplier {text!r}; state a positive number.")
    return value


def _key(name: str) -> str:
    return name.translate(_SAME_CHARACTER)
