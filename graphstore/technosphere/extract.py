"""Extraction of the technosphere: what the current graph states about processes, as the columns the engine reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from footprint.inventory import (
    NONE,
    UNKNOWN_PROVIDER,
    AllocationMethod,
    Direction,
    ExchangeTable,
    FlowKind,
    Ints,
    Inventory,
    ProcessTable,
)
from graphstore.errors import ExtractionError
from graphstore.technosphere import emissions, quantities
from graphstore.technosphere.columns import Select, joined, members, scan

ID = "https://w3id.org/tanmai/id/"
METHODS = {
    f"{ID}allocation/mass": AllocationMethod.MASS,
    f"{ID}allocation/energy": AllocationMethod.ENERGY,
    f"{ID}allocation/economic": AllocationMethod.ECONOMIC,
    f"{ID}allocation/stated": AllocationMethod.STATED,
}
SIDES = {"output": Direction.OUTPUT, "input": Direction.INPUT, "emission": Direction.EMISSION}
FLOW_CLASSES = {"Product": FlowKind.PRODUCT, "WasteFlow": FlowKind.WASTE, "ElementaryFlow": FlowKind.ELEMENTARY}


@dataclass(frozen=True, slots=True)
class Index:
    """Identifiers in ascending order, and their positions."""

    ids: Sequence[str]
    frame: pl.DataFrame

    @classmethod
    def of(cls, values: pl.Series) -> Index:
        """Index the distinct non-null values."""
        ids = values.drop_nulls().unique().sort()
        frame = pl.DataFrame({"key": ids, "position": np.arange(len(ids), dtype=np.int64)})
        return cls(ids.to_list(), frame)

    def positions(self, values: pl.Series) -> Ints:
        """Return the position of each value; -1 for null and for a value that is not in the index."""
        looked_up = pl.DataFrame({"key": values}).join(self.frame, on="key", how="left", maintain_order="left")
        return looked_up["position"].fill_null(NONE).to_numpy().astype(np.int64)


def extract(select: Select) -> Inventory:
    """Read all unit processes, exchanges, flows, factors and units of the current graph.

    Raises:
        ExtractionError: a property is stated twice, an exchange belongs to two processes, a method is unknown.
    """
    exchanges = _exchanges(select)
    processes = Index.of(members(select, "UnitProcess"))
    flows = Index.of(exchanges["flow"])
    factors = emissions.factors(select, exchanges["provider"], processes.ids)
    units = Index.of(pl.concat([exchanges["unit"], factors.frame["unit"], pl.Series([quantities.MASS_UNIT])]))
    stages = Index.of(exchanges["stage"])
    flow_table, rows = emissions.flow_table(select, flows.ids, _flow_kinds(select, flows), factors)
    return Inventory(
        processes=_process_table(select, processes, exchanges["exchange"]),
        exchanges=_exchange_table(exchanges, processes, flows, units, stages, factors.ids),
        flows=quantities.with_properties(select, flow_table),
        factors=factors.table(units.positions(factors.frame["unit"]), rows),
        unit_ids=units.ids,
        units=quantities.unit_table(select),
        stage_ids=stages.ids,
        rows=rows,
        removal_rows=emissions.removal_rows(select, rows),
        mass_unit=quantities.MASS_UNIT,
        energy_unit=quantities.ENERGY_UNIT,
    )


def _exchanges(select: Select) -> pl.DataFrame:
    """Return one row per exchange in ascending order of IRI, all properties still strings."""
    sides = [
        scan(select, side, "process", "exchange").with_columns(direction=pl.lit(int(code), dtype=pl.Int64))
        for side, code in SIDES.items()
    ]
    frame = pl.concat(sides).sort("exchange", "process")
    if frame["exchange"].n_unique() != len(frame):
        twice = frame.filter(pl.col("exchange").is_duplicated())
        raise ExtractionError(
            f"exchange <{twice['exchange'][0]}> belongs to more than one process or side: "
            f"{', '.join(f'<{p}>' for p in twice['process'].head(3))}. Give each process an exchange of its own."
        )
    for name in ("flow", "amount", "unit", "stage", "allocatedTo", "allocationFactor", "avoided"):
        frame = joined(frame, select, name)
    return _with_providers(frame, select)


def _with_providers(frame: pl.DataFrame, select: Select) -> pl.DataFrame:
    """A provider chosen in a linking graph beats the one stated in the data."""
    for name in ("linkedTo", "defaultProvider", "linkingRule"):
        frame = joined(frame, select, name)
    return frame.with_columns(provider=pl.coalesce("linkedTo", "defaultProvider"))


def _flow_kinds(select: Select, flows: Index) -> Ints:
    kinds = np.full(len(flows.ids), FlowKind.UNKNOWN, dtype=np.int64)
    for name, kind in FLOW_CLASSES.items():
        found = flows.positions(members(select, name))
        kinds[found[found != NONE]] = kind
    return kinds


def _process_table(select: Select, processes: Index, exchange_ids: pl.Series) -> ProcessTable:
    frame = pl.DataFrame({"process": processes.ids}, schema={"process": pl.String})
    frame = joined(frame, select, "quantitativeReference", "process")
    frame = joined(frame, select, "allocationMethod", "process")
    methods = frame["allocationMethod"].drop_nulls().unique().sort()
    for iri in methods:
        if iri not in METHODS:
            raise ExtractionError(
                f"allocation method <{iri}> is not known. Use one of {', '.join(f'<{m}>' for m in METHODS)}."
            )
    codes = frame["allocationMethod"].replace_strict(METHODS, default=AllocationMethod.NONE, return_dtype=pl.Int64)
    return ProcessTable(
        ids=processes.ids,
        reference=Index.of(exchange_ids).positions(frame["quantitativeReference"]),
        method=codes.to_numpy().astype(np.int64),
    )


def _exchange_table(
    frame: pl.DataFrame, processes: Index, flows: Index, units: Index, stages: Index, factor_ids: Sequence[str]
) -> ExchangeTable:
    ids = Index.of(frame["exchange"])
    return ExchangeTable(
        ids=ids.ids,
        process=processes.positions(frame["process"]),
        direction=frame["direction"].to_numpy().astype(np.int64),
        flow=flows.positions(frame["flow"]),
        amount=_numbers(frame["amount"]),
        unit=units.positions(frame["unit"]),
        provider=_providers(frame["provider"], processes, factor_ids),
        avoided=frame["avoided"].is_in(["true", "1"]).fill_null(value=False).to_numpy(),
        stage=stages.positions(frame["stage"]),
        allocated_to=ids.positions(frame["allocatedTo"]),
        stated_share=_numbers(frame["allocationFactor"]),
        by_rule=frame["linkingRule"].is_not_null().to_numpy(),
    )


def _numbers(values: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Read decimals and doubles; what is not a number becomes NaN, which the engine refuses by name."""
    return values.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy().astype(np.float64)


def _providers(provider: pl.Series, processes: Index, factor_ids: Sequence[str]) -> Ints:
    position = processes.positions(provider)
    factor = Index.of(pl.Series(factor_ids, dtype=pl.String)).positions(provider)
    position[factor != NONE] = factor[factor != NONE] + len(processes.ids)
    unknown = (position == NONE) & provider.is_not_null().to_numpy()
    position[unknown] = UNKNOWN_PROVIDER
    return position
