"""A copy of a store's present state to try something on: it can be changed freely and is thrown away.

On disk the copy is made of hard links (milliseconds); in memory its quads are copied.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from graphstore import operations
from graphstore.catalogue import Catalogue, DatasetVersion
from graphstore.durable import remove_tree
from graphstore.formats import Format, resolve
from graphstore.loading import Meter, Source
from graphstore.lock import FileLock
from graphstore.transaction import Transaction, draft_of
from graphstore.unpacking import stated_limits
from graphstore.workspace import DiskWorkspace, MemoryWorkspace, Workspace

if TYPE_CHECKING:
    import pyoxigraph as ox

    from graphstore.store import GraphStore


def copy_of(store: GraphStore) -> tuple[Workspace, Callable[[], None]]:
    """A copy that can be changed, by hard links on disk and by quads from memory, and how to drop it."""
    if store.in_memory:
        in_memory = MemoryWorkspace()
        in_memory.engine.bulk_extend(store.engine)
        return in_memory, in_memory.accept
    layout, generation = store._on_disk("be copied to try something on")
    try:
        folder = Path(tempfile.mkdtemp(prefix="asof-", dir=layout.tmp))
    except OSError:  # a store that may only be read: copy the tables elsewhere
        folder = Path(tempfile.mkdtemp(prefix="tanmai-asof-"))
    with ExitStack() as undo:
        lock = FileLock.acquire(folder / "lock", shared=True, create=True)
        if lock is not None:
            undo.callback(lock.release)
        undo.callback(remove_tree, folder)
        workspace = DiskWorkspace(generation.data, folder / "data", generation.manifest.quads)
        undo.callback(workspace.discard)
        return workspace, undo.pop_all().close  # a copy that cannot be made leaves nothing behind


class Aside:
    """A store as it would be after some changes, which are never kept. Use it as a context manager.

    Example:
        >>> from graphstore import GraphStore
        >>> with GraphStore.open() as store, Aside(store) as aside:
        ...     version = aside.load(b"<urn:a> <urn:b> 1 .", key="tiny", format="turtle")
        ...     tried = aside.store.query("SELECT ?o WHERE { ?s <urn:b> ?o }").scalar()
        ...     (tried, len(store.query("SELECT ?o WHERE { ?s <urn:b> ?o }")))
        (1, 0)
    """

    def __init__(self, store: GraphStore) -> None:
        self._base, self._known_on = store.base, store.known_on
        self._history = Catalogue(store.engine, store.base)
        self._workspace, self._drop = copy_of(store)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()

    @property
    def engine(self) -> ox.Store:
        """The copy itself, to be changed by single statements."""
        return self._workspace.engine

    @property
    def store(self) -> GraphStore:
        """The changed state, read-only; ask again after a change."""
        from graphstore.store import GraphStore

        changed = GraphStore.view(self._base, self._workspace.engine)
        changed.known_on = self._known_on
        return changed

    def load(self, data: bytes, *, key: str, format: str | Format | None, name: str = "") -> DatasetVersion:  # noqa: A002 - as in Transaction.load
        """Load bytes as the next version of a dataset that has no current one; it is not described in the catalogue.

        Raises:
            LoadError: the data does not parse, or writes into a graph of another dataset.
        """
        label = name or key
        source, draft = Source.of_bytes(data, label), draft_of(key, label, label, resolve(format, label), None)
        number = len(self._history.history(draft.key)) + 1
        draft = replace(draft, number=number, gzip=source.is_gzip(), size=source.size)
        with source.opener() as stream:
            meter = Meter(stream, source.size)
            return operations.load_version(self._workspace, self._base, draft, meter, None, stated_limits())

    def transaction(self, label: str = "change") -> Transaction:
        """A transaction on the copy, as a store has them: nothing of it is journalled, and it goes with the copy."""
        return Transaction(label, self._workspace, self._base, None, lambda _transaction, _keep: None)

    def drop(self, version: DatasetVersion) -> None:
        """Leave a version out."""
        operations.drop_version(self._workspace, self._base, version)
