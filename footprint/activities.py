"""From processes to activities: one activity per product, with the share of its process that it carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from footprint import sharing
from footprint.errors import AllocationError, InvalidInventory
from footprint.gaps import METHODS
from footprint.inventory import (
    NONE,
    AllocationMethod,
    Bools,
    Direction,
    Floats,
    FlowKind,
    Ints,
    Inventory,
    ProcessTable,
)


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
        credited: Marks the co-products that carry what they replace elsewhere (system expansion).
        few_price_years: Outputs valued by prices of fewer years than the rule asks for.
        by_price_ratio: Outputs shared by the rule of the price ratio.
    """

    process: Ints
    output: Ints
    share: Floats
    start: Ints
    unallocated: Ints
    ids: Sequence[str]
    credited: Bools
    few_price_years: Ints
    by_price_ratio: Ints


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
    inventory = replace(inventory, processes=_with_references(inventory, is_output))
    reference = inventory.processes.reference
    own = sharing.own_methods(inventory)
    _check_own(inventory, is_output)
    methods = inventory.processes.method.copy()
    undecided = _undecided(inventory, is_output, own)
    if coproducts in METHODS:
        methods[undecided] = METHODS[coproducts]
        undecided = undecided[:0]
    carried = np.concatenate((undecided, np.flatnonzero(methods == AllocationMethod.UNALLOCATED)))
    _check_carriers(inventory, carried[reference[carried] == NONE])
    extra = np.flatnonzero(is_output & np.isin(inventory.exchanges.process, carried) & ~np.isin(own, sharing.APART))
    unallocated = extra[~np.isin(extra, reference)]
    is_output[unallocated] = False
    return _activities(inventory, is_output, methods, unallocated, own)


def _check_own(inventory: Inventory, is_output: Bools) -> None:
    """Refuse a method or a replaced product stated on what is no product output: it would mean nothing."""
    stated = inventory.outputs.exchange
    wrong = stated[~is_output[stated]]
    if len(wrong):
        raise AllocationError(
            f"{len(wrong)} exchanges state tm:allocationMethod, tm:displaces or tm:substitutionRatio and are no product output "
            f"of their process, first <{inventory.exchanges.ids[int(wrong[0])]}>. State these on a tm:output with a tm:Product."
        )


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


def _with_references(inventory: Inventory, is_output: Bools) -> ProcessTable:
    """Return the processes with the reference exchange of each; the only product of a process needs no statement."""
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
    return replace(inventory.processes, reference=reference)


def _undecided(inventory: Inventory, is_output: Bools, own: Ints) -> Ints:
    """Return the processes with several products to carry their burden, no method, and something left to be shared."""
    table, processes = inventory.exchanges, len(inventory.processes.ids)
    carrying = is_output & ~np.isin(own, sharing.APART)
    count = np.bincount(table.process[carrying], minlength=processes)
    says_itself = np.zeros(processes, dtype=np.bool_)
    says_itself[table.process[carrying & (own != NONE)]] = True
    several = np.flatnonzero((count > 1) & (inventory.processes.method == AllocationMethod.NONE) & ~says_itself)
    shared = np.zeros(processes, dtype=np.bool_)
    shared[table.process[~is_output & (table.allocated_to == NONE)]] = True
    shared[table.process[is_output & (own == AllocationMethod.SYSTEM_EXPANSION)]] = True  # a credit is shared, too
    return several[shared[several]]


def _activities(inventory: Inventory, is_output: Bools, methods: Ints, unallocated: Ints, own: Ints) -> Activities:
    outputs = np.flatnonzero(is_output)
    outputs = outputs[np.argsort(inventory.exchanges.process[outputs], kind="stable")]
    owner = inventory.exchanges.process[outputs]
    count = np.bincount(owner, minlength=len(inventory.processes.ids))
    start = np.concatenate(([0], np.cumsum(count))).astype(np.int64)
    share, credited = np.ones(len(outputs)), np.zeros(len(outputs), dtype=np.bool_)
    ids = [inventory.processes.ids[int(p)] for p in owner]
    few: list[Ints] = [outputs[:0]]
    ruled: list[Ints] = [outputs[:0]]
    apart = np.bincount(owner[np.isin(own[outputs], sharing.APART)], minlength=len(count))
    for process in np.flatnonzero((count > 1) | (apart > 0)).tolist():
        mine = slice(int(start[process]), int(start[process + 1]))
        method, made = AllocationMethod(int(methods[process])), outputs[mine]
        share[mine] = sharing.factors(inventory, process, made, own, method)
        credited[mine] = sharing.credited(own, made, method, int(inventory.processes.reference[process]))
        assumed = sharing.assumed(inventory, process, made, own, method)
        few.append(assumed[0])
        ruled.append(assumed[1])
        ids[mine] = [inventory.exchanges.ids[int(e)] for e in made]
    return Activities(
        process=owner.astype(np.int64),
        output=outputs.astype(np.int64),
        share=share,
        start=start,
        unallocated=unallocated,
        ids=ids,
        credited=credited,
        few_price_years=np.concatenate(few).astype(np.int64),
        by_price_ratio=np.concatenate(ruled).astype(np.int64),
    )


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
