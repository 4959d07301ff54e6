"""Small PACT records for the tests: figures are made up, names are those of the specification."""

from __future__ import annotations

import json
from typing import Any

FIRST = "11111111-1111-4111-8111-111111111111"
SECOND = "22222222-2222-4222-8222-222222222222"


def record(identifier: str = FIRST, pcf: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """A record of version 3.0.3 for two pieces of 2 kg each: 10 kg CO2e without, 9 kg with uptake."""
    return {
        "id": identifier,
        "specVersion": "3.0.3",
        "created": "2025-06-20T08:00:00Z",
        "status": "Active",
        "companyName": "Maker",
        "companyIds": ["urn:lei:300300ABCDEFGHIJKL12"],
        "productDescription": "a part",
        "productIds": ["urn:gtin:06901234567892"],
        "productNameCompany": "Part 7",
        **members,
        "pcf": {
            "declaredUnitOfMeasurement": "piece",
            "declaredUnitAmount": "2",
            "productMassPerDeclaredUnit": "4",
            "referencePeriodStart": "2024-01-01T00:00:00Z",
            "referencePeriodEnd": "2025-01-01T00:00:00Z",
            "geographyCountry": "CN",
            "pcfExcludingBiogenicUptake": "10.0",
            "pcfIncludingBiogenicUptake": "9.0",
            "fossilGhgEmissions": "8",
            "landUseChangeGhgEmissions": "1.5",
            "biogenicNonCO2Emissions": "0.5",
            "biogenicCO2Uptake": "-1",
            "fossilCarbonContent": "0.1",
            "ipccCharacterizationFactors": ["AR6"],
            "crossSectoralStandards": ["ISO14067", "House rule 5"],
            "exemptedEmissionsPercent": "1.5",
            "primaryDataShare": "40",
            "secondaryEmissionFactorSources": [{"name": "Database", "version": "1"}],
            **(pcf or {}),
        },
    }


def old_record(pcf: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """A record of version 2.3 for one kilogram: fossil 3, all biogenic emissions and the withdrawal stated."""
    return {
        "id": FIRST,
        "specVersion": "2.3.0",
        "version": 4,
        "created": "2025-06-20T08:00:00Z",
        "status": "Active",
        "companyName": "Maker",
        "companyIds": ["urn:lei:300300ABCDEFGHIJKL12"],
        "productDescription": "a granulate",
        "productIds": ["urn:gtin:06901234567892"],
        "productCategoryCpc": "6398",
        "productNameCompany": "Granulate",
        "comment": "",
        **members,
        "pcf": {
            "declaredUnit": "kilogram",
            "unitaryProductAmount": "1",
            "referencePeriodStart": "2024-01-01T00:00:00Z",
            "referencePeriodEnd": "2025-01-01T00:00:00Z",
            "pCfExcludingBiogenic": "3",
            "pCfIncludingBiogenic": "2.5",
            "fossilGhgEmissions": "3",
            "dLucGhgEmissions": "0.2",
            "otherBiogenicGhgEmissions": "0.1",
            "biogenicCarbonWithdrawal": "-0.8",
            "fossilCarbonContent": "0.4",
            "biogenicCarbonContent": "0.2",
            "characterizationFactors": "AR5",
            "ipccCharacterizationFactorsSources": ["AR5"],
            "crossSectoralStandardsUsed": ["ISO Standard 14067", "GHG Protocol Product standard"],
            "boundaryProcessesDescription": "cradle to gate",
            "exemptedEmissionsPercent": 2.5,
            "exemptedEmissionsDescription": "straps",
            "packagingEmissionsIncluded": False,
            "dqi": {
                "coveragePercent": 80,
                "technologicalDQR": 1.5,
                "temporalDQR": 2,
                "geographicalDQR": 3,
                "completenessDQR": 1,
                "reliabilityDQR": 2.2,
            },
            **(pcf or {}),
        },
    }


def encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
