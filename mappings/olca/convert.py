"""From a package to triples and a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mappings.errors import ArgumentError
from mappings.flowmap import FlowMap
from mappings.ntriples import LABEL, TRUE, TYPE, dcterms, literal, tm
from mappings.olca.allocation import choose_factors, report_allocation
from mappings.olca.annotations import parameter_lines
from mappings.olca.carried import count_not_carried
from mappings.olca.documentation import actor_lines, source_lines, warn_nameless
from mappings.olca.exchanges import Activity, read_activities
from mappings.olca.fields import ref_id, text
from mappings.olca.flows import ELEMENTARY, PRODUCT, WASTE, Flows, flow_lines
from mappings.olca.linking import Links, link
from mappings.olca.names import DEFAULT_BASE, Names
from mappings.olca.package import Package
from mappings.olca.places import Places
from mappings.olca.processes import process_lines
from mappings.olca.report import ImportReport
from mappings.olca.units import Units, unit_lines
from mappings.unittable import UnitNames

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Conversion:
    """A converted package: N-Triples for its data graph, N-Triples for a linking graph, and the report."""

    report: ImportReport
    _flows: Flows
    _activities: list[Activity]
    _links: Links
    _dataset_key: str

    def chunks(self) -> Iterator[bytes]:
        """Yield the data as N-Triples in pieces of about a megabyte that end at a line end; may be called again."""
        yield from _encoded(self._lines())

    @property
    def data(self) -> bytes:
        """The data as N-Triples, the same bytes for the same package, whatever the order of its files."""
        return b"".join(self.chunks())

    @property
    def linking(self) -> bytes:
        """The choices among several producers as N-Triples for a linking graph; empty when none was needed."""
        return b"".join(_encoded(self._links.lines(self._flows.names, self._dataset_key)))

    def _lines(self) -> Iterator[str]:
        flows, package, names = self._flows, self._flows.package, self._flows.names
        places = Places(package, names)
        yield from unit_lines(package, flows.units)
        yield from _property_lines(package, names)
        yield from places.lines()
        yield from actor_lines(package, names)
        yield from source_lines(package, names)
        yield from parameter_lines(names, [e.data for e in package["Parameter"].values()], "")
        yield from flow_lines(flows, places)
        for activity in self._activities:
            yield from process_lines(flows, places, activity)


def convert(
    package: Package,
    *,
    dataset_key: str,
    base: str = DEFAULT_BASE,
    flow_map: FlowMap | None = None,
    units: UnitNames | None = None,
) -> Conversion:
    """Convert a package; every error is raised here, before the first byte is written.

    Args:
        package: What `read_package` returned.
        dataset_key: Name of the data set, for example `uslci`; it names the linking model.
        base: Under which IRIs are made.
        flow_map: Which flows are greenhouse gases; the table that comes with Tanmai where none is given.
        units: The known units; those that come with Tanmai where none are given.

    Raises:
        PackageError: the package states something impossible; names the file and the cause.
        ArgumentError: the base or the data set key cannot be used in IRIs.
    """
    if not dataset_key.strip():
        raise ArgumentError("the data set key is empty. Give a short name, for example uslci.")
    names = Names(base)
    report = ImportReport(package.source, package.schema, ignored=Counter(package.ignored))
    matched = Units.of(package, units or UnitNames.shipped(), names, report)
    flows = Flows.of(package, matched, names, report)
    activities = read_activities(flows)
    flows.map_gases(flow_map or FlowMap.default())
    choose_factors(activities, report)
    links = link(activities, report)
    _count(flows, activities)
    report_allocation(activities, report)
    matched.report(report)
    warn_nameless(package, report)
    count_not_carried(package, report)
    for repeated, first in package.repeated:
        report.warn(f"{repeated} repeats {first} word for word; it was read once.")
    return Conversion(report, flows, activities, links, dataset_key)


def _encoded(lines: Iterable[str]) -> Iterator[bytes]:
    kept: list[str] = []
    size = 0
    for line in lines:
        kept.append(line)
        size += len(line)
        if size >= CHUNK:
            yield "".join(kept).encode()
            kept, size = [], 0
    if kept:
        yield "".join(kept).encode()


def _property_lines(package: Package, names: Names) -> Iterator[str]:
    """Yield the flow properties: kinds of quantity, each with its unit group.

    openLCA converts amounts through all of them, so they are marked as usable for that.
    """
    for entity in package["FlowProperty"].values():
        node = names.iri("flow-property", entity.id)
        yield f"{node} {TYPE} {tm('PropertyKind')} .\n{node} {dcterms('identifier')} {literal(entity.id)} .\n"
        yield f"{node} {LABEL} {literal(entity.name or entity.id)} .\n"
        yield f"{node} {tm('usableForConversion')} {TRUE} .\n"
        if text(entity.data.get("description")):
            yield f"{node} {dcterms('description')} {literal(text(entity.data['description']))} .\n"
        group = ref_id(entity.data, "unitGroup")
        if group:
            yield f"{node} {tm('unitGroup')} {names.iri('unit-group', group)} .\n"
        yield from names.version_lines(node, entity.data)


def _count(flows: Flows, activities: list[Activity]) -> None:
    """Count what came in: entities by type, flows by kind, exchanges by kind and side."""
    package, counts = flows.package, flows.report.counts
    counts["processes"] = len(activities)
    counts["life-cycle inventory results among them"] = sum(
        text(a.entity.data.get("processType")) == "LCI_RESULT" for a in activities
    )
    for kind, title in ((PRODUCT, "product flows"), (WASTE, "waste flows"), (ELEMENTARY, "elementary flows")):
        counts[title] = sum(flow.kind == kind for flow in flows.by_key.values())
    for kind, title in (
        ("FlowProperty", "flow properties"),
        ("UnitGroup", "unit groups"),
        ("Location", "locations"),
        ("Source", "sources"),
        ("Actor", "actors"),
    ):
        counts[title] = len(package[kind])
    counts["exchanges"] = sum(len(a.exchanges) for a in activities)
    for activity in activities:
        for exchange in activity.exchanges:
            counts[f"{exchange.flow.kind} {exchange.side}s"] += 1
