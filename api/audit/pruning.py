"""Taking old records out of the audit log: whole segments, after a record that says so.

That record is the tombstone: number and hash of the last record that was taken out, who did it and when. It is a link of the chain
as every record is, so it cannot be added, changed or removed later unseen; and what is left verifies from it on.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from api.audit.log import AuditLog, Head
from api.audit.reading import verify
from api.audit.segments import names, segments
from api.errors import AuditError
from graphstore.durable import sync_directory, sync_file


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was taken out.

    Attributes:
        first: number of the first record.
        head: the last record, as tombstone and archive are compared by it.
        files: the segments.
    """

    first: int
    head: Head
    files: tuple[str, ...]


def prune(folder: Path, before: dt.date, archive: Path | None = None) -> Pruned | None:
    """Take out the segments all of whose records are older than a day (UTC); ``None`` where there are none.

    The segment that is being written stays. A crash on the way leaves files that the next time takes out.

    Args:
        folder: the log.
        before: the day.
        archive: folder that the segments are copied to before, as they are.

    Raises:
        AuditError: the log does not verify, the archive cannot be written or holds other files of these names, or the log
            cannot be written.
    """
    if verify(folder).findings:
        raise AuditError("The audit log does not verify, so nothing is taken out of it. Run: tanmai audit verify")
    old = [path for path in segments(folder)[:-1] if _ended(path) < before]
    if not old:
        return None
    found = Pruned(_number(old[0]), _head(old[-1]), tuple(names(old)))
    if archive is not None:
        _copy(old, archive)
    facts = {"first": found.first, "head": str(found.head), "files": list(found.files)}
    place = "" if archive is None else " --to an archive"
    AuditLog(folder).command(f"audit prune --before {before.isoformat()}{place}", pruned=facts)
    for path in old:
        path.unlink()
    sync_directory(folder)
    return found


def _ended(path: Path) -> dt.date:
    """The latest day of a record in a segment: clocks are set back."""
    with path.open("rb") as file:
        return max(dt.datetime.fromisoformat(json.loads(line)["time"]).date() for line in file)


def _number(path: Path) -> int:
    with path.open("rb") as file:
        return int(json.loads(next(file))["n"])


def _head(path: Path) -> Head:
    return Head.of(path.read_bytes().splitlines()[-1])


def _copy(paths: list[Path], archive: Path) -> None:
    try:
        archive.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in paths:
            copy = archive / path.name
            if copy.exists():
                _require_same(path, copy)
                continue
            partial = copy.with_name(f".{copy.name}.tmp")
            with path.open("rb") as read, os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:  # fmt: skip
                shutil.copyfileobj(read, out)
            sync_file(partial)
            partial.chmod(0o400)
            partial.replace(copy)
        sync_directory(archive)
    except OSError as error:
        raise AuditError(f"The archive {archive} cannot be written: {error}. Nothing was taken out.") from None


def _require_same(path: Path, copy: Path) -> None:
    if path.read_bytes() != copy.read_bytes():
        raise AuditError(f"{copy} is there already, with other content. Nothing was taken out; name another folder.")
