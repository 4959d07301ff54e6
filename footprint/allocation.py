"""Allocation: how much of a process each of its products carries (ISO 14044: subdivide, then a relation).

A process with several products, or a treatment of several wastes, is split into one activity per product or waste. An exchange that states the output it belongs to
goes there whole (subdivision); every other one is shared by factors a_k = w_k / sum_j w_j that sum to one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from footprint import prices
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
    weights = _weights(inventory, process, outputs, chosen(inventory, process, outputs, method))
    total = math.fsum(weights)
    if not total > 0 or not math.isfinite(total):
        raise AllocationError(
            f"{_name(inventory, process)}: the {method.name.lower()} weights of its {len(outputs)} products sum to {total:g}; "
            "they must sum to a positive number. Correct the amounts or properties, or choose another allocation method."
        )
    return weights / total


def chosen(inventory: Inventory, process: int, outputs: Ints, method: AllocationMethod) -> AllocationMethod:
    """Return the method that is carried out: for the rule of the price ratio, the one that it chooses (rule R05).

    Raises:
        AllocationError: no such rule is known, or a price or physical amount that it needs cannot be had.
    """
    if method is not AllocationMethod.PRICE_RATIO:
        return method
    rule = inventory.rules.price_ratio
    if rule is None:
        raise AllocationError(
            f"{_name(inventory, process)}: no rule of the price ratio is known. State tm:priceRatioLimit, tm:methodUpToLimit "
            "and tm:methodBeyondLimit of the allocation method price-ratio, or load the reference knowledge (`tanmai init`)."
        )
    value, physical = (_weights(inventory, process, outputs, by) for by in (AllocationMethod.ECONOMIC, rule.up_to))
    priced = (value > 0) & (physical > 0)
    if not np.any(priced):
        return rule.up_to
    price = value[priced] / physical[priced]
    return rule.beyond if price.max() > rule.limit * price.min() else rule.up_to


def _weights(inventory: Inventory, process: int, outputs: Ints, method: AllocationMethod) -> Floats:
    """Weigh the outputs; one made whose value is zero or less is waste and carries nothing under any method (rule R05)."""
    if method is AllocationMethod.ECONOMIC:
        return np.maximum(0.0, prices.values(inventory, process, outputs))
    waste = np.array([prices.worthless(inventory, process, int(exchange)) for exchange in outputs])
    weights = np.zeros(len(outputs))
    weights[~waste] = _physical(inventory, process, outputs[~waste], method)
    return weights


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


def _name(inventory: Inventory, process: int) -> str:
    return f"<{inventory.processes.ids[process]}>"


def _listed(names: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(f"<{name}>" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
