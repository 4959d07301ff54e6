"""Messages in the language of whoever reads a page. Their catalogue is the front door's, above the server: it is named, not imported."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final

Translate = Callable[[str, str], str]
"""A message and a language to the message in that language."""


def untranslated(text: str, _: str) -> str:
    """A message as it was raised, in English."""
    return text


def place_of(translate: Translate) -> str:
    """Where another process finds a function: ``module:name``; empty for one that has no name of its own, such as a lambda."""
    name = str(getattr(translate, "__qualname__", ""))
    return f"{translate.__module__}:{name}" if name.isidentifier() else ""


class Messages:
    """What says the messages of this process."""

    def __init__(self) -> None:
        self._place = ""
        self._translate: Translate | None = None

    def come_from(self, place: str) -> None:
        """Have messages said by a function, given as :func:`place_of` names it; it is imported when the first one is said."""
        self._place, self._translate = place, None

    def said(self, text: str, lang: str) -> str:
        """A message in a language; in English where nobody says it."""
        if lang == "en":
            return text
        if self._translate is None:
            module, _, name = self._place.partition(":")
            self._translate = getattr(import_module(module), name) if name else untranslated
        return self._translate(text, lang)


MESSAGES: Final = Messages()
"""Those of this process: a reader is a process of its own, told once by its parent who says them."""
