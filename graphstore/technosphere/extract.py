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
from graphstore.technosphere.columns import Select, joined, members, scans

ID = "https://w3id.org/tanmai/id/"
METHODS = {
    f"{ID}allocation/subdivision": AllocationMethod.NONE,  # tm:allocatedTo on the exchanges says everything
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
        return cls.ascending(values.drop_nulls().unique().sort())

    @classmethod
    def ascending(cls, ids: pl.Series) -> Index:
        """Index values that are distinct and in ascending order already."""
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
    exchange_index = Index.ascending(exchanges["exchange"])
    processes = Index.of(members(select, "UnitProcess"))
    flows = Index.of(exchanges["flow"])
    unit_table = quantities.unit_table(select)
    factors = emissions.factors(select, exchanges["provider"], processes.ids, unit_table)
    units = Index.of(pl.concat([exchanges["unit"], factors.frame["unit"], pl.Series([quantities.MASS_UNIT])]))
    stages = Index.of(exchanges["stage"])
    flow_table, rows = emissions.flow_table(select, flows.ids, _flow_kinds(select, flows), factors)
    return Inventory(
        processes=_process_table(select, processes, exchange_index),
        exchanges=_exchange_table(exchanges, exchange_index, processes, flows, units, stages, factors.ids),
        flows=quantities.with_properties(select, flow_table),
        factors=factors.table(units.positions(factors.frame["unit"]), rows),
        unit_ids=units.ids,
        units=unit_table,
        stage_ids=stages.ids,
        rows=rows,
        removal_rows=emissions.removal_rows(select, rows),
        mass_unit=quantities.MASS_UNIT,
        energy_unit=quantities.ENERGY_UNIT,
    )


def _exchanges(select: Select) -> pl.DataFrame:
    """Return one row per exchange in ascending order of IRI, all properties still strings."""
    sides = scans(select, tuple(SIDES), "process", "exchange")
    marked = [
        pairs.with_columns(direction=pl.lit(int(code), dtype=pl.Int64))
        for pairs, code in zip(sides, SIDES.values(), strict=True)
    ]
    frame = pl.concat(marked)
    if frame["exchange"].n_unique() != len(frame):
        frame = frame.unique()  # the same statement in several datasets
    frame = frame.sort("exchange", "process")
    if frame["exchange"].n_unique() != len(frame):
        twice = frame.filter(pl.col("exchange").is_duplicated())
        owners = twice.filter(pl.col("exchange") == twice["exchange"][0])["process"].unique(maintain_order=True)
        raise ExtractionError(
            f"exchange <{twice['exchange'][0]}> belongs to more than one process or side: "
            f"{', '.join(f'<{p}>' for p in owners.head(3))}. Give each process an exchange of its own."
        )
    return _with_providers(joined(frame, select, (*_VALUES, *_PROVIDERS)))


_VALUES = ("flow", "amount", "unit", "stage", "allocatedTo", "allocationFactor", "avoided")
_PROVIDERS = ("linkedTo", "defaultProvider", "linkingRule")


def _with_providers(frame: pl.DataFrame) -> pl.DataFrame:
    """A provider chosen in a linking graph beats the one stated in the data."""
    return frame.with_columns(provider=pl.coalesce("linkedTo", "defaultProvider"))


def _flow_kinds(select: Select, flows: Index) -> Ints:
    kinds = np.full(len(flows.ids), FlowKind.UNKNOWN, dtype=np.int64)
    for name, kind in FLOW_CLASSES.items():
        found = flows.positions(members(select, name))
        found = found[found != NONE]
        twice = found[kinds[found] != FlowKind.UNKNOWN]
        if len(twice):
            raise ExtractionError(
                f"flow <{flows.ids[int(twice[0])]}> is typed as two of tm:Product, tm:WasteFlow and tm:ElementaryFlow. "
                "Keep the type that is meant; they exclude each other."
            )
        kinds[found] = kind
    return kinds


def _known(index: Index, values: pl.Series, subjects: pl.Series, predicate: str) -> Ints:
    """Return the positions of named exchanges; -1 where none is named.

    Raises:
        ExtractionError: one is named that belongs to no process.
    """
    positions = index.positions(values)
    dangling = np.flatnonzero((positions == NONE) & values.is_not_null().to_numpy())
    if len(dangling):
        first = int(dangling[0])
        raise ExtractionError(
            f"<{subjects[first]}> names <{values[first]}> as tm:{predicate}, which is no exchange of any process. "
            "Correct the IRI, or attach the exchange by tm:output or tm:input."
        )
    return positions


def _process_table(select: Select, processes: Index, exchanges: Index) -> ProcessTable:
    frame = pl.DataFrame({"process": processes.ids}, schema={"process": pl.String})
    frame = joined(frame, select, ("quantitativeReference", "allocationMethod"), "process")
    methods = frame["allocationMethod"].drop_nulls().unique().sort()
    for iri in methods:
        if iri not in METHODS:
            raise ExtractionError(
                f"allocation method <{iri}> is not known. Use one of {', '.join(f'<{m}>' for m in METHODS)}."
            )
    codes = frame["allocationMethod"].replace_strict(METHODS, default=AllocationMethod.NONE, return_dtype=pl.Int64)
    return ProcessTable(
        ids=processes.ids,
        reference=_known(exchanges, frame["quantitativeReference"], frame["process"], "quantitativeReference"),
        method=codes.to_numpy().astype(np.int64),
    )


def _exchange_table(
    frame: pl.DataFrame,
    ids: Index,
    processes: Index,
    flows: Index,
    units: Index,
    stages: Index,
    factor_ids: Sequence[str],
) -> ExchangeTable:
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
        allocated_to=_known(ids, frame["allocatedTo"], frame["exchange"], "allocatedTo"),
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
