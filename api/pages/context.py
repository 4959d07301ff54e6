"""What the work for one page needs: the job read, the graph behind it, the names and addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, cast

import pyoxigraph as ox

from api.pages.addresses import Addresses
from api.pages.forms import DATA, HTML
from api.pages.graphs import Graphs
from api.pages.labels import Labels
from api.pages.node import Shown
from api.pages.rendering import Setting, render
from api.pages.shipped import shipped_shapes
from api.pages.words import Language
from api.readers.frames import Output
from graphstore.contract import SparqlStore
from graphstore.formats import by_name
from graphstore.terms import PREFIXES

Job = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What the work for one page needs.

    Attributes:
        job: what is asked.
        store: state of the graph.
        graphs: the store and the shipped shapes as one graph.
        labels: names of nodes.
        addresses: addresses of this server.
        shown: how terms are shown.
    """

    job: Job
    store: SparqlStore
    graphs: Graphs
    labels: Labels
    addresses: Addresses
    shown: Shown

    @classmethod
    def of(cls, store: SparqlStore, job: Job) -> Self:
        """Read a job."""
        graphs = Graphs(store.engine, shipped_shapes())
        labels = Labels(graphs, cast("Language", job["lang"]))
        addresses = Addresses(str(job["prefix"]), store.base, dict(job["carried"]))
        return cls(job, store, graphs, labels, addresses, Shown(graphs, labels, addresses))

    @property
    def lang(self) -> Language:
        """Language of the page."""
        return self.labels.lang

    @property
    def number(self) -> int:
        """Which page of several, from 1."""
        return int(self.job["number"])

    def setting(self) -> Setting:
        """What every page is told."""
        job = self.job
        return Setting(
            self.lang,
            self.addresses,
            str(job["here"]),
            dict(job["parameters"]),
            str(job["generation"]),
            job["release"],
            job["as_of"],
        )

    def paged(self, number: int) -> str:
        """The address of another page of the same."""
        return self.addresses.to(str(self.job["here"]), **{**self.job["parameters"], "page": number})

    def paging(self, more: bool) -> list[tuple[str, str, str]]:
        """The links between pages: address, relation, media type."""
        found = []
        if self.number > 1:
            found = [(self.paged(1), "first", ""), (self.paged(self.number - 1), "prev", "")]
        return [*found, (self.paged(self.number + 1), "next", "")] if more else found

    def send_page(
        self, out: Output, template: str, links: list[tuple[str, str, str]] | None = None, **values: Any
    ) -> None:
        """Answer with a page."""
        self.send(out, HTML.content_type, self.page(template, **values), links or [])

    def page(self, template: str, **values: Any) -> bytes:
        """A page as UTF-8."""
        return render(template, self.setting(), **values)

    def send_data(self, out: Output, triples: list[ox.Triple], links: list[tuple[str, str, str]]) -> None:
        """Answer with an RDF document in the format that the job names."""
        offer = DATA[str(self.job["format"])]
        body = ox.serialize(triples, format=by_name(offer.name).rdf, prefixes=dict(PREFIXES)) or b""
        self.send(out, offer.content_type, body, links)

    def send(self, out: Output, content_type: str, body: bytes, links: list[tuple[str, str, str]]) -> None:
        """Answer with a document and the links of its header."""
        out.head(content_type=content_type, generation=self.job["generation"], links=links)
        out.write(body)
