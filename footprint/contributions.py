"""Where a footprint comes from: by activity, exchange, gas, category and stage; and how it depends on every number.

All of it follows from the supply x of the product and the footprints y of all products, without further solves; only
the stages need one more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from footprint.equations import EPS
from footprint.errors import InvalidQuery
from footprint.intervals import exact, product, summed
from footprint.solve import DEFAULT, Bounded, Settings
from footprint.solve import supply as solve_supply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from footprint.compile import Compiled, Cost
    from footprint.solve import Scores, Supply
    from footprint.system import AnyArray, FloatArray, IntArray

__all__ = [
    "UNSTATED",
    "Breakdown",
    "ExchangeContributions",
    "Sensitivities",
    "before_label",
    "by_activity",
    "by_category",
    "by_exchange",
    "by_first_label",
    "by_gas",
    "by_row",
    "by_stage",
    "sensitivities",
    "unlabelled",
]

UNSTATED = ""
"""Label of what stands under no life-cycle stage."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A total divided into parts.

    Attributes:
        labels: what each part stands for.
        values: kg CO2e, float64[len(labels)].
        bounds: rigorous bounds of the absolute errors of the values.
        total: the footprint that is divided.
        remainder: total less the sum of the values; only rounding, since all parts are listed.
    """

    labels: Sequence[str]
    values: FloatArray
    bounds: FloatArray
    total: float
    remainder: float


@dataclass(frozen=True, slots=True)
class ExchangeContributions:
    """What comes with each exchange, in kg CO2e.

    Attributes:
        tech: amount x runs of the consumer x footprint of the provider's product, with all that is upstream of it;
            these overlap along a chain, so they do not sum to the total.
        bio: amount x runs x factor; these sum to the total.
    """

    tech: Bounded
    bio: Bounded


@dataclass(frozen=True, slots=True)
class Sensitivities:
    """Derivatives of the footprint of a demand by the numbers of the system.

    Attributes:
        tech: by ``tech_amount``, kg CO2e per unit of the provider's product.
        bio: by ``bio_amount``, kg CO2e per kg.
        production: by ``production``, kg CO2e per unit of the reference flow.
    """

    tech: FloatArray
    bio: FloatArray
    production: FloatArray


def by_activity(supply: Supply, cost: Cost) -> Breakdown:
    """Divide by the activity that emits: direct emissions b_j x_j of every activity."""
    _single(supply, cost)
    values = product(Bounded(cost.values, cost.errors), Bounded(supply.runs, supply.bounds))
    return _broken_down(supply, cost, supply.compiled.system.activity_ids, values)


def by_exchange(supply: Supply, cost: Cost, scores: Scores) -> ExchangeContributions:
    """Compute what each exchange brings with it."""
    _single(supply, cost)
    everything = np.arange(len(supply.compiled.system.tech_amount), dtype=np.int32)
    return ExchangeContributions(_embodied(supply, supply, scores, everything), _emitted(supply, cost))


def by_row(supply: Supply, cost: Cost) -> Breakdown:
    """Divide by emission row, in the order of ``System.rows``."""
    rows = supply.compiled.system.rows
    return _grouped(supply, cost, [f"{row.gas} {row.category}" for row in rows], merge=False)


def by_gas(supply: Supply, cost: Cost) -> Breakdown:
    """Divide by gas."""
    return _grouped(supply, cost, [row.gas for row in supply.compiled.system.rows])


def by_category(supply: Supply, cost: Cost) -> Breakdown:
    """Divide by emission category (fossil, biogenic, land use, removals ...)."""
    return _grouped(supply, cost, [row.category for row in supply.compiled.system.rows])


def by_stage(supply: Supply, cost: Cost, scores: Scores, settings: Settings = DEFAULT) -> Breakdown:
    """Divide by life-cycle stage; the last label, UNSTATED, holds what no stage is stated for.

    A flow belongs to the stage of the first exchange with a stage on its way from the product demanded; exchanges
    without one pass it on (see ``by_first_label``).

    Args:
        supply: supply of the demand.
        cost: one characterisation.
        scores: footprints of all products under it.
        settings: how to solve.

    Raises:
        FootprintError: the system without the labelled exchanges cannot be solved (only with credits).
    """
    system = supply.compiled.system
    return by_first_label(supply, cost, scores, system.stage_ids, system.tech_stage, system.bio_stage, settings)


def by_first_label(
    supply: Supply,
    cost: Cost,
    scores: Scores,
    labels: Sequence[str],
    tech: AnyArray,
    bio: AnyArray,
    settings: Settings = DEFAULT,
) -> Breakdown:
    """Divide by the first label met on the way from the product demanded; nothing counts twice along a chain.

    With the labelled exchanges removed, the supply z of the same demand tells how often each activity runs before any
    label is met, and a labelled exchange hands over amount x z x (footprint of its provider's product). Exact with
    loops, since z and the footprints are.

    Args:
        supply: supply of the demand.
        cost: one characterisation.
        scores: footprints of all products under it.
        labels: what the labels stand for.
        tech: label of each technosphere exchange, an index into labels or -1, integers[m].
        bio: label of each elementary exchange, integers[q].
        settings: how to solve for z.

    Returns:
        One part per label, and a last one, UNSTATED, with what meets no label.

    Raises:
        FootprintError: the system without the labelled exchanges cannot be solved (only with credits).
    """
    _single(supply, cost)
    labelled = np.flatnonzero(tech >= 0).astype(np.int32)
    before = before_label(supply, tech, settings)
    handed, emitted = _embodied(supply, before, scores, labelled), _emitted(before, cost)
    unstated = len(labels)
    group = np.concatenate([tech[labelled], np.where(bio < 0, unstated, bio)])
    parts = Bounded(
        np.concatenate([handed.values, emitted.values]),
        np.concatenate([handed.bounds, emitted.bounds]),
    )
    return _broken_down(supply, cost, [*labels, UNSTATED], summed(parts, group, unstated + 1))


def before_label(supply: Supply, tech: AnyArray, settings: Settings = DEFAULT) -> Supply:
    """Return how often each activity runs for a demand before any label is met on the way from it.

    Args:
        supply: supply of the demand.
        tech: label of each technosphere exchange, or -1, integers[m].
        settings: how to solve.

    Raises:
        FootprintError: the system without the labelled exchanges cannot be solved (only with credits).
    """
    without = unlabelled(supply.compiled, tech)
    return supply if without is supply.compiled else solve_supply(without, supply.activity, supply.amount, settings)


def unlabelled(compiled: Compiled, tech: AnyArray) -> Compiled:
    """Return the system without its labelled exchanges; the last one is kept, because many products are asked about alike.

    Args:
        compiled: the system.
        tech: label of each technosphere exchange, or -1, integers[m].
    """
    labelled = np.flatnonzero(tech >= 0)
    if not len(labelled):
        return compiled
    kept = compiled.adjoint.matrix.workspace  # systems that differ in their emissions share it
    system, which, without = kept.get("unlabelled", (None, None, None))
    if system is not compiled.system or not np.array_equal(which, labelled):
        without = compiled.with_amounts(tech=dict.fromkeys(labelled.tolist(), 0.0))
        kept["unlabelled"] = compiled.system, labelled, without
    made: Compiled = without
    return made


def sensitivities(supply: Supply, cost: Cost, scores: Scores) -> Sensitivities:
    """Differentiate the footprint of the demand by every number: dF = y_i x_j dT_ij for an exchange, and so on."""
    _single(supply, cost)
    compiled, system = supply.compiled, supply.compiled.system
    worth = compiled.sign * scores.values
    return Sensitivities(
        tech=worth[system.tech_provider] * supply.runs[system.tech_consumer],
        bio=cost.factors[system.bio_row] * supply.runs[system.bio_activity],
        production=-worth * supply.runs,
    )


def _single(supply: Supply, cost: Cost) -> None:
    """Contributions are made for one characterisation of the same system at a time."""
    supply.compiled.check_cost(cost)
    if cost.values.ndim != 1:
        raise InvalidQuery(
            f"the cost holds {len(cost.values)} characterisations, contributions take one: "
            "pass factors with one value per emission row."
        )


def _embodied(supply: Supply, runs: Supply, scores: Scores, exchanges: IntArray) -> Bounded:
    """Amount x runs of the consumer x footprint of the provider's product; amounts as in the system of ``supply``."""
    system = supply.compiled.system
    provider, consumer = system.tech_provider[exchanges], system.tech_consumer[exchanges]
    worth = Bounded(scores.values[provider], scores.bounds[provider])
    carried = product(worth, Bounded(runs.runs[consumer], runs.bounds[consumer]))
    return product(exact(system.tech_amount[exchanges] * supply.compiled.sign[provider]), carried)


def _emitted(supply: Supply, cost: Cost) -> Bounded:
    """Amount x factor x runs of every elementary exchange."""
    system = supply.compiled.system
    kg = system.bio_amount * cost.factors[system.bio_row]
    where = system.bio_activity
    return product(Bounded(kg, EPS * np.abs(kg)), Bounded(supply.runs[where], supply.bounds[where]))


def _grouped(supply: Supply, cost: Cost, names: Sequence[str], *, merge: bool = True) -> Breakdown:
    """Characterise the inventory and sum it by name."""
    _single(supply, cost)
    values = product(supply.inventory(), exact(cost.factors))
    if not merge:
        return _broken_down(supply, cost, names, values)
    labels = list(dict.fromkeys(names))
    where = np.array([labels.index(name) for name in names], dtype=np.int32)
    return _broken_down(supply, cost, labels, summed(values, where, len(labels)))


def _broken_down(supply: Supply, cost: Cost, labels: Sequence[str], parts: Bounded) -> Breakdown:
    total = float(supply.total(cost).values)
    return Breakdown(labels, parts.values, parts.bounds, total, total - math.fsum(parts.values))
