"""The footprint of one product: the number, what it is made of, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from footprint.contributions import UNSTATED, by_stage
from footprint.errors import UnsolvableSystem
from footprint.inventory import Floats
from footprint.solve import Bounded, Supply
from graphstore.answers import assumptions as assuming
from graphstore.answers.credits import credits_in
from graphstore.answers.cutoffs import cut_offs
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import engine, input_hash, inputs
from graphstore.answers.lines import Terms, by_process, described
from graphstore.answers.names import Names
from graphstore.answers.question import Question, ask
from graphstore.answers.recycling import recycling
from graphstore.answers.sectorpart import sector_part
from graphstore.errors import ExtractionError
from graphstore.queries import load
from graphstore.technosphere.emissions import CO2E
from graphstore.technosphere.quantities import MASS_UNIT, conversions_of
from graphstore.terms import iri


@dataclass(frozen=True, slots=True)
class Footprint:
    """One result, as data for JSON and for people; every number in kg CO2e unless it says otherwise."""

    data: dict[str, Any]

    @property
    def total(self) -> float:
        """The footprint in kg CO2e, biogenic CO2 reported beside it."""
        return float(self.data["total"]["value"])


def calculate(
    calculation: Calculation, product: str, amount: float = 1.0, unit: str | None = None, most: int = 50
) -> Footprint:
    """Compute the footprint of an amount of a product.

    Args:
        calculation: State of the graph and settings.
        product: IRI, or a unique part of a name.
        amount: How much of it.
        unit: IRI of the unit of the amount; the product's own reference unit when None.
        most: How many contributions to list; the rest is summed as a remainder.

    Raises:
        UnknownNameError: no such product, or several.
        UnitError: the unit does not fit the product.
        ExtractionError: strict, and a factor cannot be restated under the GWP set.
    """
    return answer(ask(calculation, product, amount, unit), most)


def answer(question: Question, most: int = 50) -> Footprint:
    """Tell the footprint of a question that was solved; `most` contributions are listed, the rest is summed."""
    return Footprint(_result(question, most))


def total(calculation: Calculation, product: str, amount: float = 1.0, unit: str | None = None) -> float:
    """Compute the footprint alone, in kg CO2e, biogenic CO2 left out: what `calculate` gives as `total`, in a fraction of the time.

    Args and errors as for `calculate`.
    """
    chain = ask(calculation, product, amount, unit).chain
    cost = calculation.snapshot.compiled.cost(calculation.characterisation.excluding_biogenic[np.newaxis])
    return float(chain.total(cost).values[0])


def _result(question: Question, most: int) -> dict[str, Any]:
    calculation, names, chain, activity = question.calculation, question.names, question.chain, question.activity
    snapshot, weights = calculation.snapshot, calculation.characterisation
    cost = snapshot.compiled.cost(np.stack((weights.excluding_biogenic, weights.including_biogenic)))
    bounded = chain.total(cost)
    total = float(bounded.values[0])
    terms = Terms.of(calculation, chain)
    listed = terms.largest(most)
    lines = described(calculation, terms, listed, total, names)
    rows = chain.inventory().values
    product = str(snapshot.product_of(activity))
    names.learn([product, snapshot.maker(activity), question.unit])
    fixed = not_restated(calculation, rows)
    average = sector_part(question, total)
    return {
        "product": names[product].as_dict(),
        "process": names[snapshot.maker(activity)].as_dict(),
        "amount": question.amount,
        "unit": names[question.unit].as_dict(),
        "total": _total(bounded, 0),
        "total_including_biogenic_co2": _total(bounded, 1),
        "sector_average": bool(average and average["alone"]),
        "sector_part": average,
        "gwp_sets": sets_of(calculation, rows),
        "settings": calculation.settings.as_dict(),
        "stages": stages_of(calculation, chain, total, names),
        "categories": categories_of(calculation, rows, names),
        "gases": gases_of(calculation, rows, names),
        "biogenic_carbon_content": carbon_content(calculation, activity, chain.amount),
        "processes": by_process(calculation, terms, total, names, most),
        "contributions": lines,
        "contributions_remainder": total - float(np.sum(terms.value[listed])),
        "credits": credits_in(question),
        "recycling": recycling(question),
        "cutoffs": cut_offs(calculation, chain, names),
        "assumptions": assuming.collect(question, terms, total, fixed, average),
        "inputs": inputs(calculation),
        "input_hash": input_hash(calculation, product, chain.amount),
        "engine": engine(calculation, chain.info),
    }


def _total(bounded: Bounded, row: int) -> dict[str, Any]:
    return {"value": float(bounded.values[row]), "unit": "kg CO2e", "error_bound": float(bounded.bounds[row])}


def stages_of(calculation: Calculation, chain: Supply, total: float, names: Names) -> list[dict[str, Any]]:
    """Divide the total by stage; all of it is unstated where only a labelled credit makes a loop productive."""
    try:
        found = by_stage(chain, calculation.cost, calculation.scores)
    except UnsolvableSystem:
        return unstated(total)
    return staged(calculation, found.values, total, names)


def unstated(total: float) -> list[dict[str, Any]]:
    """Return the total as what stands under no stage."""
    return [{"iri": "unstated", "value": total, "share": 1.0 if total else None}]


def staged(calculation: Calculation, values: Floats, total: float, names: Names) -> list[dict[str, Any]]:
    """Name the parts of a total by stage, largest first; the last value is what stands under none."""
    snapshot, stages = calculation.snapshot, []
    for label, value in zip((*snapshot.compiled.system.stage_ids, UNSTATED), values, strict=True):
        if value == 0:
            continue
        name = names[label].as_dict() if label in snapshot.compiled.system.stage_ids else {"iri": "unstated"}
        stages.append({**name, "value": float(value), "share": float(value) / total if total else None})
    return sorted(stages, key=lambda stage: -abs(stage["value"]))


def categories_of(calculation: Calculation, rows: Floats, names: Names) -> list[dict[str, Any]]:
    """Report fossil, biogenic, land use, removals apart, whether or not they enter the total (rule R07)."""
    potential = calculation.characterisation.potential
    kinds = calculation.snapshot.compiled.system.rows
    sums: dict[str, float] = {}
    for position, row in enumerate(kinds):
        sums[row.category] = sums.get(row.category, 0.0) + float(potential[position] * rows[position])
        if row.aircraft:
            sums["aircraft"] = sums.get("aircraft", 0.0) + float(potential[position] * rows[position])
    return [
        {**(names[kind].as_dict() if "://" in kind else {"iri": kind, "of_which": True}), "value": value}
        for kind, value in sorted(sums.items())
        if value != 0
    ]


def gases_of(calculation: Calculation, rows: Floats, names: Names) -> list[dict[str, Any]]:
    """Give each gas in kilograms and in kg CO2e; factors that state only CO2e stand as such, with their GWP set."""
    weights = calculation.characterisation
    kinds = calculation.snapshot.compiled.system.rows
    names.learn(node for row in kinds for node in (row.gas, row.category))
    gases = []
    for position, row in enumerate(kinds):
        mass = float(rows[position])
        if mass == 0:
            continue
        gas: dict[str, Any] = {**names[row.gas].as_dict(), "category": names[row.category].as_dict(), "mass_kg": mass}
        gas |= {"gwp": float(weights.potential[position]), "co2e": float(weights.potential[position]) * mass}
        gas["in_total"] = float(weights.excluding_biogenic[position]) * mass
        if row.gas == CO2E:
            gas["gwp_set"] = row.gwp_set
        gases.append(gas)
    return sorted(gases, key=lambda g: -abs(g["co2e"]))


def carbon_content(calculation: Calculation, activity: int, quantity: float) -> dict[str, Any] | None:
    """Return the biogenic carbon in a quantity of a product, in kg C, where the product states its content (rule R07).

    Args:
        calculation: State of the graph and settings.
        activity: Index of the product's activity.
        quantity: How much of it, in its own reference unit.

    Raises:
        UnitError: the content is stated per a unit that the product's own cannot be converted to.
    """
    snapshot = calculation.snapshot
    product = str(snapshot.product_of(activity))
    stated = calculation.graph.query(load("carbon-content"), {"product": iri(product)}).dicts()
    if not stated:
        return None
    units = calculation.units
    row, own = stated[0], snapshot.unit_of(activity)
    per_unit = float(str(row["amount"])) * units.scale(str(row["unit"]), MASS_UNIT)
    scale = units.scale(own, str(row["perUnit"]), conversions_of(calculation.select, product))
    return {"value": quantity * scale * per_unit, "unit": "kg C"}


def sets_of(calculation: Calculation, rows: Floats) -> list[str]:
    """List every GWP set inside the number: the asked one for gases, and those of factors that state only CO2e."""
    kinds = calculation.snapshot.compiled.system.rows
    used = {row.gwp_set or calculation.settings.gwp_set for row, mass in zip(kinds, rows, strict=True) if mass != 0}
    return sorted(used_set.rpartition("/")[2] for used_set in used)


def not_restated(calculation: Calculation, rows: Floats) -> float:
    """Return the kg CO2e of factors that cannot be restated under the asked GWP set, or refuse them when strict.

    Args:
        calculation: State of the graph and settings.
        rows: kg of each emission row in the result.

    Raises:
        ExtractionError: strict, and there are some.
    """
    positions = [p for p in calculation.characterisation.not_restated if rows[p] != 0]
    if positions and calculation.settings.strict:
        sets = sorted({calculation.snapshot.compiled.system.rows[p].gwp_set for p in positions})
        raise ExtractionError(
            f"strict: the result rests on factors that state only CO2e under {', '.join(f'<{s}>' for s in sets)}, which "
            f"cannot be restated as {calculation.settings.gwp}. Use factors that state masses of gases, or leave strict out."
        )
    return float(sum(rows[p] for p in positions))
