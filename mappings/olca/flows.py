"""Flows of a package: kind, units of their quantities, and what greenhouse gas they are on each side of a process."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from mappings.errors import PackageError
from mappings.flowmap import FlowMap, FlowRule, Substance
from mappings.ntriples import LABEL, PROV, SKOS, TYPE, concept, dcterms, double, literal, tm
from mappings.olca.fields import Json, flag, number, objects, ref, ref_id, text
from mappings.olca.names import Names
from mappings.olca.package import Entity, Package
from mappings.olca.places import Places
from mappings.olca.report import ImportReport
from mappings.olca.units import Unit, Units

PRODUCT, WASTE, ELEMENTARY = "Product", "WasteFlow", "ElementaryFlow"
KINDS = {"PRODUCT_FLOW": PRODUCT, "WASTE_FLOW": WASTE, "ELEMENTARY_FLOW": ELEMENTARY}


@dataclass(slots=True)
class Flow:
    """A flow.

    Attributes:
        key, name, kind, category: Identifier, name, class name in the vocabulary, category path.
        entity: The entity in the package, None where only references to the flow exist.
        main_property: Identifier of the reference flow property; `factors` gives for every flow property its factor: the amount
            in that property's reference unit of one reference unit of the flow.
        unit: Reference unit of the reference flow property; `declared` the unit in which its producer states it.
        mixed: Two of its properties are measured in the same dimension (two heating values): a unit alone does not tell
            which is meant.
        rules: The row of the flow map for each side on which the flow stands, None where none applies.
        uses: Number of exchanges for each side, `output` and `input`.
    """

    key: str
    name: str
    kind: str
    category: str = ""
    entity: Entity | None = None
    main_property: str = ""
    factors: dict[str, float] = field(default_factory=dict)
    unit: Unit | None = None
    declared: Unit | None = None
    mixed: bool = False
    rules: dict[str, FlowRule | None] = field(default_factory=dict)
    uses: Counter[str] = field(default_factory=Counter)

    @property
    def is_split(self) -> bool:
        """True when the two sides of the flow need two nodes because they are different gases or categories."""
        found = {rule and (rule.gas, rule.category) for rule in self.rules.values()}
        return len(found) > 1

    def node(self, side: str) -> str:
        """Return the identifier of the node for an exchange on a side."""
        return f"{self.key}-input" if side == "input" and len(self.rules) > 1 and self.is_split else self.key


@dataclass(slots=True)
class Flows:
    """All flows of a package, those that it only refers to included."""

    package: Package
    units: Units
    names: Names
    report: ImportReport
    by_key: dict[str, Flow] = field(default_factory=dict)

    @classmethod
    def of(cls, package: Package, units: Units, names: Names, report: ImportReport) -> Flows:
        """Read the flows of a package."""
        flows = cls(package, units, names, report)
        for entity in package["Flow"].values():
            flows.by_key[entity.id] = _flow(flows, entity.id, entity.data, entity.file, entity)
        return flows

    def refer(self, data: Json, file: str, what: str) -> Flow:
        """Return the flow that an exchange refers to; one that the package does not hold is made from the reference."""
        key = ref_id(data, "flow")
        if not key:
            raise PackageError(file, f"{what} names no flow. State the flow with its @id.")
        flow = self.by_key.get(key)
        if flow is None:
            flow = self.by_key[key] = _flow(self, key, ref(data, "flow"), file, None)
            self.report.warn(
                f"{file}: the flow {key} ({flow.name}) is not in the package; its reference is all that is known."
            )
        return flow

    def map_gases(self, flow_map: FlowMap) -> None:
        """Decide for every elementary flow, and each side on which it stands, which gas it is."""
        self.report.flow_map = flow_map.source
        for flow in self.by_key.values():
            if flow.kind != ELEMENTARY:
                continue
            for side in sorted(flow.uses) or ("output", "input"):
                rule = flow_map.find(substance(flow, side))
                if rule or flow.uses:
                    flow.rules[side] = rule if rule and rule.gas else None
                if rule and not flow.uses:
                    break
        _report_gases(self)


def substance(flow: Flow, side: str) -> Substance:
    """Return what the flow map is asked about a flow on a side."""
    cas = text(flow.entity.data.get("cas")) if flow.entity else ""
    return Substance(flow.key, flow.name, cas, flow.category, side)


def _flow(flows: Flows, key: str, data: Json, file: str, entity: Entity | None) -> Flow:
    kind = KINDS.get(text(data.get("flowType")))
    name = text(data.get("name")) or key
    if kind is None:
        raise PackageError(
            file, f"the flow {key} ({name}) has the type {data.get('flowType')!r}. State one of {', '.join(KINDS)}."
        )
    flow = Flow(key, name, kind, flows.package.category(entity) if entity else "", entity)
    _read_properties(flows, flow, data, file)
    if flow.unit is None and text(data.get("refUnit")):
        flow.unit = flows.units.find("", text(data.get("refUnit")), "")
    return flow


def _read_properties(flows: Flows, flow: Flow, data: Json, file: str) -> None:
    reference = ""
    for item in objects(data, "flowProperties"):
        key = ref_id(item, "flowProperty")
        is_reference = flag(item, "isRefFlowProperty", "referenceFlowProperty")
        factor = number(item, "conversionFactor", file, f"flow property {key}")
        if not key or (key in flow.factors and not is_reference):
            continue
        if factor is None or factor <= 0:
            flows.report.warn(
                f"{file}: flow property {key} has the factor {factor}, no positive number; it is left out."
            )
            continue
        flow.factors[key] = factor
        reference = key if is_reference else reference
    flow.main_property = reference or next(iter(flow.factors), "")
    dimensions = []
    for key in flow.factors:
        unit = property_unit(flows, key)
        dimensions.append(unit.dimension if unit else key)
        if unit is None:
            flows.report.warn(
                f"{file}: the unit group of flow property {key} is not in the package; its factor is left out."
            )
        if key == flow.main_property:
            flow.unit = unit
    flow.mixed = len(set(dimensions)) < len(dimensions)


def property_unit(flows: Flows, key: str) -> Unit | None:
    """Return the reference unit of a flow property, or None where the package does not hold its unit group."""
    entity = flows.package["FlowProperty"].get(key)
    return flows.units.reference.get(ref_id(entity.data, "unitGroup")) if entity else None


def unit_group(flows: Flows, key: str) -> str:
    """Return the identifier of the unit group of a flow property, or ""."""
    entity = flows.package["FlowProperty"].get(key)
    return ref_id(entity.data, "unitGroup") if entity else ""


def flow_lines(flows: Flows, places: Places) -> Iterator[str]:
    """Yield the triples of every flow, sorted by identifier."""
    for flow in sorted(flows.by_key.values(), key=lambda f: f.key):
        node = flows.names.iri("flow", flow.node("output"))
        yield _description(flow, node)
        yield from _entity_lines(flows, flow, node, places)
        yield from _gas_lines(
            flow, node, flow.rules.get("output") if flow.is_split else next(iter(flow.rules.values()), None)
        )
        yield from _property_lines(flows, flow, node)
        if flow.is_split:
            other = flows.names.iri("flow", flow.node("input"))
            yield f"{_description(flow, other)}{other} <{PROV}wasDerivedFrom> {node} .\n"
            yield from _gas_lines(flow, other, flow.rules.get("input"))


def _description(flow: Flow, node: str) -> str:
    lines = (
        f"{node} {TYPE} {tm(flow.kind)} .\n{node} {LABEL} {literal(flow.name)} .\n"
        f"{node} {dcterms('identifier')} {literal(flow.key)} .\n"
    )
    unit = flow.declared or flow.unit
    lines += f"{node} {tm('referenceUnit')} {unit.term} .\n" if unit else ""
    return lines + (f"{node} {tm('categoryPath')} {literal(flow.category)} .\n" if flow.category else "")


def _entity_lines(flows: Flows, flow: Flow, node: str, places: Places) -> Iterator[str]:
    data = flow.entity.data if flow.entity else {}
    for name, term in (
        ("description", dcterms("description")),
        ("cas", tm("casNumber")),
        ("formula", tm("chemicalFormula")),
    ):
        if text(data.get(name)):
            yield f"{node} {term} {literal(text(data[name]))} .\n"
    for synonym in sorted({s.strip() for s in text(data.get("synonyms")).split(";")} - {""}):
        yield f"{node} <{SKOS}altLabel> {literal(synonym)} .\n"
    place = places.term(ref(data, "location"))
    if place:
        yield f"{node} {tm('geography')} {place} .\n"
    yield from flows.names.version_lines(node, data)


def _gas_lines(flow: Flow, node: str, rule: FlowRule | None) -> Iterator[str]:
    if rule is not None and flow.kind == ELEMENTARY:
        yield f"{node} {tm('gas')} {concept('gas', rule.gas)} .\n"
        yield f"{node} {tm('emissionCategory')} {concept('emission-category', rule.category)} .\n"


def _property_lines(flows: Flows, flow: Flow, node: str) -> Iterator[str]:
    """Yield how much of another quantity one reference unit of the flow is, for example 0.001 m3 per kg."""
    names = flows.names
    for key in sorted(set(flow.factors) - {flow.main_property}):
        unit = property_unit(flows, key)
        if unit is None or flow.unit is None:
            continue
        value = names.iri("property-value", flow.key, key)
        factor = flow.factors[key] / flow.factors[flow.main_property]
        yield (
            f"{node} {tm('hasProperty')} {value} .\n{value} {TYPE} {tm('PropertyValue')} .\n"
            f"{value} {tm('property')} {names.iri('flow-property', key)} .\n{value} {tm('amount')} {double(factor)} .\n"
            f"{value} {tm('unit')} {unit.term} .\n{value} {tm('perUnit')} {flow.unit.term} .\n"
        )


def _report_gases(flows: Flows) -> None:
    """Add the tables of mapped flows, and of flows that look like greenhouse gases and are not mapped."""
    mapped: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    unmapped: list[tuple[str, str, str, int, str]] = []
    default = FlowMap.default()
    for flow in flows.by_key.values():
        for side, rule in flow.rules.items():
            if rule is not None:
                entry = mapped[flow.name, side, rule.gas, rule.category]
                entry[0] += 1
                entry[1] += flow.uses[side]
            elif flow.uses[side] and default.knows(substance(flow, side)):
                unmapped.append((flow.name, flow.category, side, flow.uses[side], flow.key))
    rows = [(*key, nodes, uses) for key, (nodes, uses) in mapped.items()]
    rows.sort(key=lambda row: (-row[5], row))
    columns = ("flow", "side", "gas", "category", "flows", "exchanges")
    flows.report.add("gases", "Flows counted as greenhouse gases", columns, [*rows])
    unmapped.sort(key=lambda r: (-r[3], r))
    title = "Flows that look like greenhouse gases and are not counted"
    flows.report.add("unmapped", title, ("flow", "category", "side", "exchanges", "identifier"), [*unmapped])
    flows.report.counts["exchanges of mapped greenhouse gases"] = sum(row[5] for row in rows)
