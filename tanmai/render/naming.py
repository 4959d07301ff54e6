"""Texts, IRIs and names of a report as they may be shown: in one language, short, without what steers a terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ontology import PREFIXES
from tanmai.words import Language, word

_CONTROLS: Final = dict.fromkeys((*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "�")  # fmt: skip
_NO_IRI_GOES_ON: Final = r"(?![A-Za-z0-9_/#%&=~+-]|[.:@?;,!']\w)"
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


def with_names(text: str, named: Mapping[str, Mapping[str, str]], lang: Language) -> str:
    """Put the name of a node in quotation marks in the place of its IRI, wherever a text mentions it.

    Args:
        text: a message; an IRI may stand in angle brackets.
        named: names by IRI or blank node, as the text writes them.
        lang: the language of the text.
    """
    if not named:
        return text
    iris = "|".join(re.escape(iri) for iri in sorted(named, key=len, reverse=True))  # one may begin another
    gap = " ?" if lang == "zh" else ""  # no blanks around Chinese quotation marks
    pattern = rf"{gap}(?:<(?P<inside>{iris})>|(?P<bare>{iris}){_NO_IRI_GOES_ON}){gap}"

    def name(found: re.Match[str]) -> str:
        return word("in_quotes", lang, text=text_in(named[found["inside"] or found["bare"]], lang))

    return re.sub(pattern, name, text)


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
