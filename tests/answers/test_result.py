"""What an answer says of itself: parts that add up, gaps and assumptions named, names found, trees that sum."""

import json

import pytest
from amounts import tries
from chains import EX, ID, exchange, process, product
from hypothesis import given
from hypothesis import strategies as st

from footprint.errors import (
    AllocationError,
    IncompleteInventory,
    InvalidInventory,
    InvalidQuery,
    UnitError,
    UnproductiveLoop,
)
from graphstore.answers.scores import all_products, cut_off_table
from graphstore.errors import ExtractionError, UnknownNameError

CO2 = "flow:CO2-fossil"

# A part from steel (a loop with its own scrap), power by a factor, waste treated, steam credited, wood with uptake.
PLANT = (
    process(
        "part",
        unit="unit:NUM",
        inputs=(
            (":steel", 2, "unit:KiloGM", "tm:stage stage:raw-material-acquisition ;"),
            (":power", 10, "unit:KiloW-HR", "tm:stage stage:manufacturing ; tm:defaultProvider ef:footprint-CN-wind-2024 ;"),
            (":steam", 0.5, "unit:KiloGM", "tm:avoided true ;"),
        ),
        outputs=((":sludge", 0.3),),
        emissions=((CO2, 1.5), ("flow:CH4_fossil-fossil", 0.01, "unit:KiloGM", "tm:stage stage:manufacturing ;")),
    )
    + process("steel", inputs=((":steel", 0.2), (":wood", 0.1)), emissions=((CO2, 1.6), ("flow:N2O-fossil", 2, "unit:GM")))
    + process("steam", emissions=((CO2, 0.4),))
    + process("wood", emissions=(("flow:CO2-biogenic-co2-uptake", -1.8), (CO2, 0.05)))
    + product("sludge", kind="WasteFlow")
    + product("power")
    + ":burning a tm:UnitProcess ; tm:quantitativeReference :burnt ; tm:input :burnt ; tm:emission :smoke .\n"
    + exchange("burnt", ":sludge", 1, "unit:TONNE")
    + exchange("smoke", CO2, 800)
)  # fmt: skip

STEEL = (1.6 + 0.002 * 273 + 0.1 * 0.05) / 0.8
PART = 1.5 + 0.01 * 29.8 + 2 * STEEL + 10 * 0.0324 - 0.5 * 0.4 + 0.3 * 0.8


@pytest.fixture
def part(case):
    return case(PLANT).footprint("part")


def test_the_total_by_hand(part):
    assert part["total"]["value"] == pytest.approx(PART, rel=1e-12)
    assert 0 <= part["total"]["error_bound"] < 1e-11
    assert part["total_including_biogenic_co2"]["value"] == pytest.approx(PART - 2 / 0.8 * 0.1 * 1.8, rel=1e-12)


def test_every_division_sums_to_the_total(part):
    total = part["total"]["value"]
    assert sum(stage["value"] for stage in part["stages"]) == pytest.approx(total, rel=1e-12)
    assert sum(gas["in_total"] for gas in part["gases"]) == pytest.approx(total, rel=1e-12)
    assert sum(line["value"] for line in part["contributions"]) == pytest.approx(total, rel=1e-12)
    assert part["contributions_remainder"] == pytest.approx(0, abs=1e-12)
    assert sum(line["value"] for line in part["processes"]) == pytest.approx(total, rel=1e-12)
    assert sum(line["share"] for line in part["contributions"]) == pytest.approx(1.0, rel=1e-12)


def test_stages_by_hand(part):
    stages = {stage["iri"].rpartition("/")[2]: stage["value"] for stage in part["stages"]}
    assert stages == pytest.approx(
        {
            "raw-material-acquisition": 2 * STEEL,
            "manufacturing": 10 * 0.0324 + 0.298,
            "unstated": 1.5 - 0.2 + 0.24,
        },
        rel=1e-12,
    )


def test_each_contribution_is_amount_times_factor(part):
    for line in part["contributions"]:
        assert line["amount"] * line["factor"] == pytest.approx(line["value"], rel=1e-12)
    lines = {line["exchange"].rpartition("/")[2]: line for line in part["contributions"]}
    assert lines["part-in-2"]["amount"] == pytest.approx(10)
    assert lines["part-in-2"]["factor"] == pytest.approx(0.0324)
    assert lines["part-in-2"]["provider"]["iri"] == f"{ID}electricity-factor/footprint-CN-wind-2024"
    assert lines["steel-emission-1"]["amount"] == pytest.approx(2 / 0.8 * 1.6)  # 2 kg need 2.5 kg in the loop
    assert lines["steam-emission-1"]["value"] == pytest.approx(-0.2)


def test_few_contributions_leave_a_remainder(case):
    from graphstore.answers.footprint import calculate

    data = calculate(case(PLANT).calculation(), EX + "part", most=2).data
    assert len(data["contributions"]) == 2
    rest = data["total"]["value"] - sum(line["value"] for line in data["contributions"])
    assert data["contributions_remainder"] == pytest.approx(rest, rel=1e-12)
    assert abs(rest) > 0.1


@st.composite
def plants(draw):
    """Processes p0, p1, ... with loops, credits, stages and two gases; inputs stay small enough to leave something over."""
    size, text = draw(st.integers(1, 4)), ""
    amounts, stages = (
        st.floats(0.001, 5),
        st.sampled_from(["", "tm:stage stage:use ;", "tm:stage stage:manufacturing ;"]),
    )
    for i in range(size):
        inputs = [
            (
                f":p{draw(st.integers(0, size - 1))}",
                f"{draw(st.floats(0.001, 0.2)):.6f}",
                "unit:KiloGM",
                draw(stages) + credit,
            )
            for credit in draw(st.lists(st.sampled_from(["", "", "tm:avoided true ;"]), max_size=3))
        ]
        gases = draw(
            st.lists(st.sampled_from(["CO2-fossil", "CH4_fossil-fossil", "CO2-biogenic-co2-release"]), max_size=2)
        )
        emissions = [(f"flow:{gas}", f"{draw(amounts):.6f}", "unit:KiloGM", draw(stages)) for gas in gases]
        text += process(f"p{i}", inputs=tuple(inputs), emissions=tuple(emissions))
    return text


@tries(15)
@given(text=plants(), cutoff=st.sampled_from([0.0, 0.02, 0.3]))
def test_parts_sum_to_the_whole_in_any_system(case, text, cutoff):
    loaded = case(text)
    data = loaded.footprint("p0")
    total = data["total"]["value"]
    size = sum(abs(line["value"]) for line in data["contributions"])
    for part_, key in (("stages", "value"), ("gases", "in_total"), ("contributions", "value"), ("processes", "value")):
        assert sum(line[key] for line in data[part_]) == pytest.approx(total, rel=1e-9, abs=1e-9 * size), part_
    assert abs(data["contributions_remainder"]) <= 1e-9 * size
    tree = loaded.explain("p0", cutoff=cutoff)
    assert tree["root"]["value"] == pytest.approx(total, rel=1e-9, abs=1e-9 * size)
    for line in walk(tree["root"]):
        if line["children"]:
            below = sum(child["value"] for child in line["children"])
            assert below == pytest.approx(line["value"], rel=1e-9, abs=1e-9 * size)


def walk(line):
    yield line
    for child in line["children"]:
        yield from walk(child)


@pytest.mark.parametrize(("depth", "cutoff"), [(12, 0.0), (12, 0.05), (2, 0.0), (1, 0.5)])
def test_every_node_of_an_explanation_sums(case, depth, cutoff):
    data = case(PLANT).explain("part", depth=depth, cutoff=cutoff)
    assert data["root"]["value"] == pytest.approx(PART, rel=1e-9)
    opened = 0
    for line in walk(data["root"]):
        if line["children"]:
            opened += 1
            assert sum(child["value"] for child in line["children"]) == pytest.approx(
                line["value"], rel=1e-9, abs=1e-11
            )
        if line.get("factor") is not None:
            assert line["amount"] * line["factor"] == pytest.approx(line["value"], rel=1e-9)
    assert opened >= 1
    if cutoff == 0.05:
        assert "remainder" in {line["kind"] for line in walk(data["root"])}


def test_an_explanation_marks_where_a_loop_closes(case):
    """a = 10 + 0.5 b, b = 4 + 0.2 a, so a = 12 / 0.9; below b stands a again, marked."""
    text = process("a", inputs=((":b", 0.5),), emissions=((CO2, 10),)) + process(
        "b", inputs=((":a", 0.2),), emissions=((CO2, 4),)
    )
    lines = list(walk(case(text).explain("a", cutoff=0.001)["root"]))
    assert lines[0]["value"] == pytest.approx(12 / 0.9, rel=1e-12)
    assert lines[0]["loop"] is False
    assert any(line.get("loop") and line["name"]["iri"] == f"{EX}a" for line in lines)


def test_json_is_json(part):
    again = json.loads(json.dumps(part, default=str))
    keys = {
        "product", "amount", "unit", "total", "gwp_sets", "settings", "stages", "gases", "contributions", "cutoffs",
        "assumptions", "inputs", "engine",
    }  # fmt: skip
    assert keys <= set(again)
    assert (
        again["settings"].items() >= {"gwp": "AR6", "unlinked": "error", "coproducts": "error", "strict": False}.items()
    )
    assert {dataset["dataset"] for dataset in again["inputs"]} >= {"case", "tanmai/reference/gwp"}


@tries(12)
@given(amount=st.floats(1e-3, 1e6))
def test_an_answer_is_linear_in_the_amount(case, amount):
    found = case(PLANT).footprint("part", amount)
    assert found["total"]["value"] == pytest.approx(PART * amount, rel=1e-9)
    assert found["amount"] == amount


def test_the_order_of_statements_changes_nothing(case, part):
    head, *rest = [block for block in PLANT.split(" .\n") if block.strip()]
    turned = " .\n".join([*reversed(rest), head]) + " .\n"
    again = case(turned).footprint("part")
    assert again["total"] == part["total"]
    assert again["contributions"] == part["contributions"]


def test_a_unit_scale_changes_nothing(case):
    in_tonnes = PLANT.replace(exchange("part-in-1", ":steel", 2, "unit:KiloGM", "tm:stage stage:raw-material-acquisition ;"), exchange("part-in-1", ":steel", 0.002, "unit:TONNE", "tm:stage stage:raw-material-acquisition ;"))  # fmt: skip
    assert in_tonnes != PLANT
    assert case(in_tonnes).total("part") == pytest.approx(PART, rel=1e-12)


def test_every_product_at_once(case):
    frame = all_products(case(PLANT).calculation())
    scores = dict(zip(frame["iri"].str.split("/").list.last(), frame["kg_co2e"], strict=True))
    assert scores == pytest.approx(
        {"part": PART, "steel": STEEL, "steam": 0.4, "wood": 0.05, "sludge": 800.0}, rel=1e-12
    )
    assert frame.columns[:7] == ["iri", "process", "name", "amount", "unit", "unit_iri", "kg_co2e"]
    assert frame.filter(frame["iri"] == EX + "part")["unit"][0]
    assert (frame["error_bound"] >= 0).all()


# ---- gaps


GAPPY = process(
    "part", inputs=((":nothing", 3),), outputs=((":sludge", 0.3), (":chips", 0.5)), emissions=((CO2, 2),)
) + (product("nothing") + product("sludge", kind="WasteFlow") + product("chips"))


def test_gaps_are_errors_by_default(case):
    loaded = case(GAPPY)
    with pytest.raises(AllocationError, match=rf"<{EX}part-making> with <{EX}chips>.*--coproducts"):
        loaded.total("part")
    with pytest.raises(IncompleteInventory, match=rf"<{EX}nothing> \(in <{EX}part-making>\).*--unlinked cutoff"):
        loaded.total("part", coproducts="unallocated")
    with pytest.raises(AllocationError):
        all_products(loaded.calculation(unlinked="cutoff"))


def test_every_gap_is_listed_when_it_is_allowed(case):
    loaded = case(GAPPY)
    data = loaded.footprint("part", unlinked="cutoff", coproducts="unallocated")
    assert data["total"]["value"] == 2.0
    listed = {line["exchange"].rpartition("/")[2]: (line["reason"], line["amount"]) for line in data["cutoffs"]}
    assert {name: reason for name, (reason, _) in listed.items()} == {
        "part-in-1": "unlinked input",
        "part-output-1": "waste without treatment",
        "part-output-2": "co-product that carries nothing",
    }
    assert float(listed["part-in-1"][1]) == 3.0
    assert data["settings"]["unlinked"] == "cutoff"
    table = cut_off_table(loaded.calculation(unlinked="cutoff", coproducts="unallocated"))
    assert sorted(table["exchange"]) == [f"{EX}part-{end}" for end in ("in-1", "output-1", "output-2")]


BURNING = (
    product("sludge", kind="WasteFlow")
    + product("ash", kind="WasteFlow")
    + ":burning a tm:UnitProcess ; tm:quantitativeReference :burnt ; tm:input :burnt, :with ; tm:emission :smoke .\n"
    + exchange("burnt", ":sludge", 1, "unit:TONNE")
    + exchange("with", ":ash", 3000)
    + exchange("smoke", CO2, 800)
)


def test_a_treatment_of_two_wastes(case):
    """800 kg over 4 t by mass: 0.2 kg per kg of either; paper 1 + 2 x 0.2 + 0.5 x 0.2."""
    loaded = case(BURNING + process("paper", outputs=((":sludge", 2), (":ash", 0.5)), emissions=((CO2, 1),)))
    assert loaded.total("paper", coproducts="mass") == pytest.approx(1.5, rel=1e-12)
    assert loaded.total("ash", 10, coproducts="mass") == pytest.approx(2.0, rel=1e-12)
    with pytest.raises(AllocationError, match=rf"<{EX}burning> with <{EX}ash>"):
        loaded.total("paper")
    cut = loaded.footprint("paper", unlinked="cutoff", coproducts="unallocated")
    assert cut["total"]["value"] == pytest.approx(1 + 2 * 0.8, rel=1e-12)
    assert {line["exchange"].rpartition("/")[2]: line["reason"] for line in cut["cutoffs"]} == {
        "paper-output-2": "waste without treatment",
        "with": "co-product that carries nothing",
    }


def test_a_waste_beside_the_reference_is_found_in_a_store_that_is_broken_elsewhere(case):
    broken = product("broken") + process("bad", flow=":broken", amount='"NaN"^^xsd:double')
    loaded = case(BURNING + broken + process("paper", outputs=((":ash", 0.5),), emissions=((CO2, 1),)))
    assert loaded.total("paper", coproducts="mass") == pytest.approx(1 + 0.5 * 0.2, rel=1e-12)
    assert loaded.total("ash", coproducts="mass") == pytest.approx(0.2, rel=1e-12)


def test_a_co_product_reading_is_a_setting(case):
    data = case(GAPPY).footprint("part", unlinked="cutoff", coproducts="mass")
    assert data["total"]["value"] == pytest.approx(2 / 1.5)
    assert {line["reason"] for line in data["cutoffs"]} == {"unlinked input", "waste without treatment"}
    assert data["settings"]["coproducts"] == "mass"


def test_a_gap_outside_the_chain_is_not_in_the_answer(case):
    loaded = case(GAPPY + process("other", emissions=((CO2, 4),)))
    assert loaded.total("other") == 4.0
    assert loaded.footprint("other", unlinked="cutoff", coproducts="unallocated")["cutoffs"] == []


def test_a_named_provider_that_is_not_there_is_a_gap(case):
    """It is not replaced by the process that happens to make the flow."""
    text = process("part", inputs=((":steel", 3, "unit:KiloGM", "tm:defaultProvider :nobody ;"),)) + process(
        "steel", emissions=((CO2, 1),)
    )
    with pytest.raises(
        IncompleteInventory, match=f"<{EX}steel>.* 1 of them name a provider that the graph does not hold"
    ):
        case(text).total("part")
    data = case(text).footprint("part", unlinked="cutoff")
    assert data["total"]["value"] == 0.0
    assert [(line["exchange"], line["reason"]) for line in data["cutoffs"]] == [
        (f"{EX}part-in-1", "provider that is not in the graph")
    ]


FARM = process("grain", amount=4, outputs=((":straw", 6),), emissions=((CO2, 10),)) + product("straw", "golden straw")


@pytest.mark.parametrize("asked", ["straw", "golden straw"])
def test_a_co_product_without_a_method_says_why_it_has_no_footprint(case, asked):
    loaded = case(FARM)
    for reading in ("error", "unallocated"):
        with pytest.raises(AllocationError, match=rf"<{EX}straw> is a co-product of <{EX}grain-making>"):
            loaded.total(asked, coproducts=reading)
    assert loaded.total(asked, coproducts="mass") == pytest.approx(1.0)


def test_a_demand_for_a_co_product_without_a_method_says_what_is_missing(case):
    loaded = case(FARM + process("bed", inputs=((":straw", 3),)))
    with pytest.raises(IncompleteInventory, match=rf"<{EX}straw> is a co-product .*--coproducts"):
        loaded.total("bed")
    assert loaded.total("bed", coproducts="mass") == pytest.approx(3.0)


# ---- links and assumptions


TWO = (
    process("a1", flow=":steel", emissions=((CO2, 1),))
    + process("a2", flow=":steel", emissions=((CO2, 5),))
    + product("steel")
)


def codes(data):
    return {assumption["code"]: assumption for assumption in data["assumptions"]}


def test_among_two_producers_the_lowest_identifier_supplies_and_says_so(case):
    data = case(TWO + process("part", inputs=((":steel", 2),))).footprint("part")
    assert data["total"]["value"] == 2.0
    assert codes(data)["lowest-identifier"]["subjects"] == [f"{EX}part-in-1"]


def test_a_stated_provider_and_a_link_that_beats_it(case):
    stated = TWO + process("part", inputs=((":steel", 2, "unit:KiloGM", "tm:defaultProvider :a2-making ;"),))
    data = case(stated).footprint("part")
    assert data["total"]["value"] == 10.0
    assert "lowest-identifier" not in codes(data)
    linked = case(stated + ":part-in-1 tm:linkedTo :a1-making .\n")
    assert linked.total("part") == 2.0


def test_a_link_may_stand_in_a_graph_of_its_own(case, knowledge_store):
    loaded = case(TWO + process("part", inputs=((":steel", 2),)))
    link = f"<{EX}part-in-1> <https://w3id.org/tanmai/ontology#linkedTo> <{EX}a2-making> <{EX}links> .".encode()
    knowledge_store.load_bytes(link, key="links", format="nquads")
    try:
        assert loaded.total("part") == 10.0
    finally:
        knowledge_store.retire("links")
    assert loaded.total("part") == 2.0


def test_a_substituted_provider_is_reported(case):
    data = case(
        TWO
        + process("part", inputs=((":iron", 2, "unit:KiloGM", "tm:defaultProvider :a2-making ;"),))
        + product("iron")
    ).footprint("part")
    assert data["total"]["value"] == 10.0
    assert codes(data)["substituted-provider"]["subjects"] == [f"{EX}part-in-1"]


def test_illustrative_figures_are_reported_with_their_share(case):
    marked = process("part", emissions=((CO2, 3, "unit:KiloGM", "tm:illustrative true ;"), (CO2, 1)))
    data = case(marked).footprint("part")
    assert codes(data)["illustrative"]["share"] == pytest.approx(0.75)
    assert codes(case(marked.replace("tm:illustrative true ;", "")).footprint("part")) == {}


def powered(key="footprint-CN-grid-average-2024"):
    return process(
        "part", inputs=((":power", 2, "unit:KiloW-HR", f"tm:defaultProvider ef:{key} ;"),), emissions=((CO2, 0.8446),)
    ) + product("power")


def test_strict_refuses_what_cannot_be_restated(case):
    data = case(powered()).footprint("part")
    assert data["gwp_sets"] == ["AR6", "unknown"]
    assert codes(data)["gwp-set-unknown"]["share"] == pytest.approx(1.1554 / 2)
    with pytest.raises(ExtractionError, match=r"strict: .*gwp-set/unknown.*cannot be restated as AR6"):
        case(powered()).total("part", strict=True)


def test_strict_allows_a_factor_of_the_same_set(case):
    own = process("part", inputs=((":power", 2, "unit:KiloW-HR", "tm:defaultProvider :mine ;"),)) + product("power")
    own += ":mine a tm:EmissionFactor ; tm:perUnit unit:KiloW-HR ; tm:co2e 0.5 ; tm:gwpSet set:AR6 .\n"
    assert case(own).total("part", strict=True) == 1.0
    with pytest.raises(ExtractionError, match=r"gwp-set/AR6.*cannot be restated as AR5"):
        case(own).total("part", strict=True, gwp="AR5")


@pytest.mark.parametrize(
    "text", [process("part", emissions=((CO2, 1),)), powered().replace(":part-emission-1", ":part-gone")]
)
def test_an_unknown_gwp_set_is_refused_though_no_gas_needs_it(case, text):
    with pytest.raises(ExtractionError, match=r"AR9> are in the graph. Choose one of: AR4, AR5, AR6"):
        case(text).total("part", gwp="AR9")


def test_a_gas_without_a_potential_is_never_zero(case):
    """AR4 gives no value for sulfuryl fluoride; AR6 gives 4630."""
    loaded = case(process("part", emissions=(("flow:SO2F2-fossil", 1),)))
    assert loaded.total("part") == 4630.0
    with pytest.raises(ExtractionError, match=r"AR4> has no global warming potential for <.*gas/SO2F2>"):
        loaded.total("part", gwp="AR4")


def test_a_flow_that_is_no_greenhouse_gas_costs_nothing(case):
    lead = ":lead a tm:ElementaryFlow .\n"
    assert case(lead + process("part", emissions=((":lead", 9), (CO2, 1)))).total("part") == 1.0


# ---- loops


def test_a_loop_that_eats_what_it_makes_is_named(case):
    text = process("a", inputs=((":b", 1),), emissions=((CO2, 1),)) + process("b", inputs=((":a", 1.5),))
    with pytest.raises(UnproductiveLoop, match=rf"unproductive loop: .*<{EX}[ab]-making>, <{EX}[ab]-making>.*1\.2247"):
        case(text).total("a")


@pytest.mark.parametrize("own", [1, 2])
def test_a_process_that_eats_all_it_makes_is_named(case, own):
    with pytest.raises(UnproductiveLoop, match=f"<{EX}a-making>"):
        case(process("a", inputs=((":a", own),), emissions=((CO2, 1),))).total("a")


def test_a_self_loop_is_folded(case):
    assert case(process("a", inputs=((":a", 0.25),), emissions=((CO2, 3),))).total("a") == pytest.approx(4.0, rel=1e-12)


# ---- what is meant


NAMED = (
    '@prefix n: <https://example.org/> .\n'
    + process("x1", emissions=((CO2, 1),)).replace('"x1"@en', '"steel sheet"@en, "钢板"@zh')
    + process("x2", emissions=((CO2, 2),)).replace('"x2"@en', '"steel sheet, coated"@en, "涂层钢板"@zh')
    + process("x3", emissions=((CO2, 3),)).replace('"x3"@en', '"Copper wire"@en, "铜线"@zh')
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{EX}x3", 3.0),
        (f"{EX}x3-making", 3.0),
        ("copper", 3.0),
        ("COPPER WIRE", 3.0),
        ("铜", 3.0),
        ("steel sheet", 1.0),  # the exact name wins
        ("钢板", 1.0),
        (" coated ", 2.0),
        ("making x2", 2.0),  # the name of the process
    ],
)
def test_a_product_is_found_by_iri_or_part_of_a_name(case, text, expected):
    from graphstore.answers.footprint import calculate

    assert calculate(case(NAMED).calculation(), text).total == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "steel",
            r"'steel' fits 2 products; .*\n  steel sheet / 钢板 .*<https://example.org/x1-making>\n  steel sheet, coated",
        ),
        ("gold", r"No product whose name contains 'gold'.*lists all 3"),
        (f"{EX}x9", rf"No product or process <{EX}x9>"),
        ("  ", "name of the product is empty"),
    ],
)
def test_a_product_that_is_not_clear_is_asked_back(case, text, words):
    from graphstore.answers.footprint import calculate

    with pytest.raises(UnknownNameError, match=words):
        calculate(case(NAMED).calculation(), text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t", "unit:TONNE"), ("kg", "unit:KiloGM"), ("KG", "unit:KiloGM"), ("吨", "unit:TONNE"), ("kWh", "unit:KiloW-HR"),
        ("m3", "unit:M3"), ("MJ", "unit:MegaJ"), ("kwh", "unit:KiloW-HR"), ("http://qudt.org/vocab/unit/GM", "unit:GM"),
        ("Mg", "unit:MegaGM"), ("mg", "unit:MilliGM"),
    ],
)  # fmt: skip
def test_a_unit_is_found_by_its_symbol_and_the_exact_case_wins(case, text, expected):
    from graphstore.answers.units import find_unit

    calculation = case(NAMED).calculation()
    assert find_unit(calculation, text).rpartition("/")[2] == expected.removeprefix("unit:")


@pytest.mark.parametrize("text", ["furlongs", "", '" } #', "mJ", "pJ"])
def test_a_unit_that_is_not_known_is_asked_back(case, text):
    from graphstore.answers.units import find_unit

    with pytest.raises(UnknownNameError, match="No unit"):
        find_unit(case(NAMED).calculation(), text)


LIQUID = process("oil", unit="unit:M3", emissions=((CO2, 2550),)) + (
    ":oil tm:hasProperty :density . :density a tm:PropertyValue ; tm:property property:density ; tm:amount 850 ; "
    "tm:unit unit:KiloGM ; tm:perUnit unit:M3 .\n"
)


def test_an_amount_may_be_asked_in_another_dimension_through_a_stated_property(case):
    loaded = case(LIQUID + process("part", inputs=((":oil", 8.5, "unit:KiloGM"),)))
    assert loaded.total("oil", 1.0, "http://qudt.org/vocab/unit/KiloGM") == pytest.approx(3.0, rel=1e-12)
    assert loaded.total("part") == pytest.approx(25.5, rel=1e-12)
    with pytest.raises(UnitError, match="measure different things"):
        loaded.total("oil", 1.0, "http://qudt.org/vocab/unit/MegaJ")


def test_without_the_property_the_exchange_is_named(case):
    text = LIQUID.replace("property:density", "property:price") + process(
        "part", inputs=((":oil", 8.5, "unit:KiloGM"),)
    )
    with pytest.raises(UnitError, match=rf"exchange <{EX}part-in-1>, flow <{EX}oil>: .*measure different things"):
        case(text).total("part")


def test_properties_that_disagree_are_refused(case):
    second = (
        ":oil tm:hasProperty :heavier . :heavier a tm:PropertyValue ; tm:property property:density ; tm:amount 0.86 ; "
        "tm:unit unit:TONNE ; tm:perUnit unit:M3 .\n"
    )
    text = LIQUID + second + process("part", inputs=((":oil", 8.5, "unit:KiloGM"),))
    with pytest.raises(UnitError, match=r"properties that disagree"):
        case(text).total("part")


def test_an_empty_graph_has_no_products(case):
    with pytest.raises(UnknownNameError, match="no product that can be calculated"):
        case("").total("anything at all")
    assert len(all_products(case("").calculation())) == 0


def test_a_product_that_nobody_makes(case):
    with pytest.raises(UnknownNameError, match=f"No product or process <{EX}lonely>"):
        case(product("lonely") + process("part", emissions=((CO2, 1),))).total("lonely")


def test_an_unknown_name_in_a_store_that_cannot_be_assembled(case):
    broken = PLANT + process("broken", emissions=((CO2, '"NaN"^^xsd:double'),))
    assert case(broken).total("part") == pytest.approx(PART, rel=1e-12)
    assert "upstream-part" in codes(case(broken).footprint("part"))
    with pytest.raises(UnknownNameError, match="No product"):
        case(broken).total("no such thing")
    with pytest.raises(InvalidInventory, match=rf"<{EX}broken-emission-1>"):
        case(broken).total("broken")


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), 0.0, -1.0])
def test_only_a_positive_amount_can_be_asked_for(case, amount):
    from footprint.errors import InvalidQuery

    with pytest.raises(InvalidQuery, match="positive amount"):
        case(PLANT).total("part", amount)


def test_a_negative_input_that_is_no_credit_is_reported(case):
    """USLCI has such inputs; rule R01 lets a quantity be negative only for credits and removals of an explicit kind."""
    codes = {assumption["code"] for assumption in case(PLANT).footprint("part")["assumptions"]}
    assert "negative-amount" not in codes
    odd = process("odd", inputs=((":part", -0.5, "unit:NUM"),), emissions=((CO2, 2),))
    data = case(PLANT + odd).footprint("odd")
    assert data["total"]["value"] == pytest.approx(2 - 0.5 * PART, rel=1e-12)
    found = [assumption for assumption in data["assumptions"] if assumption["code"] == "negative-amount"]
    assert found[0]["subjects"] == [f"{EX}odd-in-1"]


def test_a_negative_product_amount_is_reported(case):
    """A product stated as -2 kg is read as a treatment of it, as other databases mean it; the result says so."""
    data = case(process("slag", amount=-2, emissions=((CO2, 3),))).footprint("slag")
    assert data["total"]["value"] == pytest.approx(1.5, rel=1e-12)
    found = [assumption for assumption in data["assumptions"] if assumption["code"] == "negative-reference"]
    assert found[0]["subjects"] == [f"{EX}slag-out"]


def test_a_zero_reference_amount_is_refused(case):
    from footprint.errors import InvalidSystem

    with pytest.raises(InvalidSystem, match=rf"{EX}part-making.*other than zero"):
        case(process("part", amount=0, emissions=((CO2, 1),))).total("part")


def test_a_wrong_unit_of_an_emission_names_it(case):
    with pytest.raises(UnitError, match=rf"exchange <{EX}part-emission-1>, flow <{ID}elementary-flow/CO2-fossil>"):
        case(process("part", emissions=((CO2, 1, "unit:KiloW-HR"),))).total("part")


def test_no_number_is_refused_by_name(case):
    for written in ('"NaN"^^xsd:double', '"INF"^^xsd:double', '"two"'):
        with pytest.raises(InvalidInventory, match=rf"no finite tm:amount: <{EX}part-emission-1>"):
            case(process("part", emissions=((CO2, written),))).total("part")


def test_blank_nodes_calculate_like_named_ones(case):
    text = (
        product("part")
        + """[] a tm:UnitProcess ; rdfs:label "making of it"@en ;
        tm:output [ a tm:Exchange ; tm:flow :part ; tm:amount 1 ; tm:unit unit:NUM ] ;
        tm:input [ a tm:Exchange ; tm:flow :power ; tm:amount 2 ; tm:unit unit:KiloW-HR ; tm:defaultProvider
            [ a tm:EmissionFactor ; rdfs:label "nameless"@en ; tm:perUnit unit:KiloW-HR ; tm:co2e 0.5 ; tm:gwpSet set:AR6 ] ] ;
        tm:input [ a tm:Exchange ; tm:flow :gone ; tm:amount 1 ; tm:unit unit:KiloGM ] ;
        tm:emission [ a tm:Exchange ; tm:flow flow:CO2-fossil ; tm:amount 3 ; tm:unit unit:KiloGM ] .
        """
        + product("power")
        + product("gone")
    )
    data = case(text).footprint("part", unlinked="cutoff")
    assert data["total"]["value"] == 4.0
    assert data["process"]["name_en"] == "making of it"
    assert [line["flow"]["name_en"] for line in data["cutoffs"]] == ["gone"]
    assert {line["process"]["name_en"] for line in data["contributions"]} == {"making of it"}
    assert case(text).explain("part", unlinked="cutoff")["root"]["value"] == 4.0


@pytest.mark.parametrize("amount", [1e-320, 1e-101, 1e101, 1e308])
def test_an_amount_beyond_what_errors_are_bounded_for_is_refused(case, amount):
    loaded = case(process("ore", emissions=(("flow:CO2-fossil", 2),)))
    with pytest.raises(InvalidQuery, match="within which errors are bounded"):
        loaded.total("ore", amount)
    assert loaded.total("ore", 1e-100) == pytest.approx(2e-100)
