"""Units of a package: matched with the units of the reference knowledge, or kept as local units with their own factor.

The reference unit of a unit group is matched by name; among units of the same name the one is taken with which most other
units of the group agree. Every other unit is matched by name, dimension and factor. Packages carry rounded factors
(`lb av` = 0.45 kg): where a factor differs from ours, the package's own counts for its amounts, under a local unit, because
its amounts were entered and evaluated with it; the difference is reported. A group whose reference unit is unknown gets a
dimension of its own: its units convert among each other and to nothing else.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from mappings.errors import PackageError
from mappings.ntriples import LABEL, QUDT, SKOS, TYPE, dcterms, double, literal, tm
from mappings.olca.fields import Json, flag, number, objects, text
from mappings.olca.names import Names
from mappings.olca.package import Entity, Package
from mappings.olca.report import ImportReport
from mappings.unittable import KnownUnit, UnitNames

TOLERANCE = 1e-9
"""Relative difference up to which a factor of a package counts as ours; results are compared at 1e-8."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the package.

    Attributes:
        key, name, group: Identifier and name in the package, identifier of its unit group.
        factor: One of it in reference units of the group.
        term: The IRI to write in exchanges: the matched unit's, else the local one.
        dimension, multiplier, kind: As stated for qudt:Unit; the multiplier follows the package's factor, the quantity kind
            is that of the group's reference unit (dimensionless units are told apart by it).
        known: The matched unit, if any; `namesake` has the name but another factor.
    """

    key: str
    name: str
    group: str
    factor: float
    term: str
    dimension: str
    multiplier: float
    kind: str = ""
    known: KnownUnit | None = None
    namesake: KnownUnit | None = None


@dataclass(slots=True)
class Units:
    """All units of a package by identifier, by group and name, and the reference unit of each group."""

    names: Names
    known: UnitNames
    by_key: dict[str, Unit] = field(default_factory=dict)
    by_name: dict[tuple[str, str], Unit] = field(default_factory=dict)
    reference: dict[str, Unit] = field(default_factory=dict)
    used: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, package: Package, known: UnitNames, names: Names, report: ImportReport) -> Units:
        """Match the units of all unit groups."""
        units = cls(names, known)
        for group in package["UnitGroup"].values():
            _add_group(units, group, report)
        return units

    def find(self, key: str, name: str, group: str) -> Unit | None:
        """Return a unit by identifier, else by name within a group, else by a name that one known unit bears alone."""
        unit = self.by_key.get(key) or self.by_name.get((group, name))
        if unit is None and name and not group:
            found = self.known.find([name])
            if len(found) == 1:
                only = found[0]
                unit = Unit(
                    key, name, "", math.nan, f"<{only.iri}>", f"<{only.dimension}>", only.multiplier, only.kind, only
                )
        return unit

    def report(self, report: ImportReport) -> None:
        """Add counts, and the table of units whose factor differs from that of their namesake."""
        own = list(self.by_key.values())
        report.counts["units matched"] = sum(u.known is not None for u in own)
        report.counts["units kept as local"] = sum(u.known is None for u in own)
        rows = [
            (
                u.name,
                self.used[u.key],
                u.multiplier,
                u.namesake.multiplier,
                u.multiplier / u.namesake.multiplier - 1,
                u.namesake.iri,
            )
            for u in own
            if u.namesake is not None
        ]
        rows.sort(key=lambda row: (-row[1], -abs(row[4]), row[0]))
        report.add(
            "units",
            "Units whose factor in the package differs from ours; the package's factor is used for its amounts",
            ("unit", "exchanges", "multiplier here", "multiplier known", "relative difference", "known unit"),
            [*rows],
        )


def _add_group(units: Units, group: Entity, report: ImportReport) -> None:
    members = objects(group.data, "units")
    factors = [_factor(group, unit) for unit in members]
    reference = next((i for i, unit in enumerate(members) if flag(unit, "isRefUnit", "referenceUnit")), None)
    if reference is None:
        reference = next((i for i, factor in enumerate(factors) if factor == 1.0), None)
        report.warn(f"{group.file}: no unit is marked as reference unit; the first with the factor 1 is taken.")
    if reference is None:
        raise PackageError(group.file, "has no reference unit. Mark one unit as reference unit with the factor 1.")
    anchor = _anchor(units.known, members, factors, reference)
    for index, data in enumerate(members):
        unit = _unit(units, group, data, factors[index] / factors[reference], anchor)
        if unit.key in units.by_key:
            raise PackageError(group.file, f"the unit {unit.key} ({unit.name}) occurs twice; identifiers are unique.")
        units.by_key[unit.key] = unit
        units.by_name.setdefault((group.id, unit.name), unit)
        if index == reference:
            units.reference[group.id] = unit


def _factor(group: Entity, unit: Json) -> float:
    what = f"unit {text(unit.get('name')) or unit.get('@id')}"
    factor = number(unit, "conversionFactor", group.file, what)
    if factor is None and flag(unit, "isRefUnit", "referenceUnit"):
        return 1.0
    if factor is None or factor <= 0:
        raise PackageError(group.file, f"{what}: the conversion factor is {factor}; it must be a positive number.")
    return factor


def _names(unit: Json) -> list[str]:
    synonyms = unit.get("synonyms")
    others = synonyms if isinstance(synonyms, list) else []
    return [name for name in (text(n) for n in (unit.get("name"), *others)) if name]


def _matches(
    known: UnitNames, unit: Json, factor: float, anchor: KnownUnit
) -> tuple[KnownUnit | None, KnownUnit | None]:
    """Return the known unit of the same name, dimension and factor, else one of the same name and dimension."""
    namesakes = [u for u in known.find(_names(unit)) if u.dimension == anchor.dimension]
    for candidate in namesakes:
        if math.isclose(candidate.multiplier, factor * anchor.multiplier, rel_tol=TOLERANCE):
            return candidate, None
    return None, namesakes[0] if namesakes else None


def _anchor(known: UnitNames, members: list[Json], factors: list[float], reference: int) -> KnownUnit | None:
    """Return the known unit that is the group's reference unit; most agreement decides, then the lowest IRI."""
    best, most = None, -1
    for candidate in known.find(_names(members[reference])):
        scaled = [factor / factors[reference] for factor in factors]
        agreeing = sum(_matches(known, m, f, candidate)[0] is not None for m, f in zip(members, scaled, strict=True))
        if agreeing > most:
            best, most = candidate, agreeing
    return best


def _unit(units: Units, group: Entity, data: Json, factor: float, anchor: KnownUnit | None) -> Unit:
    name = text(data.get("name"))
    key = text(data.get("@id")) or f"{group.id}-{name}"
    local = units.names.iri("unit", key)
    if anchor is None:
        dimension = units.names.iri("dimension", group.id)
        return Unit(key, name, group.id, factor, local, dimension, factor)
    known, namesake = _matches(units.known, data, factor, anchor)
    term = f"<{known.iri}>" if known else local
    multiplier = factor * anchor.multiplier
    return Unit(key, name, group.id, factor, term, f"<{anchor.dimension}>", multiplier, anchor.kind, known, namesake)


def unit_lines(package: Package, units: Units) -> Iterator[str]:
    """Yield the triples of unit groups and of all their units; a matched unit says which unit it is."""
    names = units.names
    for group in package["UnitGroup"].values():
        node = names.iri("unit-group", group.id)
        yield f"{node} {TYPE} {tm('UnitGroup')} .\n{node} {dcterms('identifier')} {literal(group.id)} .\n"
        yield f"{node} {LABEL} {literal(group.name or group.id)} .\n"
    for unit in sorted(units.by_key.values(), key=lambda u: u.key):
        node = names.iri("unit", unit.key)
        yield (
            f"{names.iri('unit-group', unit.group)} {tm('hasUnit')} {node} .\n"
            f"{node} {TYPE} <{QUDT}Unit> .\n"
            f"{node} {LABEL} {literal(unit.name or unit.key)} .\n"
            f"{node} {dcterms('identifier')} {literal(unit.key)} .\n"
            f"{node} <{QUDT}conversionMultiplier> {double(unit.multiplier)} .\n"
            f"{node} <{QUDT}hasDimensionVector> {unit.dimension} .\n"
        )
        if unit.kind:
            yield f"{node} <{QUDT}hasQuantityKind> <{unit.kind}> .\n"
        if unit.known:
            yield f"{node} <{SKOS}exactMatch> <{unit.known.iri}> .\n"
