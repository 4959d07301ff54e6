"""What is made from a file, and made again when the file changes, at the price of one look a second."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from api.errors import AccessFileError

log: Final = logging.getLogger("tanmai.api")

PAUSE: Final = 1.0
"""Seconds between two looks at a file."""

Made = TypeVar("Made")
_Stamp = tuple[int, int, int] | None


@dataclass(slots=True)
class Watched(Generic[Made]):
    """Something made from a file.

    Attributes:
        path: the file, which need not be there.
        make: makes it; raises AccessFileError where the file cannot be used.
        forgiving: whether what was made before holds on while a changed file cannot be used; else nobody is let in then.
    """

    path: Path
    make: Callable[[], Made]
    forgiving: bool
    _made: Made | None = None
    _seen: _Stamp = None
    _looked: float = float("-inf")

    def current(self) -> Made:
        """What the file makes now.

        Raises:
            AccessFileError: the file cannot be used.
        """
        now = time.monotonic()
        if self._made is not None and now - self._looked < PAUSE:
            return self._made
        if self._made is None or self._stamp() != self._seen:
            self._made = self._anew(self._made)
        self._looked = now
        return self._made

    def _anew(self, before: Made | None) -> Made:
        seen = self._stamp()
        try:
            made = self.make()
        except AccessFileError as error:
            if before is None or not self.forgiving:
                raise
            log.error("%s What was read before holds on.", error)  # noqa: TRY400 - the message says all
            made = before
        self._seen = seen if seen is not None else self._stamp()  # making it may write the file
        return made

    def _stamp(self) -> _Stamp:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ctime_ns, found.st_ino, found.st_size
