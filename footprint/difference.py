"""Why two footprints of one product differ: the effect of every number that changed, exactly, with nothing left over.

Let A and B be the technosphere matrices before and after (production on the diagonal, uses negative), b_A and b_B the
characterised direct emissions of each activity per run, f the demand. With the prices p = b_A A^-1 of the state before and the
runs x = B^-1 f of the state after,

    F_B - F_A = b_B x - p f = b_B x - p B x = (b_B - b_A) x + p (A - B) x,

since b_A = p A. So each changed number has one effect, the change times a price before times runs after, and the effects add
up to the difference; there is no interaction term to be shared out. Taking prices after and runs before explains the opposite
difference (B to A) exactly as well; the two stories share out joint changes differently, and both are true.

An activity that only the state after has is priced as it is there, on suppliers as they were before; its own numbers have then
not changed, and the effect stands at the exchange that now draws on it.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from footprint.compile import Cost, compile_system
from footprint.equations import EPS
from footprint.errors import InvalidQuery
from footprint.solve import DEFAULT, Bounded, Settings, Supply, scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from footprint.compile import Compiled
    from footprint.system import FloatArray, IntArray, System

__all__ = ["Change", "Difference", "State", "difference"]


@dataclass(frozen=True, slots=True)
class State:
    """One of the two sides.

    Attributes:
        compiled: the system.
        cost: its characterised emissions, one characterisation.
        keys: what each activity is called on both sides, distinct, length n.
        supply: the supply chain of the demand.
    """

    compiled: Compiled
    cost: Cost
    keys: Sequence[Hashable]
    supply: Supply


@dataclass(frozen=True, slots=True)
class Change:
    """Effects of changed numbers, one item each; the numbers are those of one consumer and one exchange.

    Attributes:
        activity: activity of the state after whose number it is, int32.
        exchange: identifier of the exchange; empty where the number has none (the masses of an emission factor).
        kind: ``tech`` (an input), ``bio`` (an emission) or ``production`` (the reference amount).
        before, after: kg CO2e per run of the activity that stand at the number, both at prices before.
        effect: kg CO2e of the difference that it makes.
        bound: rigorous bound of the error of the effect.
    """

    activity: int
    exchange: str
    kind: str
    before: float
    after: float
    effect: float
    bound: float


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference between two footprints and what it is made of.

    Attributes:
        value: F_B - F_A in kg CO2e, of the two totals.
        bound: rigorous bound of its error.
        changes: every effect that is not zero, largest first.
        demand: what stands at the demand itself: another amount, or another activity that supplies it.
        remainder: value less all effects; only rounding.
    """

    value: float
    bound: float
    changes: tuple[Change, ...]
    demand: float
    remainder: float


def difference(before: State, after: State, settings: Settings = DEFAULT) -> Difference:
    """Explain the difference of two footprints number by number; see the module for the algebra.

    Args:
        before: the state the difference is counted from.
        after: the other one; activities are matched by key.
        settings: how to solve for the prices of activities that only the state after has.

    Raises:
        InvalidQuery: keys that are not distinct.
        FootprintError: the state before cannot be solved with the activities that only the state after has.
    """
    for state in (before, after):
        if len(set(state.keys)) != len(state.keys):
            raise InvalidQuery("two activities have the same key: keys must be distinct to match two systems.")
    position = {key: j for j, key in enumerate(before.keys)}
    extended = _extended(before, after, [position.get(key, -1) for key in after.keys], settings)
    changes = [*_tech(before, after, extended), *_bio(before, after, extended), *_production(before, after, extended)]
    changes = sorted((change for change in changes if change.effect != 0), key=lambda change: -abs(change.effect))
    total, earlier = after.supply.total(after.cost), before.supply.total(before.cost)
    value = float(total.values) - float(earlier.values)
    bound = float(total.bounds) + float(earlier.bounds) + 2 * EPS * abs(float(total.values))
    asked = after.supply.activity
    signed = float(after.compiled.sign[asked]) * after.supply.amount
    demand = float(extended.prices.values[extended.place[asked]]) * signed - float(earlier.values)
    demand = demand if abs(demand) > bound else 0.0  # the same demand: only the rounding of two solutions
    explained = math.fsum([demand, *(change.effect for change in changes)])
    return Difference(value, bound, tuple(changes), demand, value - explained)


@dataclass(frozen=True, slots=True)
class _Extended:
    """The state before, with the activities that only the state after has.

    Attributes:
        place: its activity for each activity of the state after.
        shared: whether the state before has it too.
        prices: p, kg CO2e per unit of each product.
    """

    place: IntArray
    shared: NDArray[np.bool_]
    prices: Bounded


def _extended(before: State, after: State, matched: Sequence[int], settings: Settings) -> _Extended:
    place: IntArray = np.array(matched, dtype=np.int32)
    shared = place >= 0
    new = np.flatnonzero(~shared).astype(np.int32)
    place[new] = before.compiled.n + np.arange(len(new))
    compiled, cost = before.compiled, before.cost
    if len(new):
        compiled = compile_system(_grown(before.compiled.system, after.compiled.system, new, place))
        values, errors = (
            np.concatenate([getattr(s.cost, name)[k] for s, k in ((before, slice(None)), (after, new))])
            for name in ("values", "errors")
        )
        cost = Cost(np.empty(0), values, errors)
    found = scores(compiled, cost, settings)
    return _Extended(place, shared, Bounded(compiled.sign * found.values, found.bounds))


def _grown(before: System, after: System, new: IntArray, place: IntArray) -> System:
    """Add activities of another system with what they draw on; emissions are left out, the cost is made apart."""
    mine = np.isin(after.tech_consumer, new)
    none = np.full(len(before.tech_amount) + int(mine.sum()), -1)
    names = [*before.activity_ids, *(after.activity_ids[int(j)] for j in new)]
    return replace(
        before,
        activity_ids=names,
        production=np.concatenate([before.production, after.production[new]]),
        tech_provider=np.concatenate([before.tech_provider, place[after.tech_provider[mine]]]).astype(np.int32),
        tech_consumer=np.concatenate([before.tech_consumer, place[after.tech_consumer[mine]]]).astype(np.int32),
        tech_amount=np.concatenate([before.tech_amount, after.tech_amount[mine]]),
        tech_exchange=none.astype(np.int64),
        tech_stage=none.astype(np.int16),
        bio_activity=np.empty(0, dtype=np.int32),
        bio_row=np.empty(0, dtype=np.int16),
        bio_amount=np.empty(0),
        bio_exchange=np.empty(0, dtype=np.int64),
        bio_stage=np.empty(0, dtype=np.int16),
        exchange_ids=(),
        stage_ids=(),
    )


@dataclass(frozen=True, slots=True)
class _Entries:
    """Numbers of one side: activity of the state after, exchange, kg CO2e per run of the activity, bound and size of it."""

    activity: IntArray
    exchange: list[str]
    value: FloatArray
    bound: FloatArray


def _tech(before: State, after: State, extended: _Extended) -> list[Change]:
    """Inputs: amount times the price of what supplies them."""
    running = extended.shared & (after.supply.runs != 0)
    back = _back(before, extended, running)
    sides = []
    for system, activity, place in (
        (before.compiled.system, back, np.arange(before.compiled.n)),
        (after.compiled.system, np.where(running, np.arange(after.compiled.n), -1), extended.place),
    ):
        mine = np.flatnonzero(activity[system.tech_consumer] >= 0)
        provider, amount = place[system.tech_provider[mine]], system.tech_amount[mine]
        price, error = extended.prices.values[provider], extended.prices.bounds[provider]
        value = amount * price
        names = _names(system, system.tech_exchange[mine])
        sides.append(
            _Entries(activity[system.tech_consumer[mine]], names, value, np.abs(amount) * error + EPS * np.abs(value))
        )
    return _compared(sides[0], sides[1], after, "tech")


def _bio(before: State, after: State, extended: _Extended) -> list[Change]:
    """Emissions: kilograms times what a kilogram counts."""
    running = extended.shared & (after.supply.runs != 0)
    sides = []
    for state, activity in (
        (before, _back(before, extended, running)),
        (after, np.where(running, np.arange(after.compiled.n), -1)),
    ):
        system = state.compiled.system
        mine = np.flatnonzero(activity[system.bio_activity] >= 0)
        value = system.bio_amount[mine] * state.cost.factors[system.bio_row[mine]]
        names = _names(system, system.bio_exchange[mine])
        sides.append(_Entries(activity[system.bio_activity[mine]], names, value, EPS * np.abs(value)))
    return _compared(sides[0], sides[1], after, "bio")


def _production(before: State, after: State, extended: _Extended) -> list[Change]:
    """Reference amounts: what a run makes is worth its price, and counts against what it uses."""
    mine = np.flatnonzero(extended.shared & (after.supply.runs != 0))
    place = extended.place[mine]
    price, error = extended.prices.values[place], extended.prices.bounds[place]
    sides = []
    for amount in (before.compiled.system.production[place], after.compiled.system.production[mine]):
        value = -amount * price
        names = [""] * len(mine)
        sides.append(_Entries(mine.astype(np.int32), names, value, np.abs(amount) * error + EPS * np.abs(value)))
    return _compared(sides[0], sides[1], after, "production")


def _back(before: State, extended: _Extended, running: NDArray[np.bool_]) -> IntArray:
    """For each activity of the state before its number in the state after, where it runs there; else -1."""
    back = np.full(before.compiled.n, -1, dtype=np.int32)
    here = np.flatnonzero(running)
    back[extended.place[here]] = here
    return back


def _names(system: System, exchange: NDArray[np.int64]) -> list[str]:
    return [system.exchange_ids[int(e)] if e >= 0 else "" for e in exchange]


def _compared(one: _Entries, other: _Entries, after: State, kind: str) -> list[Change]:
    """Sum each side by activity and exchange, and multiply what differs by the runs after."""
    sums: dict[tuple[int, str], list[float]] = {}
    for side, entries in enumerate((one, other)):
        for activity, exchange, value, bound in zip(
            entries.activity.tolist(), entries.exchange, entries.value.tolist(), entries.bound.tolist(), strict=True
        ):
            kept = sums.setdefault((activity, exchange), [0.0, 0.0, 0.0])
            kept[side] += value
            kept[2] += bound + EPS * abs(kept[side])
    changes = []
    for (activity, exchange), (first, second, error) in sums.items():
        if first == second:
            continue
        runs, spread = float(after.supply.runs[activity]), float(after.supply.bounds[activity])
        change = second - first
        bound = abs(change) * spread + (abs(runs) + spread) * error + EPS * abs(change * runs)
        changes.append(Change(activity, exchange, kind, first, second, change * runs, bound))
    return changes
