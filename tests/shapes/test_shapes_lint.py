"""The lint finds each defect that it is there for, and nothing in a sound file."""

import pytest
from small_studies import RULE, written

from shapes.lint import lint
from shapes.rulebook import shipped_files

QUERY = """
rule:FOIL-01 sh:sparql rule:FOIL-01-q .
rule:FOIL-01-q a sh:SPARQLConstraint ; sh:prefixes <https://w3id.org/tanmai/shapes/prefixes> ;
    sh:message "{?value} is wrong. Mend it."@en, "{?value} 有误。请改正。"@zh ;
    sh:select "SELECT $this ?value WHERE { $this tm:studyProduct ?value . { SELECT $this WHERE { $this a ?kind } } }" .
rule:FOIL-01 sh:severity sh:Violation .
"""
CURE = """
rule:FOIL-01-q tm:cure rule:FOIL-01-cure .
rule:FOIL-01-cure a tm:Cure ; rdfs:label "take it out"@en, "删除"@zh ;
    tm:replacementQuery "SELECT ?node ?property ?before ?after WHERE { BIND($this AS ?node) $this ?property ?before }" .
"""
SOUND = RULE + QUERY + CURE
DEFECTS = {
    "blank shape": ("rule:FOIL-01 sh:property [ sh:path rdfs:label ; sh:minCount 1 ] .", "", "has no name"),
    "no Chinese": ("", ', "缺少厚度。请在产品的注释中注明。"@zh', "no sh:message in Chinese"),
    "no English": ("", '"{?value} is wrong. Mend it."@en, ', "no sh:message in English"),
    "unknown variable": ("", ("{?value} 有误", "{?worth} 有误"), "{?worth}"),
    "unknown SHACL term": ("", ("sh:minCount", "sh:minimumCount"), "no term of SHACL"),
    "unknown SHACL value": ("", ("sh:severity sh:Violation .", "sh:severity sh:Wrong ."), "no term of SHACL"),
    "unknown vocabulary term": ("", ("a ?kind", "tm:studiedProduct ?kind"), "studiedProduct> is no term of the vocabulary"),
    "unknown term outside of queries": ("rule:foil tm:cutOfLimit 1 .", "", "cutOfLimit> is no term of the vocabulary"),
    "no severity": ("", ("sh:minCount 1 ; sh:severity sh:Violation", "sh:minCount 1"), "no sh:severity"),
    "requirement without definition": ("", '    skos:definition "The thickness is stated."@en, "注明铝箔厚度。"@zh ;', "what it demands"),
    "requirement without Chinese": ("", ', "注明厚度"@zh', "its name in Chinese"),
    "requirement without source": ("", ' ; dcterms:source "project rule"', "where it is taken from"),
    "shape without requirement": ("", ("; tm:requirement rule:requirement-1 .\nrule:FOIL-01-label", ".\nrule:FOIL-01-label"), "no tm:requirement"),
    "undescribed requirement": ("", ("sh:target rule:target ; sh:property rule:FOIL-01-label ; tm:requirement rule:requirement-1",
                                     "sh:target rule:target ; sh:property rule:FOIL-01-label ; tm:requirement rule:lost"), "is no tm:Requirement"),
    "sub-query without this": ("", ("{ SELECT $this WHERE", "{ SELECT ?kind WHERE"), "a sub-query does not select $this"),
    "query without this": ("", ("SELECT $this ?value", "SELECT ?value"), "the query does not select $this"),
    "this only in an expression": ("", ("{ SELECT $this WHERE", "{ SELECT (STR($this) AS ?name) WHERE"), "a sub-query does not"),
    "star": ("", ("{ SELECT $this WHERE", "{ SELECT * WHERE"), "SELECT *"),
    "VALUES": ("", ("{ $this a ?kind }", "{ $this a ?kind VALUES ?kind { rdfs:Class } }"), "has VALUES"),
    "MINUS": ("", ("{ $this a ?kind }", "{ $this a ?kind MINUS { $this a rdfs:Class } }"), "has MINUS"),
    "SERVICE": ("", ("{ $this a ?kind }", "{ SERVICE <https://e.org> { $this a ?kind } }"), "SERVICE"),
    "undeclared prefix": ("", ("a ?kind", "foaf:knows ?kind"), "prefix foaf:"),
    "no query": ("", ("{ $this a ?kind }", "{ $this a ?kind"), "does not parse"),
    "cure without query": ("rule:FOIL-01 tm:cure rule:no-cure .", "", "no cure that can be tried"),
    "cure without Chinese name": ("", ', "删除"@zh', "the cure has no name in Chinese"),
    "cure that does not parse": ("", ("?property ?before }", "?property }"), "does not parse"),
    "cure without a column": ("", ("?before ?after WHERE", "?before WHERE"), "does not select ?after"),
    "cure that asks elsewhere": ("", ("{ BIND($this AS ?node) $this", "{ SERVICE <https://e.org> { ?s ?p ?o } BIND($this AS ?node) $this"), "SERVICE"),
    "cure of every node": ("", ("{ BIND($this AS ?node) $this", "{ ?node"), "does not ask about $this"),
    "cure that asks no table": ("", ("SELECT ?node ?property ?before ?after WHERE { BIND($this", "ASK { BIND($this"), "does not select ?node"),
    "nobody's shapes": ("", "; tm:shapesFor rule:foil ", "for which standard"),
}  # fmt: skip


def _linted(tmp_path, text):
    return lint([written(tmp_path, "rule.ttl", text)])


def test_a_sound_file_has_no_finding(tmp_path):
    assert _linted(tmp_path, SOUND) == []


@pytest.mark.parametrize("case", DEFECTS)
def test_each_defect_is_found_and_named(tmp_path, case):
    added, changed, words = DEFECTS[case]
    old, new = changed if isinstance(changed, tuple) else (changed, "")
    assert old in SOUND
    found = _linted(tmp_path, (SOUND.replace(old, new, 1) if old else SOUND) + added)
    assert any(words in finding.problem for finding in found), [finding.problem for finding in found]
    assert all(finding.file.endswith("rule.ttl") for finding in found)


def test_a_finding_names_the_line(tmp_path):
    (finding,) = _linted(tmp_path, SOUND.replace("{?value} 有误", "{?worth} 有误"))
    assert (finding.shape, finding.line) == (
        "https://example.org/rule/FOIL-01-q",
        SOUND[: SOUND.index("rule:FOIL-01-q a")].count("\n") + 1,
    )


def test_a_shape_that_only_decides_needs_no_message(tmp_path):
    inner = """
rule:FOIL-01 sh:or ( rule:FOIL-01-a rule:FOIL-01-b ) ; sh:message "Neither. Do one."@en, "均不满足。请补充。"@zh .
rule:FOIL-01-a a sh:NodeShape ; sh:class tm:FootprintStudy ; tm:requirement rule:requirement-1 .
rule:FOIL-01-b a sh:NodeShape ; sh:class tm:Product ; tm:requirement rule:requirement-1 .
"""
    assert _linted(tmp_path, SOUND + inner) == []


def test_the_shipped_shapes_are_sound():
    assert lint(shipped_files()) == []
