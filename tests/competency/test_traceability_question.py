"""The question from a number to the instrument that measured it and its calibrations, asked of the example study of a stool."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from graphstore import GraphStore

STUDY = Path(__file__).parents[2] / "examples" / "studies" / "general.ttl"
S = "https://w3id.org/tanmai/example/studies/general/"


@pytest.fixture
def walked(ask):
    """Rows of the question on the study, whose text may be changed before."""

    def answer(old="", new="", **values):
        text = STUDY.read_text(encoding="utf-8")
        assert old in text
        with GraphStore.open() as store:
            with store.transaction("study") as transaction:
                transaction.load_bytes(text.replace(old, new).encode(), key="study", format="turtle")
            return ask(store, "31", **values)

    return answer


def test_question_31_from_a_number_to_the_calibrations_that_held(walked):
    rows = walked()
    assert [row[6:] for row in rows] == [
        ("Verification of July 2023", "EXAMPLE-2023-071", "Example institute of metrology",
         dt.date(2023, 7, 1), dt.date(2024, 6, 30), True),
        ("Verification of July 2024", "EXAMPLE-2024-068", "Example institute of metrology",
         dt.date(2024, 7, 1), dt.date(2025, 6, 30), True),
    ]  # fmt: skip
    assert {row[0] for row in rows} == {Decimal("0.9")}
    assert {row[2:6] for row in rows} == {
        (
            "Readings of the electricity meters, January to December 2024",
            "Difference of two readings, less the share of the certificates.",
            "Electricity meter of the sawmill",
            "0.5S",
        )
    }


def test_question_31_a_calibration_of_another_year_does_not_cover_the_data(walked):
    rows = walked(
        '"2023-07-01"^^xsd:date ;\n    tm:validUntil "2024-06-30"',
        '"2022-07-01"^^xsd:date ;\n    tm:validUntil "2023-12-31"',
    )
    assert [row[-1] for row in rows] == [False, True]


def test_question_31_an_amount_without_an_instrument_has_no_rows(walked):
    assert walked(exchange=f"<{S}assembly-in-electricity>") == []
