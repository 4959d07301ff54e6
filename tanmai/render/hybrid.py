"""Hybrid LCA, the three tiers of EIO-LCA and lists of sectors in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from tanmai.figures import bar, figure
from tanmai.render.explanation import cut_off_lines
from tanmai.render.names import named, symbol
from tanmai.render.tables import console, table
from tanmai.words import Language, word

MOST_SECTORS = 6
ONTOLOGY = "https://w3id.org/tanmai/ontology"
"""Source of what this project chose itself; its confidence says so."""


def show_hybrid(data: Mapping[str, Any], lang: Language) -> None:
    """Print both parts of a footprint, its costs, what was checked and what limits it."""
    out, total = console(), data["total"]
    amount = f"  {figure(data['amount'])} {symbol(data['unit'], lang)}"
    out.print(Text.assemble("\n", (named(data["product"], lang), "bold"), amount))
    bound = f"  ({word('bound', lang)} {total['error_bound']:.1e})"
    out.print(Text.assemble((f"{figure(total['value'], 6)} kg CO2e", "bold"), bound))
    _label(data, lang)
    columns = [("", False), ("kg CO2e", True), (word("share", lang), True), ("", False)]
    rows = [
        [
            word(f"{part}_part", lang),
            figure(data[part]["value"], 6),
            _share(data[part]["share"]),
            bar(data[part]["share"]),
        ]
        for part in ("process", "eio")
    ]
    out.print(table(word("hybrid", lang), columns, rows))
    _costs(data["costs"], lang)
    for check in data["checks"] if data["costs"] else ():
        if check["check"] == "overlap":
            out.print(word("no_overlap", lang, count=check["costs"]))
        else:
            out.print(word("base_year_checked", lang, count=len(check["converted"])))
    _cut_off(data, lang)
    if data["assumptions"]:
        out.print(word("assumption", lang), style="bold")
    for assumption in data["assumptions"]:
        out.print(f"  - {assumption[f'text_{lang}']}", soft_wrap=True)
    _tables(data["tables"], lang)
    if data["costs"]:
        limits(data["limits"], lang)


def _share(share: float | None) -> str:
    """Give a share with two decimals: that of costs is often small."""
    return "" if share is None else f"{share:.2%}"


def _costs(costs: Sequence[Mapping[str, Any]], lang: Language) -> None:
    out = console()
    if not costs:
        out.print(word("no_costs", lang))
        return
    columns = [
        (word("process", lang), False),
        (word("sector", lang), False),
        (word("amount", lang), True),
        (word("intensity", lang), True),
        ("kg CO2e", True),
        ("", False),
    ]
    rows = [
        [
            named(line["process"], lang),
            named(line["sector"], lang),
            f"{figure(line['amount'])} {symbol(line['unit'], lang)}",
            figure(line["intensity"]),
            figure(line["value"]),
            _converted(line, lang),
        ]
        for line in costs
    ]
    out.print(table(word("costs", lang), columns, rows))


def _converted(line: Mapping[str, Any], lang: Language) -> str:
    if not line["conversion"]:
        return ""
    rates = "; ".join(
        f"{figure(rate['amount'])} {symbol(rate['unit'], lang)}/{symbol(rate['per'], lang)}"
        for rate in line["conversion"]["rates"]
    )
    stated = line["stated"]
    text = f"{figure(float(stated['amount']))} {symbol(stated['unit'], lang)}"
    return word("converted_from", lang, text=text) + f" ({rates})"


def show_tiers(data: Mapping[str, Any], lang: Language) -> None:
    """Print what a final demand causes in the three tiers, by the sector that emits."""
    out = console()
    bought = word("comma", lang).join(
        f"{named(item['sector'], lang)} {figure(item['amount'])} {symbol(item['unit'], lang)}"
        for item in data["demand"]
    )
    out.print(Text.assemble("\n", (bought, "bold")))
    _label(data, lang)
    columns = [("", False), ("kg CO2e", True), (word("bound", lang), True), (word("sector", lang), False)]
    rows = [
        [
            word(f"tier_{tier['tier']}", lang),
            figure(tier["value"], 6),
            f"{tier['error_bound']:.1e}",
            _listed(tier["sectors"], lang),
        ]
        for tier in data["tiers"]
    ]
    out.print(table(word("tiers", lang), columns, rows))
    out.print(
        f"{word('output', lang)} ({symbol(data['unit'], lang)}): {_listed(data['output'], lang, 6)}", soft_wrap=True
    )
    _cut_off(data, lang)
    if data["overspent"]:
        listed = word("comma", lang).join(named(sector, lang) for sector in data["overspent"][:MOST_SECTORS])
        out.print(f"{word('overspent', lang, count=len(data['overspent']))}: {listed}", soft_wrap=True)
    out.print(f"{word('spectral_radius', lang)}: {figure(data['spectral_radius']['value'], 4)}")
    _tables(data["tables"], lang)
    limits(data["limits"], lang)


def _listed(sectors: Sequence[Mapping[str, Any]], lang: Language, digits: int = 5) -> str:
    shown = [item for item in sectors if "sector" in item][:MOST_SECTORS]
    parts = [f"{named(item['sector'], lang)} {figure(item['value'], digits)}" for item in shown]
    rest = [item for item in sectors if "sector" not in item] + [i for i in sectors if "sector" in i][MOST_SECTORS:]
    if rest:
        parts.append(f"{word('remainder', lang)} {figure(sum(item['value'] for item in rest), digits)}")
    return word("comma", lang).join(parts)


def show_sectors(data: Mapping[str, Any], lang: Language) -> None:
    """Print sectors with the emissions behind one unit of money spent on them."""
    columns = [
        (word("sector", lang), False),
        (word("intensity", lang), True),
        (word("unit", lang), False),
        (word("energy", lang), False),
        ("IRI", False),
    ]
    rows = [
        [
            named(line["sector"], lang),
            figure(line["intensity"]),
            symbol(line["unit"], lang),
            word("yes", lang) if line["energy"] else "",
            line["sector"]["iri"],
        ]
        for line in data["sectors"]
    ]
    out = console()
    out.print(table(word("sectors", lang), columns, rows))
    out.print(f"{len(rows)}; {word('sector_average', lang)}")
    _cut_off(data, lang)
    _tables(data["tables"], lang)


def _cut_off(data: Mapping[str, Any], lang: Language) -> None:
    """Print what the sectors lack."""
    if data["cutoffs"]:
        out = console()
        out.print(f"{word('cut_off', lang)}: {len(data['cutoffs'])}", style="bold")
        for line in cut_off_lines(data["cutoffs"], lang):
            out.print(line, soft_wrap=True)


def _label(data: Mapping[str, Any], lang: Language) -> None:
    if data["sector_average"]:
        console().print(word("sector_average", lang), style="bold")


def _tables(tables: Sequence[Mapping[str, Any]], lang: Language) -> None:
    """Print year, place, money, scope, prices and source of each table."""
    for found in tables:
        facts = [named(found.get("table"), lang), str(found.get("year", ""))]
        facts += [named(found.get(key), lang) for key in ("place", "unit", "scope", "prices", "form")]
        facts += [word("illustrative", lang) if found.get("illustrative") else "", str(found.get("source", ""))]
        told = word("comma", lang).join(fact for fact in facts if fact)
        console().print(f"{word('table', lang)}: {told}", soft_wrap=True)


def limits(found: Sequence[Mapping[str, Any]], lang: Language) -> None:
    """Print the limits of a method with their sources."""
    out = console()
    out.print(word("limits", lang), style="bold")
    for limit in found:
        published = (source for source in limit["sources"] if source.get("iri") != ONTOLOGY)
        sources = word("comma", lang).join(named(source, lang) for source in published)
        origin = word("comma", lang).join(text for text in (sources, named(limit.get("confidence"), lang)) if text)
        out.print(f"  - {limit[f'text_{lang}']} {word('in_brackets', lang, text=origin)}", soft_wrap=True)
