"""Copies of a whole store, and stores made from such copies.

A backup is itself a store directory: FORMAT, the journal up to the state backed up, that generation, and the released
ones. What a server keeps beside the graph is written into the copy by whoever knows it. Files are copied, not linked, so that damage to one does not reach the other. A copy is verified before
it gets its name: every journal checksum, and the generation's quads counted.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from graphstore import layout as layouts
from graphstore._steps import reached
from graphstore.durable import publish_directory, remove_tree, sync_tree
from graphstore.errors import CorruptionError, ExportError
from graphstore.generations import Generation, Generations
from graphstore.journal import Position, cut, scan, segment_path, segments
from graphstore.layout import Layout

Beside = Callable[[Path], None] | None
"""Writes what is kept beside the graph into a copy that has no name yet."""


def backup(layout: Layout, generation: Generation, target: Path, beside: Beside = None) -> Path:
    """Copy the state ``generation`` of a store to ``target``, which must not exist.

    Safe beside a writer: what is copied of the journal was committed before the generation was published.

    Raises:
        ExportError: the target exists or cannot be written.
        CorruptionError: the store is damaged; no backup is left behind.
    """
    if target.exists():
        raise ExportError(f"{target} exists already. Give a new name for the backup.")
    pinned = [Generations(layout).get(identifier) for identifier in set(Generations(layout).releases().values())]
    chosen = {each.id: each for each in (*pinned, generation)}.values()
    return _made(target, layout, generation.manifest.position, list(chosen), beside)


def restore(source: Path, target: Path, beside: Beside = None) -> Path:
    """Make a store at ``target`` from a backup.

    Raises:
        ExportError: the target is not empty.
        LayoutError: ``source`` is no backup.
        CorruptionError: the backup is damaged; nothing is made.
    """
    layout = layouts.read(source)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ExportError(f"{target} is not empty, and restoring overwrites nothing. Give a new or empty directory.")
    if target.is_dir():
        target.rmdir()
    generations = Generations(layout)
    newest = generations.newest()
    # what was acknowledged behind the newest generation is in the journal alone: a copy by other means may have it
    position = scan(layout.journal, newest.manifest.position if newest is not None else None).head
    return _made(target, layout, position, generations.all(), beside)


def _made(target: Path, layout: Layout, position: Position, chosen: list[Generation], beside: Beside) -> Path:
    partial = target.with_name(f".{target.name}.tmp")
    try:
        remove_tree(partial)
        partial.mkdir(parents=True)
        _copy(layout, position, chosen, partial)
        _verify(Layout(partial, layout.base), position)
        if beside is not None:
            beside(partial)
        sync_tree(partial)
        reached("backup-verified")
        publish_directory(partial, target)
    except OSError as error:
        remove_tree(partial)
        raise ExportError(f"The copy at {target} could not be made: {error}. The store is unchanged.") from error
    except BaseException:
        remove_tree(partial)
        raise
    return target


def _copy(layout: Layout, position: Position, chosen: list[Generation], partial: Path) -> None:
    copy = Layout(partial, layout.base)
    copy.make_folders()
    shutil.copyfile(layout.root / "FORMAT", partial / "FORMAT")
    for number in segments(layout.journal):
        if number <= position.segment:
            shutil.copyfile(segment_path(layout.journal, number), segment_path(copy.journal, number))
    cut(copy.journal, position)
    for generation in chosen:
        shutil.copytree(generation.path, copy.generations / generation.id)
    kept = {generation.id for generation in chosen}
    for name, identifier in Generations(layout).releases().items():
        if identifier in kept:
            shutil.copyfile(layout.releases / f"{name}.json", copy.releases / f"{name}.json")


def _verify(copy: Layout, position: Position) -> None:
    """Raise :class:`CorruptionError` unless the journal and every generation of the copy are whole."""
    found = scan(copy.journal)
    if found.head != position or found.torn:
        raise CorruptionError(
            f"The journal at {copy.journal} does not lead to the state it should. Run tanmai doctor --deep on the store."
        )
    for generation in Generations(copy).all():
        quads = len(ox.Store.read_only(str(generation.data)))
        if quads != generation.manifest.quads:
            raise CorruptionError(
                f"Generation {generation.id} has {quads} quads, {generation.manifest.quads} were published. "
                "Run tanmai doctor --rebuild on the store, then back it up again."
            )
