"""The linked system of activities that the engine calculates: plain arrays, one product per activity.

Sign convention. Activity ``j`` makes ``production[j]`` units of its product per run (a treatment activity, whose
reference is an input of waste, may be stated with a negative production). A technosphere exchange ``e`` takes
``tech_amount[e]`` units of the product of ``tech_provider[e]`` per run of ``tech_consumer[e]``; negative means a
credit, or the delivery of waste to a provider of negative production. Emissions are positive, removals negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from footprint.errors import InvalidSystem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray: TypeAlias = NDArray[np.float64]
    IntArray: TypeAlias = NDArray[np.int32]
    AnyArray: TypeAlias = NDArray[Any]

__all__ = ["EmissionRow", "System"]


@dataclass(frozen=True, slots=True)
class EmissionRow:
    """One kind of emission that is kept apart through the whole calculation.

    Attributes:
        gas: identifier of the gas, or of the CO2e pseudo-gas for factors that state only CO2e.
        category: identifier of the emission category (fossil, biogenic uptake, ...).
        aircraft: whether it is emitted by aircraft (reported separately, never multiplied).
        gwp_set: '' for a gas; for CO2e the identifier of the GWP set it was made with, or of "unknown".
    """

    gas: str
    category: str
    aircraft: bool = False
    gwp_set: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """A linked, unit-consistent, allocated system of ``n`` activities.

    Attributes:
        activity_ids: identifier of each activity, length n.
        production: net reference amount per run, in the reference unit of the product, float64[n], never zero.
        tech_provider: activity that supplies the exchange, int32[m].
        tech_consumer: activity that uses it, int32[m].
        tech_amount: amount in the provider's reference unit per run of the consumer, float64[m].
        tech_exchange: index into ``exchange_ids``, -1 where the exchange has no identifier, int64[m].
        tech_stage: index into ``stage_ids``, -1 where no life-cycle stage is stated, int16[m].
        bio_activity: activity that emits, int32[q].
        bio_row: index into ``rows``, int16[q].
        bio_amount: kg per run, float64[q].
        bio_exchange: index into ``exchange_ids`` or -1, int64[q].
        bio_stage: index into ``stage_ids`` or -1, int16[q].
        rows: the kinds of emission.
        stage_ids: identifiers of the life-cycle stages.
        exchange_ids: identifiers of the exchanges.
    """

    activity_ids: Sequence[str]
    production: FloatArray
    tech_provider: IntArray
    tech_consumer: IntArray
    tech_amount: FloatArray
    tech_exchange: NDArray[np.int64]
    tech_stage: NDArray[np.int16]
    bio_activity: IntArray
    bio_row: NDArray[np.int16]
    bio_amount: FloatArray
    bio_exchange: NDArray[np.int64]
    bio_stage: NDArray[np.int16]
    rows: tuple[EmissionRow, ...]
    stage_ids: Sequence[str]
    exchange_ids: Sequence[str]

    @property
    def n(self) -> int:
        """Number of activities."""
        return len(self.production)

    def check(self) -> None:
        """Raise InvalidSystem, naming the culprit, unless the arrays describe a system.

        Raises:
            InvalidSystem: lengths that do not match, an index out of range, NaN, infinity, or a zero production.
        """
        _check_lengths(self)
        _check_production(self)
        for index in _INDICES:
            _check_index(self, *index)
        _check_finite(self, "tech_amount", "tech_exchange", "tech_consumer")
        _check_finite(self, "bio_amount", "bio_exchange", "bio_activity")


# array, what it points into, its size attribute, lowest allowed value, array with the exchange's identifier
_INDICES = (
    ("tech_provider", "activities", "activity_ids", 0, "tech_exchange"),
    ("tech_consumer", "activities", "activity_ids", 0, "tech_exchange"),
    ("tech_exchange", "exchange identifiers", "exchange_ids", -1, ""),
    ("tech_stage", "life-cycle stages", "stage_ids", -1, "tech_exchange"),
    ("bio_activity", "activities", "activity_ids", 0, "bio_exchange"),
    ("bio_row", "emission rows", "rows", 0, "bio_exchange"),
    ("bio_exchange", "exchange identifiers", "exchange_ids", -1, ""),
    ("bio_stage", "life-cycle stages", "stage_ids", -1, "bio_exchange"),
)
_TYPES = {
    "production": np.float64,
    "tech_provider": np.int32,
    "tech_consumer": np.int32,
    "tech_amount": np.float64,
    "tech_exchange": np.int64,
    "tech_stage": np.int16,
    "bio_activity": np.int32,
    "bio_row": np.int16,
    "bio_amount": np.float64,
    "bio_exchange": np.int64,
    "bio_stage": np.int16,
}


def _check_lengths(system: System) -> None:
    """All arrays are one-dimensional, of the stated type, and as long as their neighbours."""
    sizes = {"production": len(system.activity_ids)}
    sizes |= {name: len(system.tech_amount) for name in _TYPES if name.startswith("tech_")}
    sizes |= {name: len(system.bio_amount) for name in _TYPES if name.startswith("bio_")}
    for name, size in sizes.items():
        array: AnyArray = getattr(system, name)
        if array.dtype != _TYPES[name]:
            wanted = np.dtype(_TYPES[name]).name
            raise InvalidSystem(f"{name} has type {array.dtype}, expected {wanted}: convert it before the hand-over.")
        if array.shape != (size,):
            raise InvalidSystem(f"{name} has shape {array.shape}, expected ({size},): give one value per item.")


def _check_production(system: System) -> None:
    """Every activity makes a finite, non-zero amount of its product."""
    bad = np.flatnonzero(~np.isfinite(system.production) | (system.production == 0))
    if len(bad):
        name = system.activity_ids[int(bad[0])]
        value = system.production[bad[0]]
        raise InvalidSystem(
            f"activity <{name}> has production {value}{_others(bad)}: its reference output must be a finite amount "
            "other than zero. Correct the amount of its quantitative reference.",
            activity=name,
        )


def _check_index(system: System, name: str, target: str, size_of: str, lowest: int, ids: str) -> None:
    """Every value of an index array lies inside the list it points into."""
    array: AnyArray = getattr(system, name)
    size = len(getattr(system, size_of))
    bad = np.flatnonzero((array < lowest) | (array >= size))
    if len(bad):
        exchange = _exchange_name(system, ids, int(bad[0])) if ids else None
        where = f"exchange {exchange}" if exchange else f"position {bad[0]}"
        raise InvalidSystem(
            f"{name} of {where} is {array[bad[0]]}{_others(bad)}, but there are {size} {target}: "
            f"use {lowest} to {size - 1}.",
            exchange=exchange,
        )


def _check_finite(system: System, name: str, ids: str, owner: str) -> None:
    """Every amount is a finite number."""
    bad = np.flatnonzero(~np.isfinite(getattr(system, name)))
    if len(bad):
        first = int(bad[0])
        exchange = _exchange_name(system, ids, first)
        activity = system.activity_ids[int(getattr(system, owner)[first])]
        raise InvalidSystem(
            f"exchange {exchange or f'number {first}'} of activity {activity} has the amount "
            f"{getattr(system, name)[first]}{_others(bad)}: amounts must be finite numbers. Correct it at the source.",
            activity=activity,
            exchange=exchange,
        )


def _exchange_name(system: System, ids: str, position: int) -> str | None:
    """Identifier of the exchange at a position, None where it has none."""
    index = int(getattr(system, ids)[position])
    return system.exchange_ids[index] if 0 <= index < len(system.exchange_ids) else None


def _others(bad: AnyArray) -> str:
    """How many further items share the fault."""
    return f" (and {len(bad) - 1} more like it)" if len(bad) > 1 else ""
