"""Superseded versions: no longer in the store, never lost. They are read back from the journal's raw bytes.

To find them without walking through the whole journal, an index of where each load lies is kept in ``archive/``. It
covers the journal up to a position and is extended from there; without it everything is found again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from graphstore import operations, records
from graphstore._steps import reached
from graphstore.catalogue import Catalogue, DatasetVersion
from graphstore.durable import replace_file
from graphstore.errors import JournalCorruptError, UnknownNameError
from graphstore.journal import Position, scan, segment_path
from graphstore.records import Kind, Record
from graphstore.recovery import Operation, operations_of
from graphstore.workspace import MemoryWorkspace

if TYPE_CHECKING:
    from graphstore.layout import Layout
    from graphstore.store import GraphStore


@dataclass(frozen=True, slots=True)
class Place:
    """Where a load lies in the journal.

    Attributes:
        key: dataset key.
        number: version number.
        segment: number of the segment file.
        start: offset of its first record, a chunk unless the data was empty.
        end: offset of the record that describes it.
    """

    key: str
    number: int
    segment: int
    start: int
    end: int


def places(layout: Layout, until: Position, *, save: bool) -> list[Place]:
    """Where all loads up to a position lie. ``save`` keeps the index for the next time; only a writer may."""
    known, start = _read_index(layout, until)
    found = scan(layout.journal, start, until)
    fresh = [
        Place(
            operation.version.key,
            operation.version.number,
            transaction.segment,
            operation.start,
            operation.record.start,
        )
        for transaction in found.transactions
        for operation in operations_of(layout.journal, transaction)
        if operation.record.kind is Kind.LOAD
    ]
    if save and fresh:
        _write_index(layout, [*known, *fresh], until)
    return [*known, *fresh]


def _read_index(layout: Layout, until: Position) -> tuple[list[Place], Position | None]:
    try:
        note = json.loads((layout.archive / "index.json").read_bytes())
        position = Position(**note["position"])
        known = [Place(**each) for each in note["places"]]
    except (OSError, ValueError, KeyError, TypeError):
        return [], None  # absent or damaged: it is found anew
    return (known, position) if position <= until else ([], None)


def _write_index(layout: Layout, found: Iterable[Place], position: Position) -> None:
    note = {"position": asdict(position), "places": [asdict(place) for place in found]}
    replace_file(layout.archive / "index.json", json.dumps(note).encode())
    reached("archive-indexed")


def operation_at(layout: Layout, place: Place) -> Operation:
    """The load at a place, ready to be read."""
    path = segment_path(layout.journal, place.segment)
    chunks: list[Record] = []
    position = place.start
    with path.open("rb") as stream:
        while True:
            try:
                record = records.read(stream, position)
            except records.DamagedRecordError as error:
                raise JournalCorruptError(f"{path} is damaged: {error}. Restore the newest backup.") from None
            if record is None or record.kind not in {Kind.CHUNK, Kind.LOAD}:
                raise JournalCorruptError(
                    f"{path} has no load at byte {position}. Remove the archive folder and repeat."
                )
            if record.kind is Kind.LOAD:
                return Operation(record, tuple(chunks), path)
            chunks.append(replace(record, payload=b""))
            position = record.end


def archived(store: GraphStore, key: str, number: int) -> Operation:
    """The load of one version, from the journal of a store on disk.

    Raises:
        ModeError: the store is in memory and has no journal.
        UnknownNameError: the journal holds no such version.
    """
    layout, generation = store._on_disk("read superseded versions back")
    for place in places(layout, generation.manifest.position, save=store.mode == "write"):
        if (place.key, place.number) == (key, number):
            return operation_at(layout, place)
    raise UnknownNameError(f"The journal holds no version {number} of dataset {key!r}.")


def version_store(store: GraphStore, key: str, number: int | None = None) -> GraphStore:
    """One version alone with its description, as a read-only store in memory."""
    from graphstore.store import GraphStore

    version = Catalogue(store.engine, store.base).version(key, number)
    workspace = MemoryWorkspace()
    fill(workspace, store, version)
    return GraphStore.view(store.base, workspace.engine)


def fill(workspace: MemoryWorkspace, store: GraphStore, version: DatasetVersion) -> None:
    """Put a version's graphs and its description into ``workspace``."""
    if version.status == "current":
        for graph in version.all_graphs(store.base):
            workspace.engine.extend(store.engine.quads_for_pattern(None, None, None, graph))
    else:
        with archived(store, version.key, version.number).stream() as stream:
            operations.load_version(workspace, store.base, version, stream, None)
    workspace.engine.extend(_described(workspace.engine, store.base, version))


def _described(engine: ox.Store, base: str, version: DatasetVersion) -> list[ox.Quad]:
    return list(Catalogue(engine, base).describe(version))
