"""Published states of the store. A writer publishes one per commit, readers open nothing else.

A generation is a directory ``{number}-{hash}`` with the engine's tables, a manifest and a pin file. The hash is
that of the manifest, which names the journal position the state stands for. It comes to be under a name ending
in ``.tmp`` and gets its final name, durably, when it is whole. Readers hold a shared lock on the pin; pruning
skips what is locked, released or among the newest.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from graphstore._steps import reached
from graphstore.durable import publish_directory, remove_tree, replace_file, storage_errors, sync_directory, sync_tree
from graphstore.errors import GenerationCorruptError, UnknownNameError
from graphstore.journal import Position
from graphstore.layout import Layout
from graphstore.lock import FileLock

_TICK: Final = 2_000_000_000
"""Nanoseconds within which a file system may give two changes one time; FAT is the coarsest."""
KEEP: Final = 3
"""How many of the newest generations stay when nothing else holds them."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself.

    Attributes:
        number: 0 for the empty store, then one more per commit.
        parent: id of the generation before; empty for the first.
        created: time of the commit, ISO 8601 with time zone.
        label: what the command was.
        position: the end of the journal this state stands for.
        quads: number of quads in all graphs, the catalogue included.
    """

    number: int
    parent: str
    created: str
    label: str
    position: Position
    quads: int

    def encode(self) -> bytes:
        """The manifest as stored."""
        note: dict[str, Any] = {
            "number": self.number,
            "parent": self.parent,
            "created": self.created,
            "label": self.label,
            "quads": self.quads,
            "journal": {"segment": self.position.segment, "offset": self.position.offset, "chain": self.position.chain},
        }
        return json.dumps(note, indent=2, ensure_ascii=False, sort_keys=True).encode() + b"\n"

    @classmethod
    def decode(cls, data: bytes) -> Manifest:
        """The manifest of stored bytes."""
        note = json.loads(data)
        place = note["journal"]
        position = Position(int(place["segment"]), int(place["offset"]), str(place["chain"]))
        return cls(note["number"], note["parent"], note["created"], note["label"], position, note["quads"])


@dataclass(frozen=True, slots=True)
class Generation:
    """One published state.

    Attributes:
        id: ``{number}-{hash}``; changes whenever the content changes.
        path: its directory.
        manifest: what it says of itself.
    """

    id: str
    path: Path
    manifest: Manifest

    @property
    def data(self) -> Path:
        """The engine's directory."""
        return self.path / "data"

    @property
    def created(self) -> datetime:
        """When it was committed."""
        return datetime.fromisoformat(self.manifest.created)


class Generations:
    """The generations of one store directory."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._folder = layout.generations
        self._name = str(self._folder)
        self._seen: tuple[int, str | None] = (-1, None)

    def ids(self) -> list[str]:
        """Ids of all published generations, oldest first."""
        names = (path.name for path in self._folder.iterdir() if path.suffix != ".tmp" and path.is_dir())
        return sorted(name for name in names if name.partition("-")[0].isdigit())

    def newest_id(self) -> str | None:
        """Id of the newest generation, ``None`` when none was ever published; the folder is read only when it has changed."""
        changed = os.stat(self._name).st_mtime_ns  # noqa: PTH116 - asked for each answer, at half the price of a path
        if changed != self._seen[0]:
            found = self.ids()
            # Within one tick of the clock a second change would leave the same time behind: what is fresh is not relied on.
            settled = time.time_ns() - changed > _TICK
            self._seen = (changed if settled else -1, found[-1] if found else None)
        return self._seen[1]

    def newest(self) -> Generation | None:
        """The newest generation, ``None`` when none was ever published."""
        found = self.ids()
        return self.get(found[-1]) if found else None

    def get(self, identifier: str) -> Generation:
        """The generation called ``identifier``, its manifest checked against its name.

        Raises:
            UnknownNameError: there is none.
            GenerationCorruptError: the manifest is not what was written.
        """
        path = self._folder / identifier
        try:
            data = (path / "manifest.json").read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            if path.is_dir():
                raise GenerationCorruptError(_damaged(identifier, path, "its manifest is missing")) from None
            raise UnknownNameError(
                f"There is no generation {identifier} at {self._folder}. It may have been pruned; see tanmai info."
            ) from None
        if hashlib.sha256(data).hexdigest()[:8] != identifier.rpartition("-")[2]:
            raise GenerationCorruptError(_damaged(identifier, path, "its manifest was changed"))
        return Generation(identifier, path, Manifest.decode(data))

    def all(self) -> list[Generation]:
        """All published generations, oldest first."""
        return [self.get(identifier) for identifier in self.ids()]

    def prepare(self, engine: ox.Store, manifest: Manifest) -> Generation:
        """Write a generation under a temporary name, whole and synced, but not yet published.

        The ``path`` of the result is the temporary one; :meth:`publish` gives the final one.
        """
        text = manifest.encode()
        identifier = f"{manifest.number:08d}-{hashlib.sha256(text).hexdigest()[:8]}"
        partial = self._folder / f"{identifier}.tmp"
        with storage_errors("Writing a generation", partial):
            remove_tree(partial)
            partial.mkdir()
            engine.backup(partial / "data")
            reached("generation-copied")
            (partial / "manifest.json").write_bytes(text)
            (partial / "pin").write_bytes(b"")
            sync_tree(partial)
        reached("generation-prepared")
        return Generation(identifier, partial, manifest)

    def publish(self, prepared: Generation) -> Generation:
        """Give a prepared generation its final name: from now on it is the newest."""
        final = self._folder / prepared.id
        with storage_errors("Publishing a generation", final):
            publish_directory(prepared.path, final)
        reached("generation-published")
        return Generation(prepared.id, final, prepared.manifest)

    def pin_newest(self) -> tuple[Generation, FileLock] | None:
        """The newest generation with a shared lock that keeps it from being pruned."""
        while found := self.ids():
            try:
                newest = self.get(found[-1])
            except UnknownNameError:
                continue  # a busy writer has pruned it since the listing
            lock = self.pin(newest)
            if lock is not None:
                return newest, lock
        return None

    def pin(self, generation: Generation) -> FileLock | None:
        """A shared lock on a generation; ``None`` when it was pruned in the meantime."""
        path = generation.path / "pin"
        try:
            lock = FileLock.acquire(path, shared=True)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if lock is not None and not lock.holds(path):
            lock.release()
            return None
        return lock

    def prune(self, keep: int = KEEP) -> list[str]:
        """Remove all but the newest ``keep`` generations, released ones, and those that a reader holds.

        Returns the ids that went. Their caches go too, and caches whose generation is gone.
        """
        released = set(self.releases().values())
        gone = [each for each in self.ids()[: -max(keep, 1)] if each not in released and self._remove(each)]
        kept = set(self.ids())
        for entry in self._layout.cache.iterdir():
            if entry.name not in kept:
                remove_tree(entry)
        return gone

    def _remove(self, identifier: str) -> bool:
        path = self._folder / identifier
        lock = FileLock.acquire(path / "pin", shared=False) if (path / "pin").exists() else None
        if lock is None and (path / "pin").exists():
            return False
        if identifier in self.releases().values():  # by a reader, which has let go since the caller looked
            if lock is not None:
                lock.release()
            return False
        reached("prune-locked")
        doomed = path.with_name(f"{identifier}.gone.tmp")
        path.rename(doomed)
        reached("prune-renamed")
        if lock is not None:
            lock.release()
        remove_tree(doomed)
        reached("prune-removed")
        return True

    def releases(self) -> dict[str, str]:
        """Release names and the generation each pins, by name."""
        found: dict[str, str] = {}
        for path in sorted(self._layout.releases.glob("*.json")):
            found[path.stem] = str(json.loads(path.read_text(encoding="utf-8"))["generation"])
        return found

    def release(self, name: str, identifier: str, created: str) -> None:
        """Pin a generation under a name, for good or until :meth:`unrelease`."""
        note = {"generation": identifier, "created": created}
        replace_file(self._layout.releases / f"{name}.json", json.dumps(note).encode())

    def discard(self, identifier: str) -> None:
        """Remove a generation that cannot be used."""
        doomed = self._folder / f"{identifier}.gone.tmp"
        (self._folder / identifier).rename(doomed)
        remove_tree(doomed)

    def released(self, name: str) -> str:
        """The id of the generation that release ``name`` pins."""
        releases = self.releases()
        if name not in releases:
            raise UnknownNameError(f"There is no release {name!r}. Known: {', '.join(releases) or 'none yet'}.")
        return releases[name]

    def unrelease(self, name: str) -> None:
        """Let go of a release; its generation may be pruned by the next commit."""
        self.released(name)
        (self._layout.releases / f"{name}.json").unlink()
        sync_directory(self._layout.releases)

    def damaged(self) -> Iterable[tuple[str, str]]:
        """Ids of generations that cannot be used, with the reason."""
        for identifier in self.ids():
            try:
                ox.Store.read_only(str(self.get(identifier).data))
            except (GenerationCorruptError, OSError) as error:
                yield identifier, str(error)


def _damaged(identifier: str, path: Path, cause: str) -> str:
    return (
        f"Generation {identifier} at {path} is damaged: {cause}. "
        "Run tanmai doctor --rebuild to make the store anew from its journal."
    )
