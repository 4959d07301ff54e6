"""Why two footprints differ: the effect of every number that is not the same on both sides, exactly.

Let ``M x = f`` be the supply for the demand f and ``M' w = b`` the worth of one unit of every product (M: production on
the diagonal, less what is used; b: direct emissions; ``'`` transposed), on a first side a and a second side b. Then

    F_b - F_a = b_b x_b - w_a f_a                        since F = b x = w f
              = b_b x_b - w_a M_b x_b + w_a (f_b - f_a)     put M_b x_b for f_b
              = (db - w_a dM) x_b + w_a df                 since b_a = M_a' w_a

with d for second less first. Nothing is left over, however large the changes are: the old worth prices what the new
supply chain takes. Exchanging the sides gives the same with ``w_b`` and ``x_a``. The mean of both is used, so that the
effects of exchanged sides are the same with the other sign; where one number alone has changed, all three agree.

A number of M or b that is an amount times an allocation share, or a mass times a warming potential, is divided by the
mean of the other factor: ``d(u v) = mean(v) du + mean(u) dv``, which again leaves nothing over.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from footprint.compile import Compiled, Cost, compile_system
from footprint.equations import EPS
from footprint.intervals import add, exact, product, summed
from footprint.solve import DEFAULT, Bounded, Scores, Settings, Supply, scores, supply
from footprint.union import Side, Union, united

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from footprint.system import EmissionRow, FloatArray

__all__ = ["Change", "Changes", "difference"]

SAME = 1e-12
"""Relative distance of two quotients of floats that stand for the same stated number."""


class Change(IntEnum):
    """What kind of number has changed."""

    INPUT = 0
    EMISSION = 1
    FACTOR = 2
    PRODUCTION = 3
    SHARE = 4
    POTENTIAL = 5
    DEMAND = 6


@dataclass(frozen=True, slots=True)
class Changes:
    """Every number that differs, and what that does to the footprint.

    Attributes:
        kind: a ``Change`` for each.
        exchange: index into exchange_ids, or -1.
        activity: the activity that the number belongs to (the consumer of an input), or -1; index into keys.
        provider: who supplies an input or the product demanded, or -1.
        row: emission row of an emission, a factor's mass or a potential, or -1.
        before, after: the number on either side; 0 where the side does not have it.
        effect: kg CO2e of the difference of the footprints that comes from it, with bounds.
        keys, exchange_ids, rows: what the indices stand for.
        totals: the two footprints.
    """

    kind: NDArray[np.int64]
    exchange: NDArray[np.int64]
    activity: NDArray[np.int64]
    provider: NDArray[np.int64]
    row: NDArray[np.int64]
    before: FloatArray
    after: FloatArray
    effect: Bounded
    keys: Sequence[str]
    exchange_ids: Sequence[str]
    rows: tuple[EmissionRow, ...]
    totals: tuple[Bounded, Bounded]


@dataclass(frozen=True, slots=True)
class _Solved:
    compiled: Compiled
    cost: Cost
    scores: Scores
    supply: Supply

    def worth(self, activities: NDArray[np.int64]) -> Bounded:
        return Bounded(self.compiled.sign[activities] * self.scores.values[activities], self.scores.bounds[activities])

    def runs(self, activities: NDArray[np.int64]) -> Bounded:
        return Bounded(self.supply.runs[activities], self.supply.bounds[activities])


@dataclass(frozen=True, slots=True)
class _Block:
    """Some changes of one kind, before they are joined."""

    kind: Change
    before: FloatArray
    after: FloatArray
    effect: Bounded
    exchange: NDArray[np.int64] | None = None
    activity: NDArray[np.int64] | None = None
    provider: NDArray[np.int64] | None = None
    row: NDArray[np.int64] | None = None


def difference(first: Side, second: Side, settings: Settings = DEFAULT) -> Changes:
    """Explain the footprint of the second side less that of the first by the numbers that are not the same.

    Args:
        first: one system, its characterisation, and what is demanded of it.
        second: the other one; or the same under another characterisation.
        settings: how to solve.

    Raises:
        FootprintError: one side cannot be solved, completed with the activities of the other.
    """
    union = united(first, second)
    sides = (_solved(union, 0, settings), _solved(union, 1, settings))
    blocks = [
        *_links(union, sides),
        *_emissions(union, sides),
        _production(union, sides),
        _demand(union, sides),
    ]
    return _joined(union, sides, [block for block in blocks if len(block.before)])


def _solved(union: Union, k: int, settings: Settings) -> _Solved:
    compiled = compile_system(union.systems[k])
    cost = compiled.cost(union.factors[k])
    demanded = int(np.flatnonzero(union.demand[k])[0])
    chain = supply(compiled, demanded, float(union.demand[k][demanded]), settings)
    return _Solved(compiled, cost, scores(compiled, cost, settings), chain)


def _crossed(sides: tuple[_Solved, _Solved], made: NDArray[np.int64], run: NDArray[np.int64]) -> Bounded:
    """Mean of (first worth x second runs) and (second worth x first runs)."""
    a, b = sides
    both = add(product(a.worth(made), b.runs(run)), product(b.worth(made), a.runs(run)))
    return Bounded(both.values / 2, both.bounds / 2)


def _mean_runs(sides: tuple[_Solved, _Solved], run: NDArray[np.int64]) -> Bounded:
    both = add(sides[0].runs(run), sides[1].runs(run))
    return Bounded(both.values / 2, both.bounds / 2)


def _stated(change: FloatArray, size: FloatArray) -> Bounded:
    """A difference of stated numbers with the rounding of making it."""
    return Bounded(change, 8 * EPS * size)


def _side_by_side(
    union: Union, sides: tuple[_Solved, _Solved], names: tuple[str, str, str, str]
) -> tuple[NDArray[np.int64], FloatArray, FloatArray]:
    """Sum both sides' entries by what they stand for; returns the keys, and the amounts that differ.

    Entries of activities that only one side has are the same on both by construction; those of activities that run on
    neither side have no effect.
    """
    running = union.common & ((sides[0].supply.runs != 0) | (sides[1].supply.runs != 0))
    owner, amount = names[1], names[3]
    listed = []
    for system in union.systems:
        mine = running[getattr(system, owner)]
        key = np.stack([getattr(system, name)[mine].astype(np.int64) for name in names[:3]], axis=1)
        listed.append((key, getattr(system, amount)[mine]))
    keys, where = _distinct(np.concatenate([key for key, _ in listed]))
    cut = len(listed[0][0])
    before = np.bincount(where[:cut], listed[0][1], minlength=len(keys)).astype(np.float64)
    after = np.bincount(where[cut:], listed[1][1], minlength=len(keys)).astype(np.float64)
    differs = np.abs(after - before) > 4 * EPS * np.maximum(np.abs(before), np.abs(after))  # not by conversion alone
    return keys[differs], before[differs], after[differs]


def _distinct(rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct rows and the number of each row among them.

    Column by column, so that each sort is of plain numbers: sorting rows as a whole takes four times as long.
    """
    number = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        size = int(column.max(initial=0)) + 2  # -1 stands for absent
        number = np.unique(number * size + column + 1, return_inverse=True)[1].reshape(-1).astype(np.int64)
    first = np.zeros(int(number.max(initial=-1)) + 1, dtype=np.int64)
    first[number] = np.arange(len(rows))
    return rows[first], number


@dataclass(frozen=True, slots=True)
class _Parts:
    """A change of amount x share, divided into that of the amount and that of the share."""

    amount: FloatArray
    share: FloatArray


def _divided(union: Union, activity: NDArray[np.int64], before: FloatArray, after: FloatArray) -> _Parts:
    old, new = union.share[0][activity], union.share[1][activity]
    change = after - before
    shared = (old != new) & (old != 0) & (new != 0)
    u = np.divide(before, old, out=before.copy(), where=shared)
    v = np.divide(after, new, out=after.copy(), where=shared)
    same = np.abs(u - v) <= SAME * np.abs(u)
    of_share = np.where(shared, np.where(same, change, (u + v) / 2 * (new - old)), 0.0)
    of_share = np.where((old != new) & ~shared, change, of_share)
    return _Parts(np.where(of_share == change, 0.0, change - of_share), of_share)


def _links(union: Union, sides: tuple[_Solved, _Solved]) -> list[_Block]:
    names = ("tech_exchange", "tech_consumer", "tech_provider", "tech_amount")
    keys, before, after = _side_by_side(union, sides, names)
    exchange, consumer, provider = keys.T
    parts, size = _divided(union, consumer, before, after), np.abs(before) + np.abs(after)
    price = _crossed(sides, provider, consumer)
    kept = parts.amount != 0
    effect = product(_stated(parts.amount, size), price)
    inputs = _Block(
        Change.INPUT,
        before[kept],
        after[kept],
        Bounded(effect.values[kept], effect.bounds[kept]),
        exchange[kept],
        consumer[kept],
        provider[kept],
    )
    return [inputs, *_shares(union, consumer, product(_stated(parts.share, size), price))]


def _emissions(union: Union, sides: tuple[_Solved, _Solved]) -> list[_Block]:
    names = ("bio_exchange", "bio_activity", "bio_row", "bio_amount")
    keys, before, after = _side_by_side(union, sides, names)
    exchange, activity, row = keys.T
    old, new = union.factors
    parts, size = _divided(union, activity, before, after), np.abs(before) + np.abs(after)
    price = product(exact((old[row] + new[row]) / 2), _mean_runs(sides, activity))
    effect, blocks = product(_stated(parts.amount, size), price), []
    for kind, mine in ((Change.EMISSION, exchange >= 0), (Change.FACTOR, exchange < 0)):
        kept = mine & (parts.amount != 0)
        found = Bounded(effect.values[kept], effect.bounds[kept])
        columns = {"exchange": exchange[kept], "activity": activity[kept], "row": row[kept]}
        blocks.append(_Block(kind, before[kept], after[kept], found, **columns))
    shares = _shares(union, activity, product(_stated(parts.share, size), price))
    return [*blocks, *shares, *_potentials(union, sides)]


def _shares(union: Union, activity: NDArray[np.int64], effect: Bounded) -> list[_Block]:
    """Sum the effects of allocation shares by activity."""
    found = np.unique(activity[effect.values != 0])
    if not len(found):
        return []
    sums = summed(effect, activity.astype(np.int32), len(union.keys))
    chosen = Bounded(sums.values[found], sums.bounds[found])
    return [_Block(Change.SHARE, union.share[0][found], union.share[1][found], chosen, activity=found)]


def _potentials(union: Union, sides: tuple[_Solved, _Solved]) -> list[_Block]:
    """Mean mass of each row on the mean supply chain, times the change of its potential.

    The mass is averaged activity by activity, as the runs are: mean(m) x mean(x), not mean(m x).
    """
    old, new = union.factors
    changed = np.flatnonzero(old != new)
    if not len(changed):
        return []
    everyone = np.arange(len(union.keys), dtype=np.int64)
    runs = _mean_runs(sides, everyone)
    mass = exact(np.zeros(len(old)))
    for system in union.systems:
        carried = Bounded(runs.values[system.bio_activity], runs.bounds[system.bio_activity])
        half = summed(product(exact(system.bio_amount / 2), carried), system.bio_row.astype(np.int32), len(old))
        mass = add(mass, half)
    effect = product(_stated(new - old, np.abs(new) + np.abs(old)), mass)
    chosen = Bounded(effect.values[changed], effect.bounds[changed])
    kept = chosen.values != 0
    chosen = Bounded(chosen.values[kept], chosen.bounds[kept])
    return [_Block(Change.POTENTIAL, old[changed][kept], new[changed][kept], chosen, row=changed[kept])]


def _production(union: Union, sides: tuple[_Solved, _Solved]) -> _Block:
    old, new = (system.production for system in union.systems)
    running = (sides[0].supply.runs != 0) | (sides[1].supply.runs != 0)
    differs = np.abs(new - old) > 4 * EPS * np.abs(old)
    changed = np.flatnonzero(union.common & running & differs)
    price = _crossed(sides, changed, changed)
    effect = product(_stated((old - new)[changed], (np.abs(old) + np.abs(new))[changed]), price)
    return _Block(Change.PRODUCTION, old[changed], new[changed], effect, activity=changed)


def _demand(union: Union, sides: tuple[_Solved, _Solved]) -> _Block:
    old, new = (side.compiled.sign * asked for side, asked in zip(sides, union.demand, strict=True))
    changed = np.flatnonzero(np.abs(new - old) > 4 * EPS * np.abs(old))
    both = add(sides[0].worth(changed), sides[1].worth(changed))
    change = _stated((new - old)[changed], (np.abs(old) + np.abs(new))[changed])
    effect = product(change, Bounded(both.values / 2, both.bounds / 2))
    return _Block(Change.DEMAND, union.demand[0][changed], union.demand[1][changed], effect, provider=changed)


def _joined(union: Union, sides: tuple[_Solved, _Solved], blocks: list[_Block]) -> Changes:
    def column(name: str) -> NDArray[np.int64]:
        parts = [getattr(block, name) for block in blocks]
        filled = [
            np.full(len(block.before), -1) if part is None else part for block, part in zip(blocks, parts, strict=True)
        ]
        return np.concatenate([np.empty(0, dtype=np.int64), *filled]).astype(np.int64)

    def floats(parts: list[FloatArray]) -> FloatArray:
        return np.concatenate([np.empty(0), *parts])

    return Changes(
        kind=np.concatenate(
            [np.empty(0, dtype=np.int64), *(np.full(len(b.before), int(b.kind)) for b in blocks)]
        ).astype(np.int64),
        exchange=column("exchange"),
        activity=column("activity"),
        provider=column("provider"),
        row=column("row"),
        before=floats([block.before for block in blocks]),
        after=floats([block.after for block in blocks]),
        effect=Bounded(
            floats([block.effect.values for block in blocks]), floats([block.effect.bounds for block in blocks])
        ),
        keys=union.keys,
        exchange_ids=union.systems[0].exchange_ids,
        rows=union.systems[0].rows,
        totals=(sides[0].supply.total(sides[0].cost), sides[1].supply.total(sides[1].cost)),
    )
