"""Who supplies the inputs of a product, at what footprint per unit, and who else could (ranked, lowest first)."""

from __future__ import annotations

from typing import Any

import numpy as np

from footprint.errors import UnitError
from footprint.gaps import Assumption
from footprint.inventory import Ints
from graphstore.answers.cutoffs import cut_offs
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import engine, inputs
from graphstore.answers.question import Question, ask
from graphstore.queries import load
from graphstore.technosphere.quantities import conversions_of, unit_table

RULE, ONLY = "lowest-identifier", "unique-producer"
"""Notations of linking rules for inputs that nobody linked."""


def suppliers(calculation: Calculation, product: str, amount: float = 1.0, unit: str | None = None) -> dict[str, Any]:
    """Rank the suppliers of every input of the process that makes a product.

    Args:
        calculation: State of the graph and settings.
        product: IRI, or a unique part of a name.
        amount: How much of the product.
        unit: IRI of the unit of the amount; its own reference unit when None.

    Returns:
        `inputs_supplied`: a line per input with its amount and `candidates`, lowest footprint per unit first, each with
        `per_unit`, `error_bound`, `taken`, `factor` (a published factor in place of a supplier's own data) and, where taken,
        `chosen_by` (stated, default-provider, unique-producer, lowest-identifier) and `default`: nobody chose this
        supplier, or it has no data of its own.
    """
    question = ask(calculation, product, amount, unit)
    calculation, snapshot = question.calculation, question.calculation.snapshot
    return {
        "product": question.names[str(snapshot.product_of(question.activity))].as_dict(),
        "process": question.names[snapshot.maker(question.activity)].as_dict(),
        "amount": amount,
        "unit": question.names[question.unit].as_dict(),
        "inputs_supplied": _lines(question),
        "cutoffs": cut_offs(calculation, question.chain, question.names),
        "settings": calculation.settings.as_dict(),
        "narrowed": question.narrowed,
        "inputs": inputs(calculation),
        "engine": engine(calculation, calculation.scores.info),
    }


def _lines(question: Question) -> list[dict[str, Any]]:
    """Return a line per input of the process, in the order of the data."""
    snapshot = question.calculation.snapshot
    system = snapshot.compiled.system
    mine: Ints = np.flatnonzero(system.tech_consumer == question.activity).astype(np.int64)
    mine = mine[(system.tech_amount[mine] != 0) & (system.tech_provider[mine] != question.activity)]
    ids = {system.exchange_ids[int(system.tech_exchange[e])] for e in mine}
    rows = question.calculation.about(load("linked-by"), "exchange", ids) if ids else []
    facts = {str(row["exchange"]): row for row in rows}
    by_rule = set(snapshot.assumed.exchange[snapshot.assumed.kind == Assumption.LOWEST_IDENTIFIER].tolist())
    makers = {iri: number for number, iri in enumerate(snapshot.product_ids)}
    lines = []
    for e in mine.tolist():
        number, provider = int(system.tech_exchange[e]), int(system.tech_provider[e])
        row = facts[system.exchange_ids[number]]
        flow, chosen = str(row["flow"]), RULE if number in by_rule else str(row["rule"] or ONLY)
        others = np.flatnonzero(snapshot.product == makers[flow]).tolist()
        lines.append(
            {
                "exchange": system.exchange_ids[number],
                "flow": question.names[flow].as_dict(),
                "amount": float(system.tech_amount[e] * question.chain.runs[question.activity]),
                "unit": question.names[snapshot.unit_of(provider)].as_dict(),
                "candidates": _candidates(question, provider, others, chosen),
            }
        )
    return lines


def _candidates(question: Question, taken: int, others: list[int], chosen: str) -> list[dict[str, Any]]:
    """Return the supplier that is taken and the other processes that make the flow, lowest footprint per unit first."""
    snapshot, found = question.calculation.snapshot, question.calculation.scores
    lines = []
    for activity in dict.fromkeys((taken, *others)):
        scale = _units(question, activity, taken)
        if scale is None:
            continue
        factor = bool(snapshot.factor[activity] >= 0)
        line: dict[str, Any] = {**question.names[snapshot.maker(activity)].as_dict(), "taken": activity == taken}
        line |= {"per_unit": float(found.values[activity]) * scale, "factor": factor}
        line["error_bound"] = float(found.bounds[activity]) * abs(scale)
        if activity == taken:
            line |= {"chosen_by": chosen, "default": factor or chosen == RULE}
        lines.append(line)
    return sorted(lines, key=lambda line: (line["per_unit"], line["iri"]))


def _units(question: Question, activity: int, taken: int) -> float | None:
    """Return how many of the activity's units make one unit of the supplier taken; None where there is no way."""
    snapshot, select = question.calculation.snapshot, question.calculation.select
    own, other = snapshot.unit_of(activity), snapshot.unit_of(taken)
    if own == other:
        return 1.0
    try:
        return unit_table(select).scale(other, own, conversions_of(select, str(snapshot.product_of(activity))))
    except UnitError:
        return None
