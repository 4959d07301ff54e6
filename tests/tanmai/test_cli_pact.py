"""PACT records from the shell: what is printed, exit codes, one clear error, and that files come out as they went in."""

import json
import sys
from pathlib import Path

import pytest

from tanmai import cli

EXAMPLES = Path(__file__).parents[2] / "examples" / "studies"
RECORD = EXAMPLES / "pact-record.json"
FACTOR = "https://w3id.org/tanmai/local/id/emission-factor/pact-3e2b6a54-0d1c-4b7f-9a58-6c1d2f0e4a77"
FACTS = """@prefix s: <https://w3id.org/tanmai/example/studies/aluminium/> . @prefix tm: <https://w3id.org/tanmai/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix unit: <http://qudt.org/vocab/unit/> .
s:ingot dcterms:identifier "urn:pact:example.org:product-id:ingot" ; tm:hasProperty s:carbon .
s:company dcterms:identifier "urn:pact:example.org:supplier-id:works" .
s:carbon a tm:PropertyValue ; tm:property <https://w3id.org/tanmai/id/property/fossil-carbon-content> ;
    tm:amount 0 ; tm:unit unit:KiloGM ; tm:perUnit unit:TONNE .
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory, with_knowledge):
    where = tmp_path_factory.mktemp("pact")
    with_knowledge(where / "store")
    return where


@pytest.fixture
def run(monkeypatch, capsys, home):
    def command(*arguments, lang="en"):
        store = ("--store", str(home / "store"))
        monkeypatch.setattr(sys, "argv", ["tanmai", *map(str, arguments), *store, "--lang", lang])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        assert "internal error" not in printed.err
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return command


def test_a_record_comes_in_and_goes_out(run, home):
    code, out, _ = run("import", RECORD)
    assert code == 0
    assert "taken in: 1, there already: 0" in out
    assert FACTOR in out
    code, out, _ = run("import", RECORD, "--format", "pact", lang="zh")
    assert code == 0
    assert "新增 0 条，已存在 1 条" in out
    code, out, _ = run("export", home / "all.json", "--format", "pact", "--json")
    assert (code, json.loads(out)["records"]) == (0, 1)
    written = json.loads((home / "all.json").read_text(encoding="utf-8"))
    assert written == {"data": [json.loads(RECORD.read_text(encoding="utf-8"))]}


def test_a_broken_record_is_a_negative_verdict(run, home):
    document = json.loads(RECORD.read_text(encoding="utf-8"))
    document["pcf"]["fossilGhgEmissions"] = "5abc"
    (home / "broken.json").write_text(json.dumps(document), encoding="utf-8")
    code, out, err = run("import", home / "broken.json", lang="zh")
    assert (code, err) == (1, "")
    assert "/pcf/fossilGhgEmissions" in out
    assert "未导入任何记录" in out
    code, out, _ = run("import", home / "broken.json", "--json")
    told = json.loads(out)
    assert (code, told["imported"], told["records"][0]["findings"][0]["rule"]) == (1, None, "decimal")


def test_what_is_no_json_is_one_error(run, home):
    (home / "cut.json").write_text('{"id": ', encoding="utf-8")
    code, out, err = run("import", home / "cut.json")
    assert (code, out) == (2, "")
    assert err.startswith("error: cut.json: this is no JSON")


def test_a_terminal_obeys_no_partner(run, home):
    document = json.loads(RECORD.read_text(encoding="utf-8"))
    document |= {"id": "22222222-2222-4222-8222-222222222222", "productNameCompany": "red \x1b[31m", "x\x1b[2J": 1}
    (home / "red.json").write_text(json.dumps(document), encoding="utf-8")
    code, out, _ = run("import", home / "red.json")
    assert code == 0
    assert "\x1b" not in out
    assert "red \\x1b[31m: usable" in out


def test_another_record_under_the_same_id_is_one_error(run, home):
    run("import", RECORD)
    document = {**json.loads(RECORD.read_text(encoding="utf-8")), "comment": "other"}
    (home / "other.json").write_text(json.dumps(document), encoding="utf-8")
    code, _, err = run("import", home / "other.json", lang="zh")
    assert code == 2
    assert "记录一经发布不得更改" in err


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (("import", RECORD, "--key", "x"), "--key"),
        (("import", RECORD, "--format", "xml"), "choose olca, table or pact"),
        (("export", "out.json", "--format", "pact", "--dataset", "x"), "--dataset"),
        (("export", "out.ttl", "--product", "x"), "go with --format pact"),
        (("export", "out.json", "--format", "pact", "--study", "https://e.org/s"), "--study goes with --product"),
        (("export", "/nowhere/out.json", "--format", "pact"), "cannot be written"),
    ],
)
def test_wrong_use_is_one_error(run, arguments, cause):
    run("init")
    code, _, err = run(*arguments)
    assert code == 2
    assert cause in err


def test_our_own_footprint_goes_out(run, home):
    run("load", EXAMPLES / "aluminium.ttl")
    code, _, err = run("export", home / "own.json", "--format", "pact", "--product", "重熔用铝锭", lang="zh")
    assert code == 2
    for member in ("productIds", "companyIds", "fossilCarbonContent"):
        assert member in err
    (home / "facts.ttl").write_text(FACTS, encoding="utf-8")
    run("load", home / "facts.ttl")
    code, out, _ = run("export", home / "own.json", "--format", "pact", "--product", "重熔用铝锭", "--json")
    told = json.loads(out)
    record = json.loads((home / "own.json").read_text(encoding="utf-8"))
    assert (code, told["changed"], told["id"]) == (0, True, record["id"])
    assert float(record["pcf"]["pcfExcludingBiogenicUptake"]) == pytest.approx(
        12257.161881, abs=1e-5
    )  # the study declares it
    code, out, _ = run("export", home / "own.json", "--format", "pact", "--product", "重熔用铝锭")
    assert f"published before as {record['id']}" in out
    assert run("validate", home / "own.json")[0] == 0
    assert run("import", home / "own.json")[0] == 0
