"""What the graph states about recycling: parameters of processes, the role of exchanges, and the models there are."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import polars as pl

from footprint.inventory import NONE, RecyclingParameters, RecyclingRole, RecyclingTable
from graphstore.errors import ExtractionError
from graphstore.queries import load
from graphstore.technosphere.columns import Index, Select, joined, number, only, scans, table

ID = "https://w3id.org/tanmai/id/"
ROLES = {f"{ID}recycling-role/{role.name.lower().replace('_', '-')}": role for role in RecyclingRole}
PREDICATES = {
    "r1": "recycledContent",
    "r2": "recyclingOutputRate",
    "r3": "energyRecoveryRate",
    "a": "recyclingAllocationFactor",
    "b": "energyAllocationFactor",
    "quality_in": "qualityRatioIn",
    "quality_out": "qualityRatioOut",
}
"""Property of the vocabulary for each parameter of the circular footprint formula."""


def recycling_table(select: Select, processes: Index, exchanges: Index) -> RecyclingTable:
    """Return roles, parameters and models; of processes nothing where no exchange has a role.

    A process that states no factor A takes that of its class of material from the reference values.

    Raises:
        ExtractionError: a parameter is stated twice, a role or model is unknown, or reference values of A disagree.
    """
    roles = only(scans(select, ("recyclingRole",), "exchange", "value")[0], "exchange", "value", "recyclingRole")
    position = exchanges.positions(roles["exchange"])
    roles = roles.filter(position != NONE)
    models = _models(select)
    if not len(roles):
        return RecyclingTable(models=dict(models.values()))
    _refuse_roles(roles)
    frame = pl.DataFrame({"process": processes.ids}, schema={"process": pl.String})
    frame = joined(frame, select, (*PREDICATES.values(), "recyclingModel", "materialClass"), "process")
    stated = frame.filter(~pl.all_horizontal(pl.exclude("process").is_null()))
    where = processes.positions(stated["process"]).tolist()
    rows = list(stated.iter_rows(named=True))
    factors = _factors(select)
    return RecyclingTable(
        parameters={p: _parameters(row, factors) for p, row in zip(where, rows, strict=True)},
        model={p: _model(row, models) for p, row in zip(where, rows, strict=True) if row["recyclingModel"] is not None},
        models=dict(models.values()),
        exchange=exchanges.positions(roles["exchange"]),
        role=np.array([ROLES[role] for role in roles["value"]], dtype=np.int64),
    )


def _refuse_roles(roles: pl.DataFrame) -> None:
    unknown = roles.filter(~pl.col("value").is_in(list(ROLES)))
    if len(unknown):
        raise ExtractionError(
            f"<{unknown['exchange'][0]}> has the recycling role <{unknown['value'][0]}>, which is not known. Use one of "
            f"{', '.join(f'<{role}>' for role in ROLES)}."
        )


def _models(select: Select) -> dict[str, tuple[str, tuple[float, float]]]:
    """Return the models by IRI: notation, and the factors A and B that they fix (NaN: left to the process)."""
    frame = table(select, load("recycling-models"), "model", "notation", "a", "b")
    return {model: (notation, (_value(a), _value(b))) for model, notation, a, b in frame.iter_rows()}


def _model(row: dict[str, str], models: dict[str, tuple[str, tuple[float, float]]]) -> str:
    if row["recyclingModel"] not in models:
        raise ExtractionError(
            f"<{row['process']}> states the recycling model <{row['recyclingModel']}>, which shares no burdens of recycling. Use "
            f"one of {', '.join(f'<{model}>' for model in models)}."
        )
    return models[row["recyclingModel"]][0]


def _factors(select: Select) -> dict[str, float]:
    """Return the factor A of each class of material that the reference values state."""
    frame = table(select, load("recycling-factors"), "material", "amount").unique()
    twice = frame.filter(pl.col("material").is_duplicated())
    if len(twice):
        raise ExtractionError(
            f"the reference values state several factors A for <{twice['material'][0]}>: {', '.join(twice['amount'].sort())}. Keep "
            "one, or state tm:recyclingAllocationFactor on the process."
        )
    return {material: number(amount) for material, amount in frame.iter_rows()}


def _parameters(row: dict[str, str | None], factors: dict[str, float]) -> RecyclingParameters:
    values = {field.name: _value(row[PREDICATES[field.name]]) for field in fields(RecyclingParameters)}
    if math.isnan(values["a"]):
        values["a"] = factors.get(row["materialClass"] or "", math.nan)
    return RecyclingParameters(**values)


def _value(text: str | None) -> float:
    return math.nan if text is None else number(text)
