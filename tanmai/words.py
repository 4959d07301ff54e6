"""The words of the front door in English and Chinese."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["en", "zh"]

WORDS: Final[dict[str, tuple[str, str]]] = {
    "amount": ("amount", "数量"),
    "assumption": ("What is assumed", "假设"),
    "bound": ("error bound", "误差界"),
    "by_category": ("By category (reported apart)", "按类别（单独列示）"),
    "by_gas": ("By gas", "按温室气体"),
    "by_stage": ("By life-cycle stage", "按生命周期阶段"),
    "category": ("category", "类别"),
    "contribution": ("Largest contributions", "主要贡献"),
    "contribution_column": ("kg CO2e", "kg CO2e"),
    "comma": (", ", "，"),
    "cut_off": ("Cut off", "未计入（截断）"),
    "cut_off_none": ("Nothing is cut off.", "无截断项。"),
    "data": ("data", "数据"),
    "dataset": ("dataset", "数据集"),
    "directory": ("directory", "目录"),
    "factor": ("factor", "因子"),
    "flow": ("flow", "流"),
    "footprint": ("Footprint", "碳足迹"),
    "gas": ("gas", "气体"),
    "generation": ("generation", "版本代"),
    "illustrative": ("illustrative", "示意值"),
    "in_brackets": ("({text})", "（{text}）"),
    "in_memory": ("in memory", "内存"),
    "including_biogenic": ("including biogenic CO2", "含生物成因 CO2"),
    "input": ("Computed from", "数据来源"),
    "issued": ("issued", "发布日期"),
    "knowledge": ("reference knowledge of Tanmai ({count} datasets)", "碳脉参考知识（{count} 个数据集）"),
    "loop": ("↺ drawn above; its chain is not repeated", "↺ 上文已展开，不再重复"),
    "loaded": ("loaded", "已载入"),
    "mass": ("mass, kg", "质量，kg"),
    "more": ("and {count} more", "另有 {count} 项"),
    "narrowed": (
        "The store as a whole cannot be calculated, so only what is upstream of this product was taken.",
        "存储整体无法计算，仅取本产品的上游部分。",
    ),
    "name": ("name", "名称"),
    "number": ("number", "个数"),
    "of_which": ("of which", "其中"),
    "origins": ("amount: {amount}; factor: {factor}", "数量：{amount}；因子：{factor}"),
    "place_year": ("place, year", "地域、年份"),
    "process": ("process", "过程"),
    "product": ("product", "产品"),
    "provider": ("supplied by", "供应方"),
    "quads": ("statements", "语句数"),
    "quads_of": ("{count:,} statements", "{count:,} 条语句"),
    "reason": ("reason", "原因"),
    "remainder": ("remainder", "其余"),
    "share": ("share", "占比"),
    "source": ("source", "来源"),
    "stage": ("stage", "阶段"),
    "total": ("total", "合计"),
    "unit": ("unit", "单位"),
    "unknown_set": ("unknown", "未注明"),
    "unchanged": ("unchanged, nothing to do", "内容未变，无需处理"),
    "unstated": ("stage not stated", "未注明阶段"),
    "value": ("value", "数值"),
    "version": ("version", "版本"),
    "affected": ("Products whose footprint changed: {count}", "碳足迹发生变化的产品：{count} 个"),
    "affected_unchanged": (
        "{count} more are downstream of a change and keep their value.",
        "另有 {count} 个产品位于改动下游，数值未变。",
    ),
    "base": ("as the data are", "现状"),
    "change": ("What is changed", "改动内容"),
    "changed_numbers": ("Numbers that changed: {count}", "发生变化的数值：{count} 个"),
    "difference": ("difference", "差值"),
    "moved": ("Contributions that moved most", "变化最大的贡献项"),
    "new": ("new", "新值"),
    "nothing_changed": ("Nothing that a footprint is computed from has changed.", "参与碳足迹计算的数据未发生变化。"),
    "old": ("old", "旧值"),
    "other_products": ("Products that change with it", "随之变化的产品"),
    "scenario": ("scenario", "情景"),
    "what_if": ("with the changes", "改动后"),
}


def word(key: str, lang: Language, **values: object) -> str:
    """Return a word of the interface in the language."""
    return WORDS[key][0 if lang == "en" else 1].format(**values)
