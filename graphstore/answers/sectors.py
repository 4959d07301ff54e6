"""Which part of a result comes from sectors of an input-output table, and whether it may be called a product footprint.

A sector is a process of type tm:Sector: its numbers are averages of all its firms. Rules R11 and R12: what comes from
sectors alone is no product footprint unless that is asked for, its share is told, and no input is covered by a process and
by a cost at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from footprint.compile import Cost
from footprint.direct import folded, only
from footprint.errors import InvalidInventory
from footprint.inventory import Bools, Ints
from footprint.solve import Bounded, Supply
from graphstore.answers.graph import Calculation
from graphstore.answers.names import Names
from graphstore.queries import load

_TABLE_NODES = ("table", "place", "currency", "unit", "scope", "prices", "form")


@dataclass(frozen=True, slots=True, eq=False)
class Sectors:
    """The sectors of one state of the graph.

    Attributes:
        tables: Table of each sector, by the IRI of its process.
        energy: IRIs of the sectors that supply energy.
        activity: Marks the activities that are sectors, bool[n].
        factor: Marks those that are emission factors, bool[n].
    """

    tables: dict[str, str]
    energy: frozenset[str]
    activity: Bools
    factor: Bools

    def direct(self, calculation: Calculation) -> Cost:
        """Return direct emissions with those of emission factors given to the activities that use them."""
        return folded(calculation.snapshot.compiled, calculation.cost, self.factor)


def sectors(calculation: Calculation) -> Sectors:
    """Return the sectors among the activities of the compiled system; `Calculation.sectors` keeps them.

    Raises:
        InvalidInventory: see `found_sectors`.
    """
    found: Sectors = calculation.sectors
    return found


def found_sectors(calculation: Calculation) -> Sectors:
    """Find the sectors among the activities of the compiled system.

    Raises:
        InvalidInventory: a sector names no table, so that nobody could tell its year, money and scope.
    """
    snapshot = calculation.snapshot
    rows = calculation.graph.query(load("sectors")).dicts()
    for row in rows:
        if row["table"] is None:
            raise InvalidInventory(
                f"sector <{row['sector']}> names no input-output table. State tm:inTable, with year, currency and scope of the table."
            )
    tables = {str(row["sector"]): str(row["table"]) for row in rows}
    process = np.zeros(len(snapshot.process_ids) + 1, dtype=np.bool_)  # one more for the -1 of factors
    if tables:
        process[:-1] = [iri in tables for iri in snapshot.process_ids]
    energy = frozenset(str(row["sector"]) for row in rows if row["energy"])
    return Sectors(tables, energy, process[snapshot.process], np.asarray(snapshot.factor >= 0))


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A result in two parts.

    Attributes:
        process, average: kg CO2e from processes and from sectors, with error bounds.
        running: Activities that are sectors and run in the supply chain.
        alone: Whether sectors are all there is: no process of the chain emits anything.
    """

    process: Bounded
    average: Bounded
    running: Ints
    alone: bool


def parts(calculation: Calculation, chain: Supply, known: Sectors) -> Parts:
    """Divide the total of a supply chain between processes and sectors."""
    direct = known.direct(calculation)
    average, process = only(direct, known.activity), only(direct, ~known.activity)
    running = np.flatnonzero(known.activity & (chain.runs != 0))
    emitting = np.any((process.values != 0) & (chain.runs != 0))
    return Parts(chain.total(process), chain.total(average), running, bool(len(running) and not emitting))


def tables_of(calculation: Calculation, known: Sectors, activities: Ints) -> list[str]:
    """Return the IRIs of the tables of these sectors, each once, in order."""
    return sorted({known.tables[calculation.snapshot.maker(int(a))] for a in activities})


def describe_tables(calculation: Calculation, tables: Iterable[str], names: Names) -> list[dict[str, Any]]:
    """Return what tables say of themselves: year, place, money, domestic or total, prices, source, licence."""
    rows = calculation.about(load("input-output-tables"), "table", tables)
    names.learn(str(row[key]) for row in rows for key in _TABLE_NODES if row[key] is not None)
    return [
        {
            key: names[str(value)].as_dict() if key in _TABLE_NODES else value
            for key, value in row.items()
            if value is not None
        }
        for row in rows
    ]


def require_sound(calculation: Calculation, chain: Supply) -> None:
    """Refuse a supply chain that rests on sectors in a way that rules R11 and R12 forbid.

    Raises:
        InvalidInventory: an input is covered twice; or sectors are all there is, and a sector average was not asked for.
    """
    known = sectors(calculation)
    if not np.any(known.activity & (chain.runs != 0)):
        return
    _refuse_overlap(calculation, chain, known)
    _refuse_uncorrected(calculation, chain, known)
    if not calculation.settings.sector_average and parts(calculation, chain, known).alone:
        asked = calculation.snapshot.maker(chain.activity)
        raise InvalidInventory(
            f"everything behind <{asked}> comes from sectors of an input-output table: the result is an average of a sector, no "
            "footprint of a product. Model the product as a process, or ask for the average by name: --sector-average."
        )


def costs(calculation: Calculation, chain: Supply, known: Sectors) -> Ints:
    """Return positions of the technosphere exchanges by which processes of the chain buy from sectors."""
    system = calculation.snapshot.compiled.system
    bought = known.activity[system.tech_provider] & ~known.activity[system.tech_consumer]
    return np.flatnonzero(bought & (chain.runs[system.tech_consumer] != 0))


def _refuse_overlap(calculation: Calculation, chain: Supply, known: Sectors) -> None:
    system = calculation.snapshot.compiled.system
    bought = costs(calculation, chain, known)
    if not len(bought):
        return
    linked = np.isin(system.tech_consumer, system.tech_consumer[bought])
    inside = {system.exchange_ids[int(e)] for e in np.unique(system.tech_exchange[linked])}
    asked = {system.exchange_ids[int(e)] for e in system.tech_exchange[bought]}
    twice = [
        row
        for row in calculation.about(load("covered-twice"), "cost", asked)
        if row["other"] in inside  # what is cut off is covered once, by its cost
    ]
    if twice:
        first = twice[0]
        raise InvalidInventory(
            f"{len({row['cost'] for row in twice})} costs are covered twice: in <{first['process']}>, <{first['product']}> is an "
            f"input (<{first['other']}>) and is paid for again by <{first['cost']}> to <{first['sector']}>. Keep one of them, or "
            "name by tm:coversProduct which other products the cost pays for."
        )


def _refuse_uncorrected(calculation: Calculation, chain: Supply, known: Sectors) -> None:
    system = calculation.snapshot.compiled.system
    own = ~known.activity & ~known.factor
    taken = known.activity[system.tech_consumer] & own[system.tech_provider] & (chain.runs[system.tech_consumer] != 0)
    asked = {system.exchange_ids[int(e)] for e in system.tech_exchange[taken]}
    rows = calculation.about(load("uncorrected-use"), "exchange", asked)
    if rows:
        first = rows[0]
        raise InvalidInventory(
            f"sector <{first['sector']}> takes <{first['product']}> from a process (<{first['exchange']}>), but its purchase in the "
            "table stays and would count twice. State the same purchase as a negative input of the sector that covers it "
            "(tm:coversProduct)."
        )
