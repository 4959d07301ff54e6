"""Who takes part in the sharing of a process's burden, and by which method (rule R05).

A process states one method for its co-products. An output may state one of its own: `subdivision` (it carries the exchanges
that are allocated to it, and nothing of the rest) or `system-expansion` (it carries what it replaces elsewhere, and the
others are credited with that). What then remains is shared among the other outputs. So a copper smelter can subdivide for
its acid plant, credit its steam, and share the rest by value among copper, gold and silver.
"""

from __future__ import annotations

import numpy as np

from footprint import allocation, prices
from footprint.errors import AllocationError
from footprint.inventory import NONE, AllocationMethod, Bools, Floats, Ints, Inventory

APART = (AllocationMethod.SYSTEM_EXPANSION, AllocationMethod.SUBDIVISION)


def own_methods(inventory: Inventory) -> Ints:
    """Return for every exchange the method that it states for itself, -1 for nearly all."""
    own = np.full(len(inventory.exchanges.ids), NONE, dtype=np.int64)
    own[inventory.outputs.exchange] = inventory.outputs.method
    return own


def credited(own: Ints, outputs: Ints, method: AllocationMethod, reference: int) -> Bools:
    """Mark the outputs of one process that are credited by system expansion.

    Under system expansion of the whole process these are all but its reference product and those with another method.
    """
    stated = own[outputs]
    by_process = method is AllocationMethod.SYSTEM_EXPANSION
    found: Bools = (stated == AllocationMethod.SYSTEM_EXPANSION) | (
        by_process & (stated == NONE) & (outputs != reference)
    )
    return found


def factors(inventory: Inventory, process: int, outputs: Ints, own: Ints, method: AllocationMethod) -> Floats:
    """Return the share of each output in what is left to share; they sum to one.

    Args:
        inventory: The columns.
        process: Index of the process.
        outputs: Its product outputs.
        own: Method that each exchange states for itself, from `own_methods`.
        method: Method of the process.

    Raises:
        AllocationError: nobody is left to carry the rest, outputs state methods that exclude each other, or the method
            cannot be carried out (see `allocation.shares`).
    """
    reference = int(inventory.processes.reference[process])
    apart = credited(own, outputs, method, reference) | (own[outputs] == AllocationMethod.SUBDIVISION)
    rest = outputs[~apart]
    _refuse_none(inventory, process, rest, method, reference)
    found = np.zeros(len(outputs))
    if len(rest) == 1:
        found[~apart] = 1.0
    else:
        by = joint_method(inventory, process, rest, own, method)
        found[~apart] = 0.0 if by is AllocationMethod.NONE else allocation.shares(inventory, process, rest, by)
    return found


def joint_method(
    inventory: Inventory, process: int, rest: Ints, own: Ints, method: AllocationMethod
) -> AllocationMethod:
    """Return the one method by which the remaining outputs share: that of the process, else the one they state themselves.

    Raises:
        AllocationError: they state several.
    """
    stated = {AllocationMethod(int(code)) for code in own[rest] if code != NONE}
    by_process = method not in {AllocationMethod.NONE, *APART}
    wanted = stated | ({method} if by_process else set())
    if len(wanted) > 1:
        names = ", ".join(sorted(by.name.lower() for by in wanted))
        raise AllocationError(
            f"<{inventory.processes.ids[process]}>: what is left to share is shared by one method, but several are stated for "
            f"it ({names}). Keep one; an output of its own may state system-expansion or subdivision."
        )
    return next(iter(wanted)) if wanted else AllocationMethod.NONE


def assumed(
    inventory: Inventory, process: int, outputs: Ints, own: Ints, method: AllocationMethod
) -> tuple[Ints, Ints]:
    """Return the outputs valued by prices of fewer years than the rule asks for, and those shared by the price-ratio rule.

    Those whose price leaves them nothing are among them: what the others carry for them rests on that price.

    Args:
        inventory: The columns.
        process: Index of the process.
        outputs: Its product outputs; a single one that is left to share carries everything by no assumption.
        own: See `factors`.
        method: Method of the process.
    """
    reference = int(inventory.processes.reference[process])
    apart = credited(own, outputs, method, reference) | (own[outputs] == AllocationMethod.SUBDIVISION)
    rest, none = outputs[~apart], outputs[:0]
    if len(rest) < 2:
        return none, none
    by = joint_method(inventory, process, rest, own, method)
    ruled = rest if by is AllocationMethod.PRICE_RATIO else none
    valued = by in {AllocationMethod.ECONOMIC, AllocationMethod.PRICE_RATIO}
    return (prices.few_years(inventory, rest) if valued else none), ruled


def _refuse_none(inventory: Inventory, process: int, rest: Ints, method: AllocationMethod, reference: int) -> None:
    name = inventory.processes.ids[process]
    if method is AllocationMethod.SYSTEM_EXPANSION and reference == NONE:
        raise AllocationError(
            f"<{name}>: system expansion credits the products beside the reference, but the process has no "
            "tm:quantitativeReference. State which product it is run for."
        )
    if not len(rest):
        raise AllocationError(
            f"<{name}>: all its products state system-expansion or subdivision, so none carries what is left. Leave the method "
            "out on the product that the process is run for."
        )
