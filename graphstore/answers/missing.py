"""Which data a product lacks before it can be calculated, and what each gap may be worth.

For every missing link the best proxy in the graph is named, with its distance in place and year and its stated quality, and
the effect on the result if it were used: the amount that the chain asks for times the footprint of the proxy. Effects are
estimates. Where the graph holds nothing of the kind, the answer is "no data" and the link that is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from footprint.errors import FootprintError
from footprint.gaps import METHODS, CutOffReason, Reading
from graphstore.answers import underscenario
from graphstore.answers.cutoffs import REASONS, REASONS_ZH
from graphstore.answers.gaps import REFUSED_FACTOR, Gap, incomplete
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import engine, inputs
from graphstore.answers.proxies import RULE_EN, RULE_ZH, RULES, Proxies, Proxy
from graphstore.answers.question import Question, ask
from graphstore.queries import load

NO_DATA: Final = "no data"
_METHOD: Final = CutOffReason.UNALLOCATED_PRODUCT
_REFUSED: Final = ("factor of a kind that may not enter a footprint", "不得用于产品碳足迹的因子")
_ESTIMATE_EN: Final = "Effects are estimates: the amount that the chain asks for times the footprint of the proxy. No proxy was put into the data."
_ESTIMATE_ZH: Final = "影响均为估算值：供应链所需数量乘以替代数据的碳足迹。未向数据中写入任何替代数据。"


def missing(calculation: Calculation, product: str, amount: float = 1.0, unit: str | None = None) -> dict[str, Any]:
    """Return what is missing to compute a product, each with the best proxy or "no data".

    Args:
        calculation: State of the graph and settings; an allocation method that its reading asks for counts as stated.
        product: IRI, or a unique part of a name.
        amount: How much of it.
        unit: IRI of the unit of the amount; the product's own reference unit when None.

    Returns:
        product, process, amount, unit; `complete`; `total` (what is left out counts nothing) and `total_with_proxies` in kg
        CO2e, and how many links are in neither (`without_data`); `missing`, largest effect first and links without data last; `allocations`, the totals under each allocation
        method where co-products state none; `rule` and `assumptions` in both languages; settings, inputs, engine.

    Raises:
        UnknownNameError: no such product, or several.
        FootprintError: the supply chain cannot be computed for another reason than missing links.
    """
    question, gaps = incomplete(calculation, product, amount, unit)
    proxies = Proxies(question.calculation)
    found = [(gap, None if gap.reason == _METHOD else proxies.best(gap)) for gap in gaps]
    question.names.learn(_named(question, found))
    snapshot, names = question.calculation.snapshot, question.names
    return {
        "product": names[str(snapshot.product_of(question.activity))].as_dict(),
        "process": names[snapshot.maker(question.activity)].as_dict(),
        "amount": question.amount,
        "unit": names[question.unit].as_dict(),
        "complete": not gaps,
        **_answers(question, found),
        "allocations": _allocations(calculation, question, product) if _undecided(gaps) else [],
        "rule": {"text_en": RULE_EN, "text_zh": RULE_ZH},
        "assumptions": [
            *([{"code": "proxy-estimate", "text_en": _ESTIMATE_EN, "text_zh": _ESTIMATE_ZH}] if gaps else []),
            *underscenario.assumptions(question.calculation, names),
        ],
        "narrowed": question.narrowed,
        "settings": question.calculation.settings.as_dict(),
        "inputs": inputs(question.calculation),
        "engine": engine(question.calculation, question.chain.info),
    }


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the proxies say of themselves: stated quality scores, and which rest on illustrative figures."""

    scores: dict[str, list[dict[str, Any]]]
    illustrative: frozenset[str]

    @classmethod
    def of(cls, question: Question, makers: Sequence[str]) -> _Facts:
        """Look up processes and factors together."""
        marked = question.calculation.about(load("illustrative-nodes"), "node", makers)
        return cls(_quality(question, makers), frozenset(str(row["node"]) for row in marked))


def _quality(question: Question, iris: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the stated data-quality scores of the proxies; scores on different scales are not added up."""
    rows = question.calculation.about(load("quality-scores"), "node", iris)
    names = question.names
    names.learn(str(row[key]) for row in rows for key in ("indicator", "scale") if row[key] is not None)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        scale = None if row["scale"] is None else names[str(row["scale"])].as_dict()
        score = {"indicator": names[str(row["indicator"])].as_dict(), "score": float(str(row["score"])), "scale": scale}
        found.setdefault(str(row["node"]), []).append(score)
    return found


_Found = Sequence[tuple[Gap, tuple[Proxy, float] | None]]


def _answers(question: Question, found: _Found) -> dict[str, Any]:
    """The totals with and without the proxies, and the missing links one by one."""
    total = question.chain.total(question.calculation.cost)
    filled = float(total.values) + sum(best[1] * best[0].value for _, best in found if best)
    facts = _Facts.of(question, [best[0].maker for _, best in found if best])
    links: list[dict[str, Any]] = [_link(question, gap, best, filled, facts) for gap, best in found]
    bound = float(total.bounds) + sum(link["effect"]["error_bound"] for link in links if link["effect"])
    return {
        "total": {"value": float(total.values), "unit": "kg CO2e", "error_bound": float(total.bounds)},
        "total_with_proxies": {"value": filled, "unit": "kg CO2e", "error_bound": bound, "estimate": True},
        "without_data": sum(link["answer"] == NO_DATA for link in links),
        "missing": sorted(links, key=_order),
    }


def _named(question: Question, found: _Found) -> list[str]:
    """Everything that the answer calls by name."""
    wanted: list[str | None] = []
    for gap, best in found:
        wanted += [gap.process, gap.flow, gap.unit, gap.place, gap.provider]
        if best:
            wanted += [best[0].maker, best[0].product, best[0].unit, best[0].place]
    return [iri for iri in (*wanted, question.unit) if iri is not None]


def _undecided(gaps: Sequence[Gap]) -> bool:
    return any(gap.reason == _METHOD for gap in gaps)


_ANSWERS: Final = ("proxy", NO_DATA, "method")
"""What can be said of a missing link, in the order in which links are told."""


def _order(link: dict[str, Any]) -> tuple[int, float, str]:
    effect = link["effect"]["value"] if link["effect"] else 0.0
    return _ANSWERS.index(link["answer"]), -abs(effect), link["exchange"]


def _link(
    question: Question, gap: Gap, best: tuple[Proxy, float] | None, filled: float, facts: _Facts
) -> dict[str, Any]:
    """One missing link, ready for people and JSON."""
    names = question.names
    en, zh = (
        _REFUSED
        if gap.reason == REFUSED_FACTOR
        else (REASONS[CutOffReason(gap.reason)], REASONS_ZH[CutOffReason(gap.reason)])
    )
    made: dict[str, Any] = {
        "exchange": gap.exchange,
        "process": names[gap.process].as_dict(),
        "flow": names[gap.flow].as_dict(),
        "reason": en,
        "reason_zh": zh,
        "refusal": gap.refusal or None,
        "provider": names[gap.provider].as_dict() if gap.provider else None,
        "amount": gap.amount,
        "amount_error_bound": gap.bound,
        "unit": names[gap.unit].as_dict(),
        "place": names[gap.place].as_dict() if gap.place else None,
        "year": gap.year,
        "co_product_of": [names[iri].as_dict() for iri in _makers(question, gap)],
    }
    if best is None:
        return made | {"answer": "method" if gap.reason == _METHOD else NO_DATA, "proxy": None, "effect": None}
    proxy, amount = best
    value = amount * proxy.value
    scale = abs(amount / gap.amount) if gap.amount else 0.0
    bound = abs(amount) * proxy.bound + scale * gap.bound * (abs(proxy.value) + proxy.bound)
    effect = {"value": value, "unit": "kg CO2e", "error_bound": bound, "estimate": True}
    effect["share"] = value / filled if filled else None
    return made | {"answer": "proxy", "proxy": _proxy(question, proxy, facts), "effect": effect}


def _makers(question: Question, gap: Gap) -> list[str]:
    """Processes that make the flow as a co-product which carries nothing, since they state no method."""
    snapshot, cut = question.calculation.snapshot, question.calculation.snapshot.cut_offs
    if gap.reason == _METHOD:
        return []
    rows = np.flatnonzero(cut.reason == _METHOD)
    return sorted(
        {snapshot.process_ids[int(cut.process[r])] for r in rows if snapshot.product_ids[int(cut.flow[r])] == gap.flow}
    )


def _proxy(question: Question, proxy: Proxy, facts: _Facts) -> dict[str, Any]:
    names, (en, zh) = question.names, RULES[proxy.rule]
    return {
        **names[proxy.maker].as_dict(),
        "activity": proxy.iri,
        "product": names[proxy.product].as_dict() if proxy.product else None,
        "match": proxy.rule,
        "match_en": en,
        "match_zh": zh,
        "factor": {"value": proxy.value, "error_bound": proxy.bound, "per": names[proxy.unit].as_dict()},
        "complete": proxy.complete,
        "place": names[proxy.place].as_dict() if proxy.place else None,
        "place_steps": proxy.steps,
        "year": proxy.year,
        "years_apart": proxy.years,
        "quality": facts.scores.get(proxy.maker, []),
        "illustrative": proxy.maker in facts.illustrative,
    }


def _allocations(calculation: Calculation, question: Question, product: str) -> list[dict[str, Any]]:
    """Return the result under each allocation method that could be asked for, or why it cannot be carried out."""
    made: list[dict[str, Any]] = []
    for method in METHODS:
        known = question.calculation.settings
        settings = replace(known, reading=Reading("cutoff", method, known.reading.recycling))
        try:
            other = ask(Calculation(calculation.graph, settings), product, question.amount, question.unit)
            total = other.chain.total(other.calculation.cost)
        except FootprintError as error:
            made.append({"method": method, "total": None, "reason": str(error)})
        else:
            value = {"value": float(total.values), "unit": "kg CO2e", "error_bound": float(total.bounds)}
            made.append({"method": method, "total": value, "reason": None})
    return made
