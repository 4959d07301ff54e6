"""The life-cycle flow chart of a product: unit processes, product flows, elementary flows and the system boundary (UC-14)."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from footprint.gaps import CutOffReason
from footprint.inventory import Floats, Ints
from footprint.solve import Bounded
from graphstore.answers.boundary import Boundary, Within, boundaries, find_boundary, named_after, whole, within
from graphstore.answers.cutoffs import REASONS, cut_offs_of
from graphstore.answers.footprint import stages_of
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import engine, inputs
from graphstore.answers.question import Question, ask

UNSTATED = "unstated"
LEAVES = {REASONS[CutOffReason.UNTREATED_WASTE], REASONS[CutOffReason.UNALLOCATED_PRODUCT]}
"""Reasons of cut-offs that leave a process; the others enter it."""


@dataclass(frozen=True, slots=True)
class _Flows:
    """What passes between activities: one row for each pair, ordered by consumer; its rows begin at `start[consumer]`.

    Attributes:
        supplier, consumer: Activities.
        amount: In the supplier's unit; negative for a credit.
        value: kg CO2e that come with it.
        stage: Life-cycle stage of the largest exchange in it, -1 where none is stated.
        start: For each activity its first row.
    """

    supplier: Ints
    consumer: Ints
    amount: Floats
    value: Floats
    stage: Ints
    start: Ints

    def of(self, consumer: int) -> range:
        """Return the rows of one consumer."""
        return range(int(self.start[consumer]), int(self.start[consumer + 1]))


@dataclass(slots=True)
class _Chart:
    """A product system being turned into boxes and arrows.

    Attributes:
        question: The product and its supply chain.
        within: What of it lies within the boundary that was asked for; all of it where none was.
        flows: What passes between its activities.
        depth: Steps from the product, by activity that is drawn, in the order in which they were chosen.
        stage: Index of the life-cycle stage of each drawn activity, -1 where none is stated on the way to it.
        reached: The consumer from which each drawn activity was reached, -1 for the product.
    """

    question: Question
    within: Within
    flows: _Flows
    depth: dict[int, int] = field(default_factory=dict)
    stage: dict[int, int] = field(default_factory=dict)
    reached: dict[int, int] = field(default_factory=dict)


def flowchart(
    calculation: Calculation,
    product: str,
    amount: float = 1.0,
    unit: str | None = None,
    *,
    depth: int | None = None,
    cutoff: float = 0.0,
    most: int = 40,
    boundary: str | None = None,
) -> dict[str, Any]:
    """Return the boxes and arrows of a product system.

    Args:
        calculation: State of the graph and settings.
        product: IRI, or a unique part of a name.
        amount: How much of it, in `unit` (IRI; its own reference unit when None).
        unit: See amount.
        depth: Most steps upstream that are drawn; all when None.
        cutoff: Share of the footprint below which a branch is not drawn.
        most: Most boxes that are drawn, those first through which most of the footprint passes.
        boundary: Name or IRI of a system boundary; what belongs to stages outside of it is not drawn, but listed.

    Returns:
        product, amount, unit, total with its bound, `covered`: the stages that the footprint covers, `boundary`: the one asked
        for, else the one of just these stages, None where there is none, `stages`: those of the boxes, in their order,
        `excluded`: exchanges of stages outside the boundary asked for, with the amount and kg CO2e left out with each (see
        `boundary`), `total_of_all_stages` and `without_stage` (kg CO2e inside that states no stage) where one was asked for,
        `nodes`: every unit process and emission factor of the product system with `drawn`, stage, amount made (or
        treated; `avoided`: not made, since a credit exceeds it), direct kg CO2e and gases; `edges`: what passes between those drawn (`credit`: subtracted, `waste`: runs to its treatment, `main`:
        the largest way from the supplier to what was drawn before it);
        `undrawn`: how many suppliers of each drawn box are left out, and what comes with them; `cutoffs`; settings, inputs.
    """
    question = ask(calculation, product, amount, unit)
    asked = None if boundary is None else find_boundary(question.calculation, boundary)
    inside = whole(question) if asked is None else within(question, asked)
    chart = _Chart(question, inside, _flows(question, inside))
    _choose(chart, depth, cutoff, most)
    used = question.calculation
    names, snapshot = question.names, used.snapshot
    nodes = _nodes(chart)
    stages = {str(node["stage"]) for node in nodes if node["drawn"]}
    return {
        "product": names[str(snapshot.product_of(question.activity))].as_dict(),
        "amount": amount,
        "unit": names[question.unit].as_dict(),
        "total": _told(inside.total),
        **_boundary(question, stages, asked),
        "excluded": inside.excluded,
        "total_of_all_stages": None if asked is None else _told(question.chain.total(used.cost)),
        "without_stage": inside.unstated,
        "nodes": nodes,
        "edges": _arrows(chart),
        "undrawn": _undrawn(chart),
        "cutoffs": _left_out(chart),
        "narrowed": question.narrowed,
        "settings": used.settings.as_dict(),
        "inputs": inputs(used),
        "engine": engine(used, question.chain.info),
    }


def _told(found: Bounded) -> dict[str, Any]:
    return {"value": float(found.values), "unit": "kg CO2e", "error_bound": float(found.bounds)}


def _flows(question: Question, inside: Within) -> _Flows:
    """Sum the exchanges between every two activities that run; an activity's use of its own product is no arrow."""
    compiled = question.calculation.snapshot.compiled
    system = compiled.system
    amount = system.tech_amount * compiled.sign[system.tech_provider] * inside.tech
    value = amount * question.calculation.scores.values[system.tech_provider]
    used = np.flatnonzero((amount != 0) & (system.tech_provider != system.tech_consumer))
    used = used[np.argsort(-np.abs(value[used]), kind="stable")]  # so that the first of a pair is its largest exchange
    keys = system.tech_consumer[used].astype(np.int64) * system.n + system.tech_provider[used]
    pairs, first, where = np.unique(keys, return_index=True, return_inverse=True)
    consumer = pairs // system.n
    return _Flows(
        supplier=pairs % system.n,
        consumer=consumer,
        amount=np.bincount(where, amount[used], minlength=len(pairs)).astype(np.float64),
        value=np.bincount(where, value[used], minlength=len(pairs)).astype(np.float64),
        stage=system.tech_stage[used[first]].astype(np.int64),
        start=np.searchsorted(consumer, np.arange(system.n + 1)).astype(np.int64),
    )


def _choose(chart: _Chart, depth: int | None, cutoff: float, most: int) -> None:
    """Draw the product, then whatever most of the footprint passes through on the way from what is drawn already."""
    root, flows = chart.question.activity, chart.flows
    total = abs(float(chart.within.total.values))
    front = [(-math.inf, 0, root, -1, -1)]
    count = 1
    while front and len(chart.depth) < most:
        _, _, activity, reached, stage = heapq.heappop(front)
        if activity in chart.depth:
            continue
        level = chart.depth[reached] + 1 if reached >= 0 else 0
        chart.depth[activity], chart.stage[activity], chart.reached[activity] = level, stage, reached
        if depth is not None and level >= depth:
            continue
        for at in flows.of(activity):
            supplier, size = int(flows.supplier[at]), abs(float(flows.value[at]))
            if supplier not in chart.depth and size >= cutoff * total:
                inherited = stage if stage >= 0 else int(flows.stage[at])
                heapq.heappush(front, (-size, count, supplier, activity, inherited))
                count += 1
    for activity, stage in chart.stage.items():  # of these boxes alone: their suppliers take theirs from the arrows
        if stage < 0:
            chart.stage[activity] = _own_stage(chart, activity)


def _own_stage(chart: _Chart, activity: int) -> int:
    """Return the stage that an activity's own emissions state, -1 where they state none or several."""
    system = chart.question.calculation.snapshot.compiled.system
    stages = np.unique(system.bio_stage[(system.bio_activity == activity) & (chart.within.bio != 0)])
    return int(stages[0]) if len(stages) == 1 else -1


def _nodes(chart: _Chart) -> list[dict[str, Any]]:
    """Return a box for every activity that runs: those drawn first, in the order they were chosen."""
    question, snapshot = chart.question, chart.question.calculation.snapshot
    runs, system = chart.within.runs, snapshot.compiled.system
    running = [a for a in np.flatnonzero(runs).tolist() if a not in chart.depth]
    order = [*chart.depth, *running]
    names, direct = question.names, _direct(chart)
    names.learn(snapshot.maker(a) for a in order)
    names.learn(iri for a in order if (iri := snapshot.product_of(a)) is not None)
    names.learn(snapshot.unit_of(a) for a in order)
    gases = _gases(chart)
    nodes = []
    for activity in order:
        product = snapshot.product_of(activity)
        stage = chart.stage.get(activity, -1)
        nodes.append(
            {
                "id": f"a{activity}",
                "kind": "factor" if product is None else "process",
                "process": names[snapshot.maker(activity)].as_dict(),
                "product": None if product is None else names[product].as_dict(),
                "drawn": activity in chart.depth,
                "depth": chart.depth.get(activity),
                "stage": UNSTATED if stage < 0 else system.stage_ids[stage],
                "amount": float(runs[activity] * abs(system.production[activity])),
                "avoided": bool(runs[activity] < 0),
                "unit": names[snapshot.unit_of(activity)].as_dict(),
                "direct": float(direct[activity]),
                "gases": gases.get(activity, []),
            }
        )
    return nodes


def _direct(chart: _Chart) -> Floats:
    """Return kg CO2e of the elementary flows of each activity."""
    calculation = chart.question.calculation
    system, factors = calculation.snapshot.compiled.system, calculation.cost.factors
    kilograms = factors[system.bio_row] * system.bio_amount * chart.within.bio
    return np.bincount(system.bio_activity, kilograms, minlength=system.n).astype(np.float64)


def _gases(chart: _Chart) -> dict[int, list[dict[str, Any]]]:
    """Sum the elementary flows of each activity by gas, in kg: emissions positive, uptake and removals negative."""
    question, system = chart.question, chart.question.calculation.snapshot.compiled.system
    kilograms: Floats = system.bio_amount * chart.within.bio
    keys: Ints = system.bio_activity.astype(np.int64) * len(system.rows) + system.bio_row
    found, where = np.unique(keys[kilograms != 0], return_inverse=True)
    sums = np.bincount(where, kilograms[kilograms != 0], minlength=len(found))
    question.names.learn(row.gas for row in system.rows)
    gases: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for key, kg in zip(found.tolist(), sums.tolist(), strict=True):
        gases[key // len(system.rows)][system.rows[key % len(system.rows)].gas] += kg
    return {
        activity: [
            {**question.names[gas].as_dict(), "kg": kg}
            for gas, kg in sorted(mine.items(), key=lambda item: -abs(item[1]))
        ]
        for activity, mine in gases.items()
    }


def _arrows(chart: _Chart) -> list[dict[str, Any]]:
    """Return what passes between the boxes that are drawn."""
    snapshot, names, flows = chart.question.calculation.snapshot, chart.question.names, chart.flows
    rows = [at for a in chart.depth for at in flows.of(a) if int(flows.supplier[at]) in chart.depth]
    supplier = [int(flows.supplier[at]) for at in rows]
    wastes = _wastes(chart.question, (snapshot.product_of(a) for a in supplier))
    return [
        {
            "from": f"a{a}",
            "to": f"a{int(flows.consumer[at])}",
            "product": names[snapshot.product_of(a) or snapshot.maker(a)].as_dict(),
            "amount": float(flows.amount[at]),
            "unit": names[snapshot.unit_of(a)].as_dict(),
            "value": float(flows.value[at]),
            "credit": bool(flows.amount[at] < 0),
            "main": chart.reached[a] == int(flows.consumer[at]),
            "waste": bool(snapshot.compiled.sign[a] < 0) or snapshot.product_of(a) in wastes,
        }
        for a, at in zip(supplier, rows, strict=True)
    ]


def _wastes(question: Question, flows: Iterable[str | None]) -> set[str]:
    """Return which of these flows are wastes."""
    text = "SELECT ?flow { VALUES ?flow {} ?flow a <https://w3id.org/tanmai/ontology#WasteFlow> }"
    return {str(row["flow"]) for row in question.calculation.about(text, "flow", (f for f in flows if f is not None))}


def _undrawn(chart: _Chart) -> list[dict[str, Any]]:
    """Return for each drawn box its suppliers that are not drawn: how many, and the kg CO2e that comes with them."""
    flows, left = chart.flows, []
    for consumer in chart.depth:
        mine = [at for at in flows.of(consumer) if int(flows.supplier[at]) not in chart.depth]
        if mine:
            left.append({"to": f"a{consumer}", "suppliers": len(mine), "value": math.fsum(flows.value[mine])})
    return left


def _left_out(chart: _Chart) -> list[dict[str, Any]]:
    """Return the cut-offs with the boxes they belong to, and their amount in this chain where a process has one product; `leaves`: an output."""
    question, snapshot, runs = chart.question, chart.question.calculation.snapshot, chart.within.runs
    boxes: dict[str, list[int]] = defaultdict(list)
    running = np.flatnonzero((snapshot.process >= 0) & (runs != 0))
    for activity in running.tolist():
        boxes[snapshot.maker(activity)].append(activity)
    marked = np.zeros(len(snapshot.process_ids), dtype=np.bool_)
    marked[snapshot.process[running]] = True
    made = []
    for line in cut_offs_of(question.calculation, marked, question.names):
        mine = boxes[line["process"]["iri"]]
        alone = len(mine) == 1 and float(snapshot.share[mine[0]]) == 1.0
        total = float(str(line["amount"])) * float(runs[mine[0]]) if alone else None
        made.append(
            {
                **line,
                "to": f"a{mine[0]}",
                "chain_amount": total,
                "leaves": line["reason"] in LEAVES,
                "drawn": mine[0] in chart.depth,
            }
        )
    return made


def _boundary(question: Question, drawn: set[str], asked: Boundary | None) -> dict[str, Any]:
    """Return the lanes in the order of the stages, the stages that the footprint covers, and its boundary.

    That is the one asked for; else the one of just these stages, none where a part of the footprint states no stage.
    """
    known, order = boundaries(question.calculation)
    total = float(question.chain.total(question.calculation.cost).values)
    found = {str(stage["iri"]) for stage in stages_of(question.calculation, question.chain, total, question.names)}
    names, named = question.names, named_after(known, found) if asked is None else asked.iri
    if asked is not None:
        found &= asked.stages

    def ranked(stages: set[str]) -> list[dict[str, str]]:
        listed = sorted(stages, key=lambda stage: (order.get(stage, math.inf), stage))
        return [{"iri": stage} if stage == UNSTATED else names[stage].as_dict() for stage in listed]

    return {
        "boundary": None if named is None else names[named].as_dict(),
        "covered": ranked(found - {UNSTATED}),
        "stages": ranked(drawn),
    }
