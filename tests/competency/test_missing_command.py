"""`tanmai missing` at the front door: both languages, JSON, exit codes."""

import json
import sys

import pytest
from chains import HEAD, process, product

from graphstore import GraphStore
from tanmai import cli

CHAIN = (
    process("frame", unit="unit:NUM", inputs=((":sheet", 5), (":rubber", 0.2)), emissions=(("flow:CO2-fossil", 1),))
    + process("steel", emissions=(("flow:CO2-fossil", 2),))
    + process("acid", outputs=((":slag-wool", 1),), emissions=(("flow:CO2-fossil", 4),))
    + product("sheet", "steel")
    + product("rubber")
    + product("slag-wool")
)


@pytest.fixture(scope="module")
def store(tmp_path_factory, with_knowledge):
    path = tmp_path_factory.mktemp("missing") / "store"
    with GraphStore.open(with_knowledge(path), mode="write") as opened:
        opened.load_bytes((HEAD + CHAIN).encode(), key="chain", format="turtle")
    return path


@pytest.fixture
def run(store, monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["tanmai", "missing", *arguments, "--store", str(store)])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def test_what_is_missing_is_a_negative_verdict_with_proxy_and_effect(run):
    code, out, _ = run("frame", "--amount", "2", "--lang", "en")
    assert code == 1
    assert "2 links are missing" in out
    assert "steel: 10 kg (unlinked input)" in out
    assert "best proxy: making steel, 2 kg CO2e / kg (same name, place not comparable, year not comparable)" in out
    assert "effect, kg CO2e: 20  90.9%" in out
    assert "no data" in out
    assert "With the proxies, estimate: 22 kg CO2e (1 links without data are not counted)" in out


def test_the_same_in_chinese(run):
    code, out, _ = run("frame", "--lang", "zh")
    assert code == 1
    for said in ("缺少 2 项数据", "无供应方的输入", "名称相同", "无数据", "影响均为估算值"):
        assert said in out


def test_a_complete_product_is_a_good_verdict(run):
    code, out, _ = run("making steel", "--lang", "en")
    assert (code, "Nothing is missing: the product can be computed." in out) == (0, True)


def test_a_missing_method_is_told_with_what_each_method_gives(run):
    code, out, _ = run("acid", "--lang", "en")
    assert code == 1
    assert "an allocation method is missing, not data" in out
    assert "process: making acid" in out
    assert "needs the price" in out


def test_json_holds_it_all_and_gives_the_same_verdict(run):
    code, out, _ = run("frame", "--json")
    data = json.loads(out)
    assert (code, data["complete"], data["without_data"]) == (1, False, 1)
    assert {link["answer"] for link in data["missing"]} == {"proxy", "no data"}
    assert set(data["rule"]) == {"text_en", "text_zh"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("nowhere",), "No product whose name contains"), (("frame", "--amount", "0"), "ask for a positive amount"), (("frame", "--gwp", "AR9"), "global warming potentials")],
)  # fmt: skip
def test_bad_input_is_one_message_and_exit_code_2(run, arguments, told):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert "Traceback" not in err
