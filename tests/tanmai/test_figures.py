"""How numbers are shown: significant digits, nothing invented, nothing lost."""

import math

import pytest

from tanmai.figures import bar, figure, percent


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12208.93016, "12,209"), (0.5777, "0.5777"), (1.5e-7, "1.5e-07"), (0, "0"), (-2.5, "-2.5"), (1e12, "1e+12"),
        (999999.4, "999,999"), (0.001, "0.001"), (100.0, "100"), (1000000.0, "1,000,000"), (-0.0, "0"),
        (math.inf, "inf"), (math.nan, "nan"), (99999.96, "100,000"),
    ],
)  # fmt: skip
def test_figures(value, shown):
    assert figure(value) == shown


def test_more_digits():
    assert figure(12208.93016, 6) == "12,208.9"


def test_percent_and_bar():
    assert (percent(0.1234), percent(None), percent(-0.5)) == ("12.3%", "", "-50.0%")
    assert (bar(1.0, 4), bar(0.5, 4), bar(-0.5, 4), bar(0.0, 4), bar(None), bar(0.0001, 4)) == (
        "████", "██", "░░", "", "", "█",
    )  # fmt: skip
    assert len(bar(7.0, 4)) == 4
