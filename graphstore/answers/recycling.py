"""The parts of a footprint that the recycling model makes: input side, end of life, energy, disposal (rule R06)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from footprint.contributions import by_exchange
from footprint.equations import EPS
from footprint.inventory import RecyclingRole
from graphstore.answers.graph import Calculation
from graphstore.answers.names import Names
from graphstore.answers.question import Question
from graphstore.queries import load
from graphstore.technosphere.recycling import ROLES

PARTS = {
    RecyclingRole.VIRGIN_MATERIAL: "input",
    RecyclingRole.RECYCLED_MATERIAL: "input",
    RecyclingRole.RECYCLING_AT_END_OF_LIFE: "end-of-life",
    RecyclingRole.DISPLACED_VIRGIN_MATERIAL: "end-of-life",
    RecyclingRole.ENERGY_RECOVERY: "energy",
    RecyclingRole.DISPLACED_ENERGY: "energy",
    RecyclingRole.DISPOSAL: "disposal",
}
"""Part of the circular footprint formula that each of its terms belongs to."""


def recycling(question: Question) -> dict[str, Any] | None:
    """Return what the recycling model of the product's own process adds to its footprint; None where it has none.

    Returns:
        `model` (name of the recycling model), `parts`: input, end-of-life, energy and disposal, each with `value` in kg CO2e
        and `error_bound` (end-of-life is negative where the credit exceeds the burden), `rest`: what the process emits and
        uses besides, and `factor_a`: the reference value that stands in for a factor A that the process does not state, with
        `unverified`; None where it states one or the model fixes it.
    """
    process = question.calculation.snapshot.maker(question.activity)
    rows = question.calculation.about(load("recycling-terms"), "process", [process])
    if not rows:
        return None
    parts = _parts(question, rows)
    total = float(question.chain.total(question.calculation.cost).values)
    stated = rows[0]
    model = question.calculation.settings.reading.recycling or str(stated["notation"])
    return {
        "model": model,
        "parts": parts,
        "rest": total - sum(part["value"] for part in parts.values()),
        "factor_a": factor_a(question.calculation, question.names, model, stated),
    }


def _parts(question: Question, rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Sum what comes with the terms of the formula, by part."""
    calculation, system = question.calculation, question.calculation.snapshot.compiled.system
    found = by_exchange(question.chain, calculation.cost, calculation.scores).tech
    part_of = {str(row["exchange"]): PARTS[ROLES[str(row["role"])]] for row in rows}
    parts = {name: {"value": 0.0, "error_bound": 0.0} for name in dict.fromkeys(PARTS.values())}
    for at in np.flatnonzero(system.tech_consumer == question.activity).tolist():
        name = part_of.get(system.exchange_ids[int(system.tech_exchange[at])])
        if name is not None:
            value, bound = float(found.values[at]), float(found.bounds[at])
            parts[name]["value"] += value
            parts[name]["error_bound"] += bound + len(rows) * EPS * abs(value)
    return parts


def factor_a(calculation: Calculation, names: Names, model: str, stated: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the reference value that stands in for a factor A that a process does not state; None where none has to.

    Args:
        calculation: State of the graph and settings.
        names: Where names are looked up.
        model: Name of the recycling model.
        stated: A row of the query `recycling-terms` about the process.
    """
    if stated["a"] is not None or stated["material"] is None:
        return None
    models = {row["notation"]: row["a"] for row in calculation.graph.query(load("recycling-models")).dicts()}
    if models.get(model) is not None:
        return None
    rows = calculation.graph.query(load("recycling-factors")).dicts()
    row = next(row for row in rows if row["material"] == stated["material"])
    return {
        **names[str(row["value"])].as_dict(),
        "material": names[str(row["material"])].as_dict(),
        "amount": float(str(row["amount"])),
        "unverified": bool(row["unverified"]),
    }


def recycling_assumptions(found: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Report a factor A that is that of the class of material, and whether that value was ever checked."""
    if found is None or found["factor_a"] is None:
        return []
    factor = found["factor_a"]
    material = factor["material"]
    en, zh = material.get("name_en", material["iri"]), material.get("name_zh", material["iri"])
    unchecked = (
        (", a value that was recalled and never checked", "，该值系凭记忆给出、未经核对")
        if factor["unverified"]
        else ("", "")
    )
    return [
        {
            "code": "recycling-factor-a",
            "text_en": f"the process states no factor A; that of {en} is taken, {factor['amount']:g}{unchecked[0]}.",
            "text_zh": f"过程未给出分配系数 A，取{zh}的值 {factor['amount']:g}{unchecked[1]}。",
            "subjects": [factor["iri"]],
        }
    ]
