"""The words of the commands about audiences, in English and Chinese."""

from __future__ import annotations

from typing import Final

AUDIENCE_WORDS: Final[dict[str, tuple[str, str]]] = {
    "audiences": ("Audiences", "共享对象"),
    "audience": ("audience", "共享对象"),
    "audience_title": ("called", "显示名称"),
    "audience_current": ("up to date", "已是最新"),
    "audience_late": ("not up to date: tanmai audience publish", "待更新：tanmai audience publish"),
    "audience_none": (
        "There are no audiences: nobody but the organisation reads anything.",
        "尚无共享对象：仅本组织可读取。",
    ),
    "audience_removed": (
        "The audience {name} and its store are gone; {count} datasets were shared with it.",
        "已删除共享对象 {name} 及其存储；此前与其共享的数据集：{count} 个。",
    ),
    "audience_datasets": ("Who may read what", "数据集可见范围"),
    "audience_shipped": (
        "{count} shipped datasets of vocabulary and reference knowledge are public.",
        "随附的词表与基础知识数据集 {count} 个，均为公开。",
    ),
    "access_level": ("access level", "访问级别"),
    "access_level_none": ("organisation only", "仅限本组织"),
    "access_level_named": ("those named", "仅限指名对象"),
    "access_level_public": ("public", "公开"),
    "access_level_restricted": ("restricted", "受限"),
    "access_level_confidential": ("confidential", "保密"),
    "shared_with": ("shared with", "共享给"),
    "extent_data": ("all data", "全部数据"),
    "extent_result": ("results only", "仅结果"),
    "publication": (
        "{name}: {count} datasets, {results} results.",
        "{name}：数据集 {count} 个，公布结果 {results} 项。",
    ),
    "publication_same": (
        "{name}: nothing to do, {count} datasets, {results} results.",
        "{name}：无需更新，数据集 {count} 个，公布结果 {results} 项。",
    ),
    "publication_anew": (
        "  Something was taken away: its store was made anew, older states are gone.",
        "  有内容被撤回：其存储已重建，旧状态已清除。",
    ),
    "published_results": ("Published results of {name}", "向 {name} 公布的结果"),
    "published_primary": ("primary data", "初级数据占比"),
    "withheld_inputs": (
        "{name} cannot compute these: nothing is shared of what supplies them",
        "{name} 无法计算以下各项：其供应方未共享",
    ),
    "withheld_iri": ("exchange or product", "交换或产品"),
    "withheld_supplier": ("supplier", "供应方"),
    "withheld_plainly": ("not shared", "未共享"),
    "publication_cure": (
        "Share the dataset of the supplier, or its result: tanmai audience share KEY --with {name} --result",
        "请共享供应方所在数据集，或仅共享其结果：tanmai audience share KEY --with {name} --result",
    ),
    "publication_differs": (
        "{name} computes other numbers than we do: data that it does not read add to what it reads",
        "{name} 的计算结果与我方不同：其未读取的数据对其所读取的数据有补充",
    ),
    "publication_ours": ("we, kg CO2e", "我方，kg CO2e"),
    "publication_theirs": ("they, kg CO2e", "对方，kg CO2e"),
    "publication_not_computed": ("cannot be computed", "无法计算"),
    "publication_failure": ("{name} can compute nothing: {text}", "{name} 无法进行任何计算：{text}"),
}
