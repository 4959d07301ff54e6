"""Partners, what came from them, and events, in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tanmai.render.tables import console, table
from tanmai.translate import translated
from tanmai.words import Language, word

Data = Mapping[str, Any]


def show_partners(rows: Sequence[Data], lang: Language) -> None:
    """Print partners, without their secrets."""
    out = console()
    if not rows:
        out.print(word("partners_none", lang), soft_wrap=True)
    for row in rows:
        out.print(row["name"], style="bold", soft_wrap=True)
        out.print(f"  {row['url']}", soft_wrap=True)
        out.print(f"  {word('partner_id', lang)}{word('colon', lang)}{row['client_id']}", soft_wrap=True)


def show_pulled(rows: Sequence[Data], source: str, lang: Language) -> None:
    """Print what became of each footprint of a partner, and how many of each kind there were."""
    out = console()
    out.print(word("pulled_from", lang, url=source), style="bold", soft_wrap=True)
    for row in rows:
        outcome = word(f"pull_{row['outcome']}", lang)
        if row["outcome"] == "refused":
            out.print(_plain(f"  {outcome}  {row['id'] or '-'}"), style="bold red", soft_wrap=True)
            out.print(_plain(f"    {row['zh'] if lang == 'zh' else row['en']}"), soft_wrap=True)
            continue
        out.print(_plain(f"  {outcome}  {row['id']}  {row['product']}  ({row['company']})"), soft_wrap=True)
        if row["factor"] and row["outcome"] == "new":
            out.print(f"    {word('pull_use', lang, iri=row['factor'])}", soft_wrap=True)
    counted = Counter(row["outcome"] for row in rows)
    out.print(
        word(
            "pull_counts",
            lang,
            added=counted["new"],
            unchanged=counted["known"],
            deprecated=counted["deprecated"],
            refused=counted["refused"],
        ),
        soft_wrap=True,
    )


def show_requests(rows: Sequence[Data], lang: Language) -> None:
    """Print what we asked of partners."""
    if not rows:
        console().print(word("requests_none", lang), soft_wrap=True)
        return
    headings = ("sent", "partner", "products", "state", "note")
    told = [
        (_moment(row["sent"]), row["partner"], row["asked"], word(f"request_{row['state']}", lang), _note(row, lang))
        for row in rows
    ]
    console().print(table("", [(word(f"column_{each}", lang), False) for each in headings], told))


def show_events(rows: Sequence[Data], lang: Language) -> None:
    """Print the events that came, and what became of them."""
    if not rows:
        console().print(word("events_none", lang), soft_wrap=True)
        return
    headings = (
        ("received", False), ("partner", False), ("event", False), ("state", False), ("attempts", True), ("note", False),
    )  # fmt: skip
    told = [
        (
            _moment(row["received"]),
            row["partner"],
            word(f"event_{row['kind']}", lang),
            word(f"event_{row['state'].replace(' ', '_')}", lang),
            str(row["attempts"]),
            _note(row, lang),
        )
        for row in rows
    ]
    console().print(table("", [(word(f"column_{name}", lang), numeric) for name, numeric in headings], told))


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _note(row: Data, lang: Language) -> str:
    return _plain(translated(row["message"], lang))


def _plain(text: str) -> str:
    """A text of a partner without what a terminal would take for a command."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
