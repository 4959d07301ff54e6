"""Which assessment method fits, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tanmai.render.hybrid import limits
from tanmai.render.names import named
from tanmai.render.tables import console, table
from tanmai.words import Language, word


def show(data: Mapping[str, Any], lang: Language) -> None:
    """Print the recommendation, the data at hand, every method with its verdict, and the limits of the first that fits."""
    out, recommended = console(), data["recommended"]
    asked = word("comma", lang).join(
        text for text in (named(data["scale"], lang), named(data["product"], lang)) if text
    )
    if recommended:
        out.print(f"{word('method_recommended', lang)} ({asked}): {named(recommended, lang)}", style="bold")
        out.print(f"  {recommended[f'text_{lang}']}", soft_wrap=True)
    else:
        out.print(f"{asked}: {word('method_none', lang)}", style="bold", soft_wrap=True)
    if data["sector_average"]:
        out.print(word("method_average" if not recommended else "sector_average", lang), soft_wrap=True)
    if data["unreadable"]:
        out.print(f"! {data['unreadable']}", soft_wrap=True)
    held = [f"{named(need, lang)}: {word('yes' if need['at_hand'] else 'no', lang)}" for need in data["data"]]
    out.print(f"{word('at_hand', lang)}: {word('comma', lang).join(held)}", soft_wrap=True)
    rows = [[named(each["method"], lang), _verdict(each, lang)] for each in data["methods"]]
    out.print(table("", [(word("method", lang), False), ("", False)], rows))
    for each in data["methods"]:
        if recommended and each["method"]["iri"] == recommended["iri"]:
            limits(each["limits"], lang)


def _verdict(each: Mapping[str, Any], lang: Language) -> str:
    missing = word("comma", lang).join(named(need, lang) for need in each["missing"])
    return word(each["verdict"], lang, text=missing)
