"""The words of validation reports in English and Chinese."""

from __future__ import annotations

from typing import Final

VALIDATION_WORDS: Final[dict[str, tuple[str, str]]] = {
    "assessed_on": ("judged for {day}", "校验日期 {day}"),
    "checksum": ("SHA-256", "SHA-256"),
    "effect_on_result": ("effect on the result", "对结果的影响"),
    "effect_change": ("exchanged", "替换"),
    "effect_cure": ("cure", "整改"),
    "effect_declared": ("Declared result: {value} kg CO2e per {per}.", "声明结果：{value} kg CO2e/{per}。"),
    "effect_falls": (
        "falls by {by}, from {before} to {after} kg CO2e per {per}",
        "由 {before} 降至 {after} kg CO2e/{per}，减少 {by}",
    ),
    "effect_more": ("and {count} more statements", "另有 {count} 条语句"),
    "effect_no_cure": (
        "No finding has a cure whose effect can be computed.",
        "各项发现均无可计算影响的整改方法。",
    ),
    "effect_none": ("No effect can be computed: {reason}", "无法计算影响：{reason}"),
    "effect_rises": (
        "rises by {by}, from {before} to {after} kg CO2e per {per}",
        "由 {before} 升至 {after} kg CO2e/{per}，增加 {by}",
    ),
    "effect_same": ("stays at {value} kg CO2e per {per}", "不变，仍为 {value} kg CO2e/{per}"),
    "effect_together": (
        "Computed with all cures made, the result of the study {told} (GWP set {gwp}).",
        "完成全部整改后按清单计算，研究结果{told}（GWP 版本 {gwp}）。",
    ),
    "effect_unknown": ("cannot be computed: {reason}", "无法计算：{reason}"),
    "engine_named": ("Engine: {name}", "校验引擎：{name}"),
    "engine_because": ("Engine: {name} ({reason})", "校验引擎：{name}（{reason}）"),
    "fix_added": ("(added)", "（新增）"),
    "fix_comments_kept": ("comments and layout are kept", "注释和版式保留"),
    "fix_comments_lost": ("comments and layout are not kept", "注释和版式未保留"),
    "fix_deprecated": ("deprecated term", "已弃用术语"),
    "fix_inverse": ("missing inverse link", "缺少反向关联"),
    "fix_nothing": (
        "Nothing has only one right answer to be mended; no copy was written.",
        "没有可自动更正的内容，未生成副本。",
    ),
    "fix_total": ("total is the sum of the stages", "总量为各阶段之和"),
    "fix_unit": ("spelling of the unit", "单位写法"),
    "fix_written": (
        "Corrected copy: {path} ({count} changes; {kept}). The verdict is that of the copy.",
        "已生成更正副本：{path}（{count} 处更正，{kept}）。以下为副本的校验结论。",
    ),
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
        "violations: {violation}, warnings: {warning}, notes: {info}",
        "不符合项 {violation} 项，警告 {warning} 项，提示 {info} 项",
    ),
    "verdict_fail": ("Does not pass", "未通过"),
    "verdict_pass": ("Passes", "通过"),
    "written_to": ("Written to {path}.", "已写入 {path}。"),
}
