"""How often somebody asks: token buckets in one small SQLite file, so that all processes of a server count together.

A bucket is kept as the time at which it is full again (the generic cell rate algorithm), so that taking from it is one
statement, which either takes and says when, or finds too little. What the file holds is worth nothing after a power cut and is
not synced.
"""

from __future__ import annotations

import logging
import math
import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from api.errors import AccessFileError

log: Final = logging.getLogger("tanmai.api")

FILE: Final = "rates.sqlite"

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS bucket (who TEXT PRIMARY KEY, full_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS used (key TEXT PRIMARY KEY, day TEXT NOT NULL) WITHOUT ROWID;
"""
_TAKE: Final = """
INSERT INTO bucket VALUES (:who, :now + :step)
ON CONFLICT (who) DO UPDATE SET full_at = max(full_at, :now) + :step WHERE max(full_at, :now) + :step <= :now + :whole
RETURNING full_at
"""
_PATIENCE: Final = 0.05
_SWEEP: Final = 5000
"""Takings between two removals of buckets that are full."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something may be done.

    Attributes:
        per_minute: how many times a minute in the long run.
        burst: how many times at once.
    """

    per_minute: float
    burst: int

    @property
    def step(self) -> float:
        """Seconds that one time costs."""
        return 60.0 / self.per_minute


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an attempt to take from a bucket.

    Attributes:
        allowed: whether there was enough.
        left: how many times are left at once.
        wait: seconds until the next time, where there was not enough; else until the bucket is full.
    """

    allowed: bool
    left: int
    wait: int


@dataclass(slots=True)
class Rates:
    """The buckets.

    Attributes:
        path: the file.
        clock: seconds since 1970.
    """

    path: Path
    clock: Callable[[], float] = time.time
    _connection: sqlite3.Connection | None = None
    _taken: int = 0
    _noted: dict[str, str] = field(default_factory=dict)

    def take(self, who: str, rate: Rate) -> Taken:
        """Take once from the bucket of somebody. Where the file is busy for longer than a moment, nobody is held up."""
        now, whole = self.clock(), rate.step * rate.burst
        known = {"who": who, "now": now, "step": rate.step, "whole": whole}
        try:
            found = self._open().execute(_TAKE, known).fetchone()
            self._sweep(now)
            full_at = found[0] if found is not None else self._emptied(who, now, whole)
        except sqlite3.OperationalError as error:
            _uncounted(error)
            return Taken(True, rate.burst, 0)
        if found is None:
            return Taken(False, 0, max(1, math.ceil(full_at + rate.step - now - whole)))
        return Taken(True, _left(full_at, now, rate), math.ceil(full_at - now))

    def used(self, key: str, day: str) -> None:
        """Note the day on which a key was used last."""
        if self._noted.get(key) != day:
            try:
                self._open().execute("INSERT OR REPLACE INTO used VALUES (?, ?)", (key, day))
            except sqlite3.OperationalError as error:
                _uncounted(error)
            else:
                self._noted[key] = day

    def days(self) -> dict[str, str]:
        """The day on which each key was used last; of keys that never were, none.

        Raises:
            AccessFileError: the file cannot be read.
        """
        if not self.path.exists():
            return {}
        try:
            return dict(self._open().execute("SELECT key, day FROM used").fetchall())
        except sqlite3.DatabaseError as error:
            raise _unusable(self.path, error) from None

    def check(self) -> None:
        """See that the file can be used; one that a power cut tore is made anew.

        Raises:
            AccessFileError: it cannot be made or written.
        """
        try:
            try:
                self._open().execute("DELETE FROM bucket WHERE full_at < ?", (self.clock(),))
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                self.close()
                for each in ("", "-wal", "-shm"):
                    self.path.with_name(self.path.name + each).unlink(missing_ok=True)
                self._open()
        except sqlite3.OperationalError as error:
            raise _unusable(self.path, error) from None

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _emptied(self, who: str, now: float, whole: float) -> float:
        """When a bucket that had too little is full. None takes longer than from empty: else the clock or the limits were changed."""
        found = self._open().execute("SELECT full_at FROM bucket WHERE who = ?", (who,)).fetchone()
        full_at = float(found[0]) if found else now
        if full_at <= now + whole:
            return full_at
        self._open().execute("UPDATE bucket SET full_at = ? WHERE who = ?", (now + whole, who))
        return now + whole

    def _sweep(self, now: float) -> None:
        self._taken += 1
        if self._taken % _SWEEP == 0:
            self._open().execute("DELETE FROM bucket WHERE full_at < ?", (now,))

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            # closed by another thread than it is used in, after the last use
            try:
                os.close(
                    os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                )  # SQLite's other files get its mode
            except OSError as error:
                raise _unusable(self.path, error) from None
            made = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
            made.execute("PRAGMA journal_mode = WAL")
            made.execute("PRAGMA synchronous = OFF")
            made.executescript(_SCHEMA)
            self._connection = made
        return self._connection


def _unusable(path: Path, error: Exception) -> AccessFileError:
    return AccessFileError(f"{path} cannot be used: {error}. The server has to write there.")


def _uncounted(error: sqlite3.OperationalError) -> None:
    """Go on where the file cannot be used for now: that somebody may ask too often is better than that nobody may ask."""
    if error.sqlite_errorcode not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        log.warning("requests are not counted: %s", error)


def _left(full_at: float, now: float, rate: Rate) -> int:
    return max(0, math.floor(rate.burst - (full_at - now) / rate.step + 1e-9))
