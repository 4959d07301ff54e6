"""Is the store in order, and how to mend it: quick check, deep check, rebuild.

The quick check opens what there is. The deep check reads every byte of the journal and compares what
the journal says with every graph of the newest generation, so a flipped byte in a table shows. The rebuild makes
the newest generation anew from the journal and nothing else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from graphstore import layout as layouts
from graphstore import operations
from graphstore._steps import reached
from graphstore.backend import open_generation
from graphstore.catalogue import Catalogue
from graphstore.digest import fingerprint
from graphstore.errors import CorruptionError, GraphStoreError
from graphstore.generations import Generation, Generations, Manifest
from graphstore.journal import Scan, cut, scan
from graphstore.layout import Layout
from graphstore.lock import writer_lock
from graphstore.records import Kind
from graphstore.recovery import Operation, operations_of, replay
from graphstore.terms import catalogue_iri
from graphstore.workspace import DiskWorkspace, MemoryWorkspace, Workspace

_SMALL = 100_000
"""Quads up to which a dataset is read again in memory: to make tables on disk takes longer than to fill them."""


@dataclass(slots=True)
class Report:
    """What a check or a rebuild found.

    Attributes:
        path: the store directory.
        checked: what was looked at and is in order, as sentences.
        problems: what is wrong and how to mend it, as sentences.
    """

    path: Path
    checked: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def doctor(path: str | Path) -> Report:
    """Quick check: layout, newest generation, journal tail, releases, leftovers. Works beside a writer."""
    report = Report(Path(path))
    try:
        layout = layouts.read(report.path)
        report.checked.append(f"Layout {layouts.LAYOUT_VERSION}, base {layout.base}.")
        _check_generations(layout, report)
    except (GraphStoreError, OSError) as error:
        report.problems.append(str(error))
    return report


def _check_generations(layout: Layout, report: Report) -> None:
    generations = Generations(layout)
    newest = generations.newest()
    if newest is None:
        report.problems.append("No generation is published. Open the store for writing once, which recovers it.")
        return
    quads = len(open_generation(newest))
    if quads != newest.manifest.quads:
        report.problems.append(
            f"Generation {newest.id} has {quads} quads, {newest.manifest.quads} were published. Run tanmai doctor --rebuild."
        )
    report.checked.append(f"Generation {newest.id} opens; {quads} quads.")
    found = scan(layout.journal, newest.manifest.position)
    if found.transactions or found.torn:
        report.checked.append(
            f"Behind it the journal has {len(found.transactions)} commits and {found.torn} bytes of unfinished work; "
            "the next writer recovers them."
        )
    for name, identifier in generations.releases().items():
        if identifier not in generations.ids():
            report.problems.append(
                f"Release {name!r} pins generation {identifier}, which is gone. Restore it from a backup."
            )
    for identifier, cause in generations.damaged():
        report.problems.append(f"Generation {identifier}: {cause}")


def deep_check(path: str | Path) -> Report:
    """Deep check: every byte of the journal, and every graph of the newest generation against it.

    Dataset versions are compared with a fresh parse of their journalled bytes, local statements and
    the catalogue with a replay. Works beside a writer; needs room for one dataset at a time in the temporary folder.
    """
    report = doctor(path)
    if not report.ok:
        return report
    try:
        layout = layouts.read(report.path)
        with tempfile.TemporaryDirectory(prefix="tanmai-doctor-") as folder:
            _Deep(layout, report, Path(folder)).run()
    except GraphStoreError as error:
        report.problems.append(str(error))
    except OSError as error:
        report.problems.append(f"The newest generation cannot be read through: {error} Run tanmai doctor --rebuild.")
    return report


class _Deep:
    """One deep check."""

    def __init__(self, layout: Layout, report: Report, folder: Path) -> None:
        self._layout, self._report, self._folder = layout, report, folder
        pinned = Generations(layout).pin_newest()
        if pinned is None:
            raise CorruptionError("No generation is published. Open the store for writing once, which recovers it.")
        self._generation, self._pin = pinned
        self._engine = open_generation(self._generation)
        self._current = {(v.key, v.number) for v in Catalogue(self._engine, layout.base).current()}
        self._expected = MemoryWorkspace()  # catalogue and local statements as the journal has them
        self._owned: set[str] = {catalogue_iri(layout.base).value}

    def run(self) -> None:
        """Check journal, manifests, loads, and what remains."""
        with self._pin:
            found = scan(self._layout.journal, None, self._generation.manifest.position)
            commits = len(found.transactions)
            self._report.checked.append(f"Journal: {commits} commits, every checksum and link in order.")
            self._check_positions(found)
            for operation in _all_operations(self._layout, found):
                self._check_operation(operation)
            self._compare_rest()

    def _check_positions(self, found: Scan) -> None:
        known = {transaction.position for transaction in found.transactions}
        for generation in Generations(self._layout).all():
            position = generation.manifest.position
            behind = position > found.head
            if position not in known and not behind and generation.manifest.quads:
                self._report.problems.append(
                    f"Generation {generation.id} stands for a place that the journal does not have. "
                    "Run tanmai doctor --rebuild."
                )

    def _check_operation(self, operation: Operation) -> None:
        if operation.record.kind is not Kind.LOAD:
            operation.apply(self._expected, self._layout.base)
            return
        version = operation.version
        with operation.stream() as stream:
            digest = hashlib.sha256()
            while block := stream.read(1 << 20):
                digest.update(block)
        if digest.hexdigest() != version.sha256:
            self._report.problems.append(
                f"The journal's bytes of {version.key!r} version {version.number} are not those that were loaded. "
                "Restore a backup."
            )
        skip = {(version.key, version.number)}
        operation.apply(self._expected, self._layout.base, skip)
        if (version.key, version.number) in self._current:
            self._compare_version(operation)

    def _compare_version(self, operation: Operation) -> None:
        version = operation.version
        names = version.all_graphs(self._layout.base)
        self._owned.update(name.value for name in names)
        small = version.quads <= _SMALL
        fresh: Workspace = MemoryWorkspace() if small else DiskWorkspace(None, self._folder / "fresh")
        with operation.stream() as stream:
            operations.load_version(fresh, self._layout.base, version, stream, None)
        wrong = [name.value for name in names if fingerprint(fresh.engine, name) != fingerprint(self._engine, name)]
        fresh.discard()
        if wrong:
            self._report.problems.append(
                f"The store's graph {wrong[0]} is not what {version.source} said when it was loaded. "
                "Run tanmai doctor --rebuild."
            )
        else:
            self._report.checked.append(
                f"Dataset {version.key!r} version {version.number}: {version.quads} quads as loaded."
            )

    def _compare_rest(self) -> None:
        names: set[ox.NamedNode | ox.DefaultGraph] = {ox.DefaultGraph(), catalogue_iri(self._layout.base)}
        for engine in (self._engine, self._expected.engine):
            named = (graph for graph in engine.named_graphs() if isinstance(graph, ox.NamedNode))
            names.update(graph for graph in named if graph.value not in self._owned)
        for name in sorted(names, key=str):
            if fingerprint(self._engine, name) != fingerprint(self._expected.engine, name):
                shown = "the default graph" if isinstance(name, ox.DefaultGraph) else f"the graph {name.value}"
                self._report.problems.append(
                    f"In {shown} the store is not what the journal says. Run tanmai doctor --rebuild."
                )
        self._report.checked.append(f"Catalogue and local statements: {len(names)} graphs compared.")


def _all_operations(layout: Layout, found: Scan) -> Iterator[Operation]:
    for transaction in found.transactions:
        yield from operations_of(layout.journal, transaction)


def rebuild(path: str | Path) -> Report:
    """Make the newest generation anew from the journal alone, and drop damaged ones. Needs the writer's lock.

    Raises:
        StoreLockedError: another process is writing.
        JournalCorruptError: the journal itself is damaged; restore a backup.
    """
    report = Report(Path(path))
    layout = layouts.read(report.path)
    layout.require_own()
    with writer_lock(layout.lock):
        layout.make_folders()
        layout.sweep()
        shutil.rmtree(layout.archive)
        layout.make_folders()
        found = scan(layout.journal)
        if found.torn:
            cut(layout.journal, found.head)
            report.checked.append(
                f"Removed {found.torn} bytes of a change that was cut off before it was acknowledged."
            )
        generation = _rebuilt(layout, found)
        report.checked.append(
            f"Rebuilt generation {generation.id} from {len(found.transactions)} commits; {generation.manifest.quads} quads."
        )
    return report


def _rebuilt(layout: Layout, found: Scan) -> Generation:
    generations = Generations(layout)
    number = max((int(identifier.partition("-")[0]) for identifier in generations.ids()), default=-1) + 1
    workspace = DiskWorkspace(None, layout.live / "rebuild")
    try:
        replay(workspace, layout, found.transactions)
        reached("rebuild-replayed")
        created = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        manifest = Manifest(number, "", created, "rebuild", found.head, workspace.quads)
        published = generations.publish(generations.prepare(workspace.engine, manifest))
    finally:
        workspace.discard()
    for identifier, _ in list(generations.damaged()):
        generations.discard(identifier)
    generations.prune()
    return published
