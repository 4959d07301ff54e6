"""What every store can do, wherever its data are: be read by SPARQL, and have the graphs of a dataset replaced.

:class:`graphstore.GraphStore` keeps its data itself; :class:`graphstore.remote.RemoteGraphStore` has a SPARQL 1.1 endpoint
keep them. What is computed from a graph asks for no more than this contract. What only a store of our own can do (journal,
generations and releases, states of the past, ``tmf:`` functions, the index of names) goes through :func:`embedded`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from graphstore.errors import EmbeddedOnlyError

if TYPE_CHECKING:
    import pyoxigraph as ox

    from graphstore.catalogue import DatasetVersion
    from graphstore.quads import Quads
    from graphstore.query import Dataset, QueryResult
    from graphstore.store import GraphStore, StoreInfo
    from graphstore.terms import Value
    from graphstore.transaction import LoadReport, Transaction


class SparqlStore(Protocol):
    """A knowledge graph, queried as one graph over all current dataset versions.

    Attributes:
        base: base IRI of local data.
        known_on: the day of a view of the past; ``None`` for the present state.
    """

    base: str
    known_on: dt.date | None

    @property
    def location(self) -> str | None:
        """Directory or address, without secrets; ``None`` in memory."""

    @property
    def generation(self) -> str | None:
        """Id of the published state that queries see; ``None`` where states are not published."""

    @property
    def mark(self) -> str | None:
        """What tells the present state from that before the last of our own writes; ``None`` in memory."""

    @property
    def closed(self) -> bool:
        """Whether it was closed."""

    @property
    def engine(self) -> Quads:
        """The quads behind queries, for code that looks up one pattern after the other."""

    def query(
        self,
        text: str,
        bindings: Mapping[str, Value] | None = None,
        *,
        dataset: Dataset | None = None,
        base_iri: str | None = None,
    ) -> QueryResult:
        """Run a SPARQL query over the union of all current graphs, or over a stated dataset; values are bound as terms."""

    def catalogue(self) -> ox.Store:
        """An engine store that holds the catalogue graph, and maybe more."""

    def datasets(self, *, all_versions: bool = False) -> list[DatasetVersion]:
        """The current dataset versions by key, or all that ever were."""

    def local_statements(self) -> dict[str, str]:
        """Digests of the graphs that belong to no dataset, by name ("" for the default graph)."""

    def info(self) -> StoreInfo:
        """What is in the store, at a glance."""

    def transaction(self, label: str = "change") -> Transaction:
        """Collect loads and retirements that are then made together."""

    def load(self, path: str | Path, **options: Any) -> LoadReport:
        """Load a file as the current version of a dataset."""

    def load_bytes(self, data: bytes, *, key: str, format: str, **options: Any) -> LoadReport:  # noqa: A002 - as in load
        """Load bytes as the current version of a dataset, in place of the version before."""

    def retire(self, key: str) -> DatasetVersion:
        """Take a dataset out of the current store."""

    def close(self) -> None:
        """Let go of everything."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def embedded(store: SparqlStore, purpose: str) -> GraphStore:
    """The store as one that keeps its data itself, for what no endpoint can do.

    Args:
        store: any store.
        purpose: what it is needed for, as it stands in "An endpoint cannot ...".

    Raises:
        EmbeddedOnlyError: the data are behind a SPARQL endpoint.
    """
    from graphstore.store import GraphStore

    if isinstance(store, GraphStore):
        return store
    raise refused(purpose, store.location or "")


def refused(purpose: str, location: str) -> EmbeddedOnlyError:
    """The one error for everything that needs an embedded store."""
    return EmbeddedOnlyError(
        f"The SPARQL endpoint {location} cannot {purpose}: that needs an embedded store. "
        "Give a directory by --store or TANMAI_STORE and load the data there."
    )
