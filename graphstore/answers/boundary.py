"""A product system within a system boundary: what belongs to stages that the boundary does not cover is left out, and listed.

A stage belongs to the first exchange that states one on the way from the product, and what is upstream of it inherits that
(see `footprint.contributions.by_first_label`). So one process may run inside and outside: power for making a product and
power for using it. Left out is what hangs on an exchange of another stage where it is met first; what hangs on the same
exchange further up, behind a stage that is covered, stays. What states no stage stays as well.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from footprint.contributions import before_label, by_first_label
from footprint.inventory import Floats, Ints
from footprint.solve import Bounded, Supply, supply
from graphstore.answers.graph import Calculation
from graphstore.answers.question import Question
from graphstore.errors import UnknownNameError
from graphstore.queries import load

NOISE = 1e-12
"""What is left of runs after subtracting those outside, relative to both, below which nothing runs inside."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """A system boundary: its IRI, the stages that it covers, and a boundary that claims less for the same stages."""

    iri: str
    stages: frozenset[str]
    broader: str | None


@dataclass(frozen=True, slots=True)
class Within:
    """What of a product system lies within a boundary.

    Attributes:
        runs: Runs of each activity, float64[n].
        tech, bio: Runs of the activity behind each exchange, less those for which the exchange lies outside.
        total: kg CO2e.
        excluded: Exchanges that lie outside, largest first, with the amount and the kg CO2e that is left out with each.
        unstated: kg CO2e inside that states no stage; None without a boundary.
    """

    runs: Floats
    tech: Floats
    bio: Floats
    total: Bounded
    excluded: list[dict[str, Any]]
    unstated: float | None = None


def boundaries(calculation: Calculation) -> tuple[list[Boundary], dict[str, float]]:
    """Return the boundaries of the graph in the order of their IRIs, and the order of the stages."""
    stages: dict[str, set[str]] = defaultdict(set)
    broader: dict[str, str] = {}
    order: dict[str, float] = {}
    for row in calculation.graph.query(load("boundaries")).dicts():
        stages[str(row["boundary"])].add(str(row["stage"]))
        order[str(row["stage"])] = float(str(row["order"]))
        if row["broader"] is not None:
            broader[str(row["boundary"])] = str(row["broader"])
    return [Boundary(iri, frozenset(covered), broader.get(iri)) for iri, covered in sorted(stages.items())], order


def find_boundary(calculation: Calculation, text: str) -> Boundary:
    """Return the boundary of an IRI, notation or name.

    Raises:
        UnknownNameError: there is none, or there are several.
    """
    names: dict[str, set[str]] = defaultdict(set)
    for row in calculation.graph.query(load("boundary-names")).dicts():
        names[str(row["name"]).casefold()].add(str(row["boundary"]))
    known, _ = boundaries(calculation)
    wanted = names.get(text.strip().casefold(), set()) | {text}
    found = [boundary for boundary in known if boundary.iri in wanted]
    if len(found) != 1:
        listed = ", ".join(sorted(boundary.iri.rpartition("/")[2] for boundary in known))
        raise UnknownNameError(
            f"{text!r} is the name of {len(found) or 'no'} system boundaries (tm:coversStage) of the graph. Choose one of: {listed}."
        )
    return found[0]


def named_after(known: list[Boundary], stages: set[str]) -> str | None:
    """Return the boundary of exactly these stages; of several the one that claims least, None where that is not one."""
    fitting = {boundary.iri: boundary for boundary in known if boundary.stages == stages}
    least = [iri for iri, boundary in fitting.items() if boundary.broader not in fitting]
    return least[0] if len(least) == 1 else None


def whole(question: Question) -> Within:
    """Return a product system without asking for a boundary: all of it."""
    system, runs = question.calculation.snapshot.compiled.system, question.chain.runs
    total = question.chain.total(question.calculation.cost)
    return Within(runs, runs[system.tech_consumer], runs[system.bio_activity], total, [])


def within(question: Question, boundary: Boundary) -> Within:
    """Return what of a product system lies within a boundary.

    Raises:
        FootprintError: credits keep what is met first from being told apart.
    """
    calculation, chain = question.calculation, question.chain
    system = calculation.snapshot.compiled.system
    beyond = np.array([stage not in boundary.stages for stage in system.stage_ids] + [False], dtype=np.bool_)
    tech, bio = np.flatnonzero(beyond[system.tech_stage]), np.flatnonzero(beyond[system.bio_stage])
    parts = _divided(question, tech, bio)
    first = before_label(chain, system.tech_stage)
    runs = _without(question, first, tech)
    inside_tech, inside_bio = runs[system.tech_consumer], runs[system.bio_activity]
    for inside, positions, activity in (
        (inside_tech, tech, system.tech_consumer),
        (inside_bio, bio, system.bio_activity),
    ):
        mine = first.runs[activity[positions]]
        inside[positions] = _cleared(inside[positions] - mine, np.abs(inside[positions]) + np.abs(mine))
    values, bounds = parts.values, parts.bounds
    return Within(
        runs,
        inside_tech,
        inside_bio,
        Bounded(np.asarray(math.fsum((values[0], values[-1]))), np.asarray((bounds[0] + bounds[-1]) * (1 + NOISE))),
        _excluded(question, first, (tech, bio), parts),
        float(values[-1]),
    )


def _divided(question: Question, tech: Ints, bio: Ints) -> Bounded:
    """Divide the footprint: what is covered, then each exchange outside where it is met first, then what states no stage."""
    calculation, system = question.calculation, question.calculation.snapshot.compiled.system
    labels = ["covered", *(f"tech {p}" for p in tech.tolist()), *(f"bio {p}" for p in bio.tolist())]
    of_tech = np.where(system.tech_stage >= 0, 0, -1).astype(np.int64)
    of_bio = np.where(system.bio_stage >= 0, 0, -1).astype(np.int64)
    of_tech[tech] = 1 + np.arange(len(tech))
    of_bio[bio] = 1 + len(tech) + np.arange(len(bio))
    found = by_first_label(question.chain, calculation.cost, calculation.scores, labels, of_tech, of_bio)
    return Bounded(found.values, found.bounds)


def _without(question: Question, first: Supply, tech: Ints) -> Floats:
    """Subtract the runs of what hangs on the exchanges outside."""
    compiled = question.calculation.snapshot.compiled
    system = compiled.system
    amount = (
        system.tech_amount[tech] * compiled.sign[system.tech_provider[tech]] * first.runs[system.tech_consumer[tech]]
    )
    asked = np.bincount(system.tech_provider[tech], amount, minlength=system.n)
    runs, size = question.chain.runs.copy(), np.abs(question.chain.runs)
    for provider in np.flatnonzero(asked).tolist():
        outside = supply(compiled, provider, float(asked[provider])).runs
        runs -= outside
        size += np.abs(outside)
    return _cleared(runs, size)


def _cleared(difference: Floats, size: Floats) -> Floats:
    """Return differences with zero for what is only the rounding of equal numbers."""
    cleared: Floats = np.where(np.abs(difference) <= NOISE * size, 0.0, difference)
    return cleared


def _excluded(question: Question, first: Supply, positions: tuple[Ints, Ints], parts: Bounded) -> list[dict[str, Any]]:
    """List the exchanges that lie outside, where they are met first."""
    snapshot, names = question.calculation.snapshot, question.names
    system, compiled = snapshot.compiled.system, snapshot.compiled
    lines: list[dict[str, Any]] = []
    tech, bio = positions
    for k, p in enumerate((*tech.tolist(), *bio.tolist())):
        technical = k < len(tech)
        consumer = int((system.tech_consumer if technical else system.bio_activity)[p])
        if first.runs[consumer] == 0:
            continue  # it is met behind an exchange of a stage only, or not at all
        stated, number, stage, what, unit = _facts(question, p, technical=technical)
        provider = int(system.tech_provider[p]) if technical else -1
        sign = float(compiled.sign[provider]) if technical else 1.0
        lines.append(
            {
                "exchange": system.exchange_ids[number] if number >= 0 else None,
                "to": f"a{consumer}",
                "process": names[snapshot.maker(consumer)].as_dict(),
                "flow": names[what].as_dict(),
                "stage": names[system.stage_ids[stage]].as_dict(),
                "amount": stated * sign * float(first.runs[consumer]),
                "unit": names[unit].as_dict() if unit else {"iri": "", "symbol": "kg"},
                "value": float(parts.values[1 + k]),
                "error_bound": float(parts.bounds[1 + k]),
            }
        )
    return sorted(lines, key=lambda line: (-abs(line["value"]), str(line["exchange"])))


def _facts(question: Question, p: int, *, technical: bool) -> tuple[float, int, int, str, str]:
    """Return amount per run, number of the exchange, stage, what it is of, and its unit (emissions are in kg)."""
    snapshot = question.calculation.snapshot
    system = snapshot.compiled.system
    if not technical:
        gas = system.rows[int(system.bio_row[p])].gas
        return float(system.bio_amount[p]), int(system.bio_exchange[p]), int(system.bio_stage[p]), gas, ""
    provider = int(system.tech_provider[p])
    what = snapshot.product_of(provider) or snapshot.maker(provider)
    stated = float(system.tech_amount[p])
    return stated, int(system.tech_exchange[p]), int(system.tech_stage[p]), what, snapshot.unit_of(provider)
