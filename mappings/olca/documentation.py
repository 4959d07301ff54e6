"""Where data come from: sources, persons and organizations, and the documentation of processes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mappings.ntriples import DCAT, LABEL, PROV, RDFS, TYPE, VALUE, date_time, dcterms, is_iri, literal, tm, typed
from mappings.olca.fields import Json, objects, ref, ref_id, text
from mappings.olca.names import Names
from mappings.olca.package import FOLDERS, Entity, Package
from mappings.olca.report import ImportReport

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(T.*)?")
_ROLES = {
    "dataGenerator": dcterms("creator"),
    "dataDocumentor": dcterms("contributor"),
    "dataSetOwner": dcterms("rightsHolder"),
    "reviewer": tm("reviewedBy"),
}
_TEXTS = (
    "completenessDescription",
    "dataCollectionDescription",
    "dataSelectionDescription",
    "dataTreatmentDescription",
    "geographyDescription",
    "intendedApplication",
    "inventoryMethodDescription",
    "modelingConstantsDescription",
    "projectDescription",
    "restrictionsDescription",
    "reviewDetails",
    "samplingDescription",
    "timeDescription",
    "useAdvice",
)


def source_lines(package: Package, names: Names) -> Iterator[str]:
    """Yield the triples of all literature sources."""
    for entity in package["Source"].values():
        data = entity.data
        node = names.iri("source", entity.id)
        yield from _named(package, names, entity, node, tm("Source"))
        if text(data.get("textReference")):
            yield f"{node} {dcterms('bibliographicCitation')} {literal(text(data['textReference']))} .\n"
        year = data.get("year")
        if isinstance(year, int) and not isinstance(year, bool) and 0 < year <= 9999:
            yield f"{node} {dcterms('issued')} {typed(f'{year:04d}', 'gYear')} .\n"
        yield from _links(node, data, ("url",))


def actor_lines(package: Package, names: Names) -> Iterator[str]:
    """Yield persons and organizations by name and web site; addresses and telephone numbers stay outside the graph."""
    for entity in package["Actor"].values():
        node = names.iri("actor", entity.id)
        yield from _named(package, names, entity, node, f"<{PROV}Agent>")
        yield from _links(node, entity.data, ("website",))
        if text(entity.data.get("country")):
            yield f"{node} {tm('addressCountry')} {literal(text(entity.data['country']))} .\n"


def warn_nameless(package: Package, report: ImportReport) -> None:
    """Report entities whose name is no text; they are called by their identifiers."""
    for kind in FOLDERS:
        for entity in package[kind].values():
            if not entity.name and kind != "Category":
                report.warn(f"{entity.file}: the {kind} has no name that is a text; it is called by its identifier.")


def _named(package: Package, names: Names, entity: Entity, node: str, kind: str) -> Iterator[str]:
    yield f"{node} {TYPE} {kind} .\n{node} {dcterms('identifier')} {literal(entity.id)} .\n"
    yield f"{node} {LABEL} {literal(entity.name or entity.id)} .\n"
    if text(entity.data.get("description")):
        yield f"{node} {dcterms('description')} {literal(text(entity.data['description']))} .\n"
    category = package.category(entity)
    if category:
        yield f"{node} {tm('categoryPath')} {literal(category)} .\n"
    yield from names.version_lines(node, entity.data)


def _links(node: str, data: Json, fields: tuple[str, ...]) -> Iterator[str]:
    for name in fields:
        link = text(data.get(name))
        if link:
            yield f"{node} <{RDFS}seeAlso> {f'<{link}>' if is_iri(link) else literal(link)} .\n"


def documentation_lines(package: Package, names: Names, entity: Entity) -> Iterator[str]:
    """Yield what a process says about its origin: period, technology, sources, people, texts by field."""
    data = ref(entity.data, "processDocumentation")
    node = names.iri("process", entity.id)
    if text(data.get("technologyDescription")):
        yield f"{node} {tm('technologyDescription')} {literal(text(data['technologyDescription']))} .\n"
    if text(data.get("creationDate")):
        yield f"{node} {dcterms('created')} {date_time(text(data['creationDate']))} .\n"
    yield from _period(names, node, data)
    for field, term in _ROLES.items():
        actor = ref_id(data, field)
        if actor:
            yield f"{node} {term} {names.iri('actor', actor)} .\n"
            yield from _absent(package, names, "Actor", "actor", actor, ref(data, field), f"<{PROV}Agent>")
    for source in {ref_id({"s": s}, "s"): s for s in (*objects(data, "sources"), ref(data, "publication"))}.items():
        if source[0]:
            yield f"{node} {dcterms('source')} {names.iri('source', source[0])} .\n"
            yield from _absent(package, names, "Source", "source", *source, tm("Source"))
    for field in _TEXTS:
        if text(data.get(field)):
            note = names.iri("documentation", entity.id, field)
            yield (
                f"{node} {tm('documentation')} {note} .\n{note} {TYPE} {tm('DocumentationText')} .\n"
                f"{note} {tm('documentationField')} {literal(field)} .\n{note} {VALUE} {literal(text(data[field]))} .\n"
            )


def _absent(package: Package, names: Names, kind: str, path: str, key: str, data: Json, term: str) -> Iterator[str]:
    """Describe an entity that the package refers to but does not hold by what the reference says."""
    if key not in package[kind]:
        node = names.iri(path, key)
        yield f"{node} {TYPE} {term} .\n{node} {LABEL} {literal(text(data.get('name')) or key)} .\n"


def _period(names: Names, node: str, data: Json) -> Iterator[str]:
    """Yield the validity of a process: its reference year is the year in which it begins to be valid."""
    dates = [_DATE.fullmatch(text(data.get(name))) for name in ("validFrom", "validUntil")]
    start, end = ("-".join(d.group(1, 2, 3)) if d else "" for d in dates)
    first = dates[0] or dates[1]
    if first is None:
        return
    yield f"{node} {tm('referenceYear')} {typed(first.group(1), 'gYear')} .\n"
    period = names.iri("period", f"{start}--{end}")
    yield f"{node} {dcterms('temporal')} {period} .\n{period} {TYPE} {dcterms('PeriodOfTime')} .\n"
    for name, date in (("startDate", start), ("endDate", end)):
        if date:
            yield f"{period} <{DCAT}{name}> {typed(date, 'date')} .\n"
