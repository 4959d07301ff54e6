"""The description of the SPARQL service in its own vocabulary (SPARQL 1.1 Service Description)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from api import negotiation
from api.requests import root_of
from api.settings import Settings
from graphstore.formats import by_name
from graphstore.terms import PREFIXES

SD: Final = "http://www.w3.org/ns/sparql-service-description#"
FORMATS: Final = "http://www.w3.org/ns/formats/"

_RESULTS: Final = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples",
    "JSON-LD", "RDF_XML",
)  # fmt: skip
_FUNCTIONS: Final = ("footprint", "errorBound", "convert")
_LABEL: Final = PREFIXES["rdfs"] + "seeAlso"


def service_description(request: Request, settings: Settings) -> Response:
    """The description in the format that the client likes best."""
    offer = negotiation.choose(request.headers.get("accept", "*/*"), negotiation.GRAPHS)
    root = root_of(request, settings)
    prefixes = {**PREFIXES, "sd": SD, "formats": FORMATS}
    body = ox.serialize(_triples(root, settings), format=by_name(offer.name).rdf, prefixes=prefixes)
    return Response(body, headers={"content-type": offer.content_type, "vary": "Accept"})


def _triples(root: str, settings: Settings) -> Iterator[ox.Triple]:
    endpoint, dataset, graph = ox.NamedNode(root + "/sparql"), ox.BlankNode("dataset"), ox.BlankNode("graph")
    kind = ox.NamedNode(PREFIXES["rdf"] + "type")
    yield ox.Triple(endpoint, kind, _sd("Service"))
    yield ox.Triple(endpoint, _sd("endpoint"), endpoint)
    yield ox.Triple(endpoint, ox.NamedNode(_LABEL), ox.NamedNode(root + "/.well-known/void"))
    yield ox.Triple(endpoint, _sd("feature"), _sd("UnionDefaultGraph"))
    for language in ("SPARQL11Query", *(("SPARQL11Update",) if settings.allow_writes else ())):
        yield ox.Triple(endpoint, _sd("supportedLanguage"), _sd(language))
    for each in _RESULTS:
        yield ox.Triple(endpoint, _sd("resultFormat"), ox.NamedNode(FORMATS + each))
    for name in () if settings.endpoint else _FUNCTIONS:  # an endpoint does not know them
        function = ox.NamedNode(PREFIXES["tmf"] + name)
        yield ox.Triple(endpoint, _sd("extensionFunction"), function)
        yield ox.Triple(function, kind, _sd("Function"))
    yield ox.Triple(endpoint, _sd("defaultDataset"), dataset)
    yield ox.Triple(dataset, kind, _sd("Dataset"))
    yield ox.Triple(dataset, _sd("defaultGraph"), graph)
    yield ox.Triple(graph, kind, _sd("Graph"))


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)
