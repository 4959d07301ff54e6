"""The store of one audience: made from the whole store by its writer, read by everybody else.

It has the layout of any store, but its journal stays empty: what is in it follows from the whole store. A change is a new
generation that clones the one before. When anything is taken away, the tables are written anew instead, so that no file holds
a byte of it, and all that is older goes: generations (also one that a reader has open), caches, views of past days. Should the
writer die in between, the mark in the manifest of the new generation has the next publication finish it. Only the writer of the
whole store may call what changes something here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graphstore import layout as layouts
from graphstore._steps import reached
from graphstore.audiences.visibility import checked_name, view_path
from graphstore.backend import open_generation
from graphstore.catalogue import Catalogue, DatasetVersion
from graphstore.durable import publish_directory, remove_tree, replace_file, storage_errors, sync_directory, sync_tree
from graphstore.errors import AudienceError, StorageError
from graphstore.generations import Generation, Generations, Manifest
from graphstore.journal import Journal, Position
from graphstore.layout import Layout
from graphstore.store import GraphStore
from graphstore.terms import name, to_python
from graphstore.workspace import DiskWorkspace

PUBLISHED: Final = "published-results"
"""Key of the dataset that holds, in the store of an audience, what it is told of data that it may not read."""

_ANEW: Final = "publication, all older ones withdrawn"
_PLAIN: Final = "publication"


@dataclass(frozen=True, slots=True)
class Content:
    """What an audience sees.

    Attributes:
        versions: current dataset versions of the whole store, all statements of each.
        published: statements about data that it does not see, such as totals of their products.
    """

    versions: tuple[DatasetVersion, ...]
    published: tuple[ox.Triple, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What writing a view did: whether anything changed, and whether something was taken away, so that all was made anew."""

    changed: bool
    anew: bool


class View:
    """The store of one audience on disk."""

    def __init__(self, whole: Layout, audience: str) -> None:
        """Name the view of an audience, which need not exist.

        Raises:
            AudienceError: that is no name of an audience.
        """
        self.audience = checked_name(audience)
        self.path = view_path(whole, audience)
        self._base = whole.base

    @property
    def exists(self) -> bool:
        """Whether anything was published for the audience."""
        return layouts.exists(self.path)

    def datasets(self) -> set[tuple[str, int]]:
        """Key and number of the dataset versions that the audience reads, published results left out."""
        before = self._newest()
        held = [] if before is None else before.versions(self._base).values()
        return {(version.key, version.number) for version in held if version.key != PUBLISHED}

    def products(self) -> set[str]:
        """IRIs of the products whose totals are published to the audience."""
        before = self._newest()
        return set() if before is None else before.products(self._base)

    def write(self, source: GraphStore, content: Content, *, anew: bool = False) -> Written:
        """Make the view hold this and nothing else.

        Args:
            source: the whole store, whose current versions are copied.
            content: what the audience sees.
            anew: leave nothing of what the view held before on the disk, even where nothing is taken away.

        Raises:
            AudienceError: a dataset that the audience sees has the key that is kept for published results.
            StorageError: the disk is full or failing; the audience sees what it saw before, or this.
        """
        with storage_errors("Publishing", self.path):
            self.settle()
            before = self._newest()
            wanted = self._wanted(content, before)
            anew = before is not None and (
                anew or self._takes_away(before, wanted, content.published) or not before.knows(content.published)
            )
            if before is not None and not anew and before.versions(self._base) == wanted:
                return Written(changed=False, anew=False)
            self._publish(source, content.published, wanted, before, anew=anew)
            return Written(changed=True, anew=anew)

    def settle(self) -> None:
        """Finish what a writer that died left behind, and sweep what nobody holds."""
        for entry in self.path.parent.glob(f".{self.audience}.*"):
            remove_tree(entry)
        if self.exists:
            layout = layouts.read(self.path)
            layout.make_folders()
            layout.sweep()
            newest = Generations(layout).newest()
            if newest is not None and newest.manifest.label == _ANEW:
                _purge(layout, newest.id)

    def remove(self) -> None:
        """Take the view away, with every generation."""
        with storage_errors("Removing", self.path):
            if self.exists:
                self.path.rename(self._aside("gone"))
                sync_directory(self.path.parent)
            self.settle()
            _require_gone(self.path.parent.glob(f".{self.audience}.*"))

    def _aside(self, state: str) -> Path:
        return self.path.with_name(f".{self.audience}.{state}")  # a dot begins no name of an audience

    def _newest(self) -> _Present | None:
        if not self.exists:
            return None
        found = Generations(layouts.read(self.path)).newest()
        return None if found is None else _Present(found, open_generation(found))

    def _wanted(self, content: Content, before: _Present | None) -> dict[str, DatasetVersion]:
        """The versions that the view is to hold, by key, the published statements among them."""
        wanted = {version.key: replace(version, replaces=0) for version in content.versions}
        if PUBLISHED in wanted:
            raise AudienceError(
                f"The dataset key {PUBLISHED!r} is kept for published results. Load that dataset under another key, or share it no more."
            )
        if content.published:
            held = None if before is None else before.versions(self._base).get(PUBLISHED)
            wanted[PUBLISHED] = _published_version(content.published, held)
        return wanted

    def _takes_away(self, before: _Present, wanted: dict[str, DatasetVersion], published: Iterable[ox.Triple]) -> bool:
        """Whether a dataset, or a product whose total was published, is to be seen no longer."""
        gone = before.versions(self._base).keys() - wanted.keys() - {PUBLISHED}
        products = {str(to_python(t.object)) for t in published if t.predicate == name("tm:ofProduct")}
        return bool(gone or before.products(self._base) - products)

    def _catalogue(self, wanted: dict[str, DatasetVersion]) -> set[ox.Quad]:
        catalogue = Catalogue(ox.Store(), self._base)
        return {quad for version in wanted.values() for quad in catalogue.describe(version)}

    def _publish(
        self,
        source: GraphStore,
        published: Iterable[ox.Triple],
        wanted: dict[str, DatasetVersion],
        before: _Present | None,
        *,
        anew: bool,
    ) -> None:
        layout = layouts.read(self.path) if before is not None else self._created()
        kept = before if before is not None and not anew else None
        tables, quads = (None, 0) if kept is None else (kept.generation.data, kept.generation.manifest.quads)
        workspace = DiskWorkspace(tables, layout.live / "publication", quads)
        try:
            self._fill(workspace, source, published, wanted, {} if kept is None else kept.versions(self._base))
            manifest = _manifest(layout, before, workspace.quads, anew=anew)
            generations = Generations(layout)
            made = generations.publish(generations.prepare(workspace.engine, manifest))
        finally:
            workspace.discard()
        if before is None:
            sync_tree(layout.root)
            publish_directory(layout.root, self.path)
        elif anew:
            reached("view-published")
            _purge(layout, made.id)
        else:
            generations.prune()

    def _created(self) -> Layout:
        """A new store beside its final place."""
        layout = Layout(self._aside("new"), self._base, self.audience)
        layout.root.mkdir(parents=True)
        layout.make_folders()
        Journal.create(layout.journal).close()
        _begin_epoch(layout, uuid.uuid4().hex)
        layout.write_format()
        return layout

    def _fill(
        self,
        workspace: DiskWorkspace,
        source: GraphStore,
        published: Iterable[ox.Triple],
        wanted: dict[str, DatasetVersion],
        held: dict[str, DatasetVersion],
    ) -> None:
        for version in held.values():
            if wanted.get(version.key) != version:
                for graph in version.all_graphs(self._base):
                    workspace.drop_graph(graph)
        fresh = [version for version in wanted.values() if held.get(version.key) != version]
        copied = [version for version in fresh if version.key != PUBLISHED]
        quads = itertools.chain.from_iterable(
            source.engine.quads_for_pattern(None, None, None, graph)
            for version in copied
            for graph in version.all_graphs(self._base)
        )
        workspace.take(quads, sum(version.quads for version in copied))
        for version in fresh:
            if version.key == PUBLISHED:
                graph = version.iri(self._base)
                stated = {ox.Quad(t.subject, t.predicate, t.object, graph) for t in published}
                workspace.take(stated, len(stated))
        catalogue = set(_described(workspace.engine, self._base))
        workspace.change(catalogue - self._catalogue(wanted), self._catalogue(wanted))


@dataclass(frozen=True, slots=True)
class _Present:
    """What a view holds now."""

    generation: Generation
    engine: ox.Store

    def versions(self, base: str) -> dict[str, DatasetVersion]:
        """The dataset versions in it, by key."""
        return {version.key: version for version in Catalogue(self.engine, base).current()}

    def knows(self, published: Iterable[ox.Triple]) -> bool:
        """Whether each exchange without a name that is spoken of is here: a rebuild of the whole store gives such nodes new labels."""
        blanks = {t.subject for t in published if isinstance(t.subject, ox.BlankNode)}
        found = (next(self.engine.quads_for_pattern(blank, name("tm:flow"), None, None), None) for blank in blanks)
        return all(quad is not None for quad in found)

    def products(self, base: str) -> set[str]:
        """IRIs of the products whose totals are published in it."""
        held = self.versions(base).get(PUBLISHED)
        found = () if held is None else self.engine.quads_for_pattern(None, name("tm:ofProduct"), None, held.iri(base))
        return {str(to_python(quad.object)) for quad in found}


def _described(engine: ox.Store, base: str) -> Iterator[ox.Quad]:
    return engine.quads_for_pattern(None, None, None, Catalogue(engine, base).graph)


def _published_version(published: Iterable[ox.Triple], held: DatasetVersion | None) -> DatasetVersion:
    """The version that these statements make: the one that is held where it says the same."""
    lines = sorted({str(triple) for triple in published})
    data = "".join(f"{line} .\n" for line in lines).encode()
    sha256 = hashlib.sha256(data).hexdigest()
    if held is not None and held.sha256 == sha256:
        return held
    return DatasetVersion(
        key=PUBLISHED,
        number=1 if held is None else held.number + 1,
        status="current",
        title="Published results 公布的结果",
        format="ntriples",
        gzip=False,
        source=PUBLISHED,
        size=len(data),
        sha256=sha256,
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        quads=len(lines),
    )


def _manifest(layout: Layout, before: _Present | None, quads: int, *, anew: bool) -> Manifest:
    """What the new generation says of itself; the moment is stated so finely that no two generations ever have one id."""
    created = dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
    if before is None:
        return Manifest(0, "", created, _PLAIN, _end_of_journal(layout), quads)
    parent = before.generation
    label = _ANEW if anew else _PLAIN
    return Manifest(parent.manifest.number + 1, parent.id, created, label, parent.manifest.position, quads)


def _end_of_journal(layout: Layout) -> Position:
    from graphstore.journal import scan

    return scan(layout.journal).head


def _purge(layout: Layout, kept: str) -> None:
    """Leave one generation and what was computed from it; a reader that has an older one open reads on until it lets go."""
    _begin_epoch(layout, kept)
    doomed = [*layout.tmp.iterdir(), *layout.live.iterdir(), *layout.archive.iterdir()]
    doomed += [
        entry for folder in (layout.generations, layout.cache) for entry in folder.iterdir() if entry.name != kept
    ]
    for entry in doomed:
        remove_tree(entry)
    _require_gone(doomed)
    for folder in (layout.generations, layout.cache):
        sync_directory(folder)
    reached("view-purged")


def _begin_epoch(layout: Layout, name: str) -> None:
    """Let those who keep what they read for the audience know that it may read it no longer; once more by the same name is the same."""
    replace_file(layout.epoch, name.encode("ascii"))


def _require_gone(entries: Iterable[Path]) -> None:
    left = [str(entry) for entry in entries if entry.exists()]
    if left:
        raise StorageError(
            f"What an audience may read no longer could not be removed: {left[0]}. Nobody is answered from it. Check the permissions, "
            "then run `tanmai audience publish` again."
        )
