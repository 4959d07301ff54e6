"""Which processes of a server live: each holds a lock on a file of its own, which the system lets go of when it dies."""

from __future__ import annotations

import fcntl
import os
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from api.access import private

_SUFFIX: Final = ".worker"


@dataclass(slots=True)
class Presence:
    """This process among those that share a folder.

    Attributes:
        folder: where the files are.
        name: what this process is called; never used again.
    """

    folder: Path
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    _held: int | None = None

    def enter(self) -> None:
        """Say that this process lives, and remove the files of those that do not."""
        with private.locked(self.folder / "LOCK"):
            for path in self.folder.glob(f"*{_SUFFIX}"):
                if not self.lives(path.stem):
                    path.unlink(missing_ok=True)
            self._held = os.open(self._path(self.name), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._held, fcntl.LOCK_EX)

    def leave(self) -> None:
        """Say that this process is about to end."""
        if self._held is not None:
            self._path(self.name).unlink(missing_ok=True)
            os.close(self._held)
        self._held = None

    def lives(self, name: str) -> bool:
        """Whether a process lives."""
        if name == self.name:
            return self._held is not None
        try:
            descriptor = os.open(self._path(name), os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{_SUFFIX}"
