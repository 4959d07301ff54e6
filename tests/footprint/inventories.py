"""Inventories from a few words, for tests of linking, allocation and assembly."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from footprint.inventory import (
    NONE,
    UNKNOWN_PROVIDER,
    AllocationMethod,
    AllocationRules,
    Direction,
    ExchangeTable,
    FactorTable,
    FlowKind,
    FlowTable,
    Inventory,
    OutputTable,
    Price,
    ProcessTable,
    RecyclingParameters,
    RecyclingTable,
)
from footprint.system import EmissionRow
from footprint.units import Conversion, Unit, UnitTable

CO2 = EmissionRow("CO2", "fossil")
UPTAKE = EmissionRow("CO2", "uptake")
CO2E = EmissionRow("CO2e", "fossil", gwp_set="unknown")
ROWS = (CO2, UPTAKE, CO2E)

UNITS = (
    Unit("kg", "mass", 1.0),
    Unit("t", "mass", 1000.0),
    Unit("g", "mass", 0.001),
    Unit("m3", "volume", 1.0),
    Unit("L", "volume", 0.001),
    Unit("MJ", "energy", 1e6),
    Unit("kWh", "energy", 3.6e6),
    Unit("piece", "count", 1.0),
    Unit("CNY", "CNY", float("nan")),
    Unit("EUR", "EUR", float("nan")),
    Unit("degC", "temperature", 1.0, 273.15),
    Unit("K", "temperature", 1.0),
)


@dataclass
class Book:
    """Collects processes and exchanges by name; `inventory()` turns them into columns in the order they were stated."""

    flows: dict[str, FlowKind] = field(
        default_factory=lambda: {"CO2": FlowKind.ELEMENTARY, "uptake": FlowKind.ELEMENTARY}
    )
    processes: dict[str, dict[str, Any]] = field(default_factory=dict)
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    factors: dict[str, tuple[str, list[tuple[EmissionRow, float]], str | None]] = field(default_factory=dict)
    conversions: dict[str, list[Conversion]] = field(default_factory=dict)
    prices: dict[str, Price | list[Price]] = field(default_factory=dict)
    rules: AllocationRules = field(default_factory=AllocationRules)
    recycling: dict[str, RecyclingParameters] = field(default_factory=dict)
    models: dict[str, tuple[float, float]] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)

    def process(
        self,
        name: str,
        *listed: tuple[Any, ...],
        reference: str | None = None,
        method: AllocationMethod = AllocationMethod.NONE,
    ) -> Book:
        """Add a process; an exchange is (side, flow, amount, unit, options...). Its name is process-flow, or option `name`.

        Options `by`, `replaces` (a flow, process or factor) and `ratio` make a row of the table of outputs; `role` is the
        recycling role.

        Flows that are not known yet become products. The reference is the first exchange when it is not named.
        """
        sides = {"out": Direction.OUTPUT, "in": Direction.INPUT, "emit": Direction.EMISSION}
        for side, flow, amount, unit, *options in listed:
            row = {"process": name, "side": sides[side], "flow": flow, "amount": amount, "unit": unit}
            row |= {"name": f"{name}-{flow}"} | (options[0] if options else {})
            self.flows.setdefault(flow, FlowKind.PRODUCT)
            self.exchanges.append(row)
        mine = [row["name"] for row in self.exchanges if row["process"] == name]
        self.processes[name] = {"reference": reference or mine[0], "method": method}
        return self

    def waste(self, *names: str) -> Book:
        self.flows |= dict.fromkeys(names, FlowKind.WASTE)
        return self

    def factor(self, name: str, unit: str, kg: float, row: EmissionRow = CO2, refusal: str | None = None) -> Book:
        self.factors[name] = (unit, [(row, kg)], refusal)
        return self

    def inventory(self) -> Inventory:
        processes, flows, units = list(self.processes), list(self.flows), [unit.id for unit in UNITS]
        names, factors = [row["name"] for row in self.exchanges], list(self.factors)
        stages = sorted({row["stage"] for row in self.exchanges if "stage" in row})
        providers = {name: position for position, name in enumerate([*processes, *factors])}

        def column(key: Any, kind: Any = np.int64) -> Any:
            return np.array([key(row) for row in self.exchanges], dtype=kind)

        def provider(row: dict[str, Any]) -> int:
            return providers.get(row["provider"], UNKNOWN_PROVIDER) if "provider" in row else NONE

        own = [row for row in self.exchanges if row.keys() & {"by", "replaces", "ratio"}]
        roles = [row for row in self.exchanges if "role" in row]

        def indices(values: Any) -> Any:
            return np.array(list(values), dtype=np.int64)

        emitted = [(f, ROWS.index(row), kg) for f, name in enumerate(factors) for row, kg in self.factors[name][1]]
        reference = [self.processes[p]["reference"] for p in processes]
        return Inventory(
            processes=ProcessTable(
                processes,
                np.array([names.index(r) if r != "none" else NONE for r in reference], dtype=np.int64),
                np.array([self.processes[p]["method"] for p in processes], dtype=np.int64),
            ),
            exchanges=ExchangeTable(
                ids=names,
                process=column(lambda row: processes.index(row["process"])),
                direction=column(lambda row: row["side"]),
                flow=column(lambda row: flows.index(row["flow"])),
                amount=column(lambda row: row["amount"], np.float64),
                unit=column(lambda row: units.index(row["unit"]) if row["unit"] else NONE),
                provider=column(provider),
                avoided=column(lambda row: row.get("avoided", False), np.bool_),
                stage=column(lambda row: stages.index(row["stage"]) if "stage" in row else NONE),
                allocated_to=column(lambda row: names.index(row["to"]) if "to" in row else NONE),
                stated_share=column(lambda row: row.get("share", np.nan), np.float64),
                by_rule=column(lambda row: row.get("by_rule", False), np.bool_),
            ),
            flows=FlowTable(
                ids=flows,
                kind=np.array([self.flows[f] for f in flows], dtype=np.int64),
                row=np.array([{"CO2": 0, "uptake": 1}.get(f, NONE) for f in flows], dtype=np.int64),
                conversions={flows.index(f): found for f, found in self.conversions.items()},
                prices={flows.index(f): p if isinstance(p, list) else [p] for f, p in self.prices.items()},
            ),
            factors=FactorTable(
                ids=factors,
                unit=np.array([units.index(self.factors[f][0]) for f in factors], dtype=np.int64),
                emission_factor=np.array([f for f, _, _ in emitted], dtype=np.int64),
                emission_row=np.array([row for _, row, _ in emitted], dtype=np.int64),
                emission_amount=np.array([kg for _, _, kg in emitted], dtype=np.float64),
                refusal={i: why for i, f in enumerate(factors) if (why := self.factors[f][2]) is not None},
            ),
            unit_ids=units,
            units=UnitTable.of(UNITS),
            stage_ids=stages,
            rows=ROWS,
            removal_rows=frozenset({1}),
            outputs=OutputTable(
                exchange=indices(names.index(row["name"]) for row in own),
                method=indices(row.get("by", NONE) for row in own),
                flow=indices(flows.index(row["replaces"]) if row.get("replaces") in flows else NONE for row in own),
                provider=indices(providers.get(row.get("replaces"), NONE) for row in own),
                ratio=np.array([row.get("ratio", np.nan) for row in own], dtype=np.float64),
            ),
            rules=self.rules,
            recycling=RecyclingTable(
                parameters={processes.index(p): found for p, found in self.recycling.items()},
                model={processes.index(p): name for p, name in self.chosen.items()},
                models=self.models,
                exchange=indices(names.index(row["name"]) for row in roles),
                role=indices(row["role"] for row in roles),
            ),
            mass_unit="kg",
            energy_unit="MJ",
        )
