"""A query with all that its answer depends on, whichever way it comes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from api.pins import Pin
from api.sparql.protocol import Operation
from api.state import State, tag_of

_CHANGING: Final = re.compile(r"\b(now|rand|uuid|struuid|bnode)\s*\(|\\u", re.IGNORECASE)
"""What makes an answer another one each time it is asked for (or may hide that it does), so that it gets no entity tag."""


@dataclass(frozen=True, slots=True)
class Question:
    """One query.

    Attributes:
        asked: what the request asks for.
        base: the address against which relative names are read.
        accept: the formats that the client takes.
        pin: the past state that it is asked of, if it is.
        audience: whose view of the store it is asked of; ``None`` for the whole store.
        lasting: whether the answer is the same as long as the store is.
    """

    asked: Operation
    base: str
    accept: str
    pin: Pin
    audience: str | None
    lasting: bool

    @classmethod
    def of(cls, state: State, asked: Operation, base: str, accept: str, pin: Pin, audience: str | None) -> Question:
        """A query that is put to a running application; see the attributes."""
        lasting = state.lasting and _CHANGING.search(asked.text) is None
        return cls(asked, base, accept, pin, audience, lasting)

    def job(self, state: State) -> dict[str, Any]:
        """What a reader does for it."""
        return {
            **job_of(self.asked, self.base),
            **self.pin.fields(),
            "patterns": state.settings.patterns,
            "accept": self.accept,
        }

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the answer that hold for each state of the store."""
        return headers_of(self.lasting)

    def tag(self, generation: str) -> str:
        """The entity tag of the answer of a generation."""
        parts = (self.asked.text, self.asked.dataset, self.base, self.accept, self.pin.release, self.pin.as_of)
        return tag_of(generation, self.audience, *parts)


def headers_of(lasting: bool) -> dict[str, str]:
    """Headers of an answer, which lasts as long as the store stays as it is, or not even that."""
    return {"vary": "Accept", "cache-control": "no-cache" if lasting else "no-store"}


def job_of(asked: Operation, base: str) -> dict[str, Any]:
    """What a child does for any operation."""
    return {"kind": asked.verb, "text": asked.text, "dataset": asked.dataset, "base": base}
