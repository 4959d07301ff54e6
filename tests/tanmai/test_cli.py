"""The front door: what is printed where, exit codes, and one clear message instead of a traceback.

`demo` runs once as a child process and fills the store that the other tests ask. Most commands run in this process through
`tanmai.cli.main`, which is what the console script calls.
"""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass

import polars as pl
import pytest
from chains import HEAD, process, product

DEMO = "https://w3id.org/tanmai/demo/"
PROFILE = f"{DEMO}profile-delivered"


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


def child(*arguments, **environment):
    """Run `python -m tanmai` as its own process."""
    found = subprocess.run(
        [sys.executable, "-P", "-m", "tanmai", *map(str, arguments)],
        capture_output=True, check=False, timeout=120, encoding="utf-8", env=os.environ | {"PYTHONUTF8": "1"} | environment,
    )  # fmt: skip
    return Outcome(found.returncode, found.stdout, found.stderr)


@pytest.fixture
def tanmai(monkeypatch, capsys):
    """Run a command in this process as the console script does."""
    from tanmai import cli

    for name in ("TANMAI_STORE", "TANMAI_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TANMAI_LANG", "en")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tanmai", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as exit_:
            code = exit_.code or 0
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        assert "internal error" not in printed.err
        return Outcome(code, printed.out, printed.err)

    return run


@dataclass(frozen=True)
class Demo:
    store: object
    outcome: Outcome
    seconds: float


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    store = tmp_path_factory.mktemp("demo") / "store"
    begin = time.perf_counter()
    outcome = child("demo", "--store", store, "--lang", "en")
    return Demo(store, outcome, time.perf_counter() - begin)


@pytest.fixture
def ask(tanmai, demo):
    """Ask the store of the demo."""

    def run(*arguments):
        return tanmai(*arguments, "--store", demo.store)

    return run


@pytest.fixture
def fresh(demo, tmp_path):
    """A store of one's own: that of the demo, copied."""
    shutil.copytree(demo.store, tmp_path / "s")
    return tmp_path / "s"


# ---- demo


def test_the_demo_tells_its_story(demo):
    assert (demo.outcome.code, demo.outcome.err) == (0, "")
    assert demo.seconds < 60
    said = demo.outcome.out
    for number in ("12,208.9", "4,656.7", "16,849.4"):  # rule R16: grid, hydropower, captive coal under AR6
        assert number in said
    for word in ("illustrative", "AR4", "AR5", "AR6", "Largest contributions", "What is assumed", "Next", "█"):
        assert word in said
    assert len(re.findall(r"^\$ tanmai ", said, re.MULTILINE)) >= 8
    assert "internal" not in said


def test_the_demo_in_chinese_again_on_the_same_store(tanmai, fresh, monkeypatch):
    monkeypatch.setenv("TANMAI_LANG", "zh")
    found = tanmai("demo", "--store", fresh)
    assert (found.code, found.err) == (0, "")
    for word in ("碳足迹", "原铝（电网电力）", "12,208.9", "示意值", "假设"):
        assert word in found.out
    assert "Largest contributions" not in found.out
    assert "此前的示例已将其撤回。" in found.out


def test_the_next_commands_of_the_demo_work(demo, tanmai, tmp_path, monkeypatch):
    """Each line under "Next" is run as it is printed, without the shell's redirection."""
    import shlex

    monkeypatch.chdir(tmp_path)
    lines = [line.strip() for line in demo.outcome.out.partition("== Next ==")[2].splitlines() if "tanmai" in line]
    assert len(lines) == 8
    for line in lines:
        found = tanmai(*shlex.split(line.partition(" > ")[0])[1:])
        assert (found.code, found.err) == (0, ""), line
    assert (tmp_path / "all.csv").exists()


@pytest.mark.parametrize(
    ("key", "gwp", "expected"),
    [("grid", "AR6", 12208.9), ("hydro", "AR6", 4656.7), ("coal", "AR6", 16849.4), ("grid", "AR5", 12198.2)],
)  # rule R16; AR5: 12208.9 - 104.71 + 94.02
def test_aluminium_on_three_kinds_of_power(ask, key, gwp, expected):
    found = ask("footprint", f"{DEMO}ingot-{key}", "--gwp", gwp, "--json")
    assert round(found.json["total"]["value"], 1) == expected


# ---- footprint


def test_footprint_as_json(ask):
    data = ask("footprint", PROFILE, "--json").json
    keys = (
        "product", "amount", "unit", "total", "gwp_sets", "settings", "stages", "gases", "contributions", "cutoffs",
        "assumptions", "inputs", "engine",
    )  # fmt: skip
    assert [key for key in keys if key not in data] == []
    assert set(data["total"]) >= {"value", "unit", "error_bound"}
    assert data["gwp_sets"] == ["AR6", "unknown"]
    assert data["total"]["value"] == pytest.approx(sum(stage["value"] for stage in data["stages"]))
    assert data["engine"]["version"]
    assert {"demo-aluminium"} <= {dataset["dataset"] for dataset in data["inputs"]}


def test_footprint_for_a_person(ask):
    found = ask("footprint", "alumina", "--amount", "2500", "--unit", "kg")
    assert (found.code, found.err) == (0, "")
    assert "3,125 kg CO2e" in found.out  # 2.5 t x 1250 kg/t (rule R16)
    assert "metallurgical alumina" in found.out


def test_chinese(ask):
    found = ask("footprint", PROFILE, "--lang", "zh")
    assert found.code == 0
    for word in ("铝挤压型材（送达客户）", "原材料获取", "按生命周期阶段", "假设", "二氧化碳"):
        assert word in found.out
    english = re.findall(r"[A-Za-z]{4,}", re.sub(r"CO2e|kg|https?\S+", "", found.out))
    assert {
        word for word in english if word.lower() in {"stage", "share", "process", "source", "remainder", "assumed"}
    } == set()
    assert "冶金级氧化铝" in ask("products", "氧化铝", "--lang", "zh").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("footprint", "nonsense"), "No product whose name contains 'nonsense'"),
        (("footprint", "primary aluminium"), "primary aluminium, grid power / 原铝（电网电力）"),
        (("footprint", "https://example.org/none"), "No product or process <https://example.org/none>"),
        (("footprint", "alumina", "--unit", "furlong"), "No unit 'furlong'"),
        (("footprint", "alumina", "--unit", "kWh"), "measure different things"),
        (("footprint", "alumina", "--unit", ""), "No unit ''"),
        (("footprint", "alumina", "--gwp", "AR9"), "AR4, AR5, AR6"),
        (("footprint", "alumina", "--unlinked", "maybe"), "choose error or cutoff"),
        (("footprint", "alumina", "--coproducts", "guess"), "choose one of"),
        (("footprint", "alumina", "--strict"), "cannot be restated"),
        (("footprint", "alumina", "--amount", "nan"), "positive amount"),
        (("footprint", "alumina", "--amount", "much"), "--amount"),
        (("footprint", "alumina", "--lang", "fr"), "zh or en"),
        (("footprint",), "one of the two"),
        (("footprint", "alumina", "--all"), "one of the two"),
        (("footprint", "--all", "--out", "table.xlsx"), ".csv or .parquet"),
        (("footprint", "--all", "--out", "no/such/folder/table.csv"), "cannot be written"),
        (("explain", "alumina", "--format", "pdf"), "text, json,"),
        (("explain", "alumina", "--cutoff", "2"), "--cutoff"),
        (("query",), "one of the two"),
        (("query", "-e", "SELECT * { ?s ?p }"), "SPARQL syntax error at line 1"),
        (("query", "-e", "ASK {}", "--format", "ttl"), "cannot be written as 'ttl'"),
        (("query", "-e", "INSERT DATA { <urn:a> <urn:b> 1 }"), "error"),
        (("query", "no-such-file.rq"), "no-such-file.rq"),
        (("load", "no-such-file.ttl"), "no-such-file.ttl"),
        (("import", "no-such-package.zip"), "no-such-package.zip"),
        (("restore", "no-such-folder"), "no-such-folder"),
        (("export", "graph.docx"), "suffix '.docx'"),
        (("nonsense",), "nonsense"),
    ],
)
def test_mistakes_get_one_message_on_stderr_and_exit_code_two(ask, arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = ask(*arguments)
    assert (found.code, found.out) == (2, "")
    assert words in re.sub(r"\s*│\s*|\s+", " ", found.err)
    assert list(tmp_path.iterdir()) == []


def test_every_product_as_csv_and_parquet(ask, tmp_path):
    for suffix, read in ((".csv", pl.read_csv), (".parquet", pl.read_parquet)):
        target = tmp_path / f"all{suffix}"
        told = ask("footprint", "--all", "--gwp", "AR6", "--out", target, "--json").json
        frame = read(target)
        assert told["products"] == len(frame) == 13
        assert {"iri", "name", "amount", "unit", "kg_co2e", "error_bound"} <= set(frame.columns)
        row = frame.row(by_predicate=pl.col("iri") == f"{DEMO}ingot-grid", named=True)
        assert round(row["kg_co2e"], 1) == 12208.9
        assert (row["amount"], row["unit"], row["name"]) == (1.0, "Tonne", "primary aluminium, grid power") or row[
            "unit"
        ] == "t"
        assert 0 <= row["error_bound"] < 1e-6
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "all.csv",
        "all.parquet",
    ]  # nothing cut off, no leftovers


def test_every_product_on_screen_and_as_json(ask):
    assert "12,209" in ask("footprint", "--all").out
    data = ask("footprint", "--all", "--json").json
    assert len(data["products"]) == 13
    assert data["cutoffs"] == []


# ---- explain


def test_explain_as_text(ask):
    out = ask("explain", f"{DEMO}ingot-grid", "--cutoff", "0.02").out
    assert out.splitlines()[0].startswith("primary aluminium, grid power  1 t = 12,208.9 kg CO2e")
    assert "13,400 kW·h × 0.5777 = 7,741.2 kg CO2e" in out
    assert "China, 2024" in out
    assert "remainder" in out


def test_explain_in_chinese(ask):
    out = ask("explain", f"{DEMO}ingot-grid", "--lang", "zh").out
    assert "原铝（电网电力）" in out
    assert "全国电力碳足迹因子" in out


def test_explain_as_json_sums(ask):
    data = ask("explain", PROFILE, "--format", "json", "--cutoff", "0.001").json

    def check(line):
        if line["children"]:
            assert sum(child["value"] for child in line["children"]) == pytest.approx(line["value"], rel=1e-9)
        for each in line["children"]:
            check(each)

    check(data["root"])
    assert data["root"]["value"] == pytest.approx(data["total"]["value"], rel=1e-9)


def test_explain_as_mermaid(ask):
    lines = ask("explain", PROFILE, "--format", "mermaid").out.splitlines()
    assert lines[0].startswith("flowchart")
    nodes = {match[1] for line in lines if (match := re.match(r'\s+(n\d+)\[".*"\]$', line))}
    edges = [re.match(r"\s+(n\d+) -->(?:\|.*\|)? (n\d+)$", line) for line in lines[1:] if "-->" in line]
    assert len(nodes) > 5
    assert len(edges) == len(nodes) - 1  # a tree
    assert {end for edge in edges for end in edge.groups()} <= nodes


def test_explain_as_html_escapes_names(tanmai, fresh, tmp_path):
    file = tmp_path / "evil.ttl"
    name = "<script>alert(1)</script>"
    file.write_text(
        HEAD + process("part", emissions=(("flow:CO2-fossil", 1),)).replace('"part"', f'"{name}"'), encoding="utf-8"
    )
    assert tanmai("load", file, "--store", fresh).code == 0
    page = tanmai("explain", "alert", "--format", "html", "--store", fresh).out
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_names_are_printed_as_they_stand(tanmai, fresh, tmp_path):
    """Square brackets are common in names ("[kWh]"); a terminal library may take them for markup."""
    file, name = tmp_path / "odd.ttl", "heat [MJ] [/bold] :warning: {x}"
    text = process("part", emissions=(("flow:CO2-fossil", 1),), outputs=(("flow:CO2-fossil", 2),))
    file.write_text(HEAD + text.replace('"part"', f'"{name}"'), encoding="utf-8")
    assert tanmai("load", file, "--store", fresh).code == 0
    iri = "https://example.org/part"
    for command in (
        ("footprint", iri), ("explain", iri), ("explain", iri, "--format", "html"), ("explain", iri, "--format", "mermaid"),
        ("products", "heat"), ("footprint", "--all"), ("query", "-e", f"SELECT ?l {{ <{iri}> rdfs:label ?l }}"),
    ):  # fmt: skip
        found = tanmai(*command, "--store", fresh)
        assert (found.code, found.err) == (0, "")
        assert name in found.out


@pytest.mark.parametrize(
    ("emissions", "shown"),
    [((), "0 kg CO2e"), ((("flow:CO2-fossil", 1), ("flow:CO2-ccs-capture", -3)), "-2 kg CO2e"),
     ((("flow:CO2-fossil", 1), ("flow:CO2-ccs-capture", -1)), "0 kg CO2e")],
)  # fmt: skip
def test_nothing_and_less_than_nothing_can_be_shown(tanmai, fresh, tmp_path, emissions, shown):
    file = tmp_path / "odd.ttl"
    file.write_text(HEAD + process("part", emissions=emissions), encoding="utf-8")
    assert tanmai("load", file, "--store", fresh).code == 0
    iri = "https://example.org/part"
    for command in (
        ("footprint", iri),
        ("explain", iri),
        ("explain", iri, "--format", "html"),
        ("explain", iri, "--format", "mermaid"),
    ):
        found = tanmai(*command, "--store", fresh)
        assert (found.code, found.err) == (0, "")
        assert shown in found.out


# ---- query


ROWS = "SELECT ?n ?v { VALUES (?n ?v) { ('a,\"b' 1) ('碳' 2.5) } }"


def test_query_results_in_every_format(ask):
    def run(format_):
        found = ask("query", "-e", ROWS, "--format", format_)
        assert (found.code, found.err) == (0, "")
        return found.out

    assert list(csv.reader(io.StringIO(run("csv")))) == [["n", "v"], ['a,"b', "1"], ["碳", "2.5"]]
    assert run("tsv").splitlines()[0] == "?n\t?v"
    rows = json.loads(run("json"))["results"]["bindings"]
    assert [row["n"]["value"] for row in rows] == ['a,"b', "碳"]
    assert "<literal>碳</literal>" in run("xml")
    assert "碳" in run("table")
    assert "2 rows" in run("table")


def test_query_for_a_graph(ask):
    text = f"CONSTRUCT {{ ?s rdfs:label ?l }} {{ VALUES ?s {{ <{DEMO}alumina> }} ?s rdfs:label ?l }}"
    out = ask("query", "-e", text, "--format", "ttl").out
    assert '"冶金级氧化铝"@zh' in out
    assert ask("query", "-e", text).out == out


def test_query_from_a_file_and_yes_or_no(ask, tmp_path):
    file = tmp_path / "q.rq"
    file.write_text("ASK { ?x a tm:UnitProcess }", encoding="utf-8")
    assert ask("query", file).out.strip() == "true"


# ---- load, backup, restore, store


def part(kg):
    return HEAD + process("part", emissions=(("flow:CO2-fossil", kg),))


def test_load_reload_change_and_a_bad_file(tanmai, fresh, tmp_path):
    store, file = fresh, tmp_path / "part.ttl"
    file.write_text(part(2), encoding="utf-8")
    first = tanmai("load", file, "--store", store, "--json").json[0]
    assert (first["dataset"], first["version"], first["changed"]) == ("part", 1, True)
    again = tanmai("load", file, "--store", store)
    assert (again.code, "unchanged" in again.out) == (0, True)
    file.write_text(part(3), encoding="utf-8")
    assert tanmai("load", file, "--store", store, "--json").json[0]["version"] == 2
    assert tanmai("footprint", "https://example.org/part", "--store", store, "--json").json["total"]["value"] == 3.0
    file.write_text(part(4) + "\n:oops :is ", encoding="utf-8")
    good = tmp_path / "good.ttl"
    good.write_text(HEAD + process("other"), encoding="utf-8")
    bad = tanmai("load", good, file, "--store", store)
    assert (bad.code, bad.out) == (2, "")
    assert re.search(r"error: part\.ttl, line \d+.*Nothing was loaded", bad.err)
    assert tanmai("footprint", "https://example.org/part", "--store", store, "--json").json["total"]["value"] == 3.0
    assert (
        tanmai("footprint", "https://example.org/other", "--store", store).code == 2
    )  # the good file came in the same breath


def test_gaps_stop_the_tool_until_a_reading_is_asked_for(tanmai, fresh, tmp_path):
    store, file = fresh, tmp_path / "gappy.ttl"
    file.write_text(
        HEAD + process("part", inputs=((":x", 2),), emissions=(("flow:CO2-fossil", 1),)) + product("x"),
        encoding="utf-8",
    )
    tanmai("load", file, "--store", store)
    stopped = tanmai("footprint", "https://example.org/part", "--store", store)
    assert (stopped.code, "--unlinked cutoff" in stopped.err) == (2, True)
    data = tanmai("footprint", "https://example.org/part", "--store", store, "--unlinked", "cutoff", "--json").json
    assert [line["reason"] for line in data["cutoffs"]] == ["unlinked input"]
    shown = tanmai("footprint", "https://example.org/part", "--store", store, "--unlinked", "cutoff").out
    assert "Cut off: 1" in shown
    out = tmp_path / "all.csv"
    told = tanmai("footprint", "--all", "--store", store, "--unlinked", "cutoff", "--out", out, "--json").json
    assert told["cutoffs"] == 1
    assert pl.read_csv(tmp_path / "all.cutoffs.csv")["exchange"].to_list() == ["https://example.org/part-in-1"]


def test_backup_and_restore(ask, tanmai, tmp_path):
    copy, fresh = tmp_path / "copy", tmp_path / "fresh"
    assert ask("backup", copy).code == 0
    assert tanmai("restore", copy, "--store", fresh).code == 0
    data = tanmai("footprint", f"{DEMO}ingot-grid", "--store", fresh, "--json").json
    assert round(data["total"]["value"], 1) == 12208.9
    assert tanmai("doctor", "--store", fresh).out.strip().endswith("sound")
    twice = ask("backup", copy)
    assert (twice.code, "exists already" in twice.err) == (2, True)
    assert tanmai("restore", copy, "--store", fresh).code == 2


def test_export_of_one_dataset_comes_back(ask, tanmai, tmp_path, with_knowledge):
    target = tmp_path / "demo.ttl.gz"
    with_knowledge(tmp_path / "s")
    assert ask("export", target, "--dataset", "demo-aluminium").code == 0
    assert tanmai("load", target, "--store", tmp_path / "s").code == 0
    data = tanmai("footprint", f"{DEMO}ingot-hydro", "--store", tmp_path / "s", "--json").json
    assert round(data["total"]["value"], 1) == 4656.7


def test_the_store_of_the_environment(tanmai, demo, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert tanmai("info").code == 2
    monkeypatch.setenv("TANMAI_STORE", str(demo.store))
    found = tanmai("info", "--json")
    assert found.code == 0
    assert found.json["path"] == str(demo.store)
    assert list(tmp_path.iterdir()) == []


def test_a_store_without_reference_knowledge_says_what_to_do(tanmai, tmp_path):
    from graphstore import GraphStore

    with GraphStore.open(tmp_path / "bare") as store:
        store.load_bytes(part(1).encode(), key="part", format="turtle")
    found = tanmai("footprint", "part", "--store", tmp_path / "bare")
    assert (found.code, found.out) == (2, "")
    assert f"tanmai init --store {tmp_path / 'bare'}" in found.err


def test_an_empty_store_has_no_products(tanmai, tmp_path):
    assert tanmai("init", "--store", tmp_path / "s").code == 0
    assert tanmai("products", "--store", tmp_path / "s", "--json").json == []
    found = tanmai("footprint", "anything", "--store", tmp_path / "s")
    assert (found.code, found.out) == (2, "")
    assert "tanmai demo" in found.err


def test_doctor_gives_a_negative_verdict(tanmai, fresh):
    journal = max(fresh.rglob("*.seg"), key=lambda path: path.stat().st_size)
    broken = bytearray(journal.read_bytes())
    broken[len(broken) // 2] ^= 0xFF
    journal.write_bytes(bytes(broken))
    found = tanmai("doctor", "--deep", "--store", fresh)
    assert found.code == 1
    assert "not sound" in found.out


# ---- as its own process


def test_an_error_of_a_child_process(tmp_path):
    found = child("info", "--store", tmp_path / "none")
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith("error: There is no store at")
    assert found.err.count("\n") == 1


def test_help_and_no_command():
    found = child("--help")
    assert found.code == 0
    for command in ("demo", "init", "load", "import", "query", "footprint", "explain", "doctor"):
        assert command in found.out
    assert child().code == 2


def test_only_the_parser_of_the_command_that_is_named_is_built():
    from tanmai.cli import _parser

    whole = list(_parser(["--help"]).commands)
    assert {"demo", "info", "footprint", "pact"} < set(whole)
    for name in set(whole) - {"demo"}:
        assert list(_parser([name, "--help"]).commands) == [name]
    for arguments in ([], ["demo"], ["fotprint"], ["--lang", "zh", "info"]):
        assert list(_parser(arguments).commands) == whole


def test_a_closed_pipe_is_no_error(demo):
    first, second = os.pipe()
    os.close(first)
    running = subprocess.Popen(
        [sys.executable, "-P", "-m", "tanmai", "query", "-e", "SELECT * { ?s ?p ?o }", "--format", "csv", "--store", str(demo.store)],
        stdout=second, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(second)
    errors = running.communicate(timeout=60)[1].decode()
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors


# ---- keeping


def test_what_one_store_exports_another_takes_in(tanmai, demo, tmp_path):
    assert tanmai("export", tmp_path / "all.nq.gz", "--store", demo.store).code == 0
    assert tanmai("load", tmp_path / "all.nq.gz", "--store", tmp_path / "other").code == 0
    data = json.loads(tanmai("footprint", "profile, delivered", "--store", tmp_path / "other", "--json").out)
    assert data["total"]["value"] == pytest.approx(13854.528129, rel=1e-9)


def test_a_release_stays_when_the_store_goes_on(tanmai, fresh, tmp_path):
    assert tanmai("release", "2026", "--store", fresh).code == 0
    assert "2026" in tanmai("release", "--store", fresh).out
    (tmp_path / "more.ttl").write_text("<urn:a> <urn:b> 1 .")
    assert tanmai("load", tmp_path / "more.ttl", "--store", fresh).code == 0
    ask = ("query", "-e", "ASK { <urn:a> <urn:b> 1 }", "--store", fresh)
    assert tanmai(*ask).out.strip() == "true"
    assert tanmai(*ask, "--release", "2026").out.strip() == "false"
    assert tanmai("release", "2026", "--drop", "--store", fresh).code == 0
    assert tanmai(*ask, "--release", "2026").code == 2


@pytest.mark.parametrize(
    ("lang", "said", "not_said"),
    [
        ("zh", "固定当前状态为发布版本。", "Pin the newest state"),
        ("en", "Pin the newest state under a name", "固定当前状态"),
    ],
)
def test_the_list_of_commands_speaks_the_language_of_the_reader_whole(monkeypatch, capsys, lang, said, not_said):
    from tanmai.cli import main

    monkeypatch.setattr("sys.argv", ["tanmai", "--help"])
    monkeypatch.setenv("TANMAI_LANG", lang)
    main()
    shown = " ".join(capsys.readouterr().out.split())
    assert said in shown
    assert not_said not in shown
    assert "..." not in shown.partition("Commands:")[2]
