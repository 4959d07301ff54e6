"""The words of validation reports in English and Chinese."""

from __future__ import annotations

from typing import Final

VALIDATION_WORDS: Final[dict[str, tuple[str, str]]] = {
    "assessed_on": ("judged for {day}", "校验日期 {day}"),
    "checksum": ("SHA-256", "SHA-256"),
    "engine_named": ("Engine: {name}", "校验引擎：{name}"),
    "engine_because": ("Engine: {name} ({reason})", "校验引擎：{name}（{reason}）"),
    "found_at": ("place", "位置"),
    "how_asked": ("asked for", "指定"),
    "how_claimed": ("claimed", "声明采用"),
    "how_general": ("for every footprint", "通用要求"),
    "how_national": ("in place of {name}", "代替 {name}"),
    "how_successor": ("in place of {name}", "代替 {name}"),
    "judged_by": ("Judged by", "校验依据"),
    "lint_clean": ("{files} shapes files, nothing to mend.", "{files} 个形状文件，无需修改。"),
    "lint_found": ("{count} findings in {files} shapes files.", "{files} 个形状文件中有 {count} 处需要修改。"),
    "no_findings": ("No result.", "无任何结果。"),
    "node": ("node", "节点"),
    "not_judged_by": ("Not judged by, for want of shapes", "无校验形状，未校验"),
    "property_path": ("property", "属性"),
    "report_title": ("Validation report", "校验报告"),
    "requirement_of": ("requirement of", "所属规则"),
    "results_elsewhere": (
        "{count} results about reference knowledge that the files do not mention are left out.",
        "另有 {count} 条结果涉及文件未引用的参考知识，未列出。",
    ),
    "severity_info": ("Notes", "提示"),
    "severity_violation": ("Violations", "不符合项"),
    "severity_warning": ("Warnings", "警告"),
    "shapes_files": ("shapes", "形状文件"),
    "study": ("Study", "研究"),
    "verdict_counts": (
        "{violation} violations, {warning} warnings, {info} notes",
        "不符合项 {violation} 项，警告 {warning} 项，提示 {info} 项",
    ),
    "verdict_fail": ("Does not pass", "未通过"),
    "verdict_pass": ("Passes", "通过"),
    "written_to": ("Written to {path}.", "已写入 {path}。"),
}
