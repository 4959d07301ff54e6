"""What a server keeps beside the graph, as it goes into backups and comes out of them: all of it, or nothing.

In it are clients with the hashes of their keys and the limits (``access``), partners with the secrets that they gave us, the events that
wait and the requests that are open (``pact``), and the targets of changes with the secrets that sign what they are told (``watch``).
Secrets of partners and targets are in the clear, because they have to be sent or signed with; so each file belongs to its owner alone,
in the copy too, and one that others can read is not copied. Not in it are the key that signs tokens, so that no token holds at a
restored server, counters, and the audit log.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.access import clients, limits, private
from api.access.clients import Roster
from api.errors import BackupError
from api.pact import partners
from api.pact.inbox import FILE as QUEUE
from api.watch import targets

_ACCESS: Final = "access"
_COUNTED: Final = {
    "events": "SELECT count(*) FROM events WHERE state = 'waiting'",
    "requests": "SELECT count(*) FROM requests WHERE state = 'open'",
}


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """The files at one time.

    Attributes:
        files: their content, by path in the store.
        told: how many clients, partners, targets, waiting events and open requests they hold; without those of which there are none.
    """

    files: Mapping[str, bytes]
    told: Mapping[str, int]

    @classmethod
    def of(cls, store: Path, access: Path | None = None) -> ServerFiles:
        """Read the files of a store, or of a backup, and check that they can be used.

        Read before a generation is chosen: an event that was dealt with in between is then dealt with again, which changes
        nothing; the other way round what it brought would be in neither.

        Args:
            store: its directory.
            access: folder of the clients, where it is elsewhere.

        Raises:
            BackupError: the events that wait cannot be read.
            AccessFileError: a file cannot be used, or others than its owner can read it.
            PartnerError: the file of partners is none.
            WatchError: a file of targets is none.
        """
        folder = access or store / _ACCESS
        files, told = _queue(store / partners.FOLDER / QUEUE)
        found = {
            f"{_ACCESS}/{clients.FILE}": folder / clients.FILE,
            f"{_ACCESS}/{limits.FILE}": folder / limits.FILE,
            f"{partners.FOLDER}/{partners.FILE}": store / partners.FOLDER / partners.FILE,
            **{f"{targets.FOLDER}/{name}": store / targets.FOLDER / name for name in targets.FILES},
        }
        for name, path in found.items():
            with contextlib.suppress(FileNotFoundError):
                files[name] = path.read_bytes() if path.name == limits.FILE else private.read(path)
        known = files.get(f"{_ACCESS}/{clients.FILE}")
        told["clients"] = len(Roster.parse(known, str(folder / clients.FILE)).clients) if known is not None else 0
        told["partners"], told["targets"] = len(partners.load(store)), len(targets.load(store))
        targets.progress(store)
        return cls(files, {name: count for name, count in told.items() if count})

    def counts(self) -> dict[str, int]:
        """How many of each kind there are, in the order in which people ask."""
        order = ("clients", "partners", "targets", "events", "requests")
        return {name: self.told[name] for name in order if name in self.told}

    def write(self, store: Path) -> None:
        """Write the files into a store, for its owner's eyes alone."""
        for name, data in self.files.items():
            path = store / name
            private.make_folder(path.parent)
            private.write(path, data)


def _queue(path: Path) -> tuple[dict[str, bytes], dict[str, int]]:
    """The events and requests as one state of their file, also while it is written."""
    if not path.exists():
        return {}, {}
    private.require_own(path, path.stat().st_mode)
    try:
        with (
            contextlib.closing(sqlite3.connect(path, timeout=10.0)) as base,
            contextlib.closing(sqlite3.connect(":memory:")) as copy,
        ):
            base.backup(copy)
            (sound,) = copy.execute("PRAGMA quick_check").fetchone()
            if sound != "ok":
                raise sqlite3.DatabaseError(str(sound))
            told = {name: int(copy.execute(text).fetchone()[0]) for name, text in _COUNTED.items()}
            return {f"{partners.FOLDER}/{QUEUE}": copy.serialize()}, told
    except sqlite3.Error as error:
        raise BackupError(
            f"The events in {path} cannot be read ({error}), so they cannot be copied. Leave out what the server keeps by --data-only, "
            "or mend the file."
        ) from error
