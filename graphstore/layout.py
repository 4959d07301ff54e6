"""Where things lie in a store directory, and the FORMAT file that says which layout it has.

::

    FORMAT            layout version and base IRI; written last when a store is created
    LOCK              the writer's lock, and a note who holds it
    journal/          append-only segments: the truth
    generations/ID/   published states: manifest.json, pin (locked by readers), data/ (the engine's tables)
    releases/NAME     the generation that a release pins
    archive/          index of superseded dataset versions in the journal; can be rebuilt
    audiences/NAME/   what one audience may read, as a store of its own; can be made anew
    EPOCH             of such a store: another whenever something was taken away from it, for those who keep what they read
    AUDIENCES         the generation that they were brought up to date with; without it they are brought up to date again
    access/           clients of the server and their keys; not of the store
    audit/            the server's audit log, likewise; in no backup
    pact/             partners of the server and the events that wait, likewise
    watch/            whom the server tells of changes, likewise
    cache/ID/         what others computed from a generation; can be thrown away
    live/             the writer's working copy of the newest generation; disposable
    tmp/              unfinished work and views of past days; what nobody holds is swept by the next writer
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graphstore.durable import remove_tree, replace_file, sync_directory
from graphstore.errors import LayoutError, LayoutVersionError, ModeError, StoreNotFoundError
from graphstore.lock import FileLock
from graphstore.terms import DEFAULT_BASE

LAYOUT_VERSION: Final = 1
_FOLDERS: Final = ("journal", "generations", "releases", "archive", "audiences", "cache", "live", "tmp")
_FILES: Final = ("FORMAT", "FORMAT.tmp", "LOCK")


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths inside one store directory and its fixed settings.

    Attributes:
        root: the store directory.
        base: base IRI of local data, without a final slash.
        audience: the audience whose view of another store this is; empty for a store of its own.
    """

    root: Path
    base: str
    audience: str = ""

    @property
    def lock(self) -> Path:
        """The writer's lock file."""
        return self.root / "LOCK"

    @property
    def journal(self) -> Path:
        """Folder of journal segments."""
        return self.root / "journal"

    @property
    def generations(self) -> Path:
        """Folder of published generations."""
        return self.root / "generations"

    @property
    def releases(self) -> Path:
        """Folder of release pins."""
        return self.root / "releases"

    @property
    def archive(self) -> Path:
        """Folder of the index of superseded versions."""
        return self.root / "archive"

    @property
    def audiences(self) -> Path:
        """Folder of the stores of audiences."""
        return self.root / "audiences"

    @property
    def audiences_mark(self) -> Path:
        """The generation that the stores of audiences were brought up to date with."""
        return self.root / "AUDIENCES"

    @property
    def epoch(self) -> Path:
        """In the store of an audience: what is another whenever something was taken away."""
        return self.root / "EPOCH"

    @property
    def cache(self) -> Path:
        """Folder of derived data, one subfolder per generation."""
        return self.root / "cache"

    @property
    def live(self) -> Path:
        """The writer's working copy."""
        return self.root / "live"

    @property
    def tmp(self) -> Path:
        """Unfinished work."""
        return self.root / "tmp"

    def require_own(self) -> None:
        """Refuse to write into what is made from another store.

        Raises:
            ModeError: this is what an audience sees.
        """
        if self.audience:
            raise ModeError(
                f"{self.root} is what the audience {self.audience} sees of another store, and is only read. Change that store; "
                "`tanmai audience publish` brings the audience up to date."
            )

    def make_folders(self) -> None:
        """Create the folders that are missing."""
        for folder in _FOLDERS:
            (self.root / folder).mkdir(exist_ok=True)
        sync_directory(self.root)

    def write_format(self) -> None:
        """Write the FORMAT file: from now on the directory is a store."""
        note: dict[str, object] = {"store": "tanmai", "layout": LAYOUT_VERSION, "base": self.base}
        if self.audience:
            note["audience"] = self.audience
        replace_file(self.root / "FORMAT", json.dumps(note, indent=2).encode() + b"\n")

    def sweep(self) -> None:
        """Remove unfinished work that a dead writer left behind. Only the writer may call this."""
        for folder in (self.live, self.tmp, self.generations, self.releases, self.archive, self.root):
            for entry in folder.iterdir():
                if (folder in {self.live, self.tmp} or entry.suffix == ".tmp") and not _in_use(entry):
                    remove_tree(entry)


def _in_use(entry: Path) -> bool:
    """Whether a living process, such as a reader with a view of a past day, holds the lock inside."""
    try:
        lock = FileLock.acquire(entry / "lock", shared=False)
    except (FileNotFoundError, NotADirectoryError):
        return False
    if lock is not None:
        lock.release()
    return lock is None


def exists(root: Path) -> bool:
    """Whether a store was created at ``root``."""
    return (root / "FORMAT").is_file()


def prepare(root: Path, base: str | None) -> Layout:
    """The layout for a store yet to be created at ``root``: an empty, absent or half-created directory.

    Raises:
        LayoutError: ``root`` holds other things, or is a file.
    """
    if root.exists() and not root.is_dir():
        raise LayoutError(f"{root} is a file, not a directory. Choose another place for the store.")
    fresh = [folder for folder in (root, *root.parents) if not folder.exists()]
    root.mkdir(parents=True, exist_ok=True)
    for folder in fresh:  # what is acknowledged later must not vanish with the name of its folder
        sync_directory(folder.parent)
    strangers = sorted(entry.name for entry in root.iterdir() if entry.name not in {*_FOLDERS, *_FILES})
    if strangers:
        raise LayoutError(
            f"{root} is not a store and not empty (it holds {', '.join(strangers[:3])}). "
            "Choose an empty or new directory for the store."
        )
    return Layout(root, clean_base(base or DEFAULT_BASE))


def read(root: Path, base: str | None = None) -> Layout:
    """The layout of the store at ``root``.

    Raises:
        StoreNotFoundError: no store there.
        LayoutVersionError: the FORMAT file is unreadable, or of an older or newer layout.
        LayoutError: ``base`` is given and is not the store's.
    """
    try:
        text = (root / "FORMAT").read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise StoreNotFoundError(
            f"There is no store at {root}. Create one by opening it for writing (tanmai init), or give another path."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise LayoutVersionError(_unreadable(root, str(error))) from None
    try:
        note = json.loads(text)
        version, stored = int(note["layout"]), str(note["base"])
    except (ValueError, KeyError, TypeError) as error:
        raise LayoutVersionError(_unreadable(root, f"{type(error).__name__}: {error}")) from None
    _check_version(root, version)
    if base is not None and clean_base(base) != stored:
        raise LayoutError(
            f"The store at {root} has the base IRI {stored}, not {clean_base(base)}. The base of a store cannot be "
            "changed: leave it out, or make a new store and load the data there."
        )
    return Layout(root, stored, str(note.get("audience", "")))


def clean_base(base: str) -> str:
    """A base IRI without its final slash or hash; refuses what is not an absolute IRI."""
    cleaned = base.rstrip("/#")
    if "://" not in cleaned or any(c in cleaned for c in '<>"{}|^`\\ '):
        raise LayoutError(f"The base {base!r} is not an absolute IRI. Give one such as {DEFAULT_BASE}.")
    return cleaned


def _check_version(root: Path, version: int) -> None:
    if version > LAYOUT_VERSION:
        raise LayoutVersionError(
            f"The store at {root} has layout {version}; this version of Tanmai reads layout {LAYOUT_VERSION}. "
            "Update Tanmai, or restore a backup made by this version."
        )
    if version < LAYOUT_VERSION:
        raise LayoutVersionError(
            f"The store at {root} has the old layout {version}; this version of Tanmai reads layout {LAYOUT_VERSION}. "
            "Export it with the version that wrote it and load the export into a new store."
        )


def _unreadable(root: Path, cause: str) -> str:
    return (
        f"The FORMAT file of the store at {root} cannot be read ({cause}). Restore a backup; or, if only this file "
        f'is damaged, write {{"store": "tanmai", "layout": {LAYOUT_VERSION}, "base": "<the store\'s base IRI>"}} '
        "into it and run tanmai doctor --deep."
    )
