"""Content negotiation: which of the formats that can be written a client likes best (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from api.errors import NotAcceptableError
from graphstore import formats
from graphstore.formats import Format


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """A format that an answer can have; each is one object, and equal to itself alone.

    Attributes:
        name: short name in :mod:`graphstore`.
        media_type: IANA media type of the answer.
        aliases: other media types under which clients ask for it.
        text: whether the type is one of text, whose encoding is said.
    """

    name: str
    media_type: str
    aliases: tuple[str, ...] = ()
    text: bool = False

    @property
    def content_type(self) -> str:
        """The value of the Content-Type header."""
        return f"{self.media_type}; charset=utf-8" if self.text else self.media_type


TABLES: Final = (
    Offer("json", "application/sparql-results+json", ("application/json",)),
    Offer("xml", "application/sparql-results+xml", ("application/xml", "text/xml")),
    Offer("csv", "text/csv", text=True),
    Offer("tsv", "text/tab-separated-values", text=True),
)
"""Formats of SELECT and ASK, the one preferred by default first."""


def _graph_offer(each: Format, *aliases: str) -> Offer:
    return Offer(each.name, each.media_type, aliases, each.media_type.startswith("text/"))


GRAPHS: Final = (
    _graph_offer(formats.TURTLE, "application/x-turtle"),
    _graph_offer(formats.N_TRIPLES, "text/plain"),
    _graph_offer(formats.JSON_LD, "application/json"),
    _graph_offer(formats.RDF_XML, "application/xml", "text/xml"),
)
"""Formats of CONSTRUCT, DESCRIBE and of graphs, the one preferred by default first."""


@lru_cache(maxsize=256)
def choose(accept: str, offers: tuple[Offer, ...]) -> Offer:
    """The offer that an Accept header likes best; between equals the one that stands first.

    Raises:
        NotAcceptableError: it likes none.
    """
    ranges = list(qualities(accept)) or [("*/*", 1.0)]
    best = max(offers, key=lambda offer: _quality(offer, ranges))
    if _quality(best, ranges) <= 0:
        known = ", ".join(offer.media_type for offer in offers)
        raise NotAcceptableError(f"None of the accepted formats ({accept}) can be written here. Known: {known}.")
    return best


def qualities(accept: str) -> Iterator[tuple[str, float]]:
    """What a header of the Accept family names, in lower case, each with its quality from 0 to 1."""
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                with contextlib.suppress(ValueError):
                    quality = min(max(float(parameter[2:]), 0.0), 1.0)
        if name:
            yield name, quality


def _quality(offer: Offer, ranges: Sequence[tuple[str, float]]) -> float:
    """The quality of the most specific range that fits, as the standard wants it."""
    levels = {"*/*": 0, offer.media_type.partition("/")[0] + "/*": 1}
    levels |= dict.fromkeys((offer.media_type, *offer.aliases), 2)  # an alias is asked for by its own name alone
    found = [(levels[asked], quality) for asked, quality in ranges if asked in levels]
    return max(found, default=(0, 0.0))[1]


def by_media_type(text: str, offers: Sequence[Offer] = GRAPHS) -> Format:
    """The RDF format of a Content-Type header, by default for a document that is one graph.

    Raises:
        MediaTypeError: it is not one that is taken.
    """
    from api.errors import MediaTypeError

    name, *parameters = (piece.strip().lower() for piece in text.split(";"))
    for offer in offers:
        if name == offer.media_type:
            if any(each.startswith("charset=") and each[8:].strip('"') != "utf-8" for each in parameters):
                raise MediaTypeError(f"The data comes as {text}; only UTF-8 is read.")
            return formats.by_name(offer.name)
    known = ", ".join(offer.media_type for offer in offers)
    raise MediaTypeError(
        f"The data comes as {text or 'nothing stated'}; a graph is one of: {known}. State the Content-Type."
    )
