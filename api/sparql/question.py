"""A query with all that its answer depends on, whichever way it comes."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from api.tags import tag_of

PATH: Final = "/sparql"
"""Where queries are asked; relative names in them are read against its address."""

Names = tuple[tuple[str, ...], tuple[str, ...]]

_CHANGING: Final = re.compile(r"\b(now|rand|uuid|struuid|bnode)\s*\(|\\u", re.IGNORECASE)
"""What makes an answer another one each time it is asked for (or may hide that it does), so that it gets no entity tag."""


class Question(NamedTuple):
    """One query.

    Attributes:
        text: the query.
        base: the address against which relative names in it are read.
        accept: the formats that the client takes.
        dataset: names of the graphs that are the default graph, and of the named graphs; ``None`` where none is stated.
        release: name of the release that it is asked of; ``None`` for the present state.
        as_of: the day of whose state it is asked.
        audience: whose view of the store it is asked of; ``None`` for the whole store.
    """

    text: str
    base: str
    accept: str
    dataset: Names | None = None
    release: str | None = None
    as_of: str | None = None
    audience: str | None = None

    @property
    def lasting(self) -> bool:
        """Whether the answer is the same as long as the store is."""
        text = self.text
        return ("(" not in text and "\\" not in text) or _CHANGING.search(text) is None

    def job(self, patterns: int) -> dict[str, Any]:
        """What a reader does for it, if it joins so many patterns at most."""
        return {
            "kind": "query",
            "text": self.text,
            "dataset": self.dataset,
            "base": self.base,
            "release": self.release,
            "as_of": self.as_of,
            "patterns": patterns,
            "accept": self.accept,
        }

    def tag(self, generation: str) -> str:
        """The entity tag of the answer of a generation."""
        parts = (self.text, self.dataset, self.base, self.accept, self.release, self.as_of)
        return tag_of(generation, self.audience, *parts)


def headers_of(lasting: bool) -> dict[str, str]:
    """Headers of an answer, which lasts as long as the store stays as it is, or not even that."""
    return {"vary": "Accept", "cache-control": "no-cache" if lasting else "no-store"}
