"""What changed between two states of the graph, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tanmai.figures import figure
from tanmai.render.explanation import bracketed
from tanmai.render.names import named, symbol
from tanmai.render.tables import console, table
from tanmai.render.whatif import products_table
from tanmai.words import Language, word

MOST_ROWS = 30


def show(data: Mapping[str, Any], lang: Language) -> None:
    """Print the numbers that changed and the products whose footprint did."""
    out = console()
    numbers, products = data["numbers"], data["products"]
    if not numbers and not products:
        out.print(word("nothing_changed", lang))
        return
    columns = [(word(key, lang), False) for key in ("name", "unit")] + [
        (word(key, lang), True) for key in ("old", "new")
    ]
    rows = [_number(row, lang) for row in numbers[:MOST_ROWS]]
    out.print(table(word("changed_numbers", lang, count=len(numbers)), columns, rows))
    if len(numbers) > MOST_ROWS:
        out.print(word("more", lang, count=len(numbers) - MOST_ROWS))
    out.print(products_table(word("affected", lang, count=len(products)), products[:MOST_ROWS], lang))
    if len(products) > MOST_ROWS:
        out.print(word("more", lang, count=len(products) - MOST_ROWS))
    same = data["downstream"] - sum(1 for product in products if product["new"] is not None)
    if same:
        out.print(word("affected_unchanged", lang, count=same))


def _number(row: Mapping[str, Any], lang: Language) -> list[str]:
    """One number: what it is, its unit, old and new; an exchange with another provider shows both."""
    comma = word("comma", lang)
    if row["kind"] == "factor":
        called, unit = named(row["factor"], lang), f"kg CO2e/{symbol(row['unit'], lang)}"
    elif row["kind"] == "potential":
        called, unit = f"GWP{comma}{named(row['gas'], lang)}", "kg CO2e/kg"
    else:
        places = (row.get("process"), row.get("flow"))
        called = comma.join(named(place, lang) for place in places if place) or str(row.get("exchange"))
        unit = symbol(row.get("unit"), lang)
    if row.get("old_provider") and row.get("new_provider"):
        called += f" ({named(row['old_provider'], lang)} → {named(row['new_provider'], lang)})"
    if row.get("counts_otherwise"):
        called += bracketed(word("counts_otherwise", lang), lang)
    return [called, unit, *("" if row.get(key) is None else figure(row[key]) for key in ("old", "new"))]
