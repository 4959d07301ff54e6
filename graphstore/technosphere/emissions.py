"""Greenhouse gases in the graph: which flows and factors emit what, and what a kilogram of each counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from footprint.inventory import NONE, FactorTable, Floats, FlowTable, Ints
from footprint.system import EmissionRow
from footprint.units import UnitTable
from graphstore.errors import ExtractionError
from graphstore.queries import load
from graphstore.technosphere.columns import Select, number, only, table
from graphstore.technosphere.quantities import MASS_UNIT

ID = "https://w3id.org/tanmai/id/"
CO2E = f"{ID}gas/CO2e"
UNKNOWN_SET = f"{ID}gwp-set/unknown"
FOSSIL = f"{ID}emission-category/fossil"


@dataclass(frozen=True, slots=True)
class Factors:
    """Emission factors named as providers: their IRIs, per-unit, emissions as (factor, row) pairs and refusals."""

    ids: Sequence[str]
    frame: pl.DataFrame
    emissions: Sequence[tuple[int, EmissionRow, float]]
    refusal: Mapping[int, str]

    def table(self, units: Ints, rows: tuple[EmissionRow, ...]) -> FactorTable:
        """Return the columns of the engine, with emission rows by their index."""
        index = {row: position for position, row in enumerate(rows)}
        return FactorTable(
            ids=self.ids,
            unit=units,
            emission_factor=np.array([factor for factor, _, _ in self.emissions], dtype=np.int64),
            emission_row=np.array([index[row] for _, row, _ in self.emissions], dtype=np.int64),
            emission_amount=np.array([amount for _, _, amount in self.emissions], dtype=np.float64),
            refusal=self.refusal,
        )


def factors(select: Select, providers: pl.Series, process_ids: Sequence[str], units: UnitTable) -> Factors:
    """Read the emission factors among the named providers; masses of gases are turned into kilograms.

    A factor states masses of gases, or CO2e with the GWP set it was made with (`unknown` where the publisher states
    none); a mass of CO2e, for a part in a category of its own, has that set too. One that is unusable (a CO2-only electricity factor, no unit, no emission) is kept with the reason, so that
    the engine can refuse it where it is used.
    """
    named = providers.drop_nulls().unique()
    named = named.filter(~named.is_in(pl.Series(process_ids, dtype=pl.String).implode())).sort()
    if not len(named):  # the graph may hold thousands
        return Factors([], pl.DataFrame(schema={"unit": pl.String}), [], {})
    stated = table(select, load("factors"), "factor", *_STATED)
    stated = stated.filter(pl.col("factor").is_in(named.implode()))
    frame = stated.group_by("factor").agg(pl.all().drop_nulls().unique().sort()).sort("factor")
    gases = table(select, load("factor-gases"), "factor", "mass", "gas", "category", "aircraft", "amount", "unit")
    gases = gases.filter(pl.col("factor").is_in(named.implode())).sort(pl.all())
    emissions: list[tuple[int, EmissionRow, float]] = []
    refusal: dict[int, str] = {}
    for position, row in enumerate(frame.iter_rows(named=True)):
        masses = gases.filter(pl.col("factor") == row["factor"])
        reason = _refusal(row, masses["gas"].to_list()) or _refused_mass(masses, units)
        if reason:
            refusal[position] = reason
        elif len(masses):
            for _, _, gas, category, aircraft, amount, unit in masses.iter_rows():
                kilograms = number(amount) * units.scale(unit or MASS_UNIT, MASS_UNIT)
                gwp_set = row["gwpSet"][0] if gas == CO2E else ""
                emissions.append((position, replace(_row(gas, category, aircraft), gwp_set=gwp_set), kilograms))
        else:
            category = row["category"][0] if row["category"] else FOSSIL
            kind = EmissionRow(CO2E, category, gwp_set=row["gwpSet"][0])
            emissions.append((position, kind, number(row["co2e"][0])))
    return Factors(frame["factor"].to_list(), frame.with_columns(pl.col("unit").list.first()), emissions, refusal)


_STATED = {
    "unit": "perUnit",
    "co2e": "co2e",
    "gwpSet": "gwpSet",
    "category": "emissionCategory",
    "refusedClass": "type",
}
"""Columns of the query `factors` and the properties they come from."""


def _refused_mass(masses: pl.DataFrame, units: UnitTable) -> str | None:
    """Return why the masses of gases of one factor cannot be used."""
    if masses["mass"].n_unique() != len(masses):
        return (
            "one tm:gasMass of it states several gases, categories, amounts or units; give each gas a mass of its own."
        )
    for _, _, gas, category, _, amount, unit in masses.iter_rows():
        if not math.isfinite(number(amount)):
            return f"the mass {amount!r} of <{gas}> is no finite number."
        if category is None:
            return f"the mass of <{gas}> names no tm:emissionCategory; say whether it is fossil, biogenic or a removal."
        if unit is not None and (unit not in units.units or not units.commensurable(unit, MASS_UNIT)):
            return f"the mass of <{gas}> is in <{unit}>, which is no unit of mass."
    return None


def _refusal(row: Mapping[str, list[str]], gases: Sequence[str]) -> str | None:
    """Return why a factor cannot be used; `row` holds the values stated for it by column, `gases` the gas of each of its masses."""
    for column, predicate in _STATED.items():
        if len(row[column]) > 1 and column != "refusedClass":
            return f"it states more than one tm:{predicate} ({', '.join(row[column])}); keep one."
    unit, co2e, gwp_set, refused = (next(iter(row[c]), None) for c in ("unit", "co2e", "gwpSet", "refusedClass"))
    checks = (
        (
            refused is not None,
            (
                f"it is a <{refused}>, a kind that is not meant for product footprints. Use a factor that covers the life "
                "cycle and all greenhouse gases (for electricity in China: the electricity footprint factor)."
            ),
        ),
        (unit is None, "it states no tm:perUnit; say for one of which unit it is given."),
        (
            bool(gases) and co2e is not None,
            "it states both masses of gases and a tm:co2e; keep the masses, which can be restated under any GWP set.",
        ),
        (not gases and co2e is None, "it states no emission; give masses of gases (tm:gasMass) or tm:co2e."),
        (
            (not gases or CO2E in gases) and gwp_set is None,
            f"its tm:co2e names no GWP set; state tm:gwpSet, or <{UNKNOWN_SET}> where the publisher names none.",
        ),
        (co2e is not None and not math.isfinite(number(co2e)), f"its tm:co2e {co2e!r} is no finite number."),
    )
    return next((reason for wrong, reason in checks if wrong), None)


def _row(gas: str, category: str | None, aircraft: str | None) -> EmissionRow:
    return EmissionRow(gas, category or FOSSIL, aircraft in {"true", "1"})


def flow_table(
    select: Select, ids: Sequence[str], kinds: Ints, known: Factors
) -> tuple[FlowTable, tuple[EmissionRow, ...]]:
    """Return the flows with their emission rows, and all rows in use by flows or factors, in a fixed order.

    Raises:
        ExtractionError: a flow names a gas but no emission category, or several gases.
    """
    frame = table(select, load("greenhouse-flows"), "flow", "gas", "category", "aircraft")
    frame = frame.filter(pl.col("flow").is_in(pl.Series(ids, dtype=pl.String).implode())).sort(pl.all())
    twice = frame.filter(pl.col("flow").is_duplicated())
    if len(twice):
        raise ExtractionError(
            f"flow <{twice['flow'][0]}> states more than one gas, emission category or tm:aircraftEmission. "
            "Make one flow for each; an amount cannot be shared among them."
        )
    missing = frame.filter(pl.col("category").is_null())
    if len(missing):
        raise ExtractionError(
            f"{len(missing)} elementary flows name a gas but no tm:emissionCategory, first <{missing['flow'][0]}>. "
            "State whether it is fossil, biogenic, from land-use change or a removal."
        )
    of_flow = {flow: _row(gas, category, aircraft) for flow, gas, category, aircraft in frame.iter_rows()}
    used = {*of_flow.values(), *(row for _, row, _ in known.emissions)}
    rows = tuple(sorted(used, key=lambda row: (row.gas, row.category, row.aircraft, row.gwp_set)))
    index = {row: position for position, row in enumerate(rows)}
    column = np.array([index[of_flow[flow]] if flow in of_flow else NONE for flow in ids], dtype=np.int64)
    return FlowTable(ids, kinds, column), rows


def removal_rows(select: Select, rows: Sequence[EmissionRow]) -> frozenset[int]:
    """Return the rows whose category is a removal: the concept says so (tm:isRemoval)."""
    categories = table(select, "SELECT ?c { ?c <https://w3id.org/tanmai/ontology#isRemoval> true }", "c")["c"].to_list()
    return frozenset(position for position, row in enumerate(rows) if row.category in categories)


@dataclass(frozen=True, slots=True)
class Characterisation:
    """What one kg of each emission row counts, and the rows that could not be restated under the asked GWP set.

    Attributes:
        gwp_set: IRI of the set.
        excluding_biogenic: kg CO2e per kg for the total (biogenic CO2 reported beside it).
        including_biogenic: the same with uptake and release of biogenic CO2 counted -1 and +1.
        not_restated: rows of factors that state only CO2e, made with another or an unknown GWP set.
    """

    gwp_set: str
    excluding_biogenic: Floats
    including_biogenic: Floats
    potential: Floats
    not_restated: tuple[int, ...]


def characterisation(select: Select, rows: Sequence[EmissionRow], gwp_set: str) -> Characterisation:
    """Look up the global warming potentials and the totals that each emission category enters.

    Raises:
        ExtractionError: the set is unknown or has no potential for a gas in use, or a category does not say whether it
            counts.
    """
    potentials = _potentials(select, gwp_set)
    counts = {
        c: (a == "true", b == "true") for c, a, b in table(select, load("categories"), "c", "total", "with").iter_rows()
    }
    value, excluding, including = (np.zeros(len(rows)) for _ in range(3))
    for position, row in enumerate(rows):
        if row.category not in counts:
            raise ExtractionError(
                f"emission category <{row.category}> does not say whether it enters the totals. "
                "State tm:countsInTotal and tm:countsInTotalWithBiogenic for it."
            )
        value[position] = 1.0 if row.gas == CO2E else _potential(potentials, row.gas, gwp_set)
        total, with_biogenic = counts[row.category]
        excluding[position] = value[position] if total else 0.0
        including[position] = value[position] if with_biogenic else 0.0
    fixed = tuple(p for p, row in enumerate(rows) if row.gas == CO2E and row.gwp_set != gwp_set)
    return Characterisation(gwp_set, excluding, including, value, fixed)


def _potentials(select: Select, gwp_set: str) -> dict[str, str]:
    """Return the potential of each gas under one set."""
    frame = table(select, load("potentials"), "gwpSet", "gas", "value")
    mine = only(frame.filter(pl.col("gwpSet") == gwp_set).select("gas", "value"), "gas", "value", "amount")
    if not len(mine):
        known = ", ".join(iri.rpartition("/")[2] for iri in frame["gwpSet"].unique().sort())
        raise ExtractionError(
            f"no global warming potentials of the set <{gwp_set}> are in the graph. Choose one of: {known or 'none is loaded'}."
        )
    return dict(mine.iter_rows())


def _potential(potentials: Mapping[str, str], gas: str, gwp_set: str) -> float:
    if gas not in potentials:
        raise ExtractionError(
            f"<{gwp_set}> has no global warming potential for <{gas}> in the graph. Load a tm:CharacterizationFactor for it, "
            "or choose another set; a gas without a potential is never counted as zero."
        )
    value = number(potentials[gas])
    if not math.isfinite(value):
        raise ExtractionError(
            f"the potential {potentials[gas]!r} of <{gas}> under <{gwp_set}> is no finite number. Correct its tm:amount."
        )
    return value
