"""What the graph states about unit processes, as columns; nothing is linked, converted or allocated yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from footprint.system import EmissionRow
from footprint.units import Conversion, UnitTable

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NONE = -1
"""Marks an absent index in every integer column."""


UNKNOWN_PROVIDER = -2
"""A provider is named, but the graph holds no process or factor of that name."""


class Direction(IntEnum):
    """Which side of its process an exchange stands on."""

    OUTPUT = 0
    INPUT = 1
    EMISSION = 2


class FlowKind(IntEnum):
    """What kind of thing a flow is."""

    UNKNOWN = -1
    PRODUCT = 0
    WASTE = 1
    ELEMENTARY = 2


class AllocationMethod(IntEnum):
    """How the burden of a process is shared among its co-products (ISO 14044: physical relation, then other)."""

    NONE = -1
    MASS = 0
    ENERGY = 1
    ECONOMIC = 2
    STATED = 3


@dataclass(frozen=True, slots=True)
class Price:
    """Value of a flow: `amount` of `currency` per one `per_unit`."""

    amount: float
    currency: str
    per_unit: str


@dataclass(frozen=True, slots=True)
class ProcessTable:
    """P unit processes: their IRIs, quantitative reference (exchange index) and allocation method code."""

    ids: Sequence[str]
    reference: Ints
    method: Ints


@dataclass(frozen=True, slots=True)
class ExchangeTable:
    """N exchanges; integer columns index the process, flow, unit, stage and exchange tables (-1: not stated).

    `provider` indexes processes first, then emission factors (P + f); see `UNKNOWN_PROVIDER`. `allocated_to` is the output exchange that an
    exchange wholly belongs to (subdivision). `stated_share` is a stated allocation factor, NaN where none is stated.
    `by_rule` marks exchanges whose provider a rule chose among several (a linking graph says so), not a person.
    """

    ids: Sequence[str]
    process: Ints
    direction: Ints
    flow: Ints
    amount: Floats
    unit: Ints
    provider: Ints
    avoided: Bools
    stage: Ints
    allocated_to: Ints
    stated_share: Floats
    by_rule: Bools


@dataclass(frozen=True, slots=True)
class FlowTable:
    """Flows with their kind, the emission row they fill (-1: not a greenhouse gas) and stated properties (conversions, prices)."""

    ids: Sequence[str]
    kind: Ints
    row: Ints
    conversions: Mapping[int, Sequence[Conversion]] = field(default_factory=dict)
    prices: Mapping[int, Sequence[Price]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FactorTable:
    """F emission factors: the unit one of which they are stated for, and their emissions as (factor, row, kg) triples.

    `refusal` gives, for a factor of a kind that may not enter a footprint, the reason.
    """

    ids: Sequence[str]
    unit: Ints
    emission_factor: Ints
    emission_row: Ints
    emission_amount: Floats
    refusal: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inventory:
    """The whole of it. `removal_rows` are emission rows whose input side is a removal (uptake of CO2 from air)."""

    processes: ProcessTable
    exchanges: ExchangeTable
    flows: FlowTable
    factors: FactorTable
    unit_ids: Sequence[str]
    units: UnitTable
    stage_ids: Sequence[str]
    rows: tuple[EmissionRow, ...]
    removal_rows: frozenset[int] = frozenset()
    mass_unit: str = "http://qudt.org/vocab/unit/KiloGM"
    energy_unit: str = "http://qudt.org/vocab/unit/MegaJ"
