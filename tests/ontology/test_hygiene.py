"""The shipped files keep every hygiene rule, and every rule finds the fault it is for."""

from __future__ import annotations

import pytest

import ontology

PREFIXES = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in ontology.PREFIXES.items())
PREFIXES += f"@base <{ontology.ID}> .\n@prefix ex: <https://example.org/> .\n"

# rule -> (Turtle that breaks it, words that the sentence must hold)
BROKEN = {
    "category-without-totals": (
        "<emission-category/x> a tm:EmissionCategory ; tm:countsInTotal true ; tm:isRemoval false .",
        "countsInTotalWithBiogenic",
    ),
    "class-cycle": (
        "tm:A rdfs:subClassOf tm:B . tm:B rdfs:subClassOf tm:C . tm:C rdfs:subClassOf tm:A .",
        "#A> is its own superclass",
    ),
    "concept-incomplete": ('<gas/X> a skos:Concept ; rdfs:label "x"@en .', "has no skos:notation"),
    "concept-label-differs": (
        '<gas/X> a skos:Concept ; rdfs:label "x"@en ; skos:prefLabel "y"@en .',
        "“x” by rdfs:label and “y”",
    ),
    "dangling-reference": ("ex:f tm:gas <gas/XYZ> .", "<https://w3id.org/tanmai/id/gas/XYZ>, which nothing describes"),
    "deprecated-term-in-use": (
        "tm:old owl:deprecated true ; dcterms:isReplacedBy tm:new . ex:a tm:old 1 .",
        "use <https://w3id.org/tanmai/ontology#new>",
    ),
    "deprecated-without-replacement": (
        "tm:old owl:deprecated true ; dcterms:isReplacedBy tm:nothing .",
        "#old> is deprecated without",
    ),
    "elementary-flow-incomplete": (
        '<f/1> a tm:ElementaryFlow ; rdfs:label "a"@en, "甲"@zh ; tm:gas ex:g ; tm:referenceUnit unit:KiloGM .',
        "emissionCategory",
    ),
    "factor-incomplete": (
        'tm:Special rdfs:subClassOf tm:EmissionFactor . ex:f a tm:Special ; tm:co2e 0.5 ; tm:perUnit unit:KiloW-HR ; tm:activity ex:a ; tm:geography ex:g ; tm:referenceYear "2024" .',
        "has tm:co2e without tm:gwpSet",
    ),
    "gas-incomplete": (
        '<gas/X> a tm:GreenhouseGas ; tm:gasGroup ex:g ; tm:chemicalFormula "X" . ex:g skos:notation "HFC" .',
        "casNumber",
    ),
    "gas-without-factor": (
        "<gas/X> a tm:GreenhouseGas . <gwp/X-AR5> a tm:CharacterizationFactor ; tm:gas <gas/X> ; tm:timeHorizon 100 ; tm:gwpSet <gwp-set/AR5> ; tm:amount 5 .",
        "gas/X> has 0 characterisation factors under <https://w3id.org/tanmai/id/gwp-set/AR6>",
    ),
    "label-of-two-terms": (
        'tm:a a owl:ObjectProperty ; rdfs:label "of"@en . tm:b a owl:DatatypeProperty ; rdfs:label "of"@en .',
        "“of” is the label of <https://w3id.org/tanmai/ontology#a> and of <https://w3id.org/tanmai/ontology#b>",
    ),
    "name-of-two-gases": (
        '<gas/X> a tm:GreenhouseGas ; skos:altLabel "R-1"@en . <gas/Y> a tm:GreenhouseGas ; skos:altLabel "r-1"@en .',
        "“R-1”",
    ),
    "notation-differs-from-iri": (
        '<gas/X> a skos:Concept ; skos:inScheme <scheme/gas> ; skos:notation "Y" . <scheme/gas> skos:notation "gas" .',
        "notation of <https://w3id.org/tanmai/id/gas/Y>",
    ),
    "property-of-two-types": ("tm:p a owl:ObjectProperty, owl:DatatypeProperty .", "declared both as"),
    "property-with-wrong-value": ('tm:gas a owl:ObjectProperty . ex:f tm:gas "CF4" .', "has a literal as value"),
    "property-without-type": ("ex:a tm:unheardOf 1 .", "#unheardOf> is used and declared as 0 kinds"),
    "scheme-incomplete": (
        '<scheme/x> a skos:ConceptScheme ; rdfs:label "x"@en, "甲"@zh ; skos:notation "x" .',
        "has no concept",
    ),
    "spelling-of-two-units": (
        'unit:A a qudt:Unit ; skos:altLabel "a" . unit:ARE a qudt:Unit ; skos:altLabel "a" .',
        "“a”",
    ),
    "statement-without-source": (
        "<electricity-factor/x> a tm:EmissionFactor .",
        "electricity-factor/x> has no dcterms:source",
    ),
    "subject-outside-domain": (
        "tm:flow rdfs:domain tm:Exchange . ex:p a tm:Product ; tm:flow ex:q .",
        "is no member of its domain",
    ),
    "term-without-definition": (
        'tm:A a owl:Class ; skos:definition "only English"@en .',
        "has 0 definitions in language zh",
    ),
    "term-without-example": ("tm:A a owl:Class .", "has no skos:example"),
    "term-without-label": ('tm:A a owl:Class ; rdfs:label "a"@en, "b"@en, "甲"@zh .', "has 2 labels in language en"),
    "term-without-source": ("tm:A a owl:Class .", "has no dcterms:source"),
    "transition-to-nowhere": (
        "<s/a> tm:allowedNext <s/b> ; skos:inScheme <scheme/s> . <s/b> skos:inScheme <scheme/t> .",
        "no state of the same scheme",
    ),
    "undefined-term": ('ex:a skos:notation "1"^^tm:noSuchCode .', "#noSuchCode> is used but not defined"),
    "unit-against-its-kind": (
        "unit:A a qudt:Unit ; qudt:hasQuantityKind quantitykind:Q ; qudt:hasDimensionVector ex:v . quantitykind:Q a qudt:QuantityKind ; qudt:hasDimensionVector ex:w .",
        "its kind <http://qudt.org/vocab/quantitykind/Q> has another",
    ),
    "unit-incomplete": (
        'unit:A a qudt:Unit ; rdfs:label "a"@en, "甲"@zh ; qudt:symbol "a" ; dcterms:source ex:s ; qudt:hasQuantityKind quantitykind:Q ; qudt:conversionMultiplier 1.0 .',
        "has no qudt:hasDimensionVector",
    ),
    "value-outside-range": (
        "tm:gas a owl:ObjectProperty ; rdfs:range tm:GreenhouseGas . ex:f tm:gas ex:g . ex:g a tm:Product .",
        "is no member of",
    ),
}
RULES = [query.name.removesuffix(".rq") for query in ontology.hygiene_queries()]


def test_shipped_files_keep_every_rule(checks, shipped):
    assert list(checks.findings(shipped)) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_finds_its_fault(checks, rule):
    turtle, words = BROKEN[rule]
    found = [message for _, message in checks.findings(checks.load([PREFIXES + turtle]), [rule])]
    assert any(words in message for message in found), found


def test_every_broken_example_belongs_to_a_rule():
    assert sorted(BROKEN) == RULES


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_opens_with_what_it_wants_and_what_it_returns(rule):
    text = ontology.path(f"hygiene/{rule}.rq").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert "# Columns: ?message" in text


def test_a_term_loses_its_chinese_label(checks):
    """The rules see into the shipped file, not only into snippets."""
    text = ontology.path("tanmai.ttl").read_text(encoding="utf-8").replace('"单元过程"@zh', '"unit process"@de')
    found = list(checks.findings(checks.load([text]), ["term-without-label"]))
    assert found == [
        (
            "term-without-label",
            "<https://w3id.org/tanmai/ontology#UnitProcess> has 0 labels in language zh; give it exactly one rdfs:label.",
        )
    ]


def test_the_command_reports_findings_by_its_exit_code(checks, monkeypatch, capsys):
    monkeypatch.setattr(checks, "load_shipped", lambda: checks.load([PREFIXES + "ex:a tm:unheardOf 1 ."]))
    assert checks.main([]) == 1
    assert "undefined-term: <https://w3id.org/tanmai/ontology#unheardOf>" in capsys.readouterr().out


def test_the_command_names_a_file_that_does_not_parse(checks, monkeypatch, capsys, tmp_path):
    bad = tmp_path / "bad.ttl"
    bad.write_text("ex:a ex:b .", encoding="utf-8")
    monkeypatch.setattr(checks.ontology, "files", lambda: [bad])
    assert checks.main([]) == 2
    assert "bad.ttl is not valid Turtle" in capsys.readouterr().err
