"""Reading names and facts out of the data of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tanmai.words import Language, word


def named(node: Mapping[str, Any] | None, lang: Language) -> str:
    """Return the name of a node in the language, else in the other one, else the end of its IRI."""
    if node is None:
        return ""
    other = "zh" if lang == "en" else "en"
    for key in (f"name_{lang}", f"name_{other}", "name_any"):
        if node.get(key):
            return str(node[key])
    spare = [str(value) for key, value in sorted(node.items()) if key.startswith("name_")]
    return spare[0] if spare else str(node["iri"]).rstrip("/#").rpartition("/")[2].rpartition("#")[2]


def symbol(unit: Mapping[str, Any] | None, lang: Language) -> str:
    """Return how a unit is written beside a number: its symbol, else its name."""
    return "" if unit is None else str(unit.get("symbol") or named(unit, lang))


def origin(line: Mapping[str, Any], lang: Language) -> str:
    """Return where the amount of a line comes from and, where a factor is used, where that comes from."""
    amount = _origin(line, ("illustrative", "source", "sourceText", "geography", "year"), lang)
    if line.get("provider") is None or not _has_factor(line):
        return amount
    keys = ("factorIllustrative", "factorSource", "factorSourceText", "factorGeography", "factorYear")
    return word("origins", lang, amount=amount or "-", factor=_origin(line, keys, lang) or "-")


def _has_factor(line: Mapping[str, Any]) -> bool:
    return any(line.get(key) is not None for key in ("factorSource", "factorSourceText", "factorIllustrative"))


def _origin(line: Mapping[str, Any], keys: tuple[str, str, str, str, str], lang: Language) -> str:
    illustrative, source, text, place, year = keys
    stated = named(line.get(source), lang) or str(line.get(text, ""))
    marked = word("illustrative", lang) if line.get(illustrative) else ""
    parts = (marked, stated, named(line.get(place), lang), str(line.get(year, "")))
    return word("comma", lang).join(part for part in parts if part)
