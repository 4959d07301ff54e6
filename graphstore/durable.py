"""Writing that survives a power cut: fsync of files and directories, replacement by rename, hard-link copies."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from graphstore.errors import StorageError


def sync_file(path: Path) -> None:
    """Force the content of one file to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(path: Path) -> None:
    """Force a directory's entries (new names, renames, removals) to the disk."""
    sync_file(path)


def sync_tree(path: Path) -> None:
    """Force every file below ``path``, then the directories, to the disk."""
    for folder, _, names in os.walk(path, topdown=False):
        for each in names:
            sync_file(Path(folder) / each)
        sync_directory(Path(folder))


def replace_file(path: Path, data: bytes) -> None:
    """Write ``path`` so that after a crash it holds either its old content or all of ``data``."""
    partial = path.with_name(path.name + ".tmp")
    with partial.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    partial.replace(path)
    sync_directory(path.parent)


def publish_directory(partial: Path, final: Path) -> None:
    """Give a finished and synced directory its final name, durably."""
    partial.rename(final)
    sync_directory(final.parent)


def remove_tree(path: Path) -> None:
    """Remove a file or directory tree; nothing happens when it is not there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def clone_tables(source: Path, target: Path) -> None:
    """Copy an engine directory: immutable tables by hard link (by copy across devices), the rest by copy.

    The engine never changes an ``.sst`` file after writing it, so both directories may live on apart.
    Lock and log files stay behind.
    """
    target.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.name == "LOCK" or entry.name.startswith("LOG"):
            continue
        if entry.suffix == ".sst":
            link_or_copy(entry, target / entry.name)
        else:
            shutil.copyfile(entry, target / entry.name)


def link_or_copy(source: Path, target: Path) -> None:
    """A hard link where the file system allows one, else a copy."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP}:
            raise
        shutil.copyfile(source, target)


@contextlib.contextmanager
def storage_errors(doing: str, where: Path) -> Iterator[None]:
    """Turn ``OSError`` into :class:`StorageError` that says what was being done, where and what to do."""
    try:
        yield
    except OSError as error:
        raise explained(error, doing, where) from error


def explained(error: OSError, doing: str, where: Path | str) -> StorageError:
    """The :class:`StorageError` for an ``OSError``; the engine reports a full disk only in its message."""
    text = str(error)
    full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} or any(
        phrase in text for phrase in ("No space left", "File too large", "Disk quota")
    )
    cure = (
        "The disk is full: free some space and repeat the command."
        if full
        else "Check the disk and the permissions, then repeat the command."
    )
    return StorageError(f"{doing} failed at {where}: {text}. The previous state is intact. {cure}")
