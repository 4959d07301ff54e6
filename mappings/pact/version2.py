"""Records of version 2 in the names of version 3, as far as both mean the same; everything else is a loss with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mappings.pact import lexical
from mappings.pact.findings import Loss
from mappings.pact.method import EXACT
from mappings.pact.texts import lost

_SAME: Final[Mapping[str, str]] = {
    "declaredUnit": "declaredUnitOfMeasurement",
    "unitaryProductAmount": "declaredUnitAmount",
    "productMassPerDeclaredUnit": "productMassPerDeclaredUnit",
    "referencePeriodStart": "referencePeriodStart",
    "referencePeriodEnd": "referencePeriodEnd",
    "geographyRegionOrSubregion": "geographyRegionOrSubregion",
    "geographyCountry": "geographyCountry",
    "geographyCountrySubdivision": "geographyCountrySubdivision",
    "boundaryProcessesDescription": "boundaryProcessesDescription",
    "fossilGhgEmissions": "fossilGhgEmissions",
    "fossilCarbonContent": "fossilCarbonContent",
    "biogenicCarbonContent": "biogenicCarbonContent",
    "dLucGhgEmissions": "landUseChangeGhgEmissions",
    "biogenicCarbonWithdrawal": "biogenicCO2Uptake",
    "aircraftGhgEmissions": "aircraftGhgEmissions",
    "packagingEmissionsIncluded": "packagingEmissionsIncluded",
    "packagingGhgEmissions": "packagingGhgEmissions",
    "productOrSectorSpecificRules": "productOrSectorSpecificRules",
    "allocationRulesDescription": "allocationRulesDescription",
    "secondaryEmissionFactorSources": "secondaryEmissionFactorSources",
    "exemptedEmissionsPercent": "exemptedEmissionsPercent",
    "primaryDataShare": "primaryDataShare",
    "dqi": "dqi",
}
"""Members that mean the same in both versions."""

_NO_HOME: Final = (
    "iLucGhgEmissions",
    "uncertaintyAssessmentDescription",
    "biogenicAccountingMethodology",
    "exemptedEmissionsDescription",
)
_GONE: Final = ("version", "updated", "statusComment")
_STANDARDS: Final[Mapping[str, str]] = {
    "GHG Protocol Product standard": "GHGP-Product",
    "ISO Standard 14067": "ISO14067",
    "ISO Standard 14044": "ISO14040-44",
}
_NUMBERS: Final = ("exemptedEmissionsPercent", "primaryDataShare")


def converted(record: dict[str, Any]) -> tuple[dict[str, Any], list[Loss]]:
    """Return what version 3 can say of a record of version 2, and what it cannot.

    The total of version 3 is not among what both versions state: `pCfExcludingBiogenic` leaves out all biogenic emissions,
    `pcfExcludingBiogenicUptake` only the uptake. It is calculated where the record states the footprint with all biogenic
    emissions and the withdrawal, and is missing otherwise.

    Args:
        record: of version 2, judged before.
    """
    losses: list[Loss] = []
    old: dict[str, Any] = record["pcf"]
    pcf = {new: old[name] for name, new in _SAME.items() if old.get(name) is not None}
    for name in _NUMBERS:
        if name in pcf:
            pcf[name] = str(pcf[name])
    pcf["ipccCharacterizationFactors"] = old.get("ipccCharacterizationFactorsSources") or [
        old["characterizationFactors"]
    ]
    pcf["crossSectoralStandards"] = _standards(old, losses)
    _totals(old, pcf, losses)
    _biogenic(old, pcf, losses)
    _parts(old, pcf, losses)
    losses += [lost(f"/pcf/{name}", "no-home") for name in _NO_HOME if old.get(name) is not None]
    losses += [lost(f"/{name}", "no-home") for name in _GONE if record.get(name) is not None]
    shaped = {key: value for key, value in record.items() if key not in {"pcf", "productCategoryCpc", *_GONE}}
    return {**shaped, "productClassifications": _classifications(record), "pcf": pcf}, losses


def _standards(old: dict[str, Any], losses: list[Loss]) -> list[str]:
    stated = [*(old.get("crossSectoralStandards") or ()), *(old.get("crossSectoralStandardsUsed") or ())]
    if any(name in _STANDARDS for name in stated):
        losses.append(lost("/pcf/crossSectoralStandardsUsed", "codes"))
    return list(dict.fromkeys(_STANDARDS.get(name, name) for name in stated))


def _totals(old: dict[str, Any], pcf: dict[str, Any], losses: list[Loss]) -> None:
    losses.append(lost("/pcf/pCfExcludingBiogenic", "other-total"))
    including = lexical.number(old.get("pCfIncludingBiogenic"))
    withdrawal = lexical.number(old.get("biogenicCarbonWithdrawal"))
    if including is not None:
        pcf["pcfIncludingBiogenicUptake"] = old["pCfIncludingBiogenic"]
        losses.append(lost("/pcf/pCfIncludingBiogenic", "near-total"))
    if including is None or withdrawal is None:
        losses.append(lost("/pcf", "no-total"))
        return
    pcf["pcfExcludingBiogenicUptake"] = str(EXACT.subtract(including, withdrawal))
    losses.append(lost("/pcf", "total-from", total=pcf["pcfExcludingBiogenicUptake"]))


def _biogenic(old: dict[str, Any], pcf: dict[str, Any], losses: list[Loss]) -> None:
    if old.get("otherBiogenicGhgEmissions") is not None:
        pcf["biogenicNonCO2Emissions"] = old["otherBiogenicGhgEmissions"]
        losses.append(lost("/pcf/otherBiogenicGhgEmissions", "other-biogenic"))
    if old.get("landManagementGhgEmissions") is not None:
        losses.append(lost("/pcf/landManagementGhgEmissions", "land-management"))


def _parts(old: dict[str, Any], pcf: dict[str, Any], losses: list[Loss]) -> None:
    """Data quality keeps its own scale; of an assurance, what a verification can state."""
    dqi = old.get("dqi") or {}
    if dqi:
        losses.append(lost("/pcf/dqi", "scale"))
    if dqi.get("coveragePercent") is not None:
        losses.append(lost("/pcf/dqi/coveragePercent", "no-home"))
    assurance = old.get("assurance") or {}
    if assurance.get("assurance") is not False and assurance:
        kept = ("coverage", "providerName", "completedAt", "standardName", "comments")
        pcf["verification"] = {key: assurance[key] for key in kept if assurance.get(key) is not None}
    losses += [
        lost(f"/pcf/assurance/{key}", "no-home") for key in ("level", "boundary") if assurance.get(key) is not None
    ]


def _classifications(record: dict[str, Any]) -> list[str]:
    code = record.get("productCategoryCpc")
    stated = list(record.get("productClassifications") or ())
    urn = f"urn:cpc:{code.strip()}" if isinstance(code, str) and code.strip() else None
    return list(dict.fromkeys([*stated, *([urn] if urn else [])]))
