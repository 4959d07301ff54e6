"""What is said of a defect, in both languages: why it is one, and how to mend it. The member is named by its last name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from mappings.pact.findings import Loss

TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("{name} is missing. State it.", "缺少 {name}。请填写。"),
    "more": (
        "It has {count} defects or more; further ones are not listed. Check that it is a PACT record at all.",
        "缺陷达到或超过 {count} 处，其余不再列出。请确认其是否为 PACT 记录。",
    ),
    "record": (
        "A record is an object. Hand in a ProductFootprint, an array of them, or either under data.",
        "记录应为对象。请提交 ProductFootprint、其数组，或将二者之一置于 data 之下。",
    ),
    "object": (
        '{name} must be an object. Write it as {{"member": ...}}.',
        '{name} 应为对象。请按 {{"成员": ...}} 的形式填写。',
    ),
    "list": ("{name} must be an array. Put the value into square brackets.", "{name} 应为数组。请用方括号括起。"),
    "empty": (
        "{name} holds nothing, but at least one value is needed. Add one.",
        "{name} 为空，至少应有一个值。请补充。",
    ),
    "repeated": (
        "{name} holds the same value twice. Remove the repetition.",
        "{name} 中有重复值。请删除重复项。",
    ),
    "text": (
        "{name} must be text. Write it in quotation marks.",
        "{name} 应为文本。请用引号书写。",
    ),
    "name": (
        "{name} must be text that is not empty. Fill it in.",
        "{name} 应为非空文本。请填写。",
    ),
    "uuid": (
        "{name} must be a UUID, such as 6f0e5c5e-3f5c-4c0a-9d59-0d8a3b1f7c11. Write it in that form.",
        "{name} 应为 UUID，例如 6f0e5c5e-3f5c-4c0a-9d59-0d8a3b1f7c11。请按此形式填写。",
    ),
    "version": (
        '{name} must be three numbers, such as "3.0.3". State the version that the record follows.',
        "{name} 应为三段数字，例如 “3.0.3”。请填写记录所依据的规范版本。",
    ),
    "unknown-version": (
        "The record is of version {value}; versions 3.0.x and 2.0 to 2.3 are known. Ask its owner for a record of one of them.",
        "记录的版本为 {value}；目前支持 3.0.x 与 2.0 至 2.3 版。请向数据所有者索取其中一种版本的记录。",
    ),
    "moment": (
        "{name} must be an existing date and time with a time zone, such as 2026-03-01T00:00:00Z. Write it in that form.",
        "{name} 应为真实存在且带时区的日期时间，例如 2026-03-01T00:00:00Z。请按此形式填写。",
    ),
    "urn": (
        "{name} must hold URNs, such as urn:gtin:06901234567892. Put urn: and a name space before the identifier.",
        "{name} 应为 URN，例如 urn:gtin:06901234567892。请在标识前加上 urn: 和命名空间。",
    ),
    "uri": (
        "{name} must be an absolute address, such as https://example.org/schema.json. Write it whole.",
        "{name} 应为绝对地址，例如 https://example.org/schema.json。请完整填写。",
    ),
    "decimal": (
        '{name} must be a decimal number in quotation marks, such as "0.35" or "1.2e-3". Use digits and a point, no unit, no space.',
        "{name} 应为带引号的小数，例如 “0.35” 或 “1.2e-3”。仅用数字和小数点，不写单位，不留空格。",
    ),
    "number": (
        "{name} must be a number without quotation marks in version 2, such as 2.5. Write the JSON value.",
        "{name} 在第 2 版中应为不带引号的数值，例如 2.5。请填写 JSON 数值。",
    ),
    "integer": (
        "{name} must be a whole number without quotation marks, such as 1. Write the JSON value.",
        "{name} 应为不带引号的整数，例如 1。请填写 JSON 数值。",
    ),
    "magnitude": (
        "{name} has more digits or a larger exponent than a quantity can have. Correct the number.",
        "{name} 的位数或指数超出物理量可能的范围。请更正数值。",
    ),
    "flag": (
        "{name} must be true or false without quotation marks. Write the JSON value.",
        "{name} 应为不带引号的 true 或 false。请填写 JSON 布尔值。",
    ),
    "choice": ("{name} must be one of: {allowed}. Choose one.", "{name} 应为下列之一：{allowed}。请选择其一。"),
    "country": (
        "{name} must be a code of two capital letters (ISO 3166-1), such as CN. Write the code.",
        "{name} 应为两位大写字母代码（ISO 3166-1），例如 CN。请填写代码。",
    ),
    "subdivision": (
        "{name} must be a code of ISO 3166-2, such as CN-GD. Write the code.",
        "{name} 应为 ISO 3166-2 代码，例如 CN-GD。请填写代码。",
    ),
    "report": (
        "{name} must name assessment reports, such as AR6. Write the short name.",
        "{name} 应为评估报告代号，例如 AR6。请填写代号。",
    ),
    "range": (
        "{name} must be {bounds}. Check the number and its sign.",
        "{name} 应满足：{bounds}。请核对数值及正负号。",
    ),
    "geography": (
        "More than one level of geography is set. Keep the one for which the figures hold and leave the others out.",
        "填写了多个地域层级。请仅保留数据所适用的一个层级。",
    ),
    "packaging": (
        "packagingGhgEmissions is stated, but packagingEmissionsIncluded is not true. Leave the number out, or include packaging.",
        "填写了 packagingGhgEmissions，但 packagingEmissionsIncluded 不为 true。请删除该数值，或将包装计入。",
    ),
    "reference-period": (
        "The reference period ends no later than it starts. Correct the two dates.",
        "基准期结束不晚于开始。请更正两个日期。",
    ),
    "other-operator": (
        "operator is Other, but otherOperatorName is missing beside it. Name the operator there.",
        "operator 为 Other，但同一对象中缺少 otherOperatorName。请在该处写明发布方。",
    ),
    "validity-start": (
        "Validity starts before the reference period ends. Start it at {bounds} or later.",
        "有效期早于基准期结束。开始时间应不早于 {bounds}。",
    ),
    "validity-order": (
        "Validity ends no later than it starts. Correct the two dates.",
        "有效期结束不晚于开始。请更正两个日期。",
    ),
    "validity-length": (
        "Validity ends more than {years} years after the reference period. End it at {bounds} at the latest.",
        "有效期超过基准期结束后 {years} 年。结束时间最晚为 {bounds}。",
    ),
    "sum": (
        "{name} is {value}, but its components add up to {sum}. Check them; what is inside another item is not added.",
        "{name} 为 {value}，而各组成之和为 {sum}。请核对；已含在其他项内的不再相加。",
    ),
    "mass": (
        "The mass is zero, but the unit is that of a good. State the mass of the declared unit in kg, without packaging.",
        "质量为零，而计量单位属于实物产品。请填写每声明单位的质量（kg，不含包装）。",
    ),
    "reported": (
        "{name} is not stated, but its reporting is {duty} under the methodology. State it.",
        "未填写 {name}，而方法学对其报告的要求为 {duty}。请填写。",
    ),
    "sources": (
        "primaryDataShare is below 100 per cent, but no source of secondary factors is named. List databases and versions under {name}.",
        "primaryDataShare 低于 100%，但未列明次级因子来源。请在 {name} 中列出数据库及其版本。",
    ),
    "old-key": (
        "The extension writes specversion; the key is specVersion since 3.0.3. It is read all the same.",
        "扩展中的键写作 specversion；自 3.0.3 起应为 specVersion。仍予读取。",
    ),
    "surrogate": (
        "{name} holds half of a character (a lone surrogate), which no file in UTF-8 can hold. Correct the text.",
        "{name} 含有半个字符（孤立代理项），无法用 UTF-8 表示。请更正文本。",
    ),
}
"""Key of a rule to its text in English and Chinese."""


def told(rule: str, **words: str) -> dict[str, str]:
    """Return the text of a rule in both languages."""
    return {lang: text.format(**words) for lang, text in zip(("en", "zh"), TEXTS[rule], strict=True)}


_LOSSES: Final[Mapping[str, tuple[Literal["changed", "narrowed", "computed", "dropped", "impossible"], str, str]]] = {
    "kept": (
        "dropped",
        "The graph has no statement for {name}; it stays in the text of the record, which is kept.",
        "图中没有对应 {name} 的陈述；其内容保留在所存的记录原文中。",
    ),
    "place": (
        "narrowed",
        "The place {code} is not among the known ones; the country, or no place, stands for it.",
        "地域代码 {code} 不在已知地点之列，以所属国家代替，或不注明地域。",
    ),
    "rest": (
        "computed",
        "The total counts. It differs from the sum of its components by {rest} kg CO2e, which is booked as fossil.",
        "以总值为准。总值与各组成之和相差 {rest} kg CO2e，差额计入化石源。",
    ),
    "uptake": (
        "computed",
        "The two totals count. The uptake is taken as their difference, {uptake} kg CO2e.",
        "以两个总值为准。吸收量取二者之差 {uptake} kg CO2e。",
    ),
    "sets": (
        "narrowed",
        "Not one known set of warming potentials is named ({sets}), so the set of the factor is unknown.",
        "未注明唯一且已知的 GWP 数值集（{sets}），故因子的数值集记为未知。",
    ),
    "day": (
        "narrowed",
        "A period of the graph is made of days; {name} is taken as {day}.",
        "图中的时段以日为单位；{name} 取为 {day}。",
    ),
    "other-total": (
        "dropped",
        "pCfExcludingBiogenic leaves out all biogenic emissions, the total of version 3 only the uptake; it is not taken for it.",
        "pCfExcludingBiogenic 不含全部生物成因排放，而第 3 版总值仅不含吸收，二者口径不同，不作替代。",
    ),
    "near-total": (
        "narrowed",
        "pCfIncludingBiogenic is taken as pcfIncludingBiogenicUptake, which is close to it; it may count biogenic CO2 otherwise.",
        "pCfIncludingBiogenic 取作含义相近的 pcfIncludingBiogenicUptake；二者对生物成因 CO2 的计法可能不同。",
    ),
    "total-from": (
        "computed",
        "The total without uptake, {total} kg CO2e, is pCfIncludingBiogenic minus biogenicCarbonWithdrawal.",
        "不含吸收的总值 {total} kg CO2e 由 pCfIncludingBiogenic 减去 biogenicCarbonWithdrawal 得出。",
    ),
    "no-total": (
        "impossible",
        (
            "The record states no total that can be used in a supply chain: pCfIncludingBiogenic or biogenicCarbonWithdrawal is "
            "missing. Ask its owner for both, or for a record of version 3."
        ),
        "记录未给出可用于产品链计算的总值：缺少 pCfIncludingBiogenic 或 biogenicCarbonWithdrawal。请向数据所有者索取这两项，或第 3 版记录。",
    ),
    "other-biogenic": (
        "narrowed",
        "otherBiogenicGhgEmissions is taken as biogenicNonCO2Emissions, which is narrower.",
        "otherBiogenicGhgEmissions 取作范围较窄的 biogenicNonCO2Emissions。",
    ),
    "land-management": (
        "dropped",
        "landManagementGhgEmissions is one number; which part is fossil, biogenic or removed cannot be told, so it is in the total only.",
        "landManagementGhgEmissions 为单一数值，无法区分化石、生物成因和清除部分，故仅体现在总值中。",
    ),
    "unit": (
        "changed",
        "The specification has no word for <{unit}>; the amount is given in {word}.",
        "规范没有 <{unit}> 对应的单位，数量换算为 {word}。",
    ),
    "year": (
        "dropped",
        "The graph states no year of {source}, which a record needs beside a source of factors.",
        "图中未注明 {source} 的年份，而记录要求因子来源同时给出版本。",
    ),
    "publisher": (
        "dropped",
        "The graph names no publisher of {rule}, which a record needs beside a product rule.",
        "图中未注明 {rule} 的发布方，而记录要求产品规则同时给出发布方。",
    ),
    "result": (
        "dropped",
        "A record has no place for {what}; ask the graph for it.",
        "记录没有{what_zh}的位置，请向图中查询。",
    ),
    "ratings": (
        "dropped",
        "A record rates data by three indicators, each by one score of the PACT scale. Not so stated: {missing}. State them as tm:quality.",
        "记录要求三项指标各有一个 PACT 尺度评分，以下各项未如此给出：{missing}。请以 tm:quality 给出。",
    ),
    "other-scale": (
        "dropped",
        "The ratings are on another scale than that of PACT 3, and scores of different scales cannot be converted.",
        "数据质量评分所用尺度不是 PACT 第 3 版尺度，不同尺度的评分无法换算。",
    ),
    "verifications": (
        "dropped",
        "A record has room for one verification. The latest is stated, {count} other verification(s) stay here.",
        "记录只能容纳一项核查，仅给出最近一项，其余 {count} 项保留在图中。",
    ),
    "release": (
        "computed",
        "The uptake is the net of uptake and release of biogenic CO2, {uptake} kg: what stays in the product at the gate.",
        "吸收量取生物成因 CO2 吸收与释放的净值 {uptake} kg，即出厂时产品中所含部分。",
    ),
    "scale": (
        "changed",
        "Ratings of version 2 stay on their scale of 1 to 3; they cannot be turned into 1 to 5.",
        "第 2 版数据质量评分仍按 1 至 3 级保存，无法换算为 1 至 5 级。",
    ),
    "codes": (
        "changed",
        "Names of standards become the codes of version 3.",
        "标准名称改写为第 3 版代码。",
    ),
    "no-home": (
        "dropped",
        "Version 3 has no place for {name}; it stays in the text of the record, which is kept.",
        "第 3 版没有 {name} 的位置；其内容保留在所存的记录原文中。",
    ),
}
"""Key of a loss to its kind and its text in English and Chinese."""


def lost(pointer: str, key: str, **words: str) -> Loss:
    """Return a loss with its text in both languages."""
    kind, *texts = _LOSSES[key]
    name = pointer.rpartition("/")[2]
    return Loss(
        pointer, kind, {lang: t.format(name=name, **words) for lang, t in zip(("en", "zh"), texts, strict=True)}
    )
