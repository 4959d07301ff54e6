"""Commands about costs and sectors: what is printed, exit codes, one message instead of a traceback."""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from chains import HEAD, process
from economies import INDEX, write

LOCAL = "https://w3id.org/tanmai/local/id"


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


def command(*arguments):
    """Run the console script in this process."""
    from tanmai import cli

    sys.argv = ["tanmai", *map(str, arguments)]
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.fixture(scope="module")
def store(tmp_path_factory, with_knowledge):
    """A store with the three sectors of rule R11 and a pump of 850 kg that pays 40 CNY to sector 2."""
    folder = tmp_path_factory.mktemp("hybrid")
    manifest = write(folder, more=INDEX)
    with_knowledge(folder / "s")
    cost = (f"<{LOCAL}/sector-product/three/2>", 40.0, "u:CNY-2020")
    pump = process("pump", unit="unit:NUM", inputs=(cost,), emissions=(("flow:CO2-fossil", 850.0),))
    (folder / "pump.ttl").write_text(HEAD + pump, "utf-8")
    before = sys.argv
    assert command("import", manifest, "--store", folder / "s") == 0
    assert command("load", folder / "pump.ttl", "--store", folder / "s") == 0
    sys.argv = before
    return folder / "s"


@pytest.fixture
def ask(store, monkeypatch, capsys):
    """Ask the store in English."""
    monkeypatch.setenv("TANMAI_LANG", "en")

    def run(*arguments, where=store):
        monkeypatch.setattr(sys, "argv", [])
        capsys.readouterr()
        code = command(*arguments, "--store", where)
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        assert "internal error" not in printed.err
        return Outcome(code, printed.out, printed.err)

    return run


def test_three_tiers(ask):
    found = ask("hybrid", "power and heat", "--amount", 100, "--unit", "CNY-2020", "--tiers")
    assert found.code == 0
    for said in ("500", "550", "606.554", "15.191", "40.1476", "112.847", "0.3286", "Sector average", "illustrative"):
        assert said in found.out


def test_three_tiers_in_chinese(ask):
    found = ask("hybrid", "电力热力", "--amount", 100, "--unit", "CNY-2020", "--tiers", "--lang", "zh")
    for said in ("606.554", "第一层面", "第二层面", "第三层面", "部门平均值", "含进口口径", "局限"):
        assert said in found.out


def test_both_parts_of_a_product(ask):
    text, data = ask("hybrid", "pump"), ask("hybrid", "pump", "--json").json
    assert text.code == 0
    for said in ("Process part", "EIO part", "850", "services", "covered by a process and by a cost", "three sectors"):
        assert said in text.out
    assert data["process"]["value"] == pytest.approx(850.0)
    assert data["eio"]["value"] == pytest.approx(40 * data["costs"][0]["intensity"])
    assert data["eio"]["share"] + data["process"]["share"] == pytest.approx(1.0)


def test_the_footprint_and_the_explanation_say_so(ask):
    share = ask("hybrid", "pump", "--json").json["eio"]["share"]
    assert f"{share:.2%} of the result comes from averages of sectors" in ask("footprint", "pump").out
    assert "EIO part (sector averages)" in ask("explain", "pump").out


def test_an_expense_from_a_file(ask, tmp_path):
    expense = tmp_path / "household.csv"
    expense.write_text("sector,amount,unit\nservices,10,CNY-2020\n电力热力,108,CNY-2023\n", "utf-8")
    data = ask("hybrid", "--demand", expense, "--json").json
    assert data["tiers"][0]["value"] == pytest.approx(506.0)
    expense.write_text("sector,amount,unit\nservices,ten,CNY-2020\n", "utf-8")
    wrong = ask("hybrid", "--demand", expense)
    assert (wrong.code, wrong.out) == (2, "")
    assert "household.csv: row 2, column amount: 'ten'" in wrong.err
    expense.write_text("sector,amount,unit\nservices,1,\n", "utf-8")
    assert "row 2, column unit" in ask("hybrid", "--demand", expense).err


def test_the_sectors(ask):
    found = ask("hybrid", "--sectors")
    assert found.code == 0
    assert "power and heat" in found.out
    assert len(ask("hybrid", "serv", "--sectors", "--json").json["sectors"]) == 1


def test_the_table_of_all_products_tells_what_comes_from_sectors(ask):
    lines = {line.strip().split("  ")[0]: line for line in ask("footprint", "--all").out.splitlines()}
    share = ask("hybrid", "pump", "--json").json["eio"]["share"]
    assert "EIO part" in next(line for line in lines.values() if "kg CO2e" in line)
    assert lines["goods"].split()[-1] == "100.0%"
    assert lines["pump"].split()[-1] == f"{share:.1%}"


def test_a_product_footprint_from_a_sector_is_refused_or_flagged(ask):
    refused = ask("footprint", "power and heat")
    assert refused.code == 2
    assert "no footprint of a product" in refused.err
    flagged = ask("footprint", "power and heat", "--sector-average", "--json").json
    assert flagged["sector_average"] is True
    assert flagged["total"]["value"] == pytest.approx(6.06554, abs=5e-6)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("power and heat", "--tiers", "--unit", "CNY"), "base years"),
        (("power and heat", "--tiers", "--unit", "CNY-1999"), "No unit 'CNY-1999'"),
        (("fish", "--tiers"), "fish"),
        ((), "--demand, or --sectors"),
        (("pump", "--tiers", "--sectors"), "one of them"),
        (("--sectors", "--amount", "3"), "--amount"),
        (("pump", "--tiers"), "pump"),
    ],
)
def test_what_cannot_be_asked(ask, arguments, says):
    found = ask("hybrid", *arguments)
    assert found.code == 2
    assert says in found.err


def test_a_method_is_recommended(ask):
    found = ask("method", "product", "--product", "pump")
    assert found.code == 0
    assert "hybrid LCA" in found.out
    household = ask("method", "household", "--lang", "zh")
    assert "EIO-LCA" in household.out
    assert "部门平均值" in household.out
    none = ask("method", "product", "--product", "power and heat")
    assert none.code == 1
    assert "no footprint of a product" in none.out
    assert ask("method", "galaxy").code == 2


def test_importing_says_what_came_in(ask, tmp_path):
    found = ask("import", write(tmp_path, key='"again"'), "--json", where=tmp_path / "s").json
    assert found["counts"]["sectors"] == 3
    assert found["dataset"] == "again"
    bad = write(tmp_path, texts={"a.csv": ",1,2,3\n1,0,x,0\n"})
    wrong = ask("import", bad, where=tmp_path / "s")
    assert wrong.code == 2
    assert "a.csv: row 2, column 2: 'x' is no finite number" in wrong.err


def test_a_table_is_known_from_the_day_it_was_published(ask, tmp_path, with_knowledge):
    with_knowledge(tmp_path / "s")
    ask("import", write(tmp_path, issued="2022-09-30"), where=tmp_path / "s")
    assert ask("hybrid", "--sectors", "--as-of", "2022-10-01", where=tmp_path / "s").code == 0
    early = ask("hybrid", "--sectors", "--as-of", "2022-09-29", where=tmp_path / "s")
    assert early.code == 2
    assert "no sector of an input-output table" in early.err


PAGE = Path(__file__).parents[2] / "docs" / "input-output-tables.md"
BLOCK = re.compile(r"^`([\w.-]+)`:[^`]*(?:`[^`]+`[^`]*)*?\n\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_documentation_runs(ask, tmp_path, with_knowledge):
    """The files of the page, written as they stand, give the three numbers that the page prints."""
    with_knowledge(tmp_path / "s")
    page = PAGE.read_text("utf-8")
    written = dict(BLOCK.findall(page))
    assert set(written) == {"three.toml", "a.csv", "emissions.csv", "sectors.csv"}
    for name, text in written.items():
        (tmp_path / name).write_text(text, "utf-8")
    assert ask("import", tmp_path / "three.toml", where=tmp_path / "s").code == 0
    asked = ("hybrid", "Electricity and heat", "--amount", 100, "--unit", "CNY-2020", "--tiers", "--json")
    found = [f"{tier['value']:.6g}" for tier in ask(*asked, where=tmp_path / "s").json["tiers"]]
    assert found == ["500", "550", "606.554"]
    assert all(number in page for number in found)
