"""Extension functions of SPARQL: footprints and conversions of units inside a query.

    tmf:footprint(?product [, ?settings])     kg CO2e per one unit of the product; xsd:double
    tmf:errorBound(?product [, ?settings])    rigorous bound of its numerical error, in kg CO2e; xsd:double
    tmf:convert(?value, ?from, ?to [, ?product])    an amount in another unit; xsd:double

A product is named by its IRI or that of its process. Settings are a text such as ``"AR5"`` or ``"gwp=AR5; unlinked=cutoff;
coproducts=mass; recycling=cff; strict=true; sector-average=true"``; without them they are those of ``tanmai footprint``. Units are IRIs; with a product, its stated
density, heating value or mass per piece is used. A value that cannot be had is unbound, and the reason stands in the
``failures`` of the result, so that no gap in an answer goes unseen. Embedded stores only.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from footprint.errors import FootprintError
from footprint.gaps import Reading
from footprint.units import UnitTable
from graphstore.answers.board import Board
from graphstore.answers.graph import Calculation, Settings
from graphstore.errors import BindingError, GraphStoreError
from graphstore.store import GraphStore
from graphstore.technosphere.quantities import conversions_of, unit_table
from graphstore.terms import PREFIXES, to_python, to_term

NAMESPACE: Final = PREFIXES["tmf"]
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass
class Functions:
    """The functions over one state of a graph, with the reasons why values could not be had.

    Attributes:
        graph: the state asked.
        failures: each reason and how often it came up, in the order of first appearance.
    """

    graph: GraphStore
    failures: Counter[str] = field(default_factory=Counter)
    _boards: dict[str, Board] = field(default_factory=dict)
    _units: UnitTable | None = None

    def table(self) -> dict[ox.NamedNode, Callable[..., Term | None]]:
        """Return the functions by name, ready for the engine."""
        return {
            ox.NamedNode(f"{NAMESPACE}footprint"): self._told("footprint", self._footprint, 1, 2),
            ox.NamedNode(f"{NAMESPACE}errorBound"): self._told("errorBound", self._error_bound, 1, 2),
            ox.NamedNode(f"{NAMESPACE}convert"): self._told("convert", self._convert, 3, 4),
        }

    def _told(self, name: str, work: Callable[..., float], least: int, most: int) -> Callable[..., Term | None]:
        """Turn an error into an unbound value and a reason that names the call."""

        def call(*arguments: Term) -> Term | None:
            try:
                if least <= len(arguments) <= most:
                    return to_term(work(*arguments))
                reason = f"it takes {least} to {most} arguments, not {len(arguments)}."
            except (GraphStoreError, FootprintError) as error:
                reason = str(error)
            except Exception as error:  # noqa: BLE001 - the engine would swallow it and leave the value unbound in silence
                reason = f"{type(error).__name__}: {error}"
            self.failures[f"tmf:{name}({', '.join(map(str, arguments))}): {reason}"] += 1
            return None

        return call

    def _footprint(self, product: Term, settings: Term | None = None) -> float:
        return self._value(product, settings)[0]

    def _error_bound(self, product: Term, settings: Term | None = None) -> float:
        return self._value(product, settings)[1]

    def _value(self, product: Term, settings: Term | None) -> tuple[float, float]:
        board = self._board("" if settings is None else _text(settings, "the settings"))
        return board.value(board.activity(_iri(product, "the product")))

    def _board(self, text: str) -> Board:
        if text not in self._boards:
            self._boards[text] = Board(Calculation(self.graph, settings_of(text)))
        return self._boards[text]

    def _convert(self, value: Term, source: Term, target: Term, product: Term | None = None) -> float:
        if self._units is None:
            self._units = unit_table(self._select)
        known = () if product is None else conversions_of(self._select, _iri(product, "the product"))
        units = _iri(source, "the unit converted from"), _iri(target, "the unit converted to")
        converted = self._units.convert(_number(value), *units, known)
        if not math.isfinite(converted):
            raise BindingError(f"{value} in <{units[1]}> is beyond what a number can hold. Choose a larger unit.")
        return converted

    def _select(self, text: str) -> bytes:
        return self.graph.query(text).serialize("csv")


_KEYS: Final = ("gwp", "unlinked", "coproducts", "recycling", "strict", "sector-average")


def settings_of(text: str) -> Settings:
    """Read settings from a text: `AR5`, or `key=value` pairs parted by semicolons.

    Raises:
        BindingError: an unknown key, one that comes twice, or a value it cannot have.
        InvalidInventory: a reading that does not exist.
    """
    found: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        key, equals, value = (word.strip() for word in part.partition("="))
        if not equals:
            key, value = "gwp", key
        if key not in _KEYS or key in found or not value:
            raise BindingError(
                f"settings {text!r}: cannot read {part!r}. Write for example 'gwp=AR5; unlinked=cutoff'."
            )
        found[key] = value
    for key in ("strict", "sector-average"):
        if found.get(key, "false") not in {"true", "false"}:
            raise BindingError(f"settings {text!r}: {key} is {found[key]!r}. Write true or false.")
    recycling = found.get("recycling", "stated")
    return Settings(
        gwp=found.get("gwp", "AR6").upper(),
        reading=Reading(
            found.get("unlinked", "error"),
            found.get("coproducts", "error"),
            "" if recycling == "stated" else recycling,
        ),
        strict=found.get("strict") == "true",
        sector_average=found.get("sector-average") == "true",
    )


def _iri(term: Term, what: str) -> str:
    if not isinstance(term, ox.NamedNode):
        raise BindingError(f"{what} is {term}, which is no IRI. Name it by its IRI.")
    return term.value


def _text(term: Term, what: str) -> str:
    if not isinstance(term, ox.Literal):
        raise BindingError(f"{what} are {term}, which is no text. Write for example 'gwp=AR5; unlinked=cutoff'.")
    return term.value


def _number(term: Term) -> float:
    value = to_python(term if isinstance(term, ox.Literal) else None)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise BindingError(f"the value is {term}, which is no number. Give an xsd:decimal, xsd:double or xsd:integer.")
    if not math.isfinite(value):
        raise BindingError(f"the value is {term}, which is not finite. Give a number that was measured or stated.")
    return float(value)
