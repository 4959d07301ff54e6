"""Methods side by side, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tanmai.figures import figure
from tanmai.render.explanation import bracketed
from tanmai.render.names import named, symbol
from tanmai.render.tables import console, table
from tanmai.words import Language, word


def show(data: Mapping[str, Any], lang: Language) -> None:
    """Print the table of methods, then why some cannot be carried out, how far they lie apart, and what the rule asks for."""
    out = console()
    out.print(f"\n{named(data['product'], lang)}  {figure(data['amount'])} {symbol(data['unit'], lang)}", style="bold")
    out.print(
        f"{word('varied', lang)}: {word('comma', lang).join(named(p, lang) for p in data['processes'])}", soft_wrap=True
    )
    by_allocation = data["by"] == "allocation"
    out.print(
        table(word(f"variants_{data['by']}", lang), *((_allocation if by_allocation else _recycling)(data, lang)))
    )
    for row in data["rows"]:
        if not row["applicable"]:
            out.print(
                f"  - {_method(row, lang)}: {word('not_applicable', lang)}{word('colon', lang)}{row['reason']}",
                soft_wrap=True,
            )
    _assumed(data, lang)
    _conclude(data, lang)
    if by_allocation:
        _conditions(data, lang)


def _assumed(data: Mapping[str, Any], lang: Language) -> None:
    """Print what each method assumes; a kind of assumption that stands above for another method is not said again."""
    told: dict[str, str] = {}
    for row in data["rows"]:
        for assumption in row.get("assumptions", ()):
            told.setdefault(
                assumption["code"], f"{_method(row, lang)}{word('colon', lang)}{assumption[f'text_{lang}']}"
            )
    if told:
        console().print(word("assumption", lang), style="bold")
    for text in told.values():
        console().print(f"  - {text}", soft_wrap=True)


def _method(row: Mapping[str, Any], lang: Language) -> str:
    if row["stated"]:
        return word("as_stated", lang)
    mark = bracketed(word("unverified", lang), lang) if row.get("unverified") else ""
    return named(row["method"], lang) + mark


def _numbers(row: Mapping[str, Any]) -> list[str]:
    """The columns that all tables share: difference and ratio to the stated result."""
    difference, ratio = row.get("difference"), row.get("ratio")
    return ["" if difference is None else f"{difference:+,.5g}", "" if ratio is None else figure(ratio, 4)]


def _allocation(data: Mapping[str, Any], lang: Language) -> tuple[list[tuple[str, bool]], list[list[str]]]:
    columns = [
        (word("method", lang), False),
        ("kg CO2e", True),
        (word("allocation_factor", lang), True),
        (word("credit", lang), True),
    ]
    columns += [(word("difference", lang), True), (word("ratio", lang), True)]
    rows = [
        [
            _method(row, lang),
            figure(row["total"]["value"], 6) if row["applicable"] else "-",
            "" if row.get("share") is None else figure(row["share"], 4),
            figure(row["credits"]) if row.get("credits") else "",
            *_numbers(row),
        ]
        for row in data["rows"]
    ]
    return columns, rows


def _recycling(data: Mapping[str, Any], lang: Language) -> tuple[list[tuple[str, bool]], list[list[str]]]:
    parts = ("input", "end-of-life", "energy", "disposal")
    columns = [(word("method", lang), False), ("kg CO2e", True)]
    columns += [(word(f"part_{part.replace('-', '_')}", lang), True) for part in parts]
    columns += [(word("difference", lang), True), (word("ratio", lang), True)]
    rows = []
    for row in data["rows"]:
        found = row.get("recycling")
        total = figure(row["total"]["value"], 6) if row["applicable"] else "-"
        values = [figure(found["parts"][part]["value"]) if found else "" for part in parts]
        rows.append([_method(row, lang), total, *values, *_numbers(row)])
    return columns, rows


def _conclude(data: Mapping[str, Any], lang: Language) -> None:
    out, spread, rule = console(), data["spread"], data["sensitivity"]
    if spread is not None:
        ends = " – ".join(
            f"{figure(end['value'], 6)}{bracketed(named(end['method'], lang), lang)}"
            for end in (spread["lowest"], spread["highest"])
        )
        apart = (
            ""
            if spread["factor"] is None
            else f"{word('comma', lang)}{word('times', lang, factor=figure(spread['factor'], 3))}"
        )
        out.print(f"{word('spread', lang)}: {ends} kg CO2e{apart}", soft_wrap=True)
    if rule is not None and rule["mandatory"]:
        mark = bracketed(word("unverified", lang), lang) if rule["unverified"] else ""
        out.print(f"! {word('sensitivity', lang)}{mark}", soft_wrap=True)


def _conditions(data: Mapping[str, Any], lang: Language) -> None:
    out = console()
    out.print(word("condition", lang), style="bold")
    for row in data["rows"]:
        text = row.get(f"condition_{lang}")
        if text:
            out.print(f"  - {_method(row, lang)}: {text}", soft_wrap=True)
