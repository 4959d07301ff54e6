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


# ---- money

MONEY = [
    *(Unit(f"{currency}-{year}", f"{currency}{year}", 1.0, money=True) for currency in ("CNY", "USD") for year in (2020, 2023)),
    Unit("10^4 CNY-2020", "CNY2020", 1e4, money=True),
    Unit("kg", "mass", 1.0),
]  # fmt: skip
INDEX = Conversion(1.08, "CNY-2023", "CNY-2020")
RATE = Conversion(6.9, "CNY-2020", "USD-2020")


def money(*rates):
    return UnitTable({unit.id: unit for unit in MONEY}, rates)


def test_money_converts_by_a_stated_price_index():
    """43.2 CNY of 2023 / 1.08 = 40 CNY of 2020."""
    assert money(INDEX).convert(43.2, "CNY-2023", "CNY-2020") == pytest.approx(40.0, rel=1e-15)
    assert money(INDEX).convert(4.0, "10^4 CNY-2020", "CNY-2023") == pytest.approx(43200.0, rel=1e-15)
    assert money(INDEX).convert(43200.0, "CNY-2023", "10^4 CNY-2020") == pytest.approx(4.0, rel=1e-15)


def test_money_converts_over_several_rates():
    """10 USD of 2020 are 69 CNY of 2020, which are 74.52 CNY of 2023."""
    table = money(INDEX, RATE)
    assert table.convert(10.0, "USD-2020", "CNY-2023") == pytest.approx(74.52, rel=1e-15)
    assert table.convert(74.52, "CNY-2023", "USD-2020") == pytest.approx(10.0, rel=1e-15)
    assert table.route("USD-2020", "CNY-2023").rates == (RATE, INDEX)


@pytest.mark.parametrize(("source", "target"), [("CNY-2023", "CNY-2020"), ("USD-2020", "CNY-2020"), ("kg", "CNY-2020")])
def test_money_without_a_rate_is_refused(source, target):
    with pytest.raises(UnitError, match="measure different things"):
        money().scale(source, target)
    with pytest.raises(UnitError, match=r"tm:PriceIndex"):
        money(RATE).scale("CNY-2023", "CNY-2020")


def test_an_index_of_the_flow_comes_before_a_general_one():
    own = Conversion(1.5, "CNY-2023", "CNY-2020")
    assert money(INDEX).scale("CNY-2020", "CNY-2023", [own]) == 1.5


def test_ways_that_disagree_are_refused():
    """Deflating first and exchanging first give different money: 1.08 x 6.9 / 7.1 is not 1.20."""
    others = (Conversion(7.1, "CNY-2023", "USD-2023"), Conversion(1.20, "USD-2023", "USD-2020"))
    table = money(INDEX, RATE, *others)
    with pytest.raises(UnitError, match="several ways that disagree"):
        table.scale("USD-2020", "CNY-2023")
    with pytest.raises(UnitError, match="several ways that disagree"):
        money(INDEX, Conversion(1.09, "CNY-2023", "CNY-2020")).scale("CNY-2020", "CNY-2023")
    assert money(INDEX, Conversion(10800, "CNY-2023", "10^4 CNY-2020")).scale("CNY-2020", "CNY-2023") == pytest.approx(
        1.08
    )


@given(st.lists(st.floats(0.5, 2.0), min_size=1, max_size=6), st.floats(0.01, 1e6))
def test_there_and_back_is_the_same_money(steps, amount):
    years = [f"y{i}" for i in range(len(steps) + 1)]
    rates = tuple(Conversion(f, years[i + 1], years[i]) for i, f in enumerate(steps))
    table = UnitTable({y: Unit(y, y, 1.0, money=True) for y in years}, rates)
    there = table.convert(amount, years[0], years[-1])
    assert there == pytest.approx(amount * math.prod(steps), rel=1e-12)
    assert table.convert(there, years[-1], years[0]) == pytest.approx(amount, rel=1e-12)
