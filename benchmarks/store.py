"""Loading beside raw pyoxigraph, and extraction beside rdflib."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyoxigraph as ox

from benchmarks.peer_rdflib import Columns, by_predicate, by_query, parse
from benchmarks.report import Row, relative_difference
from benchmarks.subject import Data, select_of
from benchmarks.timing import alternate
from footprint.inventory import Inventory
from graphstore import GraphStore
from graphstore.technosphere.extract import extract

__all__ = ["extraction", "loading"]

RUNS = 3


def loading(data: Data, folder: Path, *, targets: bool) -> Iterator[Row]:
    """Load a file of N-Triples into our store and by the bare bulk loader, on disk and in memory.

    Ours also hashes, journals, syncs to disk, and publishes a generation. The promise is about the same data in the same
    kind of graph: the engine keeps six indexes of a named graph and three of the default graph, which ours never uses.
    """
    file = folder / "data.nt"
    file.write_bytes(data.triples)
    for where in ("disk", "memory"):
        place = folder / "loaded" if where == "disk" else None
        for graph, promise in ((ox.NamedNode("https://example.org/graph"), 0.85), (ox.DefaultGraph(), None)):
            ours, raw = alternate(_ours(file, place), _raw(file, place, graph), RUNS)
            kind = "default graph (half the indexes)" if promise is None else "named graph"
            yield Row(
                *(data.name, f"load {len(data.triples) / 1e6:,.0f} MB, {ours.value:,} triples, {where}", "tanmai"),
                *(ours.median, f"pyoxigraph bulk_load, {kind}", raw.median),
                target=promise if targets else None,
                difference=relative_difference(np.array([float(ours.value)]), np.array([float(raw.value)])),
                tolerance=0.0,
            )


def _ours(file: Path, place: Path | None) -> Callable[[], int]:
    def load() -> int:
        if place is not None:
            shutil.rmtree(place, ignore_errors=True)
        with GraphStore.open(place) as store:
            return store.load(file).version.quads

    return load


def _raw(file: Path, place: Path | None, graph: ox.NamedNode | ox.DefaultGraph) -> Callable[[], int]:
    def load() -> int:
        if place is not None:
            shutil.rmtree(place, ignore_errors=True)
        store = ox.Store(place) if place is not None else ox.Store()
        store.bulk_load(path=str(file), format=ox.RdfFormat.N_TRIPLES, to_graph=graph)
        return len(store)

    return load


def extraction(data: Data, memory: GraphStore, disk: GraphStore, *, targets: bool) -> Iterator[Row]:
    """Read all columns from our store, in memory and on disk, and the exchanges from an rdflib graph in memory."""
    select = select_of(memory)
    extract(select)
    stored, ours = alternate(lambda: extract(select_of(disk)), lambda: extract(select), RUNS)
    exchanges = len(ours.value.exchanges.ids)
    yield Row(
        *(data.name, f"extract {exchanges:,} exchanges, disk", "disk", stored.median),
        *("memory", ours.median),
        target=0.25 if targets else None,
        difference=_inventories(stored.value, ours.value),
        tolerance=0.0,
        note="ours beside ours: at most 4 times as long",
    )
    if importlib.util.find_spec("rdflib") is None:
        yield Row(data.name, "extract, memory", "memory", ours.median, note="rdflib is not installed")
        return
    graph = parse(data.triples)
    ways: dict[str, tuple[Callable[[], Columns], int]] = {
        "rdflib, one SPARQL query": (lambda: by_query(graph), 1),
        "rdflib, index loops by hand": (lambda: by_predicate(graph), RUNS),
    }
    for name, (way, runs) in ways.items():
        ours, theirs = alternate(lambda: extract(select), way, runs)
        yield Row(
            *(data.name, f"extract {exchanges:,} exchanges, memory", "memory", ours.median),
            *(name, theirs.median),
            target=15.0 if targets else None,
            difference=_columns(ours.value, theirs.value),
            tolerance=0.0,
        )


def _inventories(one: Inventory, other: Inventory) -> float:
    """0 where the two hold the same exchanges, amounts and links; else the difference of amounts, or 1."""
    same = list(one.exchanges.ids) == list(other.exchanges.ids) and all(
        np.array_equal(getattr(one.exchanges, name), getattr(other.exchanges, name))
        for name in ("process", "flow", "unit", "provider")
    )
    return relative_difference(one.exchanges.amount, other.exchanges.amount) if same else 1.0


def _columns(ours: Inventory, theirs: Columns) -> float:
    """Compare with the columns of the peer, whose indices are positions in sorted lists, as ours are."""
    table = ours.exchanges
    same = list(table.ids) == theirs.exchanges and np.array_equal(table.flow, theirs.flow)
    process = np.asarray(ours.processes.ids)[table.process]
    same = same and np.array_equal(np.unique(process, return_inverse=True)[1], theirs.process)
    return relative_difference(table.amount, theirs.amount) if same else 1.0
