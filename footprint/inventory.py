"""What the graph states about unit processes, as columns; nothing is linked, converted or allocated yet."""

from __future__ import annotations

import math
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
    """How the burden of a process is shared among its co-products (ISO 14044: subdivide, expand, then a relation).

    SUBDIVISION and SYSTEM_EXPANSION may also be said of one output alone: it then takes no part in the sharing. PRICE_RATIO
    decides between two methods by a rule (`PriceRatioRule`). UNALLOCATED lets the reference product carry everything.
    """

    NONE = -1
    MASS = 0
    ENERGY = 1
    ECONOMIC = 2
    STATED = 3
    SYSTEM_EXPANSION = 4
    PRICE_RATIO = 5
    UNALLOCATED = 6
    SUBDIVISION = 7


class RecyclingRole(IntEnum):
    """What an exchange stands for in the circular footprint formula."""

    VIRGIN_MATERIAL = 0
    RECYCLED_MATERIAL = 1
    RECYCLING_AT_END_OF_LIFE = 2
    DISPLACED_VIRGIN_MATERIAL = 3
    ENERGY_RECOVERY = 4
    DISPLACED_ENERGY = 5
    DISPOSAL = 6


@dataclass(frozen=True, slots=True)
class Price:
    """Value of a flow: `amount` of `currency` per one `per_unit`, on average in a year (None: not said)."""

    amount: float
    currency: str
    per_unit: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class PriceRatioRule:
    """A method up to a ratio of the prices of the co-products, another one beyond it."""

    limit: float
    up_to: AllocationMethod
    beyond: AllocationMethod


@dataclass(frozen=True, slots=True)
class AllocationRules:
    """What the rules ask of allocation: over how many years prices are averaged, and when the method changes; None: no rule."""

    price_years: int | None = None
    price_ratio: PriceRatioRule | None = None


def _no_ints() -> Ints:
    return np.empty(0, dtype=np.int64)


def _no_floats() -> Floats:
    return np.empty(0, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class OutputTable:
    """K product outputs that say something of their own about how the burden of their process is shared.

    Attributes:
        exchange: Index of the output.
        method: AllocationMethod of this output alone; -1: that of its process.
        flow: Flow of the product that it replaces elsewhere; -1: none, or a provider is named instead.
        provider: Process or factor that it replaces, numbered as in `ExchangeTable`; -1: none.
        ratio: How much of that product one unit of this output replaces; NaN: not stated.
    """

    exchange: Ints = field(default_factory=_no_ints)
    method: Ints = field(default_factory=_no_ints)
    flow: Ints = field(default_factory=_no_ints)
    provider: Ints = field(default_factory=_no_ints)
    ratio: Floats = field(default_factory=_no_floats)


@dataclass(frozen=True, slots=True)
class RecyclingParameters:
    """Numbers of the circular footprint formula for one process; NaN: not stated. See `footprint.recycling`.

    Attributes:
        r1: Share of recycled material in what goes in.
        r2: Share of the material that is recycled after use.
        r3: Share that is burned with energy recovery after use.
        a: Share of the burdens and credits of recycling that stay with the supplier of recycled material.
        b: The same for recovered energy.
        quality_in, quality_out: Quality of the recycled material used, or made after use, relative to virgin material.
    """

    r1: float = math.nan
    r2: float = math.nan
    r3: float = math.nan
    a: float = math.nan
    b: float = math.nan
    quality_in: float = math.nan
    quality_out: float = math.nan


@dataclass(frozen=True, slots=True)
class RecyclingTable:
    """What the graph states about recycling.

    Attributes:
        parameters: By process.
        model: Name of the recycling model that a process states.
        models: By name the factors (A, B) that a model fixes; NaN where it leaves them to the process.
        exchange, role: Exchanges that stand for a term of the formula, and for which (`RecyclingRole`).
    """

    parameters: Mapping[int, RecyclingParameters] = field(default_factory=dict)
    model: Mapping[int, str] = field(default_factory=dict)
    models: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    exchange: Ints = field(default_factory=_no_ints)
    role: Ints = field(default_factory=_no_ints)


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
    """Flows with their kind, the emission row they fill (-1: not a greenhouse gas) and stated properties (conversions, prices).

    `refusal` gives, for a flow of a class that may not enter a footprint, the IRI of the class.
    """

    ids: Sequence[str]
    kind: Ints
    row: Ints
    conversions: Mapping[int, Sequence[Conversion]] = field(default_factory=dict)
    prices: Mapping[int, Sequence[Price]] = field(default_factory=dict)
    refusal: Mapping[int, str] = field(default_factory=dict)


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
    outputs: OutputTable = field(default_factory=OutputTable)
    rules: AllocationRules = field(default_factory=AllocationRules)
    recycling: RecyclingTable = field(default_factory=RecyclingTable)
    mass_unit: str = "http://qudt.org/vocab/unit/KiloGM"
    energy_unit: str = "http://qudt.org/vocab/unit/MegaJ"
