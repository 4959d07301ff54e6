"""Choices of electricity factors in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from tanmai.figures import figure, percent
from tanmai.render.names import named
from tanmai.render.tables import console, table
from tanmai.words import Language, word


def show(data: Mapping[str, Any], lang: Language) -> None:
    """Print each scheme with its number, its shares and the reasons; then what is not allowed and what is assumed."""
    out = console()
    amount = "" if data["amount"] is None else f"  {figure(data['amount']['value'])} kWh"
    out.print(Text.assemble("\n", (named(data["place"], lang), "bold"), f"  {data['year']}{amount}"))
    if not data["supply_stated"]:
        out.print(word("supply_unstated", lang), style="dim")
    for scheme in data["schemes"]:
        _scheme(scheme, lang)
    for factor in data["not_allowed"]:
        out.print("")
        gives = f"{figure(factor['would_give']['value'])} {factor['would_give']['unit']}"
        text = word(
            "not_allowed", lang, name=named(factor, lang), value=f"{factor['value']:g} {factor['unit']}", gives=gives
        )
        out.print(text, soft_wrap=True)
    _assumptions(data["schemes"], lang)


def _scheme(scheme: Mapping[str, Any], lang: Language) -> None:
    out = console()
    head = Text.assemble("\n", (named(scheme, lang), "bold"), "  ")
    total, added, wrong = scheme["total"], scheme["total_with_delivery"], scheme["would_give"]
    if scheme["verdict"] != "footprint":
        head.append(word(f"verdict_{scheme['verdict']}", lang))
    if total is not None:
        head.append(
            f"{'  ' if scheme['verdict'] != 'footprint' else ''}{figure(total['value'], 6)} {total['unit']}", "bold"
        )
    if added is not None:
        head.append("  " + word("with_delivery", lang, value=f"{figure(added['value'], 6)} {added['unit']}"))
    if wrong is not None:
        head.append("  " + word("would_give", lang, value=f"{figure(wrong['value'], 6)} {wrong['unit']}"))
    out.print(head, soft_wrap=True)
    told: set[str] = set()
    for line in scheme["lines"]:
        _line(line, lang, told)


def _line(line: Mapping[str, Any], lang: Language, told: set[str]) -> None:
    """One share: what it is, amount x factor = number; below, why, and where that is written, unless `told` before."""
    out = console()
    supply, factor = line["supply"], line["factor"]
    what = "" if supply["what"] is None else word("comma", lang) + named(supply["what"], lang)
    said = f"{percent(line['share']):>7}  {named(supply['method'], lang)}{what}: "
    out.print(said + _product(line, lang), soft_wrap=True)
    missing = "; ".join(f"{named(each, lang)} ({each[f'why_{lang}']})" for each in line["missing_conditions"])
    if missing:
        out.print(f"         {word('conditions_missing', lang, listed=missing)}", soft_wrap=True)
    if line["rule"]["iri"] not in told:
        told.add(line["rule"]["iri"])
        _reason(line, lang)
    for each in (factor, line["delivery_factor"]):
        if each is not None and each["iri"] not in told:
            told.add(each["iri"])
            _factor(each, lang)


def _reason(line: Mapping[str, Any], lang: Language) -> None:
    document = word("comma", lang).join(named(each, lang) for each in line["documents"])
    status = "" if line["legal_status"] is None else word("comma", lang) + named(line["legal_status"], lang)
    rule = f"[{line['rule']['identifier'] or ''}] " if line["rule"]["identifier"] else ""
    console().print(f"         {rule}{line[f'reason_{lang}']} ({document}{status})", soft_wrap=True)


def _product(line: Mapping[str, Any], lang: Language) -> str:
    factor, value = line["factor"], line["value"]
    if factor is None:
        return named(line["treatment"], lang)
    amount = "" if line["amount_kwh"] is None else f"{figure(line['amount_kwh'])} kWh × "
    given = "" if value is None or line["amount_kwh"] is None else f" = {figure(value['value'])} {value['unit']}"
    refused = "" if line["accepted"] else f"{named(line['treatment'], lang)}; "
    return f"{refused}{amount}{factor['value']:g} {factor['unit']}{given}"


def _factor(factor: Mapping[str, Any], lang: Language) -> None:
    documents = word("comma", lang).join(named(each, lang) for each in factor["documents"])
    number = f" {factor['document_number']}" if factor["document_number"] else ""
    console().print(f"         {named(factor, lang)}: {documents}{number}", style="dim", soft_wrap=True)


def _assumptions(schemes: Sequence[Mapping[str, Any]], lang: Language) -> None:
    """Print what is assumed, each once for all schemes."""
    texts = dict.fromkeys(each[f"text_{lang}"] for scheme in schemes for each in scheme["assumptions"])
    if texts:
        out = console()
        out.print(Text.assemble("\n", (word("assumption", lang), "bold")))
        for text in texts:
            out.print(f"  - {text}", soft_wrap=True)


def show_why(data: Mapping[str, Any], lang: Language) -> None:
    """Print the verdict on a factor, the reason and what is right in its place."""
    out, factor = console(), data["factor"]
    out.print(
        Text.assemble("\n", (named(factor, lang), "bold"), f"  {factor['value']:g} {factor['unit']}"), soft_wrap=True
    )
    out.print(word("allowed" if data["allowed"] else "factor_refused", lang), style="bold")
    if factor["kind"] is not None:
        out.print(f"{word('factor_kind', lang)}: {named(factor['kind'], lang)}")
    rule = "" if data["rule"] is None else f"[{data['rule']['identifier']}] "
    documents = word("comma", lang).join(named(each, lang) for each in data["documents"])
    out.print(f"{rule}{data[f'reason_{lang}']}{f' ({documents})' if documents else ''}", soft_wrap=True)
    right = data["alternative"]
    if right is not None:
        out.print(f"{word('instead', lang)}: {right['value']:g} {right['unit']}", style="bold")
        _factor(right, lang)
    elif not data["allowed"]:
        out.print(f"{word('no_alternative', lang)}: {data['no_alternative']}", soft_wrap=True)
    effect = data["effect"]
    if effect is not None:
        _effect(effect, lang)


def _effect(effect: Mapping[str, Any], lang: Language) -> None:
    out, given, right = console(), effect["with_it"], effect["with_alternative"]
    out.print(f"{figure(effect['kwh'])} kWh: {figure(given['value'], 6)} {given['unit']}")
    if right is not None:
        out.print(f"{word('instead', lang)}: {figure(right['value'], 6)} {right['unit']}")


def show_history(data: Mapping[str, Any], lang: Language) -> None:
    """Print factors by year with the change and the document."""
    columns = [
        (word("year", lang), False),
        ("kg CO2e/kWh", True),
        (word("change_on_year", lang), True),
        (word("issued", lang), False),
        (word("source", lang), False),
    ]
    rows = [
        [
            str(factor["year"]),
            f"{factor['value']:g}",
            "" if factor["change"] is None else f"{factor['change']:+.1%}",
            factor["issued"] or "",
            word("comma", lang).join(named(each, lang) for each in factor["documents"])
            + (f" {factor['document_number']}" if factor["document_number"] else ""),
        ]
        for factor in data["factors"]
    ]
    title = f"{named(data['place'], lang)}{word('comma', lang)}{named(data['generation'], lang)}"
    console().print(table(title, columns, rows))
