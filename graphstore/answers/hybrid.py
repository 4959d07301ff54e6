"""Hybrid LCA of one product: what its processes emit, what its costs cause through sectors, and the share of each (R12)."""

from __future__ import annotations

from typing import Any

from graphstore.answers.assumptions import collect
from graphstore.answers.cutoffs import cut_offs
from graphstore.answers.footprint import not_restated
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import engine, input_hash, inputs
from graphstore.answers.lines import Terms
from graphstore.answers.method import limits_of
from graphstore.answers.question import ask
from graphstore.answers.sectorpart import sector_part

HYBRID = "hybrid-lca"
"""Notation of the method, whose limits are told with every result."""


def hybrid(calculation: Calculation, product: str, amount: float = 1.0, unit: str | None = None) -> dict[str, Any]:
    """Return the footprint of a product in its two parts.

    Args:
        calculation: State of the graph and settings.
        product: IRI, or a unique part of a name.
        amount: How much of it.
        unit: IRI of the unit of the amount; the product's own reference unit when None.

    Returns:
        product, amount, unit, total, `process` and `eio` with value, error bound and share, `costs` (each with sector,
        amount, intensity, value, conversion), `checks`, tables, limits, assumptions, settings, inputs, engine.

    Raises:
        InvalidInventory: an input is covered by a process and by a cost (the overlap is named), or sectors are all there is.
        UnitError: a cost is in money of another base year or currency, and no rate is stated.
    """
    question = ask(calculation, product, amount, unit)
    calculation, names, chain = question.calculation, question.names, question.chain
    bounded = chain.total(calculation.cost)
    total = float(bounded.values)
    fixed = not_restated(calculation, chain.inventory().values)
    part = sector_part(question, total)
    iri = str(calculation.snapshot.product_of(question.activity))
    eio, process = _parts(part, total, float(bounded.bounds))
    costs = part["costs"] if part else []
    return {
        "product": names[iri].as_dict(),
        "amount": amount,
        "unit": names[question.unit].as_dict(),
        "total": {"value": total, "unit": "kg CO2e", "error_bound": float(bounded.bounds)},
        "process": process,
        "eio": eio,
        "costs": costs,
        "checks": _checks(costs),
        "sector_average": bool(part and part["alone"]),
        "tables": part["tables"] if part else [],
        "limits": limits_of(calculation, HYBRID, names),
        "assumptions": collect(question, Terms.of(calculation, chain), total, fixed, part),
        "cutoffs": cut_offs(calculation, chain, names),
        "narrowed": question.narrowed,
        "settings": calculation.settings.as_dict(),
        "inputs": inputs(calculation),
        "input_hash": input_hash(calculation, iri, chain.amount),
        "engine": engine(calculation, chain.info),
    }


def _parts(part: dict[str, Any] | None, total: float, bound: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the part of the sectors and that of the processes."""
    if part is None:
        return _part(0.0, 0.0, total), _part(total, bound, total)
    eio = _part(part["value"], part["error_bound"], total)
    return eio, _part(part["process_value"], part["process_error_bound"], total)


def _part(value: float, bound: float, total: float) -> dict[str, Any]:
    return {"value": value, "error_bound": bound, "share": value / total if total else None}


def _checks(costs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Say what was looked at: a result that stands here has passed, since a failure is an error that names the culprit."""
    converted = [line["exchange"] for line in costs if line["conversion"]]
    return [
        {"check": "overlap", "passed": True, "costs": len(costs)},
        {"check": "base-year", "passed": True, "converted": converted},
    ]
