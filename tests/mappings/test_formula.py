"""Formulas: arithmetic and nothing else."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.errors import FormulaError
from mappings.formula import evaluate

PARAMETERS = {"Concrete": 4.0, "share": "1/concrete", "Total": "Concrete * SHARE + 1"}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("2+3*4", 14.0),
        ("-2^2", -4.0),
        ("(1 + 2) / 4", 0.75),
        ("1e3 * .5", 500.0),
        ("concrete ^ 2", 16.0),
        ("Total", 2.0),
        ("max(1; 2; concrete)", 4.0),
        ("if(Concrete > 3; 10; 20)", 10.0),
        ("sqrt(16) + ln(e)", 5.0),
        ("2 * PI", 2 * math.pi),
    ],
)
def test_value(formula, value):
    assert evaluate(formula, PARAMETERS) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "2 +",
        "unknown * 2",
        "1/0",
        "0^-1",
        "10^400",
        "ln(0)",
        "sqrt(1; 2)",
        "__import__('os').system('true')",
        "concrete.real",
        "[1][0]",
        "'a'",
        "True",
        "lambda: 1",
        "(" * 300 + "1" + ")" * 300,
        "-" * 1900 + "1",
        "1+" * 3000 + "1",
    ],
)
def test_refused(formula):
    with pytest.raises(FormulaError):
        evaluate(formula, PARAMETERS)


def test_circle_is_named():
    with pytest.raises(FormulaError, match="refers to itself: a -> b -> a"):
        evaluate("a", {"a": "b + 1", "b": "a * 2"})


numbers = st.floats(min_value=0.001, max_value=1000).map(lambda v: float(repr(v)))
expressions = st.recursive(
    numbers.map(repr),
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
    max_leaves=12,
)


@given(expressions)
def test_agrees_with_arithmetic(text):
    assert evaluate(text) == eval(text)
