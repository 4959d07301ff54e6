"""Two results compared: two products, two states of one product, or two methods; the difference explained term by term.

The difference is that of the second result less the first. It is divided three ways, each with the whole of it: into terms
(amount x factor, see `matching`), into processes, gases and stages, and, where both results are of one product, into the
numbers that are not the same on both sides (see `numbers`). What cannot be compared by the rule is not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import polars as pl

from footprint.contributions import Breakdown, by_gas, by_stage
from footprint.errors import UnsolvableSystem
from footprint.inventory import Floats
from graphstore.answers import assumptions as assuming
from graphstore.answers import numbers
from graphstore.answers.comparable import asked_alike, assumed, judged, outcomes
from graphstore.answers.cutoffs import cut_offs
from graphstore.answers.footprint import not_restated
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import engine, inputs
from graphstore.answers.lines import Terms, details_of, learn
from graphstore.answers.matching import SUMS, matched, summed_by, terms_of
from graphstore.answers.names import Name
from graphstore.answers.question import Question, ask
from graphstore.scenarios import Scenario

MOST_GROUPS = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """One side of a comparison: a product, in a state of the graph, under settings."""

    calculation: Calculation
    product: str


@dataclass(frozen=True, slots=True)
class _Pair:
    """Both results and their difference, second less first."""

    first: Question
    second: Question
    totals: tuple[float, float]
    bounds: tuple[float, float]

    @classmethod
    def of(cls, first: Question, second: Question) -> _Pair:
        found = [question.chain.total(question.calculation.cost) for question in (first, second)]
        return cls(
            first,
            second,
            (float(found[0].values), float(found[1].values)),
            (float(found[0].bounds), float(found[1].bounds)),
        )

    @property
    def difference(self) -> float:
        return self.totals[1] - self.totals[0]

    def share(self, value: float) -> float | None:
        return value / self.difference if self.difference else None

    def name(self, iri: str) -> Name:
        """Name a node by the first state of the graph that has a label for it."""
        found = self.first.names[iri]
        return found if found.labels else self.second.names[iri]


def compare(
    first: Asked,
    second: Asked,
    amount: float = 1.0,
    unit: str | None = None,
    *,
    anyway: bool = False,
    most: int = 20,
) -> dict[str, Any]:
    """Compare the footprints of one amount of two products, states or methods.

    A setting that differs between the two calculations is a question about that setting: it does not make them
    incomparable.

    Args:
        first: What is compared.
        second: With what.
        amount: How much of each product.
        unit: IRI of the unit of the amount; the reference unit of the first product when None.
        anyway: Compare what the rule says is not comparable; the differing keys are in the answer.
        most: How many terms and changed numbers to list; the rest is summed as a remainder.

    Returns:
        `comparable`, `keys` (a verdict each) and `differing`; when it is comparable, or anyway: both results `a` and `b`,
        `difference`, `terms`, `processes`, `flows`, `gases`, `stages`, `changes` (None for two products), `assumptions`;
        each result has its own `cutoffs` and `assumptions`.

    Raises:
        ExtractionError: strict, and a factor cannot be restated under the GWP set.
        UnknownNameError, UnitError, FootprintError: as for a footprint of either product.
    """
    one = ask(first.calculation, first.product, amount, unit)
    other = asked_alike(second.calculation, second.product, one)
    found = outcomes(one, other, _intended(one.calculation, other.calculation))
    answer = judged(found, one, other, anyway=anyway)
    if answer["differing"] and not anyway:
        return answer
    return answer | _explained(_Pair.of(one, other), most) | {"assumptions": assumed(found, one)}


def _intended(first: Calculation, second: Calculation) -> frozenset[str]:
    """Return the keys that the question itself is about: settings that were asked for in two ways."""
    a, b = first.settings, second.settings
    asked = {
        "gwp-set": a.gwp != b.gwp,
        "allocation": a.reading.coproducts != b.reading.coproducts,
        "recycling-model": a.reading.recycling != b.reading.recycling,
        "scenario": _apart(a.scenario, b.scenario),
    }
    return frozenset(key for key, differs in asked.items() if differs)


def _apart(first: Scenario | None, second: Scenario | None) -> bool:
    """Whether two scenarios were asked for; one that changed between two states of the graph was asked for once."""
    if first is None or second is None:
        return first is not second
    return first.iri != second.iri or (not first.iri and first.changes != second.changes)


def _product(question: Question) -> str:
    return str(question.calculation.snapshot.product_of(question.activity))


def _explained(pair: _Pair, most: int) -> dict[str, Any]:
    frames = terms_of(pair.first), terms_of(pair.second)
    pairs = matched(pair.first, pair.second, *frames)
    shown = pairs.frame.head(most)
    rest = pair.difference - math.fsum(shown["difference"])
    same_product = _product(pair.first) == _product(pair.second)
    return {
        "a": _result(pair, 0),
        "b": _result(pair, 1),
        "difference": {
            "value": pair.difference,
            "unit": "kg CO2e",
            "error_bound": sum(pair.bounds),
            "share": pair.difference / pair.totals[0] if pair.totals[0] else None,
        },
        "terms": _lines(pair, shown),
        "terms_unlisted": len(pairs.frame) - len(shown),
        "terms_unchanged": pairs.unchanged,
        "terms_remainder": rest,
        **_summed(pair, frames, "process", "processes"),
        **_summed(pair, frames, "group", "flows"),
        "gases": _broken_down(pair, _gases),
        "stages": _broken_down(pair, _stages),
        "changes": numbers.explained(pair.first, pair.second, most) if same_product else None,
    }


def _result(pair: _Pair, side: int) -> dict[str, Any]:
    question = (pair.first, pair.second)[side]
    calculation = question.calculation
    maker = calculation.snapshot.maker(question.activity)
    fixed = not_restated(calculation, question.chain.inventory().values)
    return {
        "product": question.names[_product(question)].as_dict(),
        "process": question.names[maker].as_dict(),
        "amount": question.amount,
        "unit": question.names[question.unit].as_dict(),
        "total": {"value": pair.totals[side], "unit": "kg CO2e", "error_bound": pair.bounds[side]},
        "settings": calculation.settings.as_dict(),
        "cutoffs": cut_offs(calculation, question.chain, question.names),
        "assumptions": assuming.collect(question, Terms.of(calculation, question.chain), pair.totals[side], fixed),
        "known_on": calculation.graph.known_on and str(calculation.graph.known_on),
        "inputs": inputs(calculation),
        "engine": engine(calculation, question.chain.info),
    }


def _lines(pair: _Pair, shown: pl.DataFrame) -> list[dict[str, Any]]:
    """Name the pairs of terms."""
    exchanges = shown.filter(pl.col("match") == "exchange")["key"].to_list()
    facts = [details_of(question.calculation, exchanges) for question in (pair.first, pair.second)]
    for question, known in zip((pair.first, pair.second), facts, strict=True):
        learn(question.names, known)
    lines = []
    for row in shown.iter_rows(named=True):
        sides = {"a": _side(pair, row, ""), "b": _side(pair, row, "_b")}
        line: dict[str, Any] = {"match": row["match"], **_called(pair, row, facts)}
        for side, known in zip(("a", "b"), facts, strict=True):
            provider = known.get(row["key"], {}).get("provider")
            if sides[side] is not None and provider is not None:
                sides[side] = {**(sides[side] or {}), "provider": pair.name(str(provider)).as_dict()}
        present = [side for side in ("a", "b") if sides[side] is not None]
        line |= {"side": present[0] if len(present) == 1 else "both", **sides}
        line |= {key: row[key] for key in ("difference", "amount_part", "factor_part")}
        lines.append(line | {"error_bound": row["difference_bound"], "share": pair.share(row["difference"])})
    return lines


def _side(pair: _Pair, row: dict[str, Any], suffix: str) -> dict[str, Any] | None:
    value, amount, bound, count = (row[f"{column}{suffix}"] for column in SUMS)
    if value is None:
        return None
    return {
        "value": value,
        "amount": amount,
        "factor": value / amount if amount else None,
        "unit": pair.name(row[f"unit{suffix}"]).as_dict(),
        "error_bound": bound,
        "terms": count,
    }


def _called(pair: _Pair, row: dict[str, Any], facts: list[dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """Return what a pair of terms is called: the flow or factor, for a gas its category, for an exchange its process."""
    if row["match"] == "gas":
        gas, category, _ = row["key"].split(" ")
        return {"name": pair.name(gas).as_dict(), "category": pair.name(category).as_dict()}
    if row["match"] != "exchange":
        return {"name": pair.name(row["key"]).as_dict()}
    known = next((side[row["key"]] for side in facts if row["key"] in side), {})
    flow = str(known.get("flow") or row["key"])
    return {
        "name": pair.name(flow).as_dict(),
        "exchange": row["key"],
        "process": pair.name(row["process"]).as_dict(),
    }


def _summed(pair: _Pair, frames: tuple[pl.DataFrame, pl.DataFrame], column: str, key: str) -> dict[str, Any]:
    """Divide the difference by process, or by flow: the factor that is used or the gas that is emitted."""
    listed = summed_by(*frames, column).head(MOST_GROUPS)
    pair.first.names.learn(iri for node in listed[column].to_list() for iri in node.split(" ")[:2])
    lines = [
        _group(pair, _node(pair, node), (a, b), (bound_a, bound_b))
        for node, a, bound_a, b, bound_b in listed.iter_rows()
        if a != b
    ]
    return {key: lines, f"{key}_remainder": pair.difference - math.fsum(line["difference"] for line in lines)}


def _node(pair: _Pair, node: str) -> dict[str, Any]:
    """Name a process or factor by its IRI, an emission row by gas and category."""
    first, *more = node.split(" ")
    name: dict[str, Any] = pair.name(first).as_dict()
    return name | {"category": pair.name(more[0]).as_dict()} if more else name


def _gases(question: Question) -> Breakdown:
    return by_gas(question.chain, question.calculation.cost)


def _stages(question: Question) -> Breakdown:
    """Divide one result by stage; all of it is unstated where only a labelled credit makes a loop productive."""
    cost = question.calculation.cost
    try:
        return by_stage(question.chain, cost, question.calculation.scores)
    except UnsolvableSystem:
        total = question.chain.total(cost)
        values: tuple[Floats, Floats] = (total.values.reshape(1), total.bounds.reshape(1))
        return Breakdown([""], *values, float(total.values), 0.0)


def _broken_down(pair: _Pair, divide: Any) -> list[dict[str, Any]]:
    sides: list[dict[str, tuple[float, float]]] = []
    for question in (pair.first, pair.second):
        found: Breakdown = divide(question)
        values = zip(found.labels, found.values.tolist(), found.bounds.tolist(), strict=True)
        sides.append({label: (value, bound) for label, value, bound in values})
    made = []
    for label in dict.fromkeys([*sides[0], *sides[1]]):
        (a, bound_a), (b, bound_b) = (side.get(label, (0.0, 0.0)) for side in sides)
        if a or b:
            name = pair.name(label).as_dict() if label else {"iri": "unstated"}
            made.append(_group(pair, name, (a, b), (bound_a, bound_b)))
    return sorted(made, key=lambda line: -abs(line["difference"]))


def _group(
    pair: _Pair, name: dict[str, str], values: tuple[float, float], bounds: tuple[float, float]
) -> dict[str, Any]:
    change = values[1] - values[0]
    return {
        **name,
        "a": values[0],
        "b": values[1],
        "difference": change,
        "error_bound": sum(bounds),
        "share": pair.share(change),
    }
