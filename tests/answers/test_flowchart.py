"""The flow chart of a product system: every unit process, what passes between them, the boundary, what is left out."""

from importlib.resources import files

import pytest
from chains import EX, Case, process, product

from graphstore.answers.flowchart import flowchart

DEMO = "https://w3id.org/tanmai/demo/"


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
