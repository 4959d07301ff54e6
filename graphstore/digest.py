"""Fingerprints of graphs that do not depend on the order of statements or the labels of blank nodes."""

from __future__ import annotations

import hashlib
import io
from typing import IO, Any, cast

import pyoxigraph as ox

from graphstore.catalogue import Catalogue

_WIDTH = 16
_MODULUS = 1 << (8 * _WIDTH)


class _LineSum(io.RawIOBase):
    """Takes N-Triples as a stream and sums up a hash of each line; lines with blank nodes are put aside."""

    def __init__(self) -> None:
        super().__init__()
        self.total = 0
        self.lines = 0
        self.blank = bytearray()
        self._rest = b""

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Any) -> int:
        """Take the next piece of the stream."""
        *lines, self._rest = (self._rest + bytes(data)).split(b"\n")
        for line in lines:
            if b"_:" in line:
                self.blank += line + b"\n"
            else:
                self.total += int.from_bytes(hashlib.blake2b(line, digest_size=_WIDTH).digest())
        self.lines += len(lines)
        return len(data)


def fingerprint(engine: ox.Store, graph: ox.NamedNode | ox.DefaultGraph) -> tuple[int, str]:
    """Number of statements in a graph and a digest of them.

    Two graphs have the same digest when they are isomorphic: statements without blank nodes are hashed one by one and
    summed; those with blank nodes are canonicalised together first.
    """
    sums = _LineSum()
    with io.BufferedWriter(sums, 1 << 20) as out:
        engine.dump(cast("IO[bytes]", out), ox.RdfFormat.N_TRIPLES, from_graph=graph)
        out.flush()
        digest = hashlib.blake2b((sums.total % _MODULUS).to_bytes(_WIDTH), digest_size=_WIDTH)
        digest.update(_canonical(bytes(sums.blank)))
        return sums.lines, digest.hexdigest()


def local_statements(engine: ox.Store, base: str) -> dict[str, str]:
    """Digests of the graphs that belong to no dataset, by name ("" for the default graph); empty graphs are left out."""
    owned = Catalogue(engine, base).owned_graphs()
    named = [graph for graph in engine.named_graphs() if isinstance(graph, ox.NamedNode) and graph.value not in owned]
    graphs: list[ox.NamedNode | ox.DefaultGraph] = [ox.DefaultGraph(), *named]
    found = {getattr(graph, "value", ""): fingerprint(engine, graph) for graph in graphs}
    return {name: digest for name, (size, digest) in found.items() if size}


def _canonical(data: bytes) -> bytes:
    """N-Triples with blank nodes as sorted lines with canonical labels."""
    if not data:
        return b""
    quads = ox.Dataset(ox.parse(data, ox.RdfFormat.N_TRIPLES))
    quads.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return b"\n".join(sorted(str(quad).encode() for quad in quads))
