"""Credits and the parts of a recycling model, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tanmai.figures import figure
from tanmai.render.names import named, symbol
from tanmai.render.tables import console, table
from tanmai.words import Language, word

MOST_CREDITS = 10


def credits_of(data: Mapping[str, Any], lang: Language) -> None:
    """Print what is subtracted because it need not be made elsewhere; nothing where there is no credit."""
    found = data["credits"]
    if not found:
        return
    columns = [
        (word("process", lang), False),
        (word("replaced", lang), False),
        (word("amount", lang), True),
        ("kg CO2e", True),
    ]
    rows = [
        [
            named(line["process"], lang),
            named(line["product"], lang),
            f"{figure(line['amount'])} {symbol(line['unit'], lang)}",
            figure(line["value"]),
        ]
        for line in found[:MOST_CREDITS]
    ]
    console().print(table(word("credits", lang), columns, rows))
    if len(found) > MOST_CREDITS:
        console().print(word("more", lang, count=len(found) - MOST_CREDITS))


def recycling_of(data: Mapping[str, Any], lang: Language) -> None:
    """Print the parts of the circular footprint formula; nothing where the product's process has none."""
    found = data["recycling"]
    if found is None:
        return
    columns = [("", False), ("kg CO2e", True)]
    rows = [
        [word(f"part_{name.replace('-', '_')}", lang), figure(part["value"])] for name, part in found["parts"].items()
    ]
    if abs(found["rest"]) > data["total"]["error_bound"]:
        rows.append([word("part_rest", lang), figure(found["rest"])])
    console().print(table(f"{word('recycling_model', lang)}: {found['model']}", columns, rows))
