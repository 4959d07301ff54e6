"""Plausibility checks in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from tanmai.figures import figure, percent
from tanmai.render.names import named, symbol
from tanmai.render.tables import console, table
from tanmai.words import Language, word

MOST = 20
"""Processes shown of a balance, the largest gaps first; `--json` has more."""


def show(data: Mapping[str, Any], lang: Language) -> None:
    """Print verdict, ranges and balances."""
    out = console()
    checked = word("checked_processes", lang, count=data["processes"])
    out.print(Text.assemble("\n", (named(data["product"], lang), "bold"), f"  {checked}"))
    for each in data["ranges"]:
        _range(each, lang)
    for each in data["balances"]:
        _balance(each, lang)
    for each in data["validity"]:
        out.print(_validity(each, lang), soft_wrap=True)
    for assumption in data["assumptions"]:
        out.print(f"  - {assumption[f'text_{lang}']}", soft_wrap=True)
    out.print(word(f"check_{data['verdict']}", lang), style="bold")


def _validity(each: Mapping[str, Any], lang: Language) -> str:
    """One line for a study, footprint or certificate: until when it is valid, and what is wrong with its period."""
    until = word("valid_until" if each["expires"] else "valid_unknown", lang, day=each["expires"])
    default = word("valid_by_default", lang) if each["by_default"] else ""
    remarks = " ".join(remark[f"text_{lang}"] for remark in each["remarks"])
    kind = word(f"dated_{each['kind']}", lang)
    return "  ".join(part for part in (f"{kind} <{each['iri']}>: {until}{default}", remarks) if part)


def _title(check: Mapping[str, Any], lang: Language) -> str:
    """Name a check with its number, severity and source."""
    documents = word("comma", lang).join(named(each, lang) for each in check["documents"])
    return f"[{check['identifier'] or ''}] {named(check, lang)} ({named(check['severity'], lang)}; {documents})"


def _range(check: Mapping[str, Any], lang: Language) -> None:
    if not check["applied"]:
        return
    low, high = (figure(check[key]) if check[key] is not None else "" for key in ("lower", "upper"))
    unit = f"{symbol(check['unit'], lang)}/{symbol(check['per_unit'], lang)}"
    columns = [
        (word("process", lang), False),
        (unit, True),
        (word("expected", lang), True),
        (word("result", lang), False),
    ]
    rows = [
        [
            named(found["process"], lang),
            "" if found["value"] is None else figure(found["value"]),
            f"{low} – {high}",
            found["why"] if found["within"] is None else _verdict(found["within"], lang),
        ]
        for found in check["applied"]
    ]
    out = console()
    out.print(_title(check, lang), style="bold", soft_wrap=True)
    out.print(table("", columns, rows))


def _verdict(within: bool | None, lang: Language) -> str:
    return word("undecided" if within is None else "within" if within else "out_of_range", lang)


def _balance(check: Mapping[str, Any], lang: Language) -> None:
    shown = check["processes"][:MOST]
    if not shown:
        return
    columns = [
        (word("process", lang), False),
        (word("entering", lang), True),
        (word("leaving", lang), True),
        (word("gap", lang), True),
        (word("result", lang), False),
        (word("not_assessable", lang), False),
    ]
    rows = [
        [
            named(found["process"], lang),
            figure(found["entering_kg"]),
            figure(found["leaving_kg"]),
            percent(found["gap"]),
            _verdict(found["within"], lang)
            + ("" if found["complete"] else word("comma", lang) + word("partial", lang)),
            word("comma", lang).join(
                f"{named(item['flow'], lang)} {figure(item['amount'])} {symbol(item['unit'], lang)}"
                for item in found["not_assessable"]
            ),
        ]
        for found in shown
    ]
    out = console()
    out.print(f"{_title(check, lang)} ≤ {percent(check['upper'])}", style="bold", soft_wrap=True)
    out.print(table("", columns, rows))
    if check["assessed_count"] > len(shown):
        out.print(word("more", lang, count=check["assessed_count"] - len(shown)))
