"""A judgement in a terminal: by severity and requirement, with place, value, cure and source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from tanmai.render.effects import effect_facts, effect_lines
from tanmai.render.naming import bracketed, short, text_in, visible, with_names
from tanmai.render.tables import console
from tanmai.words import Language, word

if TYPE_CHECKING:
    from shapes.lint import LintFinding

SEVERITIES: Final = ("violation", "warning", "info")
"""Gravest first."""

MARKS: Final = {"violation": "✗", "warning": "!", "info": "i"}
"""A sign for each severity, so that colour is not the only one."""

_STYLES: Final = {"violation": "bold red", "warning": "bold yellow", "info": "bold cyan"}


def show(data: Mapping[str, Any], lang: Language) -> None:
    """Print studies, findings and verdict."""
    out = console()
    for study in data["studies"]:
        for line in study_lines(study, data, lang):
            out.print(line, soft_wrap=True)
    for severity, groups in by_requirement(data):
        out.print()
        out.print(f"{word(f'severity_{severity}', lang)} ({data['counts'][severity]})", style=_STYLES[severity])
        for requirement, findings in groups:
            out.print(Text.assemble("\n", (heading(requirement, lang), "bold")), soft_wrap=True)
            origin = origin_of(requirement, lang)
            if origin:
                out.print(f"  {origin}", style="dim", soft_wrap=True)
            for finding in findings:
                _finding(finding, data, lang)
    out.print()
    if data["results_elsewhere"]:
        out.print(word("results_elsewhere", lang, count=data["results_elsewhere"]), soft_wrap=True)
    for line in effect_lines(data, lang):
        out.print(line, soft_wrap=True)
    out.print(verdict(data, lang), style="bold green" if data["passes"] else "bold red", soft_wrap=True)


def _finding(finding: Mapping[str, Any], data: Mapping[str, Any], lang: Language) -> None:
    out = console()
    severity = finding["severity"]
    out.print(
        Text.assemble(
            "  ",
            (MARKS[severity], _STYLES[severity]),
            f" {node_of(finding, lang)}",
            (f"  {place_of(finding)}", "dim"),
        ),
        soft_wrap=True,
    )
    for name, text in facts_of(finding, lang):
        out.print(f"    {name}{word('colon', lang)}{text}", soft_wrap=True)
    out.print(f"    {message_of(finding, lang)}", soft_wrap=True)
    for name, text in effect_facts(finding, data, lang):
        out.print(f"    {name}{word('colon', lang)}{text}", soft_wrap=True)


def by_requirement(
    data: Mapping[str, Any],
) -> Iterator[tuple[str, list[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]]]:
    """Yield each severity that was found with its requirements, each with its findings, in the order of the judgement."""
    requirements = {each["id"]: each for each in data["requirements"]}
    for severity in SEVERITIES:
        found = [finding for finding in data["findings"] if finding["severity"] == severity]
        if found:
            groups = groupby(found, key=lambda finding: str(finding["requirement"]))
            yield severity, [(requirements[key], list(group)) for key, group in groups]


def study_lines(study: Mapping[str, Any], data: Mapping[str, Any], lang: Language) -> list[str]:
    """Say which study of which product was judged for which day, and by which rules."""
    product = text_in(study["product"]["label"], lang) or short(study["product"]["iri"])
    name = text_in(study["label"], lang) or short(study["iri"])
    about = bracketed(word("assessed_on", lang, day=data["assessed_on"]), lang)
    lines = [f"{word('study', lang)}{word('colon', lang)}{name} – {product}{about}"]
    lines += [f"  {rule_line(rule, lang)}" for rule in study["rules"]]
    return lines


def rule_line(rule: Mapping[str, Any], lang: Language) -> str:
    """Name a rule and why it applies, or that it does not for want of shapes."""
    replaced = rule["instead_of"]
    why = word(f"how_{rule['how']}", lang, name="" if replaced is None else replaced["number"])
    key = "judged_by" if rule["shapes"] else "not_judged_by"
    name = text_in(rule["label"], lang) or short(rule["iri"])
    return visible(f"{word(key, lang)}{word('colon', lang)}{name}{bracketed(why, lang)}")


def heading(requirement: Mapping[str, Any], lang: Language) -> str:
    """The number and name of a requirement."""
    return f"{visible(requirement['id'])}  {text_in(requirement['title'], lang)}".rstrip()


def origin_of(requirement: Mapping[str, Any], lang: Language) -> str:
    """Which rule a requirement belongs to, where it is taken from, and how sure that is."""
    comma, colon = word("comma", lang), word("colon", lang)
    parts = []
    for key, texts in (("requirement_of", requirement["of"]), ("source", requirement["sources"])):
        if texts:
            parts.append(f"{word(key, lang)}{colon}{comma.join(short(text_in(text, lang)) for text in texts)}")
    told = "; ".join(parts) if lang == "en" else "；".join(parts)
    sure = text_in(requirement["confidence"] or {}, lang)
    return f"{told}{bracketed(sure, lang)}" if told and sure else told or sure


def node_of(finding: Mapping[str, Any], lang: Language) -> str:
    """The name and IRI of a node."""
    label, iri = text_in(finding["label"], lang), visible(finding["focus"])
    iri = iri if iri.startswith("_:") else f"<{iri}>"
    return f"{label} {iri}" if label else iri


def place_of(finding: Mapping[str, Any]) -> str:
    """File and line, as editors open them."""
    return _place(finding["file"], finding["line"])


def _place(file: str | None, line: int | None) -> str:
    return "" if file is None else visible(file) + ("" if line is None else f":{line}")


def facts_of(finding: Mapping[str, Any], lang: Language) -> list[tuple[str, str]]:
    """The property, the offending value with its place, and other nodes that the message names; what there is of them."""
    facts = []
    if finding["path"] is not None:
        facts.append((word("property_path", lang), short(finding["path"])))
    if finding["value"] is not None:
        label = text_in(finding["value_label"], lang)
        value = short(finding["value"])
        told = f"{label}{bracketed(value, lang)}" if label else value
        place = _place(finding["value_file"], finding["value_line"])
        facts.append((word("found_value", lang), f"{told}  {place}" if place else told))
    others = [iri for iri in finding["named"] if iri not in {finding["focus"], finding["value"]}]
    if others:
        names = (f"{text_in(finding['named'][iri], lang)}{bracketed(short(iri), lang)}" for iri in others)
        facts.append((word("mentioned", lang), word("comma", lang).join(names)))
    return facts


def message_of(finding: Mapping[str, Any], lang: Language) -> str:
    """What is wrong and how to mend it, nodes by their names; the name of the component where the shape has no words."""
    told = with_names(text_in(finding["message"], lang), finding["named"], lang)
    return told or short(finding["component"])


def verdict(data: Mapping[str, Any], lang: Language) -> str:
    """The last line: verdict, counts, rules, engine."""
    stop = ". " if lang == "en" else "。"
    counts = word("verdict_counts", lang, **data["counts"])
    rules = dict.fromkeys(rule["number"] for study in data["studies"] for rule in study["rules"] if rule["shapes"])
    parts = [word("verdict_pass" if data["passes"] else "verdict_fail", lang), counts]
    if rules:
        parts.append(f"{word('judged_by', lang)}{word('colon', lang)}{word('comma', lang).join(rules)}")
    return stop.join([*parts, engine_of(data, lang)]) + stop.strip()


def engine_of(data: Mapping[str, Any], lang: Language) -> str:
    """Which engine judged, and why it was not ours."""
    from tanmai.translate import translated

    reason = translated(data["engine_reason"] or "", lang)
    return word("engine_because" if reason else "engine_named", lang, name=data["engine"], reason=visible(reason))


def lint_lines(findings: Sequence[LintFinding], lang: Language) -> list[str]:
    """Findings of the lint, one to a line: file and line, shape, what is wrong and how to mend it."""
    from tanmai.translate import translated

    return [
        f"{visible(each.file)}{'' if each.line is None else f':{each.line}'}: {short(each.shape)}{word('colon', lang)}"
        f"{visible(translated(each.problem, lang))}"
        for each in findings
    ]
