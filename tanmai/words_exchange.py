"""The words of records of exchange in English and Chinese."""

from __future__ import annotations

from typing import Final

EXCHANGE_WORDS: Final[dict[str, tuple[str, str]]] = {
    "records_in": ("{name}: {count} records", "{name}：{count} 条记录"),
    "records_taken": ("taken in: {added}, there already: {unchanged}", "新增 {added} 条，已存在 {unchanged} 条"),
    "records_deprecated": ("now deprecated: {names}", "现已弃用：{names}"),
    "records_refused": (
        "Nothing was taken in: correct what is marked error, then import again.",
        "未导入任何记录：请更正标为“错误”的内容后重新导入。",
    ),
    "records_written": ("{count} PACT records written to {path}", "已将 {count} 条 PACT 记录写入 {path}"),
    "record_published": ("published as {name}", "已发布为 {name}"),
    "record_published_before": ("published before as {name}", "此前已发布为 {name}"),
    "records_replaced": ("replaces {names}", "取代 {names}"),
    "record_shared": ("shared, like what it replaces, with: {names}", "沿用原记录的共享对象：{names}"),
    "factor_at": ("usable in a supply chain as <{iri}>", "可在产品链中引用 <{iri}>"),
    "factor_none": (
        "no factor: it states no usable total, or it is our own",
        "无因子：记录无可用总值，或为本库自有记录",
    ),
    "record_findings": ("What the rules say of the records", "规则检查结果"),
    "record_losses": ("What does not come over as it was", "未能原样传递的内容"),
    "finding_error": ("error", "错误"),
    "finding_warning": ("warning", "警告"),
    "finding_info": ("advice", "建议"),
    "loss_changed": ("other form", "形式改变"),
    "loss_narrowed": ("other scope", "范围不同"),
    "loss_computed": ("calculated", "由计算得出"),
    "loss_dropped": ("left out", "未纳入"),
    "loss_impossible": ("cannot be said", "无法表达"),
    "column_record": ("record", "记录"),
    "column_place": ("place", "位置"),
    "column_kind": ("kind", "类别"),
    "column_says": ("what and how to mend it", "说明与改正方法"),
}
"""Key to the words in English and Chinese; joined with those of the front door in `words`."""
