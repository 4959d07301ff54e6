"""Decisions on cut-offs in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from tanmai.figures import figure
from tanmai.render.names import named
from tanmai.render.tables import console, table
from tanmai.words import Language, word

MOST = 20
"""Sources shown of each list, the largest; `--json` has more."""


def show(data: Mapping[str, Any], lang: Language) -> None:
    """Print what is asked about, or both lists; then limits, and what is assumed."""
    out = console()
    of = named(data["product"], lang) if "product" in data else data["table"]
    out.print(Text.assemble("\n", (of, "bold"), f"  {figure(data['total']['value'], 6)} kg CO2e"))
    if data["asked"]:
        _list(word("asked_sources", lang), data["asked"], len(data["asked"]), lang)
    else:
        _list(word("may_be_left_out", lang), data["dropped"][-MOST:], data["dropped_count"], lang)
        _list(word("must_stay", lang), data["kept"][:MOST], data["kept_count"], lang)
    summary = word(
        "left_out", lang, count=data["dropped_count"], sources=data["sources"], share=_share(data["dropped_share"])
    )
    out.print(summary, style="bold")
    for limit in data["limits"].values():
        sign = "≤" if limit["inclusive"] else "<"
        out.print(
            f"{named(limit, lang)}: {sign} {_share(limit['share'])}  [{limit['citation']}]", style="dim", soft_wrap=True
        )
    for assumption in data["assumptions"]:
        out.print(f"  - {assumption[f'text_{lang}']}", soft_wrap=True)


def _list(title: str, decisions: Sequence[Mapping[str, Any]], count: int, lang: Language) -> None:
    columns = [
        (word("source_of_emissions", lang), False),
        ("kg CO2e", True),
        (word("share", lang), True),
        (word("running", lang), True),
        (word("verdict", lang), False),
        (word("reason", lang), False),
    ]
    rows = [
        [
            _called(each, lang),
            figure(each["value"]),
            _share(each["share"]),
            _share(each["running_share"]),
            word("may_go" if each["dropped"] else "may_not_go", lang),
            each[f"reason_{lang}"],
        ]
        for each in decisions
    ]
    if rows:
        console().print(table(title, columns, rows))
    if count > len(decisions):
        console().print(word("more", lang, count=count - len(decisions)))


def _called(decision: Mapping[str, Any], lang: Language) -> str:
    if decision.get("exchanges"):
        return f"{named(decision['process'], lang)}: {named(decision['material'], lang)}"
    return ", ".join(decision["names"])


def _share(share: float) -> str:
    """A share in percent with three decimals: the limits are one and five percent."""
    return f"{share:.3%}"
