"""What-ifs, scenarios and the list of affected footprints from the command line."""

import json
import re
import shutil
import sys
from importlib.resources import files

import pytest

from tanmai import cli

DEMO = "https://w3id.org/tanmai/demo/"
PROFILE = f"{DEMO}profile-delivered"
HYDRO = "Electricity carbon footprint factor, China, hydropower, 2024"
GRID = "China, grid average, 2024"


@pytest.fixture(scope="module")
def filled(tmp_path_factory, with_knowledge):
    """A store with the reference knowledge and the demonstration."""
    from graphstore import GraphStore

    path = tmp_path_factory.mktemp("whatif") / "store"
    text = (files("tanmai") / "demo" / "aluminium.ttl").read_bytes()
    with GraphStore.open(with_knowledge(path)) as store:
        store.load_bytes(text, key="demo", format="turtle")
    return path


@pytest.fixture
def tanmai(monkeypatch, capsys, filled, tmp_path):
    """Run a command on a copy of the store; return exit code, stdout, stderr."""
    shutil.copytree(filled, tmp_path / "store")
    monkeypatch.setenv("TANMAI_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("TANMAI_LANG", "en")
    monkeypatch.delenv("TANMAI_TRACEBACK", raising=False)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tanmai", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        return code, printed.out, re.sub(r"\s*│\s*|\s+", " ", printed.err)

    return run


def asked(outcome):
    code, out, err = outcome
    assert code == 0, err
    return json.loads(out)


def test_whatif_prints_before_after_and_what_moved(tanmai):
    code, out, _ = tanmai("whatif", PROFILE, "--set", "anode in electrolysis=0.40", "--products", 3)
    assert code == 0
    for piece in (
        "13,854.5",
        "13,822.1",
        "-32.4649",
        "-0.2%",
        "0.45 → 0.4 t",
        "prebaked anode production",
        "Products that change",
    ):
        assert piece in out
    code, out, _ = tanmai("whatif", "铝挤压型材（送达客户）", "--swap", f"{GRID}={HYDRO}", "--lang", "zh")
    assert (code, "4,850.48" in out, "改动内容" in out, "全国平均，2024年 → 全国电力碳足迹因子，水力发电" in out) == (
        0,
        True,
        True,
        True,
    )


def test_whatif_in_json_equals_the_footprint_under_the_scenario(tanmai):
    data = asked(tanmai("whatif", PROFILE, "--swap", f"{GRID}={HYDRO}", "--amount", 2, "--unit", "kg", "--json"))
    assert tanmai("scenario", "add", "hydro", "--swap", f"{GRID}={HYDRO}")[0] == 0
    under = asked(tanmai("footprint", PROFILE, "--scenario", "hydro", "--amount", 2, "--unit", "kg", "--json"))
    assert (
        abs(under["total"]["value"] - data["new"]["value"])
        <= under["total"]["error_bound"] + data["new"]["error_bound"]
    )
    assert under["settings"]["hash"] == data["settings"]["hash"]
    assert under["settings"]["scenario"].endswith("/id/scenario/hydro")
    plain = asked(tanmai("footprint", PROFILE, "--json"))
    assert plain["settings"]["hash"] != under["settings"]["hash"]
    assert plain["total"]["value"] == pytest.approx(500 * data["base"]["value"], rel=1e-13)
    named = asked(tanmai("whatif", PROFILE, "--scenario", "hydro", "--json"))
    assert named["new"]["value"] == pytest.approx(500 * data["new"]["value"], rel=1e-12)
    explained = asked(tanmai("explain", PROFILE, "--scenario", "hydro", "--json"))
    assert explained["total"]["value"] == pytest.approx(named["new"]["value"], rel=1e-12)
    code, out, _ = tanmai("explain", PROFILE, "--scenario", "hydro")
    assert (code, "scenario: https://w3id.org/tanmai/local/id/scenario/hydro" in out) == (0, True)


def test_life_of_a_scenario(tanmai, tmp_path):
    said = (
        "--label-en",
        "Less anode",
        "--label-zh",
        "少用阳极",
        "--definition-en",
        "Ten per cent less.",
        "--source",
        "toy",
    )
    code, out, err = tanmai("scenario", "add", "anode", "--set", "anode in electrolysis=-10%", "--for", PROFILE, *said)
    assert (code, "id/scenario/anode" in out) == (0, True), err
    assert "Less anode" in tanmai("scenario", "list")[1]
    code, out, _ = tanmai("scenario", "show", "少用阳极", "--lang", "zh")
    assert (code, "少用阳极" in out, "0.45 → 0.405 t" in out) == (0, True, True)
    code, out, _ = tanmai("scenario", "show", "anode")
    assert (code, "Ten per cent less." in out, "toy" in out) == (0, True, True)
    listed = asked(tanmai("scenario", "list", "--json"))["scenarios"]
    assert listed[0]["changes"] == [
        {"kind": "AmountChange", "exchange": f"{DEMO}electrolysis-grid-in-anode", "relative": -0.1}
    ]
    code, out, _ = tanmai("scenario", "compare", PROFILE, "anode")
    assert (code, "13,825.3" in out, "-29.2184" in out) == (0, True, True)
    exported = tmp_path / "anode.ttl"
    assert tanmai("scenario", "export", "anode", "--out", exported)[0] == 0
    assert tanmai("scenario", "remove", "anode")[0] == 0
    assert asked(tanmai("scenario", "list", "--json")) == {"scenarios": []}
    assert tanmai("load", exported)[0] == 0
    assert asked(tanmai("scenario", "list", "--json"))["scenarios"] == listed
    code, _, err = tanmai("scenario", "remove", "anode")
    assert (code, "came with a dataset" in err) == (2, True)


def test_affected_lists_numbers_and_footprints(tanmai, tmp_path):
    assert tanmai("release", "one")[0] == 0
    code, out, _ = tanmai("affected", "one")
    assert (code, "Nothing that a footprint is computed from has changed." in out) == (0, True)
    text = (files("tanmai") / "demo" / "aluminium.ttl").read_text(encoding="utf-8")
    newer = tmp_path / "newer.ttl"
    newer.write_text(text.replace("tm:amount 2.3 ;", "tm:amount 2.2 ;"), encoding="utf-8")
    assert tanmai("load", newer, "--key", "demo")[0] == 0
    data = asked(tanmai("affected", "one", "--json"))
    assert [(n["old"], n["new"]) for n in data["numbers"]] == [(2.3, 2.2)]
    named = {p["product"]["iri"].removeprefix(DEMO): p["difference"] for p in data["products"]}
    assert named["alumina"] == pytest.approx(-0.1 * 20)
    assert named["ingot-grid"] == pytest.approx(-0.1 * 20 * 1.92)
    assert "bauxite" not in named
    code, out, _ = tanmai("affected", "one", "--lang", "zh")
    assert (code, "碳足迹发生变化的产品：10 个" in out, "2.3" in out) == (0, True, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("whatif", PROFILE), "say what is changed"),
        (("whatif", PROFILE, "--set", "anode=x"), "is no number"),
        (("whatif", PROFILE, "--scenario", "none"), "There is no scenario 'none'"),
        (("whatif", PROFILE, "--set", "profile in press tooling=1000"), "unproductive loop"),
        (("scenario", "add", "no name", "--set", f"{GRID}=1"), "is no name of a scenario"),
        (("scenario", "add", "x"), "say what the scenario changes"),
        (("scenario", "add", "x", "--set", "bauxite in refining=1 kWh"), "cannot be converted"),
        (("scenario", "show", "none"), "There is no scenario 'none'"),
        (("affected", "none"), "none"),
    ],
)
def test_mistakes_end_in_one_message(tanmai, arguments, words):
    code, out, err = tanmai(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


RECYCLED = """
@prefix : <https://example.org/> . @prefix tm: <https://w3id.org/tanmai/ontology#> . @prefix unit: <http://qudt.org/vocab/unit/> .
@prefix role: <https://w3id.org/tanmai/id/recycling-role/> . @prefix flow: <https://w3id.org/tanmai/id/elementary-flow/> .
:virgin a tm:Product . :recycled a tm:Product . :part a tm:Product .
:vm a tm:UnitProcess ; tm:quantitativeReference :vo ; tm:output :vo ; tm:emission :ve .
:vo tm:flow :virgin ; tm:amount 1 ; tm:unit unit:KiloGM . :ve tm:flow flow:CO2-fossil ; tm:amount 12 ; tm:unit unit:KiloGM .
:rm a tm:UnitProcess ; tm:quantitativeReference :ro ; tm:output :ro ; tm:emission :re .
:ro tm:flow :recycled ; tm:amount 1 ; tm:unit unit:KiloGM . :re tm:flow flow:CO2-fossil ; tm:amount 2 ; tm:unit unit:KiloGM .
:pm a tm:UnitProcess ; tm:quantitativeReference :po ; tm:output :po ; tm:input :p1, :p2 ; tm:recycledContent 0.25 ;
  tm:recyclingOutputRate 1 ; tm:energyRecoveryRate 0 ; tm:qualityRatioIn 1 ; tm:qualityRatioOut 1 .
:po tm:flow :part ; tm:amount 1 ; tm:unit unit:KiloGM .
:p1 tm:flow :virgin ; tm:amount 1 ; tm:unit unit:KiloGM ; tm:recyclingRole role:virgin-material .
:p2 tm:flow :recycled ; tm:amount 1 ; tm:unit unit:KiloGM ; tm:recyclingRole role:recycled-material .
:half a tm:Scenario ; tm:change :c . :c a tm:AmountChange ; tm:changedExchange :ve ; tm:relativeChange -0.5 .
"""


def test_every_command_takes_the_recycling_model_that_an_error_asks_for(tanmai, tmp_path):
    """No model is stated, so cut-off is asked for: 0.75 x 12 + 0.25 x 2 = 9.5, and 5.0 with virgin metal at half."""
    data = tmp_path / "recycled.ttl"
    data.write_text(RECYCLED, encoding="utf-8")
    assert tanmai("load", data)[0] == 0
    part, model = "https://example.org/part", ("--recycling", "cut-off", "--json")
    code, _, err = tanmai("whatif", part, "--scenario", "half")
    assert (code, "--recycling" in err) == (2, True)
    for command, values in (
        (("footprint", part, "--scenario", "half"), [5.0]),
        (("whatif", part, "--scenario", "half"), [9.5, 5.0]),
        (("scenario", "compare", part, "half"), [9.5, 5.0]),
        (("uncertainty", part, "--draws", 2), [9.5]),
    ):
        told = asked(tanmai(*command, *model))
        found = (
            [told["total"]] if "total" in told else [told["base"], *(s["new"] for s in told.get("scenarios", [told]))]
        )
        assert [total["value"] for total in found] == pytest.approx(values), command
    assert asked(tanmai("scenario", "show", "half", *model))["lines"][0]["new"] == 6.0
    assert asked(tanmai("scenario", "add", "more", "--set", "https://example.org/ve=+10%", *model))["iri"]
    assert tanmai("release", "one")[0] == 0
    data.write_text(RECYCLED.replace("tm:recycledContent 0.25", "tm:recycledContent 0.5"), encoding="utf-8")
    assert tanmai("load", data)[0] == 0
    told = asked(tanmai("affected", "one", *model))
    assert [(p["base"], p["new"]) for p in told["products"]] == [pytest.approx((9.5, 7.0))]
    assert [(n["exchange"][-2:], n["old"], n["new"], n["counts_otherwise"]) for n in told["numbers"]] == [
        ("p1", 1.0, 1.0, True),
        ("p2", 1.0, 1.0, True),
    ]
    code, out, _ = tanmai("affected", "one", "--recycling", "cut-off")
    assert (code, out.count("stated as before")) == (0, 2)


MILLS = """
@prefix : <https://example.org/> . @prefix tm: <https://w3id.org/tanmai/ontology#> . @prefix unit: <http://qudt.org/vocab/unit/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix id: <https://w3id.org/tanmai/id/> .
:flour a tm:Product . :bran a tm:Product . :bread a tm:Product ; rdfs:label "bread"@en .
:old a tm:UnitProcess ; tm:allocationMethod id:allocation\\/mass ; tm:quantitativeReference :o1 ; tm:output :o1, :o2 ; tm:emission :o3 .
:new a tm:UnitProcess ; tm:quantitativeReference :n1 ; tm:output :n1, :n2 ; tm:emission :n3 .
:baking a tm:UnitProcess ; tm:quantitativeReference :b1 ; tm:output :b1 ; tm:input :b2 .
:o1 a tm:Exchange ; tm:flow :flour ; tm:amount 1 ; tm:unit unit:KiloGM . :o2 a tm:Exchange ; tm:flow :bran ; tm:amount 1 ; tm:unit unit:KiloGM .
:o3 a tm:Exchange ; tm:flow id:elementary-flow\\/CO2-fossil ; tm:amount 4 ; tm:unit unit:KiloGM .
:n1 a tm:Exchange ; tm:flow :flour ; tm:amount 1 ; tm:unit unit:KiloGM . :n2 a tm:Exchange ; tm:flow :bran ; tm:amount 1 ; tm:unit unit:KiloGM .
:n3 a tm:Exchange ; tm:flow id:elementary-flow\\/CO2-fossil ; tm:amount 8 ; tm:unit unit:KiloGM .
:b1 a tm:Exchange ; tm:flow :bread ; tm:amount 1 ; tm:unit unit:KiloGM .
:b2 a tm:Exchange ; tm:flow :flour ; tm:amount 1 ; tm:unit unit:KiloGM ; tm:defaultProvider :old .
:swap a tm:Scenario ; rdfs:label "new mill"@en ; tm:change :c . :c a tm:ProviderSwap ; tm:replacedProvider :old ; tm:newProvider :new .
"""


def test_scenarios_that_are_not_comparable_end_with_1(tanmai, tmp_path):
    data = tmp_path / "mills.ttl"
    data.write_text(MILLS, encoding="utf-8")
    assert tanmai("load", data)[0] == 0
    command = ("scenario", "compare", "bread", "swap", "--coproducts", "unallocated")
    code, out, _ = tanmai(*command)
    assert (code, "Not comparable" in out, "mass allocation" in out, "+6" in out) == (1, True, True, False)
    assert "不可比较" in tanmai(*command, "--lang", "zh")[1]
    code, out, _ = tanmai(*command, "--anyway")
    assert (code, "Not comparable" in out, "+6" in out) == (0, True, True)
    code, out, _ = tanmai(*command, "--json")
    assert (code, json.loads(out)["scenarios"][0]["differing"]) == (1, ["allocation"])
