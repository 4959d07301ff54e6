"""`tanmai validate --effect` and `--fix` as a user meets them."""

import gzip
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from typer.testing import CliRunner

from tanmai.cli import app
from tanmai.words import word

STUDIES = Path(__file__).parents[2] / "examples" / "studies"
ALUMINIUM = (STUDIES / "aluminium.ttl").read_text(encoding="utf-8")
BROKEN = (
    ALUMINIUM.replace("tm:unit unit:TONNE ;", 'tm:unit "t" ; # weighed', 1)
    .replace("tm:co2e 12257.161881 ;", "tm:co2e 12000 ;", 1)
    .replace("    tm:ofStudy s:study ;\n", "")
)


@pytest.fixture
def validate(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("TANMAI_LANG", "en")

    def run(text, *options, name="study.ttl"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return CliRunner().invoke(app, ["validate", str(file), "--as-of", "2026-06-30", *options])

    return run


CO2_ONLY = ALUMINIUM.replace("ef:footprint-CN-grid-average-2024", "ef:co2-CN-GD-grid-average-2023")


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            [
                "exchanged: tm:defaultProvider: Electricity CO2 emission factor, Guangdong, grid average, 2023 (0.4419) → ",
                " → Electricity carbon footprint factor, China, grid average, 2024 (0.5777)",
                "effect on the result: rises by 1,827 kg CO2e (17.6%), from 10,354 to 12,181 kg CO2e per 1 t",
                "Declared result: 12,257 kg CO2e per 1 t.",
                "the result of the study rises by 1,903.6 kg CO2e (18.4%), from 10,354 to 12,257 kg CO2e per 1 t (GWP set AR6).",
            ],
        ),
        (
            "zh",
            [
                "广东电力二氧化碳排放因子，省级平均，2023年（0.4419） → 全国电力碳足迹因子，全国平均，2024年（0.5777）",
                "对结果的影响：由 10,354 升至 12,181 kg CO2e/1 t，增加 1,827 kg CO2e（17.6%）",
                "声明结果：12,257 kg CO2e/1 t。",
                "研究结果由 10,354 升至 12,257 kg CO2e/1 t，增加 1,903.6 kg CO2e（18.4%）（GWP 版本 AR6）。",
            ],
        ),
    ],
)
def test_both_numbers_are_shown(validate, lang, lines):
    told = validate(CO2_ONLY, "--effect", "--lang", lang)
    assert told.exit_code == 1
    for line in lines:
        assert line in told.stdout
    page = validate(CO2_ONLY, "--effect", "--html", "--lang", lang).stdout
    assert "(0.5777)" in page or "（0.5777）" in page
    assert lines[-1] in page


def test_numbers_are_not_rounded_for_machines(validate):
    data = json.loads(validate(CO2_ONLY, "--effect", "--json").stdout)
    assert data["effect"]["together"] == pytest.approx(12257.16188064, rel=1e-12)
    assert data["effect"]["before"] == pytest.approx(10353.55985024, rel=1e-12)


def test_no_effect_is_computed_unless_it_is_asked_for(validate):
    data = json.loads(validate(CO2_ONLY, "--json").stdout)
    assert "effect" not in data
    assert all("effect" not in finding for finding in data["findings"])


def test_a_right_study_has_no_effects(validate):
    told = validate(ALUMINIUM, "--effect")
    assert told.exit_code == 0
    assert word("effect_no_cure", "en") in told.stdout


def test_a_study_that_has_no_number_says_why(validate):
    told = validate(CO2_ONLY.replace("    tm:declaredUnit s:unit ;\n", ""), "--effect")
    assert told.exit_code == 1
    assert "No effect can be computed: " in told.stdout


def test_a_corrected_copy_is_written_beside_and_judged(validate, tmp_path):
    told = validate(BROKEN, "--fix")
    copy = tmp_path / "study.fixed.ttl"
    assert told.exit_code == 0, told.output
    assert (tmp_path / "study.ttl").read_text(encoding="utf-8") == BROKEN
    made = copy.read_text(encoding="utf-8")
    assert (
        made
        == ALUMINIUM.replace("tm:unit unit:TONNE ;", "tm:unit unit:TONNE ; # weighed", 1)
        .replace("    tm:ofStudy s:study ;\n", "")
        .rstrip("\n")
        + "\n\ns:declared tm:ofStudy s:study .\n"
    )
    line = BROKEN[: BROKEN.index('"t" ; # weighed')].count("\n") + 1
    assert f"study.ttl:{line}" in told.stdout
    assert "tm:unit: t → unit:TONNE (spelling of the unit)" in told.stdout
    assert "tm:co2e: 12000 → 12257.161881 (total is the sum of the stages)" in told.stdout
    assert "(3 changes; comments and layout are kept)" in told.stdout
    again = CliRunner().invoke(app, ["validate", str(copy), "--fix", "--json"])
    assert again.exit_code == 0
    assert json.loads(again.stdout)["fixed"] == {"file": None, "comments_kept": True, "changes": []}
    assert not (tmp_path / "study.fixed.fixed.ttl").exists()


def test_the_changes_for_machines(validate, tmp_path):
    target = tmp_path / "mended.ttl"
    data = json.loads(validate(BROKEN, "--fix", "--output", str(target), "--json").stdout)
    assert data["passes"]
    assert data["fixed"]["file"] == str(target) == data["files"][0]["name"]
    assert [(c["kind"], c["before"], c["after"].rpartition("/")[2]) for c in data["fixed"]["changes"]] == [
        ("unit", "t", "TONNE"), ("total", "12000", "12257.161881"), ("inverse", None, "study"),
    ]  # fmt: skip
    assert all(change["line"] for change in data["fixed"]["changes"])


def test_the_verdict_is_that_of_the_copy_and_effects_too(validate, tmp_path):
    text = BROKEN.replace("ef:footprint-CN-grid-average-2024", "ef:co2-CN-GD-grid-average-2023")
    told = validate(text, "--fix", "--effect", "--lang", "zh")
    assert told.exit_code == 1
    assert "study.fixed.ttl" in told.stdout
    assert "研究结果由 10,354 升至 12,257" in told.stdout
    assert (tmp_path / "study.fixed.ttl").exists()


def test_a_w3c_report_stays_alone_on_standard_output(validate):
    told = validate(BROKEN, "--fix", "--ttl")
    assert "Corrected copy" not in told.stdout
    assert "Corrected copy" in told.stderr


@pytest.mark.parametrize(
    ("options", "name", "words"),
    [
        (["--fix", "{own}"], "study.ttl", "one file at a time"),
        (["--fix", "--output", "{own}"], "study.ttl", "is the file itself"),
        (["--fix", "--output", "{there}"], "study.ttl", "is there already"),
        (["--fix", "--output", "{nowhere}/copy.ttl"], "study.ttl", "cannot be written"),
        (["--fix", "--shapes", "{own}"], "study.ttl", "no meaning with --shapes"),
        (["--effect", "--shapes", "{own}"], "study.ttl", "no meaning with --shapes"),
        (["--effect", "--ttl"], "study.ttl", "no place in a W3C report"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_written(validate, tmp_path, options, name, words):
    there = tmp_path / "there.ttl"
    there.write_text("mine", encoding="utf-8")
    places = {"own": tmp_path / name, "there": there, "nowhere": tmp_path / "nowhere"}
    told = validate(BROKEN, *(option.format(**places) for option in options), name=name)
    assert told.exit_code != 0
    assert words in str(told.exception) + told.output
    assert there.read_text(encoding="utf-8") == "mine"
    assert not list(tmp_path.glob("*.fixed.*"))
    assert (tmp_path / name).read_text(encoding="utf-8") == BROKEN


def test_a_copy_that_cannot_be_judged_is_not_written(validate, tmp_path):
    told = validate(BROKEN.replace("tm:amount 2.3 ;", 'tm:amount "2.3" ;'), "--fix")
    line = BROKEN[: BROKEN.index("s:alumina-refining-in-bauxite a")].count("\n") + 1
    assert f"study.ttl, line {line}: " in str(told.exception)
    assert "a number is expected" in str(told.exception)
    assert not list(tmp_path.glob("*.fixed.*"))


FIXED = (
    ALUMINIUM.replace("tm:unit unit:TONNE ;", "tm:unit unit:TONNE ; # weighed", 1)
    .replace("    tm:ofStudy s:study ;\n", "")
    .rstrip("\n")
    + "\n\ns:declared tm:ofStudy s:study .\n"
)


@pytest.mark.parametrize("options", [[], ["--output", "{folder}/mended.ttl.gz"]])
def test_the_copy_of_a_compressed_file_is_compressed(validate, tmp_path, options):
    packed = gzip.compress(BROKEN.encode())
    told = validate(packed, "--fix", *(each.format(folder=tmp_path) for each in options), name="study.ttl.gz")
    assert told.exit_code == 0, told.output
    copy = tmp_path / ("mended.ttl.gz" if options else "study.fixed.ttl.gz")
    assert gzip.decompress(copy.read_bytes()).decode() == FIXED
    assert (tmp_path / "study.ttl.gz").read_bytes() == packed


def test_a_copy_under_a_plain_name_is_not_compressed(validate, tmp_path):
    told = validate(gzip.compress(BROKEN.encode()), "--fix", "--output", str(tmp_path / "plain.ttl"), name="s.ttl.gz")
    assert told.exit_code == 0, told.output
    assert (tmp_path / "plain.ttl").read_text(encoding="utf-8") == FIXED


def test_a_study_in_json_ld_is_written_anew_and_judged(validate, tmp_path):
    quads = list(ox.parse(BROKEN.encode(), format=ox.RdfFormat.TURTLE))
    told = validate(ox.serialize(quads, format=ox.RdfFormat.JSON_LD), "--fix", name="study.jsonld")
    assert told.exit_code == 0, told.output
    assert "(3 changes; comments and layout are not kept)" in told.stdout
    made = (tmp_path / "study.fixed.jsonld").read_bytes()
    found = set(ox.parse(made, format=ox.RdfFormat.JSON_LD))
    assert found == set(ox.parse(FIXED.encode(), format=ox.RdfFormat.TURTLE))
