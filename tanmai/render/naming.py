"""Texts, IRIs and names of a report as they may be shown: in one language, short, without what steers a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ontology import PREFIXES
from tanmai.words import Language, word

_CONTROLS: Final = dict.fromkeys((*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "�")  # fmt: skip
_SHORT: Final = sorted(
    ({"sh": "http://www.w3.org/ns/shacl#", "pact": "https://w3id.org/tanmai/pact#"} | PREFIXES).items(),
    key=lambda pair: -len(pair[1]),
)


def bracketed(text: str, lang: Language) -> str:
    """Put a text in brackets behind another one."""
    return (" " if lang == "en" else "") + word("in_brackets", lang, text=text)


def text_in(texts: Mapping[str, str], lang: Language) -> str:
    """Return the text in a language, else without language, else in any."""
    found = texts.get(lang) or texts.get("") or texts.get("en") or next(iter(texts.values()), "")
    return visible(found)


def visible(text: str) -> str:
    """Return a text without what would steer a terminal or turn the direction of writing."""
    return " ".join(str(text).translate(_CONTROLS).split("\n"))


def short(text: str) -> str:
    """Write IRIs of well-known vocabularies with their prefix, in a path or alone."""
    found = visible(text)
    for prefix, space in _SHORT:
        if found.startswith(space):
            return f"{prefix}:{found.removeprefix(space)}"
        if f"<{space}" in found:
            head, *rest = found.split(f"<{space}")
            found = head + "".join(f"{prefix}:{part.replace('>', '', 1)}" for part in rest)
    return found
