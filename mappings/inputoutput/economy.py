"""The numbers of a table: what each sector makes, buys and emits, whatever form it was published in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from footprint.errors import InvalidSystem
from footprint.inputoutput import SectorTable
from footprint.supplyuse import from_supply_use
from mappings.errors import PackageError
from mappings.inputoutput.known import elementary_flows, gwp_sets
from mappings.inputoutput.manifest import Manifest
from mappings.inputoutput.tables import CellError, Floats, Grid, number, read_column, read_grid, read_records
from mappings.unittable import UnitNames

MASS = "http://qudt.org/vocab/dimensionvector/A0E0L0I0M1H0T0D0"
CO2E = "CO2e"


@dataclass(frozen=True, slots=True)
class Emitted:
    """One kind of emission in one unit: the flow (IRI), or for CO2e the GWP set, and the amount of each sector."""

    flow: str
    gwp_set: str
    unit: str
    amounts: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Economy:
    """n sectors.

    Attributes:
        codes: Code of each sector.
        unmade: Codes of u products that sectors buy and no sector makes.
        labels: Names by language tag, for the sectors that have any.
        output: Output of each sector in the unit of money of the table, float64[n], positive.
        inputs: What each sector buys for that output, (n + u, n), rows sell, the unmade ones last.
        emissions: What it emits for that output.
        energy: Codes of the energy sectors.
        empty: Codes of sectors that make, sell, buy and emit nothing, which are left out.
        replaced: Number and sum of negative cells that were set to zero or kept.
        negative_value_added: Whether a sector may buy for as much as it makes or more.
    """

    codes: tuple[str, ...]
    unmade: tuple[str, ...]
    labels: Mapping[str, Mapping[str, str]]
    output: Floats
    inputs: csc_array
    emissions: tuple[Emitted, ...]
    energy: frozenset[str]
    empty: tuple[str, ...]
    replaced: tuple[int, float]
    negative_value_added: bool

    def table(self) -> SectorTable:
        """Return the purchases and outputs, without emissions, to be checked as those of an economy."""
        marks = np.isin(np.array(self.codes), list(self.energy))
        n = len(self.codes)
        return SectorTable(
            self.codes, self.inputs[:n], self.output, np.zeros(n), marks, None, self.negative_value_added
        )


def read_economy(manifest: Manifest) -> Economy:
    """Read all files of a table.

    Raises:
        PackageError: a file cannot be read or states something impossible; names file, row and column.
    """
    made = _FORMS[manifest.form](manifest)
    unknown = sorted(set(manifest.energy) - set(made.codes))
    if unknown:
        raise PackageError(
            str(manifest.path), f"[table] energy_sectors names {unknown[0]!r}, which is no sector of the table."
        )
    kept, unmade = _made(manifest, made)
    known = np.concatenate((kept, unmade))
    economy = Economy(
        codes=tuple(made.codes[i] for i in kept),
        unmade=tuple(made.codes[i] for i in unmade),
        labels=_labels(manifest, made.codes),
        output=made.output[kept],
        inputs=csc_array(made.inputs[known][:, kept]),
        emissions=tuple(Emitted(e.flow, e.gwp_set, e.unit, e.amounts[kept]) for e in made.emissions),
        energy=frozenset(manifest.energy),
        empty=tuple(made.codes[i] for i in np.setdiff1d(np.arange(len(made.codes)), known)),
        replaced=made.replaced,
        negative_value_added=manifest.negative_value_added,
    )
    _check(manifest, economy)
    return economy


@dataclass(frozen=True, slots=True, eq=False)
class _Raw:
    codes: tuple[str, ...]
    output: Floats
    inputs: csc_array
    emissions: tuple[Emitted, ...]
    replaced: tuple[int, float]


def _coefficients(manifest: Manifest) -> _Raw:
    grid = read_grid(manifest.files["coefficients"])
    codes = grid.columns
    values, replaced = _signed(manifest, grid, codes, codes)
    if manifest.emissions_are == "total":
        raise PackageError(
            str(manifest.path),
            "[files] emissions_are is total, but coefficients come without outputs to divide by. Give emissions per output.",
        )
    return _Raw(codes, np.ones(len(codes)), csc_array(values), _emissions(manifest, codes), replaced)


def _transactions(manifest: Manifest) -> _Raw:
    grid = read_grid(manifest.files["transactions"])
    codes = grid.columns
    values, replaced = _signed(manifest, grid, codes, codes)
    output = read_column(manifest.files["output"], codes)
    stated = _emissions(manifest, codes)
    if manifest.emissions_are == "per-output":
        stated = tuple(Emitted(e.flow, e.gwp_set, e.unit, e.amounts * output) for e in stated)
    return _Raw(codes, output, csc_array(values), stated, replaced)


def _supply_use(manifest: Manifest) -> _Raw:
    make_grid, use_grid = read_grid(manifest.files["make"]), read_grid(manifest.files["use"])
    industries, commodities = make_grid.rows, make_grid.columns
    make, made_less = _signed(manifest, make_grid, industries, commodities)
    use, used_less = _signed(manifest, use_grid, commodities, industries)
    stated = _emissions(manifest, industries)
    amounts = np.array([e.amounts for e in stated]).reshape(len(stated), len(industries))
    if manifest.emissions_are == "per-output":
        amounts = amounts * make.sum(axis=1)
    try:
        a, intensity = from_supply_use(csc_array(make), csc_array(use), amounts, industries, commodities)
    except InvalidSystem as error:
        raise PackageError(f"{make_grid.path}, {use_grid.path}", str(error)) from error
    emitted = tuple(Emitted(e.flow, e.gwp_set, e.unit, intensity[i]) for i, e in enumerate(stated))
    replaced = (made_less[0] + used_less[0], made_less[1] + used_less[1])
    made = (make.sum(axis=0) != 0).astype(np.float64)
    return _Raw(commodities, made, a, emitted, replaced)


_FORMS = {"coefficients": _coefficients, "transactions": _transactions, "supply-use": _supply_use}


def _signed(
    manifest: Manifest, grid: Grid, rows: Sequence[str], columns: Sequence[str]
) -> tuple[Floats, tuple[int, float]]:
    """Return the values in order, negative cells treated as the manifest says, with their number and sum."""
    if manifest.negative == "refuse":
        for error in grid.negative():
            raise error
    values = grid.ordered(rows, columns)
    below = values < 0
    found = int(below.sum()), float(values[below].sum())
    return (np.where(below, 0.0, values) if manifest.negative == "zero" else values), found


def _made(manifest: Manifest, raw: _Raw) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions of sectors that make something, and of products that are bought though nobody makes them.

    Raises:
        PackageError: a negative output, or no output though the sector buys or emits.
    """
    size = abs(raw.inputs)
    emitted = sum((np.abs(e.amounts) for e in raw.emissions), np.zeros(len(raw.codes)))
    active = (np.asarray(size.sum(axis=0)).ravel() + emitted) != 0
    wrong = np.flatnonzero((raw.output < 0) | ((raw.output == 0) & active))
    if len(wrong):
        raise PackageError(
            str(manifest.files.get("output", manifest.path)),
            f"the output of sector {raw.codes[int(wrong[0])]} is {raw.output[wrong[0]]:g}, but it buys or emits. State a positive "
            "output.",
        )
    sold = np.asarray(size.sum(axis=1)).ravel() != 0
    return np.flatnonzero(raw.output > 0), np.flatnonzero((raw.output == 0) & sold)


def _emissions(manifest: Manifest, codes: Sequence[str]) -> tuple[Emitted, ...]:
    """Read emissions: every kind states an amount for every sector, 0 where there is none."""
    path, position = manifest.files["emissions"], {code: i for i, code in enumerate(codes)}
    units = UnitNames.shipped()
    amounts: dict[tuple[str, str, str], Floats] = {}
    for line, record in read_records(path, ("sector", "gas", "category", "amount", "unit"), ("gwp_set",)):
        kind = (*_flow(str(path), line, record), _mass_unit(units, str(path), line, record["unit"]))
        if record["sector"] not in position:
            raise CellError(str(path), line, "sector", f"{record['sector']!r} is no sector of the table.")
        column = amounts.setdefault(kind, np.full(len(codes), np.nan))
        if np.isfinite(column[position[record["sector"]]]):
            raise CellError(
                str(path), line, "sector", f"{record['sector']!r} states this emission twice. Keep one row."
            )
        column[position[record["sector"]]] = number(path, line, record, "amount")
    _require_all(str(path), codes, amounts)
    return tuple(Emitted(*kind, column) for kind, column in sorted(amounts.items()))


def _require_all(path: str, codes: Sequence[str], amounts: Mapping[tuple[str, str, str], Floats]) -> None:
    if not amounts:
        raise PackageError(path, "states no emission. Give one row per sector and gas.")
    for (flow, gwp_set, _), column in sorted(amounts.items()):
        missing = np.flatnonzero(np.isnan(column))
        if len(missing):
            what = flow.rpartition("/")[2] or f"{CO2E} ({gwp_set})"
            raise PackageError(
                path,
                f"states no {what} for sector {codes[int(missing[0])]} ({len(missing)} are missing). Write 0 where there is none, "
                "and one unit for all sectors.",
            )


def _flow(path: str, line: int, record: Mapping[str, str]) -> tuple[str, str]:
    """Return the IRI of the elementary flow, or nothing and the GWP set of a CO2e value."""
    gas, category, gwp_set = record["gas"], record["category"], record.get("gwp_set", "")
    if gas == CO2E:
        if gwp_set not in gwp_sets():
            raise CellError(
                path, line, "gwp_set",
                f"{gwp_set!r} is no GWP set; state with which one CO2e was made: {', '.join(sorted(gwp_sets()))}.",
            )  # fmt: skip
        return "", gwp_set
    if gwp_set:
        raise CellError(
            path, line, "gwp_set", f"is {gwp_set!r} for the gas {gas}; only {CO2E} has one. Leave it empty."
        )
    known = elementary_flows()
    if f"{gas}-{category}" not in known:
        raise CellError(
            path, line, "gas",
            f"{gas!r} in category {category!r} is no known flow. Write for example CO2 and fossil, CH4_fossil and fossil, or "
            f"{CO2E} with its gwp_set.",
        )  # fmt: skip
    return known[f"{gas}-{category}"], ""


def _mass_unit(units: UnitNames, path: str, line: int, name: str) -> str:
    found = [unit.iri for unit in units.find([name]) if unit.dimension == MASS]
    if len(found) != 1:
        raise CellError(path, line, "unit", f"{name!r} is no unit of mass. Write kg, t, kt or another one.")
    return found[0]


def _labels(manifest: Manifest, codes: Iterable[str]) -> dict[str, dict[str, str]]:
    if "sectors" not in manifest.files:
        return {}
    path, known, labels = manifest.files["sectors"], set(codes), {}
    for line, record in read_records(path, ("code",), ("name_en", "name_zh")):
        code = record["code"]
        if code not in known or code in labels:
            raise CellError(str(path), line, "code", f"{code!r} is no sector of the table, or is named twice.")
        labels[code] = {tag: record[f"name_{tag}"] for tag in ("en", "zh") if record.get(f"name_{tag}")}
    return labels


def _check(manifest: Manifest, economy: Economy) -> None:
    """Refuse columns that cost more than they make, naming the file of the matrix."""
    first = "use" if manifest.form == "supply-use" else manifest.form
    if manifest.negative == "keep" and economy.replaced[0]:
        return  # what holds for tables of values without credits cannot be asked of it; the three tiers will refuse it
    try:
        economy.table().check()
    except InvalidSystem as error:
        cause = str(error)
        if economy.table().overspent().size:
            cause = f"{error} In the manifest: negative_value_added = true."
        raise PackageError(str(manifest.files[first]), cause) from error
