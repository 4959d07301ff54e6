"""`tanmai pcr new` from the command line."""

import json

import pytest
from small_studies import RULE, written
from typer.testing import CliRunner

import shapes
from tanmai.cli import app

RUN = CliRunner()
NEW = [
    "pcr", "new", "FOIL", "--base", "https://example.org/rules/foil/", "--name-en", "aluminium foil", "--name-zh", "铝箔",
    "--group", "electrolytic-aluminium", "--unit", "1 t", "--boundary", "cradle-to-gate", "--author", "foil committee",
]  # fmt: skip


def test_a_new_rule_is_written_to_a_file_and_never_over_one(tmp_path):
    file = tmp_path / "foil.ttl"
    answer = RUN.invoke(app, [*NEW, "--single-cut-off", "1%", "-o", str(file)])
    assert answer.exit_code == 0, answer.output
    text = file.read_text(encoding="utf-8")
    assert "tm:amount 0.01 ;" in text
    assert "sh:minInclusive 1 ;" in text
    again = RUN.invoke(app, [*NEW, "-o", str(file)])
    assert again.exit_code == 2
    assert "is there already" in again.output
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--unit", "tonne", "no quantity"), ("--unit", "x t", "no quantity"), ("--total-cut-off", "five", "no share")],
)
def test_a_slip_is_told(option, value, said):
    answer = RUN.invoke(app, [*NEW, option, value])
    assert answer.exit_code == 2
    assert said in answer.output


STUDY = """@prefix s: <https://example.org/s/> . @prefix tm: <https://w3id.org/tanmai/ontology#> .
@prefix group: <https://w3id.org/tanmai/id/product-group/> . @prefix unit: <http://qudt.org/vocab/unit/> .
s:study a tm:FootprintStudy ; tm:studyProduct s:foil ; tm:declaredUnit s:unit .
s:unit a tm:Quantity ; tm:amount AMOUNT ; tm:unit unit:TONNE .
s:foil a tm:Product ; tm:productGroup group:electrolytic-aluminium ."""


def test_a_rule_is_begun_checked_dropped_into_a_folder_and_judged_by(tmp_path, monkeypatch):
    """UC-31: no line of code is needed for a rule."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "rules"
    folder.mkdir()
    file = folder / "foil.ttl"
    assert RUN.invoke(app, [*NEW, "--single-cut-off", "1%", "-o", str(file)]).exit_code == 0
    checked = RUN.invoke(app, ["pcr", "lint", str(file), "--lang", "en"])
    assert (checked.exit_code, checked.stdout) == (0, "1 shapes files, nothing to mend.\n")
    listed = json.loads(RUN.invoke(app, ["pcr", "list", "--shapes-dir", str(folder), "--json"]).stdout)
    (own,) = [rule for rule in listed if rule["own"]]
    assert own["label"] == {"en": "aluminium foil", "zh": "铝箔"}
    assert own["shapes"] == [str(file)]
    assert [group["label"]["zh"] for group in own["product_groups"]] == ["电解铝"]
    found = {}
    for amount in ("1", "2"):
        study = written(tmp_path, "study.ttl", STUDY.replace("AMOUNT", amount))
        told = RUN.invoke(app, ["validate", str(study), "--shapes-dir", str(folder), "--pcr", "foil", "--json"])
        data = json.loads(told.stdout)
        assert [rule["how"] for rule in data["studies"][0]["rules"] if rule["iri"] == own["iri"]] == ["asked"]
        found[amount] = {each["requirement"] for each in data["findings"] if each["requirement"].startswith("FOIL")}
    assert len(found["2"] - found["1"]) == 1, "another declared unit breaks one requirement more"


def test_rules_are_listed_with_what_gives_way_to_what(tmp_path, monkeypatch):
    monkeypatch.setenv("TANMAI_SHAPES", str(tmp_path))
    national = RULE.replace("rule:foil", "rule:national").replace("FOIL 1", "GB/T 1").replace("FOIL", "GBF").replace(
        "a tm:ProductCategoryRule ;",
        "a tm:ProductCategoryRule ; tm:standardLevel standard-level:national ; tm:validFrom '2026-01-01'^^xsd:date ;",
    )  # fmt: skip
    group = RULE + "rule:foil tm:yieldsToNational true ; tm:standardLevel standard-level:group ."
    written(tmp_path, "group.ttl", group)
    written(tmp_path, "national.ttl", national.replace("rule:FOIL", "rule:GBF"))

    def listed(day):
        found = json.loads(RUN.invoke(app, ["pcr", "list", "--as-of", day, "--json"]).stdout)
        return {rule["number"]: rule for rule in found}

    before, after = listed("2025-12-31"), listed("2026-01-01")
    assert (before["FOIL 1"]["gives_way_to"], before["GB/T 1"]["in_force"]) == ([], False)
    assert (after["FOIL 1"]["gives_way_to"], after["GB/T 1"]["instead_of"]) == (["GB/T 1"], ["FOIL 1"])
    assert after["GB/T 44905-2024"]["level"]["en"] == "national (China)"
    text = RUN.invoke(app, ["pcr", "list", "--as-of", "2026-01-01", "--lang", "zh"]).stdout
    assert "FOIL 1  铝箔\n  状态：团体标准\n" in text
    assert "  让位于：GB/T 1\n" in text
    assert "GB/T 1  铝箔\n  状态：国家标准，现行，自 2026-01-01 起\n" in text
    assert "  代替：FOIL 1\n" in text


def test_rules_without_shapes_are_listed_on_request():
    some, every = (json.loads(RUN.invoke(app, ["pcr", "list", "--json", *more]).stdout) for more in ([], ["--all"]))
    assert all(rule["shapes"] for rule in some)
    assert [rule for rule in every if rule["shapes"]] == some
    assert len(every) > len(some)


def test_every_shipped_rule_for_a_product_is_listed():
    """The files of shapes/pcr each name the standards that they are for."""
    listed = json.loads(RUN.invoke(app, ["pcr", "list", "--json"]).stdout)
    shown = {file for rule in listed for file in rule["shapes"]}
    assert {f"pcr/{file.name}" for file in shapes.pcr()} <= shown


def test_every_listed_rule_has_a_name_in_both_languages():
    """Also those that are described in the file of their shapes alone, such as the European draft for batteries."""
    listed = json.loads(RUN.invoke(app, ["pcr", "list", "--json"]).stdout)
    assert [rule for rule in listed if not {"en", "zh"} <= rule["label"].keys()] == []


def test_the_lint_speaks_chinese(tmp_path):
    file = written(
        tmp_path, "rule.ttl", RULE.replace(', "缺少厚度。请在产品的注释中注明。"@zh', "").replace(', "注明厚度"@zh', "")
    )
    answer = RUN.invoke(app, ["pcr", "lint", str(file), "--lang", "zh"])
    assert answer.exit_code == 1
    first, second, last = answer.output.splitlines()
    assert first.endswith('rule/FOIL-01-label：没有中文的 sh:message。请说明问题及整改办法：sh:message "..."@zh')
    assert second.endswith('rule/requirement-1：该要求没有用中文注明其名称。请加上 rdfs:label "..."@zh')
    assert last == "1 个形状文件中有 2 处需要修改。"
