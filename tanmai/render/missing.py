"""Missing data and their proxies, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from tanmai.figures import figure, percent
from tanmai.render.names import named, symbol
from tanmai.render.tables import console, table
from tanmai.words import Language, word

MOST_LINKS = 30


def show(data: Mapping[str, Any], lang: Language) -> None:
    """Print what is missing, what could stand in for it, and by which rule that was found."""
    out = console()
    out.print(
        Text.assemble(
            "\n", (named(data["product"], lang), "bold"), f"  {figure(data['amount'])} {symbol(data['unit'], lang)}"
        )
    )
    links = data["missing"]
    if data["narrowed"]:
        out.print(word("narrowed", lang), soft_wrap=True)
    if not links:
        out.print(word("nothing_missing", lang))
        _notes(data["assumptions"], lang)
        return
    out.print(Text(word("links_missing", lang, count=len(links)), style="bold"))
    for link in links[:MOST_LINKS]:
        _show_link(link, lang)
    if len(links) > MOST_LINKS:
        out.print(word("more", lang, count=len(links) - MOST_LINKS))
    _totals(data, lang)
    _allocations(data, lang)
    _notes((data["rule"], *data["assumptions"]), lang)


def _notes(notes: Sequence[Mapping[str, Any]], lang: Language) -> None:
    for note in notes:
        console().print(note[f"text_{lang}"], style="dim", soft_wrap=True)


def _show_link(link: Mapping[str, Any], lang: Language) -> None:
    """One missing link: what is asked for and why nothing supplies it, then the proxy and its effect."""
    out = console()
    reason = link["reason" if lang == "en" else "reason_zh"]
    amount = f"{figure(link['amount'])} {symbol(link['unit'], lang)}"
    out.print(f"- {named(link['flow'], lang)}: {amount} {word('in_brackets', lang, text=reason)}", soft_wrap=True)
    role = word("process" if link["answer"] == "method" else "asked_by", lang)
    out.print(f"    {role}: {named(link['process'], lang)}  <{link['exchange']}>", soft_wrap=True)
    if link["refusal"]:
        out.print(f"    {word('refused_because', lang, reason=link['refusal'])}", soft_wrap=True)
    if link["co_product_of"]:
        makers = word("comma", lang).join(named(maker, lang) for maker in link["co_product_of"])
        out.print(f"    {word('co_product_of', lang, names=makers)}", soft_wrap=True)
    if link["proxy"]:
        out.print(f"    {word('best_proxy', lang)}: {_proxy(link, lang)}", soft_wrap=True)
        effect = link["effect"]
        out.print(f"    {word('effect', lang)}: {figure(effect['value'])}  {percent(effect['share'])}", soft_wrap=True)
    else:
        out.print(f"    {word('method_missing' if link['answer'] == 'method' else 'no_data', lang)}", style="bold")


def _proxy(link: Mapping[str, Any], lang: Language) -> str:
    proxy = link["proxy"]
    factor = f"{figure(proxy['factor']['value'])} kg CO2e / {symbol(proxy['factor']['per'], lang)}"
    parts = [proxy[f"match_{lang}"], *_distance(proxy, lang)]
    if not proxy["complete"]:
        parts.append(word("proxy_incomplete", lang))
    if proxy["illustrative"]:
        parts.append(word("illustrative", lang))
    if proxy["quality"]:
        scores = "; ".join(f"{named(q['indicator'], lang)} {q['score']:g}" for q in proxy["quality"])
        parts.append(word("quality_scores", lang, scores=scores))
    return f"{named(proxy, lang)}, {factor} {word('in_brackets', lang, text=word('comma', lang).join(parts))}"


def _distance(proxy: Mapping[str, Any], lang: Language) -> list[str]:
    steps, years = proxy["place_steps"], proxy["years_apart"]
    return [
        word("place_unknown", lang) if steps is None else word("place_steps", lang, count=steps),
        word("year_unknown", lang) if years is None else word("years_apart", lang, count=years),
    ]


def _totals(data: Mapping[str, Any], lang: Language) -> None:
    out = console()
    out.print(f"{word('total_without', lang)}: {figure(data['total']['value'], 6)} kg CO2e")
    uncounted = word("not_counted", lang, count=data["without_data"])
    note = f" {word('in_brackets', lang, text=uncounted)}" if data["without_data"] else ""
    out.print(
        f"{word('total_with_proxies', lang)}: {figure(data['total_with_proxies']['value'], 6)} kg CO2e{note}",
        soft_wrap=True,
    )


def _allocations(data: Mapping[str, Any], lang: Language) -> None:
    """The result under each allocation method, where one is missing."""
    if data["allocations"]:
        columns = [(word("allocation_method", lang), False), ("kg CO2e", True), (word("reason", lang), False)]
        rows = [
            [line["method"], figure(line["total"]["value"]) if line["total"] else "", line["reason"] or ""]
            for line in data["allocations"]
        ]
        console().print(table("", columns, rows))
