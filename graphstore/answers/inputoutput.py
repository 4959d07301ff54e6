"""EIO-LCA: what a final demand for sector products causes, in three tiers (rule R11)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csc_array

from footprint.errors import InvalidInventory, InvalidQuery
from footprint.inputoutput import SectorTable, Tiers
from footprint.inputoutput import tiers as solve_tiers
from footprint.inventory import Bools, Floats, Ints
from footprint.solve import Bounded
from graphstore.answers.cutoffs import cut_offs_of
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import engine, inputs
from graphstore.answers.method import limits_of
from graphstore.answers.names import Names
from graphstore.answers.products import ProductRow, ProductTable, find, products
from graphstore.answers.sectors import Sectors, describe_tables, sectors
from graphstore.errors import UnknownNameError
from graphstore.technosphere.quantities import conversions_of, unit_table

EIO = "eio-lca"
"""Notation of the method, whose limits are told with every result."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One item of a final demand: a sector product by IRI or part of a name, how much money, and its unit (IRI)."""

    product: str
    amount: float
    unit: str | None = None


def sector_rows(calculation: Calculation, known: Sectors) -> ProductTable:
    """Return the sector products that can be bought.

    Raises:
        UnknownNameError: the graph holds no input-output table.
    """
    rows = ProductTable(row for row in products(calculation) if known.activity[row.key])
    if not rows:
        raise UnknownNameError(
            "The graph holds no sector of an input-output table. Bring one in with `tanmai import TABLE.toml`."
        )
    return rows


def list_sectors(calculation: Calculation, text: str = "") -> dict[str, Any]:
    """Return every sector product whose name or code contains the text, with its intensity in kg CO2e per unit of money.

    Raises:
        UnknownNameError: the graph holds no input-output table.
        IncompleteInventory: an input of a sector has no provider, and the reading does not allow to cut it off.
    """
    known, names = sectors(calculation), Names(calculation)
    rows = sector_rows(calculation, known)
    inside = processes_of(calculation, np.array([row.key for row in rows]))
    calculation.require_complete(inside)
    names.learn(iri for row in rows for iri in (row.iri, row.unit))
    found, needle = calculation.scores, text.strip().lower()
    listed = [
        {
            "sector": names[row.iri].as_dict(),
            "unit": names[row.unit].as_dict(),
            "intensity": float(found.values[row.key]),
            "error_bound": float(found.bounds[row.key]),
            "energy": row.process in known.energy,
            "table": known.tables[row.process],
        }
        for row in rows
        if not needle or any(needle in label.lower() for label in (*names[row.iri].labels.values(), row.iri))
    ]
    return {
        "sectors": listed,
        "sector_average": True,
        "tables": describe_tables(calculation, sorted({str(line["table"]) for line in listed}), names),
        "cutoffs": cut_offs_of(calculation, inside, names),
        "settings": calculation.settings.as_dict(),
        "inputs": inputs(calculation),
        "engine": engine(calculation, found.info),
    }


def tiers(calculation: Calculation, demand: Sequence[Wanted], most: int = 12) -> dict[str, Any]:
    """Return the three tiers of a final demand, each divided by the sector that emits.

    Args:
        calculation: State of the graph and settings.
        demand: What is bought, from sectors of one table.
        most: Sectors to list for each tier; the others are summed as a remainder.

    Raises:
        InvalidQuery: nothing is bought, an amount is not positive, or the sectors belong to several tables.
        UnknownNameError: no such sector, or several.
        UnitError: money of another base year or currency without a stated rate.
        InvalidInventory, InvalidSystem: the table's sectors draw on processes, or are no economy; names the sector.
    """
    known, names = sectors(calculation), Names(calculation)
    rows = sector_rows(calculation, known)
    bought = [_found(calculation, rows, wanted, names) for wanted in demand]
    table_iri = _one_table(known, bought)
    mine = np.array([r.key for r in rows if known.tables[r.process] == table_iri], dtype=np.int64)
    described = describe_tables(calculation, [table_iri], names)
    table = _table(calculation, known, mine, negative_value_added=bool(described[0].get("negativeValueAdded")))
    y, place = np.zeros(len(mine)), {int(activity): position for position, activity in enumerate(mine)}
    for row, wanted in zip(bought, demand, strict=True):
        at = place[row.key]
        y[at] = float(y[at]) + _money(
            calculation, row, wanted
        )  # as numbers of Python, which overflow without a warning
    found = solve_tiers(table, y)
    names.learn(str(calculation.snapshot.product_of(int(a))) for a in mine)
    return {
        "demand": [_item(calculation, row, wanted, names) for row, wanted in zip(bought, demand, strict=True)],
        "unit": names[calculation.snapshot.unit_of(int(mine[0]))].as_dict(),
        "tiers": _tiers(calculation, found, mine, names, most),
        "output": _by_sector(calculation, found.output, mine, names, most),
        "spectral_radius": {"value": table.spectral_radius(), "method": "largest eigenvalue of A; not certified"},
        "sectors": len(mine),
        "energy_sectors": int(table.energy.sum()),
        "sector_average": True,
        "limits": limits_of(calculation, EIO, names),
        "tables": described,
        "overspent": [names[str(calculation.snapshot.product_of(int(mine[j])))].as_dict() for j in table.overspent()],
        "cutoffs": cut_offs_of(calculation, processes_of(calculation, mine), names),
        "settings": calculation.settings.as_dict(),
        "inputs": inputs(calculation),
        "engine": engine(calculation, found.supply.info),
    }


def processes_of(calculation: Calculation, activities: Ints) -> Bools:
    """Mark the processes behind activities."""
    marked = np.zeros(len(calculation.snapshot.process_ids), dtype=np.bool_)
    marked[calculation.snapshot.process[activities]] = True
    return marked


def _found(calculation: Calculation, rows: ProductTable, wanted: Wanted, names: Names) -> ProductRow:
    if not (math.isfinite(wanted.amount) and wanted.amount > 0):
        raise InvalidQuery(f"the amount of {wanted.product!r} is {wanted.amount:g}; state a positive amount of money.")
    return find(calculation, rows, wanted.product, names)


def _one_table(known: Sectors, bought: Sequence[ProductRow]) -> str:
    tables = sorted({known.tables[row.process] for row in bought})
    if not tables:
        raise InvalidQuery("nothing is bought: name at least one sector and an amount of money.")
    if len(tables) > 1:
        named = ", ".join(f"<{table}>" for table in tables)
        raise InvalidQuery(f"the sectors belong to several tables ({named}). Ask for the tiers of one table at a time.")
    return tables[0]


def _table(calculation: Calculation, known: Sectors, mine: Ints, *, negative_value_added: bool) -> SectorTable:
    """Return the sectors of one table as arrays.

    Raises:
        InvalidInventory: a sector draws on something that is neither a sector of the table nor an emission factor.
        IncompleteInventory: an input of a sector has no provider.
    """
    snapshot = calculation.snapshot
    system = snapshot.compiled.system
    calculation.require_complete(processes_of(calculation, mine))
    position = np.full(system.n, -1, dtype=np.int64)
    position[mine] = np.arange(len(mine))
    seller, buyer = position[system.tech_provider], position[system.tech_consumer]
    foreign = np.flatnonzero((buyer >= 0) & (seller < 0) & ~known.factor[system.tech_provider])
    if len(foreign):
        consumer, provider = (int(side[foreign[0]]) for side in (system.tech_consumer, system.tech_provider))
        raise InvalidInventory(
            f"sector <{snapshot.maker(consumer)}> draws on <{snapshot.maker(provider)}>, which is no sector of its table: the three "
            "tiers are those of a table alone. Ask for the footprint of the product instead (hybrid LCA)."
        )
    traded = np.flatnonzero((buyer >= 0) & (seller >= 0))
    direct = known.direct(calculation)
    return SectorTable(
        ids=[str(snapshot.product_of(int(a))) for a in mine],
        inputs=csc_array((system.tech_amount[traded], (seller[traded], buyer[traded])), shape=(len(mine), len(mine))),
        output=system.production[mine],
        emissions=direct.values[mine],
        energy=np.array([snapshot.maker(int(a)) in known.energy for a in mine], dtype=np.bool_),
        emission_errors=direct.errors[mine],
        negative_value_added=negative_value_added,
    )


def _money(calculation: Calculation, row: ProductRow, wanted: Wanted) -> float:
    """Return an amount in the money of the table."""
    if wanted.unit in {None, row.unit}:
        return wanted.amount
    properties = conversions_of(calculation.select, row.iri)
    return wanted.amount * unit_table(calculation.select).scale(str(wanted.unit), row.unit, properties)


def _item(calculation: Calculation, row: ProductRow, wanted: Wanted, names: Names) -> dict[str, Any]:
    return {
        "sector": names[row.iri].as_dict(),
        "amount": wanted.amount,
        "unit": names[wanted.unit or row.unit].as_dict(),
        "in_table_money": _money(calculation, row, wanted),
    }


def _tiers(calculation: Calculation, found: Tiers, mine: Ints, names: Names, most: int) -> list[dict[str, Any]]:
    by_sector = (found.direct, found.with_energy, found.whole)
    return [
        {
            "tier": number,
            "value": float(total.values),
            "unit": "kg CO2e",
            "error_bound": float(total.bounds),
            "sectors": _by_sector(calculation, tier, mine, names, most),
        }
        for number, (tier, total) in enumerate(zip(by_sector, found.totals(), strict=True), 1)
    ]


def _by_sector(calculation: Calculation, values: Bounded, mine: Ints, names: Names, most: int) -> list[dict[str, Any]]:
    """Return the largest values by sector, those that are not zero, and the sum of the others."""
    order: Ints = np.argsort(-values.values, kind="stable").astype(np.int64)
    order = order[values.values[order] != 0]
    listed: list[dict[str, Any]] = [
        {
            "sector": names[str(calculation.snapshot.product_of(int(mine[i])))].as_dict(),
            "value": float(values.values[i]),
            "error_bound": float(values.bounds[i]),
        }
        for i in order[:most]
    ]
    rest: Floats = values.values[order[most:]]
    if len(rest):
        bound = float(values.bounds[order[most:]].sum())
        listed.append({"others": len(rest), "value": float(rest.sum()), "error_bound": bound})
    return listed
