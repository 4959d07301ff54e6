"""The words of the commands about schemes, in English and Chinese."""

from __future__ import annotations

from typing import Final

SCHEME_WORDS: Final[dict[str, tuple[str, str]]] = {
    "allowed": ("May be used in a product footprint.", "可用于产品碳足迹。"),
    "change": ("change", "变化"),
    "conditions_missing": ("not met: {listed}", "未满足：{listed}"),
    "instead": ("right in its place", "应采用"),
    "kind": ("kind", "类型"),
    "no_alternative": ("no alternative", "无可替代因子"),
    "not_allowed": (
        "Not allowed here: {name}, {value}; it would wrongly give {gives}.",
        "不得采用：{name}，{value}；若误用将得到 {gives}。",
    ),
    "refused": ("Must not be used in a product footprint.", "不得用于产品碳足迹。"),
    "supply_unstated": (
        "No supply was stated: all electricity is taken from the grid.",
        "未给出供电构成：全部电量按取自电网处理。",
    ),
    "verdict_charged-elsewhere": ("counted with a factor of its own rules", "按其自身规则的因子计入"),
    "verdict_not-a-footprint": ("not a footprint", "并非碳足迹"),
    "verdict_not-charged": ("electricity not charged", "电力不计入"),
    "with_delivery": ("(with transmission and distribution: {value})", "（另计输配电：{value}）"),
    "would_give": ("would wrongly give {value}", "若误用将得到 {value}"),
    "year": ("year", "年份"),
    "asked_sources": ("Asked about", "所询来源"),
    "left_out": (
        "{count} of {sources} sources may be left out, together {share}",
        "{sources} 项来源中可舍弃 {count} 项，合计 {share}",
    ),
    "may_be_left_out": ("May be left out", "可舍弃"),
    "must_stay": ("Must stay", "须保留"),
    "no": ("no", "否"),
    "running": ("running total", "累计"),
    "source_of_emissions": ("source", "排放来源"),
    "verdict": ("may be left out", "可否舍弃"),
    "yes": ("yes", "可"),
    "activity_data": ("activity data", "活动数据"),
    "no_item_scored": ("no item above the threshold", "无高于阈值的项目"),
    "not_primary": ("Data that are not primary", "非初级数据"),
    "not_stated": ("not stated", "未注明"),
    "primary_share": ("Primary data share by reading of “primary”", "初级数据占比（按认定口径）"),
    "quality_rating": ("Data quality,", "数据质量，"),
    "supplier_share": ("supplier's footprint, {share} primary", "供应商碳足迹，初级数据占 {share}"),
}
