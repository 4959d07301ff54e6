"""Judging a file: what is found, where it stands, what is refused before any shape looks at it."""

import datetime as dt
import json
import threading

import pytest
from small_studies import PREFIXES, RULE, STUDY, written

from shapes.errors import ShapesGraphError, StudyError
from shapes.judge import judge, validate_plainly
from shapes.reading import read, read_bytes
from shapes.rulebook import Rulebook, ShapesFile, rulebook

DAY = dt.date(2026, 6, 30)


@pytest.fixture
def rules(tmp_path):
    """The rule of foil alone, with the prefixes that it uses."""
    folder = tmp_path / "rules"
    folder.mkdir()
    prefixes = [file for file in rulebook() if file.name == "general/prefixes.ttl"]
    return Rulebook([*prefixes, ShapesFile("foil", "own", written(folder, "foil.ttl", RULE))])


def _judged(rules, *studies, **options):
    documents = [read_bytes(text.encode(), f"{number}.ttl") for number, text in enumerate(studies)]
    return judge(documents, rules=rules, day=DAY, **options)


def test_a_finding_says_rule_place_value_and_cure(rules):
    (finding,) = _judged(rules, STUDY).findings
    assert (finding.severity, finding.requirement.identifier) == ("violation", "FOIL-01")
    assert (finding.file, finding.line) == ("0.ttl", 16)
    assert finding.label == {"en": "footprint of foil", "zh": "铝箔碳足迹"}
    assert finding.message["zh"] == "缺少厚度。请在产品的注释中注明。"
    assert finding.requirement.title == {"en": "thickness stated", "zh": "注明厚度"}
    assert finding.requirement.sources == ({"": "project rule"},)
    assert finding.requirement.of == ({"en": "FOIL 1 Aluminium foil", "zh": "FOIL 1 铝箔"},)


def test_the_same_file_mended_passes(rules):
    judged = _judged(rules, STUDY + 's:foil rdfs:comment "8 µm"@en .')
    assert judged.passes
    assert judged.report.conforms
    assert judged.findings == ()


def test_several_files_are_judged_together(rules):
    head, _, product = STUDY.partition("s:foil a tm:Product")
    judged = _judged(rules, head, PREFIXES + "s:foil a tm:Product" + product + 's:foil rdfs:comment "8 µm"@en .')
    assert judged.passes
    assert [document.name for document in judged.documents] == ["0.ttl", "1.ttl"]


def test_blank_nodes_of_two_files_are_two_nodes(rules, tmp_path):
    files = [
        written(
            tmp_path,
            f"{number}.ttl",
            PREFIXES + f"_:b a tm:FootprintStudy ; dcterms:conformsTo rule:foil ; tm:studyProduct s:{number} .",
        )
        for number in "ab"
    ]
    judged = judge(files, rules=rules, day=DAY)
    assert sorted(selection.study.product.value[-1] for selection in judged.selections) == ["a", "b"]


def test_one_judgement_after_the_other_and_at_once_gives_the_same(rules):
    mended = STUDY + 's:foil rdfs:comment "8 µm"@en .'
    verdicts = {}

    def run(number):
        verdicts[number] = [_judged(rules, text).passes for text in (STUDY, mended, STUDY)]

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(verdicts.values()) == [[False, True, False]] * 4


def test_the_statement_for_machines_is_json_and_complete(rules):
    data = json.loads(json.dumps(_judged(rules, STUDY).as_dict()))
    assert (data["passes"], data["counts"]["violation"], data["assessed_on"]) == (False, 1, "2026-06-30")
    assert data["studies"][0]["rules"] == [
        {
            "iri": "https://example.org/rule/foil",
            "label": {"en": "FOIL 1 Aluminium foil", "zh": "FOIL 1 铝箔"},
            "number": "FOIL 1",
            "how": "claimed",
            "instead_of": None,
            "shapes": ["foil"],
        }
    ]
    assert data["findings"][0]["line"] == 16
    assert len(data["files"][0]["sha256"]) == 64


REFUSED = {
    "empty": ("# nothing\n", "holds no statement"),
    "no study": (PREFIXES + "s:x a s:Y .", "nothing to judge"),
    "a rule is no study": (RULE, "nothing to judge"),
    "no product": (STUDY.replace("tm:studyProduct s:foil", "tm:reason 'x'"), "names no product"),
    "two products": (STUDY + "s:study tm:studyProduct s:other .", "names 2 products"),
    "infinity": (STUDY + "s:foil tm:share 'INF'^^xsd:double .", "has INF"),
    "no number": (STUDY + "s:foil tm:share 'NaN'^^xsd:float .", "has NaN"),
    "number as text": (STUDY + "s:q tm:amount '12.3' .", 'has the text "12.3" as <https://w3id.org/tanmai/ontology#amount>'),
    "judges itself": (STUDY + "s:study tm:assessedOn '1990-01-01'^^xsd:date .", "how it is to be judged"),
    "judges itself by a prefix": (
        STUDY + "@prefix as: <https://w3id.org/tanmai/ontology#ass> . s:study as:essedOn '1990-01-01'^^xsd:date .",
        "how it is to be judged",
    ),
    "replaces its rule": (STUDY + "s:mine tm:supersedes rule:foil ; tm:validFrom '2020-01-01'^^xsd:date .", "how it is to be judged"),
    "has a national rule of its own": (
        STUDY + "s:mine tm:standardLevel <https://w3id.org/tanmai/id/standard-level/national> .",
        "how it is to be judged",
    ),
    "infinite by an escape": (STUDY + 's:foil tm:amount "\\u0049NF"^^xsd:double .', "no number"),
    "chooses its rule": (STUDY + "s:study tm:assessedUnder std:GB-T-44905-2024 .", "how it is to be judged"),
    "changes a standard": (STUDY + "std:GB-T-44905-2024 tm:supersedes rule:foil .", "belongs to the reference knowledge"),
    "changes a class": (STUDY + "tm:FootprintStudy rdfs:subClassOf s:X .", "belongs to the reference knowledge"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_judged_is_refused_with_one_error(rules, case):
    text, words = REFUSED[case]
    with pytest.raises(StudyError) as told:
        _judged(rules, text)
    assert words in str(told.value)
    assert str(told.value).startswith("0.ttl")


def test_the_place_of_a_refused_statement_is_told(rules):
    with pytest.raises(
        StudyError, match=r"^0.ttl, line 16: the study <https://example.org/study/study> names no product"
    ):
        _judged(rules, STUDY.replace("tm:studyProduct s:foil", "tm:reason 'x'"))


def test_texts_that_look_like_numbers_stay_texts_where_texts_are_expected(rules):
    assert len(_judged(rules, STUDY + "s:foil rdfs:label '8079' ; tm:cnCode '76071111' .").findings) == 1


def test_a_study_may_repeat_what_is_known(rules):
    known = "unit:KiloGM a <http://qudt.org/schema/qudt/Unit> ."
    assert len(_judged(rules, STUDY + known).findings) == 1


def test_blank_nodes_in_a_circle_are_judged_like_others(rules):
    circle = "s:foil tm:hasProperty _:a . _:a tm:hasProperty _:b . _:b tm:hasProperty _:a ."
    assert len(_judged(rules, STUDY + circle).findings) == 1


def test_results_about_what_the_file_does_not_mention_are_counted_apart(rules, tmp_path):
    everyone = RULE + (
        "rule:FOIL-02 a sh:NodeShape ; sh:targetClass tm:LegalStatus ; sh:property rule:FOIL-02-p . "
        "rule:FOIL-02-p a sh:PropertyShape ; sh:path s:never ; sh:minCount 1 ."
    )
    book = Rulebook([*rules.of("general"), ShapesFile("all", "own", written(tmp_path, "all.ttl", everyone))])
    judged = _judged(book, STUDY)
    assert [finding.requirement.identifier for finding in judged.findings] == ["FOIL-01"]
    assert judged.elsewhere > 5


def test_any_data_against_any_shapes(tmp_path):
    shapes = written(
        tmp_path,
        "s.ttl",
        PREFIXES + "s:S a sh:NodeShape ; sh:targetClass s:C ; sh:property [ sh:path s:p ; sh:maxCount 1 ] .",
    )
    data = written(tmp_path, "d.ttl", PREFIXES + "s:a a s:C ; s:p 1 , 2 .\ns:b a s:C ; s:p 1 .")
    judged = validate_plainly([read(data)], [read(shapes)])
    (finding,) = judged.findings
    assert (finding.result.focus.value, finding.line) == ("https://example.org/study/a", 15)
    assert judged.report.engine == "tanmai"
    assert not judged.passes


def test_a_shapes_graph_without_shapes_is_refused():
    with pytest.raises(ShapesGraphError, match=r"a\.ttl: there is no SHACL shape in it"):
        validate_plainly([read_bytes(STUDY.encode(), "d.ttl")], [read_bytes(STUDY.encode(), "a.ttl")])


def test_a_pact_record_is_judged_by_the_shapes_of_records():
    record = {"specVersion": "3.0.3", "pcf": {"declaredUnitAmount": 1.5}}
    judged = judge([read_bytes(json.dumps(record).encode(), "record.json")], day=DAY)
    assert not judged.passes
    assert "PACT-01" in judged.requirements
    assert judged.selections == ()
