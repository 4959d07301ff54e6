"""The places of the reference knowledge by their codes: ISO 3166, GB/T 2260, and the areas that databases use."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pyoxigraph as ox

from mappings.errors import PlaceTableError
from mappings.ntriples import ID, SKOS


@cache
def known_places() -> dict[str, str]:
    """Return the IRI of every known place by each of its codes; upper and lower case differ (`RoW`).

    Raises:
        PlaceTableError: the shipped file cannot be read.
    """
    try:
        data = (files("ontology") / "reference" / "geography.ttl").read_bytes()
        quads = list(ox.parse(data, format=ox.RdfFormat.TURTLE))
    except (OSError, SyntaxError, ValueError) as error:
        raise PlaceTableError(f"the shipped places cannot be read: {error}. Install Tanmai again.") from error
    places: dict[str, str] = {}
    for quad in quads:
        if quad.predicate.value == f"{SKOS}notation" and str(quad.subject).startswith(f"<{ID}geography/"):
            places[str(getattr(quad.object, "value", ""))] = str(getattr(quad.subject, "value", ""))
    return places
