"""Two systems brought to one numbering, so that their numbers can be set side by side.

Activities and exchanges are the same when their identifiers are. Each system is completed with the activities that only
the other one has, exactly as they stand there: they run for nobody, so no result changes, but what one unit of their
product would cost among the activities of this system is known. A provider that was exchanged for a new one thus has a
worth on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np

from footprint.system import EmissionRow, System

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from footprint.system import FloatArray

    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["Side", "Union", "united"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two.

    Attributes:
        system: its activities and exchanges.
        keys: what makes an activity the same on both sides, one for each activity, all different.
        factors: kg CO2e per kg of each of its emission rows, float64[rows].
        share: allocation share of each activity, float64[n].
        scale: units of the first side's product per unit of this side's, for activities on both sides; else 1, float64[n].
        activity: the activity whose product is demanded.
        amount: how much of it, in its own unit.
    """

    system: System
    keys: Sequence[str]
    factors: FloatArray
    share: FloatArray
    scale: FloatArray
    activity: int
    amount: float


@dataclass(frozen=True, slots=True)
class Union:
    """Both systems in one numbering.

    Attributes:
        systems: the completed systems; equal activities, exchange identifiers and rows.
        keys: of the activities.
        common: activities that both sides have, bool[n].
        factors: kg CO2e per kg of each row on each side; a row that only one side knows counts the same on both.
        share: allocation share of each activity on each side, NaN where the side does not have it.
        demand: amount demanded of each activity on each side.
    """

    systems: tuple[System, System]
    keys: Sequence[str]
    common: NDArray[np.bool_]
    factors: tuple[FloatArray, FloatArray]
    share: tuple[FloatArray, FloatArray]
    demand: tuple[FloatArray, FloatArray]


def united(first: Side, second: Side) -> Union:
    """Complete two systems with each other's activities."""
    keys, place = _merged(first.keys, second.keys)
    exchange_ids, exchange = _merged(first.system.exchange_ids, second.system.exchange_ids)
    rows, row = _merged(first.system.rows, second.system.rows)
    stage_ids, stage = _merged(first.system.stage_ids, second.system.stage_ids)
    sides = (first, second)
    moved = [
        _renumbered(side, place[k], exchange[k], row[k], stage[k], (keys, exchange_ids, rows, stage_ids))
        for k, side in enumerate(sides)
    ]
    has = [_marked(place[k], len(keys)) for k in (0, 1)]
    factors = [_spread(side.factors, row[k], len(rows)) for k, side in enumerate(sides)]
    share = [_spread(side.share, place[k], len(keys)) for k, side in enumerate(sides)]
    demand = [np.zeros(len(keys)), np.zeros(len(keys))]
    for k, side in enumerate(sides):
        demand[k][place[k][side.activity]] = side.amount * side.scale[side.activity]
    return Union(
        systems=(_completed(moved[0], moved[1], has[0]), _completed(moved[1], moved[0], has[1])),
        keys=keys,
        common=has[0] & has[1],
        factors=(_filled(factors[0], factors[1]), _filled(factors[1], factors[0])),
        share=(share[0], share[1]),
        demand=(demand[0], demand[1]),
    )


def _merged(a: Sequence[T], b: Sequence[T]) -> tuple[list[T], tuple[Ints, Ints]]:
    """Merge two lists of different things; also where each item of either list ends up."""
    together = list(dict.fromkeys([*a, *b]))
    position = {item: k for k, item in enumerate(together)}
    where = [np.fromiter((position[item] for item in items), np.int64, len(items)) for items in (a, b)]
    return together, (where[0], where[1])


def _marked(place: Ints, size: int) -> NDArray[np.bool_]:
    marked = np.zeros(size, dtype=np.bool_)
    marked[place] = True
    return marked


def _spread(values: FloatArray, place: Ints, size: int) -> FloatArray:
    out = np.full(size, np.nan)
    out[place] = values
    return out


def _filled(values: FloatArray, other: FloatArray) -> FloatArray:
    return np.where(np.isnan(values), other, values)


def _renumbered(
    side: Side,
    place: Ints,
    exchange: Ints,
    row: Ints,
    stage: Ints,
    names: tuple[list[str], list[str], list[EmissionRow], list[str]],
) -> System:
    """Bring a system to the common numbering and the units of the first side; absent activities make nothing yet."""
    system = side.system
    keys, exchange_ids, rows, stage_ids = names
    production = np.zeros(len(keys))
    production[place] = system.production * side.scale
    return System(
        activity_ids=keys,
        production=production,
        tech_provider=place[system.tech_provider].astype(np.int32),
        tech_consumer=place[system.tech_consumer].astype(np.int32),
        tech_amount=system.tech_amount * side.scale[system.tech_provider],
        tech_exchange=_through(exchange, system.tech_exchange),
        tech_stage=_through(stage, system.tech_stage).astype(np.int16),
        bio_activity=place[system.bio_activity].astype(np.int32),
        bio_row=row[system.bio_row].astype(np.int16),
        bio_amount=system.bio_amount,
        bio_exchange=_through(exchange, system.bio_exchange),
        bio_stage=_through(stage, system.bio_stage).astype(np.int16),
        rows=tuple(rows),
        stage_ids=stage_ids,
        exchange_ids=exchange_ids,
    )


def _through(numbers: Ints, index: NDArray[np.int64] | NDArray[np.int16]) -> Ints:
    """Translate an index column; -1 stays."""
    out = np.full(len(index), -1, dtype=np.int64)
    present = index >= 0
    out[present] = numbers[index[present]]
    return out


def _completed(system: System, other: System, has: NDArray[np.bool_]) -> System:
    """Add the activities that only the other system has, with all that they take and emit."""
    tech, bio = ~has[other.tech_consumer], ~has[other.bio_activity]

    def joined(name: str, chosen: NDArray[np.bool_]) -> NDArray[np.generic]:
        return np.concatenate((getattr(system, name), getattr(other, name)[chosen]))

    columns: dict[str, NDArray[np.generic]] = {
        name: joined(name, tech)
        for name in ("tech_provider", "tech_consumer", "tech_amount", "tech_exchange", "tech_stage")
    }
    columns |= {
        name: joined(name, bio) for name in ("bio_activity", "bio_row", "bio_amount", "bio_exchange", "bio_stage")
    }
    return System(
        activity_ids=system.activity_ids,
        production=np.where(has, system.production, other.production),
        rows=system.rows,
        stage_ids=system.stage_ids,
        exchange_ids=system.exchange_ids,
        **columns,  # type: ignore[arg-type]
    )
