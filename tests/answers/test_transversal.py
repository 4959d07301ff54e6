"""Contributions across the chain: parts that sum, nothing counted twice, marks that are data."""

import random

import pytest
from amounts import tries
from chains import EX, ID, process, product
from hypothesis import given
from hypothesis import strategies as st

from footprint.errors import InvalidQuery
from graphstore.answers.suppliers import suppliers
from graphstore.answers.transversal import contributions
from graphstore.errors import ExtractionError, UnknownNameError

CO2 = "flow:CO2-fossil"
KWH, TKM = "unit:KiloW-HR", "u:tonne-kilometre"
LORRY = f":lorry-factor a tm:EmissionFactor ; tm:activity <{ID}activity/transport> ; tm:perUnit {TKM} ; tm:geography <{ID}geography/DE> ; tm:gasMass :lorry-mass .\n:lorry-mass a tm:GasMass ; tm:gas gas:CO2 ; tm:emissionCategory category:fossil ; tm:amount 0.1 ; tm:unit unit:KiloGM .\n"


def place(code):
    return f"tm:geography <{ID}geography/{code}> ;"


def chain(steel=2.0, kwh=10.0):
    """part = 1 kg + steel (3 kg, 2 kWh and 5 tkm per kg) + kWh of wind power; steel in Guangdong, part nowhere stated."""
    wind = "tm:defaultProvider ef:footprint-CN-wind-2024 ;"
    return (
        process("part", unit="unit:NUM", inputs=((":steel", steel), (":power", kwh, KWH, wind)), emissions=((CO2, 1),))
        + process(
            "steel",
            inputs=((":power", 2, KWH, wind), (":lorry", 5, TKM, "tm:defaultProvider :lorry-factor ;")),
            emissions=((CO2, 3),),
            more=place("CN-GD") + "tm:producedAt :works ;",
        )
        + product("power") + product("lorry") + LORRY
        + ':works a tm:Site ; rdfs:label "steel works"@en ; tm:operatedBy :company . :company a tm:Organization ; rdfs:label "Steel Co"@en .\n'
    )  # fmt: skip


def divided(loaded, by, name="part", **more):
    data = contributions(loaded.calculation(), EX + name, by, **more)
    total = data["total"]["value"]
    rest = data["rest"] or {"value": 0, "error_bound": 0}
    parts = sum(group["value"] for group in data["groups"])
    assert parts + rest["value"] + data["remainder"] == pytest.approx(total, rel=1e-12, abs=1e-12)
    size = sum(abs(group["value"]) for group in data["groups"]) + abs(rest["value"])
    slack = sum(g["error_bound"] for g in data["groups"]) + rest["error_bound"] + data["total"]["error_bound"]
    assert abs(data["remainder"]) <= slack + 1e-13 * size
    return data


def values(data):
    return {group["iri"].rpartition("/")[2]: group["value"] for group in data["groups"]}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_electricity_and_transport_by_hand(case, seed):
    """Wind 0.0324 kg/kWh: 10 + 2 x 2 kWh; lorry 2 x 5 tkm x 0.1; and with other amounts."""
    chance = random.Random(seed)
    steel, kwh = (2.0, 10.0) if seed == 0 else (round(chance.uniform(1, 9), 3), round(chance.uniform(1, 90), 3))
    loaded = case(chain(steel, kwh))
    power = divided(loaded, "electricity")
    assert values(power) == pytest.approx({"footprint-CN-wind-2024": (kwh + 2 * steel) * 0.0324})
    assert power["through"]["value"] == pytest.approx((kwh + 2 * steel) * 0.0324)
    assert power["rest"]["value"] == pytest.approx(1 + steel * 3.5)
    assert values(divided(loaded, "transport")) == pytest.approx({"lorry-factor": steel * 0.5})
    if seed == 0:
        assert power["through"]["value"] == pytest.approx(0.4536)


def test_suppliers_are_companies_sites_or_processes_and_factors_stand_for_nobody(case):
    data = divided(case(chain()), "supplier")
    found = {group["iri"].rpartition("/")[2]: (group["kind"], group["value"]) for group in data["groups"]}
    assert found == {
        "company": ("organisation", pytest.approx(6.0)),
        "part-making": ("process", pytest.approx(1.0)),
        "lorry-factor": ("factor", pytest.approx(1.0)),
        "footprint-CN-wind-2024": ("factor", pytest.approx(0.4536)),
    }
    of_product = chain().replace("tm:producedAt :works ;", "") + ":steel tm:producedAt :works .\n"
    assert values(divided(case(of_product), "supplier"))["company"] == pytest.approx(6.0)
    unowned = chain().replace("tm:operatedBy :company", 'rdfs:label "x"@en')
    assert {g["kind"] for g in divided(case(unowned), "supplier")["groups"]} == {"site", "process", "factor"}


def test_countries_hold_their_provinces_and_what_is_not_stated_is_said(case):
    loaded = case(chain())
    assert values(divided(loaded, "country")) == pytest.approx({"CN": 6.4536, "unstated": 1.0, "DE": 1.0})
    regions = values(divided(loaded, "region"))
    assert regions == pytest.approx({"CN-GD": 6.0, "CN": 0.4536, "unstated": 1.0, "DE": 1.0})


def test_a_list_that_is_cut_short_says_what_is_left(case):
    data = divided(case(chain()), "supplier", most=1)
    assert (len(data["groups"]), data["rest"]["count"]) == (1, 3)
    assert data["rest"]["value"] == pytest.approx(2.4536)


MAKES_POWER = (
    process("plant", flow=":power", unit=KWH, inputs=((":coal", 0.5),), emissions=((CO2, 0.2),))
    + process("coal", inputs=((":power", 0.1, KWH),), emissions=((CO2, 0.3),))
    + product("power")
    + process("part", unit="unit:NUM", inputs=((":power", 10, KWH), (":coal", 1)), emissions=((CO2, 1),))
)
MARK = f":power tm:contributionGroup <{ID}contribution-group/electricity> .\n"


def test_electricity_in_a_loop_counts_once(case):
    """Power and coal need each other: power = (0.2 + 0.5 x 0.3) / (1 - 0.05) = 0.35 / 0.95.

    Part: 10 kWh, and 1 kg of coal with 0.1 kWh: 10.1 x 0.35 / 0.95 through electricity; 0.3 + 1 not.
    """
    data = divided(case(MAKES_POWER + MARK), "electricity")
    assert values(data) == pytest.approx({"plant-making": 10.1 * 0.35 / 0.95})
    assert data["rest"]["value"] == pytest.approx(1.3)
    assert data["assumptions"] == []


def test_a_product_of_the_group_itself_passes_through_it_whole(case):
    loaded = case(MAKES_POWER + MARK)
    data = contributions(loaded.calculation(), EX + "plant-making", "electricity")
    assert data["through"]["value"] == pytest.approx(0.35 / 0.95)
    assert data["rest"]["value"] == 0


def test_nothing_is_taken_for_electricity_by_its_name(case):
    data = divided(case(MAKES_POWER), "electricity")
    assert data["through"]["value"] == 0
    assert [assumption["code"] for assumption in data["assumptions"]] == ["group-not-marked"]


@pytest.mark.parametrize(
    "mark",
    [
        MARK,
        f":plant-making tm:contributionGroup <{ID}contribution-group/electricity> .\n",
        f":energies a tm:ProductGroup . :kinds a tm:ProductGroup ; <http://www.w3.org/2004/02/skos/core#broader> :energies . :power tm:productGroup :kinds . :energies tm:contributionGroup <{ID}contribution-group/electricity> .\n",
        f":hs a tm:CommodityCode ; tm:contributionGroup <{ID}contribution-group/electricity> . :power tm:commodityCode :hs .\n",
        f":Energy a <http://www.w3.org/2002/07/owl#Class> ; tm:contributionGroup <{ID}contribution-group/electricity> . :power a :Energy .\n",
    ],
    ids=["product", "process", "product group", "commodity code", "class"],
)
def test_any_mark_in_the_graph_makes_a_member(case, mark):
    assert divided(case(MAKES_POWER + mark), "electricity")["through"]["value"] == pytest.approx(10.1 * 0.35 / 0.95)


def test_a_marked_flow_makes_a_member_of_whatever_supplies_it(case):
    text = process("part", inputs=((":lorry", 5, TKM, "tm:defaultProvider :lorry-factor ;"),)) + product("lorry")
    plain = LORRY.replace(f"tm:activity <{ID}activity/transport> ;", "")
    marked = f":lorry tm:contributionGroup <{ID}contribution-group/transport> .\n"
    assert divided(case(text + plain), "transport")["through"]["value"] == 0
    assert divided(case(text + plain + marked), "transport")["through"]["value"] == pytest.approx(0.5)


def test_a_group_of_ones_own_is_a_way_to_divide(case):
    own = ':packaging a tm:ContributionGroup ; <http://www.w3.org/2004/02/skos/core#notation> "packaging" . :steel tm:contributionGroup :packaging .\n'
    assert divided(case(chain() + own), "packaging")["through"]["value"] == pytest.approx(2 * (3 + 2 * 0.0324 + 0.5))
    with pytest.raises(UnknownNameError, match="electricity, transport"):
        divided(case(chain()), "packaging")


def test_what_only_a_credit_of_the_group_holds_together_cannot_be_told_apart(case):
    """Without its credit for power the loop of a with itself uses all it makes."""
    text = process("a", inputs=((":b", 1),), emissions=((CO2, 1),))
    text += process("b", inputs=((":a", 1), (":power", 1, KWH, "tm:avoided true ;")), emissions=((CO2, 1),))
    text += process("plant", flow=":power", unit=KWH, inputs=((":a", 0.5),)) + product("power")
    with pytest.raises(InvalidQuery, match="told apart"):
        divided(case(text + MARK), "electricity", "a")


def test_hot_spots_reach_the_share_and_no_further(case):
    """6 of 8.4536 are 71 %; the lorry and the part's own kilogram 11.8 % each: two lines reach 80 %, three 90 %."""
    loaded = case(chain())
    data = divided(loaded, "hot-spots")
    assert data["share"] == 0.8
    assert [round(line["value"], 9) for line in data["groups"]] == [6.0, 1.0]
    assert [line["cumulative_share"] for line in data["groups"]] == pytest.approx([6 / 8.4536, 7 / 8.4536])
    assert data["rest"]["count"] == 3
    assert len(divided(loaded, "hot-spots", share=0.9)["groups"]) == 3
    assert divided(loaded, "hot-spots", share=1.0)["rest"] is None
    assert {"flow", "process", "amount", "factor", "error_bound", "share"} <= data["groups"][0].keys()


def test_the_share_of_hot_spots_is_data(case, knowledge_store):
    import ontology

    shipped, key = ontology.path("reference/reference_values.ttl").read_bytes(), "tanmai/reference/reference_values"
    loaded = case(chain())
    changed = shipped.replace(b"tm:amount 0.8 ;", b"tm:amount 0.5 ;", 1)
    assert b"hot-spot-share" in changed.partition(b"tm:amount 0.5 ;")[0].rpartition(b"\n\n")[2]
    try:
        knowledge_store.load_bytes(changed, key=key, format="turtle")
        assert len(divided(loaded, "hot-spots")["groups"]) == 1
    finally:
        knowledge_store.load_bytes(shipped, key=key, format="turtle")


def test_a_division_keeps_the_assumptions_and_gaps_of_its_result(case):
    loaded = case(chain() + process("x", inputs=((":part", 1, "unit:NUM"), (":nowhere", 1))) + product("nowhere"))
    data = contributions(loaded.calculation(unlinked="cutoff"), EX + "x", "country")
    assert [cut["flow"]["iri"] for cut in data["cutoffs"]] == [EX + "nowhere"]
    assert "gwp-set-unknown" in {assumption["code"] for assumption in data["assumptions"]}
    with pytest.raises(ExtractionError, match="strict"):
        contributions(loaded.calculation(strict=True), EX + "part", "country")


@pytest.mark.parametrize("share", [0, -0.1, 1.1])
def test_a_share_that_is_none_is_refused(case, share):
    with pytest.raises(InvalidQuery, match="part of one"):
        divided(case(chain()), "hot-spots", share=share)


def test_a_product_without_emissions_has_no_hot_spots(case):
    data = divided(case(process("part")), "hot-spots")
    assert (data["groups"], data["rest"], data["total"]["value"]) == ([], None, 0)


@st.composite
def networks(draw):
    """Processes with loops, credits and power that some of them make; places here and there."""
    size = draw(st.integers(2, 4))
    text = process("plant", flow=":power", unit=KWH, inputs=((":p0", f"{draw(st.floats(0.001, 0.1)):.6f}"),), emissions=((CO2, 0.5),)) + product("power") + MARK  # fmt: skip
    for i in range(size):
        inputs = [
            (f":p{draw(st.integers(0, size - 1))}", f"{draw(st.floats(0.001, 0.2)):.6f}", "unit:KiloGM", credit)
            for credit in draw(st.lists(st.sampled_from(["", "", "tm:avoided true ;"]), max_size=3))
        ]
        inputs += [(":power", f"{draw(st.floats(0.001, 0.3)):.6f}", KWH)] * draw(st.integers(0, 1))
        kinds = draw(st.lists(st.sampled_from(["CO2-fossil", "CH4_fossil-fossil"]), max_size=2))
        emissions = [(f"flow:{kind}", f"{draw(st.floats(0.001, 5)):.6f}") for kind in kinds]
        text += process(f"p{i}", inputs=tuple(inputs), emissions=tuple(emissions), more=draw(st.sampled_from(["", place("CN-GD"), place("FR")])))  # fmt: skip
    return text


@tries(12)
@given(text=networks(), most=st.sampled_from([1, 50]))
def test_any_division_of_any_system_sums(case, text, most):
    loaded = case(text)
    for by in ("electricity", "transport", "supplier", "country", "hot-spots"):
        divided(loaded, by, "p0", most=most)


# ---- suppliers


def test_suppliers_of_one_flow_are_ranked_and_defaults_marked(case):
    """Two works make steel: 3 kg and 2 kg of CO2; nobody chose, so the lower identifier is taken, which is the dearer one."""
    text = (
        process("part", unit="unit:NUM", inputs=((":steel", 2), (":power", 10, KWH, "tm:defaultProvider ef:footprint-CN-wind-2024 ;")))
        + process("a-works", flow=":steel", emissions=((CO2, 3),)) + process("b-works", flow=":steel", amount=1000, unit="unit:GM", emissions=((CO2, 2),))
        + product("steel") + product("power")
    )  # fmt: skip
    data = suppliers(case(text).calculation(), EX + "part", 3)
    steel, power = data["inputs_supplied"]
    assert (steel["amount"], steel["unit"]["symbol"]) == (6, "kg")
    listed = [(c["iri"].rpartition("/")[2], c["per_unit"], c["taken"]) for c in steel["candidates"]]
    assert listed == [("b-works-making", pytest.approx(2.0), False), ("a-works-making", pytest.approx(3.0), True)]
    assert (steel["candidates"][1]["chosen_by"], steel["candidates"][1]["default"]) == ("lowest-identifier", True)
    (wind,) = power["candidates"]
    assert (wind["factor"], wind["default"], wind["chosen_by"]) == (True, True, "default-provider")
    assert wind["per_unit"] == pytest.approx(0.0324)


def test_a_supplier_that_somebody_chose_is_no_default(case):
    text = (
        process("part", inputs=((":steel", 1, "unit:KiloGM", "tm:defaultProvider :b-works-making ;"), (":ore", 1)))
        + process("a-works", flow=":steel", emissions=((CO2, 3),))
        + process("b-works", flow=":steel", emissions=((CO2, 2),))
        + process("ore") + product("steel")
    )  # fmt: skip
    steel, ore = suppliers(case(text).calculation(), EX + "part")["inputs_supplied"]
    taken = [c for c in steel["candidates"] if c["taken"]]
    assert [(c["chosen_by"], c["default"]) for c in taken] == [("default-provider", False)]
    assert [(c["chosen_by"], c["default"]) for c in ore["candidates"]] == [("unique-producer", False)]


def works(name, more="", **sides):
    return process(f"{name}-works", flow=":steel", more=more, **sides)


def candidates(case, others):
    """The candidates for the steel of a part that takes it from a-works."""
    chosen = ((":steel", 1, "unit:KiloGM", "tm:defaultProvider :a-works-making ;"),)
    text = process("part", inputs=chosen) + works("a", 'tm:referenceYear "2024"^^xsd:gYear ;', emissions=((CO2, 3),))
    (line,) = suppliers(case(text + product("steel") + others).calculation(), EX + "part")["inputs_supplied"]
    return {c["iri"].rpartition("/")[2].partition("-")[0]: c for c in line["candidates"]}


def test_a_supplier_that_cannot_be_ranked_stands_last_with_the_reason(case):
    """One is counted in pieces, one has an input that nobody supplies; neither is counted as zero or left out in silence."""
    others = works("b", unit="unit:NUM", emissions=((CO2, 2),))
    others += works("c", inputs=((":ore", 1),), emissions=((CO2, 1),)) + product("ore")
    found = candidates(case, others)
    assert list(found) == ["a", "b", "c"]
    assert (found["b"]["per_unit"], found["c"]["per_unit"]) == (None, None)
    assert "convert" in found["b"]["reason"]
    assert "supplies" in found["c"]["reason"]


def test_a_supplier_of_another_time_is_not_comparable(case):
    others = works("b", 'tm:referenceYear "2020"^^xsd:gYear ;', emissions=((CO2, 2),))
    others += works("c", 'tm:referenceYear "2022"^^xsd:gYear ;', emissions=((CO2, 1),))
    found = candidates(case, others)
    assert (found["b"]["differing"], found["c"]["differing"]) == (["reference-year"], [])
