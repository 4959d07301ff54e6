"""Use case 23: mass balance of unit processes, and inputs per unit of product within the expected ranges."""

import random

import pytest
from amounts import tries
from chains import exchange, process, product
from hypothesis import given
from hypothesis import strategies as st

from schemes.errors import SchemeDataError
from schemes.plausibility import check

GROUP = "id:product-group\\/"


def cell(anode=0.42, alumina=1.93, kwh=13400, carbon_dioxide=1.503, more=""):
    """One tonne of liquid aluminium; alumina gives 0.43 t of oxygen away that is not stated."""
    inputs = (
        (":anode", anode, "unit:TONNE"),
        (":alumina", alumina, "unit:TONNE"),
        (":power", kwh, "unit:KiloW-HR", "tm:defaultProvider ef:footprint-CN-grid-average-2024 ;"),
    )
    return (
        process(
            "liquid",
            unit="unit:TONNE",
            inputs=inputs,
            emissions=(("flow:CO2-fossil", carbon_dioxide, "unit:TONNE"),),
            more=more,
        )
        + process("anode", unit="unit:TONNE", emissions=(("flow:CO2-fossil", 600),))
        + process("alumina", unit="unit:TONNE", emissions=(("flow:CO2-fossil", 1250),))
        + product("power")
        + f":liquid tm:productGroup {GROUP}electrolytic-aluminium .\n"
        + f":anode tm:productGroup {GROUP}prebaked-anode .\n"
        + f":alumina tm:productGroup {GROUP}metallurgical-alumina .\n"
        + f":power tm:productGroup {GROUP}electricity .\n"
    )


@pytest.fixture
def ask(case):
    def asked(turtle, name="liquid"):
        return check(case(turtle).calculation(), f"https://example.org/{name}")

    return asked


def ranges(data):
    return {each["iri"].rpartition("/")[2]: each for each in data["ranges"]}


def balance(data, name):
    (found,) = [
        p for each in data["balances"] for p in each["processes"] if p["process"]["name_en"] == f"making {name}"
    ]
    return found


def test_uc23_an_anode_use_of_0_9_raises_a_warning(ask):
    found = ranges(ask(cell(anode=0.9)))["aluminium-anode"]
    assert (found["outside"], found["applied"][0]["value"], found["applied"][0]["within"]) == (1, 0.9, False)
    assert (found["identifier"], found["lower"], found["upper"]) == ("AL-13", 0.38, 0.48)
    assert found["severity"]["iri"].endswith("/warning")
    assert found["confidence"]["iri"].endswith("/project-choice")
    assert found["documents"][0]["iri"].endswith("/tanmai-choice")
    assert ask(cell(anode=0.9))["verdict"] == "warnings"


@pytest.mark.parametrize(
    ("number", "key", "outside"),
    [
        ({"anode": 0.38}, "aluminium-anode", 0),
        ({"anode": 0.48}, "aluminium-anode", 0),
        ({"anode": 0.4800001}, "aluminium-anode", 1),
        ({"alumina": 1.96}, "aluminium-alumina", 0),
        ({"alumina": 1.89}, "aluminium-alumina", 1),
        ({"kwh": 12500}, "aluminium-electricity", 0),
        ({"kwh": 15501}, "aluminium-electricity", 1),
    ],
)
def test_ends_belong_to_the_ranges(ask, number, key, outside):
    assert ranges(ask(cell(**number)))[key]["outside"] == outside


def test_inputs_of_a_group_are_added_up_and_units_converted(ask):
    more = ":liquid-making tm:input :second .\n" + exchange(
        "second", ":anode", 100, "unit:KiloGM", "tm:illustrative true ;"
    )
    found = ranges(ask(cell(anode=0.40) + more))["aluminium-anode"]["applied"][0]
    assert found["value"] == pytest.approx(0.5, rel=1e-12)
    assert (found["within"], len(found["exchanges"])) == (False, 2)


def test_a_process_that_passes_the_metal_on_is_not_held_against_its_making(ask):
    """Casting takes liquid aluminium and 60 kWh per tonne."""
    power = (":power", 60, "unit:KiloW-HR", "tm:defaultProvider ef:footprint-CN-grid-average-2024 ;")
    casting = process("ingot", unit="unit:TONNE", inputs=((":liquid", 1, "unit:TONNE"), power))
    casting += f":ingot tm:productGroup {GROUP}electrolytic-aluminium .\n"
    data = ask(cell() + casting, "ingot")
    assert [found["process"]["name_en"] for found in ranges(data)["aluminium-electricity"]["applied"]] == [
        "making liquid"
    ]


def test_without_product_groups_no_range_applies_and_that_is_said(ask):
    data = ask(process("metal", inputs=((":ore", 1),)) + process("ore"), "metal")
    assert [a["code"] for a in data["assumptions"]] == ["no-range-applied"]
    assert data["verdict"] == "warnings"  # ore out of nothing


def test_a_unit_that_cannot_be_converted_is_named_not_guessed(ask):
    turtle = cell().replace(":anode ; tm:amount 0.42 ;  tm:unit unit:TONNE", ":anode ; tm:amount 1 ;  tm:unit unit:NUM")
    turtle += ":anode tm:hasProperty :piece . :piece a tm:PropertyValue ; tm:property property:mass-per-piece ; tm:amount 0.42 ; "
    turtle += "tm:unit unit:TONNE ; tm:perUnit unit:NUM .\n"
    assert turtle != cell()
    found = ranges(ask(turtle))["aluminium-anode"]["applied"][0]
    assert found["value"] == pytest.approx(0.42, rel=1e-12)


def mixer(inputs, out=1000, emissions=(), more=""):
    """A process that mixes inputs; each input is made from nothing."""
    return (
        process("mix", amount=out, inputs=tuple((f":{n}", *rest) for n, *rest in inputs), emissions=emissions)
        + "".join(process(n, unit=rest[1] if len(rest) > 1 else "unit:KiloGM") for n, *rest in inputs)
        + more
    )


def test_mass_balance(ask):
    found = balance(
        ask(mixer([("sand", 0.6, "unit:TONNE"), ("lime", 500)], emissions=(("flow:CO2-fossil", 45),)), "mix"), "mix"
    )
    assert (found["entering_kg"], found["leaving_kg"], found["complete"]) == (1100, 1045, True)
    assert found["gap"] == pytest.approx(0.05)
    assert found["within"] is True  # exactly 5 %


def test_a_gap_above_five_percent_is_a_warning(ask):
    data = ask(mixer([("sand", 1100)], emissions=(("flow:CO2-fossil", 44.9),)), "mix")
    assert balance(data, "mix")["within"] is False
    assert data["verdict"] == "warnings"


DENSITY = ":oil tm:hasProperty :d . :d a tm:PropertyValue ; tm:property property:density ; tm:amount 0.8 ; tm:unit unit:KiloGM ; tm:perUnit unit:L .\n"


def test_stated_properties_turn_volumes_into_masses(ask):
    assert balance(ask(mixer([("oil", 1.25, "unit:M3")], more=DENSITY), "mix"), "mix")["gap"] == pytest.approx(0.0)


def test_what_cannot_be_assessed_is_named(ask):
    found = balance(ask(mixer([("sand", 990), ("oil", 1.25, "unit:M3")]), "mix"), "mix")
    assert (found["complete"], found["not_assessable_count"]) == (False, 1)
    (item,) = found["not_assessable"]
    assert (item["flow"]["name_en"], item["amount"], item["unit"]["symbol"]) == ("oil", 1.25, "m³")
    assert (found["entering_kg"], found["within"]) == (990, None)


@pytest.mark.parametrize(("sand", "out", "within"), [(1200, 1000, False), (800, 1000, None), (1000, 1000, None)])
def test_a_partial_balance_is_judged_only_where_the_unknown_can_but_widen_the_gap(ask, sand, out, within):
    data = ask(mixer([("sand", sand), ("oil", 1.25, "unit:M3")], out=out), "mix")
    assert balance(data, "mix")["within"] is within
    assert data["balances"][0]["undecided"] == (1 if within is None else 0)


def test_energy_has_no_mass_and_is_no_gap(ask):
    power = ("flow:CO2-fossil", 0)
    turtle = process(
        "mix", amount=1000,
        inputs=((":sand", 1000), (":power", 5, "unit:KiloW-HR", "tm:defaultProvider ef:footprint-CN-grid-average-2024 ;")),
        emissions=(power,),
    )  # fmt: skip
    found = balance(ask(turtle + process("sand") + product("power"), "mix"), "mix")
    assert (found["gap"], found["complete"]) == (0.0, True)


def test_a_credit_is_no_flow_of_the_process(ask):
    credit = ":mix-making tm:input :credit .\n" + exchange("credit", ":sand", 700, more="tm:avoided true ;")
    assert balance(ask(mixer([("sand", 1000)], more=credit), "mix"), "mix")["gap"] == 0.0


def test_uptake_of_carbon_dioxide_enters(ask):
    found = balance(ask(mixer([("sand", 900)], emissions=(("flow:CO2-biogenic-co2-uptake", -100),)), "mix"), "mix")
    assert (found["entering_kg"], found["leaving_kg"]) == (1000, 1000)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_gap_follows_the_amounts(ask, seed):
    chance = random.Random(seed)
    sand, lime, out = (chance.randint(1, 3000) for _ in range(3))
    found = balance(ask(mixer([("sand", sand), ("lime", lime)], out=out), "mix"), "mix")
    assert found["gap"] == pytest.approx(abs(sand + lime - out) / max(sand + lime, out), rel=1e-12)


MUST = """
:dry a tm:PlausibilityCheck ; rdfs:label "toy must"@en ; tm:checkedQuantity id:checked-quantity\\/input-per-unit ;
    tm:productGroup id:product-group\\/electrolytic-aluminium ; tm:inputGroup id:product-group\\/prebaked-anode ;
    tm:upperBound 0.5 ; tm:upperInclusive true ; tm:unit unit:TONNE ; tm:perUnit unit:TONNE ; tm:severity id:severity\\/error .
"""


def test_a_broken_must_fails(ask):
    assert ask(cell(anode=0.51) + MUST)["verdict"] == "fail"
    assert ask(cell(anode=0.47) + MUST)["verdict"] == "warnings"  # the balances of the toy processes


def test_a_check_without_a_unit_is_refused(ask):
    with pytest.raises(SchemeDataError, match="dry> needs tm:productGroup"):
        ask(cell() + MUST.replace("tm:perUnit unit:TONNE ;", ""))


def test_changing_a_range_in_the_graph_changes_the_verdict(ask):
    wider = MUST.replace("0.5 ", "0.6 ")
    assert ask(cell(anode=0.51) + wider)["verdict"] == "warnings"


@tries(20)
@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=4), st.integers(1, 10**6))
def test_a_gap_lies_between_nothing_and_all_and_has_no_unit(knowledge_store, masses, out):
    from chains import HEAD

    from graphstore.answers.graph import Calculation

    def gap(factor, unit):
        inputs = [(f"i{n}", mass * factor, unit) for n, mass in enumerate(masses)]
        turtle = mixer(inputs, out=out)
        knowledge_store.load_bytes((HEAD + turtle).encode(), key="case", format="turtle")
        return balance(check(Calculation(knowledge_store), "https://example.org/mix"), "mix")["gap"]

    found = gap(1, "unit:KiloGM")
    assert 0 <= found < 1
    assert gap(1000, "unit:GM") == pytest.approx(found, rel=1e-9, abs=1e-12)
