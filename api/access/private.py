"""Files that only the owner of the server may read: written whole or not at all, and refused when others could get at them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from api.errors import AccessFileError
from graphstore.durable import sync_directory

_OTHERS: Final = 0o077


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def write(path: Path, data: bytes) -> None:
    """Write a file so that after a crash it holds either its old content or all of ``data``; nobody else may read it."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def read(path: Path) -> bytes:
    """The content of a file.

    Raises:
        FileNotFoundError: it is not there.
        AccessFileError: it cannot be read, or others than its owner may read or change it.
    """
    try:
        with path.open("rb") as file:
            require_own(path, os.fstat(file.fileno()).st_mode)
            return file.read()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise AccessFileError(f"{path} cannot be read: {error.strerror}. Nobody is let in until it can.") from None


def require_own(path: Path, mode: int) -> None:
    """Refuse a file with a mode that lets others get at it.

    Raises:
        AccessFileError: others than its owner may read or change it.
    """
    if mode & _OTHERS:
        raise AccessFileError(
            f"{path} has the mode {mode & 0o777:o}, so that others than its owner can get at it. Run: chmod 600 {path}"
        )


@contextlib.contextmanager
def locked(path: Path) -> Iterator[int]:
    """Hold an exclusive lock on a file, which is made when it is not there; its descriptor."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def secret(path: Path, size: int = 32) -> bytes:
    """A random key that is kept in a file, made when it is first asked for.

    Raises:
        AccessFileError: the file cannot be used.
    """
    with contextlib.suppress(FileNotFoundError):
        return _whole(path, size)
    try:
        make_folder(path.parent)
        with locked(path.with_name("LOCK")):
            with contextlib.suppress(FileNotFoundError):
                return _whole(path, size)  # another process was first
            made = secrets.token_bytes(size)
            write(path, made)
            return made
    except OSError as error:
        raise AccessFileError(f"{path} cannot be made: {error.strerror}. The server has to write there.") from None


def _whole(path: Path, size: int) -> bytes:
    found = read(path)
    if len(found) != size:
        raise AccessFileError(
            f"{path} has {len(found)} bytes, a key has {size}. Remove it; a new one is made, and clients ask for new tokens."
        )
    return found
