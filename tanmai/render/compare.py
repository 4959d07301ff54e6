"""A comparison in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from tanmai.figures import figure, percent
from tanmai.render.explanation import bracketed
from tanmai.render.footprint import ROUNDING
from tanmai.render.names import named, symbol
from tanmai.render.tables import console, table
from tanmai.words import Language, word

MOST_GROUPS = 10


def show(data: Mapping[str, Any], lang: Language) -> None:
    """Print a comparison, or why there is none."""
    if not verdict(data, lang):
        return
    headline(data, lang)
    terms(data, lang)
    for key, heading in (("processes", "by_process"), ("gases", "by_gas"), ("stages", "by_stage")):
        groups(data[key], word(heading, lang), lang)
    if data["changes"] is not None:
        changes(data["changes"], lang)
    reservations(data, lang)


def verdict(data: Mapping[str, Any], lang: Language) -> bool:
    """Print the keys that differ, if any, and return whether there is a comparison all the same."""
    if data["differing"]:
        names = (f"{side}  {named(product, lang)}" for side, product in zip("AB", data["products"], strict=True))
        console().print("\n".join(names), soft_wrap=True)
        refusal(data, lang)
    if "difference" in data:
        return True
    console().print(word("not_comparable_cure", lang), soft_wrap=True)
    return False


def refusal(data: Mapping[str, Any], lang: Language) -> None:
    """Print the keys that differ with both values."""
    columns = [(word("key", lang), False), ("A", False), ("B", False)]
    rows = [
        [named(key, lang), _stated(key["a"], lang), _stated(key["b"], lang)]
        for key in data["keys"]
        if key["verdict"] == "differs"
    ]
    console().print(table(word("not_comparable", lang, count=len(rows)), columns, rows))


def _stated(values: Sequence[Mapping[str, Any]], lang: Language) -> str:
    return word("comma", lang).join(named(value, lang) for value in values) or word("not_stated", lang)


def headline(data: Mapping[str, Any], lang: Language) -> None:
    """Print both results and their difference."""
    out = console()
    for side in ("a", "b"):
        result = data[side]
        settings = result["settings"]
        known = "".join(f"; {part}" for part in (*_methods(settings, lang), result["known_on"]) if part)
        out.print(
            Text.assemble(
                (f"{side.upper()}  {named(result['product'], lang)}", "bold"),
                f"  {figure(result['amount'])} {symbol(result['unit'], lang)} = ",
                (f"{figure(result['total']['value'], 6)} kg CO2e", "bold"),
                f"  ({word('bound', lang)} {result['total']['error_bound']:.1e}; GWP-100 {settings['gwp']}{known}; "
                f"{word('generation', lang)} {result['engine']['generation'] or '-'})",
            ),
            soft_wrap=True,
        )
    change = data["difference"]
    share = f" ({percent_signed(change['share'])})" if change["share"] is not None else ""
    bound = f"  ({word('bound', lang)} {change['error_bound']:.1e})"
    out.print(Text.assemble("B − A = ", (f"{signed(change['value'], 6)} kg CO2e{share}", "bold"), bound))


def _methods(settings: Mapping[str, Any], lang: Language) -> list[str]:
    """Name the settings of one side that are not the usual ones."""
    usual = {"coproducts": "error", "recycling": "stated"}
    told = [str(settings[key]) for key, value in usual.items() if settings[key] != value]
    scenario = str(settings.get("scenario") or "")
    if scenario:
        told.append(f"{word('scenario', lang)} {scenario.rstrip('/#').rpartition('/')[2].rpartition('#')[2]}")
    return told


def reservations(data: Mapping[str, Any], lang: Language) -> None:
    """Print what either side leaves out and assumes, and what the comparison does."""
    out = console()
    for side in ("a", "b"):
        if data[side]["cutoffs"]:
            out.print(f"{side.upper()}  {word('cut_off', lang)}: {len(data[side]['cutoffs'])}")
    told = {assumption[f"text_{lang}"]: "" for assumption in data["assumptions"]}
    for side in ("a", "b"):
        for assumption in data[side]["assumptions"]:
            text = assumption[f"text_{lang}"]
            told[text] = told.get(text, "") + side.upper()
    if told:
        out.print(word("assumption", lang), style="bold")
    for text, sides in told.items():
        whose = f"{word('comma', lang).join(sides)}: " if sides else ""
        out.print(f"  - {whose}{text}", soft_wrap=True)


def signed(value: float, digits: int = 5) -> str:
    """Return a number with its sign."""
    return f"{'+' if value > 0 else ''}{figure(value, digits)}"


def percent_signed(share: float | None) -> str:
    """Return a share with its sign."""
    return "" if share is None else f"{'+' if share > 0 else ''}{percent(share)}"


def terms(data: Mapping[str, Any], lang: Language) -> None:
    """Print the terms of the difference: amount x factor on both sides, and which of the two makes the difference."""
    columns = [
        (word("term", lang), False),
        ("A", True),
        ("B", True),
        (word("comma", lang).join((word("difference", lang), "kg CO2e")), True),
        (word("share", lang), True),
        (word("amount_part", lang), True),
        (word("factor_part", lang), True),
    ]
    rows = [
        [
            _called(line, lang),
            _product(line["a"], lang),
            _product(line["b"], lang),
            signed(line["difference"]),
            percent(line["share"]),
            *_parts(line, lang),
        ]
        for line in data["terms"]
    ]
    rest, size = data["terms_remainder"], max([abs(line["difference"]) for line in data["terms"]], default=0.0)
    if data["terms_unlisted"] or abs(rest) > ROUNDING * size:
        rows.append([word("remainder", lang), "", "", signed(rest), "", "", ""])
    if not data["terms"]:
        console().print(word("no_difference", lang))
        return
    console().print(table(word("terms_of_difference", lang), columns, rows))
    console().print(word("unchanged_terms", lang, count=data["terms_unchanged"]), style="dim")


def _parts(line: Mapping[str, Any], lang: Language) -> list[str]:
    if line["side"] != "both":
        return [word(f"only_{line['side']}", lang), ""]
    return ["" if line[key] is None else signed(line[key]) for key in ("amount_part", "factor_part")]


def _called(line: Mapping[str, Any], lang: Language) -> str:
    where = line.get("process") or line.get("category")
    return named(line["name"], lang) + (bracketed(named(where, lang), lang) if where else "")


def _product(side: Mapping[str, Any] | None, lang: Language) -> str:
    if side is None:
        return "-"
    factor = "" if side["factor"] is None else f" × {figure(side['factor'])}"
    return f"{figure(side['amount'])} {symbol(side['unit'], lang)}{factor}"


def groups(lines: Sequence[Mapping[str, Any]], heading: str, lang: Language) -> None:
    """Print one division of the difference; nothing where it holds one unstated part alone or no difference."""
    shown = [line for line in lines if line["difference"]][:MOST_GROUPS]
    if not shown or {line["iri"] for line in lines} == {"unstated"}:
        return
    columns = [("", False), ("A", True), ("B", True), (word("difference", lang), True), (word("share", lang), True)]
    rows = [
        [
            word("unstated", lang) if line["iri"] == "unstated" else named(line, lang),
            figure(line["a"]),
            figure(line["b"]),
            signed(line["difference"]),
            percent(line["share"]),
        ]
        for line in shown
    ]
    console().print(table(word("comma", lang).join((heading, "kg CO2e")), columns, rows))


def changes(data: Mapping[str, Any], lang: Language) -> None:
    """Print the numbers that differ between two states of one product."""
    if data["numbers"] is None:
        console().print(word("not_explained", lang, reason=data["reason"]), soft_wrap=True)
        return
    if not data["numbers"]:
        return
    columns = [
        ("", False),
        (word("before", lang), False),
        (word("after", lang), False),
        (word("effect", lang), True),
        (word("share", lang), True),
    ]
    rows = [
        [
            _changed(line, lang),
            _number(line, "before", lang),
            _number(line, "after", lang),
            signed(line["effect"]),
            percent(line["share"]),
        ]
        for line in data["numbers"]
    ]
    if data["unlisted"]:
        rows.append([word("more", lang, count=data["unlisted"]), "", "", signed(data["remainder"]), ""])
    console().print(table(word("differing_numbers", lang), columns, rows))


_CHANGED = {
    "allocation-share": "allocation_share",
    "output": "output_amount",
    "gwp": "gwp_potential",
    "maker": "maker",
    "demand": "demand",
}


def _changed(line: Mapping[str, Any], lang: Language) -> str:
    """Name a number: what flows where, or the kind of number."""
    what = named(line.get("flow"), lang) or named(line.get("gas"), lang)
    kind = word(_CHANGED[line["kind"]], lang) if line["kind"] in _CHANGED else ""
    where = named(line.get("process"), lang)
    main = " ".join(part for part in (what, kind) if part) or where
    return main + (bracketed(where, lang) if where and main != where else "")


def _number(line: Mapping[str, Any], side: str, lang: Language) -> str:
    amount = f"{figure(line[side])} {symbol(line.get('unit'), lang)}".rstrip()
    provider = line.get(f"provider_{side}")
    return f"{amount}, {named(provider, lang)}" if provider and line["kind"] in {"provider", "maker"} else amount
