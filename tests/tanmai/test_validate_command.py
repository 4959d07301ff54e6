"""`tanmai validate` and `tanmai pcr lint` as a user meets them."""

import json
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser

import pyoxigraph as ox
import pytest
from small_studies import PREFIXES, RULE, STUDY, written
from typer.testing import CliRunner

from tanmai.cli import app
from tanmai.render.naming import short, visible, with_names
from tanmai.render.validation_html import page

SH = "http://www.w3.org/ns/shacl#"
MENDED = STUDY + 's:foil rdfs:comment "8 µm"@en .'


@pytest.fixture
def rules(tmp_path):
    folder = tmp_path / "rules"
    folder.mkdir()
    written(folder, "foil.ttl", RULE)
    return folder


@pytest.fixture
def validate(tmp_path, rules, monkeypatch):
    """Run the command on a study of foil; the plans that it keeps stay in the folder of the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("TANMAI_LANG", "en")

    def run(*options, text=STUDY, name="study.ttl", own=True):
        file = written(tmp_path, name, text)
        chosen = ["--shapes-dir", str(rules)] if own else []
        return CliRunner().invoke(app, ["validate", str(file), *chosen, "--as-of", "2026-06-30", *options])

    return run


def _own(data):
    return [finding for finding in data["findings"] if finding["requirement"] == "FOIL-01"]


def test_text_tells_rule_place_message_source_and_verdict(validate):
    told = validate()
    assert told.exit_code == 1
    assert "Study: footprint of foil – foil (judged for 2026-06-30)" in told.stdout
    assert "Judged by: FOIL 1 Aluminium foil (claimed)" in told.stdout
    assert "FOIL-01  thickness stated" in told.stdout
    assert "requirement of: FOIL 1 Aluminium foil; source: project rule" in told.stdout
    assert "study.ttl:16" in told.stdout
    assert "The thickness is missing. State it as a comment of the product." in told.stdout
    last = told.stdout.strip().splitlines()[-1]
    assert last.startswith("Does not pass. violations: ")
    assert last.endswith("FOIL 1. Engine: tanmai.")


def test_text_in_chinese(validate):
    told = validate("--lang", "zh")
    assert told.exit_code == 1
    assert "研究：铝箔碳足迹 – 铝箔（校验基准日 2026-06-30）" in told.stdout
    assert "FOIL-01  注明厚度" in told.stdout
    assert "缺少厚度。请在产品的注释中注明。" in told.stdout
    assert told.stdout.strip().splitlines()[-1].startswith("未通过。不符合项 ")


NAMED = """
rule:FOIL-01 sh:sparql rule:FOIL-01-mill . rule:FOIL-01-mill a sh:SPARQLConstraint ;
    sh:prefixes <https://w3id.org/tanmai/shapes/prefixes> ; tm:requirement rule:requirement-1 ;
    sh:message "The mill {?value} of {?this} rolls it for {?buyer}. Name another."@en, "{?this} 由轧机 {?value} 为{?buyer}轧制。请更换。"@zh ;
    sh:select "SELECT $this ?value ?buyer WHERE { ?value <https://example.org/study/rolls> $this ; <https://example.org/study/for> ?buyer }" .
rule:FOIL-01 sh:severity sh:Violation .
"""
ROLLED = (
    MENDED
    + """
s:mill rdfs:label "cold mill"@en, "冷轧机"@zh ;
    s:rolls s:study ; s:for s:buyer .
s:buyer rdfs:label "buyer"@en, "采购方"@zh .
"""
)


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            [
                'The mill "cold mill" of "footprint of foil" rolls it for "buyer". Name another.',
                "value: cold mill (https://example.org/study/mill)  {file}:22",
                "mentioned: buyer (https://example.org/study/buyer)",
            ],
        ),
        (
            "zh",
            [
                "“铝箔碳足迹”由轧机“冷轧机”为“采购方”轧制。请更换。",
                "实际值：冷轧机（https://example.org/study/mill）  {file}:22",
                "提及：采购方（https://example.org/study/buyer）",
            ],
        ),
    ],
)
def test_people_read_names_in_the_place_of_iris_and_where_the_value_is_described(
    validate, rules, tmp_path, lang, lines
):
    written(rules, "foil.ttl", RULE + NAMED)
    told = validate("--lang", lang, text=ROLLED).stdout
    shown = [line.strip() for line in told.splitlines()]
    assert [
        line.format(file=tmp_path / "study.ttl")
        for line in lines
        if line.format(file=tmp_path / "study.ttl") not in shown
    ] == []
    text = unescape(validate("--html", "--lang", lang, text=ROLLED).stdout)
    assert lines[0] in text


def test_machines_read_iris_and_what_they_are_called(validate, rules):
    written(rules, "foil.ttl", RULE + NAMED)
    (finding,) = _own(json.loads(validate("--json", text=ROLLED).stdout))
    place = "https://example.org/study/"
    assert finding["message"]["en"] == f"The mill {place}mill of {place}study rolls it for {place}buyer. Name another."
    assert finding["named"][f"{place}buyer"] == {"en": "buyer", "zh": "采购方"}
    assert (finding["value_file"][-9:], finding["value_line"]) == ("study.ttl", 22)
    graph = validate("--ttl", text=ROLLED).stdout
    assert f"The mill {place}mill of {place}study rolls it" in graph


def test_a_name_stands_only_for_the_whole_iri():
    named = {"https://e.org/a": {"en": "A"}, "https://e.org/a/b": {"en": "B"}, "_:x": {"en": "X"}}
    text = "https://e.org/a, <https://e.org/a/b>, https://e.org/a/c, https://e.org/a.b, https://e.org/ab, _:x (https://e.org/a)."
    assert with_names(text, named, "en") == (
        '"A", "B", https://e.org/a/c, https://e.org/a.b, https://e.org/ab, "X" ("A").'
    )
    assert with_names("过程 https://e.org/a 有误，https://e.org/a/b有误。", named, "zh") == "过程“A”有误，“B”有误。"
    assert with_names(text, {}, "en") == text


def test_a_study_of_the_example_folder_passes(validate):
    told = validate("--json", text=MENDED)
    data = json.loads(told.stdout)
    assert _own(data) == []
    assert told.exit_code == (0 if data["passes"] else 1)


def test_json_holds_the_finding(validate):
    told = validate("--json")
    assert told.exit_code == 1
    (finding,) = _own(json.loads(told.stdout))
    assert (finding["severity"], finding["line"], finding["file"][-9:]) == ("violation", 16, "study.ttl")


@pytest.mark.parametrize(("option", "form"), [("--ttl", ox.RdfFormat.TURTLE), ("--jsonld", ox.RdfFormat.JSON_LD)])
def test_the_w3c_report_alone_goes_to_standard_output(validate, option, form):
    told = validate(option)
    triples = {(q.predicate.value, getattr(q.object, "value", "")) for q in ox.parse(told.stdout.encode(), format=form)}
    assert (SH + "conforms", "false") in triples
    assert (SH + "sourceShape", "https://example.org/rule/FOIL-01-label") in triples
    assert (SH + "focusNode", "https://example.org/study/study") in triples


def test_a_report_goes_to_a_file(validate, tmp_path):
    target = tmp_path / "report.html"
    told = validate("--html", "--output", str(target))
    assert (told.exit_code, told.stdout) == (1, "")
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_rules_of_a_folder_in_the_settings_are_found(validate, rules, monkeypatch):
    monkeypatch.setenv("TANMAI_SHAPES", str(rules))
    assert len(_own(json.loads(validate("--json", own=False).stdout))) == 1


def test_a_rule_is_asked_for(validate):
    text = STUDY.replace("rule:foil ;", "rule:unheard-of ;")
    data = json.loads(validate("--json", "--pcr", "FOIL 1", text=text).stdout)
    assert [rule["how"] for rule in data["studies"][0]["rules"] if rule["number"] == "FOIL 1"] == ["asked"]
    assert len(_own(data)) == 1


def test_plain_shacl_of_any_data(tmp_path, validate):
    shapes = written(
        tmp_path,
        "s.ttl",
        PREFIXES + "<S> a sh:NodeShape ; sh:targetClass s:C ; sh:property <S-p> . <S-p> sh:path s:p ; sh:maxCount 1 .",
    )
    data = written(tmp_path, "d.ttl", PREFIXES + "<a> a s:C ; s:p 1 , 2 .")
    told = CliRunner().invoke(app, ["validate", str(data), "--shapes", str(shapes), "--ttl"])
    assert told.exit_code == 1
    found = [
        q.object.value
        for q in ox.parse(told.stdout.encode(), format=ox.RdfFormat.TURTLE)
        if q.predicate.value == SH + "focusNode"
    ]
    assert found == [(tmp_path / "a").as_uri()]
    mended = written(tmp_path, "d.ttl", PREFIXES + "<a> a s:C ; s:p 1 .")
    assert CliRunner().invoke(app, ["validate", str(mended), "--shapes", str(shapes)]).exit_code == 0


def test_a_store_gives_the_knowledge(tmp_path, validate):
    from graphstore import GraphStore

    place = tmp_path / "store"
    national = PREFIXES + (
        "rule:foil a tm:Standard ; tm:yieldsToNational true . rule:national a tm:Standard ; dcterms:identifier 'GB/T 1' ; tm:productGroup s:group ; "
        "tm:standardLevel standard-level:national ; tm:legalStatus legal-status:in-force ."
    )
    with GraphStore.open(place, mode="write") as store:
        store.load_bytes(national.encode(), key="standards", format="turtle")
    data = json.loads(validate("--json", "--store", str(place)).stdout)
    assert [(rule["number"], rule["how"]) for rule in data["studies"][0]["rules"] if rule["instead_of"]] == [
        ("GB/T 1", "national")
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--json", "--html"], "exclude each other"),
        (["--shapes", "s.ttl", "--pcr", "FOIL 1"], "no meaning with --shapes"),
        (["--as-of", "soon"], "no day"),
        (["--lang", "fr"], "choose zh or en"),
    ],
)
def test_options_that_cannot_stand_together(validate, options, words):
    told = validate(*options)
    assert told.exit_code == 2
    assert words in told.output


def _run(*arguments):
    code = "import sys; from tanmai.cli import main; sys.argv = ['tanmai', *sys.argv[1:]]; main()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, encoding="utf-8", check=False)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.ttl", "铝".encode("gb18030"), "GB18030"),
        ("a.ttl", b"nonsense", "no Turtle"),
        ("a.jsonld", b'{"@context": "https://e.org/c", "a": 1}', "nothing is fetched"),
        ("a.rdf", b"<!DOCTYPE x><x/>", "DOCTYPE"),
        ("a.ttl", STUDY.replace("tm:studyProduct s:foil ;", "").replace("tm:studyProduct s:foil .", "rdfs:comment 'x' .").encode(), "names no product"),
        ("a.docx", b"", "format is not known"),
    ],
)  # fmt: skip
def test_bad_input_gives_one_message_exit_code_2_and_no_traceback(tmp_path, name, data, words):
    (tmp_path / name).write_bytes(data)
    done = _run("validate", str(tmp_path / name), "--lang", "en")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_lint_as_a_command(tmp_path, rules):
    sound = CliRunner().invoke(app, ["pcr", "lint", str(rules / "foil.ttl"), "--lang", "en"])
    assert (sound.exit_code, sound.stdout) == (0, "1 shapes files, nothing to mend.\n")
    broken = written(tmp_path, "broken.ttl", RULE.replace("sh:minCount", "sh:minimumCount"))
    told = CliRunner().invoke(app, ["pcr", "lint", str(broken), "--json"])
    assert told.exit_code == 1
    assert "minimumCount" in json.loads(told.stdout)[0]["problem"]


class _Page(HTMLParser):
    """Checks that elements close in order, and collects what could act or load."""

    VOID = frozenset({"meta", "br", "link", "img"})

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.texts, self.ids, self.links = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        values = dict(attributes)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if "href" in values else []
        assert not any(name.startswith("on") or name == "src" for name in values)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_is_whole_inert_and_escapes_every_text(validate, lang):
    evil = '<script>alert("1")</script>\\u001b[31m\\u202e'
    text = STUDY.replace('"footprint of foil"@en, "铝箔碳足迹"@zh', f"'''{evil}'''@en, '''{evil}'''@zh")
    told = validate("--html", "--lang", lang, text=text)
    read = _Page()
    read.feed(told.stdout)
    assert read.open == []
    assert "script" not in read.tags
    assert any('<script>alert("1")</script>' in each for each in read.texts)
    assert not {"\x1b", "\u202e"} & set(told.stdout)
    assert len(read.ids) == len(set(read.ids))
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)
    assert f'<html lang="{"zh-Hans" if lang == "zh" else "en"}">' in told.stdout
    assert [tag for tag in read.tags if tag in {"h1", "h2", "h3"}][:3] == ["h1", "h2", "h3"]


def test_a_page_without_findings():
    data = {
        "passes": True, "counts": {"violation": 0, "warning": 0, "info": 0}, "engine": "pyshacl", "engine_reason": "sh:x is unknown",
        "assessed_on": "2026-06-30", "files": [], "shapes": [], "studies": [], "requirements": [], "findings": [], "results_elsewhere": 0,
    }  # fmt: skip
    made = page(data, "en")
    assert "No result." in made
    assert "Engine: pyshacl (sh:x is unknown)" in made


def test_a_terminal_is_not_steered_by_data(validate):
    text = STUDY.replace('"footprint of foil"@en', "'''\\u001b[2J[red]:boom:'''@en")
    told = validate(text=text)
    assert "\x1b" not in told.stdout
    assert "[2J[red]:boom:" in told.stdout


def test_short_names():
    assert (
        short("<https://w3id.org/tanmai/ontology#studyProduct>/<http://www.w3.org/2000/01/rdf-schema#label>")
        == "tm:studyProduct/rdfs:label"
    )
    assert short("http://purl.org/dc/terms/source") == "dcterms:source"
    assert short("https://example.org/x") == "https://example.org/x"
    assert visible("a\nb\x07c") == "a b�c"
