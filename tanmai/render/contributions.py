"""Contributions across the chain, and suppliers side by side, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from tanmai.figures import bar, figure, percent
from tanmai.render.explanation import bracketed, cut_off_lines
from tanmai.render.names import named, origin, symbol
from tanmai.render.tables import console, table
from tanmai.words import Language, word

_HEADINGS = {"supplier": "by_supplier", "country": "by_country", "region": "by_region"}


def show(data: Mapping[str, Any], lang: Language) -> None:
    """Print the parts of a footprint, one way."""
    out, total = console(), data["total"]
    amount = f"  {figure(data['amount'])} {symbol(data['unit'], lang)} = {figure(total['value'], 6)} kg CO2e"
    bound = f"  ({word('bound', lang)} {total['error_bound']:.1e}; GWP-100 {data['settings']['gwp']})"
    out.print(Text.assemble((named(data["product"], lang), "bold"), amount, bound), soft_wrap=True)
    if data["by"] == "hot-spots":
        out.print(table(word("hot_spots", lang, share=percent(data["share"])), *_hot_spots(data, lang)))
    else:
        out.print(table(_heading(data, lang), *_parts(data, lang)))
    if data["cutoffs"]:
        out.print(Text.assemble((word("cut_off", lang), "bold"), f": {len(data['cutoffs'])}"))
    if data["assumptions"]:
        out.print(word("assumption", lang), style="bold")
    for assumption in data["assumptions"]:
        out.print(f"  - {assumption[f'text_{lang}']}", soft_wrap=True)


def _heading(data: Mapping[str, Any], lang: Language) -> str:
    if data["by"] in _HEADINGS:
        return word(_HEADINGS[data["by"]], lang)
    through = data["through"]
    part = f" {percent(through['share'])}" if through["share"] is not None else ""
    return f"{word('through', lang, group=named(data['group'], lang))}: {figure(through['value'])} kg CO2e{part}"


def _parts(data: Mapping[str, Any], lang: Language) -> tuple[list[tuple[str, bool]], list[list[str]]]:
    columns = [("", False), ("kg CO2e", True), (word("share", lang), True), ("", False)]
    rows = [
        [
            word("not_stated", lang) if group["iri"] == "unstated" else _marked(group, lang),
            figure(group["value"]),
            percent(group["share"]),
            bar(group["share"]),
        ]
        for group in data["groups"]
    ]
    return columns, rows + _rest(data, "remainder" if data["by"] in _HEADINGS else "not_passing", lang, 2)


def _marked(group: Mapping[str, Any], lang: Language) -> str:
    """Name a part; a factor stands for a supplier nobody knows."""
    factor = f" [{word('generic_factor', lang)}]" if group.get("kind") == "factor" else ""
    return f"{named(group, lang)}{factor}"


def _rest(data: Mapping[str, Any], key: str, lang: Language, empty: int) -> list[list[str]]:
    rest = data["rest"]
    if rest is None:
        return []
    total = data["total"]["value"]
    share = rest["value"] / total if total else None
    return [[word(key, lang), figure(rest["value"]), percent(share), *[""] * (empty - 1)]]


def _hot_spots(data: Mapping[str, Any], lang: Language) -> tuple[list[tuple[str, bool]], list[list[str]]]:
    columns = [
        (word("flow", lang), False),
        ("kg CO2e", True),
        (word("share", lang), True),
        (word("cumulative", lang), True),
        (word("source", lang), False),
    ]
    rows = [
        [
            named(line.get("provider") or line.get("flow"), lang) + bracketed(named(line.get("process"), lang), lang),
            figure(line["value"]),
            percent(line["share"]),
            percent(line["cumulative_share"]),
            origin(line, lang),
        ]
        for line in data["groups"]
    ]
    return columns, rows + _rest(data, "remainder", lang, 3)


def show_suppliers(data: Mapping[str, Any], lang: Language) -> None:
    """Print every input with its possible suppliers, lowest footprint per unit first."""
    out = console()
    out.print(
        f"{word('input_of', lang)}: {named(data['product'], lang)}" + bracketed(named(data["process"], lang), lang),
        style="bold",
    )
    columns = [
        (word("candidate", lang), False),
        (word("per_unit", lang), True),
        (word("taken", lang), False),
    ]
    for line in data["inputs_supplied"]:
        title = word("comma", lang).join(
            (named(line["flow"], lang), f"{figure(line['amount'])} {symbol(line['unit'], lang)}")
        )
        out.print(table(title, columns, _candidates(line["candidates"], lang)))
    if data["cutoffs"]:
        out.print(Text.assemble((word("cut_off", lang), "bold"), f": {len(data['cutoffs'])}"))
        for text in cut_off_lines(data["cutoffs"], lang):
            out.print(text, soft_wrap=True)
    if data["assumptions"]:
        out.print(word("assumption", lang), style="bold")
    for assumption in data["assumptions"]:
        out.print(f"  - {assumption[f'text_{lang}']}", soft_wrap=True)


def _candidates(lines: Sequence[Mapping[str, Any]], lang: Language) -> list[list[str]]:
    return [
        [
            _marked({**line, "kind": "factor" if line["factor"] else "process"}, lang),
            word("not_calculable", lang) if line["per_unit"] is None else figure(line["per_unit"]),
            _taken(line, lang),
        ]
        for line in lines
    ]


def _taken(line: Mapping[str, Any], lang: Language) -> str:
    """Say how the supplier taken was chosen, and of another one why it may not be compared."""
    if line["taken"]:
        default = f", {word('default_supplier', lang)}" if line["default"] else ""
        return f"✓ {word('chosen_' + line['chosen_by'].replace('-', '_'), lang)}{default}"
    if line["differing"]:
        return f"{word('not_comparable', lang, count=len(line['differing']))}: {', '.join(line['differing'])}"
    return ""
