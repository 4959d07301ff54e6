"""The graph: open, load, query, journal, generations, catalogue; extraction of the technosphere.

The names below are the package's public face; ``doctor``, ``rebuild`` and ``deep_check`` are in :mod:`graphstore.doctor`,
errors in :mod:`graphstore.errors`, terms in :mod:`graphstore.terms`, shipped queries in :mod:`graphstore.queries`.

They are fetched when they are first asked for: who reads a file by :mod:`graphstore.formats` needs no journal and no store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphstore.catalogue import DatasetVersion
    from graphstore.errors import GraphStoreError
    from graphstore.query import QueryResult
    from graphstore.remote import RemoteGraphStore
    from graphstore.store import GraphStore, StoreInfo
    from graphstore.transaction import LoadReport, Transaction, UpdateReport

_HOMES = {
    "DatasetVersion": "catalogue",
    "GraphStore": "store",
    "GraphStoreError": "errors",
    "LoadReport": "transaction",
    "QueryResult": "query",
    "RemoteGraphStore": "remote",
    "StoreInfo": "store",
    "Transaction": "transaction",
    "UpdateReport": "transaction",
}

__all__ = [
    "DatasetVersion",
    "GraphStore",
    "GraphStoreError",
    "LoadReport",
    "QueryResult",
    "RemoteGraphStore",
    "StoreInfo",
    "Transaction",
    "UpdateReport",
]


def __getattr__(name: str) -> Any:
    """Fetch a public name from its module."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'graphstore' has no attribute {name!r}")
    return getattr(import_module(f"graphstore.{_HOMES[name]}"), name)
