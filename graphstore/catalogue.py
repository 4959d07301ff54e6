"""The catalogue: one description per dataset version, as RDF in its own graph of the same store.

A version is described when it is loaded and never changed afterwards except in its status. The description follows
from the journal's record alone, so a rebuild writes the same one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

import pyoxigraph as ox

from graphstore.errors import ProtectedGraphError, UnknownNameError
from graphstore.formats import by_name
from graphstore.quads import Quads
from graphstore.query import failure
from graphstore.terms import catalogue_iri, dataset_iri, literal, name, typed, version_iri

Status = Literal["current", "superseded", "retired"]

RESULTS: Final = "results/"
"""Beginning of the keys of datasets that hold computed footprints: results are no input of other results."""

ASSESSMENTS: Final = "assessments/"
"""Beginning of the keys of datasets that hold judgements of submissions: they are no input either."""

RECORDS: Final = "records/"
"""Beginning of the keys of datasets that hold records of our own footprints for exchange: they repeat results."""

_STATUS_IRI: Final = "https://w3id.org/tanmai/id/dataset-status/"
_MEDIA_TYPE_IRI: Final = "https://www.iana.org/assignments/media-types/"
_DATE: Final = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$")

_EACH: Final = {
    "tm:versionNumber": "number",
    "tm:datasetStatus": "status",
    "dcterms:title": "title",
    "dcterms:created": "created",
    "tm:serialization": "format",
    "tm:compressed": "gzip",
    "dcat:byteSize": "size",
    "tm:sha256": "sha256",
    "void:triples": "quads",
    "tm:sourceFileName": "source",
}
_SOME: Final = {
    "dcterms:issued": "issued",
    "dcterms:publisher": "publisher",
    "dcterms:license": "licence",
    "prov:wasRevisionOf": "replaces",
    "tm:baseIri": "base_iri",
}
_STATED: Final = frozenset(name(predicate).value for predicate in _EACH)
_FIELDS: Final[Mapping[str, str]] = {name(predicate).value: field for predicate, field in (_EACH | _SOME).items()}
"""Which predicate says what of a version: what each one states, and what some do."""
_CURRENT: Final = ox.NamedNode(_STATUS_IRI + "current")
_TYPE: Final = name("rdf:type").value
_VERSION: Final = name("tm:DatasetVersion")
_DATASET: Final = name("dcat:isVersionOf").value
_NAMED_GRAPH: Final = name("tm:namedGraph").value


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """One version of one dataset.

    Attributes:
        key: the dataset's key, unique in the store.
        number: 1 for the first version.
        status: ``current``, ``superseded`` by a later version, or ``retired`` (taken out without successor).
        title: name for people.
        format: short name of the RDF format it came in.
        gzip: whether the bytes are compressed.
        source: name of the file it came from.
        size: number of bytes as they came.
        sha256: of the bytes as they came.
        created: when it was loaded, ISO 8601.
        quads: number of quads in its graphs.
        graphs: names of the named graphs that came with it, besides its own graph.
        issued: when its publisher issued it: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; empty when not stated.
        publisher: IRI or name; empty when not stated.
        licence: IRI or text; empty when not stated.
        base_iri: base its relative IRIs were resolved against; empty when none was given.
        replaces: number of the version that it replaced; 0 for none.
    """

    key: str
    number: int
    status: Status
    title: str
    format: str
    gzip: bool
    source: str
    size: int
    sha256: str
    created: str
    quads: int = 0
    graphs: tuple[str, ...] = ()
    issued: str = ""
    publisher: str = ""
    licence: str = ""
    base_iri: str = ""
    replaces: int = 0

    def iri(self, base: str) -> ox.NamedNode:
        """IRI of the version and name of its graph."""
        return version_iri(base, self.key, self.number)

    def all_graphs(self, base: str) -> list[ox.NamedNode]:
        """Every graph that belongs to it, its own first."""
        return [self.iri(base), *(ox.NamedNode(graph) for graph in self.graphs)]

    def to_meta(self) -> dict[str, Any]:
        """The description as the journal stores it. The status follows from later records."""
        return {key: value for key, value in asdict(self).items() if key != "status"}

    @classmethod
    def from_meta(cls, meta: dict[str, Any]) -> DatasetVersion:
        """The description of a journal record."""
        return cls(status="current", **{**meta, "graphs": tuple(meta["graphs"])})

    def with_status(self, status: Status) -> DatasetVersion:
        """The same version with another status."""
        return replace(self, status=status)


def issued_text(value: str | dt.date | None) -> str:
    """An issued date as text, checked: year, year-month or date.

    Raises ``ValueError`` with a message for anything else.
    """
    if value is None or value == "":
        return ""
    text = value.isoformat() if isinstance(value, dt.date) else value
    if not _DATE.match(text):
        raise ValueError(f"The issued date {text!r} is not of the form YYYY, YYYY-MM or YYYY-MM-DD.")
    dt.date.fromisoformat((text + "-01-01")[:10])
    return text


class Catalogue:
    """Reads and writes the catalogue graph of one engine store."""

    def __init__(self, engine: Quads, base: str) -> None:
        self._engine = engine
        self._base = base
        self.graph = catalogue_iri(base)

    def versions(self) -> list[DatasetVersion]:
        """All versions of all datasets, by key and number."""
        return self._found(self._subjects("rdf:type", _VERSION))

    def current(self) -> list[DatasetVersion]:
        """The versions whose graphs are in the store, by key."""
        return self._found(self._subjects("tm:datasetStatus", _CURRENT))

    def history(self, key: str) -> list[DatasetVersion]:
        """All versions of one dataset, oldest first; empty when the key is unknown."""
        return self._found(self._of_key(key))

    def of_iri(self, iri: ox.NamedNode) -> DatasetVersion | None:
        """The version with this IRI, read without the others; ``None`` where there is none."""
        found = self._version(iri)
        return found if found is not None and found.iri(self._base) == iri else None

    def latest(self, key: str) -> tuple[int, DatasetVersion | None]:
        """The highest number of a version of one dataset, 0 when the key is unknown, and its current version, if any.

        Reads one number of each version: one that is loaded every day has hundreds of them.
        """
        of_key = self._of_key(key)
        numbers = [int(number.value) for version in of_key for number in self._objects(version, "tm:versionNumber")]
        held = (version for version in of_key if self._quads(version, name("tm:datasetStatus"), _CURRENT))
        return max(numbers, default=0), next(iter(self._found(held)), None)

    def _of_key(self, key: str) -> list[Any]:
        datasets = self._subjects("dcterms:identifier", literal(key))
        return [version for each in datasets for version in self._subjects("dcat:isVersionOf", each)]

    def _subjects(self, predicate: str, value: ox.NamedNode | ox.Literal) -> list[Any]:
        return [quad.subject for quad in self._quads(None, name(predicate), value)]

    def _objects(self, subject: Any, predicate: str) -> list[Any]:
        return [quad.object for quad in self._quads(subject, name(predicate), None)]

    def _quads(self, subject: Any, predicate: ox.NamedNode | None, value: Any) -> list[ox.Quad]:
        try:
            return list(self._engine.quads_for_pattern(subject, predicate, value, self.graph))
        except (OSError, RuntimeError) as error:
            raise failure(error) from error

    def _found(self, subjects: Iterable[ox.NamedNode]) -> list[DatasetVersion]:
        found = (self._version(subject) for subject in subjects)
        return sorted(filter(None, found), key=lambda version: (version.key, version.number))

    def _version(self, subject: ox.NamedNode) -> DatasetVersion | None:
        """The version that is described so; ``None`` where the description lacks what each one has.

        Read by patterns: a query joins fifteen statements of each version, which takes the engine four times as long.
        """
        terms: dict[str, list[Any]] = {}
        for quad in self._quads(subject, None, None):
            terms.setdefault(quad.predicate.value, []).append(quad.object)
        keys = [key.value for each in terms.get(_DATASET, ()) for key in self._objects(each, "dcterms:identifier")]
        if not keys or not terms.keys() >= _STATED or _VERSION not in terms.get(_TYPE, ()):
            return None
        facts = {field: str(terms[predicate][0].value) for predicate, field in _FIELDS.items() if predicate in terms}
        replaces = facts.get("replaces", "").removeprefix(f"{dataset_iri(self._base, keys[0]).value}/v")
        return DatasetVersion(
            key=keys[0],
            number=int(facts["number"]),
            status=facts["status"].removeprefix(_STATUS_IRI),  # type: ignore[arg-type]
            title=facts["title"],
            format=facts["format"],
            gzip=facts["gzip"] == "true",
            source=facts["source"],
            size=int(facts["size"]),
            sha256=facts["sha256"],
            created=_time(facts["created"]),
            quads=int(facts["quads"]),
            graphs=tuple(sorted(graph.value for graph in terms.get(_NAMED_GRAPH, ()))),
            issued=facts.get("issued", ""),
            publisher=facts.get("publisher", ""),
            licence=facts.get("licence", ""),
            base_iri=facts.get("base_iri", ""),
            replaces=int(replaces or 0),
        )

    def version(self, key: str, number: int | None = None) -> DatasetVersion:
        """One version; without number the current one, else the newest."""
        history = self.history(key)
        if not history:
            known = sorted({version.key for version in self.versions()})
            shown = ", ".join(known[:8]) + (" …" if len(known) > 8 else "")
            raise UnknownNameError(f"There is no dataset {key!r}. Known: {shown or 'none yet'}.")
        if number is None:
            return next((v for v in history if v.status == "current"), history[-1])
        found = next((v for v in history if v.number == number), None)
        if found is None:
            raise UnknownNameError(f"Dataset {key!r} has no version {number}; it has 1 to {history[-1].number}.")
        return found

    def owners(self) -> dict[str, str]:
        """Graph name to key of the dataset it belongs to, for all current versions and the catalogue itself."""
        found: dict[str, str] = {}
        for version in self._subjects("tm:datasetStatus", _CURRENT):
            [dataset] = self._objects(version, "dcat:isVersionOf")
            [key] = self._objects(dataset, "dcterms:identifier")
            found |= {graph.value: key.value for graph in (version, *self._objects(version, "tm:namedGraph"))}
        return {**found, self.graph.value: "the catalogue"}

    def owned_graphs(self) -> set[str]:
        """The names in `owners`, for those who ask of no key: two patterns, where the keys take three of each version."""
        current = set(self._subjects("tm:datasetStatus", _CURRENT))
        named: list[Any] = self._quads(None, name("tm:namedGraph"), None)
        beside = {quad.object.value for quad in named if quad.subject in current}
        return {self.graph.value, *(version.value for version in current), *beside}

    def describe(self, version: DatasetVersion) -> Iterator[ox.Quad]:
        """The quads that describe a current version."""
        subject = version.iri(self._base)
        dataset = dataset_iri(self._base, version.key)
        a = name("rdf:type")
        yield ox.Quad(dataset, a, name("dcat:Dataset"), self.graph)
        yield ox.Quad(dataset, name("dcterms:identifier"), literal(version.key), self.graph)
        yield ox.Quad(dataset, name("dcat:hasVersion"), subject, self.graph)
        yield ox.Quad(subject, a, name("tm:DatasetVersion"), self.graph)
        yield ox.Quad(subject, a, name("dcat:Dataset"), self.graph)
        yield ox.Quad(subject, name("dcat:isVersionOf"), dataset, self.graph)
        for predicate, term in self._facts(version):
            yield ox.Quad(subject, name(predicate), term, self.graph)

    def _facts(self, version: DatasetVersion) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
        yield "tm:datasetStatus", ox.NamedNode(_STATUS_IRI + version.status)
        yield "tm:versionNumber", ox.Literal(version.number)
        yield "dcat:version", literal(str(version.number))
        yield "dcterms:title", literal(version.title)
        yield "dcterms:created", typed(version.created, "dateTime")
        yield "tm:serialization", literal(version.format)
        yield "tm:compressed", ox.Literal(version.gzip)
        yield "dcat:mediaType", ox.NamedNode(_MEDIA_TYPE_IRI + by_name(version.format).media_type)
        yield "dcat:byteSize", typed(str(version.size), "nonNegativeInteger")
        yield "tm:sha256", literal(version.sha256)
        yield "void:triples", ox.Literal(version.quads)
        yield "tm:sourceFileName", literal(version.source)
        if version.issued:
            yield (
                "dcterms:issued",
                typed(version.issued, {4: "gYear", 7: "gYearMonth"}.get(len(version.issued), "date")),
            )
        if version.publisher:
            yield "dcterms:publisher", _iri_or_text(version.publisher)
        if version.licence:
            yield "dcterms:license", _iri_or_text(version.licence)
        if version.base_iri:
            yield "tm:baseIri", literal(version.base_iri)
        if version.replaces:
            yield "prov:wasRevisionOf", version_iri(self._base, version.key, version.replaces)
        for graph in version.graphs:
            yield "tm:namedGraph", ox.NamedNode(graph)

    def status_change(self, version: DatasetVersion, status: Status) -> tuple[ox.Quad, ox.Quad]:
        """The quad to remove and the quad to add so that ``version`` gets another status."""
        subject, predicate = version.iri(self._base), name("tm:datasetStatus")
        old = ox.Quad(subject, predicate, ox.NamedNode(_STATUS_IRI + version.status), self.graph)
        return old, ox.Quad(subject, predicate, ox.NamedNode(_STATUS_IRI + status), self.graph)

    def ended(self, version: DatasetVersion, time: str) -> Iterator[ox.Quad]:
        """The quad that says when a version was taken out; none where that is not known."""
        if time:
            yield ox.Quad(version.iri(self._base), name("prov:invalidatedAtTime"), typed(time, "dateTime"), self.graph)


def _iri_or_text(text: str) -> ox.NamedNode | ox.Literal:
    if "://" in text or text.startswith("urn:"):
        try:
            return ox.NamedNode(text)
        except ValueError:
            pass
    return literal(text)


def _time(text: str) -> str:
    try:
        return dt.datetime.fromisoformat(text).isoformat()
    except ValueError:  # somebody else's; shown as it stands
        return text


def check_owner(graph: str, owners: Mapping[str, str]) -> None:
    """Refuse to change a graph that has an owner.

    Raises:
        ProtectedGraphError: it has one.
    """
    owner = owners.get(graph)
    if owner is not None:
        whose = owner if owner == "the catalogue" else f"the dataset {owner!r}"
        raise ProtectedGraphError(
            f"The update would change the graph {graph}, which belongs to {whose}. "
            "Nothing was changed. Load a corrected file as a new version, or write local statements into another graph."
        )
