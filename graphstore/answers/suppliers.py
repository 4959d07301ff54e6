"""Who supplies the inputs of a product, at what footprint per unit, and who else could (ranked, lowest first)."""

from __future__ import annotations

from typing import Any

import numpy as np

from footprint.errors import FootprintError
from footprint.gaps import Assumption
from footprint.inventory import Ints
from footprint.solve import supply
from graphstore.answers import assumptions as assuming
from graphstore.answers.comparable import DIFFERS, outcomes
from graphstore.answers.cutoffs import cut_offs, processes_in
from graphstore.answers.footprint import not_restated
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import engine, inputs
from graphstore.answers.lines import Terms
from graphstore.answers.question import Question, ask
from graphstore.queries import load
from graphstore.technosphere.quantities import conversions_of, unit_table

RULE, ONLY = "lowest-identifier", "unique-producer"
"""Notations of linking rules for inputs that nobody linked."""
SCENARIO = "scenario"
"""How a supplier was chosen that a scenario swaps in."""


def suppliers(calculation: Calculation, product: str, amount: float = 1.0, unit: str | None = None) -> dict[str, Any]:
    """Rank the suppliers of every input of the process that makes a product.

    Args:
        calculation: State of the graph and settings.
        product: IRI, or a unique part of a name.
        amount: How much of the product.
        unit: IRI of the unit of the amount; its own reference unit when None.

    Returns:
        `inputs_supplied`: a line per input with its amount and `candidates`, lowest footprint per unit first, each with
        `per_unit` (None, with a `reason`, where it cannot be calculated), `error_bound`, `taken`, `factor` (a published
        factor in place of a supplier's own data). The one taken has `chosen_by` (stated, default-provider,
        unique-producer, lowest-identifier, scenario) and `default`: nobody chose it, or it has no data of its own. The others have
        `differing`: keys in which they are not comparable with it.
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
        "assumptions": _assumptions(question),
        "settings": calculation.settings.as_dict(),
        "narrowed": question.narrowed,
        "inputs": inputs(calculation),
        "engine": engine(calculation, calculation.scores.info),
    }


def _assumptions(question: Question) -> list[dict[str, Any]]:
    """Report what the supply chain of the product rests on, as its footprint does."""
    calculation, chain = question.calculation, question.chain
    fixed = not_restated(calculation, chain.inventory().values)
    total = float(chain.total(calculation.cost).values)
    return assuming.collect(question, Terms.of(calculation, chain), total, fixed)


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
        replaced = _replaced(question, e)
        if replaced is not None:
            chosen, others = SCENARIO, [*dict.fromkeys((replaced, *others))]
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


def _replaced(question: Question, position: int) -> int | None:
    """Return the supplier that the data name for an exchange to which a scenario gives another one."""
    calculation = question.calculation
    if calculation.overlay is None or position not in calculation.overlay.edit.relinked:
        return None
    return int(calculation.base.compiled.system.tech_provider[position])


def _candidates(question: Question, taken: int, others: list[int], chosen: str) -> list[dict[str, Any]]:
    """Return the supplier that is taken and the other processes that make the flow, lowest footprint per unit first.

    One that cannot be ranked stands last, with the reason.
    """
    first = _supplied(question, taken, taken)
    lines = [_line(question, taken, first) | {"taken": True, "chosen_by": chosen}]
    lines[0]["default"] = lines[0]["factor"] or chosen == RULE
    for activity in others:
        if activity != taken:
            other = _supplied(question, activity, taken)
            lines.append(_line(question, activity, other) | {"taken": False, "differing": _differing(first, other)})
    return sorted(lines, key=lambda line: (line["per_unit"] is None, line["per_unit"] or 0.0, line["iri"]))


def _line(question: Question, activity: int, supplied: Question | str) -> dict[str, Any]:
    snapshot = question.calculation.snapshot
    line: dict[str, Any] = {**question.names[snapshot.maker(activity)].as_dict()}
    line["factor"] = bool(snapshot.factor[activity] >= 0)
    if isinstance(supplied, str):
        return line | {"per_unit": None, "error_bound": None, "reason": supplied}
    total = supplied.chain.total(supplied.calculation.cost)
    return line | {"per_unit": float(total.values), "error_bound": float(total.bounds)}


def _supplied(question: Question, activity: int, taken: int) -> Question | str:
    """Ask one supplier for one unit, of the supplier that is taken; a text says why it has no answer.

    Its supply chain is not that of the product asked for, so it may have gaps of its own.
    """
    calculation, unit = question.calculation, question.calculation.snapshot.unit_of(taken)
    try:
        chain = supply(calculation.snapshot.compiled, activity, _units(question, activity, taken))
        calculation.require_complete(processes_in(calculation, chain))
    except FootprintError as error:
        return str(error)
    return Question(calculation, question.names, activity, 1.0, unit, chain)


def _differing(first: Question | str, other: Question | str) -> list[str] | None:
    """Return the keys in which two suppliers are not comparable (rule R30); None where it was not asked: factors, no answer."""
    if isinstance(first, str) or isinstance(other, str) or first.calculation.snapshot.process[first.activity] < 0:
        return None
    return [outcome.key.notation for outcome in outcomes(first, other, frozenset()) if outcome.verdict == DIFFERS]


def _units(question: Question, activity: int, taken: int) -> float:
    """Return how many of the activity's units make one unit of the supplier taken."""
    snapshot, select = question.calculation.snapshot, question.calculation.select
    own, other = snapshot.unit_of(activity), snapshot.unit_of(taken)
    if own == other:
        return 1.0
    return unit_table(select).scale(other, own, conversions_of(select, str(snapshot.product_of(activity))))
