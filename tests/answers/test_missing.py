"""What a product lacks, what could stand in for it, and what that would do to the result.

Potentials are those of AR6 with CO2 alone, so that every expectation is an amount times kilograms of CO2.
"""

import pytest
from amounts import tries
from chains import EX, exchange, process, product
from hypothesis import given
from hypothesis import strategies as st

from graphstore.answers.missing import missing
from graphstore.answers.places import Places
from graphstore.errors import UnknownNameError

CO2 = "flow:CO2-fossil"
AT = 'tm:geography <https://w3id.org/tanmai/id/geography/{}> ; tm:referenceYear "{}"^^xsd:gYear ;'


def at(place, year):
    return AT.format(place, year)


def ask(loaded, name, amount=1.0, unit=None, **readings):
    return missing(loaded.calculation(**readings), name if " " in name else EX + name, amount, unit)


def only(data):
    (link,) = data["missing"]
    return link


STEEL = process("steel", emissions=((CO2, 2),), more=at("DE", 2020))
CAR = process("car", unit="unit:NUM", inputs=((":sheet", 500),), emissions=((CO2, 40),), more=at("CN", 2024))
CAR += product("sheet", "Steel")


def test_the_effect_is_what_the_chain_asks_for_times_the_footprint_of_the_proxy(case):
    """Three cars take 1500 kg; the steel of another name makes 2 kg CO2e per kg: 3000 beside 3 x 40 that is counted."""
    data = ask(case(STEEL + CAR), "car", 3)
    link = only(data)
    assert (link["flow"]["iri"], link["process"]["iri"], link["reason"]) == (
        f"{EX}sheet",
        f"{EX}car-making",
        "unlinked input",
    )
    assert link["amount"] == pytest.approx(1500)
    assert (link["proxy"]["iri"], link["proxy"]["match"]) == (f"{EX}steel-making", "name")
    assert link["effect"]["value"] == pytest.approx(3000)
    assert link["effect"]["share"] == pytest.approx(3000 / 3120)
    assert link["effect"]["estimate"] is True
    assert 0 <= link["effect"]["error_bound"] < 1e-9
    assert (data["total"]["value"], data["total_with_proxies"]["value"]) == (pytest.approx(120), pytest.approx(3120))
    assert not data["complete"]


@tries(10)
@given(
    need=st.floats(0.1, 1000), burden=st.floats(0.01, 50), direct=st.floats(0, 100), amount=st.floats(0.1, 20)
)  # fmt: skip
def test_with_the_proxy_put_in_the_footprint_is_what_was_estimated(case, need, burden, direct, amount):
    part = process("part", inputs=((":sheet", need),), emissions=((CO2, direct),)) + product("sheet", "steel")
    whole = process("whole", inputs=((":part", 2.5),))
    steel = process("steel", emissions=((CO2, burden),))
    estimated = ask(case(steel + part + whole), "whole", amount)["total_with_proxies"]["value"]
    filled = case(steel + part + whole + ":part-in-1 tm:linkedTo :steel-making .").total("whole", amount)
    assert estimated == pytest.approx(filled, rel=1e-12)


def test_a_complete_product_lacks_nothing(case):
    data = ask(case(STEEL), "steel")
    assert (data["complete"], data["missing"], data["total"]["value"]) == (True, [], pytest.approx(2.0))
    assert data["total_with_proxies"]["value"] == data["total"]["value"]


def test_no_data_names_the_missing_link(case):
    odd = process("frame", inputs=((":gasket", 0.2),)) + product("gasket")
    data = ask(case(STEEL + odd), "frame")
    link = only(data)
    assert (link["answer"], link["proxy"], link["effect"]) == ("no data", None, None)
    assert (link["exchange"], link["flow"]["name_en"]) == (f"{EX}frame-in-1", "gasket")
    assert data["without_data"] == 1


def rival(name, place, year, burden=1, **more):
    """A process whose product is called steel, of a flow of its own."""
    made = process(name, emissions=((CO2, burden),), more=at(place, year), **more)
    return made.replace(f'rdfs:label "{name}"@en', 'rdfs:label "steel"@en', 1)


@pytest.mark.parametrize(
    ("rivals", "best"),
    [
        ([("a", "FR", 2024), ("b", "CN", 1990)], "b"),  # the place counts before the year
        ([("a", "CN", 2020), ("b", "CN", 2025)], "b"),  # one year late beats four early
        ([("a", "CN", 2024), ("b", "CN", 2024)], "a"),  # alike: the lower identifier
        ([("a", "CN-GD", 2024), ("b", "FR", 2024)], "a"),  # a province of the place is one step away
    ],
)
def test_of_several_of_one_name_the_nearer_wins(case, rivals, best):
    link = only(ask(case(CAR + "".join(rival(*r) for r in rivals)), "car"))
    assert link["proxy"]["iri"] == f"{EX}{best}-making"


def test_distance_is_told_in_steps_and_years(case):
    proxy = only(ask(case(CAR + rival("a", "CN-GD", 2022)), "car"))["proxy"]
    assert (proxy["place_steps"], proxy["years_apart"], proxy["year"]) == (1, -2, 2022)


def test_a_proxy_with_gaps_of_its_own_comes_after_a_complete_one_far_away(case):
    leaky = rival("a", "CN", 2024, inputs=((":nothing", 1),)) + product("nothing")
    link = only(ask(case(CAR + leaky + rival("b", "FR", 1990)), "car"))
    assert (link["proxy"]["iri"], link["proxy"]["complete"]) == (f"{EX}b-making", True)


def test_a_proxy_that_is_counted_in_another_kind_of_unit_is_passed_over(case):
    pieces = rival("a", "CN", 2024, unit="unit:NUM")
    assert only(ask(case(CAR + pieces), "car"))["answer"] == "no data"
    assert only(ask(case(CAR + pieces + rival("b", "FR", 2024)), "car"))["proxy"]["iri"] == f"{EX}b-making"


def test_units_of_the_gap_are_converted(case):
    tonnes = process("car", inputs=((":sheet", 0.5, "unit:TONNE"),)) + product("sheet", "steel")
    link = only(ask(case(STEEL + tonnes), "car"))
    assert (link["amount"], link["effect"]["value"]) == (pytest.approx(0.5), pytest.approx(1000))


@pytest.mark.parametrize("relation", ["commodityCode", "productGroup"])
def test_a_shared_code_or_group_makes_a_proxy(case, relation):
    shared = f":sheet tm:{relation} :some-class . :coil tm:{relation} :some-class . "
    coil = process("coil", emissions=((CO2, 3),))
    link = only(ask(case(CAR.replace("Steel", "sheet") + coil + shared), "car"))
    assert link["proxy"]["match"] == {"commodityCode": "code", "productGroup": "group"}[relation]
    assert link["effect"]["value"] == pytest.approx(1500)


FACTOR = (
    ':ef a tm:EmissionFactor ; rdfs:label "heat factor"@en ; tm:perUnit unit:MegaJ ; tm:co2e 0.1 ; tm:gwpSet set:AR6 . '
)
HEAT = product("heat") + FACTOR


def test_a_factor_that_supplies_the_flow_elsewhere_is_a_proxy(case):
    user = process("oven", inputs=((":heat", 3, "unit:MegaJ", "tm:defaultProvider :ef ;"),))
    gap = process("dryer", inputs=((":heat", 5, "unit:MegaJ"),))
    link = only(ask(case(HEAT + user + gap), "dryer"))
    assert (link["proxy"]["iri"], link["proxy"]["match"]) == (f"{EX}ef", "flow")
    assert link["effect"]["value"] == pytest.approx(0.5)


def test_a_factor_that_states_masses_of_gases_counts_under_the_gwp_set_asked_for(case):
    """0.01 kg fossil CH4 per MJ counts 29.8 in AR6 and 30 in AR5 (IPCC)."""
    gases = ":ef a tm:EmissionFactor ; tm:perUnit unit:MegaJ ; tm:gasMass :ef-ch4 . :ef-ch4 a tm:GasMass ; tm:gas gas:CH4_fossil ; "
    gases += "tm:emissionCategory category:fossil ; tm:amount 10 ; tm:unit unit:GM . "
    user = process("oven", inputs=((":heat", 3, "unit:MegaJ", "tm:defaultProvider :ef ;"),))
    loaded = case(product("heat") + gases + user + process("dryer", inputs=((":heat", 5, "unit:MegaJ"),)))
    assert only(ask(loaded, "dryer"))["effect"]["value"] == pytest.approx(5 * 0.298)
    assert only(ask(loaded, "dryer", gwp="AR5"))["effect"]["value"] == pytest.approx(5 * 0.3)


def test_a_factor_of_a_gas_without_a_potential_is_no_proxy(case):
    odd = ":odd a tm:GreenhouseGas . :ef a tm:EmissionFactor ; tm:perUnit unit:MegaJ ; tm:gasMass :ef-odd . :ef-odd a tm:GasMass ; "
    odd += "tm:gas :odd ; tm:emissionCategory category:fossil ; tm:amount 1 . :heat tm:commodityCode :c . :ef tm:commodityCode :c . "
    loaded = case(product("heat") + odd + process("dryer", inputs=((":heat", 5, "unit:MegaJ"),)))
    assert only(ask(loaded, "dryer"))["answer"] == "no data"


@pytest.mark.parametrize(
    "mark", [":steel-making tm:illustrative true .", ":steel-emission-1 tm:illustrative true .", ""]
)
def test_a_proxy_of_illustrative_figures_says_so(case, mark):
    assert only(ask(case(STEEL + CAR + mark), "car"))["proxy"]["illustrative"] is bool(mark)


def test_the_factor_that_more_exchanges_use_wins(case):
    other = FACTOR.replace(":ef ", ":a-rare-ef ").replace("0.1", "9")
    users = "".join(process(n, inputs=((":heat", 1, "unit:MegaJ", "tm:defaultProvider :ef ;"),)) for n in ("u1", "u2"))
    rare = process("u3", inputs=((":heat", 1, "unit:MegaJ", "tm:defaultProvider :a-rare-ef ;"),))
    gap = process("dryer", inputs=((":heat", 5, "unit:MegaJ"),))
    assert only(ask(case(HEAT + other + users + rare + gap), "dryer"))["proxy"]["iri"] == f"{EX}ef"


def test_a_refused_electricity_factor_is_replaced_by_the_footprint_factor_of_its_kind(case):
    """Guangdong's 0.4419 is CO2 of generation alone; the national footprint factor of 2023 is 0.6205 (both published)."""
    wrong = process(
        "frame", inputs=((":power", 10, "unit:KiloW-HR", "tm:defaultProvider ef:co2-CN-GD-grid-average-2023 ;"),),
        emissions=((CO2, 1),), more=at("CN-GD", 2023),
    ) + product("power")  # fmt: skip
    link = only(data := ask(case(wrong), "frame"))
    assert link["reason"] == "factor of a kind that may not enter a footprint"
    assert "ElectricityCO2Factor" in link["refusal"]
    proxy = link["proxy"]
    assert proxy["iri"] == "https://w3id.org/tanmai/id/electricity-factor/footprint-CN-grid-average-2023"
    assert (proxy["match"], proxy["place_steps"], proxy["years_apart"]) == ("generation", 1, 0)
    assert link["effect"]["value"] == pytest.approx(6.205)
    assert data["total"]["value"] == pytest.approx(1)


def test_a_provider_that_the_graph_does_not_hold_leaves_the_makers_of_the_flow_as_proxies(case):
    gone = process("car", inputs=((":steel", 10, "unit:KiloGM", "tm:defaultProvider :elsewhere ;"),))
    link = only(ask(case(STEEL + gone), "car"))
    assert (link["reason"], link["provider"]["iri"]) == ("provider that is not in the graph", f"{EX}elsewhere")
    assert (link["proxy"]["match"], link["effect"]["value"]) == ("flow", pytest.approx(20))


def test_a_waste_without_treatment_takes_a_treatment_of_the_same_name(case):
    waste = product("slag", kind="WasteFlow") + product("dross", "slag", kind="WasteFlow")
    treatment = (
        exchange("landfill-in", ":dross", 1)
        + exchange("landfill-co2", CO2, 0.3)
        + ":landfill a tm:UnitProcess ; tm:quantitativeReference :landfill-in ; tm:input :landfill-in ; tm:emission :landfill-co2 ."
    )
    maker = process("steel", outputs=((":slag", 2),))
    link = only(ask(case(waste + treatment + maker), "steel"))
    assert (link["reason"], link["proxy"]["iri"]) == ("waste without treatment", f"{EX}landfill")
    assert link["effect"]["value"] == pytest.approx(0.6)


def test_an_avoided_product_that_nothing_makes_is_a_credit(case):
    credit = process("smelter", inputs=((":acid", 3, "unit:KiloGM", "tm:avoided true ;"),), emissions=((CO2, 10),))
    made = process("acid-b", emissions=((CO2, 0.5),)).replace('"acid-b"@en', '"acid"@en', 1)
    data = ask(case(credit + product("acid") + made), "smelter")
    assert only(data)["effect"]["value"] == pytest.approx(-1.5)
    assert data["total_with_proxies"]["value"] == pytest.approx(8.5)


JOINT = process("a", outputs=((":b", 3),), emissions=((CO2, 8),)) + product("b")


def test_co_products_lack_a_method_and_the_answer_tells_what_each_method_gives(case):
    """1 kg of a and 3 kg of b share 8 kg CO2e: 2 by mass; no price and no heating value is stated."""
    data = ask(case(JOINT), "a")
    assert only(data)["answer"] == "method"
    totals = {line["method"]: line["total"] and line["total"]["value"] for line in data["allocations"]}
    told = {line["method"]: line["reason"] for line in data["allocations"]}
    assert totals == {
        "mass": pytest.approx(2.0), "energy": None, "economic": None, "system-expansion": None, "price-ratio": None
    }  # fmt: skip
    assert told["mass"] is None
    assert "needs an energy" in told["energy"]
    assert "needs the price" in told["economic"]
    assert "tm:displaces" in told["system-expansion"]
    assert "needs the price" in told["price-ratio"]


def test_a_method_that_is_asked_for_counts_as_stated(case):
    data = ask(case(JOINT), "a", coproducts="mass")
    assert (data["complete"], data["total"]["value"]) == (True, pytest.approx(2.0))
    data = ask(case(JOINT), "a", coproducts="unallocated")
    assert (data["complete"], data["total"]["value"]) == (True, pytest.approx(8.0))


def test_the_recycling_model_that_is_asked_for_stays(case):
    """Half ore at 11, half scrap at 1: 6 by cut-off. A closed loop gives back what is recycled: another number."""
    roles = (("ore", "virgin-material"), ("scrap", "recycled-material"), ("scrap", "recycling-at-end-of-life"), ("ore", "displaced-virgin-material"))  # fmt: skip
    inputs = [(f":{flow}", 1, "unit:KiloGM", f"tm:recyclingRole id:recycling-role\\/{role} ;") for flow, role in roles]
    numbers = "tm:recycledContent 0.5 ; tm:recyclingOutputRate 1 ; tm:energyRecoveryRate 0 ; tm:qualityRatioIn 1 ; tm:qualityRatioOut 1 ;"
    more = f"{numbers} tm:recyclingModel id:recycling-model\\/cut-off ; "
    loaded = case(
        process("ore", emissions=((CO2, 11),)) + process("scrap", emissions=((CO2, 1),)) + product("nowhere")
        + process("part", inputs=(*inputs, (":nowhere", 1)), more=more)
    )  # fmt: skip
    stated, asked = (ask(loaded, "part", recycling=model)["total"]["value"] for model in ("", "closed-loop"))
    footprints = [loaded.total("part", unlinked="cutoff", recycling=model) for model in ("", "closed-loop")]
    assert [stated, asked] == pytest.approx(footprints)
    assert stated == pytest.approx(6)
    assert asked != pytest.approx(6)


def test_an_input_of_allocated_products_is_missing_for_their_share(case):
    """a carries a quarter by mass, so a quarter of the 4 kg; what belongs to b alone is none of a's."""
    more = "tm:allocationMethod method:mass ;"
    joint = process(
        "a",
        outputs=((":b", 3),),
        inputs=((":x", 4), (":x", 7, "unit:KiloGM", "tm:allocatedTo :a-output-1 ;")),
        more=more,
    )
    data = ask(case(joint + product("b") + product("x")), "a")
    assert sorted(link["amount"] for link in data["missing"]) == pytest.approx([0, 1])


def test_a_process_is_no_proxy_for_its_own_input(case):
    self_made = process("ingot", inputs=((":scrap", 1),)) + product("scrap", "ingot")
    assert only(ask(case(self_made), "ingot"))["answer"] == "no data"


def test_a_flow_that_is_made_as_an_unallocated_co_product_says_by_whom(case):
    user = process("user", inputs=((":b", 1),))
    link = only(ask(case(JOINT + user), "user"))
    assert [maker["iri"] for maker in link["co_product_of"]] == [f"{EX}a-making"]


def test_stated_quality_of_the_proxy_is_told(case):
    scored = STEEL + (
        ":steel-making tm:quality :q . :q a tm:DataQualityScore ; tm:score 2 ; "
        "tm:indicator <https://w3id.org/tanmai/id/data-quality/temporal> ; "
        "tm:scale <https://w3id.org/tanmai/id/data-quality-scale/pact-3-1-5> ."
    )
    (score,) = only(ask(case(scored + CAR), "car"))["proxy"]["quality"]
    assert (score["indicator"]["iri"].rpartition("/")[2], score["score"]) == ("temporal", 2)
    assert score["scale"]["iri"].endswith("/pact-3-1-5")


def test_the_largest_effect_comes_first_and_links_without_data_after(case):
    many = process("mix", inputs=((":n", 1), (":sheet", 1), (":sheet", 2))) + product("n") + product("sheet", "steel")
    answers = [(link["answer"], link["exchange"]) for link in ask(case(STEEL + many), "mix")["missing"]]
    assert answers == [("proxy", f"{EX}mix-in-3"), ("proxy", f"{EX}mix-in-2"), ("no data", f"{EX}mix-in-1")]


def test_a_product_that_is_not_there_is_an_error(case):
    with pytest.raises(UnknownNameError, match="No product whose name contains"):
        ask(case(STEEL), "unobtainium bar")


@pytest.mark.parametrize("asked", [f"{EX}rubber", " Natural Rubber"])
def test_of_a_product_that_no_process_makes_the_process_is_the_missing_link(case, asked):
    loaded = case(STEEL + product("rubber", "natural rubber"))
    with pytest.raises(UnknownNameError, match=f"no data: <{EX}rubber> is in the graph, but no process makes it"):
        missing(loaded.calculation(), asked)


def test_a_name_of_several_products_stays_a_question_of_names(case):
    """Two are made and one is not: which is meant is asked first."""
    several = STEEL.replace('"steel"@en', '"Steel"@en') + rival("other", "CN", 2024)
    with pytest.raises(UnknownNameError, match="fits 2 products"):
        missing(case(several + CAR).calculation(), "Steel")


@pytest.mark.parametrize(
    ("first", "second", "steps"),
    [
        ("CN", "CN", 0),
        ("CN-GD", "CN", 1),
        ("CN", "CN-GD", 1),
        ("CN-GD", "CN-YN", 2),
        (None, "CN", None),
        ("CN", None, None),
    ],
)
def test_steps_between_places(case, first, second, steps):
    tree = Places.of(case("").calculation())
    full = [place and f"https://w3id.org/tanmai/id/geography/{place}" for place in (first, second)]
    assert tree.steps(*full) == steps
