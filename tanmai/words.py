"""The words of the front door in English and Chinese."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["en", "zh"]

WORDS: Final[dict[str, tuple[str, str]]] = {
    "removed": ("{count} sets of results taken out of the graph.", "已从图谱移除 {count} 组结果。"),
    "refused": ("{count} products without a footprint under these settings", "{count} 个产品在该设置下无法给出碳足迹"),
    "written_before": (
        "{count} footprints in the dataset {dataset} are fresh; nothing to do.",
        "数据集 {dataset} 中的 {count} 项碳足迹仍然有效，无需处理。",
    ),
    "written": ("{count} footprints written to the dataset {dataset}.", "已将 {count} 项碳足迹写入数据集 {dataset}。"),
    "no_results": ("The graph holds no computed footprints.", "图谱中没有计算结果。"),
    "state": ("state", "状态"),
    "stale": ("stale: the data has changed since", "已过期：数据此后有变更"),
    "fresh": ("fresh", "有效"),
    "computed": ("computed", "计算时间"),
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
    "error": ("error: {text}", "错误：{text}"),
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
    "internal_error": (
        (
            "internal error: {text}\nThis is a fault of Tanmai, not of your data. Run it again with TANMAI_TRACEBACK=1 and "
            "report what is printed."
        ),
        "内部错误：{text}\n这是 Tanmai 的缺陷，与您的数据无关。请加上 TANMAI_TRACEBACK=1 重新运行，并将输出报告给我们。",
    ),
    "interrupted": ("interrupted; nothing half-done is kept.", "已中断，未留下半成品。"),
    "issued": ("issued", "发布日期"),
    "knowledge": ("reference knowledge of Tanmai ({count} datasets)", "碳脉参考知识（{count} 个数据集）"),
    "kind": ("kind", "类别"),
    "loop": ("↺ drawn above; its chain is not repeated", "↺ 上文已展开，不再重复"),
    "loaded": ("loaded", "已载入"),
    "mass": ("mass, kg", "质量，kg"),
    "more": ("and {count} more", "另有 {count} 项"),
    "narrowed": (
        "The store as a whole cannot be calculated, so only what is upstream of this product was taken.",
        "存储整体无法计算，仅取本产品的上游部分。",
    ),
    "name": ("name", "名称"),
    "not_computed": ("{count} values could not be computed and are left empty:", "{count} 个值无法计算，结果中留空："),
    "nothing_found": ("Nothing has such a name.", "没有匹配的名称。"),
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
    "try_help": ("Try '{command} --help' for help.", "用 {command} --help 查看用法。"),
    "unknown_set": ("unknown", "未注明"),
    "unchanged": ("unchanged, nothing to do", "内容未变，无需处理"),
    "unstated": ("stage not stated", "未注明阶段"),
    "usage": ("Usage: {text}", "用法：{text}"),
    "value": ("value", "数值"),
    "version": ("version", "版本"),
}


def word(key: str, lang: Language, **values: object) -> str:
    """Return a word of the interface in the language."""
    return WORDS[key][0 if lang == "en" else 1].format(**values)
