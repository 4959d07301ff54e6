"""A knowledge graph behind a SPARQL 1.1 endpoint: the contract of :mod:`graphstore.contract` over HTTP."""

from graphstore.remote.store import RemoteGraphStore

__all__ = ["RemoteGraphStore"]
