"""What may be left out of a footprint (rule R04).

A source may be left out when its share of the whole is below one limit, and all left-out sources together stay within a
second one. Both limits, and whether a share of exactly the limit counts, are reference values in the graph
(parameter group cut-off). Shares are of the sum of absolute contributions over the complete inventory, what is left out
included; credits enter by their size. Sources are taken from the smallest up, ties in the order of their identifiers, so that
the answer is always the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from graphstore.answers import underscenario
from graphstore.answers.cutoffs import cut_offs
from graphstore.answers.graph import ID, Calculation
from graphstore.answers.inputs import engine, inputs
from graphstore.answers.names import Names
from graphstore.answers.question import ask
from graphstore.queries import load
from graphstore.terms import iri as iri_term
from schemes.errors import SchemeDataError, ScreeningError
from schemes.rows import grouped, number, one
from schemes.screening import DIGITS, Source, of_product, of_table, total

RULE = "R04"
MOST = 50
"""Sources listed on each side, the largest; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on a share, and whether the limit itself is still within; with where it comes from."""

    iri: str
    share: Fraction
    inclusive: bool
    sources: tuple[str, ...]
    citation: str
    confidence: str | None

    def allows(self, share: Fraction) -> bool:
        """Whether a share is within the limit; compared exactly."""
        return share <= self.share if self.inclusive else share < self.share

    def as_dict(self, names: Names) -> dict[str, Any]:
        """For machines."""
        return {
            **names[self.iri].as_dict(),
            "share": float(self.share),
            "inclusive": self.inclusive,
            "documents": [names[source].as_dict() for source in self.sources],
            "citation": self.citation,
            "confidence": names[self.confidence].as_dict() if self.confidence else None,
        }


@dataclass(frozen=True, slots=True)
class Limits:
    """The limit for one source and the limit for all left-out sources together."""

    single: Limit
    together: Limit

    @classmethod
    def of(cls, calculation: Calculation) -> Limits:
        """Read both from the graph.

        Raises:
            SchemeDataError: one is not there, or is stated twice.
        """
        group = iri_term(f"{ID}parameter-group/cut-off")
        rows = grouped(calculation.graph.query(load("reference-values"), {"group": group}).dicts(), "value")
        return cls(_limit(rows, "cut-off-single"), _limit(rows, "cut-off-total"))


def _limit(rows: dict[str, list[dict[str, object]]], key: str) -> Limit:
    iri = f"{ID}reference-value/{key}"
    if iri not in rows:
        raise SchemeDataError(f"The graph has no limit <{iri}>. Load the reference knowledge: `tanmai init`.")
    mine = rows[iri]
    inclusive, confidence = one(mine, "inclusive", iri), one(mine, "confidence", iri)
    if not isinstance(inclusive, bool):
        raise SchemeDataError(
            f"<{iri}> does not say whether a share of exactly the limit is within. State tm:inclusive."
        )
    return Limit(
        iri=iri,
        share=number(mine, "amount", iri),
        inclusive=inclusive,
        sources=tuple(sorted({str(row["source"]) for row in mine if row["source"] is not None})),
        citation=str(one(mine, "citation", iri) or ""),
        confidence=None if confidence is None else str(confidence),
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided for one source.

    Attributes:
        source: The source.
        share: Its share, between 0 and 1.
        running: Share of everything left out up to and with it, or without it where it is kept.
        reason: Code: dropped, too-large, too-much, forbidden, nothing.
    """

    source: Source
    share: Fraction
    running: Fraction
    reason: str

    @property
    def dropped(self) -> bool:
        """Whether the source may be left out."""
        return self.reason == "dropped"


def decide(
    sources: Sequence[Source], limits: Limits, forbidden: Collection[str] = (), where: object = ""
) -> list[Decision]:
    """Decide for each source whether it may be left out, the smallest first.

    Args:
        sources: The complete screening inventory, grouped.
        limits: The two limits.
        forbidden: Identifiers of sources that a rule does not allow to be left out.
        where: What the inventory is of, for messages.

    Raises:
        ScreeningError: the inventory is empty or sums to nothing.
    """
    whole = total(sources, where)
    running = Fraction(0)
    decisions = []
    for source in sorted(sources, key=lambda each: (abs(each.value), each.id)):
        share = abs(source.value) / whole
        if source.id in forbidden:
            reason = "forbidden"
        elif not limits.single.allows(share):
            reason = "too-large"
        elif not limits.together.allows(running + share):
            reason = "too-much"
        else:
            reason, running = "dropped", running + share
        decisions.append(Decision(source, share, running, reason))
    return decisions


def of_footprint(
    calculation: Calculation, product: str, items: Sequence[str] = (), rule: str | None = None
) -> dict[str, Any]:
    """Say what may be left out of the footprint of a product; its calculated contributions are the screening inventory.

    Args:
        calculation: State of the graph and settings.
        product: IRI, or a unique part of a name.
        items: Names or identifiers of sources that are asked about; empty for all.
        rule: Product category rule (IRI, number or name) whose forbidden cut-offs hold; None for none.

    Raises:
        ScreeningError: a source asked about is not in the inventory, or nothing contributes.
        SchemeDataError: limits are missing, or the rule is not known.
    """
    question = ask(calculation, product, 1.0, None)
    used, names = question.calculation, question.names
    bounded = question.chain.total(used.cost)
    iri = str(used.snapshot.product_of(question.activity))
    sources = of_product(question)
    names.learn([iri, *(part for source in sources for part in (source.process, source.material))])
    limits = Limits.of(calculation)
    excluded = _forbidden(calculation, sources, rule, names)
    decisions = decide(sources, limits, excluded, f"<{iri}>")
    return {
        "product": names[iri].as_dict(),
        "unit": names[question.unit].as_dict(),
        "total": {"value": float(bounded.values), "unit": "kg CO2e", "error_bound": float(bounded.bounds)},
        **_answer(decisions, limits, items, names),
        "assumptions": [
            *underscenario.assumptions(used, names),
            _RESOLUTION,
            *_incomplete(len(cut_offs(used, question.chain, names))),
        ],
        "settings": used.settings.as_dict(),
        "inputs": inputs(calculation),
        "engine": engine(used, question.chain.info),
    }


_RESOLUTION = {
    "code": "resolution",
    "text_en": f"contributions are read to {DIGITS} significant digits before they are compared with the limits, so that the noise of "
    "binary arithmetic does not decide at exactly 1 % or 5 %.",
    "text_zh": f"与限值比较前，贡献值取 {DIGITS} 位有效数字，避免二进制运算误差影响恰为 1 % 或 5 % 时的判断。",
}


def _incomplete(gaps: int) -> list[dict[str, Any]]:
    """Say that a calculation that left something out already is no complete screening inventory."""
    if not gaps:
        return []
    return [
        {
            "code": "incomplete",
            "text_en": f"{gaps} inputs are already cut off by the reading of the data; without an estimate for them shares are too large "
            "and the limits are not shown to be kept.",
            "text_zh": f"按所选数据读取方式已截断 {gaps} 项输入；未对其估算时占比偏大，不能证明符合限值。",
        }
    ]


def of_file(calculation: Calculation, path: Path, items: Sequence[str] = (), rule: str | None = None) -> dict[str, Any]:
    """Say what may be left out of a screening inventory in a table; see `schemes.screening.of_table`.

    Raises:
        ScreeningError: the table cannot be read, or a source asked about is not in it.
        SchemeDataError: limits are missing, or the rule is not known.
    """
    names = Names(calculation)
    sources = of_table(path)
    limits = Limits.of(calculation)
    decisions = decide(sources, limits, _forbidden(calculation, sources, rule, names), path)
    return {
        "table": str(path),
        "total": {"value": float(sum((s.value for s in sources), Fraction(0))), "unit": "kg CO2e", "error_bound": 0.0},
        **_answer(decisions, limits, items, names),
        "assumptions": [],
        "inputs": inputs(calculation),
    }


def _forbidden(calculation: Calculation, sources: Iterable[Source], rule: str | None, names: Names) -> set[str]:
    """Return the identifiers of sources that a product category rule keeps: by exchange, or in a table by name."""
    if rule is None:
        return set()
    iri = _rule(calculation, rule)
    rows = calculation.graph.query(load("cut-off-forbidden"), {"rule": iri_term(iri)}).dicts()
    exchanges = {str(row["exchange"]) for row in rows if row["exchange"] is not None}
    subjects = {str(row["subject"]) for row in rows}
    names.learn(subjects)
    spelled = {label.lower() for subject in subjects for label in names[subject].labels.values()} | subjects
    return {source.id for source in sources if _is_forbidden(source, exchanges, spelled)}


def _is_forbidden(source: Source, exchanges: set[str], spelled: set[str]) -> bool:
    if source.exchanges:
        return not exchanges.isdisjoint(source.exchanges)
    return any(text.lower() in spelled for text in (source.process, source.material, *source.names) if text)


def _rule(calculation: Calculation, text: str) -> str:
    rows = calculation.graph.query(load("product-rules")).dicts()
    found = {str(row["rule"]) for row in rows if text in {str(row["rule"]), str(row["written"])}}
    if len(found) != 1:
        raise SchemeDataError(
            f"{text!r} is the number, name or IRI of {len(found) or 'no'} standards or product category rules of the graph. Give the IRI of one."
        )
    return found.pop()


def _answer(decisions: Sequence[Decision], limits: Limits, items: Sequence[str], names: Names) -> dict[str, Any]:
    """The decisions for machines: what is asked about, else the first of each side with the rest counted."""
    dropped = [each for each in decisions if each.dropped]
    kept = sorted((each for each in decisions if not each.dropped), key=lambda d: (-d.share, d.source.id))
    left_out = sum((each.share for each in dropped), Fraction(0))
    asked = [_described(each, limits, names) for text in items for each in _find(decisions, text, names)]
    return {
        "rule": RULE,
        "limits": {"single": limits.single.as_dict(names), "together": limits.together.as_dict(names)},
        "sources": len(decisions),
        "dropped": [_described(each, limits, names) for each in dropped[-MOST:]],
        "dropped_count": len(dropped),
        "dropped_share": float(left_out),
        "kept": [_described(each, limits, names) for each in kept[:MOST]],
        "kept_count": len(kept),
        "asked": asked,
        "verdict": all(each["dropped"] for each in asked) if items else None,
    }


def _find(decisions: Sequence[Decision], text: str, names: Names) -> list[Decision]:
    needle = text.strip().lower()
    found = [
        each for each in decisions if needle and any(needle in name.lower() for name in _called(each.source, names))
    ]
    if not found:
        raise ScreeningError(
            f"No source {text!r} in the inventory. Give a part of the name of a process or material in it."
        )
    return found


def _called(source: Source, names: Names) -> list[str]:
    if source.exchanges:
        labels = (*names[source.process].labels.values(), *names[source.material].labels.values())
        return [*labels, source.process, source.material]
    return [*source.names, source.process, source.material]


def _described(decision: Decision, limits: Limits, names: Names) -> dict[str, Any]:
    source = decision.source
    en, zh = _REASONS[decision.reason]
    numbers = {
        "single": f"{float(100 * limits.single.share):.4g} %",
        "together": f"{float(100 * limits.together.share):.4g} %",
        "share": f"{float(100 * decision.share):.4g} %",
        "running": f"{float(100 * decision.running):.4g} %",
    }
    made: dict[str, Any] = {
        "process": source.process or None,
        "material": source.material or None,
        "names": list(source.names),
    }
    if source.exchanges:
        made = {"process": names[source.process].as_dict(), "material": names[source.material].as_dict()}
        made["exchanges"] = list(source.exchanges)
    return made | {
        "value": float(source.value),
        "share": float(decision.share),
        "running_share": float(decision.running),
        "dropped": decision.dropped,
        "reason": decision.reason,
        "reason_en": en.format(**numbers),
        "reason_zh": zh.format(**numbers),
    }


_REASONS = {
    "dropped": (
        "share {share} is below the limit {single} for one source, and with it {running} are left out, within {together}",
        "占比 {share} 低于单项限值 {single}，累计舍弃 {running}，未超过 {together}",
    ),
    "too-large": (
        "share {share} is not below the limit {single} for one source",
        "占比 {share} 不低于单项限值 {single}",
    ),
    "too-much": (
        "{running} are left out already; with its share {share} the limit {together} for all together would be passed",
        "已累计舍弃 {running}，再计入其占比 {share} 将超过合计限值 {together}",
    ),
    "forbidden": (
        "the product category rule does not allow it to be left out, whatever its share ({share})",
        "产品种类规则规定不得舍弃，不论占比（{share}）",
    ),
}
