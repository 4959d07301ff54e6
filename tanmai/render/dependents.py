"""Who draws on a study that leaves or is replaced, and why a certificate does not hold, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tanmai.render.names import named
from tanmai.render.tables import console
from tanmai.translate import translated
from tanmai.words import Language, word

Data = Mapping[str, Any]

MOST = 20


def show_dependents(data: Data | None, lang: Language) -> None:
    """Print the products, submissions and statements of others that draw on a study, and its certificates."""
    if data is None:
        return
    out = console()
    if not any(data.values()):
        out.print(word("dependents_none", lang))
    if data["reason"]:
        out.print(word("dependents_untold", lang, reason=translated(data["reason"], lang)), soft_wrap=True)
    products = [
        word("dependents_product", lang, product=named(row, lang), process=named(row["process"], lang))
        for row in data["products"]
    ]
    _listed("dependents_products", products, lang)
    references = [
        "  ".join(named(row[key], lang) for key in ("subject", "property", "footprint")) for row in data["references"]
    ]
    _listed("dependents_references", references, lang)
    comma = word("comma", lang)
    for key, ids in (
        ("dependents_submissions", [row["id"] for row in data["submissions"]]),
        ("dependents_certificates", data["certificates"]),
    ):
        if ids:
            out.print(word(key, lang, ids=comma.join(ids)), soft_wrap=True)


def _listed(key: str, rows: Sequence[str], lang: Language) -> None:
    if not rows:
        return
    out = console()
    out.print(word(key, lang, count=len(rows)), style="bold")
    for row in rows[:MOST]:
        out.print(f"  {row}", soft_wrap=True)
    if len(rows) > MOST:
        out.print(word("more", lang, count=len(rows) - MOST))


def show_failings(rows: Sequence[Data], day: str, lang: Language) -> None:
    """Print whether a certificate holds on a day, and what stands in the way."""
    out = console()
    out.print(word("certificate_fails" if rows else "certificate_holds", lang, day=day))
    for row in rows:
        told = {"day": row.get("day"), "id": row.get("submission"), "state": named(row.get("state"), lang)}
        why = row["event"]["why"] if "event" in row else None
        out.print(f"  - {word('failing_' + row['kind'], lang, **told)}{f'  ({why})' if why else ''}", soft_wrap=True)
