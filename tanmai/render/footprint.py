"""A footprint in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from tanmai.figures import bar, figure, percent
from tanmai.render.credits import credits_of, recycling_of
from tanmai.render.explanation import cut_off_lines
from tanmai.render.names import named, origin, symbol
from tanmai.render.tables import console, table
from tanmai.words import Language, word

if TYPE_CHECKING:
    import polars as pl

MOST_CONTRIBUTIONS = 10
ROUNDING = 1e-12
"""A remainder smaller than this beside the largest contribution is none: everything is listed."""
NARROW = 120
"""Columns below which the table of contributions would be squeezed; they are told in lines there."""


def show(data: Mapping[str, Any], lang: Language) -> None:
    """Print everything a result says of itself."""
    headline(data, lang)
    stages(data, lang)
    gases(data, lang)
    contributions(data, lang)
    credits_of(data, lang)
    recycling_of(data, lang)
    reservations(data, lang)
    out = console()
    listed = ", ".join(
        f"{i['dataset']} v{i['version']}" for i in data["inputs"] if not i["dataset"].startswith("tanmai/")
    )
    engine = data["engine"]
    out.print(
        f"{word('input', lang)}: {listed}; tanmai {engine['version']}, {word('generation', lang)} {engine['generation']}",
        style="dim",
        soft_wrap=True,
    )


def headline(data: Mapping[str, Any], lang: Language) -> None:
    """Print the number with its bound, unit and GWP sets."""
    total = data["total"]
    out = console()
    amount = f"  {figure(data['amount'])} {symbol(data['unit'], lang)}"
    out.print(Text.assemble("\n", (named(data["product"], lang), "bold"), amount))
    sets = word("comma", lang).join(
        word("unknown_set", lang) if s == "unknown" else s for s in data["gwp_sets"] or [data["settings"]["gwp"]]
    )
    bound = f"  ({word('bound', lang)} {total['error_bound']:.1e}; GWP-100: {sets})"
    out.print(Text.assemble((f"{figure(total['value'], 6)} kg CO2e", "bold"), bound))
    if data["settings"].get("scenario"):
        out.print(f"{word('scenario', lang)}: {data['settings']['scenario']}", style="bold")
    biogenic = data["total_including_biogenic_co2"]
    if biogenic["value"] != total["value"]:
        out.print(f"{figure(biogenic['value'], 6)} kg CO2e {word('including_biogenic', lang)}")


def stages(data: Mapping[str, Any], lang: Language) -> None:
    """Print the life-cycle stages with bars; nothing when no exchange of the chain states one."""
    if {stage["iri"] for stage in data["stages"]} <= {"unstated"}:
        return
    columns = [(word("stage", lang), False), ("kg CO2e", True), (word("share", lang), True), ("", False)]
    rows = [
        [
            word("unstated", lang) if s["iri"] == "unstated" else named(s, lang),
            figure(s["value"]),
            percent(s["share"]),
            bar(s["share"]),
        ]
        for s in data["stages"]
    ]
    console().print(table(word("by_stage", lang), columns, rows))


def gases(data: Mapping[str, Any], lang: Language) -> None:
    """Print the gases in kilograms and in CO2e."""
    if not data["gases"]:
        return
    columns = [(word("gas", lang), False), (word("mass", lang), True), ("GWP", True), ("kg CO2e", True)]
    rows = [[_gas(g, lang), figure(g["mass_kg"]), figure(g["gwp"]), figure(g["co2e"])] for g in data["gases"]]
    console().print(table(word("by_gas", lang), columns, rows))


def _gas(gas: Mapping[str, Any], lang: Language) -> str:
    """Name a gas with its category, unless that is the plain one."""
    category = gas["category"]
    return named(gas, lang) if category["iri"].endswith("/fossil") else f"{named(gas, lang)} ({named(category, lang)})"


def contributions(data: Mapping[str, Any], lang: Language) -> None:
    """Print the largest terms: amount x factor = contribution, with where each number comes from."""
    columns = [
        (word("process", lang), False),
        (word("flow", lang), False),
        (word("amount", lang), True),
        (word("factor", lang), True),
        ("kg CO2e", True),
        (word("share", lang), True),
        (word("source", lang), False),
    ]
    shown = data["contributions"][:MOST_CONTRIBUTIONS]
    if not shown:
        return
    rows = [
        [
            named(line.get("process"), lang),
            named(line.get("provider") or line.get("flow"), lang),
            f"{figure(line['amount'])} {symbol(line.get('unit'), lang)}",
            figure(line["factor"]) if line["factor"] is not None else "",
            figure(line["value"]),
            percent(line["share"]),
            origin(line, lang),
        ]
        for line in shown
    ]
    rest = data["contributions_remainder"] + sum(line["value"] for line in data["contributions"][MOST_CONTRIBUTIONS:])
    share = rest / data["total"]["value"] if data["total"]["value"] else None
    if abs(rest) > ROUNDING * max(abs(line["value"]) for line in shown):
        rows.append([word("remainder", lang), "", "", "", figure(rest), percent(share), ""])
    out = console()
    if out.width >= NARROW:
        out.print(table(word("contribution", lang), columns, rows))
        return
    out.print(word("contribution", lang), style="bold")
    for process, flow, amount, factor, value, part, where in rows:
        product = f"{amount} × {factor} = " if factor else f"{amount} = " if amount else ""
        out.print(f"{part:>7}  {flow or process}: {product}{value} kg CO2e", soft_wrap=True)
        below = " ".join(text for text in (process if flow else "", f"[{where}]" if where else "") if text)
        if below:
            out.print(f"         {below}", soft_wrap=True)


def reservations(data: Mapping[str, Any], lang: Language) -> None:
    """Print what is left out and what is assumed."""
    out = console()
    cut = data["cutoffs"]
    out.print(Text.assemble((word("cut_off", lang), "bold"), f": {len(cut)}") if cut else word("cut_off_none", lang))
    for line in cut_off_lines(cut, lang):
        out.print(line, soft_wrap=True)
    if data["assumptions"]:
        out.print(word("assumption", lang), style="bold")
        for assumption in data["assumptions"]:
            out.print(f"  - {assumption[f'text_{lang}']}", soft_wrap=True)


def show_all(frame: pl.DataFrame, cut: int, lang: Language) -> None:
    """Print every product with its footprint; where sectors of input-output tables enter any, the share that they make."""
    average = "kg_co2e_sector_average"
    columns = [
        (word("product", lang), False),
        (word("unit", lang), False),
        ("kg CO2e", True),
        (word("bound", lang), True),
    ]
    told = frame.select("iri", "name", "unit", "kg_co2e", "error_bound", average)
    rows = [[name or iri, unit, figure(value), f"{bound:.1e}"] for iri, name, unit, value, bound, _ in told.iter_rows()]
    if (frame[average] != 0).any():
        columns.append((word("eio_part", lang), True))
        for row, (value, part) in zip(rows, frame.select("kg_co2e", average).iter_rows(), strict=True):
            row.append(percent(part / value) if part and value else "")
    console().print(table("", columns, rows))
    console().print(f"{len(rows)}; {word('cut_off', lang)}: {cut}")
