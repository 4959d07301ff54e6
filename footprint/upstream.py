"""The part of an inventory that a product may draw on: its process and whatever supplies it, step by step.

Used where the whole of a store cannot be assembled: what is wrong elsewhere then does not matter to this product.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from footprint.activities import treated_wastes
from footprint.inventory import NONE, Bools, Direction, Ints, Inventory, ProcessTable


def upstream(inventory: Inventory, process: int) -> Inventory:
    """Return the inventory of a process and all it may draw on, directly or through others.

    Every process that makes a flow asked for is kept, whether or not it will be the one that is linked; so is one whose
    exchange is named by mistake as a reference or as the output something belongs to, so that the mistake is seen.
    """
    kept = _reached(inventory, process)
    return _restricted(inventory, kept)


def _reached(inventory: Inventory, process: int) -> Bools:
    table = inventory.exchanges
    makes = (table.direction == Direction.OUTPUT) | treated_wastes(inventory)
    makes[inventory.processes.reference[inventory.processes.reference != NONE]] = True
    maker_flow, maker = table.flow[makes], table.process[makes]
    order = np.argsort(maker_flow, kind="stable")
    maker_flow, maker = maker_flow[order], maker[order]
    reached = np.zeros(len(inventory.processes.ids), dtype=np.bool_)
    front = np.array([process])
    while len(front):
        reached[front] = True
        asked = np.flatnonzero(np.isin(table.process, front))
        named = table.provider[asked]
        named = named[(named >= 0) & (named < len(reached))]
        flows = np.unique(table.flow[asked])
        by_flow = maker[np.isin(maker_flow, flows)]
        exchanges = np.concatenate((inventory.processes.reference[front], table.allocated_to[asked]))
        found = np.unique(np.concatenate((named, by_flow, table.process[exchanges[exchanges != NONE]])))
        front = found[~reached[found]]
    return reached


def _restricted(inventory: Inventory, kept: Bools) -> Inventory:
    table, processes = inventory.exchanges, inventory.processes
    mine = np.flatnonzero(kept[table.process])
    new_process, new_exchange = _renumbered(kept), _renumbered(np.isin(np.arange(len(table.ids)), mine))
    chosen = np.flatnonzero(kept)
    removed = len(kept) - len(chosen)
    provider = table.provider[mine]
    is_process, is_factor = (provider >= 0) & (provider < len(kept)), provider >= len(kept)
    provider = np.where(is_factor, provider - removed, provider)
    provider[is_process] = new_process[table.provider[mine][is_process]]
    return replace(
        inventory,
        processes=ProcessTable(
            ids=[processes.ids[int(p)] for p in chosen],
            reference=_moved(processes.reference[chosen], new_exchange),
            method=processes.method[chosen],
        ),
        exchanges=replace(
            table,
            ids=[table.ids[int(e)] for e in mine],
            process=new_process[table.process[mine]],
            direction=table.direction[mine],
            flow=table.flow[mine],
            amount=table.amount[mine],
            unit=table.unit[mine],
            provider=provider,
            avoided=table.avoided[mine],
            stage=table.stage[mine],
            allocated_to=_moved(table.allocated_to[mine], new_exchange),
            stated_share=table.stated_share[mine],
            by_rule=table.by_rule[mine],
        ),
    )


def _renumbered(kept: Bools) -> Ints:
    """Return the new index of each kept position, -1 for the others."""
    numbers = np.full(len(kept), NONE, dtype=np.int64)
    numbers[kept] = np.arange(int(np.sum(kept)))
    return numbers


def _moved(index: Ints, numbers: Ints) -> Ints:
    """Translate an index column, keeping what is absent absent."""
    moved = np.full(len(index), NONE, dtype=np.int64)
    present = index >= 0
    moved[present] = numbers[index[present]]
    return moved
