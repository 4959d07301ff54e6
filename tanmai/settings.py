"""Settings: where the store is, which language is spoken, what local names begin with."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tanmai.words import Language

DEFAULT_STORE = "./tanmai-data"


def store_location() -> str:
    """Return the directory of the store or the address of its endpoint: TANMAI_STORE, else ./tanmai-data."""
    return os.environ.get("TANMAI_STORE", DEFAULT_STORE)


def store_token() -> str | None:
    """Return the bearer token for an endpoint: TANMAI_STORE_TOKEN; None where it is not set."""
    return os.environ.get("TANMAI_STORE_TOKEN") or None


def language() -> Language:
    """Return the language of what a person reads: TANMAI_LANG, else that of the locale, else English."""
    stated = os.environ.get("TANMAI_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if stated.lower().startswith("zh") else "en"


def language_of(arguments: Sequence[str]) -> Language:
    """Return the language that a command line asks for by `--lang`, also where it cannot be parsed; else the default."""
    stated: Language | None = None
    for option, value in zip(arguments, [*arguments, ""][1:], strict=True):
        said = value if option == "--lang" else option.removeprefix("--lang=")
        if said in {"en", "zh"} and option.startswith("--lang"):
            stated = "zh" if said == "zh" else "en"
    return stated or language()
