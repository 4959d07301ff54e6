"""The SPARQL files that the package ships, by name.

Each file opens with a comment that states the question, the parameters and the columns.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from graphstore.errors import UnknownNameError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def _folder() -> Traversable:
    from importlib.resources import files  # costs import time that not every command needs

    return files(__name__)


@cache
def load(name: str) -> str:
    """The text of ``queries/{name}.rq``."""
    try:
        return (_folder() / f"{name}.rq").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UnknownNameError(f"There is no shipped query {name!r}. Known: {', '.join(names())}.") from None


def names() -> tuple[str, ...]:
    """Names of all shipped queries, sorted."""
    entries = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(entry[:-3] for entry in entries if entry.endswith(".rq")))
