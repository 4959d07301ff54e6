"""Writing quads out: atomically to a file, or straight to a stream."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import pyoxigraph as ox

from graphstore import formats
from graphstore._steps import reached
from graphstore.catalogue import Catalogue
from graphstore.durable import sync_directory
from graphstore.errors import ExportError, UnknownNameError
from graphstore.localgraph import has_graph
from graphstore.terms import PREFIXES, catalogue_iri

if TYPE_CHECKING:
    from graphstore.contract import SparqlStore
    from graphstore.quads import Quads


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote.

    Attributes:
        path: the file; ``None`` for a stream.
        format: short name of the RDF format.
        quads: number of statements written.
    """

    path: Path | None
    format: str
    quads: int


def export(
    store: SparqlStore,
    target: str | Path | IO[bytes],
    *,
    format: str | None = None,  # noqa: A002 - the word that users know
    dataset: str | None = None,
    graph: str | None = None,
    catalogue: bool = False,
    leave_out: str = "",
) -> ExportReport:
    """Write all current graphs, those of one dataset, or one graph.

    A file appears under its name only when it is whole, compressed when the name ends in ``.gz``. Formats that
    carry named graphs (TriG, N-Quads, JSON-LD) keep the graph of each statement; the others write the
    union of the graphs, in which a statement of several graphs is repeated.

    Args:
        store: where from.
        target: file path or binary stream.
        format: short name of the format; default: from the suffix.
        dataset: key of the dataset to write.
        graph: IRI of the graph to write.
        leave_out: datasets whose key begins with this are left out when everything is written; empty: none.
        catalogue: whether the catalogue is written too; no other store will load it (see backup and restore).

    Raises:
        UnknownFormatError: neither the suffix nor ``format`` names a known format.
        UnknownNameError: no such dataset or graph.
        ExportError: the target cannot be written; it is as it was before.
    """
    path = Path(target) if isinstance(target, str | Path) else None
    found = formats.resolve(format, path)
    selected = _selected(store, dataset, graph, catalogue, leave_out)
    if path is None:
        return ExportReport(None, found.name, _write(store.engine, cast("IO[bytes]", target), found, selected))
    try:
        with _replacing(path) as out:
            count = _write(store.engine, out, found, selected)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExportError(f"{path} cannot be written: {reason}. An older file of that name is unchanged.") from error
    return ExportReport(path, found.name, count)


def _selected(
    store: SparqlStore, dataset: str | None, graph: str | None, catalogue: bool, leave_out: str
) -> list[ox.NamedNode | ox.DefaultGraph]:
    names: list[ox.NamedNode | ox.DefaultGraph] = []
    if dataset is not None:
        version = Catalogue(store.catalogue(), store.base).version(dataset)
        if version.status != "current":
            raise UnknownNameError(
                f"Dataset {dataset!r} has no current version (version {version.number} is {version.status}). "
                "Open that version to export it."
            )
        names.extend(version.all_graphs(store.base))
    if graph is not None:
        name = ox.NamedNode(graph)
        if not has_graph(store.engine, graph):
            raise UnknownNameError(f"There is no graph {graph} in the store. Check the name.")
        names.append(name)
    own = catalogue_iri(store.base)
    if dataset is None and graph is None:
        away = {own}
        for version in store.datasets() if leave_out else ():
            away.update(version.all_graphs(store.base) if version.key.startswith(leave_out) else ())
        everything = (
            each for each in store.engine.named_graphs() if isinstance(each, ox.NamedNode) and each not in away
        )
        names = [ox.DefaultGraph(), *sorted(everything, key=lambda each: each.value)]
    return [*names, own] if catalogue and own not in names else names


def _write(engine: Quads, out: IO[bytes], found: formats.Format, selected: list[ox.NamedNode | ox.DefaultGraph]) -> int:
    counter = itertools.count()
    quads = itertools.chain.from_iterable(engine.quads_for_pattern(None, None, None, name) for name in selected)

    def counted() -> Iterator[ox.Quad]:
        for quad in quads:
            next(counter)
            yield quad

    if found.quads:
        ox.serialize(counted(), out, found.rdf, prefixes=dict(PREFIXES))
    else:
        ox.serialize((quad.triple for quad in counted()), out, found.rdf, prefixes=dict(PREFIXES))
    return next(counter)


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file beside ``path`` that takes its name when the block ends well, and goes away otherwise."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with partial.open("wb") as raw:
            if formats.is_gzip_name(path):
                with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:
                    yield cast("IO[bytes]", packed)
            else:
                yield raw
            raw.flush()
            os.fsync(raw.fileno())
        reached("export-written")
        partial.replace(path)
        sync_directory(path.parent)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
