"""The graph store: open, load, query, update, export, keep."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Final, Literal, Self

from graphstore import layout as layouts
from graphstore.backend import Backend, MemoryBackend, ReaderBackend, ViewBackend, WriterBackend
from graphstore.catalogue import Catalogue, DatasetVersion
from graphstore.digest import local_statements
from graphstore.errors import ModeError, UnknownNameError
from graphstore.generations import Generation, Generations
from graphstore.layout import Layout
from graphstore.query import Dataset, Extension, QueryResult, run
from graphstore.terms import DEFAULT_BASE, PREFIXES, Value
from graphstore.transaction import LoadReport, Transaction, UpdateReport

if TYPE_CHECKING:
    import pyoxigraph as ox

    from graphstore.export import ExportReport

Mode = Literal["write", "read"]
_RELEASE_NAME: Final = re.compile(r"^\w[\w.\-]{0,79}$")


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """What is in a store, at a glance.

    Attributes:
        path: its directory; ``None`` in memory.
        base: base IRI of local data.
        mode: ``write`` or ``read``.
        generation: id of the state described; ``None`` in memory.
        created: when that state was committed; ``None`` in memory.
        quads: number of quads, the catalogue included.
        datasets: the current dataset versions, by key.
        generations: number of published generations on disk.
        releases: release names and the generation each pins.
        journal_bytes: size of the journal.
        recovered: what opening had to mend, as sentences; usually empty.
        endpoint: what keeps the data, where it is a SPARQL endpoint; empty for a store of our own.
    """

    path: Path | None
    base: str
    mode: Mode
    generation: str | None
    created: str | None
    quads: int
    datasets: tuple[DatasetVersion, ...]
    generations: int
    releases: Mapping[str, str]
    journal_bytes: int
    recovered: tuple[str, ...]
    endpoint: str = ""


class GraphStore:
    """A knowledge graph on disk or in memory, queried as one graph over all current dataset versions.

    Open it with :meth:`open` and use it as a context manager. One process may write; any number may read beside it, each
    seeing the generation that was newest when it opened.

    Attributes:
        mode: ``write`` or ``read``.
        base: base IRI of local data.
        known_on: the day of a view made by :meth:`as_of`; ``None`` for the present state.

    Example:
        >>> with GraphStore.open() as store:
        ...     report = store.load_bytes(b"<urn:a> <urn:b> 1 .", key="tiny", format="turtle")
        ...     store.query("SELECT ?o WHERE { ?s <urn:b> ?o }").scalar()
        1
    """

    def __init__(self, backend: Backend, mode: Mode) -> None:
        """Internal: use :meth:`open`."""
        self.mode: Mode = mode
        self.base = backend.base
        self.known_on: dt.date | None = None
        self._backend: Backend | None = backend
        self._transaction: Transaction | None = None
        self._at_close: list[Callable[[], object]] = []
        self._before_close: list[Callable[[GraphStore], object]] = []
        self._committed = False
        self._current: tuple[DatasetVersion, ...] | None = None  # of the state between transactions

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        mode: Mode = "write",
        base: str | None = None,
        release: str | None = None,
        wait: float = 0.0,
    ) -> Self:
        """Open a store.

        Args:
            path: the store directory; ``None`` for a store in memory, without journal and generations.
            mode: ``write`` creates the store when it is not there and takes the writer's lock;
                ``read`` opens the newest published generation and works beside a writer.
            base: base IRI of local data, fixed when the store is created.
            release: open the generation pinned under this name; implies ``read``.
            wait: seconds to wait for another writer to finish; readers never wait.

        Raises:
            StoreLockedError: another process is writing.
            StoreNotFoundError: nothing to read at ``path``.
            LayoutError: ``path`` is something else, or of another layout version.
            CorruptionError: the store is damaged; the message says how to mend it.
        """
        if mode not in {"write", "read"}:
            raise ModeError(f"Unknown mode {mode!r}: it is 'write' or 'read'.")
        if path is None:
            if release is not None or mode == "read":
                raise ModeError(
                    "A store in memory starts empty and has no releases: open it for writing, or give a path."
                )
            return cls(MemoryBackend(layouts.clean_base(base or DEFAULT_BASE)), "write")
        if mode == "read" or release is not None:
            return cls(ReaderBackend(layouts.read(Path(path), base), release), "read")
        return cls(WriterBackend(Path(path), base, wait), "write")

    @classmethod
    def view(cls, base: str, engine: ox.Store, at_close: Callable[[], object] | None = None) -> Self:
        """A read-only store over an engine store that somebody made, such as a state as of a date."""
        store = cls(ViewBackend(base, engine), "read")
        if at_close is not None:
            store._at_close.append(at_close)
        return store

    def close(self) -> None:
        """Let go of everything; an open transaction is taken back. Closing twice does nothing."""
        if self._transaction is not None:
            self._transaction.rollback()
        try:
            while self._before_close and self._committed and self._backend is not None:
                self._before_close.pop()(self)
        finally:
            if self._backend is not None:
                self._backend.close()
            self._backend = None
        while self._at_close:
            self._at_close.pop()()

    def before_close(self, work: Callable[[GraphStore], object]) -> None:
        """Have something done before the store is let go, if it was changed: what follows from all its changes together."""
        self._before_close.append(work)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._backend is None:
            return "<GraphStore closed>"
        return f"<GraphStore {self.path or 'in memory'}, mode {self.mode}, generation {self.generation}>"

    # ------------------------------------------------------------ what it is

    @property
    def path(self) -> Path | None:
        """The store directory; ``None`` in memory."""
        layout = self._open_backend().layout
        return layout.root if layout is not None else None

    @property
    def location(self) -> str | None:
        """The store directory as text; ``None`` in memory."""
        return None if self.path is None else str(self.path)

    @property
    def in_memory(self) -> bool:
        """Whether the store has no directory: made in memory, or a view such as :meth:`as_of`."""
        return self._open_backend().layout is None

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._backend is None

    @property
    def recovered(self) -> tuple[str, ...]:
        """What opening had to mend after a crash, as sentences; usually empty."""
        return self._open_backend().recovered

    @property
    def generation(self) -> str | None:
        """Id of the published state that queries see; ``None`` in memory. Stable in a reader."""
        generation = self._open_backend().generation
        return generation.id if generation is not None else None

    @property
    def mark(self) -> str | None:
        """What tells the present state from others: its generation."""
        return self.generation

    def outdated(self) -> bool:
        """Whether a newer state has been published than the one that queries see; never in memory."""
        backend = self._open_backend()
        if backend.layout is None or backend.generation is None:
            return False
        newest = Generations(backend.layout).newest()
        return newest is not None and newest.id != backend.generation.id

    @property
    def engine(self) -> ox.Store:
        """The engine store behind queries, for code of this package that streams. Do not write to it."""
        return self._open_backend().engine

    def cache_dir(self) -> Path:
        """Folder for data derived from the current generation; goes when the generation is pruned.

        Raises:
            OSError: it cannot be made, or the generation was removed while this reader had it open: what may be read no longer must
                not come back to the disk.
        """
        layout, generation = self._on_disk("keep a cache")
        if not generation.path.exists():
            raise FileNotFoundError(f"{generation.path} was removed; nothing derived from it is kept.")
        folder = layout.cache / generation.id
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def catalogue(self) -> ox.Store:
        """The engine store, which holds the catalogue graph."""
        return self.engine

    def datasets(self, *, all_versions: bool = False) -> list[DatasetVersion]:
        """The current dataset versions by key, or all that ever were."""
        catalogue = Catalogue(self.engine, self.base)
        if all_versions:
            return catalogue.versions()
        # What a view shows may change without its knowing.
        if self._transaction is not None or isinstance(self._backend, ViewBackend):
            return catalogue.current()
        if self._current is None:  # each calculation asks more than once, and each time took 10 ms for 64 datasets
            self._current = tuple(catalogue.current())
        return list(self._current)

    def local_statements(self) -> dict[str, str]:
        """Digests of the graphs that belong to no dataset, by name ("" for the default graph); empty ones are left out."""
        return local_statements(self.engine, self.base)

    def info(self) -> StoreInfo:
        """What is in the store, at a glance."""
        backend = self._open_backend()
        manifest = backend.generation.manifest if backend.generation is not None else None
        layout = backend.layout
        on_disk = Generations(layout) if layout is not None else None
        segments = layout.journal.glob("*.seg") if layout is not None else ()
        return StoreInfo(
            path=self.path,
            base=self.base,
            mode=self.mode,
            generation=self.generation,
            created=manifest.created if manifest is not None else None,
            quads=manifest.quads if manifest is not None and self._transaction is None else len(self.engine),
            datasets=tuple(self.datasets()),
            generations=len(on_disk.ids()) if on_disk is not None else 0,
            releases=on_disk.releases() if on_disk is not None else {},
            journal_bytes=sum(segment.stat().st_size for segment in segments),
            recovered=self.recovered,
        )

    # ------------------------------------------------------------ read and write

    def query(
        self,
        text: str,
        bindings: Mapping[str, Value] | None = None,
        *,
        dataset: Dataset | None = None,
        base_iri: str | None = None,
    ) -> QueryResult:
        """Run a SPARQL query over the union of all current graphs, or over a stated dataset.

        The query may call ``tmf:footprint``, ``tmf:errorBound`` and ``tmf:convert`` (see :mod:`graphstore.answers.functions`);
        why a value of theirs could not be had stands in the ``failures`` of the result.

        Args:
            text: SELECT, ASK, CONSTRUCT or DESCRIBE. The usual prefixes need no declaration.
            bindings: values for variables of the query, by name without ``?``: terms, or Python values (a ``str`` is a
                plain literal; wrap IRIs by :func:`graphstore.terms.iri`). They are bound as terms, so no value
                can change the query.
            dataset: graphs that the query sees, in place of the union and of its own ``FROM``.
            base_iri: what relative IRIs in the text are resolved against; without it they are an error.

        Raises:
            QuerySyntaxError: names line, column and cause.
            BindingError: a parameter does not occur in the query.
            QueryError: anything else that fails.
        """
        return run(self.engine, text, bindings, self._extension(text), dataset=dataset, base_iri=base_iri)

    def _extension(self, text: str) -> Extension | None:
        """The functions for a query that may call them; the engine behind them is loaded only then."""
        if "tmf:" not in text and PREFIXES["tmf"] not in text:
            return None
        from graphstore.answers.functions import Functions

        return Functions(self)

    def transaction(self, label: str = "change") -> Transaction:
        """Start a transaction: one commit, one generation, for everything done inside its ``with`` block."""
        backend = self._open_backend()
        if self.mode == "read":
            raise ModeError("The store is open for reading, so it cannot be changed. Open it for writing.")
        if self._transaction is not None:
            raise ModeError(f"The transaction {self._transaction.label!r} is still open. Finish it first.")
        self._current = None
        self._transaction = Transaction(label, backend.workspace(), self.base, backend.journal, self._finish)
        return self._transaction

    def load(self, path: str | Path, **options: Any) -> LoadReport:
        """Load one file in a transaction of its own; for the options see :meth:`Transaction.load`."""
        with self.transaction(f"load {Path(path).name}") as transaction:
            return transaction.load(path, **options)

    def load_bytes(self, data: bytes, *, key: str, format: str, **options: Any) -> LoadReport:  # noqa: A002 - as in load
        """Load bytes in a transaction of their own; for the options see :meth:`Transaction.load_bytes`."""
        with self.transaction(f"load {key}") as transaction:
            return transaction.load_bytes(data, key=key, format=format, **options)

    def update(self, text: str, bindings: Mapping[str, Value] | None = None) -> UpdateReport:
        """Run a SPARQL update on local statements in a transaction of its own; see :meth:`Transaction.update`."""
        with self.transaction("update") as transaction:
            return transaction.update(text, bindings)

    def retire(self, key: str) -> DatasetVersion:
        """Take a dataset out of the current store in a transaction of its own; see :meth:`Transaction.retire`."""
        with self.transaction(f"retire {key}") as transaction:
            return transaction.retire(key)

    def _finish(self, transaction: Transaction, keep: bool) -> None:
        """Called once by the transaction when it ends."""
        self._transaction = None
        backend = self._open_backend()
        if keep and transaction.changes:
            backend.commit(transaction.label, transaction.created)
            self._committed = True
        elif keep and backend.journal is not None:
            backend.journal.rollback()  # nothing happened: take the BEGIN back and keep the working copy
        elif not keep:
            backend.give_up()

    def as_of(self, date: str | dt.date) -> GraphStore:
        """What was known on a date: a read-only view without knowledge issued later; see :mod:`graphstore.asof`."""
        from graphstore.asof import as_of

        return as_of(self, date)

    def version(self, key: str, number: int | None = None) -> GraphStore:
        """One dataset version alone, current or archived, as a read-only store in memory."""
        from graphstore.archive import version_store

        return version_store(self, key, number)

    # ------------------------------------------------------------ keeping

    def export(
        self,
        target: str | Path | IO[bytes],
        *,
        format: str | None = None,  # noqa: A002 - the word that users know
        dataset: str | None = None,
        graph: str | None = None,
        catalogue: bool = False,
        leave_out: str = "",
    ) -> ExportReport:
        """Write quads to a file or stream; see :func:`graphstore.export.export`."""
        from graphstore.export import export

        chosen: dict[str, Any] = {"dataset": dataset, "graph": graph, "catalogue": catalogue, "leave_out": leave_out}
        return export(self, target, format=format, **chosen)

    def backup(self, target: str | Path, beside: Callable[[Path], None] | None = None) -> Path:
        """Copy the store as it is now, journal included, to a new directory, and verify the copy.

        Args:
            target: the new directory.
            beside: writes what is kept beside the graph into the copy, before the copy gets its name.
        """
        from graphstore.backup import backup

        layout, generation = self._on_disk("be backed up")
        return backup(layout, generation, Path(target), beside)

    @staticmethod
    def restore(backup: str | Path, target: str | Path, beside: Callable[[Path], None] | None = None) -> Path:
        """Make a store at ``target``, which must be absent or empty, from a backup that is verified first.

        Args:
            backup: directory of the backup.
            target: directory of the store.
            beside: writes what is kept beside the graph into the store, before it gets its name.
        """
        from graphstore.backup import restore

        return restore(Path(backup), Path(target), beside)

    def optimise(self) -> None:
        """Rearrange the tables for faster reading and publish the result."""
        backend = self._open_backend()
        if self._transaction is not None or self.mode == "read":
            raise ModeError("Optimising needs a store open for writing, with no transaction under way.")
        backend.workspace().engine.optimize()
        if isinstance(backend, WriterBackend):
            backend.republish("optimise", dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))

    def generations(self) -> list[Generation]:
        """The published generations on disk, oldest first."""
        return Generations(self._on_disk("list generations")[0]).all()

    def releases(self) -> dict[str, str]:
        """Release names and the generation each pins."""
        return Generations(self._on_disk("have releases")[0]).releases()

    def release(self, name: str) -> str:
        """Pin the current generation under a name and return its id. It stays until :meth:`unrelease`."""
        layout, generation = self._on_disk("be released")
        generations = Generations(layout)
        if not _RELEASE_NAME.match(name):
            raise UnknownNameError(f"{name!r} is no release name: use up to 80 letters, digits, '.', '-' and '_'.")
        if generations.releases().get(name, generation.id) != generation.id:
            raise UnknownNameError(
                f"Release {name!r} already pins generation {generations.released(name)}. "
                "Choose another name; a release is never moved."
            )
        generations.release(name, generation.id, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))
        return generation.id

    def unrelease(self, name: str) -> None:
        """Let go of a release."""
        Generations(self._on_disk("have releases")[0]).unrelease(name)

    def _open_backend(self) -> Backend:
        if self._backend is None:
            raise ModeError("The store is closed. Open it again.")
        return self._backend

    def _on_disk(self, purpose: str) -> tuple[Layout, Generation]:
        backend = self._open_backend()
        if backend.layout is None or backend.generation is None:
            raise ModeError(
                f"A store in memory has no journal and no generations, so it cannot {purpose}. Open one with a path."
            )
        return backend.layout, backend.generation
