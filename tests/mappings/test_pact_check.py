"""What is a PACT record: signs and lexical forms as the specification 3.0.3 states them, not as its patterns let through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pact_records import SECOND, encoded, old_record, record

from mappings.pact import check, read_records


def errors(document):
    return {(finding.pointer, finding.rule) for finding in check(document) if finding.severity == "error"}


def advice(document):
    return {(f.pointer, f.rule, f.severity) for f in check(document) if f.layer == "method" and f.rule != "reported"}


def test_a_right_record_has_no_finding_but_recommendations():
    assert {finding.rule for finding in check(record())} == {"reported"}
    assert {f.severity for f in check(record())} == {"warning", "info"}


# The members of the data model with their sign: + not negative, - not positive, * any (facts of the specification, table of members).
SIGNS = {
    "pcfExcludingBiogenicUptake": "*",
    "pcfIncludingBiogenicUptake": "*",
    "fossilGhgEmissions": "+",
    "fossilCarbonContent": "+",
    "biogenicCarbonContent": "+",
    "recycledCarbonContent": "+",
    "landUseChangeGhgEmissions": "+",
    "landCarbonLeakage": "+",
    "landManagementFossilGhgEmissions": "+",
    "landManagementBiogenicCO2Emissions": "+",
    "landManagementBiogenicCO2Removals": "-",
    "biogenicCO2Uptake": "-",
    "biogenicNonCO2Emissions": "+",
    "landAreaOccupation": "+",
    "aircraftGhgEmissions": "+",
    "packagingGhgEmissions": "+",
    "packagingBiogenicCarbonContent": "+",
    "outboundLogisticsGhgEmissions": "+",
    "ccsTechnologicalCO2Capture": "-",
    "technologicalCO2Removals": "-",
    "ccuCarbonContent": "+",
    "exemptedEmissionsPercent": "+",
    "productMassPerDeclaredUnit": "+",
}


@pytest.mark.parametrize(("member", "sign"), SIGNS.items())
def test_the_sign_of_each_member(member, sign):
    def wrong(text):
        return (f"/pcf/{member}", "range") in errors(record(pcf={member: text}))

    assert [wrong("-5.0"), wrong("0"), wrong("-0.0"), wrong("5e-1")] == [sign == "+", False, False, sign == "-"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("0.35", None),
        ("+10", None),
        ("007", None),
        ("1.2345e+6", None),
        ("2E-3", None),
        ("5abc", "decimal"),
        ("-5xyz", "decimal"),
        ("", "decimal"),
        (" 1", "decimal"),
        ("1 ", "decimal"),
        ("1\n", "decimal"),
        (".5", "decimal"),
        ("5.", "decimal"),
        ("1,5", "decimal"),
        ("1_0", "decimal"),
        ("٣", "decimal"),
        ("NaN", "decimal"),
        ("Infinity", "decimal"),
        ("1e", "decimal"),
        ("0x10", "decimal"),
        (8, "decimal"),
        (8.5, "decimal"),
        (True, "decimal"),
        (["8"], "decimal"),
        ({"value": "8"}, "decimal"),
        ("1e301", "magnitude"),
        ("1e-301", "magnitude"),
        ("1" * 61, "magnitude"),
    ],
)
def test_the_form_of_a_decimal(text, rule):
    found = {
        r for pointer, r in errors(record(pcf={"fossilGhgEmissions": text})) if pointer == "/pcf/fossilGhgEmissions"
    }
    assert found == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("amount", "right"), [("1", True), ("0.001", True), ("0", False), ("-1", False), ("0.0", False)]
)
def test_the_declared_amount_is_above_zero(amount, right):
    found = errors(record(pcf={"declaredUnitAmount": amount}))
    assert found == (set() if right else {("/pcf/declaredUnitAmount", "range")})


@pytest.mark.parametrize(
    ("pcf", "pointer", "rule"),
    [
        ({"declaredUnitOfMeasurement": "kg"}, "/pcf/declaredUnitOfMeasurement", "choice"),
        ({"geographyCountry": "cn"}, "/pcf/geographyCountry", "country"),
        (
            {"geographyCountry": None, "geographyCountrySubdivision": "CN-44000"},
            "/pcf/geographyCountrySubdivision",
            "subdivision",
        ),
        (
            {"geographyCountry": None, "geographyRegionOrSubregion": "Nowhere"},
            "/pcf/geographyRegionOrSubregion",
            "choice",
        ),
        ({"geographyRegionOrSubregion": "Asia"}, "/pcf", "geography"),
        ({"ipccCharacterizationFactors": []}, "/pcf/ipccCharacterizationFactors", "empty"),
        ({"ipccCharacterizationFactors": ["AR6", "AR6"]}, "/pcf/ipccCharacterizationFactors", "repeated"),
        ({"ipccCharacterizationFactors": ["ar6"]}, "/pcf/ipccCharacterizationFactors/0", "report"),
        ({"ipccCharacterizationFactors": "AR6"}, "/pcf/ipccCharacterizationFactors", "list"),
        ({"packagingEmissionsIncluded": "true"}, "/pcf/packagingEmissionsIncluded", "flag"),
        ({"packagingEmissionsIncluded": 1}, "/pcf/packagingEmissionsIncluded", "flag"),
        ({"fossilCarbonContent": None}, "/pcf/fossilCarbonContent", "missing"),
        ({"referencePeriodStart": "2024-01-01"}, "/pcf/referencePeriodStart", "moment"),
        ({"referencePeriodStart": "2024-02-30T00:00:00Z"}, "/pcf/referencePeriodStart", "moment"),
        ({"referencePeriodStart": "2024-01-01T00:00:00"}, "/pcf/referencePeriodStart", "moment"),
        ({"primaryDataShare": "101"}, "/pcf/primaryDataShare", "range"),
        (
            {"dqi": {"technologicalDQR": "1", "geographicalDQR": "5.5", "temporalDQR": "2"}},
            "/pcf/dqi/geographicalDQR",
            "range",
        ),
        ({"dqi": {"technologicalDQR": "1", "geographicalDQR": "5"}}, "/pcf/dqi/temporalDQR", "missing"),
        ({"dqi": []}, "/pcf/dqi", "object"),
        ({"verification": {"coverage": "all"}}, "/pcf/verification/coverage", "choice"),
        (
            {"productOrSectorSpecificRules": [{"operator": "PEF", "ruleNames": []}]},
            "/pcf/productOrSectorSpecificRules/0/ruleNames",
            "empty",
        ),
        (
            {"secondaryEmissionFactorSources": [{"name": "x", "version": " "}]},
            "/pcf/secondaryEmissionFactorSources/0/version",
            "name",
        ),
        ({"ccuCreditCertification": "no address"}, "/pcf/ccuCreditCertification", "uri"),
    ],
)
def test_one_defect_of_the_footprint_is_one_finding(pcf, pointer, rule):
    assert errors(record(pcf=pcf)) == {(pointer, rule)}


@pytest.mark.parametrize(
    ("members", "pointer", "rule"),
    [
        ({"id": "1111"}, "/id", "uuid"),
        ({"id": None}, "/id", "missing"),
        ({"specVersion": "3.0"}, "/specVersion", "version"),
        ({"specVersion": "4.0.0"}, "/specVersion", "unknown-version"),
        ({"status": "active"}, "/status", "choice"),
        ({"companyIds": []}, "/companyIds", "empty"),
        ({"companyIds": ["lei:1"]}, "/companyIds/0", "urn"),
        ({"productIds": ["urn:gtin:1", "urn:gtin:1"]}, "/productIds", "repeated"),
        ({"companyName": ""}, "/companyName", "name"),
        ({"productDescription": 7}, "/productDescription", "text"),
        ({"companyName": "half \ud800"}, "/companyName", "surrogate"),
        ({"precedingPfIds": ["x"]}, "/precedingPfIds/0", "uuid"),
        (
            {"extensions": [{"specVersion": "2.0.0", "dataSchema": "https://e.org/s.json"}]},
            "/extensions/0/data",
            "missing",
        ),
        ({"extensions": [{"dataSchema": "https://e.org/s.json", "data": {}}]}, "/extensions/0/specVersion", "missing"),
    ],
)
def test_one_defect_of_the_record_is_one_finding(members, pointer, rule):
    assert errors(record(**members)) == {(pointer, rule)}


def test_both_spellings_of_the_version_of_an_extension_are_read():
    extension = {"dataSchema": "https://e.org/s.json", "data": {"a": 1}}
    assert not errors(record(extensions=[{**extension, "specVersion": "2.0.0"}]))
    assert not errors(record(extensions=[{**extension, "specversion": "2.0.0"}]))


def test_null_is_absence_and_unknown_keys_are_accepted():
    document = record(comment=None, vendorThing={"x": 1}, pcf={"otherOperatorName": "CQAE", "dqi": None})
    assert not errors(document)


def test_a_finding_says_where_what_why_and_how_in_both_languages():
    (finding,) = [f for f in check(record(pcf={"biogenicCO2Uptake": "1.0"})) if f.severity == "error"]
    assert finding.as_dict() == {
        "pointer": "/pcf/biogenicCO2Uptake",
        "rule": "range",
        "severity": "error",
        "layer": "schema",
        "value": '"1.0"',
        "messages": {
            "en": "biogenicCO2Uptake must be <=0. Check the number and its sign.",
            "zh": "biogenicCO2Uptake 应满足：<=0。请核对数值及正负号。",
        },
    }


# The reporting rules: never more than a warning


@pytest.mark.parametrize(
    ("pcf", "members", "expected"),
    [
        # 10.0 against 8 + 1.5 + 0.5: at 9.5 the difference 0.5 is 5 per cent of 10, still within; 9.4 is not
        ({"pcfExcludingBiogenicUptake": "9.5"}, {}, set()),
        ({"pcfExcludingBiogenicUptake": "9.4"}, {}, {("/pcf/pcfExcludingBiogenicUptake", "sum", "warning")}),
        ({"pcfIncludingBiogenicUptake": "8.5"}, {}, {("/pcf/pcfIncludingBiogenicUptake", "sum", "warning")}),
        # memo items are inside the others
        ({"aircraftGhgEmissions": "5", "packagingEmissionsIncluded": True, "packagingGhgEmissions": "5"}, {}, set()),
        ({"packagingGhgEmissions": "5"}, {}, {("/pcf/packagingGhgEmissions", "packaging", "warning")}),
        ({"productMassPerDeclaredUnit": "0"}, {}, {("/pcf/productMassPerDeclaredUnit", "mass", "warning")}),
        ({"productMassPerDeclaredUnit": "0", "declaredUnitOfMeasurement": "kilowatt hour"}, {}, set()),
        ({"secondaryEmissionFactorSources": None}, {}, {("/pcf/secondaryEmissionFactorSources", "sources", "warning")}),
        ({"referencePeriodStart": "2025-01-01T00:00:00Z"}, {}, {("/pcf/referencePeriodEnd", "reference-period", "warning")}),
        ({}, {"validityPeriodStart": "2024-12-31T23:59:59Z"}, {("/validityPeriodStart", "validity-start", "warning")}),
        ({}, {"validityPeriodEnd": "2028-01-01T00:00:00Z"}, set()),
        ({}, {"validityPeriodEnd": "2028-01-01T00:00:01Z"}, {("/validityPeriodEnd", "validity-length", "warning")}),
    ],
)  # fmt: skip
def test_the_methodology_advises(pcf, members, expected):
    document = record(pcf=pcf, **members)
    assert not errors(document)
    assert advice(document) == expected


def test_a_sum_of_decimals_is_exact():
    pcf = {
        "fossilGhgEmissions": "0.1",
        "landUseChangeGhgEmissions": "0.2",
        "biogenicNonCO2Emissions": "0",
        "biogenicCO2Uptake": "0",
    }
    pcf |= {"pcfExcludingBiogenicUptake": "0.3", "pcfIncludingBiogenicUptake": "0.3"}
    assert advice(record(pcf=pcf)) == set()


def test_ratings_are_due_from_2027():
    def due(created):
        return {f.pointer for f in check(record(created=created)) if f.rule == "reported" and "dqi" in f.pointer}

    assert due("2026-12-31T23:59:59Z") == set()
    assert due("2027-01-01T00:00:00Z") == {"/pcf/dqi"}


def test_version_two_is_judged_by_its_own_members():
    assert errors(old_record()) == set()
    assert errors(old_record(pcf={"exemptedEmissionsPercent": "much"})) == {("/pcf/exemptedEmissionsPercent", "number")}
    assert errors(old_record(pcf={"dqi": {"technologicalDQR": 4}})) == {("/pcf/dqi/technologicalDQR", "range")}
    assert errors(old_record(pcf={"pCfExcludingBiogenic": None})) == {("/pcf/pCfExcludingBiogenic", "missing")}
    assert ("/pcf/pcfExcludingBiogenicUptake", "missing") in errors(old_record(specVersion="3.0.0"))


def test_a_record_of_nothing_but_defects_is_told_in_few_findings():
    found = check(record(companyIds=[1] * 100_000))
    assert len(found) == 201
    assert found[-1].rule == "more"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_any_json_is_judged_without_a_crash(value):
    assert check(value)


@given(st.sampled_from([*record(), *[f"pcf/{key}" for key in record()["pcf"]]]), json_values)
def test_any_value_anywhere_is_judged_without_a_crash(place, value):
    document = record(SECOND)
    holder, _, key = place.rpartition("/")
    (document["pcf"] if holder else document)[key] = value
    for finding in check(document):
        assert finding.messages["en"]
        assert finding.messages["zh"]


@pytest.mark.parametrize(
    ("pcf", "pointer"),
    [
        ({"declaredUnitAmount": "1e-300", "pcfExcludingBiogenicUptake": "1e300"}, "/pcf/pcfExcludingBiogenicUptake"),
        ({"declaredUnitAmount": "1e-10", "fossilCarbonContent": "1e299"}, "/pcf/fossilCarbonContent"),
        ({"declaredUnitAmount": "1e-300", "productMassPerDeclaredUnit": "1e300"}, "/pcf/productMassPerDeclaredUnit"),
    ],
)
def test_a_number_that_no_calculation_holds_for_one_unit_is_an_error(pcf, pointer):
    """Each is of a size that can be; divided by the declared amount it is none. One such record does not stop all others."""
    assert (pointer, "magnitude") in errors(record(pcf=pcf))
    report = read_records(encoded([record(pcf=pcf), record(SECOND)]), "f.json")
    assert [each.usable for each in report.records] == [False, True]


def test_the_largest_ratio_can_be_calculated_with():
    found = record(pcf={"declaredUnitAmount": "1e-10", "fossilCarbonContent": "9.9e290"})
    assert [each for each in check(found) if each.severity == "error"] == []
