"""System expansion: co-products credited with what they replace elsewhere (rule R05, step 2 of the order of ISO 14044).

A credited co-product is an activity that draws on the product it replaces, so it carries the footprint of that product;
the same amount is taken off the other products of the process. What all of them carry is again the joint burden.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from footprint.activities import Activities, spread
from footprint.errors import AllocationError
from footprint.inventory import NONE, Floats, Ints, Inventory


@dataclass(frozen=True, slots=True)
class Credits:
    """Demands for replaced products, by activity: positive where the co-product takes it over, negative where it is credited.

    Attributes:
        exchange: The co-product output.
        activity: Who is charged or credited.
        amount: In the unit of the co-product output.
        flow, provider: What is replaced, as in `OutputTable`; the flow of the co-product where a provider is named.
    """

    exchange: Ints
    activity: Ints
    amount: Floats
    flow: Ints
    provider: Ints


def credits_of(inventory: Inventory, acts: Activities) -> Credits:
    """Return the credits of all co-products under system expansion.

    Raises:
        AllocationError: a co-product does not say what it replaces, or in which ratio.
    """
    mine = np.flatnonzero(acts.credited)
    output = acts.output[mine]
    row = _rows(inventory, output)
    amount = inventory.exchanges.amount[output] * inventory.outputs.ratio[row]
    given, carrier, share = spread(inventory, acts, output)
    position = np.searchsorted(np.sort(output), given)
    back = np.argsort(output)[position]
    exchange, which = np.concatenate((output, given)), np.concatenate((np.arange(len(mine)), back)).astype(np.int64)
    stated_flow, provider = inventory.outputs.flow[row][which], inventory.outputs.provider[row][which]
    return Credits(
        exchange=exchange,
        activity=np.concatenate((mine, carrier)),
        amount=np.concatenate((amount, -amount[back] * share)),
        flow=np.where(stated_flow == NONE, inventory.exchanges.flow[exchange], stated_flow),
        provider=provider,
    )


def _rows(inventory: Inventory, output: Ints) -> Ints:
    """Return the row of each output in the table of outputs."""
    table = inventory.outputs
    position = {int(exchange): row for row, exchange in enumerate(table.exchange)}
    for exchange in output.tolist():
        row = position.get(exchange, NONE)
        name = inventory.exchanges.ids[exchange]
        process = inventory.processes.ids[int(inventory.exchanges.process[exchange])]
        if row == NONE or (table.flow[row] == NONE and table.provider[row] == NONE):
            raise AllocationError(
                f"<{process}>: system expansion needs the product that its co-product <{name}> replaces. State tm:displaces (a "
                "product, a process or an emission factor) and tm:substitutionRatio on it, or choose another allocation method."
            )
        if not (np.isfinite(table.ratio[row]) and table.ratio[row] > 0):
            raise AllocationError(
                f"<{process}>: the co-product <{name}> says what it replaces, but not how much of it. State a positive "
                "tm:substitutionRatio: 1 where one unit replaces one."
            )
    return np.array([position[exchange] for exchange in output.tolist()], dtype=np.int64)
