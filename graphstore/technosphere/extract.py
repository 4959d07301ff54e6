"""Extraction of the technosphere: what the current graph states about processes, as the columns the engine reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

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
    OutputTable,
    ProcessTable,
)
from graphstore.errors import ExtractionError
from graphstore.queries import load
from graphstore.technosphere import coproducts, emissions, quantities, recycling
from graphstore.technosphere.columns import Index, Select, joined, members, scans, table

ID = "https://w3id.org/tanmai/id/"
METHODS = {
    f"{ID}allocation/subdivision": AllocationMethod.NONE,  # tm:allocatedTo on the exchanges says everything
    f"{ID}allocation/mass": AllocationMethod.MASS,
    f"{ID}allocation/energy": AllocationMethod.ENERGY,
    f"{ID}allocation/economic": AllocationMethod.ECONOMIC,
    f"{ID}allocation/stated": AllocationMethod.STATED,
    f"{ID}allocation/system-expansion": AllocationMethod.SYSTEM_EXPANSION,
    f"{ID}allocation/price-ratio": AllocationMethod.PRICE_RATIO,
}
OWN_METHODS = {**METHODS, f"{ID}allocation/subdivision": AllocationMethod.SUBDIVISION}
"""What one output may state for itself; under subdivision it takes no part in the sharing."""
SIDES = {"output": Direction.OUTPUT, "input": Direction.INPUT, "emission": Direction.EMISSION}
FLOW_CLASSES = {"Product": FlowKind.PRODUCT, "WasteFlow": FlowKind.WASTE, "ElementaryFlow": FlowKind.ELEMENTARY}


def extract(select: Select) -> Inventory:
    """Read all unit processes, exchanges, flows, factors and units of the current graph.

    Raises:
        ExtractionError: a property is stated twice, an exchange belongs to two processes, a method is unknown.
    """
    exchanges = _exchanges(select)
    exchange_index = Index.ascending(exchanges["exchange"])
    processes = Index.of(members(select, "UnitProcess"))
    own = coproducts.statements(select, exchanges["exchange"])
    unit_table = quantities.unit_table(select)
    named = pl.concat((exchanges["provider"], own["displaces"]))
    factors = emissions.factors(select, named, processes.ids, unit_table)
    suppliers = pl.Series([*processes.ids, *factors.ids], dtype=pl.String)
    flows = Index.of(
        pl.concat((exchanges["flow"], own.filter(~pl.col("displaces").is_in(suppliers.implode()))["displaces"]))
    )
    units = Index.of(pl.concat([exchanges["unit"], factors.frame["unit"], pl.Series([quantities.MASS_UNIT])]))
    stages = Index.of(exchanges["stage"])
    flow_table, rows = emissions.flow_table(select, flows.ids, _flow_kinds(select, flows), factors)
    return Inventory(
        processes=_process_table(select, processes, exchange_index),
        exchanges=_exchange_table(exchanges, exchange_index, processes, flows, units, stages, factors.ids),
        flows=replace(quantities.with_properties(select, flow_table), refusal=_refused_flows(select, flows)),
        factors=factors.table(units.positions(factors.frame["unit"]), rows),
        unit_ids=units.ids,
        units=unit_table,
        stage_ids=stages.ids,
        rows=rows,
        removal_rows=emissions.removal_rows(select, rows),
        outputs=_output_table(own, exchange_index, flows, processes, factors.ids),
        rules=coproducts.rules(select),
        recycling=recycling.recycling_table(select, processes, exchange_index),
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


def _refused_flows(select: Select, flows: Index) -> dict[int, str]:
    """Return the classes of flows that may not enter a footprint, by position of the flow."""
    found = table(select, load("refused-flows"), "flow", "class")
    positions = flows.positions(found["flow"])
    return {int(p): kind for p, kind in zip(positions, found["class"], strict=True) if p != NONE}


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
    return ProcessTable(
        ids=processes.ids,
        reference=_known(exchanges, frame["quantitativeReference"], frame["process"], "quantitativeReference"),
        method=_method_codes(frame["allocationMethod"], METHODS),
    )


def _method_codes(stated: pl.Series, known: Mapping[str, AllocationMethod]) -> Ints:
    """Return the codes of stated allocation methods, -1 for none.

    Raises:
        ExtractionError: a method is none of the known ones.
    """
    if stated.null_count() == len(stated):  # as in most graphs
        return np.full(len(stated), AllocationMethod.NONE, dtype=np.int64)
    for iri in stated.drop_nulls().unique().sort():
        if iri not in known:
            raise ExtractionError(
                f"allocation method <{iri}> is not known. Use one of {', '.join(f'<{m}>' for m in known)}."
            )
    codes = stated.replace_strict(known, default=AllocationMethod.NONE, return_dtype=pl.Int64)
    return codes.to_numpy().astype(np.int64)


def _output_table(
    own: pl.DataFrame, exchanges: Index, flows: Index, processes: Index, factor_ids: Sequence[str]
) -> OutputTable:
    """Return what single outputs state: a method of their own, and what they replace elsewhere."""
    provider = _providers(own["displaces"], processes, factor_ids)
    provider[provider == UNKNOWN_PROVIDER] = NONE  # a flow, which is linked like any other
    return OutputTable(
        exchange=exchanges.positions(own["exchange"]),
        method=_method_codes(own["allocationMethod"], OWN_METHODS),
        flow=flows.positions(own["displaces"]),
        provider=provider,
        ratio=_numbers(own["substitutionRatio"]),
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
