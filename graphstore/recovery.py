"""Bringing journal and generations together: after a crash, and from nothing for a rebuild."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphstore import operations, records
from graphstore.catalogue import Catalogue, DatasetVersion
from graphstore.errors import JournalCorruptError
from graphstore.generations import Generation, Generations, Manifest
from graphstore.journal import Journal, Scan, Transaction, cut, scan, segment_path
from graphstore.layout import Layout
from graphstore.records import Kind, Record
from graphstore.workspace import DiskWorkspace, Workspace


@dataclass(frozen=True, slots=True)
class Recovered:
    """A store brought together.

    Attributes:
        generation: the newest generation; it stands for all of the journal.
        journal: the journal, open for appending.
        report: what had to be mended, as sentences.
    """

    generation: Generation
    journal: Journal
    report: tuple[str, ...]


def recover(layout: Layout, generations: Generations) -> Recovered:
    """Cut a torn tail off the journal and publish what was committed but not yet published.

    Raises:
        JournalCorruptError: acknowledged records are damaged.
        GenerationCorruptError: the newest generation is damaged.
    """
    newest = generations.newest()
    found = scan(layout.journal, newest.manifest.position if newest is not None else None)
    report = []
    if found.torn:
        cut(layout.journal, found.head)
        report.append(_torn_message(found))
    if newest is None or found.transactions:
        newest, replayed = _catch_up(layout, generations, newest, found)
        report.extend(replayed)
    return Recovered(newest, Journal(layout.journal, found.head), tuple(report))


def _torn_message(found: Scan) -> str:
    what = f" ({found.torn_label})" if found.torn_label else ""
    return f"Removed {found.torn} bytes of a change{what} that was cut off before it was acknowledged."


def _catch_up(
    layout: Layout, generations: Generations, newest: Generation | None, found: Scan
) -> tuple[Generation, list[str]]:
    """Replay committed transactions on top of ``newest`` and publish one generation for the last of them."""
    workspace = DiskWorkspace(newest.data if newest is not None else None, layout.live / "recovery")
    try:
        replay(workspace, layout, found.transactions)
        generation = generations.publish(generations.prepare(workspace.engine, _manifest(workspace, newest, found)))
    finally:
        workspace.discard()
    labels = [str(transaction.begin["label"]) for transaction in found.transactions]
    return generation, [f"Published the committed change {label!r} from the journal." for label in labels]


def _manifest(workspace: DiskWorkspace, newest: Generation | None, found: Scan) -> Manifest:
    number = (newest.manifest.number if newest is not None else -1 if not found.transactions else 0) + len(
        found.transactions
    )
    created, label = "1970-01-01T00:00:00+00:00", "empty store"
    if found.transactions:
        last = found.transactions[-1]
        created, label = str(last.commit["created"]), str(last.commit["label"])
    parent = newest.id if newest is not None else ""
    return Manifest(max(number, 0), parent, created, label, found.head, workspace.quads)


def replay(workspace: Workspace, layout: Layout, transactions: tuple[Transaction, ...]) -> None:
    """Apply committed transactions in order.

    Versions that a later transaction takes out again are described but not parsed: updates are journalled as the
    quads they changed, so nothing that follows depends on them.
    """
    found = [operation for transaction in transactions for operation in operations_of(layout.journal, transaction)]
    gone = {operation.takes_out() for operation in found}
    for operation in found:
        operation.apply(workspace, layout.base, gone)


@dataclass(frozen=True, slots=True)
class Operation:
    """One replayable operation of a transaction.

    Attributes:
        record: the record that describes it.
        chunks: the records of its raw bytes, for a load.
        segment: the segment file they are in.
    """

    record: Record
    chunks: tuple[Record, ...]
    segment: Path

    @property
    def start(self) -> int:
        """Offset of its first record in the segment."""
        return self.chunks[0].start if self.chunks else self.record.start

    @property
    def version(self) -> DatasetVersion:
        """The dataset version that a load describes."""
        return DatasetVersion.from_meta(self.record.meta)

    def stream(self) -> io.RawIOBase:
        """The raw bytes of a load as they came."""
        return ChunkReader(self.segment, self.chunks)

    def takes_out(self) -> tuple[str, int] | None:
        """Key and number of the version that leaves the store by this operation."""
        meta = self.record.meta
        if self.record.kind is Kind.LOAD and meta["replaces"]:
            return str(meta["key"]), int(meta["replaces"])
        return (str(meta["key"]), int(meta["number"])) if self.record.kind is Kind.RETIRE else None

    def apply(self, workspace: Workspace, base: str, skip: Collection[tuple[str, int] | None] = ()) -> None:
        """Do it again. Loads of the versions in ``skip`` are only described."""
        catalogue = Catalogue(workspace.engine, base)
        if self.record.kind is Kind.LOAD:
            version = self.version
            previous = catalogue.version(version.key, version.replaces) if version.replaces else None
            if (version.key, version.number) not in skip:
                self._load(workspace, base, version, previous)
            elif previous is not None:
                operations.drop_version(workspace, base, previous)
            operations.describe(workspace, base, version, previous)
        elif self.record.kind is Kind.RETIRE:
            meta = self.record.meta
            version = catalogue.version(meta["key"], meta["number"])
            operations.retire(workspace, base, version, str(meta.get("time", "")))
        elif self.record.kind is Kind.DELTA:
            payload, border = self.payload(), int(self.record.meta["removed_bytes"])
            removed, added = operations.decode_quads(payload[:border]), operations.decode_quads(payload[border:])
            workspace.change(removed, added)

    def payload(self) -> bytes:
        """The payload of the describing record, read from the segment."""
        with self.segment.open("rb") as stream:
            record = records.read(stream, self.record.start)
        return record.payload if record is not None else b""

    def _load(self, workspace: Workspace, base: str, stated: DatasetVersion, previous: DatasetVersion | None) -> None:
        with self.stream() as stream:
            loaded = operations.load_version(workspace, base, stated, stream, previous)
        if (loaded.quads, loaded.graphs) != (stated.quads, stated.graphs):
            raise JournalCorruptError(
                f"Replaying {stated.source} (version {stated.number} of {stated.key!r}) gave {loaded.quads} quads where "
                f"{stated.quads} were acknowledged. The journal was made by another version of the RDF engine, or "
                "is damaged. Restore a backup."
            )


def operations_of(folder: Path, transaction: Transaction) -> Iterator[Operation]:
    """The operations of one transaction in order, the chunks of each load gathered."""
    path = segment_path(folder, transaction.segment)
    chunks: list[Record] = []
    for record in transaction.records:
        if record.kind is Kind.CHUNK:
            chunks.append(record)
        else:
            yield Operation(record, tuple(chunks), path)
            chunks = []


class ChunkReader(io.RawIOBase):
    """The raw bytes of a load, read back from its chunk records one at a time."""

    def __init__(self, path: Path, chunks: tuple[Record, ...]) -> None:
        super().__init__()
        self._file = path.open("rb")
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes into ``buffer``."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            record = records.read(self._file, chunk.start)
            self._rest = memoryview(record.payload if record is not None else b"")
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def close(self) -> None:
        """Close the segment file."""
        self._file.close()
        super().close()
