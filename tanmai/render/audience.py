"""Audiences and what was published to them, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from graphstore.shipped import PREFIX
from tanmai.figures import figure, percent
from tanmai.render.tables import console, table
from tanmai.translate import translated
from tanmai.words import Language, word

MOST = 20


def show_overview(data: Mapping[str, Any], lang: Language) -> None:
    """Print the audiences, and who may read which dataset."""
    out = console()
    if not data["audiences"]:
        out.print(word("audience_none", lang))
    else:
        columns = [(word(key, lang), False) for key in ("audience", "audience_title", "state")]
        rows = [
            [each["name"], each["title"], word("audience_current" if each["up_to_date"] else "audience_late", lang)]
            for each in data["audiences"]
        ]
        out.print(table(word("audiences", lang), columns, rows))
    own = [each for each in data["datasets"] if not _plainly_shipped(each)]
    columns = [(word(key, lang), False) for key in ("dataset", "access_level", "shared_with")]
    if own:
        rows = [[each["dataset"], _level(each, lang), _shared(each, lang)] for each in own]
        out.print(table(word("audience_datasets", lang), columns, rows))
    out.print(word("audience_shipped", lang, count=len(data["datasets"]) - len(own)))


def show_publications(told: Sequence[Mapping[str, Any]], lang: Language) -> None:
    """Print what each audience was told, and what it cannot compute."""
    out = console()
    if not told:
        out.print(word("audience_none", lang))
    for each in told:
        name, results = each["audience"], each["results"]
        key = "publication" if each["changed"] else "publication_same"
        out.print(word(key, lang, name=name, count=each["datasets"], results=len(results)))
        if each["anew"]:
            out.print(word("publication_anew", lang))
        if results and each["changed"]:
            _show_results(out, name, results, lang)
        _show_withheld(out, each, lang)
        _show_differences(out, each, lang)


def _show_results(out: Console, name: str, results: Sequence[Mapping[str, Any]], lang: Language) -> None:
    columns = [(word("product", lang), False), (word("per_unit", lang), True), (word("published_primary", lang), True)]
    rows = [
        [
            each["product"],
            figure(each["co2e"]),
            "–" if each["primary_share"] is None else percent(each["primary_share"]),
        ]
        for each in results[:MOST]
    ]
    out.print(table(word("published_results", lang, name=name), columns, rows))


def _show_withheld(out: Console, told: Mapping[str, Any], lang: Language) -> None:
    withheld, name = told["withheld"], told["audience"]
    if not withheld:
        return
    columns = [
        (word("withheld_iri", lang), False),
        (word("withheld_supplier", lang), False),
        (word("reason", lang), False),
    ]
    rows = [
        [each["iri"], each["supplier"], translated(each["reason"], lang) or word("withheld_plainly", lang)]
        for each in withheld[:MOST]
    ]
    out.print(table(word("withheld_inputs", lang, name=name), columns, rows))
    out.print(word("publication_cure", lang, name=name))


def _show_differences(out: Console, told: Mapping[str, Any], lang: Language) -> None:
    name, blocked = told["audience"], word("publication_not_computed", lang)
    if told["failure"]:
        out.print(word("publication_failure", lang, name=name, text=translated(told["failure"], lang)))
    differing = [each for each in told["differences"] if each["there"] is not None or not told["withheld"]]
    if differing:
        columns = [
            (word("product", lang), False),
            (word("publication_ours", lang), True),
            (word("publication_theirs", lang), True),
        ]
        rows = [
            [each["iri"], figure(each["whole"]), blocked if each["there"] is None else figure(each["there"])]
            for each in differing[:MOST]
        ]
        out.print(table(word("publication_differs", lang, name=name), columns, rows))


def _plainly_shipped(dataset: Mapping[str, Any]) -> bool:
    return bool(dataset["dataset"].startswith(PREFIX) and dataset["level"] == "public" and not dataset["shared"])


def _level(dataset: Mapping[str, Any], lang: Language) -> str:
    unstated = "named" if dataset["shared"] else "none"
    return word(f"access_level_{dataset['level'] or unstated}", lang)


def _shared(dataset: Mapping[str, Any], lang: Language) -> str:
    return ", ".join(f"{name} ({word(f'extent_{extent}', lang)})" for name, extent in sorted(dataset["shared"].items()))
