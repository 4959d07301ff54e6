"""Allocation of the burden of one process to its products (rule R05)."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from inventories import Book

from footprint import activities
from footprint.allocation import shares
from footprint.assemble import assemble
from footprint.errors import AllocationError, IncompleteInventory, InvalidInventory
from footprint.gaps import CutOffReason, Reading
from footprint.inventory import AllocationMethod as By
from footprint.inventory import Direction, Price
from footprint.units import Conversion

# The toy copper smelter of rule R05: 2850 kg CO2e for these outputs, prices per kg.
SMELTER = {"cathode": (1000.0, 70.0), "acid": (3200.0, 0.35), "gold": (0.010, 560000.0), "silver": (0.35, 7200.0)}
JOINT = 2850.0


def smelter(method, outputs=SMELTER, joint=JOINT):
    book = Book().process(
        "smelter", *(("out", name, amount, "kg") for name, (amount, _) in outputs.items()), ("emit", "CO2", joint, "kg"), method=method
    )  # fmt: skip
    book.prices = {name: Price(price, "CNY", "kg") for name, (_, price) in outputs.items()}
    return book


def carried(book, coproducts="error"):
    """kg CO2 that each product of a system carries, by product name."""
    inventory = book.inventory()
    assembly = assemble(inventory, Reading(coproducts=coproducts))
    kg = np.zeros(assembly.system.n)
    np.add.at(kg, assembly.system.bio_activity, assembly.system.bio_amount)
    return {inventory.flows.ids[int(p)]: float(k) for p, k in zip(assembly.product, kg, strict=True)}


def test_mass():
    found = carried(smelter(By.MASS))
    assert {name: round(kg, 2) for name, kg in found.items()} == {
        "cathode": 678.51, "acid": 2171.24, "gold": 0.01, "silver": 0.24,
    }  # fmt: skip
    assert math.fsum(found.values()) == pytest.approx(JOINT, rel=1e-12)


def test_economic():
    found = carried(smelter(By.ECONOMIC))
    assert {name: round(kg, 2) for name, kg in found.items()} == {
        "cathode": 2517.67, "acid": 40.28, "gold": 201.41, "silver": 90.64,
    }  # fmt: skip
    assert round(found["cathode"] / JOINT, 4) == 0.8834


def test_system_expansion():
    """Acid is credited with 120 kg per t made elsewhere: 2850 - 3.2 x 120 = 2466 for the metal (rule R05)."""
    book = Book().process(
        "smelter", ("out", "metal", 1000.0, "kg"), ("out", "acid", 3.2, "t", {"avoided": True}), ("emit", "CO2", JOINT, "kg")
    )  # fmt: skip
    book.process("acid plant", ("out", "acid", 1.0, "t", {"name": "made"}), ("emit", "CO2", 120.0, "kg", {"name": "e"}))
    system = assemble(book.inventory()).system
    assert system.tech_amount.tolist() == [-3.2]
    assert JOINT + system.tech_amount[0] * 120.0 == 2466.0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_results_follow_the_inputs(seed):
    """The same formulas after one output and one price changed at random."""
    random = np.random.default_rng(seed)
    outputs = dict(SMELTER)
    changed = str(random.choice(list(outputs)))
    amount, price = outputs[changed][0] * random.uniform(0.1, 9), outputs[changed][1] * random.uniform(0.1, 9)
    outputs[changed] = (amount, price)
    by_mass, by_value = carried(smelter(By.MASS, outputs)), carried(smelter(By.ECONOMIC, outputs))
    mass = sum(m for m, _ in outputs.values())
    value = sum(m * p for m, p in outputs.values())
    for name, (m, p) in outputs.items():
        assert by_mass[name] == pytest.approx(JOINT * m / mass, rel=1e-12)
        assert by_value[name] == pytest.approx(JOINT * m * p / value, rel=1e-12)
    assert by_mass[changed] != pytest.approx(carried(smelter(By.MASS))[changed], rel=1e-3)


def cogeneration(method):
    book = Book().process(
        "plant", ("out", "power", 100.0, "kWh"), ("out", "gas", 40.0, "kg"), ("emit", "CO2", 90.0, "kg"), method=method
    )
    book.conversions["gas"] = [Conversion(13.5, "MJ", "kg")]
    return book


def test_energy_by_heating_value():
    """Power 100 kWh = 360 MJ; gas 40 kg x 13.5 MJ/kg = 540 MJ; 90 kg are shared 36 to 54."""
    assert carried(cogeneration(By.ENERGY)) == pytest.approx({"power": 36.0, "gas": 54.0}, rel=1e-12)


def test_a_weight_that_cannot_be_had_is_an_error():
    with pytest.raises(AllocationError, match=r"<plant>: mass allocation needs a mass.*<power>"):
        carried(cogeneration(By.MASS))
    book = cogeneration(By.ENERGY)
    book.conversions = {}
    with pytest.raises(AllocationError, match=r"needs an energy.*heating value.*<gas>"):
        carried(book)


def test_economic_needs_every_price_in_one_currency():
    book = smelter(By.ECONOMIC)
    book.prices["gold"] = Price(70000.0, "EUR", "kg")
    with pytest.raises(AllocationError, match="different currencies"):
        carried(book)
    del book.prices["gold"]
    with pytest.raises(AllocationError, match=r"needs the price of <gold>"):
        carried(book)


def test_a_price_per_another_unit_is_converted():
    """Gold at 560 CNY per gram is the gold of rule R05 at 560000 per kg."""
    book = smelter(By.ECONOMIC)
    book.prices["gold"] = Price(560.0, "CNY", "g")
    assert round(carried(book)["gold"], 2) == 201.41


def test_an_output_without_value_is_waste_and_carries_nothing():
    """Rule R05: a flow is waste when its value is zero or less."""
    book = smelter(By.ECONOMIC)
    book.prices["acid"] = Price(-0.1, "CNY", "kg")
    found = carried(book)
    assert found["acid"] == 0.0
    assert math.fsum(found.values()) == pytest.approx(JOINT, rel=1e-12)
    # cathode 70000, gold 5600, silver 2520 CNY: 2850 x 70000 / 78120
    assert found["cathode"] == pytest.approx(JOINT * 70000 / 78120, rel=1e-12)


def test_nothing_of_value_is_an_error():
    book = smelter(By.ECONOMIC)
    book.prices = {name: Price(0.0, "CNY", "kg") for name in SMELTER}
    with pytest.raises(AllocationError, match=r"weights of its 4 products sum to 0"):
        carried(book)


def stated(*factors):
    outputs = [("out", f"p{i}", 1.0, "kg", {} if f is None else {"share": f}) for i, f in enumerate(factors)]
    return Book().process("mill", *outputs, ("emit", "CO2", 10.0, "kg"), method=By.STATED)


def test_stated_factors():
    assert carried(stated(0.25, 0.75)) == {"p0": 2.5, "p1": 7.5}
    assert carried(stated(1.0, 0.0)) == {"p0": 10.0, "p1": 0.0}


@pytest.mark.parametrize("factors", [(0.25, 0.7), (0.5, 0.5 + 2e-9), (1.5, -0.5), (math.inf, 0.0)])
def test_stated_factors_must_sum_to_one(factors):
    with pytest.raises(
        AllocationError, match=r"<mill>: stated allocation factors .* must be non-negative and sum to 1"
    ):
        carried(stated(*factors))


def test_stated_factors_may_miss_one_by_rounding():
    assert carried(stated(0.3333333333, 0.3333333333, 0.3333333334))["p2"] == pytest.approx(3.333333334)


def test_a_missing_stated_factor_is_named():
    with pytest.raises(AllocationError, match=r"tm:allocationFactor is missing on <mill-p1>"):
        carried(stated(1.0, None))


def test_subdivision_needs_no_factor():
    """Rule R05 (1): exchanges that belong to one product wholly go there."""
    book = Book().process(
        "site", ("out", "a", 1.0, "kg"), ("out", "b", 1.0, "kg"),
        ("emit", "CO2", 7.0, "kg", {"to": "site-a", "name": "e1"}), ("emit", "CO2", 5.0, "kg", {"to": "site-b", "name": "e2"}),
    )  # fmt: skip
    assert carried(book) == {"a": 7.0, "b": 5.0}


def test_subdivision_first_then_the_rest_by_mass():
    """8 kg belong to a; the other 12 are shared 1 to 3: a 8 + 3, b 9."""
    book = Book().process(
        "site", ("out", "a", 1.0, "kg"), ("out", "b", 3.0, "kg"),
        ("emit", "CO2", 8.0, "kg", {"to": "site-a", "name": "e1"}), ("emit", "CO2", 12.0, "kg", {"name": "e2"}),
        method=By.MASS,
    )  # fmt: skip
    assert carried(book) == pytest.approx({"a": 11.0, "b": 9.0}, rel=1e-12)


def test_an_exchange_cannot_belong_to_the_product_of_another_process():
    book = (
        Book()
        .process("one", ("out", "a", 1.0, "kg"))
        .process("two", ("out", "b", 1.0, "kg"), ("emit", "CO2", 5.0, "kg", {"to": "one-a"}))
    )
    with pytest.raises(AllocationError, match=r"first <two-CO2> with tm:allocatedTo <one-a>"):
        carried(book)


def furnace(method=By.NONE, **options):
    """Sludge and 3 kg of ash for each kg of it are burnt together: 8 kg CO2."""
    return Book().waste("sludge", "ash").process(
        "furnace", ("in", "sludge", 1.0, "kg"), ("in", "ash", 3000.0, "g", options), ("emit", "CO2", 8.0, "kg"), method=method
    )  # fmt: skip


def test_wastes_treated_together_share_by_mass():
    assert carried(furnace(By.MASS)) == pytest.approx({"sludge": 2.0, "ash": 6.0}, rel=1e-12)
    assert carried(furnace(), "mass") == pytest.approx({"sludge": 2.0, "ash": 6.0}, rel=1e-12)


@pytest.mark.parametrize(("fee", "sludge"), [(1.0, 2.0), (3.0, 0.8)])
def test_wastes_treated_together_share_by_what_the_treatment_is_paid(fee, sludge):
    """Sludge 1 kg x 1 CNY, ash 3 kg x 1 or 3 CNY: 8 x 1/4 or 8 x 1/10 to the sludge."""
    book = furnace(By.ECONOMIC)
    book.prices = {"sludge": Price(1.0, "CNY", "kg"), "ash": Price(fee, "CNY", "kg")}
    assert carried(book) == pytest.approx({"sludge": sludge, "ash": 8.0 - sludge}, rel=1e-12)


@pytest.mark.parametrize("fee", [0.0, -1.0])
def test_a_waste_treated_for_nothing_carries_its_mass_all_the_same(fee):
    """What is treated is no waste of the treatment: ash is 3 of 4 kg, paid for or not; by value it carries nothing."""
    book = furnace(By.MASS)
    book.prices = {"sludge": Price(1.0, "CNY", "kg"), "ash": Price(fee, "CNY", "kg")}
    assert carried(book) == pytest.approx({"sludge": 2.0, "ash": 6.0}, rel=1e-12)
    book.prices["sludge"] = Price(fee, "CNY", "kg")
    assert carried(book) == pytest.approx({"sludge": 2.0, "ash": 6.0}, rel=1e-12)


def test_a_waste_treated_may_have_a_stated_factor_and_exchanges_of_its_own():
    book = furnace(By.STATED, share=0.25)
    book.exchanges[0]["share"] = 0.75
    book.exchanges.append(
        {"process": "furnace", "side": Direction.EMISSION, "flow": "CO2", "amount": 1.0, "unit": "kg", "name": "e", "to": "furnace-ash"}
    )  # fmt: skip
    assert carried(book) == pytest.approx({"sludge": 6.0, "ash": 3.0}, rel=1e-12)


def test_a_treatment_may_also_make_something():
    book = furnace(By.MASS)
    book.process("x", ("out", "slag", 1.0, "kg"))
    book.exchanges.append(book.exchanges.pop() | {"process": "furnace", "amount": 4.0, "name": "furnace-slag"})
    del book.processes["x"]
    assert carried(book) == pytest.approx({"sludge": 1.0, "ash": 3.0, "slag": 4.0}, rel=1e-12)


def test_wastes_treated_together_without_a_method_are_an_error_or_cut_off():
    with pytest.raises(
        AllocationError, match=r"treat several wastes, .* first <furnace> with <ash> beside its reference"
    ):
        carried(furnace())
    assert carried(furnace(), "unallocated") == {"sludge": 8.0}
    found = assemble(furnace().inventory(), Reading(coproducts="unallocated")).cut_offs
    assert (found.exchange.tolist(), found.reason.tolist()) == ([1], [CutOffReason.UNALLOCATED_PRODUCT])


def test_a_demand_for_a_waste_that_carries_nothing_is_not_linked():
    book = furnace().process("mill", ("out", "flour", 1.0, "kg"), ("out", "ash", 2.0, "kg"))
    with pytest.raises(IncompleteInventory, match=r"<ash> is a co-product of a process without an allocation method"):
        assemble(book.inventory(), Reading(coproducts="unallocated"))


def test_a_negative_or_avoided_waste_input_is_refused():
    book = furnace(By.MASS)
    book.exchanges[1]["amount"] = -3.0
    with pytest.raises(
        InvalidInventory, match=r"negative amount, first <furnace-ash>.*a waste that is made as tm:output"
    ):
        carried(book)
    with pytest.raises(InvalidInventory, match="waste that their process does not treat: <furnace-ash>"):
        carried(furnace(By.MASS, avoided=True))


def joint():
    return Book().process("farm", ("out", "grain", 4.0, "kg"), ("out", "straw", 6.0, "kg"), ("emit", "CO2", 10.0, "kg"))


def test_co_products_without_a_method_are_an_error():
    with pytest.raises(AllocationError, match=r"<farm> with <straw>.*--coproducts unallocated \| mass"):
        carried(joint())


def test_readings_for_co_products_without_a_method():
    assert carried(joint(), "mass") == pytest.approx({"grain": 4.0, "straw": 6.0}, rel=1e-12)
    assert carried(joint(), "unallocated") == {"grain": 10.0}
    with pytest.raises(AllocationError, match="energy allocation needs an energy"):
        carried(joint(), "energy")


def test_a_reading_does_not_replace_a_stated_method():
    assert carried(smelter(By.MASS), "economic")["cathode"] == pytest.approx(678.51, abs=0.005)


def test_unallocated_needs_a_reference_product():
    book = Book().process(
        "farm", ("out", "grain", 4.0, "kg"), ("out", "straw", 6.0, "kg"), ("emit", "CO2", 10.0, "kg"), reference="none"
    )
    with pytest.raises(AllocationError, match=r"no tm:quantitativeReference, first <farm>"):
        carried(book, "unallocated")


def test_a_negative_co_product_is_refused():
    book = Book().process("mill", ("out", "flour", 1.0, "kg"), ("out", "bran", -1.0, "kg"), method=By.MASS)
    with pytest.raises(InvalidInventory, match=r"negative amount, first <mill-bran>.*tm:avoided"):
        carried(book)


def test_an_unknown_reading_is_refused():
    with pytest.raises(
        InvalidInventory,
        match="coproducts is 'volume'; choose one of economic, energy, error, mass, price-ratio, system-expansion",
    ):
        Reading(coproducts="volume")


@given(st.lists(st.floats(0, 1e9), min_size=2, max_size=8), st.sampled_from(["kg", "t", "g"]))
def test_factors_sum_to_one_in_any_unit(amounts, unit):
    assume(sum(amounts) > 1e-3)
    book = Book().process("p", *(("out", f"f{i}", a, unit) for i, a in enumerate(amounts)), method=By.MASS)
    found = shares(book.inventory(), 0, np.arange(len(amounts)), By.MASS)
    assert math.fsum(found) == pytest.approx(1.0, abs=1e-12)
    assert np.allclose(found, np.array(amounts) / math.fsum(amounts), rtol=1e-12)


@given(st.lists(st.floats(0.01, 1e6), min_size=2, max_size=5), st.integers(1, 4))
def test_what_is_handed_out_is_what_there_is(amounts, shared):
    emissions = [("emit", "CO2", 1.5 * (i + 1), "kg", {"name": f"e{i}"}) for i in range(shared)]
    outputs = [("out", f"f{i}", a, "kg") for i, a in enumerate(amounts)]
    inventory = Book().process("p", *outputs, *emissions, method=By.MASS).inventory()
    split = activities.build(inventory, "error")
    exchange, _, share = activities.spread(inventory, split, np.arange(len(outputs), len(outputs) + shared))
    handed = np.bincount(exchange, share, minlength=len(outputs) + shared)[len(outputs) :]
    assert np.allclose(handed, 1.0, rtol=0, atol=1e-12)
