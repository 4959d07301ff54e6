"""The forms of an answer: a page for people, RDF for programs."""

from __future__ import annotations

from typing import Final

from api.negotiation import GRAPHS, Offer

HTML: Final = Offer("html", "text/html", ("application/xhtml+xml",), text=True)
"""The format of pages."""
DATA: Final = {offer.name: offer for offer in GRAPHS}
"""The formats of data, by name."""
BOTH: Final = (*GRAPHS, HTML)
"""What a document about a node can be."""
