"""Who may write, and which generations are in use: both by ``flock``, which the kernel drops when a process dies.

A lock file that outlives its process is therefore no lock, and nothing needs to be cleaned up after a crash.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from graphstore.errors import StoreLockedError

_PAUSE: Final = 0.05
"""Seconds between two attempts: short beside a commit, long beside the attempt itself."""

_open_descriptors: set[int] = set()


def _close_inherited() -> None:
    """A forked child must not keep its parent's locks alive after the parent is gone."""
    for descriptor in _open_descriptors:
        os.close(descriptor)
    _open_descriptors.clear()


os.register_at_fork(after_in_child=_close_inherited)


class FileLock:
    """A ``flock`` on one file, shared or exclusive, held until :meth:`release`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor
        _open_descriptors.add(descriptor)

    @classmethod
    def acquire(cls, path: Path, *, shared: bool, create: bool = False) -> Self | None:
        """Take the lock without waiting; ``None`` when another holder is in the way.

        Raises ``FileNotFoundError`` when the file is not there and ``create`` is not set.
        """
        flags = (os.O_RDWR | os.O_CREAT) if create else os.O_RDONLY
        descriptor = os.open(path, flags | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        return cls(descriptor)

    def holds(self, path: Path) -> bool:
        """Whether the locked file is still the one at ``path`` (it may have been removed before the lock)."""
        if self._descriptor is None:
            return False
        try:
            there, here = path.stat(), os.fstat(self._descriptor)
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)

    def write(self, text: str) -> None:
        """Replace the file's content; needs a lock taken with ``create``."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, text.encode(), 0)

    def release(self) -> None:
        """Let go. Calling it again does nothing."""
        if self._descriptor is not None and self._descriptor in _open_descriptors:
            _open_descriptors.discard(self._descriptor)
            os.close(self._descriptor)
        self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def writer_lock(path: Path, wait: float = 0.0) -> FileLock:
    """The store's one writer's lock, with a note in the file of who holds it.

    Args:
        path: The lock file.
        wait: Seconds to wait while another writer holds it; a waiting process is not in a queue, but takes its chance anew.

    Raises:
        StoreLockedError: another process (or another store object in this one) is writing, and was until the time was over.
    """
    until = time.monotonic() + wait
    while (lock := FileLock.acquire(path, shared=False, create=True)) is None:
        left = until - time.monotonic()
        if not left > 0:
            raise StoreLockedError(_locked(path, wait))
        time.sleep(min(_PAUSE, left))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    lock.write(json.dumps({"pid": os.getpid(), "host": os.uname().nodename, "since": now}))
    return lock


def _locked(path: Path, wait: float) -> str:
    if wait > 0:
        return (
            f"The store at {path.parent} is still being written by {_holder(path)}, after {wait:g} s of waiting. Nothing was "
            "changed. Try again later, or wait longer (--wait)."
        )
    return (
        f"The store at {path.parent} is being written by {_holder(path)}. "
        "Wait until it has finished, or open the store for reading, which works beside a writer."
    )


def _holder(path: Path) -> str:
    try:
        note = json.loads(path.read_text())
        where = "this process" if note["pid"] == os.getpid() else f"process {note['pid']}"
        return f"{where} on {note['host']} since {note['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
