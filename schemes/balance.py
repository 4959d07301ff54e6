"""Mass that enters and leaves unit processes, as columns.

Amounts in units of mass count as they stand; others by way of a property that the flow states (a density, a mass per piece).
Flows counted in kinds of quantity without mass (energy, transport) are left aside. What can be converted in neither way is
not assessable; it is named, and the balance of its process is partial.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from footprint.errors import UnitError
from footprint.inventory import Bools, Direction, Floats, Ints, Inventory

WITHOUT_MASS, UNKNOWN = 0.0, np.nan
"""Kilograms per unit of a flow without mass, and of one that cannot be converted."""


@dataclass(frozen=True, slots=True)
class Balances:
    """Masses by process; the arrays are as long as the table of processes.

    Attributes:
        entering, leaving: Kilograms that are known to enter and leave, both positive.
        unknown_entering, unknown_leaving: Number of exchanges on each side that could not be assessed.
        unassessed: Indices of those exchanges.
    """

    entering: Floats
    leaving: Floats
    unknown_entering: Ints
    unknown_leaving: Ints
    unassessed: Ints

    @property
    def gap(self) -> Floats:
        """Difference as a share of the larger side, from 0 to 1; NaN where no mass is known."""
        larger = np.maximum(self.entering, self.leaving)
        share: Floats = np.full(len(larger), np.nan)
        np.divide(np.abs(self.entering - self.leaving), larger, out=share, where=larger > 0)
        return share

    @property
    def complete(self) -> Bools:
        """Whether everything on both sides was assessed."""
        found: Bools = (self.unknown_entering + self.unknown_leaving) == 0
        return found

    @property
    def at_least(self) -> Bools:
        """Whether what is unknown can only widen the gap, because nothing is unknown on the smaller side."""
        found: Bools = np.where(self.entering < self.leaving, self.unknown_entering, self.unknown_leaving) == 0
        return found


def balances(inventory: Inventory, inside: Bools, exempt: Collection[str]) -> Balances:
    """Balance the processes marked.

    Args:
        inventory: What the graph states.
        inside: Marks the processes, bool[number of processes].
        exempt: IRIs of kinds of quantity without mass.

    Credits (avoided products) are no flows of the process and are left out. A negative amount stands on the other side.
    """
    table = inventory.exchanges
    counted = (table.process >= 0) & ~table.avoided & (table.flow >= 0) & (table.unit >= 0)
    counted[counted] &= inside[table.process[counted]]
    rows = np.flatnonzero(counted)
    pairs, where = np.unique(np.stack((table.flow[rows], table.unit[rows]), axis=1), axis=0, return_inverse=True)
    scale = np.array([_kilograms(inventory, flow, unit, exempt) for flow, unit in pairs.tolist()], dtype=np.float64)
    mass = table.amount[rows] * scale[where.reshape(-1)] if len(rows) else np.zeros(0)
    known = ~np.isnan(mass)
    inward = (table.direction[rows] == Direction.INPUT) == (table.amount[rows] >= 0)
    process, size = table.process[rows], len(inventory.processes.ids)
    return Balances(
        entering=_sums(process, mass, known & inward, size),
        leaving=_sums(process, mass, known & ~inward, size),
        unknown_entering=np.bincount(process[~known & inward], minlength=size).astype(np.int64),
        unknown_leaving=np.bincount(process[~known & ~inward], minlength=size).astype(np.int64),
        unassessed=rows[~known],
    )


def _sums(process: Ints, mass: Floats, rows: Bools, size: int) -> Floats:
    """Sum sizes of masses by process."""
    return np.bincount(process[rows], np.abs(mass[rows]), minlength=size).astype(np.float64)


def _kilograms(inventory: Inventory, flow: int, unit: int, exempt: Collection[str]) -> float:
    """Return the mass of one unit of a flow in kilograms."""
    iri = inventory.unit_ids[unit]
    try:
        return inventory.units.scale(iri, inventory.mass_unit, inventory.flows.conversions.get(flow, ()))
    except UnitError:
        kind = inventory.units.units[iri].dimension.rpartition(" ")[2] if iri in inventory.units.units else ""
        return WITHOUT_MASS if kind in exempt else UNKNOWN
