"""The books of long jobs: one small SQLite file that all processes of a server share, and one file for each result.

Both are their owner's alone. A job is in the books from its beginning until its result is let go of; what a process that died
left there is told as failed. A power cut may lose the last entries, never the file.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from api.access import private
from api.errors import AccessFileError, BusyError, ReaderDiedError, TooManyJobsError
from api.problems import Kind, Problem, problem_of
from api.readers.progress import Stage
from api.rest.presence import Presence
from api.rest.stages import WAITING

FILE: Final = "jobs.sqlite"
_RESULT: Final = ".result"
_NEW: Final = 60.0
"""Seconds after which a result without an entry will have none."""
_PATIENCE: Final = 2.0
"""Seconds that an entry waits for another process to finish its own, which takes milliseconds."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS job (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, who TEXT NOT NULL, worker TEXT NOT NULL, about TEXT NOT NULL,
  state TEXT NOT NULL, turn TEXT NOT NULL, stage TEXT NOT NULL,
  began REAL NOT NULL, ended REAL, made TEXT, bytes INTEGER NOT NULL
) WITHOUT ROWID;
"""
_ALL: Final = "SELECT id, owner, about, state, stage, began, ended, made FROM job"
_ONE: Final = f"{_ALL} WHERE id = ?"
_BEGIN: Final = """
INSERT INTO job SELECT :id, :owner, :who, :worker, :about, 'running', 'none', :stage, :now, NULL, NULL, 0
WHERE (SELECT count(*) FROM job WHERE who = :who AND state != 'failed') < :most
"""
_TURN: Final = """
UPDATE job SET turn = 'has' WHERE id = :id AND turn = 'waits'
AND (SELECT count(*) FROM job WHERE turn = 'has') < :most
AND NOT EXISTS (SELECT 1 FROM job AS other WHERE other.turn = 'waits' AND (other.began, other.id) < (job.began, job.id))
"""
_END: Final = """
UPDATE job SET state = :state, turn = 'none', ended = :now, made = :made, bytes = :bytes
WHERE id = :id AND state = 'running'
"""

Owner = tuple[str, str | None, str | None]
"""Who may have a result: name, audience and organisation of the principal, as they were when it was asked for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A job as it stands in the books.

    Attributes:
        id: what it is called; cannot be guessed.
        about: what was asked for: method and address.
        state: ``running``, ``done`` or ``failed``.
        stage: what it is at.
        began: seconds since 1970.
        ended: likewise; ``None`` while it runs.
        made: status, headers and content type of a result, or the problem of a failed job.
    """

    id: str
    owner: Owner
    about: str
    state: str
    stage: Stage
    began: float
    ended: float | None
    made: dict[str, Any]

    @property
    def problem(self) -> Problem | None:
        """Why there is no result."""
        if self.state != "failed":
            return None
        return Problem(Kind(*self.made["kind"]), self.made["detail"], self.made["facts"], self.made["headers"])


@dataclass(slots=True)
class Books:
    """The books, as one process of the server keeps them.

    Attributes:
        folder: where the files are.
        kept: seconds that a result stays.
        clock: seconds since 1970.
        epoch: from an audience to what is another when something was taken away from it; see `graphstore.audiences.visibility`.
    """

    folder: Path
    kept: float
    clock: Callable[[], float] = time.time
    epoch: Callable[[str], str] = lambda _: ""
    presence: Presence = field(init=False)
    _connection: sqlite3.Connection | None = None

    def __post_init__(self) -> None:
        """Choose a name for this process."""
        self.presence = Presence(self.folder)

    @property
    def exists(self) -> bool:
        """Whether anything was ever entered."""
        return self._connection is not None or (self.folder / FILE).exists()

    def begin(self, owner: Owner, who: str, about: str, most: int, most_bytes: int) -> str:
        """Enter a job; its id.

        Args:
            owner: who may have the result.
            who: for whom it counts.
            about: method and address.
            most: jobs that may count for the same.
            most_bytes: bytes of all results together from which on no further job is taken.

        Raises:
            TooManyJobsError: so many are there already.
            BusyError: the results of all clients take too much room.
        """
        self.sweep()
        told = {"id": uuid.uuid4().hex, "owner": json.dumps(owner), "who": who, "worker": self.presence.name}
        told |= {"about": about, "stage": WAITING.encode().decode(), "now": self.clock(), "most": most}  # type: ignore[dict-item]
        with self._entering() as books:
            (taken,) = books.execute("SELECT coalesce(sum(bytes), 0) FROM job").fetchone()
            if taken >= most_bytes:
                raise BusyError("The results that are kept take all the room there is for them. Come back later.")
            if books.execute(_BEGIN, told).rowcount == 1:
                return str(told["id"])
        raise TooManyJobsError(
            f"There are {most} jobs already, which is the most at a time. Wait for one, or delete one: a result is kept until "
            "then."
        )

    def find(self, owner: Owner, name: str) -> Entry | None:
        """A job of a principal; ``None`` where there is none, it is another's, or its time is over."""
        if not self.exists:
            return None  # who only asks makes no files
        self._bury()
        with self._entering() as books:
            row = books.execute(_ONE, (name,)).fetchone()
        if row is None:
            return None
        found = Entry(row[0], tuple(json.loads(row[1])), row[2], row[3], Stage.decode(row[4]), row[5], row[6], json.loads(row[7] or "{}"))  # fmt: skip
        over = found.ended is not None and found.ended + self.kept < self.clock()
        return found if found.owner == owner and not (over or self._withdrawn(found.owner, found.made)) else None

    def at(self, name: str, stage: Stage | None) -> bool:
        """Enter what a job of this process is at, where that is another stage; whether it is still wanted."""
        with self._entering() as books:
            if stage is not None:
                return (
                    books.execute("UPDATE job SET stage = ? WHERE id = ?", (stage.encode().decode(), name)).rowcount > 0
                )
            return books.execute("SELECT 1 FROM job WHERE id = ?", (name,)).fetchone() is not None

    def take_turn(self, name: str, most: int) -> bool:
        """Whether a job may have a process now: ``most`` may at once over all processes of the server, in their order."""
        self._bury()
        with self._entering() as books:
            books.execute("UPDATE job SET turn = 'waits' WHERE id = ? AND turn = 'none' AND state = 'running'", (name,))
            return books.execute(_TURN, {"id": name, "most": most}).rowcount == 1

    def keep(self, name: str, body: bytes) -> None:
        """Write the body of a result, for which :meth:`done` makes the entry."""
        try:
            private.write(self._result(name), body)
        except OSError as error:
            raise self._unusable(error) from None

    def done(self, name: str, told: dict[str, Any], size: int) -> None:
        """Enter that a job has its result. One that nobody wants any more is not kept."""
        if not self._end(name, "done", told, size):
            self._result(name).unlink(missing_ok=True)

    def failed(self, name: str, problem: Problem) -> None:
        """Enter why a job has no result."""
        self._end(name, "failed", asdict(problem), 0)

    def body(self, name: str) -> bytes:
        """The body of a result.

        Raises:
            FileNotFoundError: it was let go of.
        """
        return private.read(self._result(name))

    def drop(self, name: str) -> None:
        """Forget a job. The process that works on it sees that nobody wants it any more."""
        with self._entering() as books:
            books.execute("DELETE FROM job WHERE id = ?", (name,))
        self._result(name).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Let go of results that were kept for long enough, and enter as failed what dead processes left."""
        self._bury()
        with self._entering() as books:
            books.execute("DELETE FROM job WHERE ended < ?", (self.clock() - self.kept,))
            done = books.execute("SELECT id, owner, made FROM job WHERE state = 'done'").fetchall()
            gone = [name for name, owner, made in done if self._withdrawn(json.loads(owner), json.loads(made))]
            books.executemany("DELETE FROM job WHERE id = ?", [(name,) for name in gone])
            for name in gone:
                self._result(name).unlink(missing_ok=True)
            self._sweep_files(books)

    def close(self) -> None:
        """Close the books."""
        if self._connection is not None:
            self._connection.close()
            self.presence.leave()
        self._connection = None

    def _withdrawn(self, owner: Sequence[str | None], made: Mapping[str, Any]) -> bool:
        """Whether a result was read for an audience from which something was taken away since."""
        audience, read = owner[1], made.get("epoch")
        return audience is not None and read is not None and read != self.epoch(audience)

    def _end(self, name: str, state: str, made: dict[str, Any], size: int) -> bool:
        told = {"id": name, "state": state, "now": self.clock(), "made": json.dumps(made), "bytes": size}
        with self._entering() as books:
            return books.execute(_END, told).rowcount == 1

    def _bury(self) -> None:
        """Enter the jobs of processes that died as failed."""
        with self._entering() as books:
            workers = books.execute("SELECT DISTINCT worker FROM job WHERE state = 'running'").fetchall()
            dead = [name for (name,) in workers if not self.presence.lives(name)]
            if not dead:
                return
            lost = problem_of(ReaderDiedError("The server process that worked on this job has ended. Ask again."))
            for name in dead:
                books.execute(
                    "UPDATE job SET state = 'failed', turn = 'none', ended = ?, made = ? WHERE worker = ? AND state = 'running'",
                    (self.clock(), json.dumps(asdict(lost)), name),
                )

    def _result(self, name: str) -> Path:
        return self.folder / f"{name}{_RESULT}"

    @contextlib.contextmanager
    def _entering(self) -> Iterator[sqlite3.Connection]:
        """The books, open.

        Raises:
            AccessFileError: they cannot be used for now.
        """
        try:
            yield self._open()
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from None

    def _unusable(self, error: Exception) -> AccessFileError:
        return AccessFileError(f"{self.folder / FILE} cannot be used: {error}. The server has to write there.")

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            private.make_folder(self.folder)
            self._connection = self._sound() or self._anew()
            self.presence.enter()
        return self._connection

    def _sound(self) -> sqlite3.Connection | None:
        """The file, unless a power cut tore it."""
        path = self.folder / FILE
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))  # SQLite's other files get its mode
        made = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            made.execute("PRAGMA journal_mode = WAL")
            made.execute("PRAGMA synchronous = NORMAL")
            made.executescript(_SCHEMA)
            made.execute(_ALL).fetchone()
        except sqlite3.OperationalError:
            made.close()
            raise
        except sqlite3.DatabaseError:
            made.close()
            return None
        return made

    def _anew(self) -> sqlite3.Connection:
        for each in ("", "-wal", "-shm"):
            (self.folder / (FILE + each)).unlink(missing_ok=True)
        made = self._sound()
        if made is None:
            raise self._unusable(sqlite3.DatabaseError("it is broken, and so is the one that was made in its place"))
        return made

    def _sweep_files(self, books: sqlite3.Connection) -> None:
        """Remove results that no entry knows of, old enough that none is about to."""
        known = {name for (name,) in books.execute("SELECT id FROM job")}
        for path in (*self.folder.glob(f"*{_RESULT}"), *self.folder.glob(".*.tmp")):
            with contextlib.suppress(FileNotFoundError):  # another process sweeps too
                if path.stem not in known and path.stat().st_mtime + min(self.kept, _NEW) < self.clock():
                    path.unlink()
