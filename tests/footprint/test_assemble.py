"""Assembly: linked, converted, allocated; refusals name the culprit; the laws that every assembly keeps."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inventories import CO2E, UPTAKE, Book

from footprint.assemble import assemble
from footprint.compile import compile_system
from footprint.errors import AllocationError, IncompleteInventory, InvalidInventory, UnitError
from footprint.gaps import Assumption, CutOffReason, Reading
from footprint.inventory import AllocationMethod as By
from footprint.inventory import FlowKind
from footprint.solve import scores
from footprint.units import Conversion

CUT = Reading(unlinked="cutoff", coproducts="unallocated")


def footprints(book, reading=None, uptake=0.0):
    """kg CO2e per reference unit, by activity."""
    inventory = book.inventory()
    assembly = assemble(inventory, reading)
    compiled = compile_system(assembly.system)
    found = scores(compiled, compiled.cost(np.array([1.0, uptake, 1.0])))
    return dict(zip(assembly.system.activity_ids, found.values.tolist(), strict=True))


def assumed(book):
    """Exchanges that rest on an assumption, and on which."""
    found = assemble(book.inventory())
    names = [found.system.exchange_ids[e] for e in found.assumed.exchange]
    return dict(zip(names, found.assumed.kind.tolist(), strict=True))


def test_a_chain_in_mixed_units():
    """Steel 1.8 kg CO2/kg; 250 g steel and 2 L oil (850 kg/m3, 3 kg CO2/kg) per part: 0.45 + 5.1."""
    book = Book().process("steel", ("out", "steel", 1.0, "t"), ("emit", "CO2", 1.8, "t"))
    book.process("oil", ("out", "oil", 1.0, "kg"), ("emit", "CO2", 3000.0, "g"))
    book.process("part", ("out", "part", 1.0, "piece"), ("in", "steel", 250.0, "g"), ("in", "oil", 2.0, "L"))
    book.conversions["oil"] = [Conversion(850.0, "kg", "m3")]
    assert footprints(book) == pytest.approx({"steel": 1800.0, "oil": 3.0, "part": 5.55}, rel=1e-12)


def test_a_factor_supplies_in_its_own_unit():
    book = Book().process("part", ("out", "part", 2.0, "piece"), ("in", "power", 36.0, "MJ", {"provider": "grid"}))
    book.factor("grid", "kWh", 0.5777, CO2E)
    assert footprints(book)["part"] == pytest.approx(10 * 0.5777 / 2, rel=1e-12)


def test_a_self_loop_takes_its_share():
    """A process that uses a quarter of what it makes: 3 / (1 - 0.25)."""
    book = Book().process(
        "mill", ("out", "steel", 1.0, "kg"), ("in", "steel", 0.25, "kg", {"name": "own"}), ("emit", "CO2", 3.0, "kg")
    )
    assert footprints(book)["mill"] == pytest.approx(4.0, rel=1e-12)


def test_a_loop_of_two():
    """a = 10 + 0.5 b, b = 4 + 0.2 a: a = 12 / 0.9, b = 6 / 0.9."""
    book = Book().process("a", ("out", "x", 1.0, "kg"), ("in", "y", 0.5, "kg"), ("emit", "CO2", 10.0, "kg"))
    book.process("b", ("out", "y", 1.0, "kg"), ("in", "x", 0.2, "kg"), ("emit", "CO2", 4.0, "kg"))
    assert footprints(book) == pytest.approx({"a": 12 / 0.9, "b": 6 / 0.9}, rel=1e-12)


def test_waste_is_charged_to_the_process_that_makes_it():
    """2 kg waste, treated at 5 kg CO2 per kg: 1 + 10."""
    book = (
        Book()
        .waste("w")
        .process("part", ("out", "part", 1.0, "piece"), ("out", "w", 2.0, "kg"), ("emit", "CO2", 1.0, "kg"))
    )
    book.process("kiln", ("in", "w", 1.0, "t"), ("emit", "CO2", 5.0, "t"))
    assert footprints(book) == pytest.approx({"part": 11.0, "kiln": 5000.0}, rel=1e-12)


@pytest.mark.parametrize("side", ["in", "out"])
def test_an_avoided_product_is_a_credit(side):
    """10 kg, less 2 kg of steam that another boiler need not make at 3 kg CO2 each (openLCA writes it as an input)."""
    book = Book().process(
        "part",
        ("out", "part", 1.0, "piece"),
        (side, "steam", 2.0, "kg", {"avoided": True}),
        ("emit", "CO2", 10.0, "kg"),
    )
    book.process("boiler", ("out", "steam", 1.0, "kg"), ("emit", "CO2", 3.0, "kg"))
    assert footprints(book)["part"] == pytest.approx(4.0, rel=1e-12)


def test_uptake_is_negative_whether_it_stands_as_input_or_as_emission():
    for side, amount in (("in", 1.5), ("emit", -1.5)):
        book = Book().process(
            "tree", ("out", "wood", 1.0, "kg"), (side, "uptake", amount, "kg"), ("emit", "CO2", 2.0, "kg")
        )
        assert footprints(book, uptake=1.0)["tree"] == pytest.approx(0.5, rel=1e-12)


def test_a_positive_emission_of_a_removal_is_refused():
    book = Book().process("tree", ("out", "wood", 1.0, "kg"), ("emit", "uptake", 1.5, "kg"))
    with pytest.raises(InvalidInventory, match=r"positive amount of a removal: <tree-uptake>"):
        assemble(book.inventory())


def test_a_negative_uptake_is_a_release_and_reported():
    book = Book().process("tree", ("out", "wood", 1.0, "kg"), ("in", "uptake", -1.5, "kg"))
    assert footprints(book, uptake=1.0)["tree"] == 1.5
    assert assumed(book) == {"tree-uptake": Assumption.NEGATIVE_UPTAKE}


def test_a_factor_with_a_positive_removal_is_refused():
    book = Book().process("part", ("out", "part", 1.0, "kg"), ("in", "wood", 1.0, "kg", {"provider": "tree"}))
    book.factor("tree", "kg", 1.6, UPTAKE)
    with pytest.raises(InvalidInventory, match=r"<tree> states a positive amount of a removal"):
        assemble(book.inventory())
    assert footprints(book.factor("tree", "kg", -1.6, UPTAKE), uptake=1.0)["part"] == pytest.approx(-1.6)


def test_a_stated_provider_beats_the_lowest_identifier():
    book = Book().process("b", ("out", "x", 1.0, "kg"), ("emit", "CO2", 5.0, "kg"))
    book.process("a", ("out", "x", 1.0, "kg", {"name": "a-x"}), ("emit", "CO2", 1.0, "kg", {"name": "a-e"}))
    book.process("part", ("out", "part", 1.0, "kg"), ("in", "x", 1.0, "kg", {"name": "asked", "provider": "b"}))
    assert footprints(book)["part"] == 5.0
    book.exchanges[-1].pop("provider")
    assert footprints(book)["part"] == 1.0
    assert assumed(book) == {"asked": Assumption.LOWEST_IDENTIFIER}


def test_a_rule_in_a_linking_graph_is_reported_though_it_names_a_provider():
    book = Book().process("a", ("out", "x", 1.0, "kg"))
    book.process(
        "part", ("out", "part", 1.0, "kg"), ("in", "x", 1.0, "kg", {"provider": "a", "by_rule": True, "name": "asked"})
    )
    assert assumed(book) == {"asked": Assumption.LOWEST_IDENTIFIER}


def test_a_provider_of_another_flow_supplies_and_is_reported():
    book = Book().process("a", ("out", "x", 1.0, "kg"), ("emit", "CO2", 2.0, "kg"))
    book.process("part", ("out", "part", 1.0, "kg"), ("in", "y", 3.0, "kg", {"provider": "a"}))
    assert assumed(book) == {"part-y": Assumption.SUBSTITUTED_PROVIDER}
    assert footprints(book)["part"] == 6.0


def test_a_provider_with_co_products_supplies_the_one_that_is_asked_for():
    book = Book().process(
        "a", ("out", "x", 1.0, "kg"), ("out", "y", 3.0, "kg"), ("emit", "CO2", 8.0, "kg"), method=By.MASS
    )
    book.process("part", ("out", "part", 1.0, "kg"), ("in", "y", 1.0, "kg", {"name": "asked", "provider": "a"}))
    assert footprints(book)["part"] == pytest.approx(8 * 0.75 / 3, rel=1e-12)
    book.exchanges[-1] |= {"flow": "z"}
    book.flows["z"] = FlowKind.PRODUCT
    with pytest.raises(IncompleteInventory, match=r"<asked> names <a>.* none of them <z>"):
        assemble(book.inventory())


def test_a_factor_that_is_refused_is_refused_only_where_it_is_used():
    book = Book().process("part", ("out", "part", 1.0, "kg"), ("in", "power", 1.0, "kWh", {"provider": "co2-only"}))
    book.factor("co2-only", "kWh", 0.5, refusal="it is CO2 only.").factor("whole", "kWh", 0.6)
    with pytest.raises(InvalidInventory, match=r"<co2-only> may not enter a product footprint: it is CO2 only"):
        assemble(book.inventory())
    book.exchanges[-1]["provider"] = "whole"
    assert footprints(book)["part"] == pytest.approx(0.6)


def gappy():
    """A part that needs something nobody makes, makes a waste nobody treats, and has a co-product without a method."""
    return Book().waste("w").process(
        "part", ("out", "part", 1.0, "kg"), ("out", "chips", 1.0, "kg"), ("in", "nothing", 2.0, "kg"),
        ("out", "w", 1.0, "kg"), ("emit", "CO2", 7.0, "kg"),
    )  # fmt: skip


def test_every_gap_is_listed_with_its_reason():
    found = assemble(gappy().inventory(), CUT)
    cut = [found.system.exchange_ids[e] for e in found.cut_offs.exchange]
    assert dict(zip(cut, found.cut_offs.reason.tolist(), strict=True)) == {
        "part-nothing": CutOffReason.UNLINKED_INPUT,
        "part-w": CutOffReason.UNTREATED_WASTE,
        "part-chips": CutOffReason.UNALLOCATED_PRODUCT,
    }
    assert footprints(gappy(), CUT) == {"part": 7.0}


@pytest.mark.parametrize(
    ("reading", "error", "words"),
    [
        (Reading(), AllocationError, "<part> with <chips>"),
        (Reading(coproducts="unallocated"), IncompleteInventory, r"2 exchanges ask for 2 flows.*--unlinked cutoff"),
        (Reading(unlinked="cutoff"), AllocationError, "no allocation method"),
    ],
)
def test_gaps_are_errors_unless_the_reading_allows_them(reading, error, words):
    with pytest.raises(error, match=words):
        assemble(gappy().inventory(), reading)


def test_a_gap_elsewhere_can_be_tolerated():
    """The gaps are looked for in the processes that are asked about."""
    inventory = gappy().process("other", ("out", "o", 1.0, "kg"), ("emit", "CO2", 1.0, "kg", {"name": "e"})).inventory()
    found = assemble(inventory, CUT).cut_offs
    Reading().require(found, inventory.processes.ids, inventory.flows.ids, np.array([False, True]))
    with pytest.raises(AllocationError, match="<part>"):
        Reading().require(found, inventory.processes.ids, inventory.flows.ids, np.array([True, False]))


def plain(**changes):
    """One process with one emission, changed."""
    options = {k: v for k, v in changes.items() if k not in {"side", "flow", "amount", "unit"}}
    row = ("emit", "CO2", 2.0, "kg")
    row = tuple(changes.get(key, value) for key, value in zip(("side", "flow", "amount", "unit"), row, strict=True))
    return Book().process("p", ("out", "x", 1.0, "kg"), (*row, {"name": "culprit", **options}))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": math.nan}, r"no finite tm:amount: <culprit>"),
        ({"amount": math.inf}, r"no finite tm:amount: <culprit>"),
        ({"amount": -math.inf}, r"no finite tm:amount: <culprit>"),
        ({"unit": None}, r"no tm:unit: <culprit>"),
        ({"side": "in"}, r"take a greenhouse gas up.*<culprit>"),
        ({"flow": "x"}, r"tm:emission of no elementary flow: <culprit>"),
        ({"avoided": True}, r"avoided elementary flows: <culprit>"),
        ({"side": "in", "flow": "steam", "amount": -1.0, "avoided": True}, r"avoided and negative: <culprit>"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(change, words):
    with pytest.raises(InvalidInventory, match=words):
        assemble(plain(**change).inventory(), CUT)


def test_a_waste_taken_in_without_treating_it_is_refused():
    """It would be charged with the treatment that it replaces."""
    book = Book().waste("scrap").process("oven", ("out", "ingot", 1.0, "kg"), ("in", "scrap", 1.1, "kg"))
    book.process("landfill", ("in", "scrap", 1.0, "kg", {"name": "dumped"}))
    with pytest.raises(InvalidInventory, match=r"waste that their process does not treat: <oven-scrap>"):
        assemble(book.inventory())


@pytest.mark.parametrize("reference", ["p-CO2", "p-in", "other-x", "p-credit", "p-w"])
def test_a_quantitative_reference_must_be_a_product_of_its_process(reference):
    book = Book().waste("w").process(
        "p", ("out", "x", 1.0, "kg"), ("emit", "CO2", 2.0, "kg"), ("in", "x", 0.1, "kg", {"name": "p-in"}),
        ("out", "s", 1.0, "kg", {"name": "p-credit", "avoided": True}), ("out", "w", 1.0, "kg"),
    )  # fmt: skip
    book.process("other", ("out", "x", 1.0, "kg", {"name": "other-x"}))
    book.processes["p"]["reference"] = reference
    with pytest.raises(InvalidInventory, match=rf"<p> has the quantitative reference <{reference}>"):
        assemble(book.inventory(), CUT)


def test_a_process_without_a_product_is_refused():
    book = Book().process("p", ("emit", "CO2", 2.0, "kg"), reference="none")
    with pytest.raises(InvalidInventory, match=r"1 processes have no product, first <p>"):
        assemble(book.inventory())


def test_the_only_product_is_the_reference_without_saying_so():
    book = Book().process("p", ("out", "x", 2.0, "kg"), ("emit", "CO2", 3.0, "kg"), reference="none")
    assert footprints(book) == {"p": 1.5}


def test_a_unit_of_another_kind_is_refused_with_exchange_and_flow():
    with pytest.raises(UnitError, match=r"exchange <culprit>, flow <CO2>: <kWh> cannot be converted to <kg>"):
        assemble(plain(unit="kWh").inventory())


def test_a_zero_amount_is_nothing():
    book = plain(amount=0.0).process("q", ("out", "y", 1.0, "kg"), ("in", "missing", 0.0, "kg"))
    assert footprints(book) == {"p": 0.0, "q": 0.0}


# ---- laws, on random chains: process i makes flow i in kg and takes kg of lower ones, so that every chain ends


@st.composite
def books(draw):
    size = draw(st.integers(1, 6))
    amounts = st.floats(0.01, 100.0)
    rows = []
    for i in range(size):
        inputs = draw(st.lists(st.tuples(st.integers(0, max(0, i - 1)), amounts), max_size=3)) if i else []
        emissions = draw(st.lists(amounts, max_size=2))
        rows.append((draw(st.sampled_from([0.5, 1.0, 40.0])), inputs, emissions, draw(st.booleans())))
    return rows


def built(rows, unit="kg", scale=1.0, order=None, emitted=1.0):
    """A book of these rows; amounts may be stated in another unit, exchanges and processes in another order."""
    book = Book()
    for i in order or range(len(rows)):
        production, inputs, emissions, two = rows[i]
        listed = [("out", f"f{i}", production * scale, unit)]
        listed += [("out", f"side{i}", production * 3 * scale, unit)] if two else []
        listed += [("in", f"f{j}", a * scale, unit, {"name": f"{i}-{n}"}) for n, (j, a) in enumerate(inputs)]
        listed += [("emit", "CO2", a * emitted, "kg", {"name": f"{i}-e{n}"}) for n, a in enumerate(emissions)]
        if order:
            listed[1:] = listed[:0:-1]
        book.process(f"p{i}", *listed, method=By.MASS if two else By.NONE)
    return book


def expected(rows):
    """By hand: own emissions and inputs over production; a side product of three times the mass takes three quarters."""
    value = []
    for production, inputs, emissions, two in rows:
        whole = sum(emissions) + sum(a * value[j] for j, a in inputs)
        value.append(whole * (0.25 if two else 1.0) / production)
    return value


def per_kg(rows, found, scale=1.0):
    return [found[f"p{i}-f{i}" if rows[i][3] else f"p{i}"] * scale for i in range(len(rows))]


@given(books())
def test_a_chain_is_its_own_sum(rows):
    assert per_kg(rows, footprints(built(rows))) == pytest.approx(expected(rows), rel=1e-9)


@given(books())
def test_the_unit_that_amounts_are_stated_in_changes_nothing(rows):
    in_tonnes = footprints(built(rows, "t", 0.001))
    assert per_kg(rows, in_tonnes, 0.001) == pytest.approx(expected(rows), rel=1e-9)


@given(books(), st.randoms(use_true_random=False))
def test_the_order_of_statements_changes_nothing(rows, shuffler):
    order = list(range(len(rows)))
    shuffler.shuffle(order)
    assert per_kg(rows, footprints(built(rows, order=order))) == pytest.approx(expected(rows), rel=1e-9)


@given(books(), st.floats(0.01, 100.0))
def test_footprints_are_linear_in_the_emissions(rows, factor):
    assert per_kg(rows, footprints(built(rows, emitted=factor))) == pytest.approx(
        [factor * value for value in expected(rows)], rel=1e-9
    )


@given(books())
def test_co_products_carry_together_what_the_process_carries(rows):
    found = footprints(built(rows))
    alone = footprints(built([(p, i, e, False) for p, i, e, _ in rows[:1]]))
    production = rows[0][0]
    if rows[0][3]:
        together = found["p0-f0"] * production + found["p0-side0"] * 3 * production
        assert together == pytest.approx(alone["p0"] * production, rel=1e-9)
    else:
        assert found["p0"] == pytest.approx(alone["p0"], rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_one_random_change_moves_the_total_by_the_formula(seed):
    """R31: profile 120 + 1.08 x (9400 + 1.92 x alumina), with one of the five numbers changed."""
    numbers = [120.0, 1.08, 9400.0, 1.92, 1250.0]
    randomly = random.Random(seed)
    position = randomly.randrange(5)
    numbers[position] *= randomly.uniform(0.2, 5)
    own, ingot_use, ingot_own, alumina_use, alumina = numbers
    book = Book().process("alumina", ("out", "al2o3", 1.0, "t"), ("emit", "CO2", alumina, "kg"))
    book.process(
        "smelter", ("out", "ingot", 1.0, "t"), ("in", "al2o3", alumina_use, "t"), ("emit", "CO2", ingot_own, "kg")
    )
    book.process("press", ("out", "profile", 1.0, "t"), ("in", "ingot", ingot_use, "t"), ("emit", "CO2", own, "kg"))
    total = own + ingot_use * (ingot_own + alumina_use * alumina)
    assert total != pytest.approx(12864.0, rel=1e-6)
    assert footprints(book)["press"] == pytest.approx(total, rel=1e-12)
