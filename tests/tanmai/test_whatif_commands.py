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
def filled(tmp_path_factory):
    """A store with the reference knowledge and the demonstration."""
    from graphstore import GraphStore
    from tanmai.knowledge import load_into

    path = tmp_path_factory.mktemp("whatif") / "store"
    text = (files("tanmai") / "demo" / "aluminium.ttl").read_bytes()
    with GraphStore.open(path) as store, store.transaction("demo") as transaction:
        load_into(transaction)
        transaction.load_bytes(text, key="demo", format="turtle")
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
