"""The difference of two results, term by term and number by number: it adds up, and says why."""

import random
from importlib.resources import files

import pytest
from amounts import tries
from chains import EX, HEAD, ID, UNIT, Case, process, product
from hypothesis import given
from hypothesis import strategies as st

from graphstore.answers.compare import Asked, compare
from graphstore.errors import ExtractionError

CO2 = "flow:CO2-fossil"
DEMO = "https://w3id.org/tanmai/demo/"
CATEGORY = "tm:productGroup <https://w3id.org/tanmai/id/product-group/electrolytic-aluminium>"


def against(loaded, first, second=None, one=None, two=None, **more):
    """Compare two products of one graph under settings of their own."""
    a = Asked(loaded.calculation(**(one or {})), EX + first)
    b = Asked(loaded.calculation(**(two or {})), EX + (second or first))
    return compare(a, b, **more)


def factor(name, unit, kg, more=""):
    return (
        f":{name} a tm:EmissionFactor ; tm:perUnit {unit} ; {more} tm:gasMass :{name}-mass .\n"
        f":{name}-mass a tm:GasMass ; tm:gas gas:CO2 ; tm:emissionCategory category:fossil ; tm:amount {kg} ; tm:unit unit:KiloGM .\n"
    )


def by_name(lines):
    return {line["name"]["iri"].rpartition("/")[2]: line for line in lines}


def assert_adds_up(data):
    """Every division of a comparison sums to its difference within the bounds, and says what is left."""
    gap = data["difference"]["value"]
    size = abs(data["a"]["total"]["value"]) + abs(data["b"]["total"]["value"])
    assert gap == data["b"]["total"]["value"] - data["a"]["total"]["value"]
    for key in ("gases", "stages"):
        slack = sum(line["error_bound"] for line in data[key]) + data["difference"]["error_bound"] + 1e-12 * size
        assert abs(sum(line["difference"] for line in data[key]) - gap) <= slack, key
    for key in ("terms", "processes", "flows"):
        listed = sum(line["difference"] for line in data[key])
        assert listed + data[f"{key}_remainder"] == pytest.approx(gap, rel=1e-12, abs=1e-12 * size), key
    if not data["terms_unlisted"]:
        slack = sum(line["error_bound"] for line in data["terms"]) + data["difference"]["error_bound"] + 1e-12 * size
        assert abs(data["terms_remainder"]) <= slack
    for line in data["terms"]:
        if line["amount_part"] is not None:
            parts = line["amount_part"] + line["factor_part"]
            assert parts == pytest.approx(line["difference"], rel=1e-9, abs=1e-12 * size)


def pfc(cf4=0.034, c2f6=0.0034):
    return process("aluminium", unit="unit:TONNE", emissions=(("flow:CF4-fossil", cf4), ("flow:C2F6-fossil", c2f6)))


def test_r02_the_gwp_set_alone(case):
    """0.034 kg CF4 + 0.0034 kg C2F6: 263.16 under AR5, 293.08 under AR6; 0.034 x 750 + 0.0034 x 1300 = 29.92."""
    data = against(case(pfc()), "aluminium", one={"gwp": "AR5"}, two={"gwp": "AR6"})
    assert data["comparable"] is True
    assert [key["key"] for key in data["keys"] if key["verdict"] == "intended"] == ["gwp-set"]
    assert data["a"]["total"]["value"] == pytest.approx(263.16, abs=1e-9)
    assert data["b"]["total"]["value"] == pytest.approx(293.08, abs=1e-9)
    terms = [(line["difference"], line["amount_part"], line["factor_part"]) for line in data["terms"]]
    assert terms == [pytest.approx((25.5, 0, 25.5)), pytest.approx((4.42, 0, 4.42))]
    numbers = [(n["kind"], n["before"], n["after"], n["effect"]) for n in data["changes"]["numbers"]]
    assert numbers == [("gwp", 6630, 7380, pytest.approx(25.5)), ("gwp", 11100, 12400, pytest.approx(4.42))]
    assert_adds_up(data)


@pytest.mark.parametrize("seed", [1, 2])
def test_r02_follows_its_inputs(case, seed):
    chance = random.Random(seed)
    cf4, c2f6 = round(chance.uniform(0.01, 9), 4), round(chance.uniform(0.01, 9), 4)
    data = against(case(pfc(cf4, c2f6)), "aluminium", one={"gwp": "AR5"})
    assert data["difference"]["value"] == pytest.approx(cf4 * 750 + c2f6 * 1300, rel=1e-9)


def smelters():
    """Two smelters that differ in power (one asked flow, two factors), in a term of their own, and in an amount."""
    power = "unit:KiloW-HR"

    def smelter(name, provider, anode, extra):
        return process(
            name,
            unit="unit:TONNE",
            inputs=((":power", 13400, power, f"tm:defaultProvider ef:footprint-CN-{provider}-2024 ;"), (":lorry", 10, "u:tonne-kilometre", "tm:defaultProvider :lorry-factor ;")),
            emissions=((CO2, anode), *extra),
            more=CATEGORY + " ;",
        )  # fmt: skip

    groups = f":grid {CATEGORY} . :hydro {CATEGORY} .\n"
    return (
        smelter("hydro", "hydro", 1500, ())
        + smelter("grid", "grid-average", 1600, (("flow:CF4-fossil", 0.01),))
        + product("power")
        + product("lorry")
        + factor("lorry-factor", "u:tonne-kilometre", 0.07)
        + groups
    )


def test_terms_are_matched_by_flow_by_gas_and_else_stand_alone(case):
    """13400 kWh x (0.5777 - 0.0141) = 7552.24; 100 kg CO2; 0.01 kg CF4 x 7380 = 73.8; the lorry is the same."""
    data = against(case(smelters()), "hydro", "grid")
    assert data["comparable"] is True
    lines = by_name(data["terms"])
    assert {name: line["match"] for name, line in lines.items()} == {"power": "flow", "CO2": "gas", "CF4": "gas"}
    assert lines["power"]["difference"] == pytest.approx(7552.24)
    assert (lines["power"]["amount_part"], lines["power"]["factor_part"]) == pytest.approx((0, 7552.24))
    assert (lines["CO2"]["amount_part"], lines["CO2"]["factor_part"]) == pytest.approx((100, 0))
    assert (lines["CF4"]["side"], lines["CF4"]["a"], lines["CF4"]["amount_part"]) == ("b", None, None)
    assert lines["CF4"]["difference"] == pytest.approx(73.8)
    assert data["terms_unchanged"] == 1
    assert data["changes"] is None
    assert_adds_up(data)


def test_a_factor_for_several_flows_is_matched_flow_by_flow(case):
    """One side uses one factor for two flows, the other a factor for each: steam 2 x (3 - 1), heat 5 x (4 - 1)."""

    def boiler(name, steam, heat):
        flows = ((":steam", 2, "unit:MegaJ", f"tm:defaultProvider :{steam} ;"), (":heat", 5, "unit:MegaJ", f"tm:defaultProvider :{heat} ;"))  # fmt: skip
        return process(name, inputs=flows) + f":{name} {CATEGORY} .\n"

    text = boiler("one", "f1", "f1") + boiler("two", "f3", "f4") + product("steam") + product("heat")
    text += factor("f1", "unit:MegaJ", 1) + factor("f3", "unit:MegaJ", 3) + factor("f4", "unit:MegaJ", 4)
    lines = by_name(against(case(text), "one", "two")["terms"])
    assert {name: line["difference"] for name, line in lines.items()} == pytest.approx({"steam": 4.0, "heat": 15.0})


def test_amount_and_factor_share_what_they_do_together(case):
    """10 kWh x 0.5 against 30 kWh x 0.9: 5 and 27; amount 20 x 0.7 = 14, factor 0.4 x 20 = 8."""
    text = "".join(
        process(name, inputs=((":power", kwh, "unit:KiloW-HR", f"tm:defaultProvider :{name}-factor ;"),))
        + factor(f"{name}-factor", "unit:KiloW-HR", kg)
        + f":{name} {CATEGORY} .\n"
        for name, kwh, kg in (("x", 10, 0.5), ("y", 30, 0.9))
    )
    (line,) = against(case(text + product("power")), "x", "y")["terms"]
    assert (line["difference"], line["amount_part"], line["factor_part"]) == pytest.approx((22, 14, 8))


def test_flows_are_factors_and_gases(case):
    data = against(case(smelters()), "hydro", "grid")
    flows = {line["iri"].rpartition("/")[2]: line["difference"] for line in data["flows"]}
    assert flows == pytest.approx(
        {"footprint-CN-grid-average-2024": 7741.18, "footprint-CN-hydro-2024": -188.94, "CO2": 100, "CF4": 73.8}
    )
    assert {line["category"]["name_en"] for line in data["flows"] if "category" in line} == {"fossil"}


def test_either_side_says_what_it_leaves_out_and_assumes(case):
    """Rule R02: electricity factors state only CO2e, so they are the same under every set; strict refuses them."""
    loaded = case(smelters() + process("x", inputs=((":nowhere", 1),), emissions=((CO2, 1),)) + product("nowhere"))
    data = against(loaded, "hydro", "x", one={"unlinked": "cutoff"}, two={"unlinked": "cutoff"}, anyway=True)
    assert [len(data[side]["cutoffs"]) for side in ("a", "b")] == [0, 1]
    codes = [{assumption["code"] for assumption in data[side]["assumptions"]} for side in ("a", "b")]
    assert ("gwp-set-unknown" in codes[0], "gwp-set-unknown" in codes[1]) == (True, False)
    with pytest.raises(ExtractionError, match="strict"):
        against(loaded, "hydro", "grid", one={"strict": True})


def test_few_terms_leave_a_remainder(case):
    data = against(case(smelters()), "hydro", "grid", most=1)
    assert (len(data["terms"]), data["terms_unlisted"]) == (1, 2)
    assert data["terms_remainder"] == pytest.approx(173.8)


def test_exchanged_sides_turn_every_sign(case):
    loaded = case(smelters())
    there, back = against(loaded, "hydro", "grid"), against(loaded, "grid", "hydro")
    assert there["difference"]["value"] == -back["difference"]["value"]
    one, two = by_name(there["terms"]), by_name(back["terms"])
    assert {name: line["difference"] for name, line in one.items()} == pytest.approx(
        {name: -line["difference"] for name, line in two.items()}
    )


def test_a_product_does_not_differ_from_itself(case):
    data = against(case(smelters()), "grid", "grid")
    assert (data["difference"]["value"], data["terms"], data["processes"]) == (0, [], [])
    assert data["changes"] == {"numbers": [], "unlisted": 0, "remainder": 0}


def test_the_second_product_is_asked_for_in_the_unit_of_the_first(case):
    """1 t of x emits 2000 kg; y is counted in kilograms and emits 3 kg each."""
    text = process("x", unit="unit:TONNE", emissions=((CO2, 2000),)) + process("y", emissions=((CO2, 3),))
    data = against(case(text + f":x {CATEGORY} . :y {CATEGORY} .\n"), "x", "y", amount=2)
    assert (data["a"]["total"]["value"], data["b"]["total"]["value"]) == pytest.approx((4000, 6000))
    assert data["b"]["unit"]["symbol"] == "t"


@st.composite
def networks(draw):
    """Processes p0, p1, ... with loops, credits, stages, gases and a shared factor."""
    size, text = draw(st.integers(2, 4)), product("power")
    stages = st.sampled_from(["", "tm:stage stage:use ;", "tm:stage stage:manufacturing ;"])
    for i in range(size):
        inputs = [
            (f":p{draw(st.integers(0, size - 1))}", f"{draw(st.floats(0.001, 0.2)):.6f}", "unit:KiloGM", draw(stages) + credit)
            for credit in draw(st.lists(st.sampled_from(["", "", "tm:avoided true ;"]), max_size=3))
        ]  # fmt: skip
        for kind in draw(st.lists(st.sampled_from(["wind", "hydro"]), max_size=2)):
            provider = f"tm:defaultProvider ef:footprint-CN-{kind}-2024 ;"
            inputs.append((":power", f"{draw(st.floats(0.001, 9)):.6f}", "unit:KiloW-HR", provider))
        gases = draw(st.lists(st.sampled_from(["CO2-fossil", "CH4_fossil-fossil"]), max_size=2))
        emissions = [(f"flow:{gas}", f"{draw(st.floats(0.001, 5)):.6f}", "unit:KiloGM", draw(stages)) for gas in gases]
        text += process(f"p{i}", inputs=tuple(inputs), emissions=tuple(emissions))
    return text


@tries(15)
@given(text=networks(), gwp=st.sampled_from(["AR4", "AR6"]))
def test_any_two_products_add_up(case, text, gwp):
    data = against(case(text), "p0", "p1", one={"gwp": gwp}, anyway=True, most=1000)
    assert_adds_up(data)


# ---- two states of one product


@pytest.fixture(scope="module")
def later_store():
    """A second store, for what is known later."""
    from graphstore import GraphStore
    from tanmai import knowledge

    with GraphStore.open() as store:
        with store.transaction("knowledge") as transaction:
            knowledge.load_into(transaction)
        yield store


@pytest.fixture
def versions(case, later_store):
    """Compare :part in an earlier and a later state of the data."""

    def run(before, after, one=None, two=None, **more):
        earlier = case(before)
        later_store.load_bytes((HEAD + after).encode(), key="case", format="turtle")
        later = Case(later_store)
        data = compare(
            Asked(earlier.calculation(**(one or {})), EX + "part"),
            Asked(later.calculation(**(two or {})), EX + "part"),
            **more,
        )
        assert_adds_up(data)
        return data

    return run


def chain(steel=2, ore=3, provider="grid-average", year=2024, more=""):
    """part = steel x (ore + 0.2 steel of its own, looped) + 10 kWh."""
    power = f"tm:defaultProvider ef:footprint-CN-{provider}-{year} ;"
    return (
        process("part", unit="unit:NUM", inputs=((":steel", steel), (":power", 10, "unit:KiloW-HR", power)))
        + process("steel", inputs=((":steel", 0.2),), emissions=((CO2, ore),))
        + product("power")
        + more
    )


def effects(data):
    listed = {
        (n["kind"], n.get("exchange", n.get("process", {}).get("iri", "")).rpartition("/")[2]): n
        for n in data["changes"]["numbers"]
    }
    assert sum(n["effect"] for n in listed.values()) == pytest.approx(data["difference"]["value"], rel=1e-9)
    return listed


def test_an_amount_that_changed_explains_all(versions):
    """Steel per part 2 -> 1.5 at 3 / 0.8: -1.875 kg."""
    ((key, number),) = effects(versions(chain(), chain(steel=1.5))).items()
    assert key == ("amount", "part-in-1")
    assert (number["before"], number["after"], number["effect"]) == pytest.approx((2, 1.5, -1.875))
    assert (number["unit"]["symbol"], number["process"]["name_en"]) == ("kg", "making part")
    assert number["share"] == pytest.approx(1)


def test_a_newer_grid_factor_is_a_provider_that_changed(versions):
    """10 kWh x (0.5777 - 0.6205) = -0.428 kg; together with steel 2 -> 1 at 3.75: -3.75."""
    found = effects(versions(chain(year=2023), chain(steel=1)))
    assert found["provider", "part-in-2"]["effect"] == pytest.approx(-0.428)
    assert found["provider", "part-in-2"]["provider_before"]["iri"].endswith("footprint-CN-grid-average-2023")
    assert found["provider", "part-in-2"]["provider_after"]["iri"].endswith("footprint-CN-grid-average-2024")
    assert found["amount", "part-in-1"]["effect"] == pytest.approx(-3.75)


def test_two_changes_along_a_chain_leave_nothing_over(versions):
    """Steel 2 -> 1 and its CO2 3 -> 4: 7.5 -> 5; -1 x mean(3.75, 5) = -4.375 and 1 x mean(2, 1) / 0.8 = 1.875."""
    found = effects(versions(chain(), chain(steel=1, ore=4)))
    assert found["amount", "part-in-1"]["effect"] == pytest.approx(-4.375)
    assert found["amount", "steel-emission-1"]["effect"] == pytest.approx(1.875)


def test_a_factor_that_was_corrected(versions):
    """A local factor 0.5 -> 0.4 kg/kWh under 10 kWh: -1 kg."""

    def local(kg):
        text = process("part", unit="unit:NUM", inputs=((":power", 10, "unit:KiloW-HR", "tm:defaultProvider :mix ;"),))
        return text + product("power") + factor("mix", "unit:KiloW-HR", kg)

    ((key, number),) = effects(versions(local(0.5), local(0.4))).items()
    assert key == ("factor", "mix")
    assert (number["before"], number["after"], number["effect"]) == pytest.approx((0.5, 0.4, -1.0))
    assert number["gas"]["iri"] == f"{ID}gas/CO2"


def test_a_process_that_came_new(versions):
    """Half of the steel comes from scrap at 0.5: -1 x 3.75 + 1 x 0.5 = -3.25, by its two exchanges."""
    scrap = process("part", unit="unit:NUM", inputs=((":steel", 1), (":scrap", 1)))
    scrap += process("steel", inputs=((":steel", 0.2),), emissions=((CO2, 3),)) + process(
        "scrap", emissions=((CO2, 0.5),)
    )
    before = scrap.replace(
        "tm:amount 1 ;  tm:unit unit:KiloGM .\n:part-in-2", "tm:amount 2 ;  tm:unit unit:KiloGM .\n:part-in-2"
    )
    before = before.replace(
        ":part-in-2 a tm:Exchange ; tm:flow :scrap ; tm:amount 1",
        ":part-in-2 a tm:Exchange ; tm:flow :scrap ; tm:amount 0",
    )
    found = effects(versions(before, scrap))
    assert {key[1]: number["effect"] for key, number in found.items()} == pytest.approx(
        {"part-in-1": -3.75, "part-in-2": 0.5}
    )


def test_a_product_made_by_another_process(versions):
    """The part was made from 2 kg of steel at 3.75, and now is pressed at 4 kg: -7.5 + 4."""
    before = process("part", inputs=((":steel", 2),)) + process(
        "steel", inputs=((":steel", 0.2),), emissions=((CO2, 3),)
    )
    after = product("part") + process("press", flow=":part", emissions=((CO2, 4),))
    ((key, number),) = effects(versions(before, after)).items()
    assert key[0] == "maker"
    assert number["provider_before"]["iri"] == EX + "part-making"
    assert number["provider_after"]["iri"] == EX + "press-making"
    assert number["effect"] == pytest.approx(-3.5)


def test_a_density_that_changed_is_another_amount_of_the_product(versions):
    """Asked for 1 kg of a product counted in litres, of 6 kg CO2 each: 3 kg per litre make 1/3, 2 kg 1/2 of a litre."""

    def fluid(density):
        heavy = f"tm:hasProperty [ a tm:PropertyValue ; tm:property property:density ; tm:amount {density} ; tm:unit unit:KiloGM ; tm:perUnit unit:L ]"
        return process("part", unit="unit:L", emissions=((CO2, 6),)) + f":part {heavy} .\n"

    ((key, number),) = effects(versions(fluid(3), fluid(2), unit=f"{UNIT}KiloGM")).items()
    assert key[0] == "demand"
    assert (number["before"], number["after"], number["effect"]) == pytest.approx((1 / 3, 1 / 2, 1.0))


def test_another_unit_of_an_input_changes_nothing(versions):
    """Steel counted in tonnes instead of kilograms, at the same emissions per kilogram."""
    tonnes = chain().replace(
        ":steel-out a tm:Exchange ; tm:flow :steel ; tm:amount 1 ;  tm:unit unit:KiloGM",
        ":steel-out a tm:Exchange ; tm:flow :steel ; tm:amount 0.001 ;  tm:unit unit:TONNE",
    )
    assert tonnes != chain()
    data = versions(chain(), tonnes)
    assert data["difference"]["value"] == pytest.approx(0, abs=1e-12)
    assert data["changes"]["numbers"] == []


def joint(method):
    """4 kg of part and 1 kg of slag share 10 kg of CO2; a kilogram of part is worth 3, of slag 8."""
    price = "tm:hasProperty [ a tm:PropertyValue ; tm:property property:price ; tm:amount {} ; tm:unit <https://w3id.org/tanmai/id/unit/CNY> ; tm:perUnit unit:KiloGM ]"
    text = process("part", amount=4, emissions=((CO2, 10),), outputs=((":slag", 1),), more=method) + product("slag")
    return text + f":part {price.format(3)} . :slag {price.format(8)} .\n"


def test_an_allocation_method_is_a_share_that_changed(case):
    """By mass 4/5 of 10 kg, by value 12/20: per kilogram of part 2 and 1.5."""
    loaded = case(joint(""))
    data = against(loaded, "part", one={"coproducts": "mass"}, two={"coproducts": "economic"})
    assert data["comparable"] is True
    (number,) = data["changes"]["numbers"]
    assert (number["kind"], number["before"], number["after"], number["effect"]) == (
        "allocation-share", pytest.approx(0.8), pytest.approx(0.6), pytest.approx(-0.5),
    )  # fmt: skip
    assert_adds_up(data)


def test_nothing_shared_against_shared(case):
    """Unallocated the part carries all 10 kg over 4 kg: 2.5; by mass 2."""
    data = against(case(joint("")), "part", one={"coproducts": "unallocated"}, two={"coproducts": "mass"})
    (number,) = data["changes"]["numbers"]
    assert (number["before"], number["after"], number["effect"]) == pytest.approx((1, 0.8, -0.5))


@tries(10)
@given(before=networks(), after=networks(), gwp=st.sampled_from(["AR5", "AR6"]))
def test_any_two_states_add_up(versions, before, after, gwp):
    part = process("part", inputs=((":p0", 1), (":p1", 0.5)))
    data = versions(before + part, after + part, one={"gwp": gwp}, most=10_000)
    total = abs(data["a"]["total"]["value"]) + abs(data["b"]["total"]["value"])
    assert data["changes"]["unlisted"] == 0
    slack = sum(n["error_bound"] for n in data["changes"]["numbers"]) + data["difference"]["error_bound"]
    assert abs(data["changes"]["remainder"]) <= slack + 1e-11 * total


def test_hydropower_against_the_grid_is_the_electricity_alone(case, knowledge_store):
    """Rule R16: 4,656.7 against 12,208.9 kg per tonne; 13,400 kWh x (0.5777 - 0.0141) = 7,552.24."""
    case("")
    knowledge_store.load_bytes((files("tanmai") / "demo" / "aluminium.ttl").read_bytes(), key="case", format="turtle")
    calculation = Case(knowledge_store).calculation()
    data = compare(Asked(calculation, DEMO + "ingot-hydro"), Asked(calculation, DEMO + "ingot-grid"))
    assert data["comparable"] is True
    (line,) = data["terms"]
    assert line["name"]["name_en"] == "electricity, medium and high voltage"
    assert line["difference"] == pytest.approx(7552.24, rel=1e-12)
    assert data["difference"]["value"] == pytest.approx(7552.24, rel=1e-12)
    assert_adds_up(data)
