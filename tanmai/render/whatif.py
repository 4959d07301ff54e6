"""What-ifs and scenarios in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from tanmai.figures import bar, figure, percent
from tanmai.render.compare import refusal
from tanmai.render.explanation import cut_off_lines
from tanmai.render.names import named, symbol
from tanmai.render.tables import console, table
from tanmai.words import Language, word


def show(data: Mapping[str, Any], lang: Language) -> None:
    """Print the footprint before and after, what is changed, and what moved."""
    out = console()
    out.print(Text.assemble("\n", (named(data["product"], lang), "bold"), _amount(data, lang)))
    rows = [
        [word("base", lang), figure(data["base"]["value"], 6), "", f"{data['base']['error_bound']:.1e}"],
        [word("what_if", lang), figure(data["new"]["value"], 6), "", f"{data['new']['error_bound']:.1e}"],
        [
            word("difference", lang),
            signed(data["difference"]["value"], 6),
            _signed_percent(data["difference"]["relative"]),
            f"{data['difference']['error_bound']:.1e}",
        ],
    ]
    out.print(table("", [("", False), ("kg CO2e", True), ("", True), (word("bound", lang), True)], rows))
    changes(data["changes"], lang)
    if data["moved"]:
        out.print(
            table(
                word("moved", lang),
                _columns(word("process", lang), word("flow", lang), lang),
                [_moved(m, lang) for m in data["moved"]],
            )
        )
    if data["products"]:
        out.print(products_table(word("other_products", lang), data["products"], lang))
    if data["cutoffs"]:
        out.print(f"{word('cut_off', lang)}: {len(data['cutoffs'])}", style="bold")
        for line in cut_off_lines(data["cutoffs"], lang):
            out.print(line, soft_wrap=True)
    others = [a for a in data["assumptions"] if a["code"] != "scenario"]  # the changes are told above
    if others:
        out.print(word("assumption", lang), style="bold")
        for assumption in others:
            out.print(f"  - {assumption[f'text_{lang}']}", soft_wrap=True)


def changes(lines: Sequence[Mapping[str, Any]], lang: Language) -> None:
    """Print what is changed, one line for each number."""
    out = console()
    out.print(word("change", lang), style="bold")
    for line in lines:
        out.print(f"  {_change(line, lang)}", soft_wrap=True)


def _change(line: Mapping[str, Any], lang: Language) -> str:
    """Say where a number stands, what it was and what it is."""
    comma = word("comma", lang)
    where = (
        named(line["factor"], lang)
        if "factor" in line
        else f"{named(line['flow'], lang)} @ {named(line['process'], lang)}"
    )
    per = f"kg CO2e/{symbol(line['unit'], lang)}" if "factor" in line else symbol(line["unit"], lang)
    numbers = (
        f"{figure(line['old'])} → {figure(line['new'])} {per}"
        if line["old"] != line["new"]
        else f"{figure(line['old'])} {per}"
    )
    if "new_provider" in line:
        numbers += f"{comma}{named(line['old_provider'], lang)} → {named(line['new_provider'], lang)}"
    return f"{where}: {numbers}" if lang == "en" else f"{where}：{numbers}"


def _moved(line: Mapping[str, Any], lang: Language) -> list[str]:
    flow = named(line.get("flow"), lang)
    return [
        named(line.get("process"), lang),
        flow,
        figure(line["base"]),
        figure(line["new"]),
        signed(line["difference"]),
    ]


def products_table(title: str, products: Sequence[Mapping[str, Any]], lang: Language) -> Any:
    """Build a table of products with the footprint of one reference unit before and after."""
    rows = [
        [
            named(p["product"], lang),
            symbol(p["unit"], lang),
            "" if p["base"] is None else figure(p["base"]),
            "" if p["new"] is None else figure(p["new"]),
            "" if p["difference"] is None else signed(p["difference"]),
        ]
        for p in products
    ]
    return table(title, _columns(word("product", lang), word("unit", lang), lang), rows)


def _columns(first: str, second: str, lang: Language) -> list[tuple[str, bool]]:
    numbers = [(word(key, lang), True) for key in ("old", "new", "difference")]
    return [(first, False), (second, False), *numbers]


def show_scenarios(found: Sequence[Mapping[str, Any]], lang: Language) -> None:
    """Print the scenarios of a store."""
    columns = [
        (word("scenario", lang), False),
        (word("name", lang), False),
        (word("change", lang), True),
        ("IRI", False),
    ]
    rows = [[_key(s), named(s, lang) if len(s) > 1 else "", str(len(s["changes"])), s["iri"]] for s in found]
    console().print(table("", columns, rows))
    console().print(f"{len(rows)}")


def show_scenario(data: Mapping[str, Any], lang: Language) -> None:
    """Print what a scenario says of itself and what it changes."""
    out = console()
    out.print(Text.assemble("\n", (named(data, lang), "bold"), f"  <{data['iri']}>"))
    for key in (f"definition_{lang}", "source"):
        if data.get(key):
            out.print(str(data[key]), soft_wrap=True)
    changes(data["lines"], lang)


def show_compared(data: Mapping[str, Any], lang: Language) -> None:
    """Print the footprint under several scenarios side by side, the longest bar for the largest."""
    out = console()
    out.print(Text.assemble("\n", (named(data["product"], lang), "bold"), _amount(data, lang)))
    rows = [(word("base", lang), data["base"], None)]
    rows += [(named(s, lang), s["new"], s["difference"]) for s in data["scenarios"] if "new" in s]
    largest = max(abs(total["value"]) for _, total, _ in rows) or 1.0
    columns = [
        (word("scenario", lang), False),
        ("kg CO2e", True),
        (word("difference", lang), True),
        ("", True),
        ("", False),
    ]
    cells = [
        [
            name,
            figure(total["value"], 6),
            "" if part is None else signed(part["value"], 6),
            "" if part is None else _signed_percent(part["relative"]),
            bar(total["value"] / largest),
        ]
        for name, total, part in rows
    ]
    out.print(table("", columns, cells))
    for scenario in data["scenarios"]:
        if scenario["differing"]:
            out.print(named(scenario, lang), style="bold")
            refusal(scenario, lang)
    if not data["comparable"] and not data["anyway"]:
        out.print(word("not_comparable_cure", lang), soft_wrap=True)


def _amount(data: Mapping[str, Any], lang: Language) -> str:
    return f"  {figure(data['amount'])} {symbol(data['unit'], lang)}"


def _key(scenario: Mapping[str, Any]) -> str:
    return str(scenario["iri"]).rstrip("/#").rpartition("/")[2]


def signed(value: float, digits: int = 5) -> str:
    """Return a difference with its sign."""
    return figure(value, digits) if value <= 0 else f"+{figure(value, digits)}"


def _signed_percent(share: float | None) -> str:
    return "" if share is None else percent(share) if share <= 0 else f"+{percent(share)}"
