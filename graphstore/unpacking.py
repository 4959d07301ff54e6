"""How far a compressed file may unpack: a few bytes can be made to fill any memory or disk.

The limits hold where data comes in from outside. What was taken in is replayed without them: lowering a limit later must
not make a store unreadable.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from graphstore.errors import LoadError

if TYPE_CHECKING:
    from graphstore.guards import Readable

SETTING: Final = "TANMAI_UNPACK_LIMIT"
"""Environment variable: the most bytes that one compressed file may unpack to."""

DEFAULT_TOTAL: Final = 32 << 30
"""32 GiB: several times the largest LCA databases as text."""

MAX_RATIO: Final = 200
"""Unpacked bytes for each packed one. RDF and JSON reach 10 to 50; deflate, the method of gzip and zip, ends at 1032."""

SMALL: Final = 16 << 20
"""Below this many unpacked bytes no ratio is held against a file."""


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """What one compressed file may unpack to.

    Attributes:
        total: most bytes.
        ratio: most bytes for each byte of the file, once there are more than `SMALL`.
    """

    total: int = DEFAULT_TOTAL
    ratio: int = MAX_RATIO

    def objection(self, packed: int, unpacked: int) -> str | None:
        """Say why a file of ``packed`` bytes may not unpack to ``unpacked`` ones, and what to do; None when it may."""
        if unpacked > self.total:
            return (
                f"{packed:,} compressed bytes unpack to more than {self.total:,}, which is the limit. If you trust the file, "
                f"set {SETTING} to a larger number of bytes, or split the file"
            )
        if unpacked > SMALL and unpacked > self.ratio * packed:
            return (
                f"{packed:,} compressed bytes unpack to more than {self.ratio} times as many, as in a file made to fill the "
                "memory. If you trust the file, unpack it yourself and hand in what comes out"
            )
        return None


def stated_limits() -> UnpackLimits:
    """The limits in force: `SETTING` where it is set, else the default.

    Raises:
        LoadError: the setting is no positive whole number.
    """
    text = os.environ.get(SETTING, "").strip()
    if not text:
        return UnpackLimits()
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise LoadError(f"{SETTING} is {text!r}. Set it to a positive whole number of bytes, or unset it.")
    return UnpackLimits(total=int(text))


class Unpacked(io.RawIOBase):
    """Passes unpacked bytes on; raises :class:`LoadError` as soon as there are too many."""

    def __init__(self, stream: Readable, name: str, packed: int, limits: UnpackLimits) -> None:
        super().__init__()
        self._stream, self._name, self._packed, self._limits = stream, name, packed, limits
        self._done = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next block into ``buffer``."""
        size = self._stream.readinto(buffer)
        self._done += size
        objection = self._limits.objection(self._packed, self._done)
        if objection:
            raise LoadError(f"{self._name}: {objection}. Nothing was loaded.")
        return size
