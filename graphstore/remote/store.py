"""A knowledge graph behind a SPARQL 1.1 endpoint."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pyoxigraph as ox

from graphstore.catalogue import Catalogue, DatasetVersion
from graphstore.contract import refused
from graphstore.digest import local_statements
from graphstore.errors import ModeError, QueryError
from graphstore.query import Dataset, QueryResult, syntax_error
from graphstore.remote import texts
from graphstore.remote.endpoint import Endpoint
from graphstore.remote.http import Client
from graphstore.remote.quads import RemoteQuads
from graphstore.sparql import Token, bind, guard
from graphstore.store import StoreInfo
from graphstore.terms import DEFAULT_BASE, PREFIXES, Value, catalogue_iri
from graphstore.transaction import LoadReport, Transaction

_CATALOGUES: Final = "SELECT DISTINCT ?g { GRAPH ?g { ?v a tm:DatasetVersion ; tm:datasetStatus ?status } }"
_MARK: Final = "SELECT ?mark { GRAPH ?catalogue { ?catalogue dcat:version ?mark } }"
_STATEMENTS: Final = "SELECT ?s ?p ?o { GRAPH ?graph { ?s ?p ?o } }"
_DEFAULT_STATEMENTS: Final = "SELECT ?s ?p ?o { ?s ?p ?o }"
_COUNT: Final = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"


class RemoteGraphStore:
    """A knowledge graph that a SPARQL 1.1 endpoint keeps, queried as one graph over all current dataset versions.

    It does what :class:`graphstore.contract.SparqlStore` says. A query sees what the endpoint holds when it runs: there are
    no generations, so that two queries may see two states. A load makes its graphs visible one by one, and then changes the
    catalogue in one request.

    Attributes:
        base: base IRI of local data, from the catalogue that the endpoint holds.
        known_on: always ``None``: the present state.
    """

    def __init__(self, endpoint: Endpoint, location: str, base: str | None, keep: bool = False) -> None:
        """Internal: use :meth:`open`."""
        self._endpoint: Endpoint | None = endpoint
        self._location = location
        self._quads, self._keep = RemoteQuads(endpoint, location, keep=keep), keep
        self._catalogue: ox.Store | None = None
        self._local: dict[str, str] | None = None
        self.known_on: dt.date | None = None
        self.base = base.rstrip("/") if base else self._base()

    @classmethod
    def open(
        cls, url: str, *, token: str | None = None, base: str | None = None, timeout: float = 300.0, keep: bool = False
    ) -> Self:
        """Connect to an endpoint and find out what it is.

        Args:
            url: address of its SPARQL queries, or the one above it; ``user:password@`` before the host for credentials.
            token: bearer token, in place of user and password.
            base: base IRI of local data; else that of the catalogue it holds.
            timeout: seconds to wait for the next byte of an answer.
            keep: whether the catalogue, digests and statements about a node (:attr:`engine`) are looked up once only; for who reads
                alone and opens it anew when the data change.

        Raises:
            EndpointError: it cannot be reached, refuses, or answers no SPARQL queries.
        """
        client = Client(url, token=token, timeout=timeout)
        try:
            return cls(Endpoint(client), client.url, base, keep)
        except BaseException:
            client.close()
            raise

    def close(self) -> None:
        """Let go of the connections. Closing twice does nothing."""
        if self._endpoint is not None:
            self._endpoint.close()
            self._quads = RemoteQuads(self._endpoint, self._location)
        self._endpoint = self._catalogue = self._local = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<RemoteGraphStore {self._location}{' closed' if self._endpoint is None else ''}>"

    # ------------------------------------------------------------ what it is

    @property
    def location(self) -> str | None:
        """Address of the endpoint, without user and password."""
        return self._location

    @property
    def generation(self) -> str | None:
        """Always ``None``: an endpoint publishes no states."""
        return None

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint behind it."""
        if self._endpoint is None:
            raise ModeError("The store is closed. Open it again.")
        return self._endpoint

    @property
    def engine(self) -> RemoteQuads:
        """The quads behind queries, looked up one pattern at a time."""
        if self._endpoint is None:
            raise ModeError("The store is closed. Open it again.")
        return self._quads

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._endpoint is None

    @property
    def mark(self) -> str | None:
        """What our own writes leave behind, another one after each of them; empty before the first.

        What others write into the endpoint leaves it as it is.
        """
        catalogue = catalogue_iri(self.base)
        found = self.endpoint.table(texts.sent(bind(_MARK, {"catalogue": catalogue})), ())
        return " ".join(sorted(str(row[0]) for row in found.values()))

    def graph(self, name: str | None) -> ox.Store:
        """A copy of one graph in memory; of the default graph beside the named ones, without a name.

        Raises:
            EmbeddedOnlyError: the endpoint has no default graph of its own.
        """
        if name is None and not self.endpoint.has_default_graph:
            raise refused("keep statements without a named graph", self._location)
        held = ox.Store()
        self._copy(held, ox.DefaultGraph() if name is None else ox.NamedNode(name))
        return held

    def datasets(self, *, all_versions: bool = False) -> list[DatasetVersion]:
        """The current dataset versions by key, or all that ever were."""
        catalogue = Catalogue(self.catalogue(), self.base)
        return catalogue.versions() if all_versions else catalogue.current()

    def catalogue(self) -> ox.Store:
        """A copy of the catalogue graph in memory: small, and read in one request."""
        if self._catalogue is not None:
            return self._catalogue
        held = self.graph(catalogue_iri(self.base).value)
        self._catalogue = held if self._keep else None
        return held

    def local_statements(self) -> dict[str, str]:
        """Digests of the graphs that belong to no dataset; their statements are fetched for it."""
        if self._local is not None:
            return self._local
        found = self._digests()
        self._local = found if self._keep else None
        return found

    def _digests(self) -> dict[str, str]:
        held = self.graph(catalogue_iri(self.base).value)
        owned = Catalogue(held, self.base).owners()
        for graph in self.endpoint.graphs():
            if graph not in owned:
                self._copy(held, ox.NamedNode(graph))
        if self.endpoint.union.how != "native":  # else there is no default graph besides the union
            self._copy(held, ox.DefaultGraph())
        return local_statements(held, self.base)

    def info(self) -> StoreInfo:
        """What is in the store, at a glance."""
        endpoint = self.endpoint
        kind = endpoint.server or "no name"
        return StoreInfo(
            path=None,
            base=self.base,
            mode="write",
            generation=None,
            created=None,
            quads=int(str(endpoint.table(_COUNT, ()).scalar())),
            datasets=tuple(self.datasets()),
            generations=0,
            releases={},
            journal_bytes=0,
            recovered=(),
            endpoint=f"{endpoint.addresses.query} ({kind}; dialect {endpoint.dialect.name}; union {endpoint.union.how})",
        )

    def _base(self) -> str:
        ending = catalogue_iri(DEFAULT_BASE).value.removeprefix(DEFAULT_BASE)
        found = self.endpoint.table(texts.sent(_CATALOGUES), ())
        bases = sorted(str(row[0]).removesuffix(ending) for row in found.values() if str(row[0]).endswith(ending))
        if len(bases) > 1:
            raise ModeError(
                f"{self._location} holds several catalogues: {', '.join(bases)}. Keep one knowledge graph per endpoint."
            )
        return bases[0] if bases else DEFAULT_BASE

    def _copy(self, held: ox.Store, graph: ox.NamedNode | ox.DefaultGraph) -> None:
        text = bind(_STATEMENTS, {"graph": graph}) if isinstance(graph, ox.NamedNode) else _DEFAULT_STATEMENTS
        rows = self.endpoint.table(text, ()).rows
        held.extend(ox.Quad(s, p, o, graph) for s, p, o in rows)  # type: ignore[arg-type]

    # ------------------------------------------------------------ read and write

    def query(
        self,
        text: str,
        bindings: Mapping[str, Value] | None = None,
        *,
        dataset: Dataset | None = None,
        base_iri: str | None = None,
    ) -> QueryResult:
        """Run a SPARQL 1.1 query over the union of all current graphs, or over a stated dataset.

        The text is read here first, as strictly as by an embedded store, so that both take the same queries.

        Args:
            text: the query.
            bindings: values for its variables, bound as terms.
            dataset: graphs that the query sees, in place of the union and of its own ``FROM``.
            base_iri: what relative IRIs in the text are resolved against.

        Raises:
            QuerySyntaxError: names line, column and cause.
            BindingError: a parameter does not occur in the query.
            EmbeddedOnlyError: the query calls a ``tmf:`` function.
            EndpointError: the endpoint cannot be reached, refuses, or gives no whole answer.
        """
        words = guard(text)
        if any(_is_function(word) for word in words):
            raise refused("call tmf: functions in a query", self._location)
        bound = bind(text, bindings)
        kind = _kind(text, bound, base_iri)
        sent = texts.sent(bound, base_iri=base_iri)
        if dataset is not None:
            dataset.options()  # refuses what is no IRI
            pairs = texts.stated(dataset)
        else:
            pairs = () if texts.has_from(words) else self.endpoint.union.pairs
        if kind == "graph":
            return self.endpoint.triples(sent, pairs)
        found = self.endpoint.table(sent, pairs)
        return _yes_or_no(found) if kind == "ask" else found

    def transaction(self, label: str = "change") -> Transaction:
        """Collect loads and retirements: they are checked here, and sent when the ``with`` block ends."""
        from graphstore.remote.sending import RemoteTransaction

        return RemoteTransaction(label, self)

    def load(self, path: str | Path, **options: Any) -> LoadReport:
        """Load one file in a transaction of its own; for the options see :meth:`Transaction.load`."""
        with self.transaction(f"load {Path(path).name}") as transaction:
            return transaction.load(path, **options)

    def load_bytes(self, data: bytes, *, key: str, format: str, **options: Any) -> LoadReport:  # noqa: A002 - as in load
        """Load bytes in a transaction of their own; for the options see :meth:`Transaction.load_bytes`."""
        with self.transaction(f"load {key}") as transaction:
            return transaction.load_bytes(data, key=key, format=format, **options)

    def retire(self, key: str) -> DatasetVersion:
        """Take a dataset out of the current store in a transaction of its own."""
        with self.transaction(f"retire {key}") as transaction:
            return transaction.retire(key)


def _is_function(word: Token) -> bool:
    return (word.kind == "name" and word.text.startswith("tmf:")) or (
        word.kind == "iri" and word.text[1:].startswith(PREFIXES["tmf"])
    )


def _yes_or_no(found: QueryResult) -> QueryResult:
    """The answer to an ASK; Virtuoso gives a table with one row for yes and with none for no."""
    if found.kind == "ask":
        return found
    return QueryResult(ox.Store().query("ASK {}" if found.rows else "ASK { FILTER(false) }"))


def _kind(text: str, bound: str, base_iri: str | None) -> str:
    """What kind of answer a query has; it is parsed, and run on nothing, by the engine that embedded stores have."""
    try:
        return QueryResult(ox.Store().query(bound, base_iri=base_iri, prefixes=dict(PREFIXES))).kind
    except SyntaxError as error:
        raise syntax_error(error, text, bound) from None
    except (OSError, RuntimeError) as error:
        raise QueryError(f"The query failed before it was sent: {error}.") from error
