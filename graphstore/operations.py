"""What a transaction can do to a store, written once: commands and the replay of the journal both go through here."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace

import pyoxigraph as ox

from graphstore.catalogue import Catalogue, DatasetVersion
from graphstore.errors import GraphOwnershipError
from graphstore.formats import by_name
from graphstore.loading import Parse
from graphstore.unpacking import UnpackLimits
from graphstore.workspace import Workspace


def load_version(
    workspace: Workspace,
    base: str,
    draft: DatasetVersion,
    stream: io.RawIOBase,
    previous: DatasetVersion | None,
    limits: UnpackLimits | None = None,
) -> DatasetVersion:
    """Load a dataset version in place of ``previous`` and return it with its counts and graphs filled in.

    The catalogue is not touched: the caller describes the version when all of its facts are known. ``limits`` are for
    data that comes in for the first time.
    """
    graph = draft.iri(base)
    if previous is not None:
        drop_version(workspace, base, previous)
    if workspace.engine.contains_named_graph(graph):
        raise GraphOwnershipError(
            f"{draft.source}: the graph {graph.value} that version {draft.number} of {draft.key!r} would have is taken by "
            "another dataset. Nothing was loaded; choose another dataset key."
        )
    parse = Parse(draft.source, by_name(draft.format), draft.gzip, draft.base_iri or None, graph, draft.size, limits)
    named, quads = workspace.load(stream, parse)
    return replace(draft, quads=quads, graphs=tuple(each.value for each in named))


def describe(workspace: Workspace, base: str, version: DatasetVersion, previous: DatasetVersion | None) -> None:
    """Write a version into the catalogue and mark the one it replaces as superseded."""
    catalogue = Catalogue(workspace.engine, base)
    removed, added = [], list(catalogue.describe(version))
    if previous is not None:
        old, new = catalogue.status_change(previous, "superseded")
        removed, added = [old], [*added, new]
    workspace.change(removed, added)


def retire(workspace: Workspace, base: str, version: DatasetVersion, time: str) -> None:
    """Take a current version out of the store; its description stays, marked as retired.

    Args:
        workspace: where.
        base: base IRI of local data.
        version: what is taken out.
        time: when, ISO 8601 with time zone; empty where a journal of old does not say.
    """
    drop_version(workspace, base, version)
    catalogue = Catalogue(workspace.engine, base)
    old, new = catalogue.status_change(version, "retired")
    workspace.change([old], [new, *catalogue.ended(version, time)])


def drop_version(workspace: Workspace, base: str, version: DatasetVersion) -> None:
    """Remove all graphs of a version."""
    for graph in version.all_graphs(base):
        workspace.drop_graph(graph)


def encode_quads(quads: Iterable[ox.Quad]) -> bytes:
    """Quads as N-Quads; blank node labels are kept."""
    return ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""


def decode_quads(data: bytes) -> list[ox.Quad]:
    """Quads of N-Quads; blank node labels are kept."""
    return list(ox.parse(data, ox.RdfFormat.N_QUADS))
