"""One graph of an open store read whole, and one document read as the content of a graph."""

from __future__ import annotations

import io
from typing import IO

import pyoxigraph as ox

from graphstore.errors import DataSyntaxError
from graphstore.formats import Format
from graphstore.guards import GUARDS
from graphstore.loading import syntax_error
from graphstore.quads import Quads
from graphstore.records import CHUNK_SIZE
from graphstore.terms import PREFIXES


def has_graph(engine: Quads, graph: str | None) -> bool:
    """Whether a graph holds any statement; an empty graph does not exist, and the default graph (``None``) always does."""
    return (
        graph is None or next(iter(engine.quads_for_pattern(None, None, None, ox.NamedNode(graph))), None) is not None
    )


def write_graph(engine: ox.Store, graph: str | None, format: Format, output: IO[bytes]) -> None:  # noqa: A002 - the word that users know
    """Stream the statements of one graph (``None``: the default graph, not the union) to ``output``."""
    name = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
    engine.dump(output, format.rdf, from_graph=name, prefixes=dict(PREFIXES))


def parse_graph(data: bytes, format: Format, base_iri: str, name: str) -> list[ox.Triple]:  # noqa: A002 - as above
    """Read a document as the triples of one graph; blank nodes get labels that occur nowhere else.

    Args:
        data: the document.
        format: its syntax.
        base_iri: what relative IRIs are resolved against.
        name: what messages call the document.

    Raises:
        DataSyntaxError: it does not parse, is nested too deep, or holds named graphs.
    """
    guard = GUARDS[format](io.BytesIO(data), name)
    reader = io.BufferedReader(guard, CHUNK_SIZE)
    try:
        found = ox.parse(reader, format.rdf, base_iri=base_iri, without_named_graphs=True, rename_blank_nodes=True)
        return [quad.triple for quad in found]
    except SyntaxError as error:
        raise syntax_error(error, name, guard) from None
    except ValueError as error:
        raise DataSyntaxError(name, str(error)) from None
