"""Recycling models: who carries the burdens, and who earns the credits, of material that serves more than one product.

One formula serves them all, the circular footprint formula (Commission Recommendation (EU) 2021/2279, Annex I; read in public
transcriptions), per unit of material:

    material  (1 - R1) Ev + R1 (A Erec + (1 - A) Ev Qin) + (1 - A) R2 (ErecEoL - E*v Qout)
    energy    (1 - B) R3 (EER - ESE)
    disposal  (1 - R2 - R3) ED

R1 is the recycled content, R2 and R3 the shares recycled and burned with energy recovery after use, A and B the shares of
burdens and credits that stay with the supplier of recycled material or recovered energy, Qin and Qout the quality of the
recycled material relative to virgin material (all without unit). Ev, Erec, ErecEoL, E*v, ED and EER are footprints per unit
of material: virgin, recycled, recycled after use, virgin material displaced, disposed of, burned; ESE is that of the heat
and power displaced per unit burned (in the source LHV XER,heat ESE,heat + LHV XER,elec ESE,elec).

The footprints are not typed in: they come with the inputs of a process that are marked with their role. A model fixes A and
B: A = B = 1 is the cut-off (recycled content) model, in which scrap comes free of its first life and earns no credit, and
recovered energy belongs to its user, burning included; A = B = 0 is closed loop (substitution), in which the input side is
charged as virgin at its quality and all recycling after use is credited; the CFF leaves both to the data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from footprint.errors import RecyclingError
from footprint.inventory import Direction, Floats, Inventory, RecyclingParameters, RecyclingRole

_NAMES = {
    "r1": "tm:recycledContent (R1)",
    "r2": "tm:recyclingOutputRate (R2)",
    "r3": "tm:energyRecoveryRate (R3)",
    "a": "tm:recyclingAllocationFactor (A)",
    "b": "tm:energyAllocationFactor (B)",
    "quality_in": "tm:qualityRatioIn (Qsin/Qp)",
    "quality_out": "tm:qualityRatioOut (Qsout/Qp)",
}
TOLERANCE = 1e-12
"""Rates that sum to one within this leave nothing to dispose of."""


def coefficients(p: RecyclingParameters) -> dict[RecyclingRole, float]:
    """Return what each footprint of the formula is multiplied with; credits are negative.

    >>> found = coefficients(RecyclingParameters(0.3, 0.9, 0.0, 0.2, 0.5, 1.0, 1.0))
    >>> round(found[RecyclingRole.VIRGIN_MATERIAL], 12), round(found[RecyclingRole.DISPLACED_VIRGIN_MATERIAL], 12)
    (0.94, -0.72)
    """
    recovered = (1 - p.b) * p.r3
    return {
        RecyclingRole.VIRGIN_MATERIAL: (1 - p.r1) + p.r1 * (1 - p.a) * p.quality_in,
        RecyclingRole.RECYCLED_MATERIAL: p.r1 * p.a,
        RecyclingRole.RECYCLING_AT_END_OF_LIFE: (1 - p.a) * p.r2,
        RecyclingRole.DISPLACED_VIRGIN_MATERIAL: -(1 - p.a) * p.r2 * p.quality_out,
        RecyclingRole.ENERGY_RECOVERY: recovered,
        RecyclingRole.DISPLACED_ENERGY: -recovered,
        RecyclingRole.DISPOSAL: max(0.0, 1 - p.r2 - p.r3),
    }


def applied(inventory: Inventory, model: str) -> Inventory:
    """Return the inventory with the amounts of all exchanges that have a role multiplied by their coefficients.

    Args:
        inventory: The columns.
        model: Name of the recycling model for every process; empty for the one that each process states.

    Raises:
        RecyclingError: an unknown model or none, a parameter that is missing or out of range, a term that is missing, or one
            flow under both cut-off and substitution.
    """
    table = inventory.recycling
    if model and model not in table.models:
        raise RecyclingError(
            f"recycling model {model!r} is not known; choose one of {', '.join(sorted(table.models))}."
        )
    owners = np.unique(inventory.exchanges.process[table.exchange]).tolist()
    if not owners:
        return inventory
    _refuse_sides(inventory)
    factor = np.ones(len(inventory.exchanges.ids))
    factors: dict[int, float] = {}
    for process in owners:
        parameters = _parameters(inventory, process, model)
        factors[process] = parameters.a
        found = coefficients(parameters)
        mine = np.flatnonzero(inventory.exchanges.process[table.exchange] == process)
        roles = table.role[mine]
        _refuse_missing(inventory, process, found, {RecyclingRole(int(role)) for role in roles})
        factor[table.exchange[mine]] = [found[RecyclingRole(int(role))] for role in roles]
    _refuse_two_models(inventory, factors)
    return _scaled(inventory, factor)


def _scaled(inventory: Inventory, factor: Floats) -> Inventory:
    return replace(inventory, exchanges=replace(inventory.exchanges, amount=inventory.exchanges.amount * factor))


def _parameters(inventory: Inventory, process: int, model: str) -> RecyclingParameters:
    """Return the complete parameters of one process under a model."""
    table, name = inventory.recycling, inventory.processes.ids[process]
    wanted = model or table.model.get(process, "")
    known = ", ".join(sorted(table.models))
    if not wanted:
        raise RecyclingError(
            f"<{name}> has recycling terms, but no recycling model is chosen. State tm:recyclingModel on it, or ask for one with "
            f"--recycling: {known}."
        )
    stated = table.parameters.get(process, RecyclingParameters())
    a, b = table.models[wanted]
    made = replace(stated, a=stated.a if math.isnan(a) else a, b=stated.b if math.isnan(b) else b)
    if made.r3 == 0 and math.isnan(made.b):
        made = replace(made, b=1.0)  # shares out nothing
    _check(name, made)
    return made


def _check(name: str, p: RecyclingParameters) -> None:
    values: Mapping[str, float] = {key: getattr(p, key) for key in _NAMES}
    missing = [_NAMES[key] for key, value in values.items() if math.isnan(value)]
    if missing:
        raise RecyclingError(
            f"<{name}>: the recycling model needs {', '.join(missing)}, which is not stated. State each on the process as a number "
            "without unit; 0 where there is none."
        )
    wrong = [_NAMES[key] for key, value in values.items() if not 0 <= value <= 1]
    if wrong or p.r2 + p.r3 > 1 + TOLERANCE:
        raise RecyclingError(
            f"<{name}>: {', '.join(wrong) or 'R2 + R3'} is not between 0 and 1 (R1 {p.r1:g}, R2 {p.r2:g}, R3 {p.r3:g}, A {p.a:g}, "
            f"B {p.b:g}, qualities {p.quality_in:g} and {p.quality_out:g}). These are shares: write 30 % as 0.3."
        )


def _refuse_sides(inventory: Inventory) -> None:
    """Refuse a role on what is no plain input: its sign would be turned twice, or it would not be counted at all."""
    table, marked = inventory.exchanges, inventory.recycling.exchange
    reference = np.isin(marked, inventory.processes.reference)
    wrong = marked[(table.direction[marked] != Direction.INPUT) | table.avoided[marked] | reference]
    if len(wrong):
        raise RecyclingError(
            f"{len(wrong)} exchanges have a tm:recyclingRole and are no plain input, first <{table.ids[int(wrong[0])]}>. State "
            "each term as a tm:input with a positive amount, without tm:avoided; the model gives it its sign."
        )


def _refuse_missing(
    inventory: Inventory, process: int, found: Mapping[RecyclingRole, float], roles: set[RecyclingRole]
) -> None:
    """Refuse a term that counts and is not there; energy that displaces nothing is allowed, it earns no credit."""
    needed = {role for role, value in found.items() if abs(value) > TOLERANCE} - {RecyclingRole.DISPLACED_ENERGY}
    missing = sorted(role.name.lower().replace("_", "-") for role in needed - roles)
    if missing:
        raise RecyclingError(
            f"<{inventory.processes.ids[process]}>: under this recycling model the terms {', '.join(missing)} count, but no input "
            "has this tm:recyclingRole. Add an input for each, per output of the process."
        )


def _refuse_two_models(inventory: Inventory, factor_a: Mapping[int, float]) -> None:
    """Refuse one flow under cut-off (A = 1) here and under a model with credits there, or credited twice in one process."""
    table = inventory.exchanges
    by_flow: dict[int, tuple[int, float]] = {}
    for exchange in inventory.recycling.exchange.tolist():
        flow, process = int(table.flow[exchange]), int(table.process[exchange])
        other, a = by_flow.setdefault(flow, (process, factor_a[process]))
        if (a == 1) != (factor_a[process] == 1):
            raise RecyclingError(
                f"<{inventory.flows.ids[flow]}> is used under cut-off and under a model with credits for recycling: in "
                f"<{inventory.processes.ids[other]}> with A = {a:g}, in <{inventory.processes.ids[process]}> with A = "
                f"{factor_a[process]:g}. Together they count the same credit twice: choose one recycling model for both."
            )
    avoided = np.flatnonzero(table.avoided & np.isin(table.process, list(factor_a)))
    twice = avoided[np.isin(table.flow[avoided], list(by_flow))]
    if len(twice):
        raise RecyclingError(
            f"<{table.ids[int(twice[0])]}> credits a flow (tm:avoided) that a recycling term of the same process counts already. "
            "Leave one of them out."
        )
