"""Second layer: the reporting rules of the methodology, which guide the owner of the data. No record is refused for them."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from decimal import Context, Decimal
from typing import Any, Final

from mappings.pact import known, lexical
from mappings.pact.findings import Finding, Severity, shortened
from mappings.pact.jsontext import shown
from mappings.pact.members import Member, every
from mappings.pact.texts import told

EXCLUDING: Final = (
    "fossilGhgEmissions",
    "landUseChangeGhgEmissions",
    "landManagementBiogenicCO2Emissions",
    "landManagementBiogenicCO2Removals",
    "technologicalCO2Removals",
    "ccsTechnologicalCO2Capture",
    "biogenicNonCO2Emissions",
)
"""What `pcfExcludingBiogenicUptake` is the sum of; aircraft, packaging and fossil land management are inside these."""

UPTAKE: Final = "biogenicCO2Uptake"
"""What `pcfIncludingBiogenicUptake` adds."""

TOTALS: Final = {"pcfExcludingBiogenicUptake": EXCLUDING, "pcfIncludingBiogenicUptake": (*EXCLUDING, UPTAKE)}
"""The two totals and their components."""

WITHOUT_MASS: Final = frozenset({"kilowatt hour", "megajoule", "ton kilometer", "hour", "megabit second"})
"""Units of energy, transport and services, whose declared unit weighs nothing."""

EXACT: Final = Context(prec=2 * (lexical.EXPONENT + lexical.DIGITS))
"""Arithmetic in which sums of decimals of admitted size lose no digit."""

_ABSOLUTE: Final = Decimal("1e-12")


def advice(record: dict[str, Any], member: Member) -> Iterator[Finding]:
    """Yield what the methodology finds in a record of version 3 whose form is right."""
    pcf: dict[str, Any] = record["pcf"]
    yield from _periods(record, pcf)
    for total, parts in TOTALS.items():
        yield from _sum(pcf, total, parts)
    if lexical.number(pcf["productMassPerDeclaredUnit"]) == 0 and pcf["declaredUnitOfMeasurement"] not in WITHOUT_MASS:
        yield _found("mass", "/pcf/productMassPerDeclaredUnit", pcf["productMassPerDeclaredUnit"])
    if pcf.get("packagingGhgEmissions") is not None and pcf.get("packagingEmissionsIncluded") is not True:
        yield _found("packaging", "/pcf/packagingGhgEmissions", pcf["packagingGhgEmissions"])
    share = lexical.number(pcf.get("primaryDataShare"))
    if share is not None and share < 100 and not pcf.get("secondaryEmissionFactorSources"):
        yield _found("sources", "/pcf/secondaryEmissionFactorSources", None)
    for part in every(member):
        yield from _reported(record, pcf, part)


def component_sum(pcf: dict[str, Any], parts: tuple[str, ...]) -> Decimal:
    """Return the exact sum of the components that a footprint states; what is absent is no part of it."""
    total = Decimal(0)
    for part in parts:
        total = EXACT.add(total, lexical.number(pcf.get(part)) or Decimal(0))
    return total


def validity(record: dict[str, Any]) -> tuple[dt.datetime, dt.datetime] | None:
    """Return first and last moment of validity: as stated, else the years after the reference period; ``None`` where neither is."""
    measured = lexical.moment((record.get("pcf") or {}).get("referencePeriodEnd"))
    start = lexical.moment(record.get("validityPeriodStart")) or measured
    end = lexical.moment(record.get("validityPeriodEnd")) or (measured and later(measured))
    return (start, end) if start and end else None


def later(moment: dt.datetime) -> dt.datetime:
    """Return the same moment the default years of validity later; 29 February becomes the 28th where there is none."""
    year = min(moment.year + known.default_validity_years(), dt.MAXYEAR)
    day = min(moment.day, calendar.monthrange(year, moment.month)[1])
    return moment.replace(year=year, day=day)


def _found(rule: str, pointer: str, value: Any, severity: Severity = "warning", **words: str) -> Finding:
    name = pointer.rpartition("/")[2]
    stands = shown(value)
    return Finding(pointer, rule, severity, "method", stands, told(rule, **{"name": name, "value": stands, **words}))


def _periods(record: dict[str, Any], pcf: dict[str, Any]) -> Iterator[Finding]:
    begin, measured = lexical.moment(pcf["referencePeriodStart"]), lexical.moment(pcf["referencePeriodEnd"])
    start, end = lexical.moment(record.get("validityPeriodStart")), lexical.moment(record.get("validityPeriodEnd"))
    assert begin is not None, "the form was judged before"
    assert measured is not None, "the form was judged before"
    if measured <= begin:
        yield _found("reference-period", "/pcf/referencePeriodEnd", pcf["referencePeriodEnd"])
    if start is not None and start < measured:
        yield _found("validity-start", "/validityPeriodStart", record["validityPeriodStart"], bounds=_text(measured))
    if end is not None and end <= (start or measured):
        yield _found("validity-order", "/validityPeriodEnd", record["validityPeriodEnd"])
    if end is not None and end > later(measured):
        yield _found(
            "validity-length",
            "/validityPeriodEnd",
            record["validityPeriodEnd"],
            years=str(known.default_validity_years()),
            bounds=_text(later(measured)),
        )


def _text(moment: dt.datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _sum(pcf: dict[str, Any], total: str, parts: tuple[str, ...]) -> Iterator[Finding]:
    stated = lexical.number(pcf[total])
    assert stated is not None, "the form was judged before"
    added = component_sum(pcf, parts)
    if abs(EXACT.subtract(stated, added)) > EXACT.add(EXACT.multiply(known.tolerance(), abs(added)), _ABSOLUTE):
        yield _found("sum", f"/pcf/{total}", pcf[total], sum=shortened(str(added)))


def _reported(record: dict[str, Any], pcf: dict[str, Any], member: Member) -> Iterator[Finding]:
    """Yield a finding where a member that the methodology asks for is absent, and its condition holds."""
    rule, _, from_year = member.reported.partition("-")
    if not rule or pcf.get(member.name) is not None:
        return
    created = lexical.moment(record.get("created"))
    if from_year and (created is None or created.date() < known.ratings_due_from()):
        return
    biogenic = lexical.number(pcf.get("biogenicCarbonContent"))
    holds = {
        "BIO": biogenic is None or biogenic > 0,
        "CCS": pcf.get("ccsTechnologicalCO2CaptureIncluded") is True,
    }
    if holds.get(rule, True):
        # Whether a product is bio-based, only a stated content of biogenic carbon tells for sure.
        severity: Severity = "info" if rule == "SHOULD" or (rule == "BIO" and biogenic is None) else "warning"
        yield _found("reported", member.pointer, None, severity, duty=member.reported)
