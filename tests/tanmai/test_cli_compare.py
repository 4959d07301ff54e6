"""The commands compare, contributions and suppliers: what they print, and their exit codes."""

import json
import sys
from dataclasses import dataclass
from importlib.resources import files

import pytest

DEMO = "https://w3id.org/tanmai/demo/"
SCENARIOS = """
@prefix tm: <https://w3id.org/tanmai/ontology#> .
@prefix ef: <https://w3id.org/tanmai/id/electricity-factor/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix d: <https://w3id.org/tanmai/demo/> .
d:all-hydro a tm:Scenario ; rdfs:label "all hydropower"@en, "全部水电"@zh ; tm:change d:all-hydro-1 .
d:all-hydro-1 a tm:ProviderSwap ; tm:replacedProvider ef:footprint-CN-grid-average-2024 ;
    tm:newProvider ef:footprint-CN-hydro-2024 .
d:less-anode a tm:Scenario ; tm:change d:less-anode-1 .
d:less-anode-1 a tm:AmountChange ; tm:changedExchange d:electrolysis-grid-in-anode ; tm:relativeChange -0.1 .
"""
HYDRO, GRID, PROFILE = f"{DEMO}ingot-hydro", f"{DEMO}ingot-grid", f"{DEMO}profile-delivered"


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture(scope="module")
def store(tmp_path_factory, with_knowledge):
    """The demo chain in two releases: r1 as shipped; in r2 less power for electrolysis, and extrusion on hydropower."""
    from graphstore import GraphStore

    folder = tmp_path_factory.mktemp("compare") / "store"
    chain = (files("tanmai") / "demo" / "aluminium.ttl").read_text(encoding="utf-8")
    with GraphStore.open(with_knowledge(folder)) as opened:
        opened.load_bytes(chain.encode(), key="demo", format="turtle")
        opened.release("r1")
        changed = _replaced(chain, "electrolysis-grid-in-electricity", "tm:amount 13400", "tm:amount 13000")
        changed = _replaced(changed, "extrusion-in-electricity", "grid-average-2024", "hydro-2024")
        opened.load_bytes(changed.encode(), key="demo", format="turtle")
        opened.load_bytes(SCENARIOS.encode(), key="scenarios", format="turtle")
        opened.release("r2")
    return folder


def _replaced(text, node, old, new):
    head, mark, tail = text.partition(f"d:{node} a tm:Exchange")
    assert mark
    assert old in tail.partition(" .\n")[0]
    return head + mark + tail.replace(old, new, 1)


@pytest.fixture
def ask(monkeypatch, capsys, store):
    """Run a command in this process as the console script does."""
    from tanmai import cli

    for name in ("TANMAI_STORE", "TANMAI_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TANMAI_LANG", "en")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tanmai", *map(str, arguments), "--store", str(store)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as exit_:
            code = exit_.code or 0
        printed = capsys.readouterr()
        assert "internal error" not in printed.err
        return Outcome(code, printed.out, printed.err)

    return run


def test_two_products_differ_by_their_power(ask):
    """Rule R16; r2 needs 13,000 kWh: 13,000 x 0.5777 - 13,400 x 0.0141 = 7,321.16."""
    told = ask("compare", HYDRO, GRID)
    assert (told.code, told.err) == (0, "")
    assert "+7,321.16 kg CO2e" in told.out
    assert "electricity, medium and high voltage" in told.out
    found = ask("compare", HYDRO, GRID, "--json").json
    (line,) = found["terms"]
    assert line["amount_part"] == pytest.approx(-400 * (0.5777 + 0.0141) / 2)
    assert line["amount_part"] + line["factor_part"] == pytest.approx(7321.16)


def test_two_releases_differ_by_two_numbers(ask):
    """r1 -> r2: 400 kWh less per tonne of metal, and 900 kWh of another kind per tonne of profile."""
    found = ask("compare", PROFILE, "--release", "r1", "--against-release", "r2", "--json").json
    numbers = {n["exchange"].rpartition("/")[2]: n for n in found["changes"]["numbers"]}
    assert set(numbers) == {"electrolysis-grid-in-electricity", "extrusion-in-electricity"}
    assert numbers["electrolysis-grid-in-electricity"]["before"] == 13400
    assert numbers["electrolysis-grid-in-electricity"]["after"] == 13000
    assert numbers["extrusion-in-electricity"]["kind"] == "provider"
    total = found["b"]["total"]["value"] - found["a"]["total"]["value"]
    assert sum(n["effect"] for n in numbers.values()) == pytest.approx(total, rel=1e-9)
    assert found["a"]["engine"]["generation"] != found["b"]["engine"]["generation"]
    told = ask("compare", PROFILE, "--release", "r1", "--against-release", "r2")
    assert "13,400 kW·h" in told.out
    assert "hydropower, 2024" in told.out


def test_gwp_sets_are_compared_on_purpose(ask):
    told = ask("compare", PROFILE, "--gwp", "AR5", "--against-gwp", "ar6")
    assert told.code == 0
    assert "warming potential" in told.out
    assert "differs on purpose" in told.out


def test_a_scenario_is_compared_with_the_data_and_with_another(ask):
    """The same numbers as `footprint` under each; the key is the question itself."""
    totals = {name: ask("footprint", PROFILE, *given, "--json").json["total"]["value"] for name, given in {
        "": (), "all-hydro": ("--scenario", "all-hydro"), "less-anode": ("--scenario", "less-anode"),
    }.items()}  # fmt: skip
    for one, two in (("", "all-hydro"), ("all-hydro", "less-anode")):
        given = ("--scenario", one) if one else ()
        told = ask("compare", PROFILE, *given, "--against-scenario", two, "--json")
        assert told.code == 0
        found = told.json
        assert [key["key"] for key in found["keys"] if key["verdict"] == "intended"] == ["scenario"]
        assert [found[side]["total"]["value"] for side in "ab"] == [totals[one], totals[two]]
        effects = sum(number["effect"] for number in found["changes"]["numbers"])
        assert effects == pytest.approx(totals[two] - totals[one], rel=1e-9)
    shown = ask("compare", PROFILE, "--against-scenario", "all-hydro")
    assert "scenario all-hydro" in shown.out
    assert "differs on purpose" in shown.out
    both = ask("compare", HYDRO, GRID, "--scenario", "all-hydro", "--json").json
    assert {key["key"]: key["verdict"] for key in both["keys"]}["scenario"] == "equal"
    assert [both[side]["settings"]["scenario"] for side in "ab"] == [f"{DEMO}all-hydro"] * 2


def test_a_scenario_in_another_state_of_the_graph(ask):
    """r1 knows no scenario; r2 does."""
    told = ask("compare", PROFILE, "--release", "r2", "--against-scenario", "all-hydro", "--json")
    assert (told.code, told.json["b"]["settings"]["scenario"]) == (0, f"{DEMO}all-hydro")
    told = ask("compare", PROFILE, "--release", "r1", "--against-scenario", "all-hydro")
    assert (told.code, told.out) == (2, "")
    assert "There is no scenario" in told.err


def test_recycling_models_are_compared_on_purpose(ask):
    told = ask("compare", PROFILE, "--against-recycling", "cff")
    assert told.code == 0
    assert "recycling model: differs on purpose" in told.out
    assert ask("compare", PROFILE, "--recycling", "cff", "--against-recycling", "cff").code == 2
    told = ask("compare", PROFILE, "--against-recycling", "bogus")
    assert (told.code, told.out) == (2, "")
    assert "recycling model 'bogus' is not known" in told.err


def test_what_is_not_comparable_is_refused_with_its_keys(ask):
    told = ask("compare", f"{DEMO}bauxite", GRID)
    assert told.code == 1
    assert "product category" in told.out
    assert "kg CO2e" not in told.out
    found = ask("compare", f"{DEMO}bauxite", GRID, "--json")
    assert (found.code, found.json["comparable"], found.json["differing"]) == (1, False, ["product-category"])
    assert "difference" not in found.json
    anyway = ask("compare", f"{DEMO}bauxite", GRID, "--anyway", "--lang", "zh")
    assert anyway.code == 0
    assert anyway.out.index("不可比较") < anyway.out.index("kg CO2e")
    assert "电解铝" in anyway.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((HYDRO,), "nothing to compare with"),
        ((HYDRO, "--gwp", "AR5", "--against-gwp", "AR5"), "nothing to compare with"),
        ((HYDRO, "--against-release", "r9"), "r9"),
        ((HYDRO, "--against-as-of", "yesterday"), "--against-as-of"),
        ((HYDRO, GRID, "--unit", "kWh"), "cannot be converted"),
        ((HYDRO, "nowhere"), "nowhere"),
        ((HYDRO, "--against-gwp", "AR9"), "AR9"),
    ],
)
def test_bad_questions_get_one_message(ask, arguments, said):
    told = ask("compare", *arguments)
    assert told.code == 2
    assert said in told.err
    assert told.out == ""


def test_a_name_stands_once_in_a_message_of_the_second_state(ask):
    told = ask("compare", HYDRO, "--against-as-of", "2025-01-01")
    assert told.code == 2
    assert '"electricity, medium and high voltage" <' in told.err
    assert told.err.count('"electricity, medium and high voltage"') == 1


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("hot-spots", "cumulative"),
        ("supplier", "alumina refining"),
        ("country", "China"),
        ("region", "China"),
        ("electricity", "Through electricity"),
        ("transport", "road freight"),
    ],
)
def test_a_footprint_is_divided_every_way(ask, by, said):
    told = ask("contributions", PROFILE, "--by", by)
    assert (told.code, told.err) == (0, "")
    assert said in told.out
    found = ask("contributions", PROFILE, "--by", by, "--json").json
    rest = found["rest"]["value"] if found["rest"] else 0
    parts = sum(group["value"] for group in found["groups"]) + rest + found["remainder"]
    assert parts == pytest.approx(found["total"]["value"], rel=1e-12)
    assert ask("contributions", PROFILE, "--by", by, "--lang", "zh").code == 0


def test_the_share_of_hot_spots_may_be_asked_for(ask):
    few = ask("contributions", PROFILE, "--share", "0.5", "--json").json
    many = ask("contributions", PROFILE, "--share", "0.99", "--json").json
    assert len(few["groups"]) < len(many["groups"])
    assert few["groups"][-1]["cumulative_share"] >= 0.5
    assert ask("contributions", PROFILE, "--by", "country", "--share", "0.5").code == 2
    assert "packaging" in ask("contributions", PROFILE, "--by", "packaging").err


def test_suppliers_are_listed_with_how_they_were_chosen(ask):
    told = ask("suppliers", GRID)
    assert (told.code, told.err) == (0, "")
    assert "the only producer" in told.out
    assert "named in the data, default" in told.out
    assert "数据指定" in ask("suppliers", GRID, "--lang", "zh").out
    assert "rest on a figure marked illustrative" in told.out
    found = ask("suppliers", GRID, "--json").json
    assert found["assumptions"] == ask("footprint", GRID, "--json").json["assumptions"]
    assert [line["candidates"][0]["factor"] for line in found["inputs_supplied"]] == [False, True]


@pytest.mark.parametrize("command", ["contributions", "cutoffs", "quality", "missing"])
def test_the_other_questions_take_the_scenario_as_the_footprint_does(ask, command):
    wanted = ask("footprint", PROFILE, "--scenario", "all-hydro", "--json").json
    told = ask(command, PROFILE, "--scenario", "all-hydro", "--recycling", "cut-off", "--json")
    assert told.code == 0
    assert told.json["total"]["value"] == pytest.approx(wanted["total"]["value"], rel=1e-12)
    assert told.json["settings"]["scenario"] == wanted["settings"]["scenario"]
    assert told.json["settings"]["recycling"] == "cut-off"
    assert "all hydropower" in ask(command, PROFILE, "--scenario", "all-hydro").out


def test_suppliers_and_check_take_the_scenario(ask):
    found = ask("suppliers", f"{DEMO}liquid-grid", "--scenario", "all-hydro", "--recycling", "cut-off", "--json").json
    power = next(line for line in found["inputs_supplied"] if "electricity" in line["flow"]["name_en"])
    assert {c["name_en"]: c["taken"] for c in power["candidates"]} == {
        "Electricity carbon footprint factor, China, hydropower, 2024": True,
        "Electricity carbon footprint factor, China, grid average, 2024": False,
    }
    assert "情景替换" in ask("suppliers", f"{DEMO}liquid-grid", "--scenario", "all-hydro", "--lang", "zh").out
    told = ask("check", GRID, "--scenario", "less-anode", "--recycling", "cut-off")
    assert told.code == 0
    assert "less-anode" in told.out
    assert "it moves no material" in told.out
    assert "all-hydro" in ask("missing", GRID, "--scenario", "none such").err


def test_a_screening_table_has_no_scenario(ask, tmp_path):
    table = tmp_path / "screening.csv"
    table.write_text("name,value\nmetal,10\n")
    told = ask("cutoffs", "--table", table, "--scenario", "all-hydro", "--lang", "zh")
    assert (told.code, "不适用于 --table" in told.err) == (2, True)
    assert ask("cutoffs", "--table", table, "--recycling", "cff").code == 2
    assert ask("cutoffs", "--table", table).code == 0


def test_a_flow_chart_for_business_and_for_consumers(ask):
    """What is delivered is delivered to a business: B2B keeps the delivery, cradle to gate lists it outside."""
    wide = ask("flowchart", PROFILE, "--boundary", "b2b", "--json").json
    narrow = ask("flowchart", PROFILE, "--boundary", "cradle-to-gate", "--json").json
    total = ask("footprint", PROFILE, "--json").json["total"]["value"]
    assert wide["excluded"] == []
    assert wide["total"]["value"] == pytest.approx(total, rel=1e-12)
    assert narrow["excluded"]
    left = sum(line["value"] for line in narrow["excluded"])
    assert narrow["total"]["value"] == pytest.approx(total - left, rel=1e-12)
    assert {line["stage"]["iri"].rpartition("/")[2] for line in narrow["excluded"]} == {"distribution"}
    told = ask("flowchart", PROFILE, "--boundary", "从摇篮到大门", "--format", "svg", "--lang", "zh")
    assert (told.code, "边界之外" in told.out) == (0, True)
    assert "Choose one of" in ask("flowchart", PROFILE, "--boundary", "gate").err
