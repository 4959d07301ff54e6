"""The registry from the shell: what is printed, exit codes, one clear error, and that a store is made anew from its journal."""

import contextlib
import io
import json
import shutil
import sys
from pathlib import Path

import pytest

from tanmai import cli

STUDY = Path(__file__).parents[2] / "examples" / "studies" / "aluminium.ttl"
CQC = "CNCA-R-2002-001"


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    def command(*arguments, lang="en"):
        store = ("--store", str(tmp_path / "store"))
        monkeypatch.setattr(sys, "argv", ["tanmai", *map(str, arguments), *store, "--lang", lang])
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


@pytest.fixture
def known(with_knowledge, tmp_path):
    """Reference knowledge in the store; without it, what is handed in first brings it."""
    with_knowledge(tmp_path / "store")


@pytest.fixture(scope="module")
def _submitted(with_knowledge, tmp_path_factory):
    """A store that was handed the study."""
    store = with_knowledge(tmp_path_factory.mktemp("submitted") / "store")
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as said:
        patch.setattr(sys, "argv", ["tanmai", "submit", str(STUDY), "--json", "--store", str(store), "--lang", "en"])
        cli.main()
    return store, json.loads(said.getvalue())["id"]


@pytest.fixture
def submitted(_submitted, tmp_path):
    """The identifier of the study, which the store of this test was handed before."""
    store, identifier = _submitted
    shutil.copytree(store, tmp_path / "store")
    return identifier


@pytest.fixture
def wrong(tmp_path):
    """The complete study, but it declares 3 t CO2e too much."""
    text = STUDY.read_text(encoding="utf-8")
    path = tmp_path / "wrong.ttl"
    right, wrong = "tm:co2e 12257.161881", "tm:co2e 15257.161881"
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    return path


def test_the_life_of_a_study(run, wrong):
    code, out, _ = run("submit", STUDY, "--json")
    told = json.loads(out)
    assert (code, told["verdict"], told["new"]) == (0, "accepted", True)
    identifier = told["id"]
    code, out, _ = run("submit", STUDY)
    assert code == 0
    assert "handed in before" in out
    code, out, _ = run("submit", wrong, lang="zh")
    assert code == 1
    assert "退回" in out
    assert "声明结果与复算结果不一致" in out
    code, out, err = run("submission", "status", identifier, "published", "--by", "Works", lang="zh")
    assert code == 2
    assert "核查中" in err
    assert run("submission", "status", identifier, "under-verification", "--by", "Works", "--why", "contract")[0] == 0
    verified = ("submission", "verify", identifier, "--level", "limited", "--on", "2025-05-20", "--body")
    code, _, err = run(*verified, "CNCA-RF-2004-38")
    assert code == 2
    assert CQC in err
    code, out, _ = run(*verified, CQC)
    assert code == 0
    assert "Verified by" in out
    code, out, _ = run("submission", "show", identifier, "--json", "--report")
    shown = json.loads(out)
    assert [event["to"]["notation"] for event in shown["history"]] == [
        "submitted",
        "accepted",
        "under-verification",
        "verified",
    ]
    assert all(row["met"] for row in shown["requirements"] if row["id"].startswith("AL-"))
    _, out, _ = run("submission", "list", "--json", "--status", "verified")
    assert [row["id"] for row in json.loads(out)["submissions"]] == [identifier]


def test_a_certificate_from_application_to_issue(run, submitted):
    identifier = submitted
    _, out, _ = run("certificate", "apply", identifier, "--body", CQC, "--by", "Works", "--json")
    number = json.loads(out)["id"]
    code, _, err = run("certificate", "status", number, "valid", "--by", CQC)
    assert code == 2
    assert "under-review" in err
    assert run("certificate", "status", number, "under-review", "--by", CQC)[0] == 0
    code, _, err = run("certificate", "status", number, "valid", "--by", CQC)
    assert code == 2
    assert "no verification" in err
    run("submission", "status", identifier, "under-verification", "--by", "Works")
    run("submission", "verify", identifier, "--level", "limited", "--on", "2025-05-20", "--body", CQC)
    code, out, _ = run("certificate", "status", number, "valid", "--by", CQC, "--on", "2025-06-30", lang="zh")
    assert code == 0
    assert "有效期 2025-06-30 至 2027-06-30" in out
    assert number in run("certificate", "list")[1]
    assert run("certificate", "check", number, "--on", "2025-07-01")[0] == 0
    code, out, _ = run("certificate", "check", number, "--on", "2027-07-01", "--json")
    assert (code, json.loads(out)["failings"]) == (1, [{"kind": "late", "day": "2027-06-30"}])
    assert f"Its certificates: {number}" in run("submission", "show", identifier, "--dependents")[1]
    code, out, _ = run("submission", "withdraw", identifier, "--by", "Works", "--why", "meter", lang="zh")
    assert (code, f"其证书：{number}" in out) == (0, True)
    code, out, _ = run("certificate", "check", number, "--on", "2025-07-01", lang="zh")
    assert code == 1
    assert f"- 状态为暂停  ({identifier}: withdrawn (withdrawn / 已撤回); meter)" in out
    assert f"- 其所依据的提交 {identifier} 已撤回" in out


@pytest.mark.usefixtures("submitted")
def test_the_bytes_come_back_and_a_rebuild_brings_everything(run, wrong, tmp_path):
    identifier = json.loads(run("submit", wrong, "--json")[1])["id"]
    before = run("submission", "show", identifier, "--json", "--report", "--raw", tmp_path / "raw")[1]
    assert (tmp_path / "raw").read_bytes() == wrong.read_bytes()
    assert run("doctor", "--deep")[0] == 0
    assert run("doctor", "--rebuild")[0] == 0
    assert run("submission", "show", identifier, "--json", "--report")[1] == before


def test_a_withdrawn_study_that_is_handed_in_again_is_said_to_be_out(run, submitted):
    run("submission", "withdraw", submitted, "--by", "Works")
    code, out, _ = run("submit", STUDY)
    assert (code, "It is withdrawn now, and its statements are not in the graph" in out) == (0, True)


@pytest.mark.usefixtures("known")
def test_the_receipt_of_a_rejected_study_names_each_broken_rule_and_the_cure(run, tmp_path):
    stolen = STUDY.read_text(encoding="utf-8").replace("tm:co2e 2793.128", "tm:co2e 2793.9", 1)
    (tmp_path / "sum.ttl").write_text(stolen, encoding="utf-8")
    code, out, _ = run("submit", tmp_path / "sum.ttl")
    assert code == 1
    assert "- GEN-05: The stages sum to" in out


@pytest.mark.usefixtures("submitted")
def test_a_study_is_a_name_of_its_product(run):
    study = "https://w3id.org/tanmai/example/studies/aluminium/study"
    _, out, _ = run("footprint", study, "--unit", "t", "--json")
    assert json.loads(out)["total"]["value"] == pytest.approx(12257.161881, rel=1e-9)
    _, out, _ = run("compare", study, study, "--json")
    assert json.loads(out)["comparable"]


def test_what_is_no_study_is_one_error_and_stores_nothing(run, tmp_path):
    """In a new store, and in one that has the knowledge by then."""
    bad = tmp_path / "bad.ttl"
    for data in (b"\x00\xff nonsense", b"<urn:a> <urn:b> 1 .", b""):
        bad.write_bytes(data)
        code, out, err = run("submit", bad)
        assert (code, out) == (2, ""), data
        assert "bad" in err, data
        assert json.loads(run("submission", "list", "--json")[1])["submissions"] == [], data


@pytest.mark.usefixtures("known")
def test_unknown_submissions_are_told(run):
    code, _, err = run("submission", "show", "abc")
    assert code == 2
    assert "Known: none yet" in err
    assert run("submission", "list")[1].strip() == "Nothing has been submitted yet."
