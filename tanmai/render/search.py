"""Names that were found, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tanmai.render.tables import console, table
from tanmai.words import Language, word


def show(found: Sequence[Mapping[str, Any]], lang: Language) -> None:
    """Print what was found: its name in the reader's language, the name that matched where it is another, kind and IRI."""
    columns = [(word("name", lang), False), (word("kind", lang), False), ("IRI", False)]
    rows = [[_named(hit, lang), _kinds(hit, lang), hit["iri"]] for hit in found]
    console().print(table("", columns, rows) if rows else word("nothing_found", lang))


def _named(hit: Mapping[str, Any], lang: Language) -> str:
    own = hit["labels"].get(lang) or hit["name"]
    return own if hit["name"] == own else f"{own} {word('in_brackets', lang, text=hit['name'])}"


def _kinds(hit: Mapping[str, Any], lang: Language) -> str:
    return word("comma", lang).join(kind["labels"].get(lang, kind["kind"]) for kind in hit["kinds"])
