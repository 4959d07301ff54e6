"""Many strings as two arrays, so that a snapshot of a system needs no pickling and can be memory mapped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, overload

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Strings"]


class Strings(Sequence[str]):
    """A read-only sequence of strings, decoded one by one when asked for.

    Attributes:
        blob: all strings in UTF-8, one after the other, uint8.
        ends: end of each string in the blob, int64.
    """

    __slots__ = ("blob", "ends")

    def __init__(self, blob: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self.blob = blob
        self.ends = ends

    @classmethod
    def of(cls, strings: Sequence[str]) -> Strings:
        """Pack a sequence of strings."""
        if isinstance(strings, cls):
            return strings
        encoded = [string.encode() for string in strings]
        ends = np.cumsum(np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded)), dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), ends)

    def __iter__(self) -> Iterator[str]:
        """All strings in order; much faster than one by one."""
        blob, start = self.blob.tobytes(), 0
        for end in self.ends.tolist():
            yield blob[start:end].decode()
            start = end

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        position = range(len(self))[index]
        start = int(self.ends[position - 1]) if position else 0
        return self.blob[start : int(self.ends[position])].tobytes().decode()
