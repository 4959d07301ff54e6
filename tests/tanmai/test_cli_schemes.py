"""Commands about schemes from the shell: electricity, cutoffs, quality, check; what is printed, exit codes, clear errors."""

import json
import sys

import pytest
from chains import HEAD, process, product

from tanmai import cli

MIX = ("--supply", "direct:hydro:0.4", "--supply", "contract:wind:0.3:all", "--supply", "grid")


@pytest.fixture(scope="module")
def store(tmp_path_factory, with_knowledge):
    """A store with the reference knowledge, the demonstration's supply chain and a cell with too much anode."""
    from importlib.resources import files

    from graphstore import GraphStore

    path = tmp_path_factory.mktemp("schemes") / "store"
    cell = (
        process("cell", unit="unit:TONNE", inputs=((":anode", 0.9, "unit:TONNE"),))
        + process("anode", unit="unit:TONNE", emissions=(("flow:CO2-fossil", 600),))
        + ":cell tm:productGroup id:product-group\\/electrolytic-aluminium .\n:anode tm:productGroup id:product-group\\/prebaked-anode .\n"
        + product("unused")
    )
    must = """
:must a tm:PlausibilityCheck ; rdfs:label "toy must"@en ; tm:checkedQuantity id:checked-quantity\\/input-per-unit ;
    tm:productGroup id:product-group\\/prebaked-anode ; tm:inputGroup id:product-group\\/electricity ; tm:upperBound 1 ;
    tm:unit unit:KiloW-HR ; tm:perUnit unit:TONNE ; tm:severity id:severity\\/error .
"""
    with GraphStore.open(with_knowledge(path), mode="write") as opened, opened.transaction("all") as transaction:
        demo = files("tanmai").joinpath("demo/aluminium.ttl").read_bytes()
        transaction.load_bytes(demo, key="demo", format="turtle")
        transaction.load_bytes((HEAD + cell + must).encode(), key="cell", format="turtle")
    return path


@pytest.fixture
def run(monkeypatch, capsys, store):
    def command(*arguments, lang="en"):
        monkeypatch.setattr(sys, "argv", ["tanmai", *map(str, arguments), "--store", str(store), "--lang", lang])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        assert "internal error" not in printed.err
        return code, printed.out, printed.err

    return command


def test_electricity_views_side_by_side(run):
    code, out, err = run("electricity", "--place", "CN", "--year", 2024, "--kwh", 13400, *MIX, "--delivery")
    assert (code, err) == (0, "")
    for number in ("2,528.18", "2,659.63", "4,720.28", "7,741.18", "0.5777", "0.0141"):
        assert number in out
    assert "electricity not charged" in out
    assert "residual mix not available" in out


def test_electricity_in_chinese(run):
    _, out, _ = run(
        "electricity",
        "--place",
        "云南",
        "--year",
        2024,
        "--scheme",
        "gbt-24067",
        "--supply",
        "contract:wind:1",
        lang="zh",
    )
    for text in ("云南省", "合同工具", "未满足", "唯一性", "不得采用", "剩余电力组合", "假设"):
        assert text in out


def test_electricity_as_json(run):
    code, out, _ = run(
        "electricity", "--place", "CN", "--year", 2024, "--kwh", 13400, *MIX, "--scheme", "eu-battery", "--json"
    )
    (scheme,) = json.loads(out)["schemes"]
    assert (code, round(scheme["total"]["value"], 1)) == (0, 4720.3)


def test_electricity_why(run):
    code, out, _ = run("electricity", "why", "0.4419", "--kwh", 13400)
    assert code == 1
    for text in ("Must not be used", "GEN-15", "0.6205", "5,921.46", "8,314.7"):
        assert text in out
    assert run("electricity", "why", "footprint-CN-grid-average-2024")[0] == 0


def test_electricity_history(run):
    code, out, _ = run("electricity", "history")
    assert code == 0
    for text in ("0.6205", "0.5777", "-6.9%"):
        assert text in out


def test_organization_accounting_alone_is_a_negative_verdict(run):
    asked = ("electricity", "--place", "CN-YN", "--year", 2023, "--kwh", 13400)
    code, out, _ = run(*asked, "--scheme", "organization-accounting")
    assert code == 1
    assert "1,786.22 kg CO2" in out
    assert run(*asked, "--scheme", "organization-accounting", "--scheme", "gbt-24067")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--place", "CN"), "give the year of use"),
        (("--year", 2024), "give a place or a site"),
        (("--place", "CN", "--year", 2024, "--site", "x"), "give a place or a site"),
        (("--place", "CN", "--year", 2024, "--as-of", "2025-06-01"), "there are factors for 2023"),
        (("--place", "CN", "--year", 2030), "--nearest-year"),
        (("--place", "CN", "--year", 2024, "--kwh", "1e999999999"), "is no amount of electricity"),
        (("--place", "CN", "--year", 2024, "--kwh", "1_000"), "is no amount of electricity"),
        (("--place", "CN", "--year", 2024, "--supply", "direct:hydro:1/0"), "states no share"),
        (
            ("--place", "CN", "--year", 2024, "--supply", "direct:co2-CN-YN-grid-average-2023:1"),
            "may not enter a product footprint",
        ),
    ],
)
def test_electricity_errors(run, arguments, message):
    code, out, err = run("electricity", *arguments)
    assert (code, out) == (2, "")
    assert message in " ".join(err.replace("│", " ").split())


PROFILE = "https://w3id.org/tanmai/demo/profile-delivered"


def test_cutoffs_of_a_product(run):
    code, out, _ = run("cutoffs", PROFILE)
    assert code == 0
    assert "10 of 16 sources may be left out, together 4.072%" in out
    code, out, _ = run("cutoffs", PROFILE, "--item", "bauxite", "--item", "alumina refining")
    assert code == 1
    assert "Asked about" in out
    code, out, _ = run("cutoffs", PROFILE, "--item", "铝土矿开采", lang="zh")
    assert code == 0
    assert "可舍弃" in out


def test_cutoffs_of_a_table(run, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("name,value\nbig,99.5\nsmall,0.5\n", encoding="utf-8")
    code, out, _ = run("cutoffs", "--table", path, "--json")
    assert (code, [each["names"] for each in json.loads(out)["dropped"]]) == (0, [["small"]])
    assert run("cutoffs", "--table", path, PROFILE)[0] == 2
    assert run("cutoffs", "--table", tmp_path / "none.csv")[0] == 2
    path.write_text("name,value\nbig,1e400000000\n", encoding="utf-8")
    assert "line 2" in run("cutoffs", "--table", path)[2]


def test_quality(run):
    code, out, _ = run("quality", PROFILE)
    assert code == 0
    for text in ("activity data and factor", "PEF scale 1 to 5: 5.000  poor", "no reason stated"):
        assert text in out
    code, out, _ = run("quality", PROFILE, "--spec-version", "2.3", lang="zh")
    assert "PACT 2 版 1–3 级" in out
    assert run("quality", PROFILE, "--spec-version", "9")[0] == 2


def test_check_warns_and_exits_with_zero(run):
    code, out, _ = run("check", "https://example.org/cell")
    assert code == 0
    for text in ("AL-13", "0.9", "0.38 – 0.48", "outside", "There are warnings"):
        assert text in out
    _, out, _ = run("check", PROFILE, lang="zh")
    for text in ("质量平衡", "吨铝阳极净耗", "在范围内", "挤压工装夹具 1"):
        assert text in out


def test_check_fails_when_a_must_is_broken(run):
    """The anode of the demonstration takes 100 kWh per tonne; the toy requirement allows 1."""
    code, out, _ = run("check", "https://w3id.org/tanmai/demo/anode")
    assert code == 1
    assert "toy must" in out
    assert "A requirement is not met." in out


@pytest.mark.parametrize("command", ["electricity", "cutoffs", "quality", "check"])
def test_help_speaks_both_languages(monkeypatch, capsys, command):
    monkeypatch.setattr(sys, "argv", ["tanmai", command, "--help"])
    cli.main()  # returns: exit code 0
    out = capsys.readouterr().out
    assert any("\u4e00" <= letter <= "\u9fff" for letter in out)
    assert "--store" in out
