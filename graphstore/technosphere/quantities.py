"""Units and stated properties of flows, read from the graph."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace

import polars as pl

from footprint.inventory import FlowTable, Price
from footprint.units import Conversion, Unit, UnitTable
from graphstore.errors import ExtractionError
from graphstore.queries import load
from graphstore.technosphere import rates
from graphstore.technosphere.columns import Select, number, table

MASS_UNIT = "http://qudt.org/vocab/unit/KiloGM"
ENERGY_UNIT = "http://qudt.org/vocab/unit/MegaJ"
PRICE = "https://w3id.org/tanmai/id/property/price"


def unit_table(select: Select) -> UnitTable:
    """Read every unit of the graph: the QUDT facts shipped as reference knowledge, and units of imported packages.

    A unit without a usable multiplier (a currency) gets a dimension of its own, so it converts to nothing else. Two units
    are commensurable when dimension and kind of quantity agree: a piece is no radian, a person-kilometre no metre.

    Raises:
        ExtractionError: datasets disagree on a unit; which one holds must not depend on the order of statements.
    """
    frame = table(select, load("units"), "unit", "dimension", "kind", "multiplier", "offset")
    units: dict[str, Unit] = {}
    for unit, dimension, kind, multiplier, offset in frame.sort(pl.all()).iter_rows():
        value, shift = number(multiplier or ""), number(offset or "0")
        usable, money = math.isfinite(value) and value > 0 and math.isfinite(shift), rates.is_money(kind)
        read = (
            Unit(unit, f"{dimension} {kind or ''}", value, shift, money=money)
            if usable
            else Unit(unit, unit, math.nan, money=money)
        )
        known = units.setdefault(unit, read)
        if known is not read and str(known) != str(read):  # as text, in which NaN equals NaN
            raise ExtractionError(
                f"<{unit}> states several multipliers, offsets or dimensions: {units[unit].multiplier:g} "
                f"({units[unit].dimension}) and {read.multiplier:g} ({read.dimension}). Keep one of them; a unit of another "
                "size needs an IRI of its own."
            )
    return UnitTable(units, rates.rates(select))


def conversions_of(select: Select, flow: str) -> list[Conversion]:
    """Return the properties of one flow that amounts may be converted through."""
    frame = table(select, load("flow-properties"), *_PROPERTY)
    mine = frame.filter((pl.col("flow") == flow) & (pl.col("convertible") == "true")).sort(pl.all())
    return [Conversion(number(amount), unit, per) for _, _, amount, unit, per, _, _ in mine.iter_rows()]


_PROPERTY = ("flow", "property", "amount", "unit", "perUnit", "convertible", "year")


def with_properties(select: Select, flows: FlowTable) -> FlowTable:
    """Add densities, heating values, masses per piece (conversions) and prices to the flows that state them."""
    frame = table(select, load("flow-properties"), *_PROPERTY)
    position = {iri: index for index, iri in enumerate(flows.ids)}
    conversions: dict[int, list[Conversion]] = defaultdict(list)
    prices: dict[int, list[Price]] = defaultdict(list)
    for flow, kind, amount, unit, per_unit, convertible, year in frame.sort(pl.all()).iter_rows():
        if flow not in position:
            continue
        if kind == PRICE:
            prices[position[flow]].append(Price(number(amount), unit, per_unit, _year(year)))
        elif convertible == "true":
            conversions[position[flow]].append(Conversion(number(amount), unit, per_unit))
    return replace(flows, conversions=dict(conversions), prices=dict(prices))


def _year(text: str | None) -> int | None:
    """Read a year of xsd:gYear; what is none counts as not stated."""
    return int(text) if text is not None and text.isdecimal() else None
