"""The journal: what was accepted, in order, fsynced before anybody is told. The rest of the store follows from it.

A transaction is BEGIN, its records, COMMIT. The commit is durable when :meth:`Journal.commit` returns; until then
:meth:`Journal.rollback` cuts the file back to where the transaction began. Each commit carries the chain hash of the one
before, so a missing or exchanged segment cannot go unseen. Segments are files ``0000000001.seg``; a
transaction never spans two.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from graphstore import records
from graphstore._steps import reached
from graphstore.durable import storage_errors, sync_directory
from graphstore.errors import JournalCorruptError
from graphstore.records import Kind, Record

SEGMENT_SIZE: Final = 64 << 20
"""A new segment is begun at the first transaction beyond this many bytes."""
GENESIS: Final = "0" * 64
"""Chain hash before the first commit."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between two committed transactions.

    Attributes:
        segment: number of the segment file.
        offset: byte offset in it.
        chain: SHA-256 chain hash over everything committed before, in hexadecimal.
    """

    segment: int
    offset: int
    chain: str


def segment_path(folder: Path, number: int) -> Path:
    """File of one segment."""
    return folder / f"{number:010d}.seg"


def segments(folder: Path) -> list[int]:
    """Numbers of all segment files, ascending."""
    return sorted(int(path.stem) for path in folder.glob("*.seg") if path.stem.isdigit())


def chained(previous: str, found: list[int]) -> str:
    """The chain hash after a transaction whose records have the checksums ``found``."""
    digest = hashlib.sha256(bytes.fromhex(previous))
    for crc in found:
        digest.update(crc.to_bytes(4, "big"))
    return digest.hexdigest()


class Journal:
    """The writer's end of the journal. Needs the writer's lock.

    Attributes:
        head: the end of the last committed transaction.
    """

    def __init__(self, folder: Path, head: Position) -> None:
        self._folder = folder
        self.head = head
        self._file = segment_path(folder, head.segment).open("r+b", buffering=0)
        self._segment = head.segment
        self._offset = head.offset
        self._crcs: list[int] = []

    @classmethod
    def create(cls, folder: Path) -> Self:
        """A new journal with one empty segment; an earlier attempt that never got further is replaced."""
        for number in segments(folder):
            segment_path(folder, number).unlink()
        return cls(folder, _new_segment(folder, 1, GENESIS))

    def begin(self, label: str, created: str) -> None:
        """Start a transaction."""
        try:
            if self.head.offset > SEGMENT_SIZE:
                self._rotate()
            self.append(Kind.BEGIN, {"label": label, "created": created})
        except BaseException:
            self.rollback()
            raise
        reached("journal-begun")

    def append(self, kind: Kind, meta: dict[str, Any], payload: bytes | memoryview = b"") -> None:
        """Add one record to the open transaction. It is not durable yet."""
        head, tail, crc = records.encode_parts(kind, meta, payload)
        for part in (head, payload, tail):
            self._write(part)
        self._crcs.append(crc)

    def seal(self, meta: dict[str, Any]) -> tuple[bytes, Position]:
        """The commit record for the open transaction, not yet written, and the position behind it."""
        data, crc = records.encode(Kind.COMMIT, {**meta, "previous": self.head.chain})
        chain = chained(self.head.chain, [*self._crcs, crc])
        return data, Position(self._segment, self._offset + len(data), chain)

    def sync(self) -> None:
        """Force what was appended so far to the disk."""
        os.fsync(self._file.fileno())

    def commit(self, sealed: bytes, position: Position) -> None:
        """Write the commit record and force it to the disk: from here on the transaction holds."""
        reached("journal-before-commit")
        self._write(sealed)
        reached("journal-commit-written")
        self.sync()
        reached("journal-committed")
        self.head, self._crcs = position, []

    def rollback(self) -> None:
        """Forget the open transaction."""
        if self._segment != self.head.segment:
            self._file.close()
            segment_path(self._folder, self._segment).unlink(missing_ok=True)
            self._segment = self.head.segment
            self._file = segment_path(self._folder, self._segment).open("r+b", buffering=0)
        self._offset, self._crcs = self.head.offset, []
        self._file.truncate(self._offset)
        self.sync()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        with storage_errors("Writing the journal", self._folder):
            self._file.seek(self._offset)
            while view:
                view = view[self._file.write(view) or 0 :]
        self._offset += len(data)

    def _rotate(self) -> None:
        fresh = _new_segment(self._folder, self.head.segment + 1, self.head.chain)
        file = segment_path(self._folder, fresh.segment).open("r+b", buffering=0)
        self._file.close()
        self._file, self._segment, self._offset = file, fresh.segment, fresh.offset


def _new_segment(folder: Path, number: int, chain: str) -> Position:
    data, _ = records.encode(Kind.SEGMENT, {"number": number, "chain": chain})
    path = segment_path(folder, number)
    with storage_errors("Starting a journal segment", path), path.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    sync_directory(folder)
    reached("journal-segment")
    return Position(number, len(data), chain)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One committed transaction as found in the journal.

    Attributes:
        segment: number of its segment.
        records: its records between BEGIN and COMMIT, payloads left out.
        begin: metadata of BEGIN.
        commit: metadata of COMMIT.
        position: the place behind its commit.
    """

    segment: int
    records: tuple[Record, ...]
    begin: dict[str, Any]
    commit: dict[str, Any]
    position: Position


@dataclass(frozen=True, slots=True)
class Scan:
    """What a walk through the journal found.

    Attributes:
        transactions: the committed ones, in order.
        head: the end of the last of them.
        torn: bytes of an unfinished transaction behind ``head``.
        torn_label: what that transaction was doing, where known.
    """

    transactions: tuple[Transaction, ...]
    head: Position
    torn: int
    torn_label: str


def scan(folder: Path, start: Position | None = None, stop: Position | None = None) -> Scan:
    """Walk the journal from ``start`` (default: its beginning), checking every checksum and link on the way.

    With ``stop`` the walk ends there and does not look at what a writer may be appending behind it.

    Raises:
        JournalCorruptError: a record is damaged and committed records follow it, or a segment is missing or exchanged.
    """
    return _Walk(folder, start, stop).run()


def cut(folder: Path, head: Position) -> None:
    """Remove everything behind ``head``. Only for a torn tail that :func:`scan` has judged."""
    for number in segments(folder):
        if number > head.segment:
            segment_path(folder, number).unlink()
    with segment_path(folder, head.segment).open("r+b") as file:
        file.truncate(head.offset)
        file.flush()
        os.fsync(file.fileno())
    sync_directory(folder)


class _Walk:
    """One walk through the segments; collects transactions and judges damage."""

    def __init__(self, folder: Path, start: Position | None, stop: Position | None) -> None:
        self._folder = folder
        self._stop = stop
        self._numbers = [n for n in segments(folder) if stop is None or n <= stop.segment]
        self._head = start
        self._found: list[Transaction] = []
        self._open: list[Record] = []
        self._torn_label = ""

    def run(self) -> Scan:
        """Walk all segments from the start to the end."""
        self._check_numbers()
        first = self._head.segment if self._head is not None else 1
        for number in [n for n in self._numbers if n >= first]:
            self._segment(number)
        head = self._head
        if head is None:
            raise JournalCorruptError(_message(self._folder, 1, 0, "the journal has no segment"))
        return Scan(tuple(self._found), head, self._torn(head), self._torn_label)

    def _check_numbers(self) -> None:
        first = self._head.segment if self._head is not None else 1
        wanted = list(range(first, max(self._numbers, default=0) + 1))
        here = [number for number in self._numbers if number >= first]
        if here != wanted or not here:
            missing = min(set(wanted) - set(here), default=first)
            raise JournalCorruptError(_message(self._folder, missing, 0, "the segment is missing"))
        size = segment_path(self._folder, first).stat().st_size
        if self._head is not None and size < self._head.offset:
            cause = f"the segment has {size} bytes, {self._head.offset} were acknowledged"
            raise JournalCorruptError(_message(self._folder, first, size, cause))

    def _segment(self, number: int) -> None:
        path = segment_path(self._folder, number)
        resume = self._head is not None and number == self._head.segment
        offset = self._head.offset if self._head is not None and resume else 0
        self._open = []
        with path.open("rb") as stream:
            while not self._stopped(number, offset):
                try:
                    record = records.read(stream, offset)
                except (records.DamagedRecordError, ValueError) as error:
                    self._judge(number, offset, str(getattr(error, "cause", error)))
                    return
                if record is None:
                    return
                self._take(number, record)
                offset = record.end

    def _stopped(self, number: int, offset: int) -> bool:
        return self._stop is not None and (number, offset) >= (self._stop.segment, self._stop.offset)

    def _take(self, number: int, record: Record) -> None:
        if record.kind is Kind.SEGMENT:
            self._take_segment(number, record)
            return
        light = Record(record.kind, record.meta, b"", record.start, record.end, record.crc)
        if record.kind is Kind.BEGIN:
            self._open = []
            self._torn_label = str(record.meta.get("label", ""))
        self._open.append(light)
        if record.kind is Kind.COMMIT:
            self._take_commit(number, light)

    def _take_segment(self, number: int, record: Record) -> None:
        chain = GENESIS if self._head is None else self._head.chain
        if record.start != 0 or record.meta != {"number": number, "chain": chain}:
            cause = "the segment does not continue the one before it"
            raise JournalCorruptError(_message(self._folder, number, record.start, cause))
        if self._head is None:
            self._head = Position(number, record.end, chain)

    def _take_commit(self, number: int, record: Record) -> None:
        begin = self._open[0]
        if self._head is None or begin.kind is not Kind.BEGIN or record.meta.get("previous") != self._head.chain:
            cause = "the commit does not continue the one before it"
            raise JournalCorruptError(_message(self._folder, number, record.start, cause))
        chain = chained(self._head.chain, [each.crc for each in self._open])
        position = Position(number, record.end, chain)
        inner = tuple(self._open[1:-1])
        self._found.append(Transaction(number, inner, begin.meta, record.meta, position))
        self._head, self._open, self._torn_label = position, [], ""

    def _judge(self, number: int, offset: int, cause: str) -> None:
        """A damaged record is a torn tail when nothing committed follows it, else corruption."""
        for later in [n for n in self._numbers if n >= number]:
            behind = offset + 1 if later == number else 0
            for record in records.whole_records_after(segment_path(self._folder, later), behind):
                if record.kind is Kind.COMMIT:
                    raise JournalCorruptError(_message(self._folder, number, offset, cause))

    def _torn(self, head: Position) -> int:
        if self._stop is not None:
            return 0
        sizes = {n: segment_path(self._folder, n).stat().st_size for n in self._numbers if n >= head.segment}
        return sum(sizes.values()) - head.offset


def _message(folder: Path, number: int, offset: int, cause: str) -> str:
    return (
        f"The journal is damaged in {segment_path(folder, number)}, record at byte {offset}: {cause}. "
        "Acknowledged data follows it, so nothing was cut off. Restore the newest backup (tanmai restore); what was "
        "published can still be read and exported from the generations."
    )
