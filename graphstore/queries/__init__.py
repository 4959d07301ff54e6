"""The SPARQL files that the package ships, by name.

Each file opens with a comment that states the question, the parameters and the columns.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from graphstore.errors import UnknownNameError


@cache
def load(name: str) -> str:
    """The text of ``queries/{name}.rq``."""
    try:
        return (files(__package__) / f"{name}.rq").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UnknownNameError(f"There is no shipped query {name!r}. Known: {', '.join(names())}.") from None


def names() -> tuple[str, ...]:
    """Names of all shipped queries, sorted."""
    entries = (entry.name for entry in files(__package__).iterdir())
    return tuple(sorted(entry[:-3] for entry in entries if entry.endswith(".rq")))
