"""What the defects of a study do to its result, in words: for each finding, and all cures together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tanmai.figures import figure, percent
from tanmai.render.naming import bracketed, short, text_in, visible
from tanmai.words import Language, word

MOST_CHANGES = 3
"""So many statements that a cure exchanges are shown, the rest is counted."""


def effect_facts(finding: Mapping[str, Any], data: Mapping[str, Any], lang: Language) -> list[tuple[str, str]]:
    """What a cure of this finding does to the result, and what it exchanges; nothing where there is no cure."""
    effect = finding.get("effect")
    if effect is None:
        return []
    cure = text_in(effect["cure"]["label"], lang) or short(effect["cure"]["iri"])
    facts = [(word("effect_cure", lang), cure)]
    facts += [(word("effect_change", lang), text) for text in _changes(effect["changes"], lang)]
    if effect["before"] is None or effect["after"] is None:
        return [
            *facts,
            (word("effect_on_result", lang), word("effect_unknown", lang, reason=_said(effect["reason"], lang))),
        ]
    return [*facts, (word("effect_on_result", lang), moved(effect["before"], effect["after"], data["effect"], lang))]


def effect_lines(data: Mapping[str, Any], lang: Language) -> list[str]:
    """The declared result, the one of the study as it is, and that with all cures; or why there is none."""
    effect = data.get("effect")
    if effect is None:
        return []
    lines = []
    if effect["declared"] is not None:
        lines.append(word("effect_declared", lang, value=figure(effect["declared"]), per=_per(effect, lang)))
    if effect["reason"]:
        lines.append(word("effect_none", lang, reason=_said(effect["reason"], lang)))
    elif effect["before"] is not None and effect["together"] is not None:
        told = moved(effect["before"], effect["together"], effect, lang)
        lines.append(word("effect_together", lang, told=told, gwp=visible(effect["gwp_set"])))
    elif not any(finding["effect"] for finding in data["findings"]):
        lines.append(word("effect_no_cure", lang))
    return lines


def moved(before: float, after: float, effect: Mapping[str, Any], lang: Language) -> str:
    """Say that a result rises or falls, from what to what."""
    per = _per(effect, lang)
    if before == after:
        return word("effect_same", lang, value=figure(before), per=per)
    share = "" if before == 0 else bracketed(percent(abs((after - before) / before)), lang)
    key = "effect_rises" if after > before else "effect_falls"
    by = figure(abs(after - before)) + " kg CO2e" + share
    return word(key, lang, before=figure(before), after=figure(after), by=by, per=per)


def _changes(changes: list[Mapping[str, Any]], lang: Language) -> Iterator[str]:
    for change in changes[:MOST_CHANGES]:
        before, after = (_term(change[side], lang) for side in ("before", "after"))
        yield f"{short(change['property'])}{word('colon', lang)}{before} → {after}"
    if len(changes) > MOST_CHANGES:
        yield word("effect_more", lang, count=len(changes) - MOST_CHANGES)


def _term(term: Mapping[str, Any] | None, lang: Language) -> str:
    if term is None:
        return "–"
    name = text_in(term["label"], lang) or short(term["value"])
    return name if term["factor"] is None else f"{name}{bracketed(figure(term['factor']), lang)}"


def _per(effect: Mapping[str, Any], lang: Language) -> str:
    unit = effect["unit"]
    return f"{figure(effect['amount'])} {unit['symbol'] or text_in(unit['label'], lang) or short(unit['iri'])}"


def _said(reason: str, lang: Language) -> str:
    from tanmai.translate import translated

    return visible(translated(reason, lang))
