"""What stands behind an open store: memory, a published generation, or the writer's files."""

from __future__ import annotations

import contextlib
import itertools
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from graphstore import layout as layouts
from graphstore._steps import reached
from graphstore.durable import storage_errors
from graphstore.errors import GenerationCorruptError, ModeError, StorageError, StoreNotFoundError
from graphstore.generations import Generation, Generations, Manifest
from graphstore.journal import Journal
from graphstore.lock import FileLock, writer_lock
from graphstore.workspace import DiskWorkspace, MemoryWorkspace, Workspace

if TYPE_CHECKING:
    from graphstore.layout import Layout

_copies: Final = itertools.count(1)


class Backend(ABC):
    """One way of keeping the data of an open store.

    Attributes:
        base: base IRI of local data.
        layout: the store directory; ``None`` in memory.
        generation: the published state that is open; ``None`` in memory.
        journal: the journal, for a writer on disk.
        recovered: what opening had to mend.
    """

    base: str
    layout: Layout | None = None
    generation: Generation | None = None
    journal: Journal | None = None
    recovered: tuple[str, ...] = ()

    @property
    @abstractmethod
    def engine(self) -> ox.Store:
        """The engine store that queries run on."""

    def workspace(self) -> Workspace:
        """The store to change."""
        raise ModeError("The store is open for reading. Open it for writing.")

    def commit(self, label: str, created: str) -> None:
        """Make the changes of the workspace hold, or raise with all of them taken back."""
        raise ModeError(f"The store is open for reading, so {label!r} of {created} cannot be committed.")

    def give_up(self) -> None:
        """Take back the changes of the workspace."""
        return

    def close(self) -> None:
        """Let go of files and locks."""
        return


class MemoryBackend(Backend):
    """A store in memory, or a read-only view whose data somebody else owns."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._workspace = MemoryWorkspace()

    @property
    def engine(self) -> ox.Store:
        """The store in memory."""
        return self._workspace.engine

    def workspace(self) -> Workspace:
        """The store in memory, with undo."""
        return self._workspace

    def commit(self, label: str, created: str) -> None:  # noqa: ARG002 - memory keeps no record of them
        """The changes hold already."""
        self._workspace.accept()

    def give_up(self) -> None:
        """Undo the changes."""
        self._workspace.discard()


class ViewBackend(Backend):
    """A read-only view made from another store, such as its state as of a date."""

    def __init__(self, base: str, engine: ox.Store) -> None:
        self.base = base
        self._engine = engine

    @property
    def engine(self) -> ox.Store:
        """The view's own store."""
        return self._engine


class ReaderBackend(Backend):
    """A published generation, held by a shared lock so that it is not pruned."""

    def __init__(self, layout: Layout, release: str | None) -> None:
        self.layout, self.base = layout, layout.base
        self.generation, self._lock = _pinned(Generations(layout), release)
        self._engine = open_generation(self.generation)

    @property
    def engine(self) -> ox.Store:
        """The generation's tables, read-only."""
        return self._engine

    def close(self) -> None:
        """Let the generation go."""
        self._lock.release()


def _pinned(generations: Generations, release: str | None) -> tuple[Generation, FileLock]:
    if release is None:
        found = generations.pin_newest()
    else:
        generation = generations.get(generations.released(release))
        lock = generations.pin(generation)
        found = None if lock is None else (generation, lock)
    if found is None:
        raise StoreNotFoundError("The store has no published generation. Open it for writing once, which recovers it.")
    return found


def open_generation(generation: Generation) -> ox.Store:
    """The tables of a generation, read-only."""
    try:
        return ox.Store.read_only(str(generation.data))
    except OSError as error:
        raise GenerationCorruptError(
            f"Generation {generation.id} at {generation.path} cannot be opened: {error}. "
            "Run tanmai doctor --rebuild to make the store anew from its journal."
        ) from error


class WriterBackend(Backend):
    """The one writer of a store directory.

    Queries read the newest generation until the first change makes a working copy of it.
    """

    layout: Layout
    generation: Generation
    journal: Journal

    def __init__(self, root: Path, base: str | None, wait: float = 0.0) -> None:
        with storage_errors("Opening the store", root), contextlib.ExitStack() as undo:
            fresh = not layouts.exists(root)
            layout = layouts.prepare(root, base) if fresh else layouts.read(root, base)
            layout.require_own()
            self._lock = undo.enter_context(writer_lock(layout.lock, wait))
            # Another writer may have created the store before we had the lock.
            if layouts.exists(root):
                layout = layouts.read(root, base)
            else:
                _create(layout)
            self.layout, self.base = layout, layout.base
            self.generations = Generations(layout)
            self._recover(layout)
            undo.pop_all()
        self._workspace: DiskWorkspace | None = None
        self._reader: ox.Store | None = None
        self._broken = False

    def _recover(self, layout: Layout) -> None:
        from graphstore.recovery import recover  # only writers need it, and it costs import time

        layout.make_folders()
        layout.sweep()
        found = recover(layout, self.generations)
        self.generation, self.journal, self.recovered = found.generation, found.journal, found.report

    @property
    def engine(self) -> ox.Store:
        """The working copy when there is one, else the newest generation."""
        if self._workspace is not None:
            return self._workspace.engine
        if self._reader is None:
            self._reader = open_generation(self.generation)
        return self._reader

    def workspace(self) -> Workspace:
        """The working copy, made on first use."""
        if self._broken:
            raise ModeError("The store could not publish its last change, which is safe in the journal. Open it again.")
        if self._workspace is None:
            folder = self.layout.live / str(next(_copies))
            self._workspace = DiskWorkspace(self.generation.data, folder, self.generation.manifest.quads)
            self._reader = None
        return self._workspace

    def commit(self, label: str, created: str) -> None:
        """Make the change hold: on disk, in the journal, published."""
        try:
            with storage_errors("Committing", self.generation.path.parent):
                self._publish(label, created)
        except BaseException as error:
            held = self.journal.head != self.generation.manifest.position
            self.give_up()
            if held:
                self._publish_from_journal()
            if not held or not isinstance(error, StorageError):
                raise
        # The commit holds. What pruning cannot remove now, the next commit will.
        with contextlib.suppress(OSError):
            self.generations.prune()

    def _publish_from_journal(self) -> None:
        """The journal has a commit that could not be published: do now what the next writer would do."""
        self.journal.close()
        self._broken = True
        with storage_errors("Publishing a change that is safe in the journal", self.generation.path.parent):
            self._recover(self.layout)
        self._broken = False

    def _publish(self, label: str, created: str) -> None:
        """Prepare the generation, commit the journal, publish the generation: in this order.

        Until the journal's commit record is on disk everything can be taken back. After it the change
        holds: should the rename fail or never come, the next writer replays it from the journal.
        """
        workspace = self.workspace()
        self.journal.sync()
        reached("journal-synced")
        quads = workspace.quads
        sealed, position = self.journal.seal({"label": label, "created": created, "quads": quads})
        number, parent = self.generation.manifest.number + 1, self.generation.id
        manifest = Manifest(number, parent, created, label, position, quads)
        prepared = self.generations.prepare(workspace.engine, manifest)
        self.journal.commit(sealed, position)
        self.generation = self.generations.publish(prepared)

    def give_up(self) -> None:
        """Back to the newest generation; a working copy is made anew when it is next needed."""
        if self._workspace is not None:
            self._workspace.discard()
        self._workspace = self._reader = None
        self.journal.rollback()

    def republish(self, label: str, created: str) -> None:
        """Publish the working copy again though nothing was said, after its tables were rearranged."""
        engine, parent = self.workspace().engine, self.generation
        manifest = Manifest(
            parent.manifest.number + 1, parent.id, created, label, parent.manifest.position, parent.manifest.quads
        )
        self.generation = self.generations.publish(self.generations.prepare(engine, manifest))
        self.generations.prune()

    def close(self) -> None:
        """Drop the working copy, close the journal, let go of the lock."""
        if self._workspace is not None:
            self._workspace.discard()
        self._workspace = self._reader = None
        self.journal.close()
        self._lock.release()


def _create(layout: Layout) -> None:
    layout.make_folders()
    layout.sweep()
    reached("create-folders")
    Journal.create(layout.journal).close()
    reached("create-journal")
    layout.write_format()
    reached("create-format")
