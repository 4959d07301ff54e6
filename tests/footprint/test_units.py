"""Unit conversion: factors from the SI definitions, properties only where a flow states them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inventories import UNITS

from footprint.errors import UnitError
from footprint.units import Conversion, Unit, UnitTable

TABLE = UnitTable.of(UNITS)
DENSITY = Conversion(850.0, "kg", "m3")


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (1.0, "t", "kg", 1000.0),
        (250.0, "g", "kg", 0.25),
        (1.0, "kWh", "MJ", 3.6),  # 1 kWh = 3.6 MJ by definition
        (7.0, "kg", "kg", 7.0),
        (-2.0, "t", "g", -2e6),
        (25.0, "degC", "K", 298.15),  # 0 degrees Celsius = 273.15 K
        (300.0, "K", "degC", 26.85),
    ],
)
def test_conversion_within_a_dimension(value, source, target, expected):
    assert TABLE.convert(value, source, target) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (2.0, "m3", "kg", 1700.0),
        (1700.0, "kg", "m3", 2.0),
        (3.0, "L", "t", 0.00255),  # 0.003 m3 x 850 kg/m3 = 2.55 kg
        (2.55, "kg", "L", 3.0),
    ],
)
def test_density_links_mass_and_volume_both_ways(value, source, target, expected):
    assert TABLE.convert(value, source, target, [DENSITY]) == pytest.approx(expected, rel=1e-13)


def test_a_property_of_the_wrong_kind_links_nothing():
    with pytest.raises(UnitError, match="measure different things"):
        TABLE.convert(1.0, "m3", "MJ", [DENSITY])


def test_without_a_property_mass_and_volume_stay_apart():
    with pytest.raises(UnitError, match=r"<m3> cannot be converted to <kg>.*state a property"):
        TABLE.convert(1.0, "m3", "kg")


def test_properties_that_agree_are_one_and_properties_that_differ_are_refused():
    same = Conversion(0.85, "t", "m3")
    assert TABLE.scale("m3", "kg", [DENSITY, same]) == pytest.approx(850.0)
    with pytest.raises(UnitError, match=r"disagree on <m3> to <kg>: factors 840, 850"):
        TABLE.scale("m3", "kg", [DENSITY, Conversion(840.0, "kg", "m3")])


@pytest.mark.parametrize("amount", [0.0, -1.0, math.nan, math.inf])
def test_a_property_must_be_positive_and_finite(amount):
    with pytest.raises(UnitError, match="not positive"):
        TABLE.scale("m3", "kg", [Conversion(amount, "kg", "m3")])


def test_a_direct_conversion_does_not_look_at_properties():
    assert TABLE.scale("t", "kg", [Conversion(-1.0, "kg", "m3")]) == 1000.0


def test_an_unknown_unit_is_named():
    with pytest.raises(UnitError, match="unknown unit <furlong>"):
        TABLE.convert(1.0, "furlong", "kg")


def test_a_currency_converts_to_itself_only():
    assert TABLE.convert(5.0, "CNY", "CNY") == 5.0
    with pytest.raises(UnitError, match="different things"):
        TABLE.convert(5.0, "CNY", "EUR")
    same_dimension = UnitTable.of([Unit("CNY", "money", math.nan), Unit("EUR", "money", math.nan)])
    with pytest.raises(UnitError, match="different things"):
        same_dimension.convert(5.0, "CNY", "EUR")


def test_a_temperature_is_no_amount():
    with pytest.raises(UnitError, match="has an offset"):
        TABLE.scale("degC", "K")


def test_commensurable():
    assert TABLE.commensurable("t", "g")
    assert not TABLE.commensurable("t", "m3")


@given(
    st.floats(1e-6, 1e6),
    st.sampled_from(["kg", "t", "g", "m3", "L"]),
    st.sampled_from(["kg", "t", "g", "m3", "L"]),
    st.sampled_from(["kg", "t", "g", "m3", "L"]),
)
def test_going_by_way_of_a_third_unit_changes_nothing(value, first, second, third):
    direct = TABLE.convert(value, first, third, [DENSITY])
    around = TABLE.convert(TABLE.convert(value, first, second, [DENSITY]), second, third, [DENSITY])
    assert around == pytest.approx(direct, rel=1e-12)
    assert TABLE.convert(direct, third, first, [DENSITY]) == pytest.approx(value, rel=1e-12)
