"""How sure a footprint is: the deterministic value, its spread to first order and by simulation, and what drives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from footprint.firstorder import FirstOrder, derivatives, propagate
from footprint.inventory import Floats, Ints
from footprint.montecarlo import DEFAULT_SEED, Demand, Plan, Simulation, moments, simulate
from footprint.solve import Bounded
from footprint.summaries import PERCENTILES, Summary, rank_correlation, squared_correlations, summary
from graphstore.answers import spread
from graphstore.answers.comparable import asked_alike, assumed, judged, outcomes
from graphstore.answers.footprint import calculate
from graphstore.answers.graph import Calculation
from graphstore.answers.question import Question, ask
from graphstore.answers.scores import all_products
from graphstore.errors import UncertaintyError

METHODS = ("both", "first-order", "monte-carlo")
UNUSABLE = ("error", "exact")


@dataclass(frozen=True, slots=True)
class Asked:
    """How uncertainty is to be computed.

    Attributes:
        method: One of `METHODS`.
        draws, seed: Of the simulation.
        drivers: How many of the numbers that cause most of the spread are listed.
        unusable: What to do with spreads that are stated inconsistently: `error`, or `exact` to take those numbers as exact
            and list them.
    """

    method: str = "both"
    draws: int = 10_000
    seed: int = DEFAULT_SEED
    drivers: int = 10
    unusable: str = "error"

    def check(self) -> None:
        """Refuse names that mean nothing.

        Raises:
            UncertaintyError: an unknown method or reading.
        """
        if self.method not in METHODS:
            raise UncertaintyError(f"method {self.method!r} is unknown: choose one of {', '.join(METHODS)}.")
        if self.unusable not in UNUSABLE:
            raise UncertaintyError(
                f"unusable spreads cannot be read as {self.unusable!r}: choose one of {', '.join(UNUSABLE)}."
            )


def uncertainty(
    calculation: Calculation,
    product: str,
    amount: float = 1.0,
    unit: str | None = None,
    against: str | None = None,
    asked: Asked | None = None,
    *,
    anyway: bool = False,
    told: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Compute the uncertainty of the footprint of a product, or of two products under the same draws.

    Args:
        calculation: State of the graph and settings.
        product: IRI, or a unique part of a name.
        amount: How much of it, and of the other product.
        unit: IRI of the unit of the amount; the product's own reference unit when None.
        against: A second product, for which the same draws are made; the difference is then reported too.
        asked: Method, draws, seed.
        anyway: Compare what the rule (R30) says is not comparable; the differing keys are in the answer.
        told: Is told from time to time how many draws were made, and of how many.

    Returns:
        What is known of the product with its spreads. With a second product the verdict of the rule too (`comparable`, `keys`,
        `differing`); and nothing else where the two are not comparable and that was not waived.

    Raises:
        UncertaintyError: spreads that cannot be used, or two products without a common unit or system.
        FootprintError, UnknownNameError, ExtractionError: as for `calculate`.
    """
    asked = asked or Asked()
    asked.check()
    questions = [ask(calculation, product, amount, unit)]
    verdict: dict[str, Any] = {}
    if against is not None:
        questions.append(asked_alike(calculation, against, questions[0]))
        found = outcomes(questions[0], questions[1], frozenset())
        verdict = judged(found, questions[0], questions[1], anyway=anyway)
        if verdict["differing"] and not anyway:
            return verdict
        _require_common(questions)
    for question in questions:
        spread.require_usable(question.calculation.uncertain, spread.inside(question), asked.unusable)
    totals, slopes = _linear(questions)
    simulation, tracked = _simulated(questions, slopes, asked, told)
    parts = [
        _part(question, asked, propagate(total, slope, question.calculation.uncertain.variables.distributions), run)
        for question, total, slope, run in zip(
            questions, totals, slopes, _columns(simulation, tracked, len(questions)), strict=True
        )
    ]
    data = parts[0]
    data["assumptions"] += spread.of_simulation(asked.draws, simulation)
    if len(parts) > 1:
        data["against"] = parts[1]
        data["difference"] = _difference(questions, totals, slopes, simulation, asked)
        data["assumptions"] += assumed(found, questions[0])
    return data | verdict


def every_product(calculation: Calculation, asked: Asked | None = None) -> tuple[pl.DataFrame, int]:
    """Return every product with its footprint and the mean and standard deviation of the draws, shared by all.

    Columns beside those of `all_products`: mc_mean, mc_standard_deviation, mc_standard_error. The second value is how many
    draws failed, somewhere in the store, and are not in the statistics.

    Raises:
        UncertaintyError: spreads anywhere in the store that cannot be used.
        FootprintError: as for `all_products`.
    """
    asked = asked or Asked()
    asked.check()
    frame = all_products(calculation)
    snapshot, bound = calculation.snapshot, calculation.uncertain
    spread.require_usable(bound, bound.placed, asked.unusable)
    plan = Plan(draws=asked.draws, seed=asked.seed)
    found = moments(snapshot.compiled, calculation.cost, bound.variables, plan)
    rows = np.flatnonzero(snapshot.process >= 0)
    drawn = pl.DataFrame(
        {
            "process": [snapshot.maker(a) for a in rows.tolist()],
            "iri": [str(snapshot.product_of(a)) for a in rows.tolist()],
            "mc_mean": found.mean[rows],
            "mc_standard_deviation": found.deviation[rows],
            "mc_standard_error": found.deviation[rows] / np.sqrt(found.draws),
        }
    ).sort("process", "iri", maintain_order=True)
    drawn = drawn.with_columns(pl.col(pl.Float64).fill_nan(None))  # one draw has no spread
    return frame.hstack(drawn.drop("process", "iri")), found.failed


def _require_common(questions: list[Question]) -> None:
    first, second = questions
    if first.narrowed or second.narrowed:
        raise UncertaintyError(
            "two products can only be drawn together in one system, and the store as a whole cannot be calculated: "
            f"{first.narrowed or second.narrowed}"
        )
    if first.unit != second.unit:
        raise UncertaintyError(
            f"the products are counted in different units, <{first.unit}> and <{second.unit}>: give a unit that fits both."
        )


def _linear(questions: list[Question]) -> tuple[list[float], list[Bounded]]:
    """Return the deterministic footprints and their derivatives by the multiplier of every uncertain number."""
    totals, slopes = [], []
    for question in questions:
        calculation = question.calculation
        totals.append(float(question.chain.total(calculation.cost).values))
        variables = calculation.uncertain.variables
        slopes.append(derivatives(question.chain, calculation.cost, calculation.scores, variables))
    return totals, slopes


def _simulated(
    questions: list[Question], slopes: list[Bounded], asked: Asked, told: Callable[[int, int], None] | None
) -> tuple[Simulation | None, Ints]:
    """Draw for all products at once; the drivers of any of them, and of the difference, are followed."""
    calculation = questions[0].calculation
    variables = calculation.uncertain.variables
    deviation = variables.distributions.deviation
    leading = [_leading(deviation * slope.values, asked.drivers) for slope in slopes]
    tracked = np.unique(np.concatenate(leading))
    if asked.method == "first-order":
        return None, tracked
    demands: list[Demand] = [(question.activity, question.chain.amount) for question in questions]
    plan = Plan(draws=asked.draws, seed=asked.seed)
    compiled = calculation.snapshot.compiled
    return simulate(compiled, calculation.cost, variables, demands, plan, tracked.tolist(), told), tracked


def _leading(effects: Floats, most: int) -> Ints:
    """Return the largest effects, largest first, without those that are zero."""
    order = np.argsort(-np.abs(effects), kind="stable")[:most]
    leading: Ints = order[effects[order] != 0].astype(np.int64)
    return leading


@dataclass(frozen=True, slots=True)
class _Column:
    """What the simulation says of one product: its values, and the multipliers of the numbers that were followed."""

    simulation: Simulation
    values: Floats
    tracked: Ints

    def correlations(self, wanted: Ints) -> tuple[Floats, Floats]:
        """Squared Pearson and Spearman correlations of some of the numbers that were followed."""
        inputs = self.simulation.tracked[:, np.searchsorted(self.tracked, wanted)]
        return squared_correlations(inputs, self.values), rank_correlation(inputs, self.values)


def _columns(simulation: Simulation | None, tracked: Ints, count: int) -> list[_Column | None]:
    if simulation is None:
        return [None] * count
    return [_Column(simulation, simulation.values[:, position], tracked) for position in range(count)]


def _part(question: Question, asked: Asked, first: FirstOrder, column: _Column | None) -> dict[str, Any]:
    """Return what is reported of one product."""
    calculation = question.calculation
    known = calculate(calculation, str(calculation.snapshot.compiled.system.activity_ids[question.activity]),
                      question.amount, question.unit, most=0).data  # fmt: skip
    kept = ("product", "process", "amount", "unit", "total", "settings", "inputs", "input_hash", "engine", "cutoffs")
    data: dict[str, Any] = {key: known[key] for key in kept}
    covered, numbers = spread.coverage(question)
    data |= {"uncertain_numbers": numbers, "share_without_spread": covered}
    data["first_order"] = None if asked.method == "monte-carlo" else linear(first)
    data["monte_carlo"] = None if column is None else simulated(column.simulation, summary(column.values))
    wanted = _leading(first.effects, asked.drivers)
    correlations = None if column is None else column.correlations(wanted)
    data["drivers"] = spread.drivers(question, first, wanted, correlations)
    data["assumptions"] = known["assumptions"] + spread.assumptions(question, covered, asked.unusable)
    return data


def linear(first: FirstOrder) -> dict[str, Any]:
    """Return a first-order spread as data."""
    return {
        "coverage": 0.95,
        "half_width": first.half_width,
        "half_width_relative": first.relative,
        "low": first.value - first.half_width,
        "high": first.value + first.half_width,
        "error_bound": first.bound,
    }


def simulated(simulation: Simulation, found: Summary) -> dict[str, Any]:
    """Return a simulation as data, with how it was made."""
    names = [f"{percent:g}" for percent in PERCENTILES]
    return {
        "draws": simulation.plan.draws,
        "seed": simulation.plan.seed,
        "failed": simulation.failed,
        "undecided": simulation.undecided,
        "numbers_drawn": simulation.variables,
        "mean": found.mean,
        "standard_deviation": _stated(found.deviation),
        "standard_error": _stated(found.standard_error),
        "percentiles": dict(zip(names, found.percentiles, strict=True)),
        "percentile_errors": dict(zip(names, map(_stated, found.percentile_errors), strict=True)),
        "half_width_relative": found.relative_half_width,
        "solver": {
            "method": simulation.method,
            "tolerance": simulation.plan.tolerance,
            "rescued": simulation.rescued,
            "checked_draws": simulation.checked,
            "largest_error_found": simulation.largest_error if simulation.checked else None,
        },
    }


def _stated(value: float) -> float | None:
    """Nothing where a statistic cannot be had from so few draws."""
    return None if np.isnan(value) else value


def _difference(
    questions: list[Question],
    totals: list[float],
    slopes: list[Bounded],
    simulation: Simulation | None,
    asked: Asked,
) -> dict[str, Any]:
    """Report the first product less the second under the same draws."""
    calculation = questions[0].calculation
    gap = Bounded(slopes[0].values - slopes[1].values, slopes[0].bounds + slopes[1].bounds)
    first = propagate(totals[0] - totals[1], gap, calculation.uncertain.variables.distributions)
    bounds = [float(question.chain.total(calculation.cost).bounds) for question in questions]
    data: dict[str, Any] = {
        "value": first.value,
        "unit": "kg CO2e",
        "error_bound": (sum(bounds) + abs(first.value) * 2.0**-52) * (1 + 2.0**-50),
        "first_order": None if asked.method == "monte-carlo" else linear(first),
        "monte_carlo": None,
        "drivers": spread.drivers(questions[0], first, _leading(first.effects, asked.drivers), None),
    }
    if simulation is not None:
        values = simulation.values[:, 0] - simulation.values[:, 1]
        lower, higher = float(np.mean(values < 0)), float(np.mean(values > 0))
        data["monte_carlo"] = simulated(simulation, summary(values)) | {
            "probability_first_lower": lower,
            "probability_second_lower": higher,
            "probability_error": float(np.sqrt(max(lower * (1 - lower), higher * (1 - higher)) / len(values))),
        }
    return data
