"""Numbers as they are written."""

import doctest
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemes import exact as module
from schemes.errors import SchemeDataError
from schemes.exact import bounded, exact
from schemes.rows import number, one


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=15))
def test_a_decimal_is_read_to_the_last_digit_and_bounded_by_its_rounding(value):
    found = exact(value)
    assert found == Fraction(value)
    shown = bounded(found)
    assert abs(Fraction(shown["value"]) - found) <= Fraction(shown["error_bound"])


@pytest.mark.parametrize(
    "text", ["", "x", "nan", "inf", "1e400", "1e-400", "1e999999999", "1/0", "1_000", "１２", "1,5", "1/2/3/x"]
)
def test_what_is_no_number_is_refused_at_once(text):
    with pytest.raises(ValueError, match=r"^.*$"):
        exact(text)


@pytest.mark.parametrize(
    ("text", "value"), [("1/3", Fraction(1, 3)), (" 2 ", 2), ("1e3", 1000), ("-0.5", Fraction(-1, 2))]
)
def test_what_is_a_number(text, value):
    assert exact(text) == value


def test_a_value_that_can_be_held_exactly_has_no_bound():
    assert bounded(Fraction(1, 4)) == {"value": 0.25, "unit": "kg CO2e", "error_bound": 0.0}


def test_rows_with_two_values_or_none_or_no_number():
    rows = [{"a": 1, "b": None}, {"a": 2, "b": "x"}]
    with pytest.raises(SchemeDataError, match=r"<n> states several values of a: 1, 2"):
        one(rows, "a", "n")
    assert one(rows, "b", "n") == "x"
    with pytest.raises(SchemeDataError, match=r"<n> states 'x' as b, which is no number"):
        number(rows, "b", "n")


def test_the_examples_in_the_docstrings():
    assert doctest.testmod(module).failed == 0
