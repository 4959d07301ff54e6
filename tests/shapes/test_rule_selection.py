"""Which rules a study is judged by: claimed, successor, national, asked for; found in the graph of standards (UC-29, UC-32)."""

import datetime as dt

import pytest
from small_studies import RULE, STUDY, written

from shapes.errors import SelectionError
from shapes.judge import judge
from shapes.rulebook import rulebook

DAY = dt.date(2026, 6, 30)
SUCCESSOR = """
rule:foil2 a tm:Standard ; dcterms:identifier "FOIL 2" ; tm:supersedes rule:foil ; tm:legalStatus legal-status:in-force ;
    tm:validFrom "2026-01-01"^^xsd:date .
"""
NATIONAL = """
rule:foil tm:yieldsToNational true .
rule:national a tm:Standard ; dcterms:identifier "GB/T 1" ; tm:productGroup s:group ; tm:standardLevel standard-level:national ;
    tm:legalStatus legal-status:in-force ; tm:validFrom "2026-01-01"^^xsd:date .
"""
SHAPES = "rule:more a owl:Ontology ; tm:shapesFor rule:{key} .\n"


def _judged(tmp_path, more="", study=STUDY, day=DAY, **options):
    written(tmp_path, "foil.ttl", RULE + more)
    path = written(tmp_path.parent, f"{tmp_path.name}.ttl", study)
    return judge([path], rules=rulebook([tmp_path]), day=day, **options)


def _applied(judged):
    (selection,) = judged.selections
    own = [each for each in selection.applied if "example.org" in each.rule.value]
    return [(each.rule.value.rpartition("/")[2], each.how, bool(each.files)) for each in own]


def _texts(judged, lang="en"):
    return [
        f.message[lang] for f in judged.findings if f.requirement.identifier == "GEN-24" and "FOIL" in f.message[lang]
    ]


def test_a_claimed_rule_is_found_by_what_its_file_says(tmp_path):
    judged = _judged(tmp_path)
    assert _applied(judged) == [("foil", "claimed", True)]
    assert _texts(judged) == []
    assert "FOIL-01" in judged.requirements


def test_a_superseded_rule_gives_way_to_its_successor_with_a_warning_that_names_both(tmp_path):
    judged = _judged(tmp_path, SUCCESSOR + SHAPES.format(key="foil2"))
    assert _applied(judged) == [("foil2", "successor", True)]
    (text,) = _texts(judged)
    assert text == (
        "FOIL 1 is superseded by FOIL 2. Work to the new standard and name it in dcterms:conformsTo. The study was judged by FOIL 2."
    )
    (text,) = _texts(judged, "zh")
    assert "FOIL 1 已被 FOIL 2 代替" in text


@pytest.mark.parametrize(
    ("more", "day", "expected"),
    [
        (SUCCESSOR, dt.date(2025, 12, 31), [("foil", "claimed", True)]),
        (SUCCESSOR, dt.date(2026, 1, 1), [("foil2", "successor", False)]),
        (SUCCESSOR.replace("in-force", "draft"), DAY, [("foil", "claimed", True)]),
        (SUCCESSOR + "rule:foil2 tm:validUntil '2026-06-29'^^xsd:date .", DAY, [("foil", "claimed", True)]),
        (NATIONAL, dt.date(2025, 12, 31), [("foil", "claimed", True)]),
        (NATIONAL, dt.date(2026, 1, 1), [("national", "national", False)]),
        (NATIONAL.replace("level:national", "level:industry"), DAY, [("foil", "claimed", True)]),
        (NATIONAL.replace("yieldsToNational true", "yieldsToNational false"), DAY, [("foil", "claimed", True)]),
        (NATIONAL.replace("tm:productGroup s:group", "tm:productGroup s:other"), DAY, [("foil", "claimed", True)]),
        (SUCCESSOR + "rule:foil3 a tm:Standard ; tm:supersedes rule:foil2 ; tm:legalStatus legal-status:in-force .", DAY,
         [("foil3", "successor", False)]),
        (SUCCESSOR + "rule:foil a tm:Standard ; tm:supersedes rule:foil2 ; tm:legalStatus legal-status:in-force .", DAY,
         [("foil2", "successor", False)]),
    ],
)  # fmt: skip
def test_which_rule_stands_on_which_day(tmp_path, more, day, expected):
    assert _applied(_judged(tmp_path, more, day=day)) == expected


def test_the_national_rule_takes_the_place_of_the_group_standard_and_is_named(tmp_path):
    judged = _judged(tmp_path, NATIONAL + SHAPES.format(key="national"))
    (text,) = _texts(judged)
    assert text.startswith("The group standard FOIL 1 gives way to the national standard GB/T 1.")
    assert text.endswith("The study was judged by GB/T 1.")


def test_a_rule_that_took_the_place_but_has_no_shapes_says_so(tmp_path):
    (text,) = _texts(_judged(tmp_path, NATIONAL))
    assert text.endswith("There are no shapes for GB/T 1, so the study was not judged by it.")


def test_a_claimed_rule_without_shapes_says_so(tmp_path):
    judged = _judged(tmp_path, study=STUDY.replace("rule:foil ;", "rule:unheard-of ;"))
    assert [rule.value for rule in judged.selections[0].without_shapes] == ["https://example.org/rule/unheard-of"]
    assert any("no shapes for https://example.org/rule/unheard-of" in f.message["en"] for f in judged.findings)


def test_a_rule_that_could_be_claimed_is_told(tmp_path):
    rule = "rule:foil tm:legalStatus legal-status:in-force ."
    judged = _judged(tmp_path, rule, study=STUDY.replace("    dcterms:conformsTo rule:foil ;\n", ""))
    assert [rule.value for rule in judged.selections[0].available] == ["https://example.org/rule/foil"]
    assert _applied(judged) == []
    (text,) = _texts(judged)
    assert "though FOIL 1 is in force for it" in text


@pytest.mark.parametrize("name", ["FOIL 1", "foil", "https://example.org/rule/foil"])
def test_a_rule_is_asked_for_by_number_key_or_iri(tmp_path, name):
    study = STUDY.replace("rule:foil ;", "rule:unheard-of ;")
    judged = _judged(tmp_path, study=study, pcr=[name])
    assert _applied(judged) == [("foil", "asked", True)]
    assert judged.selections[0].without_shapes == ()


def test_a_rule_that_nobody_knows_is_refused_with_those_at_hand(tmp_path):
    with pytest.raises(SelectionError, match=r"'FOIL 9'.*FOIL 1"):
        _judged(tmp_path, pcr=["FOIL 9"])


def test_a_date_that_is_none_is_named(tmp_path):
    with pytest.raises(SelectionError, match="no day"):
        _judged(tmp_path, SUCCESSOR.replace('"2026-01-01"^^xsd:date', '"soon"'))


def test_a_file_of_the_users_own_takes_the_place_of_a_shipped_one_for_the_same_rule(tmp_path):
    own = RULE.replace("tm:shapesFor rule:foil", "tm:shapesFor std:GB-T-44905-2024")
    written(tmp_path, "foil.ttl", own)
    book = rulebook([tmp_path])
    (files,) = (files for rule, files in book.by_rule.items() if rule.value.endswith("GB-T-44905-2024"))
    assert [file.folder for file in files] == ["own"]


def test_superseded_pas_2050_is_not_used_as_current(tmp_path):
    study = STUDY.replace("rule:foil ;", "std:PAS-2050-2008 ;")
    judged = _judged(tmp_path, study=study)
    rules = {each.rule.value.rpartition("/")[2]: each for each in judged.selections[0].applied}
    assert rules["PAS-2050-2011"].instead_of.value.endswith("PAS-2050-2008")
    assert "PAS-2050-2008" not in rules
