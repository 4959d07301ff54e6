"""The report of an import, for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanmai.phrases import phrase
from tanmai.render.tables import console, show_rows
from tanmai.translate import translated
from tanmai.words import Language, word

if TYPE_CHECKING:
    from mappings.olca import ImportReport

MOST_ROWS = 12


def show(told: dict[str, Any], report: ImportReport, lang: Language) -> None:
    """Print what came in, what was linked, and what was not."""
    out = console()
    out.print(f"{told['dataset']} v{told['version']}: {word('quads_of', lang, count=told['statements'])}")
    for found in report.tables():
        columns = [phrase(column, lang) for column in found.columns]
        rows = ([phrase(str(cell), lang) for cell in row] for row in found.rows[:MOST_ROWS])
        show_rows(phrase(found.title, lang), columns, rows)
        if len(found.rows) > MOST_ROWS:
            out.print(word("more", lang, count=len(found.rows) - MOST_ROWS))
    for sentence in report.warnings:
        out.print(f"! {translated(sentence, lang)}")
