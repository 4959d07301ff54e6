"""The graph: open, load, query, journal, generations, catalogue; extraction of the technosphere.

The names below are the package's public face; ``doctor``, ``rebuild`` and ``deep_check`` are in :mod:`graphstore.doctor`,
errors in :mod:`graphstore.errors`, terms in :mod:`graphstore.terms`, shipped queries in :mod:`graphstore.queries`.
"""

from graphstore.catalogue import DatasetVersion
from graphstore.errors import GraphStoreError
from graphstore.query import QueryResult
from graphstore.store import GraphStore, StoreInfo
from graphstore.transaction import LoadReport, Transaction, UpdateReport

__all__ = [
    "DatasetVersion",
    "GraphStore",
    "GraphStoreError",
    "LoadReport",
    "QueryResult",
    "StoreInfo",
    "Transaction",
    "UpdateReport",
]
