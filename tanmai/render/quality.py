"""Data quality of a footprint in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from tanmai.figures import figure, percent
from tanmai.render.names import named
from tanmai.render.tables import console, table
from tanmai.words import Language, word


def show(data: Mapping[str, Any], lang: Language) -> None:
    """Print the primary data share in both readings, the ratings, the secondary items, and what is assumed."""
    out, primary = console(), data["primary_data"]
    out.print(
        Text.assemble("\n", (named(data["product"], lang), "bold"), f"  {figure(data['total']['value'], 6)} kg CO2e")
    )
    out.print(word("primary_share", lang), style="bold")
    for reading in primary["readings"].values():
        out.print(f"  {reading['share']:.2%}  {reading[f'reading_{lang}']}")
    for rating in data["ratings"]:
        _rating(rating, lang)
    _secondary(primary, lang)
    told = [
        *data["assumptions"],
        *primary["assumptions"],
        *(a for rating in data["ratings"] for a in rating["assumptions"]),
    ]
    for text in dict.fromkeys(assumption[f"text_{lang}"] for assumption in told):
        out.print(f"  - {text}", soft_wrap=True)


def _rating(rating: Mapping[str, Any], lang: Language) -> None:
    out = console()
    level = "" if rating["level"] is None else f"  {named(rating['level'], lang)}"
    mean = (
        word("no_item_scored", lang) if rating["rating"] is None else f"{rating['rating']:.3f}{level}" if level else ""
    )
    out.print(Text.assemble((word("quality_rating", lang, scale=named(rating["scale"], lang), rating=mean), "bold")))
    parts = (f"{named(each, lang)} {each['value']:.3f}" for each in rating["indicators"])
    out.print(f"  {word('comma', lang).join(parts)}", soft_wrap=True)


def _secondary(primary: Mapping[str, Any], lang: Language) -> None:
    """Print every item that is not wholly primary, with the reason."""
    listed = primary["secondary"]
    if not listed:
        return
    columns = [
        (word("flow", lang), False),
        (word("process", lang), False),
        ("kg CO2e", True),
        (word("share", lang), True),
        (word("activity_data", lang), False),
        (word("factor", lang), False),
        (word("reason", lang), False),
    ]
    rows = [
        [
            named(item["flow"], lang),
            named(item["process"], lang),
            figure(item["value"]),
            percent(item["weight"]),
            _kind(item["activity_kind"], lang),
            _factor(item, lang),
            item[f"reason_{lang}"],
        ]
        for item in listed
    ]
    out = console()
    out.print(table(word("not_primary", lang), columns, rows))
    if primary["secondary_count"] > len(listed):
        out.print(word("more", lang, count=primary["secondary_count"] - len(listed)))


def _kind(kind: Mapping[str, Any] | None, lang: Language) -> str:
    return word("not_stated", lang) if kind is None else named(kind, lang)


def _factor(item: Mapping[str, Any], lang: Language) -> str:
    if item["factor"] is None:
        return ""
    if item["supplier_share"] is not None:
        return word("supplier_share", lang, share=percent(item["supplier_share"]))
    return _kind(item["factor_kind"], lang)
