"""Exchanges: from the JSON of a process to one normal form, which linking, report and output share.

The side of an exchange follows what it asks for, as in the data model of openLCA: a product input and a waste output ask
another process for something. An avoided product is therefore an input and an avoided waste an output, with
`tm:avoided`; packages that store it on the other side, as old exporters and other tools do, are moved and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from mappings.errors import FormulaError, PackageError
from mappings.formula import Value, evaluate
from mappings.olca.fields import Json, flag, number, objects, ref, ref_id, text
from mappings.olca.flows import ELEMENTARY, PRODUCT, WASTE, Flow, Flows, unit_group
from mappings.olca.package import Entity, Package
from mappings.olca.units import Unit


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange.

    Attributes:
        key: Unique in the package, made of process and exchange identifiers.
        side: `output` or `input`.
        amount, unit: As stated, or in the flow's reference unit where `stated` keeps what was stated.
        reference, avoided: Quantitative reference of its process; avoided product or waste.
        provider: Identifier of the default provider, or "".
        data: The JSON object.
    """

    key: str
    flow: Flow
    side: str
    amount: float
    unit: Unit
    reference: bool
    avoided: bool
    provider: str
    stated: tuple[float, Unit] | None
    data: Json

    @property
    def asks(self) -> bool:
        """True when another process has to supply or treat the flow."""
        wanted = "input" if self.flow.kind == PRODUCT else "output"
        return self.flow.kind != ELEMENTARY and self.side == wanted and not self.reference


@dataclass(slots=True)
class Activity:
    """A process with its exchanges in the order of the file, and the allocation factors by exchange that it chooses."""

    key: str
    entity: Entity
    exchanges: list[Exchange] = field(default_factory=list)
    allocation: dict[str, float] = field(default_factory=dict)

    @property
    def reference(self) -> Exchange | None:
        """The exchange that the process is about."""
        return next((e for e in self.exchanges if e.reference), None)


def read_activities(flows: Flows) -> list[Activity]:
    """Read all processes; counts flows' uses and sets the unit in which each product is declared."""
    activities = []
    for entity in flows.package["Process"].values():
        activity = Activity(entity.id, entity)
        seen: Counter[str] = Counter()
        scope = _Scope(flows.package, entity)
        for data in objects(entity.data, "exchanges"):
            activity.exchanges.append(_exchange(flows, scope, data, seen))
        _check_reference(flows, activity)
        activities.append(activity)
    return activities


@dataclass(slots=True)
class _Scope:
    """A process file and the parameters its formulas may use; those of the process hide global ones."""

    package: Package
    entity: Entity
    _known: dict[str, Value] | None = None

    def known(self) -> dict[str, Value]:
        if self._known is None:
            self._known = {}
            whole = [e.data for e in self.package["Parameter"].values()]
            for data in [*whole, *objects(self.entity.data, "parameters")]:
                value = number(data, "value", self.entity.file, f"parameter {data.get('name')}")
                stated = value if value is not None else text(data.get("formula"))
                if stated != "":
                    self._known[text(data.get("name")).lower()] = stated
        return self._known


def _exchange(flows: Flows, scope: _Scope, data: Json, seen: Counter[str]) -> Exchange:
    file = scope.entity.file
    what = f"exchange {data.get('internalId', data.get('@id', '?'))} ({text(ref(data, 'flow').get('name'))})"
    flow = flows.refer(data, file, what)
    reference = flag(data, "isQuantitativeReference", "quantitativeReference")
    side, avoided = _side(flows, flow, data, reference)
    amount, unit = _amount(flows, scope, data, what), _unit(flows, flow, data, file, what)
    factor = _to_reference_property(flows, flow, data, unit)
    stated = None if factor is None else (amount, unit)
    flow.uses[side] += 1
    flows.units.used[unit.key] += 1
    if factor is not None and flow.unit is not None:
        amount, unit = amount * factor, flow.unit
    provider, key = ref_id(data, "defaultProvider"), _key(scope.entity.id, data, flow, seen)
    return Exchange(key, flow, side, amount, unit, reference, avoided, provider, stated, data)


def _key(process: str, data: Json, flow: Flow, seen: Counter[str]) -> str:
    """Return process and exchange identifier; repeated ones, which do occur, are numbered in the order of the file."""
    internal = data.get("internalId")
    own = str(internal) if isinstance(internal, int) and internal > 0 else text(data.get("@id")) or f"flow-{flow.key}"
    seen[own] += 1
    key, count = own, seen[own]
    while count > 1 and f"{own}-{count}" in seen:
        count += 1
    if count > 1:
        key = f"{own}-{count}"
        seen[key] += 1
    return f"{process}-{key}"


def _side(flows: Flows, flow: Flow, data: Json, reference: bool) -> tuple[str, bool]:
    stored = "input" if flag(data, "isInput", "input") else "output"
    if not flag(data, "isAvoidedProduct", "avoidedProduct"):
        return stored, False
    if flow.kind == ELEMENTARY or reference:
        flows.report.counts["avoided marks without meaning, on elementary flows or references"] += 1
        return stored, False
    asking = "input" if flow.kind == PRODUCT else "output"
    flows.report.counts["avoided exchanges"] += 1
    if stored != asking:
        flows.report.counts["avoided exchanges moved to the asking side"] += 1
    return asking, True


def _amount(flows: Flows, scope: _Scope, data: Json, what: str) -> float:
    file = scope.entity.file
    amount = number(data, "amount", file, what)
    if amount is not None:
        return amount
    formula = text(data.get("amountFormula"))
    if not formula:
        raise PackageError(file, f"{what} states no amount. State a number; nothing is taken as zero.")
    try:
        value = evaluate(formula, scope.known())
    except FormulaError as error:
        raise PackageError(
            file, f"{what} states only a formula, which cannot be evaluated: {error}. State the amount as a number."
        ) from error
    flows.report.counts["amounts computed from formulas"] += 1
    return value


def _unit(flows: Flows, flow: Flow, data: Json, file: str, what: str) -> Unit:
    """Return the unit of an exchange; where it states none, the flow's reference unit, as openLCA assumes."""
    stated = ref(data, "unit")
    key, name = text(stated.get("@id")), text(stated.get("name"))
    unit = flows.units.find(key, name, unit_group(flows, ref_id(data, "flowProperty") or flow.main_property))
    if unit is not None:
        return unit
    if key or name:
        raise PackageError(
            file,
            f"{what}: the unit {name or key} is in no unit group of the package and is no known unit. Add its unit group.",
        )
    other = ref_id(data, "flowProperty")
    if flow.unit is None or (other and other != flow.main_property):
        raise PackageError(
            file, f"{what} states no unit, and its flow {flow.key} has no reference unit. State the unit."
        )
    flows.report.counts["exchanges without unit, read in the reference unit of their flow"] += 1
    return flow.unit


def _to_reference_property(flows: Flows, flow: Flow, data: Json, unit: Unit) -> float | None:
    """Return the factor to the flow's reference unit where the unit alone does not tell which property is meant."""
    key = ref_id(data, "flowProperty")
    if not flow.mixed or key in ("", flow.main_property) or key not in flow.factors or flow.unit is None:
        return None
    flows.report.counts["amounts converted to the reference property of their flow"] += 1
    return unit.factor / flow.factors[key] * flow.factors[flow.main_property]


def _check_reference(flows: Flows, activity: Activity) -> None:
    references = [e for e in activity.exchanges if e.reference]
    where = f"{activity.entity.file}: the process {activity.entity.name or activity.key}"
    if len(references) > 1:
        raise PackageError(
            activity.entity.file, f"marks {len(references)} exchanges as quantitative reference. Mark exactly one."
        )
    if not references:
        flows.report.warn(f"{where} has no quantitative reference; no other process is linked to it.")
        return
    flow = references[0].flow
    if flow.kind == ELEMENTARY:
        flows.report.warn(f"{where} has an elementary flow as quantitative reference.")
    if flow.declared is None:
        flow.declared = references[0].unit


def coproducts(activity: Activity) -> Iterator[Exchange]:
    """Yield the products beside the reference: product outputs, and waste inputs of a treatment."""
    for exchange in activity.exchanges:
        product_side = {PRODUCT: "output", WASTE: "input"}.get(exchange.flow.kind)
        if exchange.side == product_side and not exchange.reference and not exchange.avoided:
            yield exchange
