"""Sharing beyond one method for all (rule R05): prices of several years, the price-ratio rule, system expansion, mixtures."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inventories import Book

from footprint.assemble import assemble
from footprint.compile import compile_system
from footprint.errors import AllocationError, UnitError
from footprint.gaps import Assumption, Reading
from footprint.inventory import AllocationMethod as By
from footprint.inventory import AllocationRules, Price, PriceRatioRule
from footprint.solve import scores
from footprint.units import Conversion
from footprint.upstream import upstream

THREE_YEARS = AllocationRules(price_years=3)
UP_TO_FIVE = AllocationRules(price_ratio=PriceRatioRule(5.0, By.MASS, By.ECONOMIC))


def footprints(book, coproducts="error"):
    """kg CO2 of one unit of every product, through the solver."""
    inventory = book.inventory()
    made = assemble(inventory, Reading(coproducts=coproducts))
    found = scores(compile_system(made.system), compile_system(made.system).cost(np.array([1.0, 1.0, 1.0])))
    return {inventory.flows.ids[int(p)]: float(y) for p, y in zip(made.product, found.values, strict=True) if p >= 0}


def assumed(book, kind):
    inventory = book.inventory()
    found = assemble(inventory).assumed
    return [inventory.exchanges.ids[int(e)] for e in found.exchange[found.kind == kind]]


def works(method, *outputs, joint=100.0, rules=None):
    """A process with outputs (name, kg, options) and 100 kg CO2."""
    listed = [("out", name, amount, "kg", *options) for name, amount, *options in outputs]
    book = Book().process("works", *listed, ("emit", "CO2", joint, "kg", {"name": "joint"}), method=method)
    book.rules = rules or AllocationRules()
    return book


# ---- prices of several years


def priced(rules=THREE_YEARS, **prices):
    book = works(By.ECONOMIC, *((name, 1.0) for name in prices), rules=rules)
    book.prices = {
        name: [Price(p, "CNY", "kg", year) for year, p in by_year.items()] for name, by_year in prices.items()
    }
    return book


def test_the_mean_of_three_years():
    """a: (10 + 20 + 30) / 3 = 20; b: 60; shares 1/4 and 3/4."""
    found = footprints(priced(a={2022: 10, 2023: 20, 2024: 30}, b={2022: 60, 2023: 60, 2024: 60}))
    assert found == pytest.approx({"a": 25.0, "b": 75.0}, rel=1e-12)


def test_the_latest_years_count_and_the_number_is_the_rules():
    prices = {"a": {2021: 900, 2022: 10, 2023: 20, 2024: 30}, "b": {2021: 1, 2022: 60, 2023: 60, 2024: 60}}
    assert footprints(priced(**prices))["a"] == pytest.approx(25.0, rel=1e-12)
    one = footprints(priced(AllocationRules(price_years=1), **prices))
    assert one["a"] == pytest.approx(100 / 3, rel=1e-12)  # 30 : 60
    four = footprints(priced(AllocationRules(), **prices))
    assert four["a"] == pytest.approx(100 * 960 / (960 + 181), rel=1e-12)  # no rule: all years there are


def test_fewer_years_are_reported():
    assert assumed(priced(a={2024: 1}, b={2024: 3}), Assumption.FEW_PRICE_YEARS) == ["works-a", "works-b"]
    full = dict.fromkeys((2022, 2023, 2024), 1.0)
    assert assumed(priced(a=full, b=full), Assumption.FEW_PRICE_YEARS) == []
    assert assumed(works(By.MASS, ("a", 1.0), ("b", 1.0), rules=THREE_YEARS), Assumption.FEW_PRICE_YEARS) == []


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ({2023: 1}, {2024: 1}, r"priced in different years \(2023; 2024\)"),
        ({None: 1}, {2024: 1}, r"priced in different years \(not stated; 2024\)"),
        ({2024: math.nan}, {2024: 1}, r"a price of <a> is no finite number"),
    ],
)
def test_prices_that_cannot_be_compared(a, b, words):
    with pytest.raises(AllocationError, match=words):
        footprints(priced(a=a, b=b))


def test_two_prices_of_one_year_and_two_currencies():
    book = priced(a={2024: 1}, b={2024: 1})
    book.prices["a"] = [Price(1, "CNY", "kg", 2024), Price(2, "CNY", "kg", 2024)]
    with pytest.raises(AllocationError, match=r"one price of <a> a year, which states 2 for the years 2024, 2024"):
        footprints(book)
    book.prices["a"] = [Price(1, "CNY", "kg", 2023), Price(2, "EUR", "kg", 2024)]
    with pytest.raises(AllocationError, match=r"different currencies \(<CNY>, <EUR>\)"):
        footprints(book)


def test_prices_per_different_units_are_averaged_in_one():
    """1000 CNY/t is 1 CNY/kg; mean with 3 CNY/kg is 2; against 2: half each."""
    book = priced(a={2023: 1, 2024: 1}, b={2023: 2, 2024: 2})
    book.prices["a"] = [Price(1000, "CNY", "t", 2023), Price(3, "CNY", "kg", 2024)]
    assert footprints(book)["a"] == pytest.approx(50.0, rel=1e-12)


def test_waste_by_price_carries_nothing_under_mass_either():
    book = works(By.MASS, ("a", 1.0), ("b", 3.0), ("slag", 6.0))
    book.prices = {"slag": Price(-2.0, "CNY", "kg")}
    assert footprints(book) == pytest.approx({"a": 25.0, "b": 25.0, "slag": 0.0}, rel=1e-12)


def test_a_price_that_makes_a_product_waste_is_an_assumption_too():
    """Slag is worth nothing in the one year that is known, so a carries all 100 kg: that rests on both prices."""
    book = priced(a={2024: 10}, slag={2024: -1})
    assert footprints(book) == pytest.approx({"a": 100.0, "slag": 0.0}, rel=1e-12)
    assert assumed(book, Assumption.FEW_PRICE_YEARS) == ["works-a", "works-slag"]


@pytest.mark.parametrize(("latest", "slag"), [(-4.0, 0.0), (-5.0, 0.0), (-3.0, 50.0)])
def test_waste_by_price_is_the_same_under_every_method(latest, slag):
    """Slag cost 9 once, then 2, 2 and -4 (mean of the three years 0), -5 or -3 (mean above 0): mass shares it as value does."""
    prices = {
        "a": dict.fromkeys((2021, 2022, 2023, 2024), 1.0),
        "slag": {2021: 9.0, 2022: 2.0, 2023: 2.0, 2024: latest},
    }
    book = priced(**prices)
    book.processes["works"]["method"] = By.MASS
    assert footprints(book) == pytest.approx({"a": 100.0 - slag, "slag": slag}, rel=1e-12)
    assert (footprints(priced(**prices))["slag"] > 0) == (slag > 0)


def test_prices_of_both_signs_without_a_mean_are_an_error():
    book = works(By.MASS, ("a", 1.0), ("slag", 1.0))
    book.prices = {"slag": [Price(-2.0, "CNY", "kg", 2024), Price(2.0, "CNY", "kg", 2024)]}
    with pytest.raises(AllocationError, match=r"one price of <slag> a year"):
        footprints(book)


# ---- the price-ratio rule


def switched(ratio, limit=5.0):
    book = works(By.PRICE_RATIO, ("a", 1.0), ("b", 3.0))
    book.rules = AllocationRules(price_ratio=PriceRatioRule(limit, By.MASS, By.ECONOMIC))
    book.prices = {"a": Price(ratio, "CNY", "kg"), "b": Price(1.0, "CNY", "kg")}
    return footprints(book)["a"]


def test_the_ratio_of_prices_changes_the_method():
    """Mass gives a 25 kg. Beyond 5 it is the value: 6 against 3."""
    assert switched(5.0) == pytest.approx(25.0, rel=1e-12)
    assert switched(6.0) == pytest.approx(100 * 6 / 9, rel=1e-12)
    assert switched(1 / 6) == pytest.approx(100 * (1 / 6) / (1 / 6 + 3), rel=1e-12)
    assert switched(6.0, limit=7.0) == pytest.approx(25.0, rel=1e-12)


def test_the_rule_is_reported_and_must_be_known():
    book = works(By.PRICE_RATIO, ("a", 1.0), ("b", 3.0), rules=UP_TO_FIVE)
    book.prices = {name: Price(1.0, "CNY", "kg") for name in "ab"}
    assert assumed(book, Assumption.PRICE_RATIO_RULE) == ["works-a", "works-b"]
    book.rules = AllocationRules()
    with pytest.raises(AllocationError, match=r"<works>: no rule of the price ratio is known"):
        footprints(book)


# ---- system expansion


def smelter(method=By.SYSTEM_EXPANSION, acid=3.2, factor=120.0, ratio=1.0, **options):
    """Rule R05: 2850 kg for a metal, and acid that replaces acid at 120 kg per t."""
    told = {"replaces": "burning", "ratio": ratio} | options
    book = Book().process(
        "smelter",
        ("out", "metal", 1000.0, "kg"),
        ("out", "acid", acid, "t", told),
        ("emit", "CO2", 2850.0, "kg"),
        method=method,
    )
    return book.process("burning", ("out", "made acid", 1.0, "t"), ("emit", "CO2", factor, "kg", {"name": "burnt"}))


def test_the_metal_is_credited_and_the_acid_carries_what_it_replaces():
    found = footprints(smelter())
    assert found["metal"] * 1000 == pytest.approx(2466.0, rel=1e-12)
    assert found["acid"] == pytest.approx(120.0, rel=1e-12)


def test_what_is_replaced_may_be_a_flow_a_process_or_a_factor():
    by_flow = smelter(replaces="made acid")
    assert footprints(by_flow)["metal"] == pytest.approx(2.466, rel=1e-12)
    by_factor = smelter(replaces="acid factor")
    by_factor.factor("acid factor", "kg", 0.12)  # stated per kg, the co-product in t
    assert footprints(by_factor)["metal"] == pytest.approx(2.466, rel=1e-12)


def test_a_co_product_of_the_same_flow_does_not_replace_itself():
    """The acid plant makes the same flow; its identifier comes after that of the smelter's output."""
    book = Book().process(
        "a smelter", ("out", "metal", 1.0, "kg"), ("out", "acid", 2.0, "kg", {"replaces": "acid", "ratio": 1.0}),
        ("emit", "CO2", 10.0, "kg"), method=By.SYSTEM_EXPANSION,
    )  # fmt: skip
    book.process("plant", ("out", "acid", 1.0, "kg"), ("emit", "CO2", 3.0, "kg"))
    assert footprints(book)["metal"] == pytest.approx(4.0, rel=1e-12)


def test_a_co_product_may_replace_something_counted_in_another_unit():
    """40 kg of gas at 13.5 MJ/kg replace 540 MJ of heat at 0.1 kg per MJ: 100 - 54; without the heating value an error."""
    book = Book().process(
        "plant", ("out", "power", 1.0, "kWh"), ("out", "gas", 40.0, "kg", {"replaces": "boiler", "ratio": 1.0}),
        ("emit", "CO2", 100.0, "kg"), method=By.SYSTEM_EXPANSION,
    )  # fmt: skip
    book.process("boiler", ("out", "heat", 1.0, "MJ"), ("emit", "CO2", 0.1, "kg", {"name": "e"}))
    with pytest.raises(UnitError, match=r"<plant-gas>, flow <gas>.*measure different things"):
        footprints(book)
    book.conversions["gas"] = [Conversion(13.5, "MJ", "kg")]
    assert footprints(book)["power"] == pytest.approx(46.0, rel=1e-12)


def test_a_price_per_what_the_amount_is_not_counted_in():
    book = priced(a={2024: 1}, b={2024: 1})
    book.prices["a"] = [Price(1, "CNY", "kWh", 2024)]
    with pytest.raises(AllocationError, match=r"<works>: the price of <a> stands per a unit that its amount cannot"):
        footprints(book)


def test_a_reading_expands_the_system_of_processes_without_a_method():
    assert footprints(smelter(By.NONE), "system-expansion")["metal"] == pytest.approx(2.466, rel=1e-12)


def test_a_waste_treated_may_be_credited_with_the_treatment_it_spares():
    """3 kg ash spare a landfill at 0.5 kg: 8 - 1.5 for the sludge; a mill with 2 kg ash carries 1 kg."""
    book = Book().waste("sludge", "ash").process(
        "furnace", ("in", "sludge", 1.0, "kg"), ("in", "ash", 3.0, "kg", {"replaces": "landfill", "ratio": 1.0}),
        ("emit", "CO2", 8.0, "kg"), method=By.SYSTEM_EXPANSION,
    )  # fmt: skip
    book.process("landfill", ("in", "ash", 1.0, "kg"), ("emit", "CO2", 0.5, "kg"))
    book.process("mill", ("out", "flour", 1.0, "kg"), ("out", "ash", 2.0, "kg"))
    found = footprints(book)
    assert (found["sludge"], found["flour"]) == (pytest.approx(6.5, rel=1e-12), pytest.approx(1.0, rel=1e-12))


def test_a_credit_may_exceed_the_burden():
    assert footprints(smelter(factor=1000.0))["metal"] == pytest.approx(-0.35, rel=1e-12)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"replaces": None},
            r"<smelter>: system expansion needs the product that its co-product <smelter-acid> replaces",
        ),
        ({"ratio": math.nan}, r"co-product <smelter-acid> says what it replaces, but not how much of it"),
        ({"ratio": 0.0}, r"State a positive tm:substitutionRatio"),
        ({"replaces": "smelter"}, r"<smelter-acid> replaces a product of its own process"),
    ],
)
def test_a_displaced_product_must_be_named(options, words):
    with pytest.raises(AllocationError, match=words):
        footprints(smelter(**options))


def test_nobody_makes_what_is_replaced():
    book = smelter(replaces="ether")
    book.process("taker", ("out", "x", 1.0, "kg"))
    book.flows["ether"] = book.flows["metal"]
    with pytest.raises(
        AllocationError, match=r"<smelter-acid> is credited by system expansion, but nothing supplies .*<ether>"
    ):
        footprints(book)


def test_expansion_needs_a_reference_and_somebody_to_carry_the_rest():
    book = smelter()
    book.processes["smelter"]["reference"] = "none"
    with pytest.raises(AllocationError, match=r"<smelter>: system expansion credits the products beside the reference"):
        footprints(book)
    alone = works(By.MASS, ("a", 1.0, {"by": By.SUBDIVISION}), ("b", 1.0, {"by": By.SUBDIVISION}))
    with pytest.raises(AllocationError, match=r"none carries what is left"):
        footprints(alone)


def test_the_only_product_cannot_be_credited():
    """It would carry what it replaces, and nobody the burden of the process."""
    book = Book().process(
        "p",
        ("out", "a", 1.0, "kg", {"by": By.SYSTEM_EXPANSION, "replaces": "other", "ratio": 1.0}),
        ("emit", "CO2", 9.0, "kg"),
    )
    book.process("other", ("out", "made", 1.0, "kg"), ("emit", "CO2", 1.0, "kg", {"name": "e"}))
    with pytest.raises(AllocationError, match=r"<p>: all its products state system-expansion or subdivision"):
        footprints(book)


positive = st.floats(0.01, 1e4)


@given(joint=positive, acid=positive, factor=positive, ratio=st.floats(0.1, 3), metal=positive)
def test_expansion_equals_the_algebra_by_hand(joint, acid, factor, ratio, metal):
    """metal = (joint - acid x ratio x factor) / metal amount; and the parts are the joint burden again."""
    book = Book().process(
        "p", ("out", "metal", metal, "kg"), ("out", "acid", acid, "kg", {"replaces": "other", "ratio": ratio}),
        ("emit", "CO2", joint, "kg"), method=By.SYSTEM_EXPANSION,
    )  # fmt: skip
    book.process("other", ("out", "made", 1.0, "kg"), ("emit", "CO2", factor, "kg", {"name": "e"}))
    found = footprints(book)
    credit = acid * ratio * factor
    size = joint + credit
    assert found["metal"] * metal == pytest.approx(joint - credit, abs=1e-9 * size)
    assert found["metal"] * metal + found["acid"] * acid == pytest.approx(joint, abs=1e-9 * size)


# ---- several methods in one process (rule R17: metals by value, acid by expansion or subdivision)


def refinery(acid):
    """Rule R05 with an acid of its own kind; 2850 kg, prices per kg."""
    outputs = {"cathode": (1000.0, 70.0), "gold": (0.010, 560000.0), "silver": (0.35, 7200.0)}
    book = Book().process(
        "smelter", *(("out", name, kg, "kg") for name, (kg, _) in outputs.items()), ("out", "acid", 3.2, "t", acid),
        ("emit", "CO2", 2850.0, "kg"), ("emit", "CO2", 50.0, "kg", {"name": "gas cleaning", "to": "smelter-acid"}),
        method=By.ECONOMIC,
    )  # fmt: skip
    book.process("burning", ("out", "made acid", 1.0, "t"), ("emit", "CO2", 120.0, "kg", {"name": "burnt"}))
    book.prices = {name: Price(price, "CNY", "kg") for name, (_, price) in outputs.items()}
    return book


def test_metals_by_value_and_acid_by_expansion():
    """2850 - 384 = 2466 is shared 70000 : 5600 : 2520; the acid carries 384, and what belongs to it alone."""
    found = footprints(refinery({"by": By.SYSTEM_EXPANSION, "replaces": "burning", "ratio": 1.0}))
    kg = {"cathode": 1000 * found["cathode"], "gold": 0.010 * found["gold"], "silver": 0.35 * found["silver"]}
    assert kg == pytest.approx(
        {"cathode": 2466 * 70000 / 78120, "gold": 2466 * 5600 / 78120, "silver": 2466 * 2520 / 78120}
    )
    assert math.fsum(kg.values()) == pytest.approx(2466.0, rel=1e-12)
    assert found["acid"] * 3.2 == pytest.approx(384 + 50, rel=1e-12)


def test_metals_by_value_and_acid_by_subdivision():
    """The acid carries the 50 kg of gas cleaning alone, and needs no price."""
    found = footprints(refinery({"by": By.SUBDIVISION}))
    assert found["acid"] * 3.2 == pytest.approx(50.0, rel=1e-12)
    assert found["cathode"] * 1000 == pytest.approx(2850 * 70000 / 78120, rel=1e-12)


def test_two_methods_for_the_same_rest_are_refused():
    book = works(By.MASS, ("a", 1.0), ("b", 1.0, {"by": By.ENERGY}))
    with pytest.raises(AllocationError, match=r"several are stated for it \(energy, mass\)"):
        footprints(book)


def test_a_method_of_its_own_on_what_is_no_output_is_refused():
    book = works(By.MASS, ("a", 1.0), ("b", 1.0))
    book.exchanges[-1]["by"] = By.MASS
    with pytest.raises(AllocationError, match=r"no product output of their process, first <joint>"):
        footprints(book)


def test_the_only_other_product_credited_needs_no_method():
    assert footprints(smelter(By.NONE, by=By.SYSTEM_EXPANSION))["metal"] == pytest.approx(2.466, rel=1e-12)


def test_the_upstream_part_keeps_what_is_replaced():
    book = smelter()
    book.process("elsewhere", ("out", "y", 1.0, "kg"), ("emit", "CO2", 1.0, "kg", {"name": "e"}))
    inventory = book.inventory()
    part = upstream(inventory, 0)
    assert part.processes.ids == ["smelter", "burning"]
    made = assemble(part)
    assert made.system.tech_amount.tolist() == [3.2, -3.2]


@given(
    st.lists(st.tuples(positive, positive), min_size=2, max_size=6),
    st.sampled_from([By.MASS, By.ECONOMIC, By.PRICE_RATIO]),
    st.booleans(),
)
def test_the_parts_are_the_joint_burden_under_every_method(outputs, method, credited):
    book = works(method, *((f"p{i}", amount) for i, (amount, _) in enumerate(outputs)), joint=1000.0, rules=UP_TO_FIVE)
    book.prices = {f"p{i}": Price(price, "CNY", "kg") for i, (_, price) in enumerate(outputs)}
    if credited:
        book.process("other", ("out", "made", 1.0, "kg"), ("emit", "CO2", 0.5, "kg", {"name": "e"}))
        book.exchanges[1] |= {"by": By.SYSTEM_EXPANSION, "replaces": "other", "ratio": 1.0}
    found = footprints(book)
    parts = [found[f"p{i}"] * amount for i, (amount, _) in enumerate(outputs)]
    assert math.fsum(parts) == pytest.approx(1000.0, abs=1e-8 * (1000 + sum(a for a, _ in outputs)))
