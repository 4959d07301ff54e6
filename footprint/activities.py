"""From processes to activities: one activity per product, with the share of its process that it carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from footprint import allocation
from footprint.errors import AllocationError, InvalidInventory
from footprint.inventory import NONE, AllocationMethod, Bools, Direction, Floats, FlowKind, Ints, Inventory

METHODS = {"mass": AllocationMethod.MASS, "energy": AllocationMethod.ENERGY, "economic": AllocationMethod.ECONOMIC}
"""Allocation methods that may be asked for by name for processes that state none."""

UNALLOCATED = "unallocated"
"""The reading in which a process's reference product carries everything and its other products are cut off."""


@dataclass(frozen=True, slots=True)
class Activities:
    """n activities, those of one process side by side.

    Attributes:
        process: Index of the process.
        output: Index of the exchange that is its product (an input for a treatment of waste).
        share: Allocation factor, 1 for a process with one product.
        start: For each process its first activity; `start[p + 1] - start[p]` is how many it has.
        unallocated: Product outputs that carry nothing because the reading `unallocated` was asked for.
        ids: IRI of the process, or of the output exchange where the process has several products.
    """

    process: Ints
    output: Ints
    share: Floats
    start: Ints
    unallocated: Ints
    ids: Sequence[str]


def build(inventory: Inventory, coproducts: str) -> Activities:
    """Split every process into its activities.

    Args:
        inventory: The columns.
        coproducts: What to do with a process that has several products and states no method: `error`, `unallocated`, or
            a method name of `METHODS`.

    Raises:
        InvalidInventory: a process has no product, or a negative co-product.
        AllocationError: several products and no method (with `error`), or the method cannot be carried out.
    """
    is_output = _product_outputs(inventory)
    reference = _references(inventory, is_output)
    unallocated = np.empty(0, dtype=np.int64)
    methods = inventory.processes.method.copy()
    undecided = _undecided(inventory, is_output)
    if len(undecided) and coproducts == "error":
        raise AllocationError(_no_method(inventory, is_output, undecided))
    if coproducts in METHODS:
        methods[undecided] = METHODS[coproducts]
    elif len(undecided):
        extra = np.flatnonzero(is_output & np.isin(inventory.exchanges.process, undecided))
        unallocated = extra[~np.isin(extra, reference)]
        is_output[unallocated] = False
    return _activities(inventory, is_output, methods, unallocated)


def _product_outputs(inventory: Inventory) -> Bools:
    """Mark the exchanges that are products of their process: product outputs, and the quantitative reference."""
    table, kind = inventory.exchanges, inventory.flows.kind[inventory.exchanges.flow]
    marked = (table.direction == Direction.OUTPUT) & (kind == FlowKind.PRODUCT) & ~table.avoided
    reference = inventory.processes.reference
    is_reference = np.zeros(len(table.ids), dtype=np.bool_)
    is_reference[reference[reference != NONE]] = True
    negative = np.flatnonzero(marked & ~is_reference & (table.amount < 0))
    if len(negative):
        raise InvalidInventory(
            f"{len(negative)} co-product outputs have a negative amount, first <{table.ids[int(negative[0])]}>. "
            "State an avoided product with tm:avoided true and a positive amount, or a consumption as tm:input."
        )
    found: Bools = (marked & (table.amount != 0)) | is_reference
    return found


def _references(inventory: Inventory, is_output: Bools) -> Ints:
    """Return the reference exchange of each process; the only product of a process needs no statement."""
    reference = inventory.processes.reference.copy()
    outputs = np.flatnonzero(is_output)
    owner = inventory.exchanges.process[outputs]
    count = np.bincount(owner, minlength=len(reference))
    if np.any(count == 0):
        first = int(np.flatnonzero(count == 0)[0])
        raise InvalidInventory(
            f"{int(np.sum(count == 0))} processes have no product, first <{inventory.processes.ids[first]}>. "
            "State its product as tm:output with a tm:Product flow and a non-zero amount, and mark it by "
            "tm:quantitativeReference."
        )
    single = (count[owner] == 1) & (reference[owner] == NONE)
    reference[owner[single]] = outputs[single]
    return reference


def _undecided(inventory: Inventory, is_output: Bools) -> Ints:
    """Return the processes with several products, no method, and something left that would have to be shared."""
    table = inventory.exchanges
    count = np.bincount(table.process[is_output], minlength=len(inventory.processes.ids))
    several = np.flatnonzero((count > 1) & (inventory.processes.method == AllocationMethod.NONE))
    shared = np.zeros(len(inventory.processes.ids), dtype=np.bool_)
    shared[table.process[~is_output & (table.allocated_to == NONE)]] = True
    return several[shared[several]]


def _no_method(inventory: Inventory, is_output: Bools, undecided: Ints) -> str:
    first = int(undecided[0])
    flows = inventory.exchanges.flow[np.flatnonzero(is_output & (inventory.exchanges.process == first))]
    products = ", ".join(f"<{inventory.flows.ids[int(f)]}>" for f in flows[:4])
    return (
        f"{len(undecided)} processes have several products and state no allocation method, first "
        f"<{inventory.processes.ids[first]}> with {products}. State tm:allocationMethod (mass, energy, economic, stated) or "
        "tm:allocatedTo on its exchanges, or ask for a reading: --coproducts unallocated | mass | energy | economic."
    )


def _activities(inventory: Inventory, is_output: Bools, methods: Ints, unallocated: Ints) -> Activities:
    outputs = np.flatnonzero(is_output)
    outputs = outputs[np.argsort(inventory.exchanges.process[outputs], kind="stable")]
    owner = inventory.exchanges.process[outputs]
    count = np.bincount(owner, minlength=len(inventory.processes.ids))
    start = np.concatenate(([0], np.cumsum(count))).astype(np.int64)
    share = np.ones(len(outputs))
    ids = [inventory.processes.ids[int(p)] for p in owner]
    for process in np.flatnonzero(count > 1):
        mine = slice(int(start[process]), int(start[process + 1]))
        method = AllocationMethod(int(methods[process]))
        share[mine] = (
            0.0
            if method is AllocationMethod.NONE
            else allocation.shares(inventory, int(process), outputs[mine], method)
        )
        ids[mine] = [inventory.exchanges.ids[int(e)] for e in outputs[mine]]
    return Activities(owner.astype(np.int64), outputs.astype(np.int64), share, start, unallocated, ids)


def spread(inventory: Inventory, activities: Activities, exchanges: Ints) -> tuple[Ints, Ints, Floats]:
    """Hand exchanges of processes to their activities: (exchange, activity, share) with zero shares left out."""
    owner = inventory.exchanges.process[exchanges]
    first, count = activities.start[owner], activities.start[owner + 1] - activities.start[owner]
    repeated = np.repeat(exchanges, count)
    offset = np.arange(len(repeated)) - np.repeat(np.cumsum(count) - count, count)
    activity = np.repeat(first, count) + offset
    belongs = inventory.exchanges.allocated_to[repeated]
    share = np.where(belongs == NONE, activities.share[activity], belongs == activities.output[activity])
    kept = share != 0
    return repeated[kept], activity[kept], share[kept].astype(np.float64)
