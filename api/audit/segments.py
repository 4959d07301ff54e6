"""The files of the audit log: one after the other, each sealed when the next is begun.

A segment is named by the day (UTC) on which it was begun, and by a number where there are several of one day. Its first record
holds the hash of the last line of the segment before, so the chain goes on from file to file. A sealed one is read-only, by which
all processes that write the log see that they have to go on in the next.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PATTERN: Final = "[0-9]" * 4 + "-[0-9][0-9]-[0-9][0-9]*.jsonl"
_SEALED: Final = 0o400
_WRITABLE: Final = 0o200
_DAY: Final = len("2025-01-17")


@dataclass(frozen=True, slots=True)
class Span:
    """How long a segment goes on.

    Attributes:
        days: so many days, the first one included.
        most_bytes: until it has so many bytes.
    """

    days: int = 1
    most_bytes: int = 64 << 20


def segments(*folders: Path) -> list[Path]:
    """The segments of a log, the oldest first; of one that is in several folders, that of the last folder."""
    found = {path.name: path for folder in folders for path in folder.glob(_PATTERN)}
    return [found[name] for name in sorted(found)]


def goes_on(path: Path, size: int, span: Span, today: dt.date) -> bool:
    """Whether records are still added to a segment. One that was begun on a later day goes on: a clock was set back."""
    return _is_open(path) and size < span.most_bytes and _day(path) + dt.timedelta(span.days) > today


def after(path: Path | None, today: dt.date) -> Path:
    """The name of the segment that follows another one."""
    if path is None or _day(path) < today:
        return Path(f"{today.isoformat()}.jsonl")
    number = int(path.stem[_DAY + 1 :] or 0) + 1
    return Path(f"{path.stem[:_DAY]}_{number:06}.jsonl")


def seal(path: Path, size: int) -> None:
    """End a segment after its last whole line: what follows it is half a line of a process that died while it wrote."""
    if path.stat().st_size != size:
        os.truncate(path, size)
    path.chmod(_SEALED)


def names(paths: Iterable[Path]) -> list[str]:
    """What segments are called."""
    return [path.name for path in paths]


def _day(path: Path) -> dt.date:
    return dt.date.fromisoformat(path.name[:_DAY])


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & _WRITABLE)
    except FileNotFoundError:
        return True
