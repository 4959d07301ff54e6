"""`tanmai uncertainty` as a person or a program runs it: text in both languages, JSON, tables, refusals."""

import json
import sys

import polars as pl
import pytest
from chains import EX, HEAD, process, product

TURTLE = (
    HEAD
    + process(
        "bar",
        inputs=(
            (":ingot", 1.2, "unit:KiloGM", "tm:defaultProvider :factor ; tm:relativeHalfWidth95 0.1 ;"),
            (":power", 2, "unit:KiloW-HR", "tm:defaultProvider ef:footprint-CN-grid-average-2024 ;"),
        ),
    )
    + process("slim", inputs=((":ingot", 1.0, "unit:KiloGM", "tm:defaultProvider :factor ;"),))
    + process("odd", emissions=(("flow:CO2-fossil", 1, "unit:KiloGM", "tm:uncertainty :bad ;"),))
    + product("ingot", "ingot") + product("power", "power")
    + ":bar tm:commodityCode :hs . :slim tm:commodityCode :hs .\n"
    + ':factor a tm:EmissionFactor ; rdfs:label "ingot factor"@en, "铝锭因子"@zh ; tm:perUnit unit:KiloGM ; '
    "dcterms:source <https://example.org/report> ; tm:gasMass :mass . :mass tm:gas gas:CO2 ; tm:amount 10 ; "
    "tm:relativeHalfWidth95 0.2 ; tm:unit unit:KiloGM ; tm:emissionCategory category:fossil .\n"
    '<https://example.org/report> rdfs:label "smelter report"@en .\n'
    ":bad a tm:Uncertainty ; tm:geometricStandardDeviation 0 .\n"
)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory, with_knowledge):
    from graphstore import GraphStore

    path = tmp_path_factory.mktemp("uncertain") / "store"
    with GraphStore.open(with_knowledge(path)) as opened:
        opened.load_bytes(TURTLE.encode(), key="bars", format="turtle")
    return path


@pytest.fixture
def run(store, monkeypatch, capsys):
    """Run `tanmai uncertainty` in this process; returns exit code, stdout, stderr."""
    from tanmai import cli

    monkeypatch.delenv("TANMAI_TRACEBACK", raising=False)
    monkeypatch.setenv("TANMAI_LANG", "en")

    def call(*arguments, command=("uncertainty",)):
        monkeypatch.setattr(sys, "argv", ["tanmai", *command, *map(str, arguments), "--store", str(store)])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return call


def test_text_stands_side_by_side(run):
    """13.1554 = 12 + 2 x 0.5777; half-width of the first order sqrt(1.2^2 + 2.4^2) = 2.6833."""
    code, out, _ = run("https://example.org/bar")
    assert code == 0
    assert "deterministic" in out
    assert "2.6833 (20.4 %)" in out
    assert "10,000 draws, seed 20261120, 0 failed" in out
    lines = [line for line in out.splitlines() if "%" in line and "half-width" not in line]
    assert any("80.0%" in line and "ingot factor carbon dioxide" in line and "smelter report" in line for line in lines)
    assert any("20.0%" in line and "making bar: ingot (exchange amount)" in line for line in lines)
    assert "8.8% of the result rests on numbers none of which states a spread" in out


def test_chinese(run):
    code, out, _ = run("https://example.org/bar", "--lang", "zh", "--draws", 100)
    assert code == 0
    for phrase in (
        "不确定度（95% 区间）",
        "一阶近似",
        "蒙特卡洛 （均值）",
        "铝锭因子 二氧化碳",
        "抽样 100 次，种子 20261120",
        "秩相关²",
    ):
        assert phrase in out
    assert "少于规则 R15 要求的 10000 次" in out


def test_json_is_the_same_on_every_run(run):
    first, second = (run("https://example.org/bar", "--json", "--draws", 200, "--seed", 4) for _ in range(2))
    assert first == second
    data = json.loads(first[1])
    assert data["monte_carlo"]["seed"] == 4
    assert data["settings"]["gwp"] == "AR6"
    other = json.loads(run("https://example.org/bar", "--json", "--draws", 200, "--seed", 5)[1])
    assert other["monte_carlo"]["mean"] != data["monte_carlo"]["mean"]


def test_two_products(run):
    pair = ("https://example.org/bar", "--against", "https://example.org/slim", "--draws", 300)
    code, out, _ = run(*pair)
    assert code == 0
    assert "Difference, first less second = 3.1554 kg CO2e" in out
    assert "the first is lower in 0.0% of the draws" in out
    assert "neither side states it, taken as equal" in out


def test_products_that_rule_r30_calls_incomparable(run):
    """Nothing says that odd is of the category of bar."""
    pair = ("https://example.org/bar", "--against", "https://example.org/odd", "--draws", 20, "--unusable", "exact")
    code, out, err = run(*pair)
    assert (code, err) == (1, "")
    assert "product category" in out
    assert "--anyway" in out
    assert "kg CO2e" not in out
    code, out, _ = run(*pair, "--json")
    assert (code, json.loads(out)["differing"]) == (1, ["product-category"])
    code, out, _ = run(*pair, "--anyway", "--lang", "zh")
    assert code == 0
    assert out.index("不可比较") < out.index("kg CO2e")


def test_one_method_alone(run):
    assert "Monte Carlo" not in run("https://example.org/bar", "--method", "first-order")[1]
    alone = run("https://example.org/bar", "--method", "monte-carlo", "--draws", 50)[1]
    assert "first order" not in alone
    assert "Monte Carlo" in alone


def test_no_spread_is_said(run):
    code, out, _ = run("https://example.org/odd", "--unusable", "exact")
    assert code == 0
    assert "No number of this supply chain states a spread." in out
    assert "1 numbers state a spread that is inconsistent" in out


def test_refusals_are_one_message(run):
    code, out, err = run("https://example.org/odd")
    assert (code, out) == (2, "")
    assert "<https://example.org/odd-emission-1>" in err
    assert "below 1" in err
    for wrong in (
        ("https://example.org/bar", "--method", "bootstrap"),
        ("https://example.org/bar", "--unusable", "drop"),
        ("https://example.org/bar", "--draws", "0"),
        ("https://example.org/bar", "--seed", "-1"),
        ("https://example.org/bar", "--out", "x.csv"),
        ("--all", "--against", "https://example.org/slim"),
        (),
        ("nowhere",),
    ):
        code, out, err = run(*wrong)
        assert (code, out) == (2, ""), wrong
        assert err


def test_every_product(run, tmp_path):
    assert run("--all")[0] == 2  # one product states a spread that cannot be used
    code, out, _ = run("--all", "--unusable", "exact", "--draws", 500)
    assert code == 0
    assert "500 draws, seed 20261120, 0 failed" in out
    table = tmp_path / "all.csv"
    code, out, _ = run("--all", "--unusable", "exact", "--draws", 500, "--out", table)
    assert code == 0
    frame = pl.read_csv(table).sort("iri")
    assert frame["name"].to_list() == ["bar", "odd", "slim"]
    assert frame["kg_co2e"].to_list() == pytest.approx([13.1554, 1.0, 10.0])
    assert frame["mc_standard_deviation"][2] == pytest.approx(10 * 0.2 / 1.96, rel=0.15)
    single = json.loads(run("--all", "--unusable", "exact", "--draws", 1, "--json")[1])
    assert single["products"][0]["mc_standard_deviation"] is None


def test_under_a_scenario_the_changed_number_keeps_its_relative_spread(run):
    """Twice the ingot, 2.4 kg at 10: 24 kg of 25.1554, and a half-width of it of sqrt(0.1^2 + 0.2^2) = 22.36 %."""
    assert run("twice", "--for", f"{EX}bar", "--set", f"{EX}bar-in-1=2.4", command=("scenario", "add"))[0] == 0
    code, out, _ = run(f"{EX}bar", "--scenario", "twice", "--method", "first-order", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["settings"]["scenario"].endswith("twice")
    assert found["total"]["value"] == pytest.approx(24 + 2 * 0.5777)
    assert found["first_order"]["half_width"] == pytest.approx(24 * (0.1**2 + 0.2**2) ** 0.5, rel=1e-6)
