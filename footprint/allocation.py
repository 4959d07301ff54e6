"""Allocation: how much of a process each of its products carries (ISO 14044: subdivide, then a relation).

A process with several products, or a treatment of several wastes, is split into one activity per product or waste. An exchange that states the output it belongs to
goes there whole (subdivision); every other one is shared by factors a_k = w_k / sum_j w_j that sum to one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from footprint.errors import AllocationError, UnitError
from footprint.inventory import AllocationMethod, Floats, Ints, Inventory

SUM_TOLERANCE = 1e-9
"""Allocation factors of one process sum to one within this (rule R05)."""


def shares(inventory: Inventory, process: int, outputs: Ints, method: AllocationMethod) -> Floats:
    """Return the factor of each output of one process; they sum to one.

    Raises:
        AllocationError: a weight cannot be had (no mass, no heating value, no price), currencies differ, all weights are
            zero, or stated factors do not sum to one.
    """
    if method is AllocationMethod.STATED:
        return _stated(inventory, process, outputs)
    if method is AllocationMethod.ECONOMIC:
        weights = _values(inventory, process, outputs)
    else:
        weights = _physical(inventory, process, outputs, method)
    total = math.fsum(weights)
    if not total > 0 or not math.isfinite(total):
        raise AllocationError(
            f"{_name(inventory, process)}: the {method.name.lower()} weights of its {len(outputs)} products sum to {total:g}; "
            "they must sum to a positive number. Correct the amounts or properties, or choose another allocation method."
        )
    return np.array(weights, dtype=np.float64) / total


def _stated(inventory: Inventory, process: int, outputs: Ints) -> Floats:
    factors = inventory.exchanges.stated_share[outputs]
    missing = [inventory.exchanges.ids[int(e)] for e in outputs[np.isnan(factors)]]
    if missing:
        raise AllocationError(
            f"{_name(inventory, process)}: allocation is by stated factors, but tm:allocationFactor is missing on "
            f"{_listed(missing)}. State a factor for every product output."
        )
    if np.any(factors < 0) or abs(math.fsum(factors) - 1.0) > SUM_TOLERANCE:
        raise AllocationError(
            f"{_name(inventory, process)}: stated allocation factors {', '.join(f'{f:g}' for f in factors)} sum to "
            f"{math.fsum(factors):.10g}; they must be non-negative and sum to 1 (within {SUM_TOLERANCE:g})."
        )
    return factors


def _physical(inventory: Inventory, process: int, outputs: Ints, method: AllocationMethod) -> list[float]:
    target, needed = {
        AllocationMethod.MASS: (
            inventory.mass_unit,
            "a mass: give the amount in a unit of mass, or a density or mass per piece",
        ),
        AllocationMethod.ENERGY: (
            inventory.energy_unit,
            "an energy: give the amount in a unit of energy, or a heating value",
        ),
    }[method]
    weights = []
    for exchange in outputs:
        flow = int(inventory.exchanges.flow[exchange])
        unit = inventory.unit_ids[int(inventory.exchanges.unit[exchange])]
        try:
            scale = inventory.units.scale(unit, target, inventory.flows.conversions.get(flow, ()))
        except UnitError as error:
            raise AllocationError(
                f"{_name(inventory, process)}: {method.name.lower()} allocation needs {needed} of "
                f"<{inventory.flows.ids[flow]}> ({error})"
            ) from error
        weights.append(max(0.0, float(inventory.exchanges.amount[exchange]) * scale))
    return weights


def _values(inventory: Inventory, process: int, outputs: Ints) -> list[float]:
    """Weight by value = amount x price; a value of zero or less is that of a waste and carries nothing (rule R05).

    The price of a waste that is treated is what its treatment is paid for it, a positive number.
    """
    weights, currencies = [], set()
    for exchange in outputs:
        flow = int(inventory.exchanges.flow[exchange])
        prices = inventory.flows.prices.get(flow, ())
        if len(prices) != 1:
            raise AllocationError(
                f"{_name(inventory, process)}: economic allocation needs the price of <{inventory.flows.ids[flow]}>, which "
                f"states {len(prices) or 'none'}. State one with tm:hasProperty (property: price), a currency as unit and a per-unit; "
                "of several years, their mean."
            )
        price = prices[0]
        unit = inventory.unit_ids[int(inventory.exchanges.unit[exchange])]
        scale = inventory.units.scale(unit, price.per_unit, inventory.flows.conversions.get(flow, ()))
        currencies.add(price.currency)
        weights.append(max(0.0, float(inventory.exchanges.amount[exchange]) * scale * price.amount))
    if len(currencies) > 1:
        raise AllocationError(
            f"{_name(inventory, process)}: its products are priced in different currencies ({_listed(sorted(currencies))}). "
            "State all prices of one process in one currency and base year."
        )
    return weights


def _name(inventory: Inventory, process: int) -> str:
    return f"<{inventory.processes.ids[process]}>"


def _listed(names: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(f"<{name}>" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
