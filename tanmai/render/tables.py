"""Tables in a terminal."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from tanmai.words import Language, word

if TYPE_CHECKING:
    from graphstore import QueryResult, StoreInfo
    from graphstore.answers.names import Name


class _Console(Console):
    """A console whose reader may go away (`| head`): that is for the caller to end, not an exit code of a verdict."""

    def on_broken_pipe(self) -> None:
        """Let the error out; rich would exit with code 1."""
        raise BrokenPipeError


_RECORDING: ContextVar[Console | None] = ContextVar("_RECORDING", default=None)
"""The console that takes what is printed while something is shown elsewhere than on standard output."""


def recorded(show: Callable[[], None], width: int = 120) -> Console:
    """Return a console that recorded what a renderer printed, to be exported as text, with styles or without.

    In a notebook too it prints nothing: what it recorded is shown once, by who asked for it.
    """
    made = _Console(
        record=True,
        file=io.StringIO(),
        width=width,
        force_terminal=True,
        force_jupyter=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    token = _RECORDING.set(made)
    try:
        show()
    finally:
        _RECORDING.reset(token)
    return made


def console() -> Console:
    """Return the console of standard output; lines are not wrapped where the output is a file.

    Names come from data: what looks like markup or an emoji code in them is printed as it stands.
    """
    recording = _RECORDING.get()
    if recording is not None:
        return recording
    found = _Console(highlight=False, soft_wrap=False, markup=False, emoji=False)
    return found if found.is_terminal else _Console(highlight=False, width=200, markup=False, emoji=False)


def table(title: str, columns: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> Table:
    """Build a plain table; a column is (heading, whether it holds numbers)."""
    made = Table(title=title or None, title_justify="left", title_style="bold", box=SIMPLE, pad_edge=False)
    for heading, numeric in columns:
        made.add_column(heading, justify="right" if numeric else "left", no_wrap=numeric, overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def show_result(result: QueryResult) -> None:
    """Print the answer to a query."""
    if result.kind == "ask":
        console().print("true" if result else "false")
        return
    rows = [["" if value is None else str(value) for value in row] for row in result.values()]
    console().print(table("", [(name, False) for name in result.columns], rows))
    console().print(f"{len(rows)} rows" if len(rows) != 1 else "1 row")


def show_info(info: StoreInfo, lang: Language) -> None:
    """Print what is in a store."""
    out = console()
    place = f"{word('endpoint', lang)}: {info.endpoint}" if info.endpoint else f"{word('directory', lang)}: {info.path}"
    state = "" if info.endpoint else f"   {word('generation', lang)}: {info.generation}"
    out.print(f"{place}{state}   {word('quads', lang)}: {info.quads:,}")
    columns = [
        (word("dataset", lang), False),
        (word("version", lang), True),
        (word("quads", lang), True),
        (word("issued", lang), False),
    ]
    shipped = [d for d in info.datasets if d.key.startswith("tanmai/")]
    rows = [[d.key, str(d.number), f"{d.quads:,}", str(d.issued or "")] for d in info.datasets if d not in shipped]
    if shipped:
        rows.append([word("knowledge", lang, count=len(shipped)), "", f"{sum(d.quads for d in shipped):,}", ""])
    out.print(table("", columns, rows))
    for name, generation in info.releases.items():
        out.print(f"release {name}: {generation}")


def show_products(found: Sequence[dict[str, Name]], lang: Language) -> None:
    """Print products with their process and unit."""
    columns = [
        (word("product", lang), False),
        (word("process", lang), False),
        (word("unit", lang), False),
        ("IRI", False),
    ]
    rows = [
        [
            row["product"].in_language(lang),
            row["process"].in_language(lang),
            row["unit"].in_language(lang),
            row["product"].iri,
        ]
        for row in found
    ]
    console().print(table("", columns, rows))
    console().print(f"{len(rows)}")


def show_rows(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print any table of an import report."""
    console().print(table(title, [(name, False) for name in columns], ([str(cell) for cell in row] for row in rows)))
