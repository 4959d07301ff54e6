"""What a newcomer does wrong, and what a narrow terminal and a Chinese reader see."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from chains import HEAD, process, product

from tanmai import cli

BOLT = process(
    "bolt",
    amount=2,
    inputs=((":steel", 2200, "unit:GM"), (":power", 3, "unit:KiloW-HR", "tm:defaultProvider ef:footprint-CN-grid-average-2024 ;")),
) + process("steel", unit="unit:TONNE", emissions=(("flow:CO2-fossil", 1800), ("flow:CH4_fossil-fossil", 2))) + product("power")  # fmt: skip
BY_HAND = 1.1 * (1.8 + 0.002 * 29.8) + 1.5 * 0.5777


@pytest.fixture
def tanmai(monkeypatch, capsys, with_knowledge, tmp_path):
    """Run a command on a store with the reference knowledge; return exit code, stdout, stderr."""
    monkeypatch.setenv("TANMAI_LANG", "en")
    monkeypatch.setenv("TANMAI_STORE", str(with_knowledge(tmp_path / "store")))

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


@pytest.fixture
def loaded(tanmai, tmp_path):
    """Load a supply chain in Turtle; the prefixes are added."""

    def load(turtle):
        (tmp_path / "chain.ttl").write_text(HEAD + turtle, encoding="utf-8")
        return tanmai("load", tmp_path / "chain.ttl")

    return load


# ---- mistakes


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("tm:input", "tm:inputs", "tm:inputs (did you mean tm:input?)"),
        ("tm:emission", "tm:emmission", "tm:emmission (did you mean tm:emission?)"),
        ("tm:UnitProcess", "tm:UnitProces", "tm:UnitProces (did you mean tm:UnitProcess?)"),
        ("tm:amount", "tm:xyzzy", "tm:xyzzy, so"),
    ],
)
def test_a_misspelt_term_is_refused_and_nothing_is_loaded(loaded, tanmai, right, wrong, told):
    code, out, err = loaded(re.sub(rf"{right}\b", wrong, BOLT))
    assert (code, out) == (2, "")
    assert told in err
    assert "chain.ttl" in err
    assert "Nothing was loaded" in err
    assert "no product that can be calculated" in tanmai("footprint", "bolt")[2]


def test_terms_of_other_namespaces_are_free(loaded):
    code, _, err = loaded(BOLT + ":bolt :colour 'red' ; <https://example.net/inputs> 1 .\n")
    assert (code, err) == (0, "")


@pytest.mark.parametrize("option", [("--out", "table.csv"), ("--all", "--amount", "2"), ("--all", "--unit", "kg")])
def test_options_that_would_be_ignored_are_refused(loaded, tanmai, option, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert loaded(BOLT)[0] == 0
    code, out, err = tanmai("footprint", *(["bolt"] if "--all" not in option else []), *option)
    assert (code, out) == (2, "")
    assert "--all" in err
    assert not (tmp_path / "table.csv").exists()


def test_a_mistyped_provider_is_named_with_the_process(loaded, tanmai):
    assert loaded(BOLT.replace("CN-grid-average", "CN-grid-avarage"))[0] == 0
    _, _, err = tanmai("footprint", "bolt")
    assert 'in "making bolt" <https://example.org/bolt-making>' in err
    assert "name a provider that the graph does not hold" in err


def test_units_that_do_not_fit_are_told_in_words(loaded, tanmai):
    assert loaded(BOLT)[0] == 0
    _, _, err = tanmai("footprint", "bolt", "--unit", "L")
    assert "(Volume and Mass)" in err
    assert "dimensionvector" not in err


def test_flows_that_name_no_gas_are_reported(loaded, tanmai):
    mine = product("co2", "Carbon dioxide", kind="ElementaryFlow") + process(
        "steel", emissions=((":co2", 3), ("flow:CO2-fossil", 1))
    )
    assert loaded(mine)[0] == 0
    _, out, _ = tanmai("footprint", "steel")
    assert "1 kg CO2e" in out
    assert "1 exchanges with the environment are of flows that name no greenhouse gas" in out
    assert "未指明温室气体" in tanmai("footprint", "steel", "--lang", "zh")[1]


# ---- what is shown


def test_no_remainder_where_everything_is_listed(loaded, tanmai):
    assert loaded(BOLT)[0] == 0
    _, out, _ = tanmai("footprint", "bolt")
    assert f"{BY_HAND:.5f}".rstrip("0") in out
    assert "remainder" not in out


def test_a_product_without_emissions(loaded, tanmai):
    assert loaded(process("air"))[0] == 0
    code, out, _ = tanmai("footprint", "air")
    assert code == 0
    assert "0 kg CO2e" in out
    assert "By life-cycle stage" not in out
    assert "GWP-100: )" not in out


def test_a_narrow_terminal_gets_lines_instead_of_a_squeezed_table(loaded, tanmai, monkeypatch):
    from tanmai.render import footprint, tables

    assert loaded(BOLT)[0] == 0
    narrow = tables.Console(highlight=False, width=80, markup=False, emoji=False)
    monkeypatch.setattr(footprint, "console", lambda: narrow)
    _, out, _ = tanmai("footprint", "bolt")
    listed = [line.rstrip() for line in out.splitlines()]
    assert "  68.0%  carbon dioxide, fossil: 1.98 kg × 1 = 1.98 kg CO2e" in listed
    assert any("1.5 kW·h × 0.5777 = 0.86655 kg CO2e" in line for line in listed)
    assert any("making steel" in line for line in listed)


def test_chinese_is_chinese(loaded, tanmai, tmp_path):
    assert loaded(BOLT + process("nut", inputs=((":bolt", 1), (":zinc", 1))) + product("zinc"))[0] == 0
    _, out, _ = tanmai("footprint", "nut", "--unlinked", "cutoff", "--lang", "zh")
    assert "无供应方的输入" in out
    assert "unlinked" not in out
    assert "unknown" not in out
    assert "未注明" in out
    assert "条语句" in tanmai("load", tmp_path / "chain.ttl", "--lang", "zh")[1]


def test_explain_says_what_is_cut_off_and_what_the_loop_sign_means(loaded, tanmai):
    loop = process("a", inputs=((":b", 2), (":zinc", 1)), emissions=(("flow:CO2-fossil", 3),)) + process(
        "b", inputs=((":a", 0.25),)
    )
    assert loaded(loop + product("zinc"))[0] == 0
    for lang, cut, mark in (("en", "Cut off: 1", "↺ drawn above"), ("zh", "未计入（截断）: 1", "↺ 上文已展开")):
        _, out, _ = tanmai("explain", "a", "--unlinked", "cutoff", "--lang", lang)
        assert "= 6 kg CO2e" in out
        assert cut in out
        assert mark in out
        assert cut in tanmai("explain", "a", "--unlinked", "cutoff", "--lang", lang, "--format", "html")[1]


def test_ctrl_c_says_that_nothing_half_done_is_kept(tanmai, monkeypatch):
    from tanmai.commands.options import Front

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Front, "open", interrupted)
    code, out, err = tanmai("info")
    assert (code, out) == (130, "")
    assert "nothing half-done is kept" in err


def test_arguments_that_python_could_not_decode_are_read_as_utf8(loaded, tanmai):
    assert loaded(BOLT.replace('"bolt"@en', '"螺栓"@zh'))[0] == 0
    undecoded = "螺栓".encode().decode("ascii", "surrogateescape")
    code, _, err = tanmai("footprint", undecoded)
    assert (code, err) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
@pytest.mark.parametrize("command", [("products",), ("footprint", "https://example.org/bolt"), ("info",)])
def test_a_reader_that_goes_away_is_no_negative_verdict(loaded, command):
    assert loaded(BOLT)[0] == 0
    running = subprocess.Popen(
        [sys.executable, "-P", "-m", "tanmai", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    running.stdout.close()  # before anything is written
    assert (running.wait(timeout=60), running.stderr.read()) == (0, b"")
    running.stderr.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the C locale of glibc")
def test_a_locale_that_knows_ascii_alone(loaded):
    assert loaded(BOLT.replace('"bolt"@en', '"螺栓"@zh'))[0] == 0
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TANMAI_LANG": "zh"}
    for command in ("footprint", "explain", "products"):
        found = subprocess.run(
            [sys.executable, "-P", "-m", "tanmai", command, "螺栓".encode()],
            capture_output=True,
            check=False,
            env=os.environ | plain,
        )
        assert (found.returncode, found.stderr) == (0, b"")
        assert "螺栓" in found.stdout.decode()


# ---- the guide


@pytest.mark.parametrize("guide", ["docs/your-own-chain.md", "docs/your-own-chain.zh-CN.md"])
def test_the_guide_works_as_written(tanmai, tmp_path, guide):
    path = Path(__file__).parents[2] / guide
    if not path.exists():
        pytest.skip("the documentation is in the checkout alone")
    text = path.read_text(encoding="utf-8")
    (tmp_path / "bolt.ttl").write_text(re.search(r"```turtle\n(.*?)```", text, re.DOTALL)[1], encoding="utf-8")
    assert tanmai("load", tmp_path / "bolt.ttl")[0] == 0
    lang = "zh" if "zh-CN" in guide else "en"
    shown = tanmai("explain", "bolt", "--lang", lang)[1].strip().splitlines()
    assert f"{BY_HAND:.5f}".rstrip("0") in shown[0]
    for line in shown:
        assert line.strip() in text, line
