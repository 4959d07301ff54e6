"""Is a model plausible: does mass balance, and do inputs per unit of product lie where they are expected (use case 23).

The ranges, whether their ends belong to them, and how severe it is to lie outside are data (tm:PlausibilityCheck). To which
products and inputs a range applies follows from the product groups that flows state. A process that itself takes in a
product of the group (casting of aluminium) only passes it on, so ranges of its making do not apply to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from footprint.errors import UnitError
from footprint.inventory import Bools, Direction, Inventory
from graphstore.answers import underscenario
from graphstore.answers.cutoffs import processes_in
from graphstore.answers.graph import ID, Calculation
from graphstore.answers.inputs import engine, inputs
from graphstore.answers.names import Names
from graphstore.answers.question import Question, ask
from graphstore.queries import load
from graphstore.technosphere.columns import table
from graphstore.technosphere.extract import extract
from schemes.balance import Balances, balances
from schemes.errors import SchemeDataError
from schemes.exact import exact
from schemes.rows import grouped, number, one
from schemes.validity import validity

PER_UNIT, MASS_BALANCE = f"{ID}checked-quantity/input-per-unit", f"{ID}checked-quantity/mass-balance"
MUST = f"{ID}severity/error"
DIGITS = 12
"""Significant digits to which a quantity is read before it is held against a range; see `schemes.screening.DIGITS`."""
MOST = 50
"""Findings and unassessed flows listed of each kind; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Check:
    """One expected range; see tm:PlausibilityCheck."""

    iri: str
    quantity: str
    group: str | None
    input_group: str | None
    lower: Fraction | None
    lower_inclusive: bool
    upper: Fraction | None
    upper_inclusive: bool
    unit: str | None
    per_unit: str | None
    exempt: frozenset[str]
    severity: str
    identifier: str | None
    sources: tuple[str, ...]
    confidence: str | None

    def holds(self, value: float) -> bool:
        """Whether a value lies in the range."""
        read = exact(f"{value:.{DIGITS}g}")
        above = self.lower is None or read > self.lower or (self.lower_inclusive and read == self.lower)
        below = self.upper is None or read < self.upper or (self.upper_inclusive and read == self.upper)
        return above and below

    def as_dict(self, names: Names) -> dict[str, Any]:
        """For machines."""
        named = {key: names[iri].as_dict() for key, iri in (("unit", self.unit), ("per_unit", self.per_unit)) if iri}
        return {
            **names[self.iri].as_dict(),
            "identifier": self.identifier,
            "severity": names[self.severity].as_dict(),
            "lower": None if self.lower is None else float(self.lower),
            "upper": None if self.upper is None else float(self.upper),
            **named,
            "documents": [names[source].as_dict() for source in self.sources],
            "confidence": names[self.confidence].as_dict() if self.confidence else None,
        }


def checks(calculation: Calculation) -> list[Check]:
    """Return the checks of the graph in the order of their IRIs.

    Raises:
        SchemeDataError: a check states something twice.
    """
    rows = calculation.graph.query(load("plausibility-checks")).dicts()
    return [_check(iri, mine) for iri, mine in grouped(rows, "check").items()]


def _check(iri: str, rows: Sequence[dict[str, object]]) -> Check:
    found = {key: one(rows, key, iri) for key in _SINGLE}
    text = {key: None if value is None else str(value) for key, value in found.items()}
    return Check(
        iri=iri,
        quantity=str(found["quantity"]),
        group=text["group"],
        input_group=text["inputGroup"],
        lower=None if text["lower"] is None else number(rows, "lower", iri),
        lower_inclusive=found["lowerInclusive"] is not False,
        upper=None if text["upper"] is None else number(rows, "upper", iri),
        upper_inclusive=found["upperInclusive"] is not False,
        unit=text["unit"],
        per_unit=text["perUnit"],
        exempt=frozenset(str(row["exempt"]) for row in rows if row["exempt"] is not None),
        severity=str(found["severity"]),
        identifier=text["identifier"],
        sources=tuple(sorted({str(row["source"]) for row in rows if row["source"] is not None})),
        confidence=text["confidence"],
    )


_SINGLE = (
    "quantity", "group", "inputGroup", "lower", "lowerInclusive", "upper", "upperInclusive", "unit", "perUnit", "severity",
    "identifier", "confidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Model:
    """The part of the graph that a product draws on."""

    question: Question
    inventory: Inventory
    inside: Bools
    names: Names


def check(calculation: Calculation, product: str) -> dict[str, Any]:
    """Check every unit process in the supply chain of a product.

    Returns:
        product, verdict (pass, warnings, fail), ranges (each check with the processes it was applied to), balances (each
        process with its masses, worst first), validity (of what is stated about the product, see `schemes.validity`),
        assumptions, settings, inputs, engine.

    Raises:
        SchemeDataError: a check contradicts itself or lacks what it needs.
        FootprintError, GraphStoreError: the product is not found or its supply chain cannot be computed.
    """
    question = ask(calculation, product, 1.0, None)
    used, names = question.calculation, question.names
    inventory = underscenario.stated(used, extract(used.select))
    running = processes_in(used, question.chain)
    ids = pl.Series([used.snapshot.process_ids[p] for p in np.flatnonzero(running).tolist()], dtype=pl.String)
    inside = pl.Series(inventory.processes.ids, dtype=pl.String).is_in(ids.implode()).to_numpy()
    model = _Model(question, inventory, inside, names)
    known = checks(used)
    ranges = [_range(model, each, _flows(used)) for each in known if each.quantity == PER_UNIT]
    balanced = [_balance(model, each) for each in known if each.quantity == MASS_BALANCE]
    iri = str(used.snapshot.product_of(question.activity))
    severities = [found["severity"]["iri"] for found in (*ranges, *balanced) if found["outside"]]
    dated = validity(used, iri)
    doubtful = bool(severities) or any(each["remarks"] for each in dated)
    return {
        "product": names[iri].as_dict(),
        "verdict": "fail" if MUST in severities else "warnings" if doubtful else "pass",
        "processes": int(inside.sum()),
        "ranges": ranges,
        "balances": balanced,
        "validity": dated,
        "assumptions": [*underscenario.assumptions(used, names), *_as_stated(used), *_assumptions(ranges)],
        "settings": used.settings.as_dict(),
        "inputs": inputs(used),
        "engine": engine(used, question.chain.info),
    }


def _flows(calculation: Calculation) -> pl.DataFrame:
    return table(calculation.select, load("flows-of-groups"), "flow", "group")


def _members(model: _Model, flows: pl.DataFrame, group: str | None) -> Bools:
    """Mark the flows of the inventory that belong to a group."""
    mine = flows.filter(pl.col("group") == group)["flow"]
    marked: Bools = pl.Series(model.inventory.flows.ids, dtype=pl.String).is_in(mine.implode()).to_numpy()
    return marked


def _range(model: _Model, each: Check, flows: pl.DataFrame) -> dict[str, Any]:
    """Apply one range of inputs per unit of product to every process that makes a product of its group."""
    if each.group is None or each.input_group is None or each.unit is None or each.per_unit is None:
        raise SchemeDataError(
            f"<{each.iri}> needs tm:productGroup, tm:inputGroup, tm:unit and tm:perUnit to check an input per unit of product."
        )
    exchanges, processes = model.inventory.exchanges, model.inventory.processes
    makes, feeds = _members(model, flows, each.group), _members(model, flows, each.input_group)
    entering = (exchanges.direction == Direction.INPUT) & ~exchanges.avoided & (exchanges.flow >= 0)
    passes_on = np.zeros(len(processes.ids), dtype=np.bool_)
    passes_on[exchanges.process[entering & makes[exchanges.flow]]] = True
    reference = processes.reference
    product = np.where(reference >= 0, exchanges.flow[np.maximum(reference, 0)], -1)
    candidates = np.flatnonzero(model.inside & (product >= 0) & makes[product] & ~passes_on)
    applied = []
    for process in candidates.tolist():
        mine = np.flatnonzero(entering & (exchanges.process == process) & feeds[exchanges.flow])
        if len(mine):
            applied.append(_applied(model, each, process, mine.tolist()))
    outside = [found for found in applied if found["within"] is False]
    return {
        **each.as_dict(model.names),
        "applied": applied[:MOST],
        "applied_count": len(applied),
        "outside": len(outside),
    }


def _applied(model: _Model, each: Check, process: int, exchanges: Sequence[int]) -> dict[str, Any]:
    """Add the inputs up per unit of product of one process; `within` is None where a unit cannot be converted."""
    inventory = model.inventory
    reference = int(inventory.processes.reference[process])
    made: dict[str, Any] = {"process": model.names[inventory.processes.ids[process]].as_dict()}
    try:
        used = sum(_in_unit(inventory, exchange, str(each.unit)) for exchange in exchanges)
        value = used / _in_unit(inventory, reference, str(each.per_unit))
        within = each.holds(value)
    except (UnitError, ZeroDivisionError, ValueError) as error:
        return made | {"value": None, "within": None, "why": str(error)}
    return made | {"value": value, "within": within, "exchanges": [inventory.exchanges.ids[e] for e in exchanges]}


def _in_unit(inventory: Inventory, exchange: int, unit: str) -> float:
    table = inventory.exchanges
    properties = inventory.flows.conversions.get(int(table.flow[exchange]), ())
    return float(table.amount[exchange]) * inventory.units.scale(
        inventory.unit_ids[int(table.unit[exchange])], unit, properties
    )


def _balance(model: _Model, each: Check) -> dict[str, Any]:
    """Balance the masses of every process, the largest gap first."""
    found = balances(model.inventory, model.inside, each.exempt)
    gap = found.gap
    assessed = np.flatnonzero(model.inside & ~np.isnan(gap))
    order = assessed[np.argsort(-gap[assessed], kind="stable")].tolist()
    model.names.learn(model.inventory.processes.ids[p] for p in order[:MOST])
    verdicts = [_within(each, found, p) for p in order]
    return {
        **each.as_dict(model.names),
        "processes": [_balanced(model, each, found, p) for p in order[:MOST]],
        "assessed_count": len(order),
        "without_mass": int(model.inside.sum()) - len(order),
        "outside": verdicts.count(False),
        "undecided": verdicts.count(None),
    }


def _within(each: Check, found: Balances, process: int) -> bool | None:
    """Whether a balance closes; None where that depends on what could not be assessed."""
    if each.holds(float(found.gap[process])):
        return True if found.complete[process] else None
    return False if found.at_least[process] else None


def _balanced(model: _Model, each: Check, found: Balances, process: int) -> dict[str, Any]:
    gap = float(found.gap[process])
    table, inventory = model.inventory.exchanges, model.inventory
    mine = found.unassessed[table.process[found.unassessed] == process].tolist()
    return {
        "process": model.names[inventory.processes.ids[process]].as_dict(),
        "entering_kg": float(found.entering[process]),
        "leaving_kg": float(found.leaving[process]),
        "gap": gap,
        "within": _within(each, found, process),
        "complete": not mine,
        "not_assessable": [
            {
                "exchange": table.ids[e],
                "flow": model.names[inventory.flows.ids[int(table.flow[e])]].as_dict(),
                "amount": float(table.amount[e]),
                "unit": model.names[inventory.unit_ids[int(table.unit[e])]].as_dict(),
            }
            for e in mine[:MOST]
        ],
        "not_assessable_count": len(mine),
    }


def _as_stated(calculation: Calculation) -> list[dict[str, Any]]:
    """Say that a recycling model, which divides burdens and credits, moves no mass."""
    model = calculation.settings.reading.recycling
    if not model:
        return []
    return [
        {
            "code": "masses-as-stated",
            "text_en": f"masses and amounts are checked as stated: the recycling model {model} divides burdens, it moves no material. It "
            "decides only which processes belong to the supply chain.",
            "text_zh": f"质量与用量按数据原值检验：再生利用模型 {model} 只划分环境负荷，不改变物料流；它仅决定供应链包含哪些过程。",
        }
    ]


def _assumptions(ranges: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if any(each["applied_count"] for each in ranges):
        return []
    return [
        {
            "code": "no-range-applied",
            "text_en": "no range of inputs could be applied: no product of the supply chain states a product group (tm:productGroup) for "
            "which there is one.",
            "text_zh": "未能应用任何输入范围检验：供应链中没有产品声明相应的产品类别（tm:productGroup）。",
        }
    ]
