"""Reading the audit log: from its end, and from its beginning to see that nothing was changed, removed or put elsewhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from api.audit.log import FIRST, PATTERN, Head, kept_head
from api.errors import AuditError

Kind = Literal["no-record", "missing", "misplaced", "changed", "other-head", "cut-off"]

_BLOCK: Final = 1 << 16
_MOST_FINDINGS: Final = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with the log.

    Attributes:
        file: name of the file.
        line: line in it, from 1; 0 for the file as a whole.
        kind: what is wrong: ``no-record`` (the line is none), ``missing`` (records before this one are not there),
            ``misplaced`` (it stands where another belongs), ``changed`` (it does not follow the one before), ``other-head``
            (it is not the one that was last when a head was kept), ``cut-off`` (the log went further once).
        record: number of the record; 0 where that is not known.
        expected: number of the record that belongs here; for ``cut-off``, of the last that there was.
    """

    file: str
    line: int
    kind: Kind
    record: int
    expected: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of verifying a log.

    Attributes:
        head: how far it goes.
        findings: what is wrong, in the order of the log; empty for nothing.
    """

    head: Head
    findings: tuple[Finding, ...]


def newest(folder: Path, count: int, before: int | None = None) -> list[dict[str, Any]]:
    """The newest records, or those before a number, the newest first.

    Raises:
        AuditError: a line is no record.
    """
    found = list[dict[str, Any]]()
    for path in sorted(folder.glob(PATTERN), reverse=True):
        for line in _backwards(path):
            record = _record(line, path)
            if before is None or record["n"] < before:
                found.append(record)
            if len(found) == count:
                return found
    return found


def verify(folder: Path, kept: Head | None = None) -> Verdict:
    """Follow the chain of hashes from the first record to the last.

    Args:
        folder: where the files are.
        kept: a head of this log that was kept elsewhere; beside it the one in ``HEAD`` is looked for.

    Raises:
        AuditError: the file ``HEAD`` cannot be read.
    """
    heads = [head for head in (kept, kept_head(folder) if folder.is_dir() else None) if head is not None]
    chain = _Chain({head.number: head.sha256 for head in reversed(heads)})
    for path in sorted(folder.glob(PATTERN)):
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                chain.add(path.name, number, line)
                if len(chain.findings) >= _MOST_FINDINGS:
                    return Verdict(chain.head, tuple(chain.findings))
    lost = max((head.number for head in heads), default=0)
    if chain.head.number < lost:
        chain.findings.append(Finding("", 0, "cut-off", chain.head.number, lost))
    return Verdict(chain.head, tuple(chain.findings))


class _Chain:
    """The chain of hashes as it is followed."""

    def __init__(self, kept: dict[int, str]) -> None:
        self.head = Head(0, FIRST)
        self.findings = list[Finding]()
        self._kept = kept

    def add(self, file: str, place: int, line: bytes) -> None:
        """Look at one line."""
        text = line.removesuffix(b"\n")
        try:
            record = json.loads(text)
            number, before = int(record["n"]), str(record["before"])
        except (ValueError, KeyError, TypeError):
            self.findings.append(Finding(file, place, "no-record", 0, self.head.number + 1))
            return
        expected = self.head.number + 1
        kinds: list[Kind] = ["missing"] if number > expected else ["misplaced"] if number < expected else []
        if number == expected and before != self.head.sha256:
            kinds.append("changed")
        self.head = Head(number, hashlib.sha256(text).hexdigest())
        if self._kept.get(number, self.head.sha256) != self.head.sha256:
            kinds.append("other-head")
        self.findings += [Finding(file, place, kind, number, expected) for kind in kinds]


def _record(line: bytes, path: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads(line)
        int(record["n"])
    except (ValueError, KeyError, TypeError):
        raise AuditError(f"{path} holds a line that is no record. Run: tanmai audit verify") from None
    return record


def _backwards(path: Path) -> Iterator[bytes]:
    """The whole lines of a file, the last first."""
    with path.open("rb") as file:
        position, pending = file.seek(0, 2), b""
        first = True
        while position > 0:
            step = min(_BLOCK, position)
            position -= step
            file.seek(position)
            head, *lines = (file.read(step) + pending).split(b"\n")
            pending = head
            if lines and first:
                lines.pop()  # what follows the last end of a line is nothing, or half a record
                first = False
            yield from reversed(lines)
        if pending and not first:
            yield pending
