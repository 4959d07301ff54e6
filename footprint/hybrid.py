"""Integrated hybrid analysis: a process system in physical units and an input-output table as one system.

    [  A_p   -C_d    ] [processes]   [f]
    [ -C_u   I - A_io ] [ sectors ] = [0]

A_p is the technology matrix of the processes (outputs positive, inputs negative), C_u what the processes buy from sectors
(upstream cut-offs, money per run), C_d what the sectors use of the processes' products (downstream, physical amount for
their output). Where a product of a process stands in for purchases of its own sector, these purchases are taken out of
A_io at the product's price, so that nothing counts twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csc_array

from footprint.errors import InvalidSystem
from footprint.system import EmissionRow, System

if TYPE_CHECKING:
    from footprint.inputoutput import SectorTable
    from footprint.system import FloatArray, IntArray

__all__ = ["HybridModel", "integrate"]


@dataclass(frozen=True, slots=True, eq=False)
class HybridModel:
    """m processes beside a table of n sectors.

    Attributes:
        ids: Identifiers of the processes.
        technology: A_p, (m, m), one product per process in its own unit, outputs on the diagonal.
        emissions: Direct emissions of each process per run, kg CO2e, float64[m].
        bought: C_u, (n, m), money of the sector's product per run of the process.
        sold: C_d, (m, n), amount of the process's product that the sector uses for its output.
        sector: For each process the sector that its product belongs to, int[m]; -1 where that is not stated.
        price: Price of each product in the table's money, float64[m]; NaN where it is not stated.
    """

    ids: Sequence[str]
    technology: csc_array
    emissions: FloatArray
    bought: csc_array
    sold: csc_array
    sector: IntArray
    price: FloatArray

    def overlaps(self) -> list[tuple[int, int]]:
        """Return (process, sector) pairs where a process takes a product of a sector from both sides (rule R12)."""
        entries = self.technology.tocoo()
        inputs = (entries.row != entries.col) & (entries.data != 0) & (self.sector[entries.row] >= 0)
        modelled = set(zip(entries.col[inputs].tolist(), self.sector[entries.row[inputs]].tolist(), strict=True))
        paid = self.bought.tocoo()
        return sorted(modelled & set(zip(paid.col.tolist(), paid.row.tolist(), strict=True)))


def integrate(model: HybridModel, table: SectorTable) -> System:
    """Return the processes and the sectors as one system of m + n activities.

    Raises:
        InvalidSystem: an input is covered by both sides, a downstream use cannot be taken out of the table because sector
            or price are not stated or the table has less of it; see also `SectorTable.check`.
    """
    table.check()
    _refuse_overlap(model, table)
    m, n = len(model.ids), len(table.ids)
    a_p, c_u, c_d, a_io = (
        part.tocoo() for part in (model.technology, model.bought, model.sold, _corrected(model, table))
    )
    inside = a_p.row != a_p.col
    parts = (
        (a_p.row[inside], a_p.col[inside], -a_p.data[inside]),
        (m + c_u.row, c_u.col, c_u.data),
        (c_d.row, m + c_d.col, c_d.data),
        (m + a_io.row, m + a_io.col, a_io.data),
    )
    provider, consumer, amount = (np.concatenate(column) for column in zip(*parts, strict=True))
    absent = np.full(m + n, -1)
    return System(
        activity_ids=[*model.ids, *table.ids],
        production=np.concatenate((model.technology.diagonal(), table.output)),
        tech_provider=provider.astype(np.int32),
        tech_consumer=consumer.astype(np.int32),
        tech_amount=amount.astype(np.float64),
        tech_exchange=np.full(len(amount), -1, dtype=np.int64),
        tech_stage=np.full(len(amount), -1, dtype=np.int16),
        bio_activity=np.arange(m + n, dtype=np.int32),
        bio_row=np.zeros(m + n, dtype=np.int16),
        bio_amount=np.concatenate((model.emissions, table.emissions)),
        bio_exchange=absent.astype(np.int64),
        bio_stage=absent.astype(np.int16),
        rows=(EmissionRow("CO2e", "fossil"),),
        stage_ids=(),
        exchange_ids=(),
    )


def _refuse_overlap(model: HybridModel, table: SectorTable) -> None:
    overlap = model.overlaps()
    if overlap:
        named = ", ".join(f"<{model.ids[p]}> from <{table.ids[s]}>" for p, s in overlap[:5])
        raise InvalidSystem(
            f"{len(overlap)} inputs are covered twice, by a process and by money: {named}. Keep one side of each.",
            activity=model.ids[overlap[0][0]],
        )


def _corrected(model: HybridModel, table: SectorTable) -> csc_array:
    """Take out of the table what its sectors now take from the processes."""
    sold = model.sold.tocoo()
    if not sold.nnz:
        return table.inputs
    unpriced = np.flatnonzero((model.sector[sold.row] < 0) | ~(model.price[sold.row] > 0))
    if len(unpriced):
        name = model.ids[int(sold.row[unpriced[0]])]
        raise InvalidSystem(
            f"sectors use the product of <{name}>, but its sector or price is not stated, so that the same purchase would stay in "
            "the table and count twice. State both.",
            activity=name,
        )
    replaced = coo_array(
        (sold.data * model.price[sold.row], (model.sector[sold.row], sold.col)), shape=table.inputs.shape
    )
    left = csc_array(table.inputs - replaced.tocsc())
    rest = csc_array(left + 1e-12 * replaced.tocsc()).tocoo()  # rounding, measured by what is taken out of each cell
    short = np.flatnonzero(rest.data < 0)
    if len(short):
        row, column = (table.ids[int(side[short[0]])] for side in (rest.row, rest.col))
        raise InvalidSystem(
            f"<{column}> would take more from the processes than it buys from sector <{row}> in the whole table. Check the "
            "downstream amounts and prices.",
            activity=column,
        )
    left.data[left.data < 0] = 0.0
    return left
