"""The formats that studies come in: every RDF syntax that the command line reads."""

from __future__ import annotations

from typing import Final

from api.negotiation import GRAPHS, Offer
from graphstore.formats import FORMATS

DOCUMENTS: Final = (
    *GRAPHS,
    *(Offer(each.name, each.media_type) for each in FORMATS if each.name not in {offer.name for offer in GRAPHS}),
)
"""Syntaxes of one graph, then those that could name several, which a study does not do. Plain JSON is JSON-LD or a PACT record."""
