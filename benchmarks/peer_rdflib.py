"""rdflib as a peer: the exchanges of a graph in memory as columns, in the two ways its users would write it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mappings.ntriples import TM

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Columns", "by_predicate", "by_query", "parse"]

SIDES = ("output", "input", "emission")
JOIN = f"""
PREFIX tm: <{TM}>
SELECT ?process ?exchange ?flow ?amount ?unit ?provider WHERE {{
  {{ ?process tm:output ?exchange }} UNION {{ ?process tm:input ?exchange }} UNION {{ ?process tm:emission ?exchange }}
  ?exchange tm:flow ?flow ; tm:amount ?amount ; tm:unit ?unit .
  OPTIONAL {{ ?exchange tm:defaultProvider ?provider }}
}}
"""


@dataclass(frozen=True, slots=True)
class Columns:
    """The exchanges as columns: identifiers, indices into lists of identifiers, and amounts."""

    exchanges: list[str]
    process: NDArray[np.int64]
    flow: NDArray[np.int64]
    unit: NDArray[np.int64]
    provider: NDArray[np.int64]
    amount: NDArray[np.float64]


def parse(ntriples: bytes) -> Any:
    """Parse N-Triples into an rdflib graph in memory."""
    import rdflib

    graph = rdflib.Graph()
    graph.parse(data=ntriples, format="nt")
    return graph


def by_predicate(graph: Any) -> Columns:
    """Read one predicate at a time from the triple indexes into dictionaries: the fast way."""
    from rdflib import URIRef

    owner = {exchange: process for side in SIDES for process, exchange in graph.subject_objects(URIRef(TM + side))}
    flow, amount, unit, provider = (
        dict(graph.subject_objects(URIRef(TM + name))) for name in ("flow", "amount", "unit", "defaultProvider")
    )
    rows = [(process, e, flow[e], amount[e], unit[e], provider.get(e)) for e, process in owner.items()]
    return _columns(rows)


def by_query(graph: Any) -> Columns:
    """Ask one SPARQL query for the rows: the way the documentation shows."""
    return _columns([tuple(row) for row in graph.query(JOIN)])


def _columns(rows: list[tuple[Any, ...]]) -> Columns:
    """Sort rows by exchange and number the identifiers."""
    rows.sort(key=lambda row: str(row[1]))
    process, exchange, flow, amount, unit, provider = zip(*rows, strict=True)
    return Columns(
        exchanges=[str(e) for e in exchange],
        process=_numbered(process),
        flow=_numbered(flow),
        unit=_numbered(unit),
        provider=_numbered(provider),
        amount=np.array([float(a) for a in amount]),
    )


def _numbered(values: tuple[Any, ...]) -> NDArray[np.int64]:
    """Positions of the values in their sorted list; -1 for none."""
    known = {value: position for position, value in enumerate(sorted({v for v in values if v is not None}))}
    return np.array([known.get(value, -1) for value in values], dtype=np.int64)
