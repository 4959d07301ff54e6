"""One commit: any number of loads, retirements and updates that come to hold together or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pyoxigraph as ox

from graphstore import formats, operations
from graphstore._steps import reached
from graphstore.catalogue import Catalogue, DatasetVersion, issued_text
from graphstore.delta import Delta, Surroundings, checked, evaluate
from graphstore.errors import LoadError, ModeError, UnknownNameError, UpdateError
from graphstore.loading import Meter, Progress, Source
from graphstore.query import QueryResult, run
from graphstore.records import MAX_PAYLOAD, Kind
from graphstore.terms import Value
from graphstore.unpacking import stated_limits

if TYPE_CHECKING:
    from graphstore.journal import Journal
    from graphstore.workspace import Workspace


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did.

    Attributes:
        version: the dataset version now current.
        changed: ``False`` when the same bytes were already loaded under the key and nothing was done.
    """

    version: DatasetVersion
    changed: bool


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """What an update did: number of quads really added and removed."""

    added: int
    removed: int


class Transaction:
    """Collects changes; leaving the ``with`` block commits them, an exception takes all of them back.

    An error inside ends the transaction even when it is caught: what came before it cannot be kept alone.
    """

    def __init__(
        self,
        label: str,
        workspace: Workspace,
        base: str,
        journal: Journal | None,
        finish: Callable[[Transaction, bool], None],
    ) -> None:
        self.label = label
        self.created = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        self.changes = 0
        self._workspace, self._base, self._journal, self._finish = workspace, base, journal, finish
        self._open = True
        self._failed = False
        if journal is not None:
            journal.begin(label, self.created)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open and kind is None:
            self.commit()
        elif self._open:
            self.rollback()

    def load(
        self,
        path: str | Path,
        *,
        key: str | None = None,
        format: str | formats.Format | None = None,  # noqa: A002 - the word that users know
        title: str | None = None,
        issued: str | dt.date | None = None,
        publisher: str = "",
        licence: str = "",
        base_iri: str = "",
        progress: Progress | None = None,
    ) -> LoadReport:
        """Load a file as the current version of dataset ``key`` (default: derived from the file name).

        Args:
            path: the file, compressed by gzip or not.
            key: dataset key; a second load under it is its next version.
            format: short name of the RDF format; default: from the suffix.
            title: name for people; default: the file name.
            issued: when the publisher issued the data, ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
            publisher: IRI or name.
            licence: IRI or text.
            base_iri: base for relative IRIs in the data.
            progress: called with bytes done and in total.

        Raises:
            LoadError: unknown format, bad data, a graph owned by another dataset; nothing is changed.
        """
        file = Path(path)
        found = formats.resolve(format, file)
        source = Source.of_path(file)
        draft = draft_of(key or formats.key_from_name(file), title or file.name, file.name, found, issued)
        draft = replace(draft, publisher=publisher, licence=licence, base_iri=base_iri)
        return self._load(source, draft, progress)

    def load_bytes(
        self,
        data: bytes,
        *,
        key: str,
        format: str | formats.Format,  # noqa: A002 - the word that users know
        title: str | None = None,
        issued: str | dt.date | None = None,
        publisher: str = "",
        licence: str = "",
        base_iri: str = "",
        name: str | None = None,
        progress: Progress | None = None,
    ) -> LoadReport:
        """Load bytes, compressed by gzip or not, as the current version of dataset ``key``; see :meth:`load`.

        ``name`` is what messages and the catalogue call the data; default: the key.
        """
        label = name or key
        draft = draft_of(key, title or label, label, formats.resolve(format), issued)
        draft = replace(draft, publisher=publisher, licence=licence, base_iri=base_iri)
        return self._load(Source.of_bytes(data, label), draft, progress)

    def retire(self, key: str) -> DatasetVersion:
        """Take dataset ``key`` out of the current store. Its versions stay in the archive and the catalogue."""
        with self._guarded():
            version = Catalogue(self._workspace.engine, self._base).version(key)
            if version.status != "current":
                raise UnknownNameError(
                    f"Dataset {key!r} has no current version; version {version.number} is {version.status}."
                )
            operations.retire(self._workspace, self._base, version, self.created)
            self._record(Kind.RETIRE, {"key": version.key, "number": version.number, "time": self.created})
            return version.with_status("retired")

    def update(
        self, text: str, bindings: Mapping[str, Value] | None = None, around: Surroundings | None = None
    ) -> UpdateReport:
        """Run a SPARQL update on local statements; see :mod:`graphstore.delta` for what it may change."""
        added = removed = 0
        with self._guarded():
            owners = Catalogue(self._workspace.engine, self._base).owners()
            for step in evaluate(self._workspace.engine, text, bindings, owners, around):
                self._workspace.change(step.removed, step.added)
                self._record_delta(step)
                added, removed = added + len(step.added), removed + len(step.removed)
        return UpdateReport(added, removed)

    def put_graph(self, graph: str | None, triples: Iterable[ox.Triple], *, replace: bool) -> UpdateReport:
        """Write triples into one graph of local statements, in place of its content or beside it.

        Args:
            graph: IRI of the graph; ``None`` for the default graph.
            triples: what to write; blank nodes are those of a document just parsed, with labels of their own.
            replace: whether what the graph holds so far goes.

        Raises:
            UpdateError: the graph belongs to a dataset (:class:`ProtectedGraphError`); nothing is changed.
        """
        engine, target = self._workspace.engine, ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
        with self._guarded():
            quads = {ox.Quad(t.subject, t.predicate, t.object, target) for t in triples}
            fresh = {t.value for q in quads for t in (q.subject, q.object) if isinstance(t, ox.BlankNode)}
            gone = set(engine.quads_for_pattern(None, None, None, target)) if replace else set[ox.Quad]()
            owners = Catalogue(engine, self._base).owners()
            step = checked(engine, gone, quads, owners, fresh)
            self._workspace.change(step.removed, step.added)
            self._record_delta(step)
        return UpdateReport(len(step.added), len(step.removed))

    def describe(self, removed: Iterable[ox.Quad], added: Iterable[ox.Quad]) -> None:
        """Change what the catalogue says of things beside dataset versions, such as submissions and their states.

        Like an update it is journalled as the quads that it really removes and adds. What SPARQL updates may not touch is
        changed here by the program alone.

        Raises:
            UpdateError: a quad of another graph, or one about a dataset version; nothing is changed.
        """
        with self._guarded():
            catalogue = Catalogue(self._workspace.engine, self._base)
            versions = {version.iri(self._base) for version in catalogue.versions()}
            gone = sorted((q for q in removed if q in self._workspace.engine), key=str)
            came = sorted((q for q in added if q not in self._workspace.engine), key=str)
            for quad in (*gone, *came):
                if quad.graph_name != catalogue.graph or quad.subject in versions:
                    raise UpdateError(
                        f"{quad.subject} is not described by hand in {quad.graph_name}: the catalogue's own facts follow from "
                        "what was loaded. Nothing was changed."
                    )
            self._workspace.change(gone, came)
            self._record_delta(Delta(gone, came))

    def query(self, text: str, bindings: Mapping[str, Value] | None = None) -> QueryResult:
        """Query the state this transaction has reached so far."""
        return run(self._workspace.engine, text, bindings)

    def datasets(self) -> list[DatasetVersion]:
        """The current dataset versions as this transaction has them so far."""
        return Catalogue(self._workspace.engine, self._base).current()

    def commit(self) -> None:
        """Make all changes hold. Returns when they are on disk and published."""
        if self._failed:
            self.rollback()
            raise ModeError(
                f"The transaction {self.label!r} met an error and was taken back; nothing was changed. Start a new one."
            )
        self._close(True)

    def rollback(self) -> None:
        """Take all changes back."""
        self._close(False)

    def _close(self, keep: bool) -> None:
        if not self._open:
            raise ModeError(f"The transaction {self.label!r} is already closed. Start a new one.")
        self._open = False
        self._finish(self, keep)

    def _load(self, source: Source, draft: DatasetVersion, progress: Progress | None) -> LoadReport:
        with self._guarded():
            newest, previous = Catalogue(self._workspace.engine, self._base).latest(draft.key)
            if previous is not None and _same(previous, source, draft):
                return LoadReport(previous, changed=False)
            draft = replace(draft, number=newest + 1, created=self.created)
            draft = replace(draft, size=source.size, gzip=source.is_gzip(), replaces=previous.number if previous else 0)
            version = self._load_version(source, draft, previous, progress)
            operations.describe(self._workspace, self._base, version, previous)
            self._record(Kind.LOAD, version.to_meta())
            reached("load-recorded")
            return LoadReport(version, changed=True)

    def _load_version(
        self, source: Source, draft: DatasetVersion, previous: DatasetVersion | None, progress: Progress | None
    ) -> DatasetVersion:
        with source.opener() as stream:
            meter = Meter(stream, source.size, self._chunk if self._journal is not None else None, progress)
            version = operations.load_version(self._workspace, self._base, draft, meter, previous, stated_limits())
            reached("load-parsed")
            meter.drain()
        if meter.done != source.size:
            raise LoadError(
                f"{source.name} changed while it was read ({source.size} bytes, then {meter.done}). "
                "Nothing was loaded; load it again when it is complete."
            )
        return replace(version, sha256=meter.digest.hexdigest())

    def _chunk(self, block: bytes | memoryview) -> None:
        if self._journal is not None:
            self._journal.append(Kind.CHUNK, {}, block)
            reached("load-chunk")

    def _record(self, kind: Kind, meta: dict[str, object], payload: bytes = b"") -> None:
        self.changes += 1
        if self._journal is not None:
            self._journal.append(kind, meta, payload)

    def _record_delta(self, step: Delta) -> None:
        if step.removed or step.added:
            removed, added = operations.encode_quads(step.removed), operations.encode_quads(step.added)
            if len(removed) + len(added) > MAX_PAYLOAD:
                raise UpdateError(
                    f"The update changes {len(removed) + len(added):,} bytes of statements; one operation may change "
                    f"{MAX_PAYLOAD:,}. Nothing was changed. Split it into several, or load the data as a dataset."
                )
            self._record(Kind.DELTA, {"removed_bytes": len(removed)}, removed + added)

    def _guarded(self) -> _Guard:
        if not self._open or self._failed:
            raise ModeError(f"The transaction {self.label!r} is closed or has failed. Start a new one.")
        return _Guard(self)


class _Guard:
    """Marks the transaction as failed when an error leaves the block."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._transaction._failed = True


def draft_of(key: str, title: str, source: str, found: formats.Format, issued: str | dt.date | None) -> DatasetVersion:
    """A version as far as it is known before its bytes are read.

    Raises:
        LoadError: the issue date is none.
    """
    try:
        date = issued_text(issued)
    except ValueError as error:
        raise LoadError(f"{source}: {error} Nothing was loaded.") from None
    return DatasetVersion(
        key=formats.clean_key(key),
        number=0,
        status="current",
        title=title,
        format=found.name,
        gzip=False,
        source=source,
        size=0,
        sha256="",
        created="",
        issued=date,
    )


def _same(previous: DatasetVersion, source: Source, draft: DatasetVersion) -> bool:
    """Whether a load would say nothing new: the same bytes, read and described the same way.

    Hashes only when the size agrees.
    """
    if (previous.size, previous.format, previous.base_iri) != (source.size, draft.format, draft.base_iri):
        return False
    stated = [(draft.issued, previous.issued), (draft.publisher, previous.publisher), (draft.licence, previous.licence)]
    if any(new and new != old for new, old in stated):
        return False
    return source.sha256() == previous.sha256
