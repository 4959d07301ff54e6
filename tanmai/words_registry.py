"""The words of the registry's commands, in English and Chinese."""

from __future__ import annotations

from typing import Final

REGISTRY_WORDS: Final[dict[str, tuple[str, str]]] = {
    "submission": ("Submission {id}", "提交 {id}"),
    "submission_known": (
        "These bytes were handed in before; nothing was changed. The receipt of then:",
        "该文件此前已提交，未作任何改动。当时的回执如下：",
    ),
    "submission_gone": (
        "It is {status} now, and its statements are not in the graph. To hand the study in again, change the file, its date for example.",
        "该提交目前状态为“{status}”，其内容不在图谱中。如需重新提交，请修改文件（如更新日期）。",
    ),
    "verdict_accepted": ("ACCEPTED", "通过"),
    "verdict_rejected": ("REJECTED", "退回"),
    "verdict_cure": (
        "Its statements are not in the graph. Correct the file and submit it again; see the report: tanmai submission show {id} --report",
        "其内容未进入图谱。请更正后重新提交；校验报告：tanmai submission show {id} --report",
    ),
    "submitted_at": ("received", "接收时间"),
    "submitted_by": ("by", "提交方"),
    "submitted_file": ("file", "文件"),
    "submission_status": ("status", "状态"),
    "submission_study": ("study", "研究"),
    "submission_rules": ("judged under", "校验依据"),
    "submission_report": ("report", "校验报告"),
    "submission_counts": (
        "{violations} violations, {warnings} warnings, {notes} notes",
        "不符合项 {violations} 项，警告 {warnings} 项，提示 {notes} 项",
    ),
    "submission_revises": ("revises {id}", "修订提交 {id}"),
    "submission_computed": ("computed", "计算"),
    "submission_calculation": (
        "engine {engine}, generation {generation}, GWP-100 {gwp}, inputs {hash}",
        "引擎 {engine}，数据代次 {generation}，GWP-100 {gwp}，输入散列 {hash}",
    ),
    "compared_values": (
        "Declared and recomputed, kg CO2e per declared or functional unit (tolerance {share} of the total)",
        "声明值与复算值，kg CO2e/声明单位或功能单位（容差为总量的 {share}）",
    ),
    "declared_value": ("declared", "声明值"),
    "computed_value": ("recomputed", "复算值"),
    "difference_of_total": ("of the total", "占总量"),
    "within_tolerance": ("within", "容差内"),
    "beyond_tolerance": ("BEYOND", "超出容差"),
    "not_recomputed": ("Not recomputed.", "未复算。"),
    "total_value": ("total", "总量"),
    "history": ("History", "历程"),
    "event_line": ("{time}  {before} -> {after}", "{time}  {before} → {after}"),
    "event_by": ("  by {by}", "  操作方：{by}"),
    "verified_by": ("Verified by {body}, {level}, {day}", "核查：{body}，{level}，{day}"),
    "no_submissions": ("Nothing has been submitted yet.", "尚无提交。"),
    "dependents_none": ("Nothing else in the store draws on this study.", "存储中没有其他数据引用该研究。"),
    "dependents_untold": (
        "Which products draw on this study cannot be told: {reason}",
        "无法列出引用该研究的产品：{reason}",
    ),
    "dependents_products": (
        "Products of others that draw on this study ({count})",
        "引用该研究的其他产品（{count}）",
    ),
    "dependents_product": ("{product}, made by {process}", "{product}（由{process}生产）"),
    "dependents_submissions": ("Submissions that draw on it: {ids}", "引用它的提交：{ids}"),
    "dependents_references": ("Statements of others that name its result ({count})", "引用其结果的其他陈述（{count}）"),
    "dependents_certificates": (
        "Its certificates: {ids}. See tanmai certificate check.",
        "其证书：{ids}。可用 tanmai certificate check 查验。",
    ),
    "certificate_holds": ("It holds on {day}.", "{day} 有效。"),
    "certificate_fails": ("It does not hold on {day}:", "{day} 无效："),
    "failing_state": ("it is {state}", "状态为{state}"),
    "failing_early": ("it begins to hold on {day}", "自 {day} 起有效"),
    "failing_late": ("it held until {day}", "有效期至 {day}"),
    "failing_study": ("submission {id}, whose footprint it certifies, is {state}", "其所依据的提交 {id} {state}"),
    "no_certificates": ("There are no certificates yet.", "尚无证书。"),
    "certificate": ("Certificate {id}", "证书 {id}"),
    "certificate_of": ("of submission {id}", "所属提交 {id}"),
    "certificate_days": ("valid from {start} until {end}", "有效期 {start} 至 {end}"),
    "stage_unstated": ("no stage stated", "未注明阶段"),
    "allowed_next": ("next", "可转入"),
    "requirement_met": ("pass", "满足"),
    "requirement_broken": ("fail", "不满足"),
}
