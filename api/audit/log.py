"""Writing the audit log: one JSON object a line, in segments, each record with the SHA-256 of the line before.

All processes of a server write the same log, one after the other under a lock. A record is in the hands of the operating
system when the request ends, so that a killed server loses none; it is forced to the disk within a second, and with each group
the file ``HEAD`` says how far the log had come. Whoever can write these files can write them anew from the first line; that is
found by a head that was kept elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import getpass
import hashlib
import json
import logging
import os
import re
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from api.access import private
from api.audit.segments import Span, after, goes_on, seal, segments
from api.errors import AccessFileError, AuditError
from graphstore.durable import sync_directory, sync_file

log: Final = logging.getLogger("tanmai.api")

FIRST: Final = "0" * 64
"""What the first record has in place of a hash."""
HEAD: Final = "HEAD"
_GROUP: Final = 1.0
"""Seconds between two times that the log is forced to the disk."""
_LONGEST: Final = 1000
_MOST_LISTED: Final = 20
_CAUSES: Final = (OSError, AccessFileError, AuditError, ValueError, KeyError, TypeError)
"""Why the log cannot be written: the disk, the mode of its files, or a last line that is no record."""
_BLOCK: Final = 1 << 16
_SECRETS: Final = re.compile(r"tm_[A-Za-z0-9_-]{8,}|eyJ[A-Za-z0-9_.-]{8,}")


@dataclass(frozen=True, slots=True)
class Head:
    """How far a log has come: the number of its last record, and the hash of that line."""

    number: int
    sha256: str

    def __str__(self) -> str:
        """As people keep it."""
        return f"{self.number}:{self.sha256}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read what was kept.

        Raises:
            AuditError: it is no head.
        """
        found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip())
        if found is None:
            raise AuditError(
                f"{text!r} is no head of an audit log. A head is NUMBER:SHA-256, as tanmai audit verify prints it."
            )
        return cls(int(found[1]), found[2])

    @classmethod
    def of(cls, line: bytes) -> Head:
        """The head after a line."""
        return cls(int(json.loads(line)["n"]), hashlib.sha256(line).hexdigest())


@dataclass(slots=True)
class AuditLog:
    """The log of one server, as one of its processes writes it.

    Attributes:
        folder: where the files are.
        span: how long a segment goes on.
    """

    folder: Path
    span: Span = field(default_factory=Span)
    _last: tuple[Path, int, Head] | None = None
    _unsynced: set[Path] = field(default_factory=set)
    _failing: str = ""
    _noting: threading.Lock = field(default_factory=threading.Lock)

    def require(self) -> None:
        """Refuse what must not go unrecorded while the log cannot be written.

        Raises:
            AuditError: the last attempt to write it failed.
        """
        if self._failing:
            raise AuditError(f"The audit log cannot be written ({self._failing}), so that nothing is changed for now.")

    def append(self, facts: Mapping[str, Any]) -> None:
        """Add a record. What looks like a key or token is blotted out, whatever it is in. A failure is told by :meth:`require`.

        Of a long list only the beginning is kept, and how many more there were as ``..._left_out``: what a stranger sends must not
        become a log that fills the disk.
        """
        shortened = {
            f"{name}_left_out": len(value) - _MOST_LISTED
            for name, value in facts.items()
            if isinstance(value, list | tuple) and len(value) > _MOST_LISTED
        }
        try:
            self._append({name: _clean(value) for name, value in facts.items()} | shortened)
        except _CAUSES as error:
            self._failing = f"{type(error).__name__}: {error}"
            log.exception("the audit log cannot be written")
        else:
            self._failing = ""

    def command(self, text: str, **facts: Any) -> None:
        """Add a record of what somebody did at the command line of this machine, and force it to the disk.

        Args:
            text: the command, without what is secret in it.
            facts: further members of the record.

        Raises:
            AuditError: the log cannot be written.
        """
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        try:
            self._append({"time": now, "account": _account(), "command": _clean(text), **facts})
            self.sync()
        except _CAUSES as error:
            raise AuditError(f"The audit log cannot be written: {error}.") from None

    def sync(self) -> None:
        """Force the log to the disk, and say in ``HEAD`` how far it has come."""
        with self._noting:
            if self._last is None or not self._unsynced:
                return
            head, written = self._last[2], self._unsynced
            self._unsynced = set()
        for path in written:
            sync_file(path)
        sync_directory(self.folder)
        with private.locked(self.folder / "LOCK.head"):
            known = kept_head(self.folder)
            if known is None or known.number < head.number:
                private.write(self.folder / HEAD, f"{head}\n".encode())

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Force the log to the disk in groups while others write it, and at the end."""
        task = asyncio.create_task(self._syncing())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            self._synced()

    async def _syncing(self) -> None:
        while True:
            await asyncio.sleep(_GROUP)
            await asyncio.to_thread(self._synced)

    def _synced(self) -> None:
        try:
            self.sync()
        except _CAUSES as error:
            self._failing = f"{type(error).__name__}: {error}"
            log.exception("the audit log cannot be forced to the disk")

    def _append(self, facts: Mapping[str, Any]) -> None:
        if not self.folder.is_dir():
            private.make_folder(self.folder)
        with private.locked(self.folder / "LOCK"):
            path, size, before = self._place()
            line = _line(before.number + 1, before.sha256, facts)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                if os.fstat(descriptor).st_size != size:
                    os.ftruncate(descriptor, size)  # half a line of a process that died while it wrote
                _write(descriptor, line + b"\n", size)
            finally:
                os.close(descriptor)
            with self._noting:
                self._last = path, size + len(line) + 1, Head(before.number + 1, hashlib.sha256(line).hexdigest())
                self._unsynced.add(path)

    def _place(self) -> tuple[Path, int, Head]:
        """The segment to write, where in it, and the head so far; one that does not go on is sealed."""
        today = dt.datetime.now(dt.UTC).date()
        if self._last is not None:
            path, size, _ = self._last
            if _size(path) == size and goes_on(path, size, self.span, today):
                return self._last
        newest = next(reversed(segments(self.folder)), None)
        if newest is None:  # should the files be taken away while the server runs, the numbers say so
            return self.folder / after(None, today), 0, Head(0, FIRST) if self._last is None else self._last[2]
        size, head = _tail(newest, _size(newest)) or self._older(newest)
        if goes_on(newest, size, self.span, today):
            return newest, size, head
        seal(newest, size)
        return self.folder / after(newest, today), 0, head

    def _older(self, path: Path) -> tuple[int, Head]:
        """Where a file without a whole line goes on: from the file before it."""
        for each in reversed(segments(self.folder)):
            if each < path and (found := _tail(each, _size(each))) is not None:
                return 0, found[1]
        return 0, Head(0, FIRST)


def kept_head(folder: Path) -> Head | None:
    """How far the log had come when it was last forced to the disk; ``None`` where it never was.

    Raises:
        AuditError: the file cannot be read.
        AccessFileError: it is not its owner's alone.
    """
    try:
        return Head.parse(private.read(folder / HEAD).decode("utf-8", "replace"))
    except FileNotFoundError:
        return None


def _account() -> str:
    """The account of the machine that this runs under."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _line(number: int, before: str, facts: Mapping[str, Any]) -> bytes:
    return json.dumps({"n": number, "before": before, **facts}, ensure_ascii=True, separators=(",", ":")).encode()


def _write(descriptor: int, data: bytes, offset: int) -> None:
    while data:
        written = os.pwrite(descriptor, data, offset)
        data, offset = data[written:], offset + written


def _size(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _tail(path: Path, size: int) -> tuple[int, Head] | None:
    """Where the last whole line of a file ends, and the head after it; ``None`` where it has none."""
    with path.open("rb") as file:
        start, data = size, b""
        while start > 0 and data.count(b"\n") < 2:
            step = min(_BLOCK, start)
            start -= step
            file.seek(start)
            data = file.read(step) + data
    end = data.rfind(b"\n")
    if end < 0:
        return None
    return start + end + 1, Head.of(data[data.rfind(b"\n", 0, end) + 1 : end])


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _SECRETS.sub("***", value)[:_LONGEST]
    return [_clean(each) for each in value[:_MOST_LISTED]] if isinstance(value, list | tuple) else value
