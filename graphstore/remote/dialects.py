"""In what endpoints differ, in one place: their addresses, the form of their answers, and what their default graph is.

The SPARQL protocol fixes how a query is sent, not where updates and graphs go, nor whether a query without ``FROM`` sees the
named graphs. Both are found by asking: the endpoint's name in the ``Server`` header gives the addresses, a probe query shows
what the default graph is.

Answers are taken as JSON or XML, never as CSV or TSV: only those end with a mark, so that an answer that was cut off (some
servers do so with status 200 when their time is up) is an error and not a shorter table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

JSON: Final = "application/sparql-results+json"
XML: Final = "application/sparql-results+xml"

Parameters = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of endpoint.

    Attributes:
        name: what it is called.
        query: how its query address ends; empty where there is no rule.
        update, graphs: how the addresses of updates and of the Graph Store Protocol end in its place; ``graphs`` is ``None``
            where they are not known, and graphs are then replaced by updates.
        results: media type of tables and yes/no answers.
        union: request parameters that make the default graph the union of the named graphs; ``None`` where only listing the
            graphs does.
        blank: what stands before the label of a blank node in its results; empty where nothing does.
        system: beginnings of the names of graphs that the server keeps for itself.
    """

    name: str
    query: str = ""
    update: str = ""
    graphs: str | None = None
    results: str = JSON
    union: Parameters | None = None
    blank: bytes = b""
    system: tuple[str, ...] = ()


OXIGRAPH: Final = Dialect(
    "Oxigraph", "/query", "/update", "/store", union=MappingProxyType({"union-default-graph": ""})
)
# Virtuoso 7.2 gives an ASK as a table in JSON, and terms of a type that SPARQL 1.1 does not know. In its XML only the labels of
# blank nodes are not as they should be: they are written like addresses.
VIRTUOSO: Final = Dialect(
    "Virtuoso",
    "/sparql",
    "/sparql",
    "/sparql-graph-crud",
    results=XML,
    union=MappingProxyType({}),
    blank=b"nodeID://",
    system=(
        "http://www.openlinksw.com/",
        "http://www.w3.org/ns/ldp#",
        "http://localuriqaserver/",
        "http://www.w3.org/2002/07/owl#",
        "urn:activitystreams-",
        "urn:core:services:",
        "urn:rules.skos",
        "http://localhost:8890/",
    ),
)
STANDARD: Final = Dialect("SPARQL 1.1")
KNOWN: Final = (OXIGRAPH, VIRTUOSO)

ENDINGS: Final = ("", *dict.fromkeys(each.query for each in KNOWN))
"""What is tried behind the address that the user gives, in this order."""

PROBE: Final = "ASK {}"
"""A query that every endpoint answers with yes."""
IS_HIDDEN: Final = "ASK { { SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } LIMIT 20 } FILTER NOT EXISTS { ?s ?p ?o } }"
"""Whether the default graph lacks what named graphs hold; looks at no more than 20 statements of them."""
ANYTHING: Final = "ASK { GRAPH ?g { ?s ?p ?o } }"
"""Whether there is any named graph to tell by."""
GRAPHS: Final = "SELECT ?g { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
"""The names of all graphs; with DISTINCT in place of the grouping, Virtuoso takes a minute over 30,000 statements."""


def recognised(server: str) -> Dialect:
    """The dialect of an endpoint by its ``Server`` header."""
    return next((each for each in KNOWN if server.lower().startswith(each.name.lower())), STANDARD)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where an endpoint takes queries, updates and, where it has the Graph Store Protocol, whole graphs."""

    query: str
    update: str
    graphs: str | None

    @classmethod
    def of(cls, query: str, dialect: Dialect) -> Addresses:
        """The addresses that follow from that of queries."""
        if not dialect.query or not query.endswith(dialect.query):
            return cls(query, query, None)
        root = query.removesuffix(dialect.query)
        return cls(query, root + dialect.update, None if dialect.graphs is None else root + dialect.graphs)
