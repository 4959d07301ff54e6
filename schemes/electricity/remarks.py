"""What has to be said beside a choice of factors: assumptions, and conditions that are not met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from graphstore.answers.names import Names
from schemes.electricity.factors import Chosen
from schemes.electricity.rules import Conditions, ElectricityRule
from schemes.electricity.supply import Supply


def missing_conditions(
    rule: ElectricityRule, supply: Supply, conditions: Conditions, names: Names
) -> list[dict[str, Any]]:
    """Return the conditions that a rule requires and a supply does not meet, each with why.

    A condition that is stated to fail, or that dates, market or beneficiary contradict, is not met. One about which nothing
    is stated is not met either, unless it is of those that hold until denied.
    """
    found = []
    for condition in rule.conditions:
        if condition in supply.fails:
            en, zh = supply.why_fails.get(condition, ("it is stated not to hold", "已声明不满足"))
        elif condition in supply.meets or condition in conditions.assumed:
            continue
        else:
            en, zh = "nothing is stated about it", "未作任何声明"
        found.append({**names[condition].as_dict(), "why_en": en, "why_zh": zh})
    return found


@dataclass(frozen=True, slots=True)
class Remarks:
    """Assumptions of one answer, each once, in the order in which they were made."""

    names: Names
    found: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def as_list(self) -> list[dict[str, Any]]:
        """For machines and people: code, text in both languages, subjects."""
        return list(self.found.values())

    def _add(self, code: str, key: str, en: str, zh: str, subject: str | None = None) -> None:
        made = self.found.setdefault((code, key), {"code": code, "text_en": en, "text_zh": zh, "subjects": []})
        if (about := subject or key) not in made["subjects"]:
            made["subjects"].append(about)

    def _both(self, iri: str) -> tuple[str, str]:
        name = self.names[iri]
        return name.in_language("en"), name.in_language("zh")

    def rule(self, rule: ElectricityRule) -> None:
        """Say of a rule that it was recalled, and of a draft or bill that it is none yet."""
        scheme_en, scheme_zh = self._both(rule.scheme)
        if rule.unverified:
            self._add(
                "rule-unverified",
                rule.scheme,
                f"{scheme_en}: the rules on electricity are recalled and were not compared with the text.",
                f"{scheme_zh}：电力规则凭公共知识给出，未与原文核对。",
            )
        if rule.status is not None and not rule.status.endswith("/in-force"):
            status_en, status_zh = self._both(rule.status)
            self._add(
                "legal-status",
                rule.scheme,
                f"{scheme_en}: the rules on electricity are not in force ({status_en}).",
                f"{scheme_zh}：电力规则尚未生效（{status_zh}）。",
            )

    def chosen(self, chosen: Chosen, year: int) -> None:
        """Say what had to be assumed for a factor to be taken."""
        factor = chosen.factor
        en, zh = self._both(factor.iri)
        if factor.states_co2e:
            self._add(
                "gwp-set-unknown",
                "",
                "factors that state CO2e and no masses of gases cannot be restated under another GWP set.",
                "仅给出 CO2e、未给出各气体质量的因子无法按其他 GWP 版本重新折算。",
                factor.iri,
            )
        if factor.losses_unknown:
            self._add(
                "losses-unknown",
                factor.iri,
                f"{en}: does not say whether transmission and distribution are inside; none are added.",
                f"{zh}：未注明是否含输配电，未另行计入。",
            )
        for code, subject in chosen.assumed:
            said_en, said_zh = _ASSUMED[code]
            place_en, place_zh = self._both(subject) if "://" in subject else (subject, subject)
            self._add(
                code,
                factor.iri,
                f"{en}: " + said_en.format(subject=place_en, year=year),
                f"{zh}：" + said_zh.format(subject=place_zh, year=year),
            )

    def conditions(self, rule: ElectricityRule, supply: Supply) -> None:
        """Say which conditions were taken to hold, and which rest on the word of whoever asks."""
        method_en, method_zh = self._both(supply.method)
        for condition in rule.conditions:
            en, zh = self._both(condition)
            if condition not in supply.meets:
                self._add(
                    "condition-assumed",
                    supply.method,
                    f"{method_en}: “{en}” is not stated and was taken to hold.",
                    f"{method_zh}：未声明“{zh}”，按满足处理。",
                )
            elif not supply.node:
                self._add(
                    "condition-claimed",
                    supply.method,
                    f"{method_en}: the conditions are claimed in the question; the graph holds no evidence of them.",
                    f"{method_zh}：条件由提问者声明，图中无相应凭证。",
                )

    def not_available(self, generation: str) -> None:
        """Say that a preferred mix has no factor."""
        en, zh = self._both(generation)
        self._add(
            "mix-not-available",
            generation,
            f"{en} not available: no footprint factor of it is published here, so the next rule is used.",
            f"无“{zh}”因子：未公布该类碳足迹因子，采用次优规则。",
        )

    def sectors(self, sectors: Iterable[str]) -> None:
        """Say for which sectors an answer holds, where no sector was given and rules differ by it."""
        listed = sorted(sectors)
        if listed:
            en = ", ".join(self._both(each)[0] for each in listed)
            zh = "、".join(self._both(each)[1] for each in listed)
            self._add(
                "sector-not-stated",
                listed[0],
                f"no sector was given; the answer is for {en}. Give the sector of the good for others.",
                f"未给出行业；结果适用于{zh}。其他行业请注明。",
            )


_ASSUMED = {
    "wider-place": ("no factor of its own place for {year}; that of {subject} is used.", "{year} 年无该地自身因子，采用{subject}因子。"),
    "other-year": ("there is none for {year}; that of {subject} is used, as asked for.", "无 {year} 年因子，按要求采用 {subject} 年因子。"),
    "named-year": ("was named for use in {year}; its data are of {subject}.", "被指定用于 {year} 年，其数据年份为 {subject}。"),
    "named-place": ("was named; its place is {subject}, not where the electricity is used.", "系指定采用，其地域为{subject}，并非用电地。"),
    "latest-issued": ("several were published; the one issued last is used.", "存在多个发布值，采用最近发布者。"),
}  # fmt: skip
