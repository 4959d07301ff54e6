"""IRIs that the registry makes, and who acts in it."""

from __future__ import annotations

import pyoxigraph as ox

from graphstore.formats import clean_key
from graphstore.terms import catalogue_iri, literal, name
from registry.errors import SubmissionError

ID = "https://w3id.org/tanmai/id/"
TYPE = name("rdf:type")


def node(base: str, kind: str, key: str) -> ox.NamedNode:
    """A local name: base/id/kind/key."""
    return ox.NamedNode(f"{base}/id/{kind}/{key}")


def concept(scheme: str, notation: str) -> ox.NamedNode:
    """A concept of the shipped schemes."""
    return ox.NamedNode(f"{ID}{scheme}/{notation}")


def agent(base: str, text: str) -> tuple[ox.NamedNode, list[ox.Quad]]:
    """Who acts: an IRI as it stands, or a name, which becomes a local organisation with that label.

    Returns the organisation and what the catalogue says of it.

    Raises:
        SubmissionError: the text is empty or no IRI that can be written.
    """
    stated = text.strip()
    if not stated:
        raise SubmissionError("The name of the organisation is empty. Give its name or its IRI.")
    if "://" in stated or stated.startswith("urn:"):
        try:
            return ox.NamedNode(stated), []
        except ValueError as error:
            raise SubmissionError(f"{stated!r} is no IRI: {error}. Correct it, or give the name instead.") from None
    found, graph = node(base, "organization", clean_key(stated).replace("/", "-")), catalogue_iri(base)
    return found, [
        ox.Quad(found, TYPE, name("tm:Organization"), graph),
        ox.Quad(found, name("rdfs:label"), literal(stated), graph),
    ]
