"""May two results be compared (rule R30)? The keys they must agree in are concepts of the graph, not of this code.

A key names the properties it compares (tm:comparedProperty); they are looked up on the study of the product, its settings
and declared unit, else on the product, else on its process. Four keys have values that only the calculation knows: the
unit both results are given for, the GWP set, the allocation methods in use in the supply chain, and the changes that a
scenario lays over the data; a recycling model that was asked for goes before the stated one. A key that one side states
and the other does not differs; where neither states it, the key says whether that passes, as a reported assumption.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from footprint.errors import UnitError
from footprint.gaps import METHODS, CutOffReason
from graphstore.answers.cutoffs import processes_in
from graphstore.answers.graph import ID, Calculation, digest
from graphstore.answers.question import Question, ask
from graphstore.errors import ExtractionError
from graphstore.queries import load
from graphstore.technosphere.columns import TM
from graphstore.terms import iri

EQUAL, DIFFERS, INTENDED, UNSTATED = "equal", "differs", "intended", "unstated"

PRODUCT_CATEGORY, RECYCLING_MODEL, SCENARIO = "product-category", "recycling-model", "scenario"

RECYCLING_PROPERTY = f"{TM}recyclingModel"

Values = frozenset[str]


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that two results must agree in; `years` is the largest distance of reference periods, where it has one."""

    iri: str
    notation: str
    properties: tuple[str, ...]
    equal_when_unstated: bool
    years: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one key.

    Attributes:
        key: The key.
        first, second: What each side states, IRIs or texts; empty where it states nothing.
        verdict: equal, differs, intended (differs because the question says so), unstated (taken as equal).
    """

    key: Key
    first: Values
    second: Values
    verdict: str


@dataclass(slots=True)
class _Facts:
    """What one side states, by property."""

    question: Question
    stated: dict[str, dict[int, set[str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, question: Question) -> _Facts:
        snapshot, facts = question.calculation.snapshot, cls(question)
        rows = question.calculation.graph.query(
            load("comparability-facts"),
            {
                "product": iri(str(snapshot.product_of(question.activity))),
                "process": iri(snapshot.maker(question.activity)),
            },
        ).dicts()
        for row in rows:
            levels = facts.stated.setdefault(str(row["property"]), {})
            levels.setdefault(int(str(row["level"])), set()).add(str(row["value"]))
        return facts

    def values(self, properties: Iterable[str]) -> dict[str, Values]:
        """Return the values of each property at the first level that states any of them."""
        properties = tuple(properties)
        found = [level for p in properties for level in self.stated.get(p, {})]
        if not found:
            return {}
        first = min(found)
        return {p: frozenset(self.stated[p][first]) for p in properties if first in self.stated.get(p, {})}


def outcomes(first: Question, second: Question, intended: frozenset[str]) -> list[Outcome]:
    """Compare two results in every key of the graph.

    Args:
        first: One result; the keys are read from its state of the graph.
        second: The other.
        intended: Notations of keys that are being compared on purpose.

    Raises:
        ExtractionError: the graph holds no keys, or a year that is none.
    """
    sides = (_Facts.of(first), _Facts.of(second))
    return [_outcome(key, sides, intended) for key in _keys(first)]


def _keys(question: Question) -> list[Key]:
    found: dict[str, Key] = {}
    for row in question.calculation.graph.query(load("comparability-keys")).dicts():
        iri_, years = str(row["key"]), row["years"]
        named = (str(row["property"]),) if row["property"] is not None else ()
        known = found.get(iri_)
        properties = (*known.properties, *named) if known else named
        limit = None if years is None else int(str(years))
        found[iri_] = Key(iri_, str(row["notation"]), properties, row["unstated"] is True, limit)
    if not found:
        raise ExtractionError(
            "this state of the graph holds no comparability keys (tm:ComparabilityKey), so nothing says what two results must "
            "agree in. Load the reference knowledge with `tanmai init`; a release from before it knew them cannot come first."
        )
    return list(found.values())


def _outcome(key: Key, sides: tuple[_Facts, _Facts], intended: frozenset[str]) -> Outcome:
    known = _KNOWN.get(key.notation)
    if known is not None:
        first, second = (known(side.question) for side in sides)
        same = first == second or (key.notation == "allocation" and not (first and second))
        if key.notation == SCENARIO:
            same = changes_laid_over(sides[0].question) == changes_laid_over(sides[1].question)
    elif key.years is not None:
        periods = [_period(side.values(key.properties)) for side in sides]
        first, second = (frozenset() if p is None else frozenset({_spelled(p)}) for p in periods)
        same = None not in periods and _apart(periods[0], periods[1]) <= key.years
        if periods == [None, None]:
            same = None
    else:
        first, second, same = _stated(key, sides)
    return Outcome(key, first, second, _verdict(key, same, intended))


def _stated(key: Key, sides: tuple[_Facts, _Facts]) -> tuple[Values, Values, bool | None]:
    """Compare properties as they are stated; None where neither side states any."""
    facts = [side.values(key.properties) for side in sides]
    if key.notation == RECYCLING_MODEL:
        facts = [_asked_for(side, values) for side, values in zip(sides, facts, strict=True)]
    first, second = (frozenset().union(*values.values()) for values in facts)
    if key.notation == PRODUCT_CATEGORY and _product(sides[0]) == _product(sides[1]):
        return first, second, True  # a product is of the category of itself, stated or not
    if not first and not second:
        return first, second, None
    both = facts[0].keys() & facts[1].keys()
    return first, second, bool(both) and all(facts[0][p] == facts[1][p] for p in both)


def _asked_for(side: _Facts, stated: dict[str, Values]) -> dict[str, Values]:
    """Put the recycling model that was asked for, which replaces every stated one, in the place of those."""
    model = side.question.calculation.settings.reading.recycling
    return {RECYCLING_PROPERTY: frozenset({f"{ID}{RECYCLING_MODEL}/{model}"})} if model else stated


def _verdict(key: Key, same: bool | None, intended: frozenset[str]) -> str:
    if same:
        return EQUAL
    if key.notation in intended:
        return INTENDED
    return UNSTATED if same is None and key.equal_when_unstated else DIFFERS


def _product(side: _Facts) -> str | None:
    return side.question.calculation.snapshot.product_of(side.question.activity)


def _unit(question: Question) -> Values:
    return frozenset({question.unit})


def _gwp_set(question: Question) -> Values:
    return frozenset({question.calculation.settings.gwp_set})


def _scenario(question: Question) -> Values:
    """Return what the changes are called; those of a question have no name."""
    scenario = question.calculation.settings.scenario
    return frozenset() if scenario is None else frozenset({scenario.iri or "what-if"})


def changes_laid_over(question: Question) -> list[str]:
    """Return what a scenario changes, whatever it is called; nothing without one."""
    scenario = question.calculation.settings.scenario
    return [] if scenario is None else sorted(digest(change) for change in scenario.stated())


def _allocation(question: Question) -> Values:
    """Return the methods in use in the supply chain; none where no process of it has anything to share."""
    calculation, snapshot = question.calculation, question.calculation.snapshot
    running = (question.chain.runs != 0) & (snapshot.process >= 0)
    shared = np.unique(snapshot.process[running & (snapshot.share != 1)]).tolist()
    processes = {snapshot.process_ids[p] for p in shared}
    rows = calculation.about(load("process-allocation"), "process", processes) if processes else []
    found = {str(row["method"]) for row in rows}
    if processes - {str(row["process"]) for row in rows}:
        asked = calculation.settings.reading.coproducts
        found.add(f"{ID}allocation/{asked if asked in METHODS else 'subdivision'}")
    inside = processes_in(calculation, question.chain)[snapshot.cut_offs.process]
    if np.any(inside & (snapshot.cut_offs.reason == CutOffReason.UNALLOCATED_PRODUCT)):
        found.add(f"{ID}allocation/unallocated")
    return frozenset(found | _expanded(question))


def _expanded(question: Question) -> set[str]:
    avoided = question.calculation.avoided
    if not avoided:
        return set()
    system = question.calculation.snapshot.compiled.system
    credit = (system.tech_amount < 0) & (question.chain.runs[system.tech_consumer] != 0) & (system.tech_exchange >= 0)
    ids = (system.exchange_ids[e] for e in np.unique(system.tech_exchange[credit]).tolist())
    return {f"{ID}allocation/system-expansion"} if any(iri in avoided for iri in ids) else set()


_KNOWN: dict[str, Callable[[Question], Values]] = {
    "unit-basis": _unit,
    "gwp-set": _gwp_set,
    SCENARIO: _scenario,
    "allocation": _allocation,
}
"""Keys whose value the calculation knows, by notation."""


def _period(stated: dict[str, Values]) -> tuple[int, int] | None:
    """Return the first and the last year of the reference period; an end on 1 January belongs to the year before."""
    starts = [_year(day) for day in stated.get(f"{TM}periodStart", ())]
    ends = [_year(day) - day[4:].startswith("-01-01") for day in stated.get(f"{TM}periodEnd", ())]
    years = [*starts, *ends, *(_year(year) for year in stated.get(f"{TM}referenceYear", ()))]
    return (min(years), max(years)) if years else None


def _year(text: str) -> int:
    """Read the year of a day or of a year."""
    if not text[:4].isdecimal():
        raise ExtractionError(
            f"{text!r} is stated as a reference year or as a day of a reference period, and is neither. Write a year as "
            '"2024"^^xsd:gYear and a day as "2024-01-01"^^xsd:date.'
        )
    return int(text[:4])


def _apart(first: tuple[int, int] | None, second: tuple[int, int] | None) -> int:
    if first is None or second is None:
        return 0
    return max(0, second[0] - first[1], first[0] - second[1])


def _spelled(period: tuple[int, int]) -> str:
    return str(period[0]) if period[0] == period[1] else f"{period[0]}-{period[1]}"


def asked_alike(calculation: Calculation, product: str, first: Question) -> Question:
    """Ask for a product in the amount and unit of the first; in its own unit where it has no way to that one.

    The unit basis then differs, which the rule refuses.
    """
    try:
        return ask(calculation, product, first.amount, first.unit)
    except UnitError:
        return ask(calculation, product, first.amount, None)


def judged(found: list[Outcome], first: Question, second: Question, *, anyway: bool) -> dict[str, Any]:
    """Return the verdict for machines: `comparable`, `anyway`, `differing` keys, all `keys` with values, and `products`."""
    differing = [outcome.key.notation for outcome in found if outcome.verdict == DIFFERS]
    products = [str(q.calculation.snapshot.product_of(q.activity)) for q in (first, second)]
    return {
        "comparable": not differing,
        "anyway": anyway,
        "differing": differing,
        "keys": [described(outcome, first, second) for outcome in found],
        "products": [q.names[iri].as_dict() for q, iri in zip((first, second), products, strict=True)],
    }


def assumed(found: list[Outcome], first: Question) -> list[dict[str, Any]]:
    """Report what was taken as equal, and what differs on purpose or in spite of the rule."""
    told = (
        (UNSTATED, "unstated-key", "neither side states it, taken as equal", "双方均未注明，视为一致"),
        (INTENDED, "intended-key", "differs on purpose: it is what is compared", "按提问有意不同，即比较对象"),
        (DIFFERS, "differing-key", "differs; compared in spite of the rule", "不一致，未按可比性规则而仍予比较"),
    )
    made = []
    for verdict, code, en, zh in told:
        names = [first.names[outcome.key.iri] for outcome in found if outcome.verdict == verdict]
        if names:
            english, chinese = (", ".join(n.in_language("en") for n in names), "、".join(n.in_language("zh") for n in names))  # fmt: skip
            made.append({"code": code, "text_en": f"{english}: {en}.", "text_zh": f"{chinese}：{zh}。"})
    return made


def described(outcome: Outcome, first: Question, second: Question) -> dict[str, Any]:
    """Return one outcome with names, for JSON and for people."""
    return {
        **first.names[outcome.key.iri].as_dict(),
        "key": outcome.key.notation,
        "verdict": outcome.verdict,
        "a": _named(outcome.first, first),
        "b": _named(outcome.second, second),
    }


def _named(values: Values, question: Question) -> list[dict[str, str]]:
    return [
        question.names[value].as_dict() if "://" in value else {"iri": "", "name_any": value}
        for value in sorted(values)
    ]
