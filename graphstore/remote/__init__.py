"""A knowledge graph behind a SPARQL 1.1 endpoint: the contract of :mod:`graphstore.contract` over HTTP."""

from graphstore.remote.store import RemoteGraphStore, is_address

__all__ = ["RemoteGraphStore", "is_address"]
