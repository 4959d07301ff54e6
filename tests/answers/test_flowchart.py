"""The flow chart of a product system: every unit process, what passes between them, the boundary, what is left out."""

import random
from importlib.resources import files

import pytest
from chains import EX, Case, exchange, process, product

from graphstore.answers.flowchart import flowchart
from graphstore.errors import UnknownNameError

DEMO = "https://w3id.org/tanmai/demo/"
CO2 = "flow:CO2-fossil"


def chart(loaded, name, amount=1.0, settings=None, **options):
    return flowchart(loaded.calculation(**(settings or {})), name if "://" in name else EX + name, amount, **options)


def chain():
    """x from 2 a and 3 b; b from 0.5 a and its own product; a emits 4 and takes up 1; x has something cut off."""
    return (
        process("a", emissions=(("flow:CO2-fossil", 4), ("flow:CO2-biogenic-co2-uptake", -1)))
        + process("b", inputs=((":a", 0.5), (":b", 0.25)), emissions=(("flow:CH4_fossil-fossil", 0.1),))
        + process(
            "x", inputs=((":a", 2, "unit:KiloGM", "tm:stage stage:manufacturing ;"), (":b", 3), (":oil", 7)),
            emissions=(("flow:CO2-fossil", 1),),
        )
        + product("oil")
    )  # fmt: skip


CUT = {"unlinked": "cutoff"}


def test_boxes_and_arrows_by_hand(case):
    """b makes 3 / 0.75 runs = 4; a runs 2 + 4 x 0.5 = 4."""
    data = chart(case(chain()), "x", settings=CUT)
    boxes = {node["process"]["iri"].removeprefix(EX): node for node in data["nodes"]}
    assert {name: box["amount"] for name, box in boxes.items()} == pytest.approx(
        {"x-making": 1, "b-making": 4, "a-making": 4}
    )
    assert boxes["b-making"]["direct"] == pytest.approx(4 * 0.1 * 29.8)
    gases = {gas["iri"].rpartition("/")[2]: gas["kg"] for gas in boxes["a-making"]["gases"]}
    assert gases == pytest.approx({"CO2": 4 * (4 - 1)})
    ids = {box["id"]: name for name, box in boxes.items()}
    flows = {(ids[e["from"]], ids[e["to"]]): (e["amount"], e["credit"]) for e in data["edges"]}
    assert flows == {
        ("a-making", "x-making"): (pytest.approx(2.0), False),
        ("b-making", "x-making"): (pytest.approx(3.0), False),
        ("a-making", "b-making"): (pytest.approx(2.0), False),
    }  # its use of its own product is no arrow
    assert data["total"]["value"] == pytest.approx(1 + 4 * 4 + 4 * 2.98)
    assert sum(box["direct"] for box in data["nodes"]) == pytest.approx(data["total"]["value"])


def test_stages_and_boundary(case):
    """a is reached over an arrow of manufacturing; b and x state no stage, so no boundary can be named."""
    data = chart(case(chain()), "x", settings=CUT)
    stage = {node["process"]["iri"].removeprefix(EX): node["stage"].rpartition("/")[2] for node in data["nodes"]}
    assert stage["x-making"] == stage["b-making"] == "unstated"
    assert data["boundary"] is None
    assert [found["iri"].rpartition("/")[2] for found in data["covered"]] == ["manufacturing"]
    staged = chain().replace(
        ":x-in-2 a tm:Exchange ;", ":x-in-2 a tm:Exchange ; tm:stage stage:raw-material-acquisition ;"
    )
    staged = staged.replace(
        ":x-emission-1 a tm:Exchange ;", ":x-emission-1 a tm:Exchange ; tm:stage stage:manufacturing ;"
    )
    data = chart(case(staged), "x", settings=CUT)
    assert data["boundary"]["iri"].endswith("/cradle-to-gate")
    assert [found["iri"].rpartition("/")[2] for found in data["stages"]] == [
        "raw-material-acquisition",
        "manufacturing",
    ]


def test_what_is_cut_off_stands_beside_its_box(case):
    (line,) = chart(case(chain()), "x", 2.0, settings=CUT)["cutoffs"]
    assert (line["flow"]["iri"], line["chain_amount"], line["leaves"]) == (f"{EX}oil", pytest.approx(14.0), False)


def test_a_co_product_that_carries_nothing_leaves(case):
    text = process("x", emissions=(("flow:CO2-fossil", 1),), outputs=((":side", 2),)) + product("side")
    (line,) = chart(case(text), "x", settings={"coproducts": "unallocated"})["cutoffs"]
    assert line["leaves"]


def test_a_waste_runs_to_its_treatment_and_a_credit_is_marked(case):
    text = process("x", outputs=((":ash", 2), (":saved", 3, "unit:KiloGM", "tm:avoided true ;")))
    text += process("treated", flow=":ash", emissions=(("flow:CO2-fossil", 1),)).replace(
        "tm:output :treated-out", "tm:input :treated-out"
    )
    text += product("ash", kind="WasteFlow") + process("saved", emissions=(("flow:CO2-fossil", 5),))
    data = chart(case(text), "x")
    edges = {edge["product"]["iri"].removeprefix(EX): edge for edge in data["edges"]}
    assert (edges["ash"]["waste"], edges["ash"]["credit"], edges["ash"]["amount"]) == (True, False, 2.0)
    assert (edges["saved"]["waste"], edges["saved"]["credit"], edges["saved"]["amount"]) == (False, True, -3.0)
    assert edges["saved"]["value"] == -15.0
    assert {node["process"]["iri"].removeprefix(EX): node["avoided"] for node in data["nodes"]} == {
        "x-making": False, "treated-making": False, "saved-making": True,
    }  # fmt: skip


def test_all_unit_processes_are_listed_however_few_are_drawn(case):
    loaded = case(chain())
    data = chart(loaded, "x", settings=CUT, most=2)
    assert [node["drawn"] for node in data["nodes"]] == [True, True, False]
    assert data["nodes"][1]["process"]["iri"] == f"{EX}b-making"  # 3 kg of b bring more than 2 kg of a
    left = {line["to"]: (line["suppliers"], line["value"]) for line in data["undrawn"]}
    assert left == {data["nodes"][0]["id"]: (1, pytest.approx(8.0)), data["nodes"][1]["id"]: (1, pytest.approx(8.0))}
    assert [node["drawn"] for node in chart(loaded, "x", settings=CUT, depth=0)["nodes"]].count(True) == 1
    assert [node["drawn"] for node in chart(loaded, "x", settings=CUT, cutoff=0.5)["nodes"]].count(True) == 2


def test_the_demonstration_chain(knowledge_store):
    """Nine unit processes, three emission factors, and one loop between extrusion and tooling."""
    text = (files("tanmai") / "demo" / "aluminium.ttl").read_bytes()
    knowledge_store.load_bytes(text, key="case", format="turtle")
    data = chart(Case(knowledge_store), f"{DEMO}profile-delivered")
    kinds = [node["kind"] for node in data["nodes"]]
    assert (kinds.count("process"), kinds.count("factor")) == (9, 3)
    assert all(node["drawn"] for node in data["nodes"])
    assert [found["iri"].rpartition("/")[2] for found in data["covered"]] == [
        "raw-material-acquisition", "manufacturing", "distribution",
    ]  # fmt: skip
    assert sum(node["direct"] for node in data["nodes"]) == pytest.approx(data["total"]["value"], rel=1e-9)


# ---- within a boundary that is asked for


def kettle(power_of_use=25.0):
    """Rule R01 (illustrative): raw 6.51, manufacture 4.3398 of which 6 kWh, distribution 0.0702, use of power, end of life 0.1375.

    The same power runs in manufacture and in use; the truck of the raw material carries a label of distribution of its own.
    """

    def at(stage):
        return f"tm:stage stage:{stage} ;"

    kwh = "unit:KiloW-HR"
    return (
        process("power", unit=kwh, emissions=((CO2, 0.5777),))
        + process("gas", unit="unit:M3", emissions=((CO2, 2.184),))
        + process("truck", unit="unit:KiloM", emissions=((CO2, 0.0351),))
        + process("steel", inputs=((":truck", 10, "unit:KiloM", at("distribution")),), emissions=((CO2, 6.51 - 0.351),))
        + process("dump", emissions=((CO2, 0.1375),))
        + process(
            "kettle",
            unit="unit:NUM",
            inputs=(
                (":steel", 1, "unit:KiloGM", at("raw-material-acquisition")),
                (":power", 6, kwh, at("manufacturing")),
                (":gas", 0.4, "unit:M3", at("manufacturing")),
                (":truck", 2, "unit:KiloM", at("distribution")),
                (":power", power_of_use, kwh, at("use")),
                (":dump", 1, "unit:KiloGM", at("end-of-life")),
            ),
        )
    )  # fmt: skip


KETTLE = {"raw-material-acquisition": 6.51, "manufacturing": 6 * 0.5777 + 0.4 * 2.184, "distribution": 0.0702, "use": 25 * 0.5777, "end-of-life": 0.1375}  # fmt: skip
BOUNDARIES = [
    ("B2C", "cradle-to-grave", []),
    ("B2B", "business-to-business", ["use", "end-of-life"]),
    ("cradle-to-gate", "cradle-to-gate", ["use", "end-of-life", "distribution"]),
    ("从大门到大门", "gate-to-gate", ["use", "raw-material-acquisition", "end-of-life", "distribution"]),
]


@pytest.mark.parametrize(("asked", "key", "outside"), BOUNDARIES)
def test_a_boundary_leaves_out_and_lists_the_stages_beyond_it(case, asked, key, outside):
    """25.50 for B2C and 10.92 for B2B, as rule R01 has them but for the power of use."""
    data = chart(case(kettle()), "kettle", 2.0, boundary=asked)
    assert data["boundary"]["iri"].endswith(f"/boundary/{key}")
    everything = 2 * sum(KETTLE.values())
    left = {line["stage"]["iri"].rpartition("/")[2]: line["value"] for line in data["excluded"]}
    assert left == {stage: pytest.approx(2 * KETTLE[stage]) for stage in outside}
    assert data["total"]["value"] == pytest.approx(everything - sum(left.values()), rel=1e-13)
    assert data["total_of_all_stages"]["value"] == pytest.approx(everything, rel=1e-13)
    assert sum(box["direct"] for box in data["nodes"]) == pytest.approx(data["total"]["value"], rel=1e-12)
    assert [stage["iri"].rpartition("/")[2] for stage in data["covered"]] == [s for s in KETTLE if s not in outside]


def test_one_process_runs_inside_and_outside(case):
    """6 kWh of power are made for manufacture; the 25 of use, and the waste, lie outside: with how much of each."""
    data = chart(case(kettle()), "kettle", boundary="cradle-to-gate")
    boxes = {node["process"]["iri"].removeprefix(EX): node["amount"] for node in data["nodes"]}
    assert boxes == pytest.approx(
        {"kettle-making": 1, "steel-making": 1, "power-making": 6, "gas-making": 0.4, "truck-making": 10}
    )
    power, dump, truck = data["excluded"]
    assert (power["exchange"], power["amount"], power["unit"]["symbol"]) == (
        f"{EX}kettle-in-5",
        pytest.approx(25),
        "kW·h",
    )
    assert (dump["flow"]["iri"], dump["amount"], truck["amount"]) == (f"{EX}dump", pytest.approx(1), pytest.approx(2))
    assert power["value"] == pytest.approx(25 * 0.5777)
    arrows = {edge["product"]["iri"].removeprefix(EX): edge["amount"] for edge in data["edges"]}
    assert arrows["power"] == pytest.approx(6)


def test_what_is_upstream_of_a_covered_stage_stays(case):
    """The truck that brings the steel belongs to the raw material, whatever its own label says: 10 km, and 0.351 kg."""
    data = chart(case(kettle()), "kettle", boundary="cradle-to-gate")
    (truck,) = [node for node in data["nodes"] if node["process"]["iri"] == f"{EX}truck-making"]
    assert (truck["amount"], truck["direct"]) == (pytest.approx(10), pytest.approx(0.351))
    assert f"{EX}steel-in-1" not in [line["exchange"] for line in data["excluded"]]


def test_a_loop_across_the_boundary(case):
    """x needs 0.5 y of manufacturing, y needs 0.4 x, and using x needs 2 y: inside x makes 1 / 0.8, y 0.5 of that."""
    text = process(
        "x",
        inputs=(
            (":y", 0.5, "unit:KiloGM", "tm:stage stage:manufacturing ;"),
            (":y", 2, "unit:KiloGM", "tm:stage stage:use ;"),
        ),
        emissions=((CO2, 1),),
    ) + process("y", inputs=((":x", 0.1),), emissions=((CO2, 3),))
    data = chart(case(text), "x", boundary="cradle-to-gate")
    # every x made needs 2.5 y, every y 0.1 x: x = 1 / (1 - 0.25) = 4/3 runs and y = 10/3; y carries (3 + 0.1) / 0.75 = 62/15
    assert data["total_of_all_stages"]["value"] == pytest.approx(4 / 3 + 10)
    # what the first x takes for use is 2 y, 124/15 kg; inside remain 1 + 0.5 x 62/15 = 46/15
    (line,) = data["excluded"]
    assert (line["amount"], line["value"]) == (pytest.approx(2), pytest.approx(124 / 15))
    assert data["total"]["value"] == pytest.approx(46 / 15)
    assert sum(box["direct"] for box in data["nodes"]) == pytest.approx(46 / 15)
    assert data["without_stage"] == pytest.approx(1)


def test_emissions_and_wastes_beyond_the_boundary(case):
    """An emission of use, 2 kg, and 3 kg of waste of the end of life, treated at 0.5 kg each, lie outside; one box remains."""
    text = process(
        "can",
        emissions=((CO2, 1), (CO2, 2, "unit:KiloGM", "tm:stage stage:use ;")),
        outputs=((":scrap", 3, "unit:KiloGM", "tm:stage stage:end-of-life ;"),),
    )
    text += product("scrap", kind="WasteFlow") + exchange("treated", ":scrap", 1) + exchange("fumes", CO2, 0.5)
    text += (
        ":treating a tm:UnitProcess ; tm:quantitativeReference :treated ; tm:input :treated ; tm:emission :fumes .\n"
    )
    data = chart(case(text), "can", boundary="B2B")
    assert [(line["amount"], line["value"]) for line in data["excluded"]] == [
        (2.0, 2.0),
        (pytest.approx(3), pytest.approx(1.5)),
    ]
    assert [node["direct"] for node in data["nodes"]] == [pytest.approx(1.0)]
    assert data["nodes"][0]["gases"][0]["kg"] == pytest.approx(1.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_inside_and_outside_add_up(case, seed):
    power = round(random.Random(seed).uniform(0.1, 90), 3)
    data = chart(case(kettle(power)), "kettle", boundary="cradle-to-gate")
    left = sum(line["value"] for line in data["excluded"])
    assert left == pytest.approx(power * 0.5777 + 0.1375 + 0.0702)
    assert data["total"]["value"] + left == pytest.approx(data["total_of_all_stages"]["value"], rel=1e-13)


def test_a_boundary_that_nobody_knows(case):
    with pytest.raises(UnknownNameError, match=r"'B2X'.*business-to-business, cradle-to-cradle, cradle-to-gate"):
        chart(case(kettle()), "kettle", boundary="B2X")


def test_all_stages_are_no_claim_that_material_returns(case):
    """Cradle to grave and cradle to cradle cover the same stages; the second claims more than the data say."""
    assert chart(case(kettle()), "kettle")["boundary"]["iri"].endswith("/cradle-to-grave")
