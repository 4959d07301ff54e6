"""The Python entry: a knowledge graph to load, query, calculate and explain, from a script or a notebook.

    import tanmai

    g = tanmai.open("tanmai-data")
    g.footprint("profile, delivered", gwp="AR5").total
    g.query("SELECT ?p (tmf:footprint(?p) AS ?kg) { ?p a tm:Product }").frame

Reading holds no lock: each question is answered from the newest published state, and the writer's lock is taken for as long as
a call needs it. Systems that were compiled and solved are kept while the state stays the same, so that the second question
takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from graphstore import GraphStore
from graphstore.answers.graph import Calculation, Settings
from graphstore.errors import LayoutError
from tanmai import knowledge
from tanmai.analysing import Analysing, require_counts, unit_iri
from tanmai.method import Method, settings_of
from tanmai.results import Explanation, Footprint, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from graphstore import LoadReport
    from graphstore.answers.results import Written
    from graphstore.terms import Value
    from mappings.olca import ImportReport
    from mappings.pact import Imported, Published


class Graph(Analysing):
    """A knowledge graph; open it with :func:`tanmai.open`.

    Attributes:
        path: directory of the store; None in memory.
        lang: language of what is shown, ``zh`` or ``en``; numbers and names in ``data`` come in both.
    """

    def __init__(self, path: Path | None, lang: str, release: str | None = None) -> None:
        """Internal: use :func:`tanmai.open`."""
        self.path = path
        self.lang = lang
        self._release = release
        self._store: GraphStore | None = None
        self._calculations: dict[tuple[Settings, str | None], Calculation] = {}

    @classmethod
    def open(cls, path: str | Path | None, lang: str, release: str | None) -> Self:
        """Open or create; see :func:`tanmai.open`."""
        if isinstance(path, str) and path.startswith(("http://", "https://")):
            from graphstore.contract import refused
            from graphstore.remote.http import without_secrets

            raise refused("be opened by tanmai.open", without_secrets(path))
        graph = cls(None if path is None else Path(path), lang, release)
        if path is None or (release is None and not Path(path).exists()):
            with graph._writing() as store, store.transaction("init") as transaction:
                knowledge.load_into(transaction)
        graph._reading()
        return graph

    def close(self) -> None:
        """Let go of the store; a later call opens it again, except in memory, where it is gone."""
        if self._store is not None:
            self._store.close()
        self._store = None
        self._calculations.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<tanmai.Graph {self.path or 'in memory'}>"

    # ------------------------------------------------------------ data in

    def load(self, *files: str | Path, **options: Any) -> list[LoadReport]:
        """Load RDF files, each as one dataset: all of them or none.

        Args:
            *files: Turtle, TriG, N-Triples, N-Quads, RDF/XML, JSON-LD; gzip or not.
            **options: as of :meth:`graphstore.Transaction.load`: key, format, title, issued, publisher, licence.

        Raises:
            LoadError: nothing was changed; names file, line and cause.
        """
        from tanmai.spelling import require_known_terms

        with self._writing() as store, store.transaction("load") as transaction:
            reports = [transaction.load(file, **options) for file in files]
            require_known_terms(transaction, [r.version for r in reports if r.changed], store)
        return reports

    def import_package(
        self, path: str | Path, key: str | None = None, flow_map: str | Path | None = None
    ) -> tuple[LoadReport, ImportReport]:
        """Import an openLCA JSON-LD package, or the manifest of an input-output table, as one dataset.

        Args:
            path: zip or folder of the package, or the manifest (TOML).
            key: name of the dataset; else that of the file, or the one in the manifest.
            flow_map: CSV that says which flow is which greenhouse gas; the default table when None.

        Returns:
            What was stored, and what came in and what did not.

        Raises:
            MappingError: the package, the flow map or the table cannot be read; nothing was changed.
        """
        from tanmai.importing import import_package

        return import_package(self._writing, Path(path), key, None if flow_map is None else Path(flow_map))

    def import_records(self, path: str | Path) -> Imported:
        """Import PACT records (JSON), each as a dataset of its own.

        Args:
            path: a record, a list of records, or what a PACT host answered.

        Returns:
            What is new, and the factor of each record, on which a supply chain can end.

        Raises:
            MappingError: the file or a record in it is wrong; nothing was changed.
        """
        from mappings.pact import import_records, read_records

        report = read_records(Path(path).read_bytes(), Path(path).name)
        with self._writing() as store:
            return import_records(store, report)

    def publish_record(self, product: str, study: str | None = None, **method: Unpack[Method]) -> Published:
        """Make a PACT record of a footprint and keep it in the store, in place of an older one about the same.

        Args:
            product: IRI, or a unique part of a name in Chinese or English.
            study: IRI of the study about the product; needed where there are several.
            **method: see :class:`Method`; without a scenario, since what is published is a result of the data as they are.

        Raises:
            RecordError: facts that a record needs are missing; all of them are named.
        """
        from mappings.pact import publish

        with self._writing() as store:
            knowledge.require(store)
            return publish(
                Calculation(store, _laid(store, settings_of(method), method.get("scenario"))), product, study
            )

    def update(self, text: str) -> None:
        """Run a SPARQL update on local statements."""
        with self._writing() as store:
            store.update(text)

    def materialize(self, *products: str, **method: Unpack[Method]) -> Written:
        """Write footprints of the named products, or of all, into the graph, in place of stale ones.

        Args:
            *products: IRI, or a unique part of a name, each; all products when none is named.
            **method: see :class:`Method`; without a scenario, since what is written are results of the data as they are.
        """
        from graphstore.answers.products import outputs_of
        from graphstore.answers.results import materialize

        with self._writing() as store:
            knowledge.require(store)
            calculation = Calculation(store, _laid(store, settings_of(method), method.get("scenario")))
            return materialize(calculation, outputs_of(calculation, products) if products else None)

    # ------------------------------------------------------------ questions

    def query(self, text: str, bindings: Mapping[str, Value] | None = None) -> Table:
        """Run a SPARQL query over all current data; ``tmf:footprint`` and ``tmf:convert`` may be called in it.

        Args:
            text: SELECT, ASK, CONSTRUCT or DESCRIBE; the usual prefixes need no declaration.
            bindings: values for variables of the query, bound as terms, never pasted.
        """
        return Table.of(self._reading().query(text, bindings), self.lang)

    def products(self, **method: Unpack[Method]) -> pl.DataFrame:
        """List what can be calculated: iri, name_en, name_zh, process, unit."""
        import polars as pl

        from graphstore.answers.names import Names
        from graphstore.answers.products import products

        asked: Method = {"unlinked": "cutoff", "coproducts": "unallocated", **method}
        calculation = self.calculation(**asked)
        rows, names = products(calculation), Names(calculation)
        names.learn(iri for row in rows for iri in (row.iri, row.unit))
        return pl.DataFrame(
            {
                "iri": [row.iri for row in rows],
                "name_en": [names[row.iri].in_language("en") for row in rows],
                "name_zh": [names[row.iri].in_language("zh") for row in rows],
                "process": [row.process for row in rows],
                "unit": [names[row.unit].in_language("en") for row in rows],
            },
            schema=dict.fromkeys(("iri", "name_en", "name_zh", "process", "unit"), pl.String),
        )

    def search(self, text: str, kind: str | None = None, most: int = 20) -> pl.DataFrame:
        """Find products, processes, factors, standards, terms by a part of their names or by code: iri, name, kinds."""
        import polars as pl

        from graphstore.search.index import SearchIndex

        require_counts(most=most)
        with SearchIndex.of(self._reading()) as index:
            hits = index.search(text, kind, most)
        return pl.DataFrame(
            {
                "iri": [hit.iri for hit in hits],
                "name": [hit.labels.get(self.lang, hit.name) for hit in hits],
                "matched": [hit.name for hit in hits],
                "kinds": [", ".join(hit.kinds) for hit in hits],
            },
            schema=dict.fromkeys(("iri", "name", "matched", "kinds"), pl.String),
        )

    def footprint(
        self, product: str, amount: float = 1.0, unit: str | None = None, **method: Unpack[Method]
    ) -> Footprint:
        """Compute the footprint of an amount of a product.

        Args:
            product: IRI, or a unique part of a name in Chinese or English.
            amount: how much of it.
            unit: symbol or IRI of the unit of the amount; the product's own when None.
            **method: see :class:`Method`.

        Raises:
            UnknownNameError: no such product or unit, or several.
            FootprintError: the supply chain cannot be computed; says why and how to mend it.
        """
        from graphstore.answers.footprint import calculate

        calculation = self.calculation(**method)
        return Footprint(calculate(calculation, product, amount, unit_iri(calculation, unit)).data, self.lang)

    def footprints(self, **method: Unpack[Method]) -> pl.DataFrame:
        """Compute the footprint of every product at once: iri, process, name, amount, unit, kg_co2e, error_bound, ..."""
        from graphstore.answers.scores import all_products

        return all_products(self.calculation(**method))

    def explain(
        self,
        product: str,
        amount: float = 1.0,
        unit: str | None = None,
        *,
        depth: int = 12,
        cutoff: float = 0.01,
        **method: Unpack[Method],
    ) -> Explanation:
        """Explain a footprint line by line: amount x factor = contribution, down to the source.

        Args:
            product: IRI, or a unique part of a name in Chinese or English.
            amount: how much of it.
            unit: symbol or IRI of the unit of the amount; the product's own when None.
            depth: most steps upstream.
            cutoff: share of the total below which a branch goes into the remainder of its node.
            **method: see :class:`Method`.
        """
        from graphstore.answers.explanation import explain

        calculation = self.calculation(**method)
        wanted = unit_iri(calculation, unit)
        return Explanation(explain(calculation, product, amount, wanted, depth=depth, cutoff=cutoff), self.lang)

    def calculation(self, **method: Unpack[Method]) -> Calculation:
        """Return the compiled state of the graph under some settings, for the functions of ``graphstore.answers``."""
        settings, scenario = settings_of(method), method.get("scenario")
        store = self._reading()
        knowledge.require(store)
        if (settings, None) not in self._calculations:
            self._calculations[settings, None] = Calculation(store, settings)
        if (settings, scenario) not in self._calculations:
            laid = _laid(store, settings, scenario).scenario
            self._calculations[settings, scenario] = self._calculations[settings, None].under(laid)
        return self._calculations[settings, scenario]

    # ------------------------------------------------------------ the store

    @property
    def store(self) -> GraphStore:
        """The store of the newest state, open for reading (in memory: for writing)."""
        return self._reading()

    def _reading(self) -> GraphStore:
        """Return the newest state; what was compiled for an older one is let go of."""
        if self._store is not None and self.path is not None and self._release is None and self._store.outdated():
            self.close()
        if self._store is None:
            if self.path is None:
                raise LayoutError("The graph in memory was closed and is gone. Open another one.")
            self._store = GraphStore.open(self.path, mode="read", release=self._release)
        return self._store

    @contextmanager
    def _writing(self) -> Iterator[GraphStore]:
        """Give a store to write to, and let go of everything that was read before."""
        if self.path is None:
            self._store = self._store or GraphStore.open()
            self._calculations.clear()
            yield self._store
            return
        if self._release is not None:
            raise LayoutError(f"The release {self._release!r} cannot be changed. Open the store without a release.")
        self.close()
        with GraphStore.open(self.path, mode="write") as store:
            yield store


def _laid(store: GraphStore, settings: Settings, scenario: str | None) -> Settings:
    """Return settings that lay a scenario of the graph over its data, where one is named."""
    if scenario is None:
        return settings
    from graphstore.scenarios import find_scenario

    return replace(settings, scenario=find_scenario(store, scenario))
