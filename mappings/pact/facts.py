"""What a record states, in terms of the graph: numbers exact, places and standards as IRIs; and what gets lost on the way."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from mappings.ntriples import ID
from mappings.pact import known, lexical
from mappings.pact.findings import Loss, child
from mappings.pact.method import EXACT, EXCLUDING, UPTAKE, component_sum
from mappings.pact.schema import LEVELS
from mappings.pact.texts import lost
from mappings.pact.version2 import converted
from mappings.placecodes import known_places

UNKNOWN_SET: Final = f"{ID}gwp-set/unknown"
_WORLD: Final = f"{ID}geography/GLO"
_MEMO: Final = frozenset({"landManagementFossilGhgEmissions", "packagingGhgEmissions"})
_HELD: Final = frozenset(
    {
        "id", "specVersion", "precedingPfIds", "created", "status", "validityPeriodStart", "validityPeriodEnd", "companyName",
        "companyIds", "productDescription", "productIds", "productClassifications", "productNameCompany", "pcf",
    }
)  # fmt: skip
_HELD_PCF: Final = frozenset(
    {
        "declaredUnitOfMeasurement", "declaredUnitAmount", "productMassPerDeclaredUnit", "referencePeriodStart",
        "referencePeriodEnd", "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "aircraftGhgEmissions",
        "ipccCharacterizationFactors", "crossSectoralStandards", "exemptedEmissionsPercent", "primaryDataShare", "dqi",
        "secondaryEmissionFactorSources", "verification", *LEVELS,
    }
)  # fmt: skip

_HELD_VERIFICATION: Final = frozenset({"providerName", "completedAt"})


@dataclass(slots=True)
class Facts:
    """What the graph holds of a record.

    Attributes:
        record: the record with the names of version 3; of version 2 only what can be said there.
        version: of the specification, as the record states it.
        place: IRI of the place for which it holds.
        total: kg CO2e for the declared amount without uptake; ``None`` where the record does not state it.
        parts: the components of the totals by emission category, the difference to the total booked as fossil.
        memo: items that are inside the components, by emission category.
        carbon: contents of carbon by kind of property.
        gwp_sets: IRIs of the sets of warming potentials that are known.
        factor_set: IRI of the one set of the factor, or of "unknown".
        ratings: scores of data quality by indicator.
        scale: IRI of their scale.
        losses: what does not come over as it was.
    """

    record: dict[str, Any]
    version: str
    place: str = _WORLD
    total: Decimal | None = None
    parts: dict[str, Decimal] = field(default_factory=dict)
    memo: dict[str, Decimal] = field(default_factory=dict)
    carbon: dict[str, Decimal] = field(default_factory=dict)
    gwp_sets: list[str] = field(default_factory=list)
    factor_set: str = UNKNOWN_SET
    ratings: dict[str, Decimal] = field(default_factory=dict)
    scale: str = ""
    losses: list[Loss] = field(default_factory=list)

    @property
    def pcf(self) -> dict[str, Any]:
        """The footprint object."""
        found: dict[str, Any] = self.record["pcf"]
        return found

    def number(self, member: str) -> Decimal | None:
        """Return a number of the footprint; ``None`` where it is absent."""
        return lexical.number(self.pcf.get(member))

    def moment(self, member: str) -> dt.datetime | None:
        """Return a date and time of the footprint; ``None`` where it is absent."""
        return lexical.moment(self.pcf.get(member))

    def lose(self, pointer: str, key: str, **words: str) -> None:
        """Note a loss."""
        self.losses.append(lost(pointer, key, **words))


def facts_of(record: dict[str, Any]) -> Facts:
    """Return what a record without errors states.

    Args:
        record: of version 3 or 2, judged before.
    """
    version = str(record["specVersion"])
    if version.startswith("2."):
        shaped, losses = converted(record)
        facts = Facts(shaped, version, losses=losses)
    else:
        facts = Facts(record, version)
    _place(facts)
    _totals(facts)
    _sets(facts)
    _rated(facts)
    _periods(facts)
    _dropped(facts)
    return facts


def _place(facts: Facts) -> None:
    region, country, subdivision = (facts.pcf.get(level) for level in LEVELS)
    if region:
        facts.place = known.regions()[region]
    code = subdivision or country
    if not code:
        return
    places = known_places()
    found = places.get(code) or places.get(code[:2])
    if found != places.get(code) or found is None:
        facts.lose(f"/pcf/{LEVELS[2] if subdivision else LEVELS[1]}", "place", code=code)
    facts.place = found or ""


def _totals(facts: Facts) -> None:
    """Split the total by emission category; the total counts, and what its parts miss is booked as fossil."""
    facts.total = facts.number("pcfExcludingBiogenicUptake")
    categories = known.aligned("emission-category")
    for member, iri in categories.items():
        value = facts.number(member)
        if value is not None:
            (facts.memo if member in _MEMO else facts.parts)[iri] = value
    for member, iri in known.aligned("property").items():
        content = facts.number(member)
        if content is not None:
            facts.carbon[iri] = content
    if facts.total is None:
        return
    rest = EXACT.subtract(facts.total, component_sum(facts.pcf, EXCLUDING))
    including = facts.number("pcfIncludingBiogenicUptake")
    if rest:
        fossil = categories["fossilGhgEmissions"]
        facts.parts[fossil] = EXACT.add(facts.parts.get(fossil, Decimal(0)), rest)
        facts.lose("/pcf/pcfExcludingBiogenicUptake", "rest", rest=str(rest))
    if including is not None and EXACT.subtract(including, facts.total) != (facts.number(UPTAKE) or 0):
        facts.parts[categories[UPTAKE]] = EXACT.subtract(including, facts.total)
        facts.lose("/pcf/pcfIncludingBiogenicUptake", "uptake", uptake=str(facts.parts[categories[UPTAKE]]))


def _sets(facts: Facts) -> None:
    stated = [str(name) for name in facts.pcf.get("ipccCharacterizationFactors") or ()]
    sets = known.gwp_sets()
    facts.gwp_sets = sorted({sets[name] for name in stated if name in sets})
    if len(stated) == 1 and facts.gwp_sets:
        facts.factor_set = facts.gwp_sets[0]
    else:
        facts.lose("/pcf/ipccCharacterizationFactors", "sets", sets=", ".join(stated))


def _rated(facts: Facts) -> None:
    facts.scale = known.rating_scale(facts.version)
    indicators = known.indicators()
    for key, value in (facts.pcf.get("dqi") or {}).items():
        score = lexical.number(value)
        if score is not None and key in indicators:
            facts.ratings[indicators[key]] = score


def _periods(facts: Facts) -> None:
    stated = {f"/pcf/{member}": facts.moment(member) for member in ("referencePeriodStart", "referencePeriodEnd")}
    stated["/pcf/verification/completedAt"] = lexical.moment((facts.pcf.get("verification") or {}).get("completedAt"))
    for pointer, found in stated.items():
        if found is not None and found.timetz().replace(tzinfo=None) != dt.time():
            facts.lose(pointer, "day", day=found.date().isoformat())


def _dropped(facts: Facts) -> None:
    """Note every member that is in the kept text only."""
    held = _HELD_PCF | known.aligned("emission-category").keys() | set(known.aligned("property"))
    verification = facts.pcf.get("verification") or {}
    holders = (
        (facts.record, "", _HELD),
        (facts.pcf, "/pcf", held),
        (verification, "/pcf/verification", _HELD_VERIFICATION),
    )
    for holder, pointer, names in holders:
        for key, value in holder.items():
            if value is not None and key not in names:
                facts.lose(child(pointer, key), "kept")
