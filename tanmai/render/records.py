"""Records of exchange, for a person: what came in, what is wrong, what does not come over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tanmai.render.tables import console, show_rows
from tanmai.words import Language, word

if TYPE_CHECKING:
    from mappings.pact import Finding, Loss, ReadReport

MOST_ROWS = 40


def show_report(report: ReadReport, lang: Language) -> None:
    """Print the findings and losses of the records of a file."""
    console().print(word("records_in", lang, name=report.name, count=len(report.records)))
    show_findings(((str(each.number), finding) for each in report.records for finding in each.findings), lang)
    show_losses(((str(each.number), loss) for each in report.records for loss in each.losses), lang)


def show_findings(found: Iterable[tuple[str, Finding]], lang: Language) -> None:
    """Print findings, each with the record it is about."""
    rows = [
        (record, word(f"finding_{each.severity}", lang), _place(each.pointer), each.value, each.messages[lang])
        for record, each in found
    ]
    columns = [word(key, lang) for key in ("column_record", "column_kind", "column_place", "value", "column_says")]
    _show("record_findings", columns, rows, lang)


def show_losses(found: Iterable[tuple[str, Loss]], lang: Language) -> None:
    """Print losses, each with the record it is about."""
    rows = [
        (record, word(f"loss_{each.kind}", lang), _place(each.pointer), printable(each.messages[lang]))
        for record, each in found
    ]
    columns = [word(key, lang) for key in ("column_record", "column_kind", "column_place", "column_says")]
    _show("record_losses", columns, rows, lang)


def printable(text: str) -> str:
    """Return what a partner wrote with nothing in it that a terminal would obey."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _place(pointer: str) -> str:
    return printable(pointer) or "/"


def _show(title: str, columns: list[str], rows: Sequence[tuple[str, ...]], lang: Language) -> None:
    if rows:
        show_rows(word(title, lang), columns, rows[:MOST_ROWS])
    if len(rows) > MOST_ROWS:
        console().print(word("more", lang, count=len(rows) - MOST_ROWS))
