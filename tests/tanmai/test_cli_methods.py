"""Variants and flow charts at the front door, on the copper chain of the examples (rule R17)."""

import json
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import pytest

COPPER = Path(__file__).parents[2] / "examples" / "cathode-copper.ttl"
PYRO = "https://w3id.org/tanmai/example/copper/cathode-pyro"


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def store(tmp_path_factory, with_knowledge):
    from typer.testing import CliRunner

    from tanmai.cli import app

    where = with_knowledge(tmp_path_factory.mktemp("copper") / "store")
    arguments = ["load", str(COPPER), "--store", str(where)]
    assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0
    return where


@pytest.fixture
def ask(store, monkeypatch, capsys):
    """Run a command as the console script does."""
    from tanmai import cli

    monkeypatch.setenv("TANMAI_LANG", "en")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tanmai", *map(str, arguments), "--store", str(store)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        assert "internal error" not in printed.err
        return Outcome(code, printed.out, printed.err)

    return run


def test_variants_for_a_person(ask):
    found = ask("variants", PYRO)
    assert (found.code, found.err) == (0, "")
    for part in ("1,715.64", "1,669.52", "1,994.64", "-279", "smelting and converting", "not applicable",
                 "sensitivity run mandatory: several methods apply (unverified)", "factor 1.03"):  # fmt: skip
        assert part in found.out, part
    assert '"smelting and converting" <https' in found.out  # reasons name what they speak of


def test_variants_in_chinese(ask):
    out = ask("variants", PYRO, "--lang", "zh").out
    for part in ("系统扩展", "质量分配", "不适用", "须做敏感性计算", "适用条件", "阴极铜（火法）"):
        assert part in out
    assert "difference" not in out


def test_variants_as_json(ask):
    data = json.loads(ask("variants", PYRO, "--amount", "1000", "--unit", "kg", "--json").out)
    rows = {row["method"].get("notation", "stated"): row for row in data["rows"]}
    assert rows["mass"]["total"]["value"] == pytest.approx(1994.641 - 430 * 3.1 / 4.1, rel=1e-9)
    assert 0 <= rows["mass"]["total"]["error_bound"] < 1e-8
    assert data["unit"]["symbol"] == "kg"
    assert data["settings"]["recycling"] == "stated"


def test_credits_are_printed_apart(ask):
    out = ask("footprint", PYRO).out
    assert "Credits (counted negative)" in out
    assert "-3.1 t" in out
    assert "抵扣（以负值计入）" in ask("footprint", PYRO, "--lang", "zh").out


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_flowchart_as_svg(ask, lang):
    found = ask("flowchart", PYRO, "--format", "svg", "--lang", lang)
    assert (found.code, found.err) == (0, "")
    root = ET.fromstring(found.out)
    said = [at.text for at in root.iter("{http://www.w3.org/2000/svg}text")]
    for name in (
        ("smelting and converting", "copper mining and", "cradle to gate")
        if lang == "en"
        else ("熔炼与吹炼", "铜矿采选", "摇篮到大门")
    ):
        assert any(name in text for text in said), name
    assert any("-3.1 t" in text for text in said)


def test_flowchart_lists_every_unit_process(ask):
    data = json.loads(ask("flowchart", PYRO, "--format", "json", "--most", "2").out)
    processes = {node["process"]["iri"].rpartition("/")[2] for node in data["nodes"] if node["kind"] == "process"}
    assert processes == {"mining", "flux-making", "acid-making", "smelting", "refining-pyro"}
    assert sum(node["drawn"] for node in data["nodes"]) == 2


def test_flowchart_as_mermaid_is_the_default(ask):
    out = ask("flowchart", PYRO).out
    assert out.startswith("flowchart LR\n")
    assert "system boundary" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("variants", PYRO, "--by", "taste"), "choose one of allocation, recycling"),
        (("variants", PYRO, "--by", "recycling"), "no recycling model changes anything"),
        (("variants", "nonsense"), "No product whose name contains 'nonsense'"),
        (("variants", PYRO, "--amount", "-1"), "positive amount"),
        (("variants", PYRO, "--unit", "kWh"), "measure different things"),
        (("flowchart", PYRO, "--format", "png"), "choose one of mermaid, svg, json"),
        (("flowchart", PYRO, "--most", "0"), "--most"),
        (("flowchart", PYRO, "--cutoff", "2"), "--cutoff"),
        (("flowchart", "nonsense"), "No product whose name contains 'nonsense'"),
        (("footprint", PYRO, "--coproducts", "guess"), "choose one of"),
        (
            ("footprint", PYRO, "--recycling", "../magic"),
            "'../magic' is not known; choose one of cff, closed-loop, cut-off",
        ),
    ],
)
def test_mistakes_get_one_message(ask, arguments, words):
    found = ask(*arguments)
    assert (found.code, found.out) == (2, "")
    assert words in " ".join(found.err.replace("│", " ").split())
