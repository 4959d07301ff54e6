"""Contributions across the whole supply chain: by supplier, by country, through electricity or transport, and hot spots.

Suppliers, countries and hot spots divide the emissions themselves, so their parts sum to the result. A contribution group
(tm:contributionGroup: electricity, transport, any that the graph marks) takes all that passes through its products, with
what is upstream of them; a flow counts for the first product of the group on its way from the product asked for, so nothing
counts twice along a chain or around a loop.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from footprint.contributions import Breakdown, by_activity, by_first_label
from footprint.errors import InvalidQuery, UnsolvableSystem
from footprint.inventory import Ints
from graphstore.answers import assumptions as assuming
from graphstore.answers.cutoffs import cut_offs
from graphstore.answers.footprint import not_restated
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import engine, inputs
from graphstore.answers.lines import Terms, described
from graphstore.answers.question import Question, ask
from graphstore.errors import ExtractionError, UnknownNameError
from graphstore.queries import load
from graphstore.terms import iri

UNSTATED = "unstated"
HOT_SPOTS, SUPPLIER, COUNTRY, REGION = "hot-spots", "supplier", "country", "region"


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question with its total."""

    question: Question
    total: float

    def share(self, value: float) -> float | None:
        return value / self.total if self.total else None

    def line(self, node: str, value: float, bound: float, **more: Any) -> dict[str, Any]:
        name = {"iri": UNSTATED} if node == UNSTATED else self.question.names[node].as_dict()
        return {**name, **more, "value": value, "error_bound": bound, "share": self.share(value)}


def contributions(
    calculation: Calculation,
    product: str,
    by: str,
    amount: float = 1.0,
    unit: str | None = None,
    *,
    share: float | None = None,
    most: int = 50,
) -> dict[str, Any]:
    """Divide the footprint of a product.

    Args:
        calculation: State of the graph and settings.
        product: IRI, or a unique part of a name.
        by: supplier, country, region, hot-spots, or the notation of a contribution group such as electricity, transport.
        amount: How much of the product.
        unit: IRI of the unit of the amount; its own reference unit when None.
        share: For hot spots, the share of the absolute contributions they make up; as the graph states it when None.
        most: How many parts to list; hot spots are all listed.

    Returns:
        `groups`, largest first, each with value, bound and share; `rest`: what is not listed, or passes through nothing of
        the group; `remainder`: total less all of them, rounding alone; `through`: for a contribution group, its sum.

    Raises:
        UnknownNameError: no such product or group.
        ExtractionError: strict, and a factor cannot be restated under the GWP set.
        InvalidQuery: the share is not between 0 and 1; what passes through the group cannot be told apart.
    """
    question = ask(calculation, product, amount, unit)
    calculation, chain = question.calculation, question.chain
    bounded, terms = chain.total(calculation.cost), Terms.of(calculation, chain)
    fixed = not_restated(calculation, chain.inventory().values)
    asked = _Asked(question, float(bounded.values))
    how: dict[str, Callable[[], dict[str, Any]]] = {
        HOT_SPOTS: lambda: _hot_spots(asked, terms, share),
        SUPPLIER: lambda: _emitters(asked, _suppliers(question), most),
        COUNTRY: lambda: _emitters(asked, _places(question, "country"), most),
        REGION: lambda: _emitters(asked, _places(question, "place"), most),
    }
    parts = how[by]() if by in how else _through(asked, by, most)
    rest = parts["rest"]["value"] if parts["rest"] else 0.0
    listed = math.fsum(group["value"] for group in parts["groups"])
    return {
        "product": question.names[str(calculation.snapshot.product_of(question.activity))].as_dict(),
        "amount": amount,
        "unit": question.names[question.unit].as_dict(),
        "by": by,
        "total": {"value": asked.total, "unit": "kg CO2e", "error_bound": float(bounded.bounds)},
        **parts,
        "remainder": math.fsum((asked.total, -listed, -rest)),
        "cutoffs": cut_offs(calculation, chain, question.names),
        "assumptions": parts["assumptions"] + assuming.collect(question, terms, asked.total, fixed),
        "settings": calculation.settings.as_dict(),
        "narrowed": question.narrowed,
        "inputs": inputs(calculation),
        "engine": engine(calculation, chain.info),
    }


def groups(calculation: Calculation) -> dict[str, str]:
    """Return the contribution groups of the graph: IRI by notation."""
    rows = calculation.graph.query(load("contribution-group-names")).dicts()
    return {str(row["notation"]): str(row["group"]) for row in rows}


def _through(asked: _Asked, by: str, most: int) -> dict[str, Any]:
    """Divide by what passes through a contribution group, by the member of it that is met first, and what does not."""
    question, known = asked.question, groups(asked.question.calculation)
    if by not in known:
        ways = ", ".join((SUPPLIER, COUNTRY, REGION, HOT_SPOTS, *known))
        raise UnknownNameError(
            f"{by!r} is no way to divide a footprint. Choose one of {ways}, or define a tm:ContributionGroup of that notation."
        )
    found, assumptions = _first_met(question, known[by]), []
    labels = [*found.labels[:-1], UNSTATED]
    values, bounds = found.values.tolist(), found.bounds.tolist()
    order = sorted(range(len(labels) - 1), key=lambda k: (-abs(values[k]), labels[k]))
    order = [k for k in order if values[k]]
    question.names.learn(labels[k] for k in order[:most])
    if not order:
        name = question.names[known[by]]
        assumptions.append(
            {
                "code": "group-not-marked",
                "text_en": f"nothing in this chain is marked as {name.in_language('en')}; mark products by tm:contributionGroup.",
                "text_zh": f"供应链中没有标为“{name.in_language('zh')}”的内容；可用 tm:contributionGroup 标注产品。",
            }
        )
    beyond = order[most:]
    through = math.fsum(values[k] for k in order)
    return {
        "group": question.names[known[by]].as_dict(),
        "through": asked.line(known[by], through, math.fsum(bounds[k] for k in order)),
        "groups": [asked.line(labels[k], values[k], bounds[k]) for k in order[:most]],
        "rest": {
            "value": math.fsum([values[-1], *(values[k] for k in beyond)]),
            "error_bound": math.fsum([bounds[-1], *(bounds[k] for k in beyond)]),
            "count": len(beyond),
        },
        "assumptions": assumptions,
    }


def _first_met(question: Question, group: str) -> Breakdown:
    calculation, snapshot = question.calculation, question.calculation.snapshot
    system = snapshot.compiled.system
    marked = {
        str(row["node"]) for row in calculation.graph.query(load("contribution-groups"), {"group": iri(group)}).dicts()
    }
    makers = [snapshot.maker(a) for a in range(system.n)]
    member = np.array(
        [bool({makers[a], snapshot.product_of(a) or ""} & marked) for a in range(system.n)], dtype=np.bool_
    )
    asks = np.array(
        [iri_ in marked for iri_ in system.exchange_ids] + [False], dtype=np.bool_
    )  # the last for number -1
    labels = list(dict.fromkeys(makers))
    number = {label: k for k, label in enumerate(labels)}
    of_maker = np.array([number[maker] for maker in makers], dtype=np.int64)
    hit = member[system.tech_provider] | asks[system.tech_exchange]
    tech = np.where(hit, of_maker[system.tech_provider], -1)
    bio = np.full(len(system.bio_activity), -1, dtype=np.int64)
    if member[question.activity]:  # the product asked for is of the group itself: all of it passes through
        tech, bio = (np.full(len(column), of_maker[question.activity]) for column in (tech, bio))
    try:
        return by_first_label(question.chain, calculation.cost, calculation.scores, labels, tech, bio)
    except UnsolvableSystem as error:
        raise InvalidQuery(
            f"what passes through <{group}> cannot be told apart from the rest: without it, credits leave a loop that makes "
            f"nothing. ({error}) Ask for the product inside that loop, or mark less as the group."
        ) from error


def _emitters(asked: _Asked, home: dict[str, tuple[str, str]], most: int) -> dict[str, Any]:
    """Sum direct emissions by the (node, kind) at home of the process or factor that emits."""
    question, snapshot = asked.question, asked.question.calculation.snapshot
    found = by_activity(question.chain, question.calculation.cost)
    sums: dict[tuple[str, str], list[int]] = {}
    for activity in np.flatnonzero(found.values).tolist():
        sums.setdefault(home[snapshot.maker(activity)], []).append(activity)
    parts = [
        (node, kind, math.fsum(found.values[members]), math.fsum(found.bounds[members]))
        for (node, kind), members in sums.items()
    ]
    parts.sort(key=lambda part: (-abs(part[2]), part[0]))
    question.names.learn(node for node, *_ in parts[:most] if node != UNSTATED)
    beyond = parts[most:]
    rest = {
        "value": math.fsum(p[2] for p in beyond),
        "error_bound": math.fsum(p[3] for p in beyond),
        "count": len(beyond),
    }
    return {
        "groups": [asked.line(node, value, bound, kind=kind) for node, kind, value, bound in parts[:most]],
        "rest": rest if beyond else None,
        "assumptions": [],
    }


def _running(question: Question) -> tuple[list[str], list[str]]:
    """Return the processes and the factors of the supply chain."""
    snapshot = question.calculation.snapshot
    running = np.flatnonzero(question.chain.runs)
    processes = dict.fromkeys(snapshot.maker(a) for a in running.tolist() if snapshot.process[a] >= 0)
    factors = dict.fromkeys(snapshot.maker(a) for a in running.tolist() if snapshot.process[a] < 0)
    return list(processes), list(factors)


def _suppliers(question: Question) -> dict[str, tuple[str, str]]:
    """Return for each process who runs it: organisation, else site, else the process; a factor stands for nobody known."""
    processes, factors = _running(question)
    home = {factor: (factor, "factor") for factor in factors} | {p: (p, "process") for p in processes}
    for row in reversed(question.calculation.about(load("node-sites"), "node", processes) if processes else []):
        known = row["organisation"] is not None
        home[str(row["node"])] = (str(row["organisation" if known else "site"]), "organisation" if known else "site")
    return home


def _places(question: Question, column: str) -> dict[str, tuple[str, str]]:
    """Return where each process or factor belongs; `unstated` where it does not say, its place where that is in no country."""
    processes, factors = _running(question)
    nodes = [*processes, *factors]
    home = dict.fromkeys(nodes, (UNSTATED, UNSTATED))
    for row in reversed(question.calculation.about(load("node-places"), "node", nodes)):
        home[str(row["node"])] = (str(row[column] or row["place"]), column if row[column] else "place")
    return home


def _hot_spots(asked: _Asked, terms: Terms, share: float | None) -> dict[str, Any]:
    """List the largest terms until their absolute values make up the share of all."""
    question = asked.question
    limit = _hot_spot_share(question.calculation) if share is None else share
    if not 0 < limit <= 1:
        raise InvalidQuery(f"the share of the hot spots is {limit:g}; state a part of one, such as 0.8.")
    order = terms.largest()
    size = np.cumsum(np.abs(terms.value[order]))
    reached = size / size[-1] if len(size) else size
    count = min(int(np.searchsorted(reached, limit * (1 - 1e-12))) + 1, len(order))
    shown: Ints = order[:count]
    lines = described(question.calculation, terms, shown, asked.total, question.names)
    for line, position, cumulative in zip(lines, shown.tolist(), reached.tolist(), strict=False):
        line |= {"error_bound": float(terms.bound[position]), "cumulative_share": cumulative}
    beyond = order[count:]
    rest = {
        "value": math.fsum(terms.value[beyond]),
        "error_bound": math.fsum(terms.bound[beyond]),
        "count": len(beyond),
    }
    return {"share": limit, "groups": lines, "rest": rest if len(beyond) else None, "assumptions": []}


def _hot_spot_share(calculation: Calculation) -> float:
    """Return the share that the graph states."""
    rows = calculation.graph.query(load("hot-spot-share")).dicts()
    if len(rows) != 1:
        raise ExtractionError(
            f"the graph states {len(rows)} shares for hot spots (reference value hot-spot-share), not one. Give --share, or "
            "load the reference knowledge with `tanmai init`."
        )
    return float(str(rows[0]["share"]))
