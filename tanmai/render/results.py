"""Footprints that were written into the graph, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tanmai.render.tables import console, table
from tanmai.words import Language, word

MOST_REFUSED = 20


def show_written(told: Mapping[str, Any], lang: Language) -> None:
    """Print what was written, and the products that were not, with the reason."""
    out = console()
    out.print(
        word(
            "written" if told["changed"] else "written_before",
            lang,
            count=told["footprints"],
            dataset=told["dataset"],
        )
    )
    refused = told["refused"]
    if refused:
        columns = [(word("product", lang), False), (word("reason", lang), False)]
        rows = [[each["iri"], each["reason"]] for each in refused[:MOST_REFUSED]]
        out.print(table(word("refused", lang, count=len(refused)), columns, rows))


def show_stored(rows: Sequence[Mapping[str, Any]], lang: Language) -> None:
    """Print the sets of results that the graph holds."""
    columns = [
        (word("dataset", lang), False),
        (word("number", lang), True),
        (word("computed", lang), False),
        (word("state", lang), False),
    ]
    cells = [
        [row["dataset"], str(row["footprints"]), row["computed"], word("fresh" if row["fresh"] else "stale", lang)]
        for row in rows
    ]
    console().print(table("", columns, cells) if rows else word("no_results", lang))
