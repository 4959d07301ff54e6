"""Events that wait to be dealt with, and requests that wait for an answer: kept on disk, so that a restart loses none.

An event is noted before it is acknowledged, and once: the same event of the same client again changes nothing, so that a request
gets exactly one answer. The file belongs to its owner alone, since events hold footprints.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from api.errors import BusyError
from api.pact.partners import folder_of, make_folder
from graphstore.durable import storage_errors

Kind = Literal["created", "fulfilled", "rejected", "published", "announced"]
"""What partners sent; `announced` is what we tell them of ours, which waits and is tried again like an answer."""

FIRST_PAUSE: Final = 5.0
"""Seconds before the second attempt; each pause is twice the one before."""
LONGEST_PAUSE: Final = 3600.0
GIVE_UP: Final = 72 * 3600.0
"""Seconds after which an event that cannot be dealt with is given up (PACT Technical Specifications 3.0.3: 72 hours)."""
KEPT: Final = 30 * 24 * 3600.0
"""Seconds for which events that are done with are remembered."""
MOST_WAITING: Final = 1000
"""Events of one client that may wait."""
MOST_BYTES: Final = 256_000_000
"""Bytes of them."""

FILE: Final = "events.sqlite"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS events (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, event BLOB NOT NULL, client TEXT NOT NULL, audience TEXT, partner TEXT NOT NULL, here TEXT NOT NULL,
    answer BLOB, received REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', message TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS waiting ON events (state, due);
CREATE TABLE IF NOT EXISTS requests (
    id TEXT PRIMARY KEY, partner TEXT NOT NULL, asked TEXT NOT NULL, sent REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'open', message TEXT NOT NULL DEFAULT '');
"""
_COLUMNS: Final = "key, kind, event, client, audience, partner, here, answer, received, attempts"


@dataclass(frozen=True, slots=True)
class Event:
    """An event that waits.

    Attributes:
        key: what it is known by here.
        kind: what it says.
        event: its bytes, already checked.
        client: name of the client that sent it.
        audience: the view of the store that the client reads; ``None`` for the whole store.
        partner: name of the partner that it came from, and that is called for it.
        here: where the partner sees this server.
        answer: the event that answers it, once that is made.
        received: when it came, in seconds of the epoch.
        attempts: how often it was tried.
    """

    key: str
    kind: Kind
    event: bytes
    client: str
    audience: str | None
    partner: str
    here: str
    answer: bytes | None = None
    received: float = 0.0
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """A request that we sent to a partner: its id, what it asks for, and how it stands."""

    id: str
    partner: str
    asked: str
    sent: float
    state: str
    message: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """The events and requests of one store.

    Attributes:
        store: its directory.
    """

    store: Path

    @property
    def exists(self) -> bool:
        """Whether anything was ever noted."""
        return (folder_of(self.store) / FILE).is_file()

    def note(self, event: Event) -> bool:
        """Keep an event; whether it is new, or one that was given up and comes again.

        Raises:
            BusyError: too many of this client wait.
        """
        now = time.time()
        with self._opened() as base:
            waiting = base.execute(
                "SELECT count(*), coalesce(sum(length(event)), 0) FROM events WHERE state = 'waiting' AND client = ?",
                (event.client,),
            )
            count, size = waiting.fetchone()
            if count >= MOST_WAITING or size + len(event.event) > MOST_BYTES:
                raise BusyError("Too many of your events wait already. Come back later.")
            base.execute("DELETE FROM events WHERE state <> 'waiting' AND received < ?", (now - KEPT,))
            base.execute("DELETE FROM events WHERE key = ? AND state = 'given up'", (event.key,))
            made = base.execute(
                "INSERT OR IGNORE INTO events (key, kind, event, client, audience, partner, here, received, due) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (event.key, event.kind, event.event, event.client, event.audience, event.partner, event.here, now, now),
            )
            return made.rowcount == 1

    def knows(self, key: str) -> bool:
        """Whether an event was noted before, and not given up."""
        if not self.exists:
            return False
        text = "SELECT 1 FROM events WHERE key = ? AND state <> 'given up'"
        with self._opened() as base:
            return base.execute(text, (key,)).fetchone() is not None

    def due(self, beside: frozenset[str] = frozenset()) -> list[Event]:
        """What is to be tried now: the oldest event of each partner but some."""
        if not self.exists:
            return []
        first = dict[str, str]()
        with self._opened() as base:
            waiting = base.execute(
                "SELECT partner, key FROM events WHERE state = 'waiting' AND due <= ? ORDER BY due", (time.time(),)
            )
            for partner, key in waiting:
                if partner not in beside:
                    first.setdefault(partner, key)
            text = f"SELECT {_COLUMNS} FROM events WHERE key = ?"  # noqa: S608 - constant
            return [Event(*base.execute(text, (key,)).fetchone()) for key in first.values()]

    def keep_answer(self, event: Event, answer: bytes) -> None:
        """Keep what answers an event, so that every attempt sends the same."""
        with self._opened() as base:
            base.execute("UPDATE events SET answer = ? WHERE key = ?", (answer, event.key))

    def done(self, event: Event, message: str) -> None:
        """Note that an event was dealt with."""
        self._closed(event, "done", message)

    def failed(self, event: Event, message: str) -> None:
        """Note a failed attempt, and when the next one is; give up after :data:`GIVE_UP`."""
        pause = min(FIRST_PAUSE * 2.0 ** min(event.attempts, 20), LONGEST_PAUSE)
        due = time.time() + pause
        if due > event.received + GIVE_UP:
            self._closed(event, "given up", message)
            return
        with self._opened() as base:
            base.execute(
                "UPDATE events SET attempts = attempts + 1, due = ?, message = ? WHERE key = ?",
                (due, message, event.key),
            )

    def ask(self, request: Request) -> None:
        """Note a request before it is sent, so that its answer is known whenever it comes."""
        with self._opened() as base:
            base.execute(
                "INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?)",
                (request.id, request.partner, request.asked, request.sent, request.state, request.message),
            )

    def settle(self, identifier: str, state: str, message: str) -> None:
        """Note what became of a request."""
        with self._opened() as base:
            base.execute("UPDATE requests SET state = ?, message = ? WHERE id = ?", (state, message, identifier))

    def waits_for(self, identifier: str, partner: str) -> bool:
        """Whether a request to a partner has no answer yet; one that seemed not to arrive may have arrived all the same."""
        if not self.exists:
            return False
        with self._opened() as base:
            text = "SELECT 1 FROM requests WHERE id = ? AND partner = ? AND state IN ('open', 'failed')"
            return base.execute(text, (identifier, partner)).fetchone() is not None

    def requests(self) -> list[Request]:
        """The requests that we sent, newest first."""
        if not self.exists:
            return []
        with self._opened() as base:
            rows = base.execute("SELECT id, partner, asked, sent, state, message FROM requests ORDER BY sent DESC")
            return [Request(*row) for row in rows]

    def history(self) -> list[dict[str, object]]:
        """Every event that is remembered, newest first, without what it holds."""
        if not self.exists:
            return []
        names = ("kind", "client", "partner", "received", "attempts", "due", "state", "message")
        with self._opened() as base:
            rows = base.execute(f"SELECT {', '.join(names)} FROM events ORDER BY received DESC")  # noqa: S608 - constant
            return [dict(zip(names, row, strict=True)) for row in rows]

    def _closed(self, event: Event, state: str, message: str) -> None:
        with self._opened() as base:
            base.execute(
                "UPDATE events SET state = ?, message = ?, attempts = attempts + 1, event = x'', answer = NULL WHERE key = ?",
                (state, message, event.key),
            )

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The file, in one transaction that is on the disk when the block ends.

        Raises:
            StorageError: the disk failed, or is full.
        """
        path = make_folder(self.store) / FILE
        with storage_errors("Keeping events", path):
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_CLOEXEC, 0o600))
            try:
                base = sqlite3.connect(path, timeout=10.0)
                with contextlib.closing(base), base:
                    base.execute("PRAGMA synchronous = FULL")
                    base.executescript(_SCHEMA)
                    yield base
            except sqlite3.Error as error:
                raise OSError(str(error)) from error


def key_of(client: str, source: str, identifier: str) -> str:
    """What an event is known by: source and id name it (CloudEvents 1.0), among the events of one client."""
    return hashlib.sha256("\x00".join((client, source, identifier)).encode()).hexdigest()
