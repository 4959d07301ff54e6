"""What a result assumes: reported with the number, in Chinese and English, with the share of the result it touches."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import numpy as np

from footprint.gaps import Assumption
from footprint.inventory import Bools, Ints
from graphstore.answers import underscenario
from graphstore.answers.cutoffs import processes_in
from graphstore.answers.graph import Calculation
from graphstore.answers.lines import Terms
from graphstore.answers.names import Names
from graphstore.answers.question import Question
from graphstore.answers.recycling import recycling, recycling_assumptions
from graphstore.answers.sectorpart import sector_part
from graphstore.queries import load

DEPRECATED: Final = "deprecated"
"""Code of the assumption that an emission factor of a deprecated record still holds."""
MOST_WITHOUT_GAS = 20
"""Exchanges that count nothing, listed of a chain; a database has them by the thousand."""


def collect(
    question: Question, terms: Terms, total: float, fixed: float, average: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return all assumptions behind one result, each with code, text in both languages, share and subjects.

    Args:
        question: The product and its supply chain.
        terms: The terms of the result.
        total: The result in kg CO2e.
        fixed: What of it cannot be restated under the asked GWP set.
        average: What of it comes from sectors of input-output tables, where the caller knows it already.
    """
    calculation, chain, names = question.calculation, question.chain, question.names
    average = average or sector_part(question, total)
    found = [
        underscenario.assumption(calculation, names),
        narrowed(question.narrowed),
        *(sector_average(average) if average else ()),
        not_restated_share(calculation, fixed, total),
        *decided(calculation, processes_in(calculation, chain)),
        *_factors(calculation, terms, total, names),
        _illustrative(calculation, terms, total),
        biogenic(calculation),
        *recycling_assumptions(recycling(question)),
    ]
    return [each for each in found if each is not None]


def assumption(
    code: str, en: str, zh: str, share: float | None = None, subjects: list[str] | None = None
) -> dict[str, Any]:
    """One assumption; `share` is that of the result it touches, by absolute terms."""
    made: dict[str, Any] = {"code": code, "text_en": en, "text_zh": zh}
    if share is not None:
        made["share"] = share
    if subjects:
        made["subjects"] = subjects
    return made


def narrowed(why: str) -> dict[str, Any] | None:
    """Report that only the upstream part of a product was taken, and why; None where the whole could be."""
    if not why:
        return None
    return assumption(
        "upstream-part",
        f"the store as a whole cannot be calculated, so only what is upstream of this product was taken. ({why})",
        f"存储整体无法计算，仅取本产品的上游部分。（{why}）",
    )


def sector_average(average: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Say how much of a result is an average of sectors, of which table, in which money, and what was converted."""
    share = average["share"]
    part = "" if share is None else f"{share:.2%} "
    told_en = "; ".join(_told(table, "en") for table in average["tables"])
    told_zh = "；".join(_told(table, "zh") for table in average["tables"])
    made = [
        assumption(
            "sector-average",
            f"{part}of the result comes from averages of sectors, not from figures of this product: {told_en}.",
            f"结果的 {part}为部门平均值，并非本产品的数据：{told_zh}。",
            share,
        )
    ]
    converted = [line for line in average["costs"] if line["conversion"]]
    if converted:
        subjects = [line["exchange"] for line in converted]
        en = f"costs in money of another base year or currency, converted by stated rates: {len(converted)}."
        zh = f"以其他价格基年或币种表示、按给定的价格指数或汇率换算的成本：{len(converted)} 项。"
        made.append(assumption("money-converted", en, zh, subjects=subjects))
    return made


def _told(table: Mapping[str, Any], lang: str) -> str:
    """Name a table with its year, money, scope and prices."""
    other = "zh" if lang == "en" else "en"

    def called(key: str) -> str:
        node = table.get(key, {})
        found = (node.get(name) for name in (f"name_{lang}", "name_any", f"name_{other}"))
        return next((str(text) for text in found if text), "")

    parts = (called("table"), str(table.get("year", "")), called("unit"), called("scope"), called("prices"))
    return (", " if lang == "en" else "，").join(part for part in parts if part)


def not_restated_share(calculation: Calculation, fixed: float, total: float) -> dict[str, Any] | None:
    """Report what of a total comes from factors that cannot be restated under the GWP set; None where nothing does."""
    if not fixed:
        return None
    share, gwp = fixed / total if total else 0.0, calculation.settings.gwp
    return assumption(
        "gwp-set-unknown",
        f"{share:.1%} of the result comes from factors that state only CO2e, under another GWP set or none that is named; "
        f"it is taken as {gwp} and cannot be restated.",
        f"结果的 {share:.1%} 来自仅给出 CO2e 且未注明（或采用其他）GWP 版本的因子，按 {gwp} 计入，无法重新折算。",
        share,
    )


def decided(calculation: Calculation, processes: Bools, most: int | None = None) -> list[dict[str, Any]]:
    """Report exchanges of marked processes that were read by a rule: chosen providers, odd signs.

    Args:
        calculation: State of the graph and settings.
        processes: Marks the processes of a supply chain.
        most: How many exchanges to name for each rule; None for all, of those without a gas a few.
    """
    snapshot = calculation.snapshot
    here = processes[snapshot.assumed.process]
    ids = snapshot.compiled.system.exchange_ids
    made = []
    for kind, (code, en, zh) in _DECIDED.items():
        mine = snapshot.assumed.exchange[here & (snapshot.assumed.kind == kind)]
        if len(mine):
            shown = mine[:MOST_WITHOUT_GAS] if kind == Assumption.NO_GAS else mine
            shown = shown[:most]
            count, subjects = len(mine), [ids[int(e)] for e in shown]
            made.append(assumption(code, en.format(count=count), zh.format(count=count), subjects=subjects))
    return made


_DECIDED = {
    Assumption.LOWEST_IDENTIFIER: (
        "lowest-identifier",
        "{count} inputs could come from several processes and none was chosen: the lowest identifier. See tm:linkedTo.",
        "{count} 项输入有多个可能的供应过程且未指定，取标识符最小者；可在链接图中用 tm:linkedTo 指定。",
    ),
    Assumption.SUBSTITUTED_PROVIDER: (
        "substituted-provider",
        "{count} inputs are supplied by a stated provider that makes another flow than the one asked for.",
        "{count} 项输入由指定的供应过程供给，但该过程的产品流与所需流不一致。",
    ),
    Assumption.NEGATIVE_UPTAKE: (
        "negative-uptake",
        "{count} uptakes of a gas are stated with a negative amount; they are read as they stand, as releases.",
        "{count} 项气体吸收以负值给出，按原值计为释放。",
    ),
    Assumption.NEGATIVE_AMOUNT: (
        "negative-amount",
        "{count} inputs or emissions are negative without being marked as a credit or a removal; they are counted as they stand.",
        "{count} 项输入或排放为负值，但未标明为替代（避免）产品或清除，按原值计入。",
    ),
    Assumption.NEGATIVE_REFERENCE: (
        "negative-reference",
        "{count} processes state their product with a negative amount; they are read as treatments of it.",
        "{count} 个过程的产品数量为负值，按对该产品的处理过程计。",
    ),
    Assumption.NO_GAS: (
        "no-gas",
        "{count} exchanges with the environment are of flows that name no greenhouse gas (tm:gas); they count nothing.",
        "{count} 项与环境的交换所用的流未指明温室气体（tm:gas），不计入结果。",
    ),
    Assumption.FEW_PRICE_YEARS: (
        "few-price-years",
        "{count} products are allocated by prices of fewer years than the rule asks for (tm:priceYears of economic allocation).",
        "{count} 种产品按经济价值分配所用价格的年数少于规则要求（见经济价值分配的 tm:priceYears）。",
    ),
    Assumption.PRICE_RATIO_RULE: (
        "price-ratio-rule",
        "the ratio of their prices decided how the burden is shared among {count} products; rule and limit are unverified.",
        "{count} 种产品的分配方法由价格比决定；该规则及限值未经核实。",
    ),
}


def _factors(calculation: Calculation, terms: Terms, total: float, names: Names) -> list[dict[str, Any]]:
    """Report factors whose year or place differs from that of the process that uses them, or is not stated."""
    value = _priced(calculation, terms)
    rows = underscenario.factor_fit(calculation, value)
    made = []
    for code, en, zh in FIT:
        hit = sorted({str(row["exchange"]) for row in rows if row[code]})
        if hit:
            share = sum(abs(value[e]) for e in hit) / abs(total) if total else 0.0
            providers = {str(row["provider"]) for row in rows if row[code]}
            made.append(unfit(code, (en, zh), providers, names) | {"share": share, "subjects": hit})
    old = deprecated_factors(calculation, {str(row["provider"]) for row in rows})
    if not old:
        return made
    hit = sorted({str(row["exchange"]) for row in rows if str(row["provider"]) in old})
    share = sum(abs(value[e]) for e in hit) / abs(total) if total else 0.0
    return [*made, deprecated(old) | {"share": share, "subjects": hit}]


Newer = Mapping[str, frozenset[str]]
"""Identifier of a deprecated record to those of the active records that replace it."""


def deprecated_factors(calculation: Calculation, providers: Collection[str]) -> Mapping[str, Newer]:
    """Which of some emission factors come from records that their owner withdrew or replaced, and what replaces them."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for row in calculation.about(load("deprecated-factors"), "node", sorted(providers)) if providers else []:
        newer = found.setdefault(str(row["node"]), {})
        later = {str(row["newer"])} if row["newer"] else set()
        newer[str(row["identifier"])] = newer.get(str(row["identifier"]), frozenset()) | later
    return found


def deprecated(old: Mapping[str, Newer]) -> dict[str, Any]:
    """Return the assumption about emission factors from deprecated records."""
    newer = {identifier: later for each in old.values() for identifier, later in sorted(each.items())}
    told_en = "; ".join(
        f"{name} ({_later(newer[name], 'replaced by', 'nothing replaces it')})" for name in sorted(newer)
    )
    told_zh = "；".join(f"{name}（{_later(newer[name], '已由其替代：', '无替代记录')}）" for name in sorted(newer))
    return assumption(
        f"factor-{DEPRECATED}",
        f"factors of records that their owner deprecated; link newer ones, or ask the owner: {told_en}.",
        f"排放因子来自所有者已弃用的记录，请改为链接新记录或向其所有者索取：{told_zh}。",
    )


def _later(newer: Collection[str], replaced: str, nothing: str) -> str:
    return f"{replaced} {', '.join(sorted(newer))}" if newer else nothing


def unfit(code: str, texts: tuple[str, str], providers: Collection[str], names: Names) -> dict[str, Any]:
    """Return the assumption about emission factors that do not fit, with their names; `texts` are in English and Chinese."""
    names.learn(providers)
    named_en = "; ".join(sorted(names[p].in_language("en") for p in providers))
    named_zh = "；".join(sorted(names[p].in_language("zh") for p in providers))
    return assumption(f"factor-{code}", f"{texts[0]}: {named_en}.", f"{texts[1]}：{named_zh}。")


FIT = (
    ("year", "emission factors of another year than the process they serve, or of no stated year", "排放因子年份与所用过程不一致或未注明"),
    ("place", "emission factors of another place than the process they serve, or of no stated place", "排放因子地域与所用过程不一致或未注明"),
    ("losses", "electricity factors that do not say whether transmission losses are inside; none are added",
     "电力因子未注明是否含输配电损耗，未另行计入"),
)  # fmt: skip


def _priced(calculation: Calculation, terms: Terms) -> dict[str, float]:
    """Return kg CO2e by IRI of the exchanges that use an emission factor."""
    snapshot = calculation.snapshot
    system = snapshot.compiled.system
    uses_factor: Ints = np.unique(system.tech_exchange[snapshot.factor[system.tech_provider] >= 0])
    used = np.flatnonzero(np.isin(terms.exchange, uses_factor) & (terms.value != 0))
    return {system.exchange_ids[int(terms.exchange[t])]: float(terms.value[t]) for t in used}


def _illustrative(calculation: Calculation, terms: Terms, total: float) -> dict[str, Any] | None:
    """Report the share of a result that rests on figures which say of themselves that they come from no source."""
    ids = calculation.snapshot.compiled.system.exchange_ids
    marked = underscenario.illustrative(calculation)
    if not marked:
        return None
    mine = [float(v) for e, v in zip(terms.exchange, terms.value, strict=True) if v and ids[int(e)] in marked]
    if not mine:
        return None
    share = sum(abs(v) for v in mine) / abs(total) if total else 0.0
    return assumption(
        "illustrative",
        f"{len(mine)} terms, {share:.1%} of the result, rest on a figure marked illustrative: demonstration, not data.",
        f"{len(mine)} 项、占结果 {share:.1%} 的贡献含有标为“示意”的数值：仅供演示，不是实际数据。",
        share,
    )


def biogenic(calculation: Calculation) -> dict[str, Any] | None:
    """Report that biogenic CO2 stands beside the total; None where there is none."""
    weights = calculation.characterisation
    if np.array_equal(weights.excluding_biogenic, weights.including_biogenic):
        return None
    return assumption(
        "biogenic-co2",
        "uptake and release of biogenic CO2 are reported beside the total, not inside it.",
        "生物成因 CO2 的吸收与释放单独列示，不计入总量。",
    )
