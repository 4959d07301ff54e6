"""From processes to activities: one activity per product, with the share of its process that it carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from footprint import allocation
from footprint.errors import AllocationError, InvalidInventory
from footprint.gaps import METHODS
from footprint.inventory import NONE, AllocationMethod, Bools, Direction, Floats, FlowKind, Ints, Inventory


@dataclass(frozen=True, slots=True)
class Activities:
    """n activities, those of one process side by side.

    Attributes:
        process: Index of the process.
        output: Index of the exchange that is its product (an input for a treatment of waste; one for each waste treated).
        share: Allocation factor, 1 for a process with one product.
        start: For each process its first activity; `start[p + 1] - start[p]` is how many it has.
        unallocated: Product outputs that carry nothing, since their process states no method and none was asked for.
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
        coproducts: What to do with a process that has several products and states no method: a method name of `METHODS`,
            or anything else to let its reference product carry everything (`Reading.require` says whether that is wrong).

    Raises:
        InvalidInventory: a process has no product, or a negative co-product.
        AllocationError: a method cannot be carried out.
    """
    _check_references(inventory)
    is_output = _product_outputs(inventory)
    _check_subdivision(inventory, is_output)
    reference = _references(inventory, is_output)
    unallocated = np.empty(0, dtype=np.int64)
    methods = inventory.processes.method.copy()
    undecided = _undecided(inventory, is_output)
    if coproducts in METHODS:
        methods[undecided] = METHODS[coproducts]
    elif len(undecided):
        _check_carriers(inventory, undecided[reference[undecided] == NONE])
        extra = np.flatnonzero(is_output & np.isin(inventory.exchanges.process, undecided))
        unallocated = extra[~np.isin(extra, reference)]
        is_output[unallocated] = False
    return _activities(inventory, is_output, methods, unallocated)


def _check_references(inventory: Inventory) -> None:
    """Refuse a quantitative reference that is no product of its process: its numbers would mean something else."""
    table = inventory.exchanges
    process = np.flatnonzero(inventory.processes.reference != NONE)
    exchange = inventory.processes.reference[process]
    side, kind = table.direction[exchange], inventory.flows.kind[table.flow[exchange]]
    made = (side == Direction.OUTPUT) & (kind == FlowKind.PRODUCT)
    treated = (side == Direction.INPUT) & (kind == FlowKind.WASTE)
    fits = (table.process[exchange] == process) & (made | treated) & ~table.avoided[exchange]
    if not np.all(fits):
        first = int(np.flatnonzero(~fits)[0])
        raise InvalidInventory(
            f"<{inventory.processes.ids[int(process[first])]}> has the quantitative reference "
            f"<{table.ids[int(exchange[first])]}>, which is no product output of it and no waste that it treats. Name one of "
            "its own tm:output exchanges with a tm:Product flow, or, for a treatment, its tm:input exchange with the "
            "tm:WasteFlow."
        )


def _check_subdivision(inventory: Inventory, is_output: Bools) -> None:
    """Refuse an exchange that belongs to an output of another process, or to none: nobody would carry it."""
    table = inventory.exchanges
    stated = np.flatnonzero(table.allocated_to != NONE)
    target = table.allocated_to[stated]
    wrong = stated[~is_output[target] | (table.process[target] != table.process[stated])]
    if len(wrong):
        first = int(wrong[0])
        raise AllocationError(
            f"{len(wrong)} exchanges name an output that is no product of their own process, first <{table.ids[first]}> with "
            f"tm:allocatedTo <{table.ids[int(table.allocated_to[first])]}>. Name a product output, or a waste that is treated, of "
            "the same process."
        )


def _check_carriers(inventory: Inventory, processes: Ints) -> None:
    """Refuse the reading `unallocated` for a process that does not say which of its products carries everything."""
    if len(processes):
        raise AllocationError(
            f"{len(processes)} processes have several products and no tm:quantitativeReference, first "
            f"<{inventory.processes.ids[int(processes[0])]}>: none of them can carry everything. State the reference, or an "
            "allocation method."
        )


def treated_wastes(inventory: Inventory) -> Bools:
    """Mark the wastes that treatments take in: all waste inputs of a process whose quantitative reference is one.

    To take a waste in is what a treatment is there for; one that takes in several has as many products.
    """
    table, kind = inventory.exchanges, inventory.flows.kind[inventory.exchanges.flow]
    taken_in = (table.direction == Direction.INPUT) & (kind == FlowKind.WASTE) & ~table.avoided
    stated = np.flatnonzero(inventory.processes.reference != NONE)
    treats = np.zeros(len(inventory.processes.ids) + 1, dtype=np.bool_)  # the last is for exchanges of no process (-1)
    treats[stated] = taken_in[inventory.processes.reference[stated]]
    treated: Bools = taken_in & treats[table.process]
    return treated


def _product_outputs(inventory: Inventory) -> Bools:
    """Mark the exchanges that are products of their process: product outputs, wastes treated, quantitative references."""
    table, kind = inventory.exchanges, inventory.flows.kind[inventory.exchanges.flow]
    marked = (table.direction == Direction.OUTPUT) & (kind == FlowKind.PRODUCT) & ~table.avoided
    marked |= treated_wastes(inventory)
    reference = inventory.processes.reference
    is_reference = np.zeros(len(table.ids), dtype=np.bool_)
    is_reference[reference[reference != NONE]] = True
    negative = np.flatnonzero(marked & ~is_reference & (table.amount < 0))
    if len(negative):
        raise InvalidInventory(
            f"{len(negative)} co-products have a negative amount, first <{table.ids[int(negative[0])]}>. State an avoided "
            "product with tm:avoided true and a positive amount, a consumption as tm:input, a waste that is made as tm:output."
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
