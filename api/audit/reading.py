"""Reading the audit log: from its end, and from its beginning to see that nothing was changed, removed or put elsewhere."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from api.audit.log import FIRST, Head, kept_head
from api.audit.segments import segments
from api.errors import AuditError

Kind = Literal["no-record", "missing", "misplaced", "changed", "other-head", "cut-off"]

_BLOCK: Final = 1 << 16
_TOMBSTONE: Final = b'"pruned":{'
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
    for path in reversed(segments(folder)):
        for line in _backwards(path):
            record = _record(line, path)
            if before is None or record["n"] < before:
                found.append(record)
            if len(found) == count:
                return found
    return found


def verify(folder: Path, kept: Head | None = None, archive: Path | None = None) -> Verdict:
    """Follow the chain of hashes from the first record to the last; where records were taken out, from their tombstone.

    Args:
        folder: where the files are.
        kept: a head of this log that was kept elsewhere; beside it the one in ``HEAD`` is looked for.
        archive: a folder with what was taken out, which is followed too.

    Raises:
        AuditError: the file ``HEAD`` cannot be read, or the kept head is of a record that was taken out.
    """
    paths = segments(*(() if archive is None else (archive,)), folder)
    stones, start = _tombstones(paths), _start(paths)
    heads = [head for head in (kept, kept_head(folder) if folder.is_dir() else None) if head is not None]
    chain = _Chain({head.number: head.sha256 for head in (*stones, *reversed(heads))})
    if start.number and any(stone.number >= start.number for stone in stones):
        chain.begin(start)
    if kept is not None and kept.number < chain.head.number:
        raise AuditError(
            f"Record {kept.number} was taken out of the log, which begins with record {chain.head.number + 1}. Verify it together "
            "with the archive: tanmai audit verify --archive FOLDER --head ..."
        )
    for path in paths:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                chain.add(path.name, number, line)
                if len(chain.findings) >= _MOST_FINDINGS:
                    return Verdict(chain.head, tuple(chain.findings))
    lost = max((head.number for head in heads), default=0)
    if chain.head.number < lost:
        chain.findings.append(Finding("", 0, "cut-off", chain.head.number, lost))
    return Verdict(chain.head, tuple(chain.findings))


def _tombstones(paths: Sequence[Path]) -> list[Head]:
    """The last records that were taken out, as records of the log say it. Where text is quoted in a record, its quotes are escaped."""
    found = list[Head]()
    for path in paths:
        with path.open("rb") as file:
            for line in file:
                if _TOMBSTONE in line:
                    with contextlib.suppress(ValueError, KeyError, TypeError, AuditError):
                        found.append(Head.parse(json.loads(line)["pruned"]["head"]))
    return found


def _start(paths: Sequence[Path]) -> Head:
    """What the first record says that came before it."""
    for path in paths[:1]:
        with path.open("rb") as file, contextlib.suppress(ValueError, KeyError, TypeError):
            record = json.loads(file.readline())
            return Head(int(record["n"]) - 1, str(record["before"]))
    return Head(0, FIRST)


class _Chain:
    """The chain of hashes as it is followed."""

    def __init__(self, kept: dict[int, str]) -> None:
        self.head = Head(0, FIRST)
        self.findings = list[Finding]()
        self._kept = kept

    def begin(self, start: Head) -> None:
        """Begin after records that were taken out."""
        self.head = start
        if self._kept.get(start.number, start.sha256) != start.sha256:
            self.findings.append(Finding("", 0, "other-head", start.number, start.number))

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
