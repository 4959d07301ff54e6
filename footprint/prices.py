"""Prices of co-products: the mean of several years, in one currency (rule R05)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from footprint.errors import AllocationError, UnitError
from footprint.inventory import Direction, Floats, Ints, Inventory, Price


@dataclass(frozen=True, slots=True)
class MeanPrice:
    """A price, and the years that it is the mean of; none where its only statement names no year."""

    price: Price
    years: tuple[int, ...]


def values(inventory: Inventory, process: int, outputs: Ints) -> Floats:
    """Return the value of each output of a process: amount x mean price, in the one currency of all.

    Raises:
        AllocationError: a price is missing, stated twice for a year or no number, or stands per a unit that the amount cannot
            be converted to; currencies or years differ.
    """
    means = [mean(inventory, process, int(exchange)) for exchange in outputs]
    _refuse_mixtures(inventory, process, means)
    return np.array([_value(inventory, int(e), found.price) for e, found in zip(outputs, means, strict=True)])


def few_years(inventory: Inventory, outputs: Ints) -> Ints:
    """Return the outputs whose price is the mean of fewer years than the rule asks for."""
    wanted = inventory.rules.price_years
    if wanted is None:
        return outputs[:0]
    few = [len(mean(inventory, int(inventory.exchanges.process[e]), int(e)).years) < wanted for e in outputs]
    return outputs[np.array(few, dtype=np.bool_)]


def worthless(inventory: Inventory, process: int, exchange: int) -> bool:
    """Tell whether an output is waste by its price: the mean price by which it would be valued is zero or less.

    A waste that is treated is what its treatment is there for, whatever is paid for it. Prices of one sign need no mean, and
    so no common currency, unit or years.

    Raises:
        AllocationError: prices of both signs have no mean (see `mean`).
    """
    if inventory.exchanges.direction[exchange] == Direction.INPUT:
        return False
    stated = inventory.flows.prices.get(int(inventory.exchanges.flow[exchange]), ())
    below = sum(price.amount <= 0 for price in stated)
    if below < len(stated):
        return below > 0 and mean(inventory, process, exchange).price.amount <= 0
    return below > 0


def mean(inventory: Inventory, process: int, exchange: int) -> MeanPrice:
    """Return the mean price of an output's flow over the latest years that the rule asks for, or over all that there are."""
    flow = int(inventory.exchanges.flow[exchange])
    prices = _stated(inventory, process, flow)
    latest = sorted(prices, key=lambda price: price.year or 0)[-(inventory.rules.price_years or len(prices)) :]
    first = latest[0]
    try:
        scaled = [
            p.amount * inventory.units.scale(first.per_unit, p.per_unit, inventory.flows.conversions.get(flow, ()))
            for p in latest
        ]
    except UnitError as error:
        raise AllocationError(
            f"<{inventory.processes.ids[process]}>: the prices of <{inventory.flows.ids[flow]}> stand per units that cannot be "
            f"converted to each other ({error})"
        ) from error
    years = tuple(p.year for p in latest if p.year is not None)
    return MeanPrice(Price(math.fsum(scaled) / len(scaled), first.currency, first.per_unit), years)


def _stated(inventory: Inventory, process: int, flow: int) -> Sequence[Price]:
    """Return the prices of a flow: one, or one for each of several years."""
    prices = inventory.flows.prices.get(flow, ())
    name, of = inventory.processes.ids[process], inventory.flows.ids[flow]
    if not prices:
        raise AllocationError(
            f"<{name}>: economic allocation needs the price of <{of}>, which states none. State one for each year with "
            "tm:hasProperty (property: price), a currency as tm:unit, a tm:perUnit and the tm:referenceYear."
        )
    years = [price.year for price in prices]
    if len(prices) > 1 and (None in years or len(set(years)) < len(years)):
        raise AllocationError(
            f"<{name}>: economic allocation needs one price of <{of}> a year, which states {len(prices)} for the years "
            f"{', '.join(str(y) if y is not None else 'not stated' for y in years)}. Keep one for each year, each with its "
            "tm:referenceYear."
        )
    for price in prices:
        if not math.isfinite(price.amount):
            raise AllocationError(
                f"<{name}>: a price of <{of}> is no finite number. Correct its tm:amount; a price of zero or less marks a waste."
            )
    _refuse_currencies(inventory, process, [price.currency for price in prices])
    return prices


def _refuse_mixtures(inventory: Inventory, process: int, means: Sequence[MeanPrice]) -> None:
    """Refuse values that cannot be added: of several currencies, or of different years."""
    _refuse_currencies(inventory, process, [found.price.currency for found in means])
    years = sorted({found.years for found in means})
    if len(years) > 1:
        shown = "; ".join(", ".join(str(year) for year in listed) or "not stated" for listed in years[:4])
        raise AllocationError(
            f"<{inventory.processes.ids[process]}>: its products are priced in different years ({shown}). State the prices of "
            "all products of one process for the same years."
        )


def _refuse_currencies(inventory: Inventory, process: int, currencies: Sequence[str]) -> None:
    found = sorted(set(currencies))
    if len(found) > 1:
        raise AllocationError(
            f"<{inventory.processes.ids[process]}>: its products are priced in different currencies "
            f"({', '.join(f'<{currency}>' for currency in found)}). State all prices of one process in one currency and base year."
        )


def _value(inventory: Inventory, exchange: int, price: Price) -> float:
    table = inventory.exchanges
    flow = int(table.flow[exchange])
    unit = inventory.unit_ids[int(table.unit[exchange])]
    try:
        scale = inventory.units.scale(unit, price.per_unit, inventory.flows.conversions.get(flow, ()))
    except UnitError as error:
        raise AllocationError(
            f"<{inventory.processes.ids[int(table.process[exchange])]}>: the price of <{inventory.flows.ids[flow]}> stands per a "
            f"unit that its amount cannot be converted to ({error})"
        ) from error
    return float(table.amount[exchange]) * scale * price.amount
