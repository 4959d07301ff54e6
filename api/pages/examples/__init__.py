"""Example queries of the SPARQL page: files whose first two lines are their names in English and Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from api.pages.words import Language


@dataclass(frozen=True, slots=True)
class Example:
    """One example query.

    Attributes:
        en: its name in English.
        zh: its name in Chinese.
        text: the query, in which LANGUAGE stands for the language of names.
    """

    en: str
    zh: str
    text: str

    def text_in(self, lang: Language) -> str:
        """The query, asking for names in a language."""
        return self.text.replace("LANGUAGE", lang)


@cache
def examples() -> tuple[Example, ...]:
    """All example queries, in the order of their file names."""
    entries = sorted(
        (each for each in files(__name__).iterdir() if each.name.endswith(".rq")), key=lambda each: each.name
    )
    return tuple(_read(entry.read_text(encoding="utf-8")) for entry in entries)


def _read(text: str) -> Example:
    en, zh, query = text.split("\n", 2)
    return Example(en.removeprefix("# "), zh.removeprefix("# "), query)
