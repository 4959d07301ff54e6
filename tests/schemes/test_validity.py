"""Rule R10: reference period end 2025-01-01 expires 2028-01-01; a certificate issued 2025-06-30 expires 2027-06-30."""

import datetime as dt
from fractions import Fraction

import pytest
from chains import EX, process
from hypothesis import given
from hypothesis import strategies as st

from schemes.errors import SchemeDataError
from schemes.plausibility import check
from schemes.validity import later, validity

INGOT = process("ingot", emissions=(("flow:CO2-fossil", 1),))


def day(text):
    return f'"{text}"^^xsd:date'


def study(start="2024-01-01", end="2025-01-01", more=""):
    return f":study a tm:FootprintStudy ; tm:studyProduct :ingot ; tm:periodStart {day(start)} ; tm:periodEnd {day(end)} {more} .\n"


def judged(case, turtle):
    found = validity(case(INGOT + turtle).calculation(), f"{EX}ingot")
    return {each["iri"].removeprefix(EX): each for each in found}


def test_a_footprint_without_stated_validity_expires_three_years_after_its_period(case):
    found = judged(case, study())["study"]
    assert (found["expires"], found["by_default"], found["whole_years"]) == (dt.date(2028, 1, 1), True, True)
    assert found["remarks"] == []


def test_a_label_certificate_holds_two_years(case):
    text = study() + (
        ":footprint a tm:DeclaredFootprint ; tm:ofStudy :study .\n"
        f":certificate a tm:Certificate ; tm:certifies :footprint ; dcterms:issued {day('2025-06-30')} .\n"
    )
    found = judged(case, text)["certificate"]
    assert (found["kind"], found["expires"]) == ("certificate", dt.date(2027, 6, 30))


@pytest.mark.parametrize(
    ("until", "remark"),
    [
        ("2028-01-01", None),  # exactly the limit is allowed
        ("2028-01-02", "later than 2028-01-01 allows"),
        ("2025-01-01", None),  # PACT: not before the end of the period
        ("2024-12-31", "before it begins"),
    ],
)
def test_a_stated_end_lies_between_the_period_and_the_limit(case, until, remark):
    found = judged(case, study(more=f"; tm:validUntil {day(until)}"))["study"]
    assert found["expires"] == dt.date.fromisoformat(until)
    assert [remark in each["text_en"] for each in found["remarks"]] == ([True] if remark else [])


@pytest.mark.parametrize(
    ("start", "end", "remark"),
    [
        ("2024-02-01", "2025-02-01", "is not one calendar year"),
        ("2023-01-01", "2025-01-01", "is not one calendar year"),
        ("2024-01-01", "2024-12-31", "is not one calendar year"),  # the end is the day after the last
        ("2025-01-01", "2025-01-01", "not after its start"),
    ],
)
def test_a_period_that_is_no_natural_year_is_remarked(case, start, end, remark):
    found = judged(case, study(start, end))["study"]
    assert any(remark in each["text_en"] for each in found["remarks"])


def test_a_study_without_a_period_says_so(case):
    found = judged(case, ":study a tm:FootprintStudy ; tm:studyProduct :ingot .\n")["study"]
    assert (found["expires"], found["whole_years"]) == (None, None)
    assert found["remarks"][0]["text_zh"] == "未注明基准期。"


def test_a_rule_that_is_stated_twice_is_refused(case, knowledge_store):
    loaded = case(INGOT + study())
    iri = "<https://w3id.org/tanmai/id/reference-value/validity-pact-default-years>"
    knowledge_store.load_bytes(
        f"{iri} <https://w3id.org/tanmai/ontology#amount> 5 .".encode(), key="rule", format="turtle"
    )
    try:
        with pytest.raises(SchemeDataError, match="several values of amount"):
            validity(loaded.calculation(), f"{EX}ingot")
    finally:
        knowledge_store.retire("rule")


def test_a_day_that_is_none_is_refused(case):
    with pytest.raises(SchemeDataError, match="is no day"):
        judged(case, ':study a tm:FootprintStudy ; tm:studyProduct :ingot ; tm:periodEnd "soon" .\n')


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)), st.integers(1, 10))
def test_later_keeps_the_day(start, years):
    found = later(start, Fraction(years))
    assert found.year == start.year + years
    assert (found.month, found.day) == (start.month, start.day) or (start.month, start.day, found.day) == (2, 29, 28)


def test_the_check_of_a_product_lists_what_is_dated_and_warns_of_doubtful_periods(case):
    found = check(case(INGOT + study("2024-02-01", "2025-02-01")).calculation(), f"{EX}ingot")
    assert [each["kind"] for each in found["validity"]] == ["study"]
    assert found["verdict"] == "warnings"
