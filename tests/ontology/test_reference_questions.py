"""Competency questions that the reference knowledge alone must answer, as SPARQL with the expected answer."""

from __future__ import annotations

from decimal import Decimal

import pyoxigraph as ox
from reference_questions import ask

GRID_CHANGE = """
SELECT ?old ?new (100 * (?new - ?old) / ?old AS ?percent) ?oldTitle ?newTitle {
    ?a a tm:ElectricityFootprintFactor ; tm:geography <geography/CN> ; tm:generationType <generation/grid_average> ;
        tm:referenceYear "2023"^^xsd:gYear ; tm:co2e ?old ; dcterms:source/dcterms:title ?oldTitle .
    ?b a tm:ElectricityFootprintFactor ; tm:geography <geography/CN> ; tm:generationType <generation/grid_average> ;
        tm:referenceYear "2024"^^xsd:gYear ; tm:co2e ?new ; dcterms:source/dcterms:title ?newTitle .
    FILTER(lang(?oldTitle) = "zh" && lang(?newTitle) = "zh")
}"""

CATALOGUE_BY_LEVEL = """
SELECT ?level (COUNT(DISTINCT ?entry) AS ?standards) {
    ?entry tm:catalogue <catalogue/standards-2022> ; tm:entryFor/tm:standardLevel ?level
} GROUP BY ?level"""

PILOT_WITHOUT_NATIONAL_STANDARD = """
SELECT ?group (COUNT(DISTINCT ?pilot) AS ?pilots) (GROUP_CONCAT(DISTINCT ?number; separator="|") AS ?nearest) {
    ?pilot a tm:LabelPilot ; tm:productGroup ?group .
    FILTER NOT EXISTS {
        ?national tm:listedIn <catalogue/national-pcf-2024> ; tm:productGroup/skos:broader* ?group
    }
    OPTIONAL { ?standard a tm:Standard ; tm:productGroup/skos:broader* ?group ; dcterms:identifier ?found }
    BIND(COALESCE(?found, "none") AS ?number)
} GROUP BY ?group"""

BATTERY_BODIES = """
SELECT ?name ?number {
    ?body a tm:CertificationBody ; tm:approvedFor <product-group/lithium-ion-battery> ; tm:approvalNumber ?number ;
        rdfs:label ?name . FILTER(lang(?name) = "zh")
} ORDER BY ?number"""

GUANGDONG_PILOTS = """
SELECT ?group (GROUP_CONCAT(?city; separator=" ") AS ?cities) {
    ?pilot a tm:LabelPilot ; tm:geography <geography/CN-GD> ; tm:productGroup ?group ; tm:pilotRegion ?place .
    ?place rdfs:label ?city . FILTER(lang(?city) = "en")
} GROUP BY ?group"""

TARGETS = """
SELECT ?year ?target ?document ?date ?issuer {
    ?t a tm:PolicyTarget ; tm:targetKind "target" ; tm:targetYear ?year ; rdfs:label ?target ; tm:setBy ?by .
    FILTER(lang(?target) = "en" && ?year IN ("2027"^^xsd:gYear, "2030"^^xsd:gYear))
    ?by dcterms:identifier ?document ; dcterms:issued ?date ; dcterms:publisher/rdfs:label ?issuer .
    FILTER(lang(?issuer) = "zh")
}"""

RULES_BY_2027 = """
SELECT DISTINCT ?document {
    ?t tm:targetYear "2027"^^xsd:gYear ; tm:setBy/dcterms:identifier ?document ;
        tm:quantity [ tm:measure <target-measure/pcf-rules> ; tm:amount 100.0 ]
}"""

DOCUMENTS_OF_A_NUMBER = """
SELECT ?step ?title {
    { <electricity-factor/footprint-CN-grid-average-2023> dcterms:source ?s . BIND("document" AS ?step) }
    UNION { <electricity-factor/footprint-CN-grid-average-2023> tm:seenIn ?s . BIND("read in" AS ?step) }
    ?s dcterms:title ?title . FILTER(lang(?title) = "zh")
} ORDER BY ?step"""

DISAGREEMENT = """
SELECT ?value ?source ?preferred {
    ?claim tm:claimTopic <claim-topic/number-of-certification-bodies> ; tm:claimValue ?value ; dcterms:source ?source ;
        tm:preferred ?preferred ; tm:conflictsWith ?other . FILTER(lang(?value) = "en")
} ORDER BY ?value ?source"""

DIFFERENCES = """
SELECT ?aspect ?iso ?pas (?iso = ?pas AS ?same) {
    ?a tm:aboutStandard <standard/ISO-14067-2018> ; tm:aspect ?aspect ; tm:requirementText ?iso .
    ?b tm:aboutStandard <standard/PAS-2050-2011> ; tm:aspect ?aspect ; tm:requirementText ?pas .
    FILTER(lang(?iso) = "en" && lang(?pas) = "en")
} ORDER BY ?aspect"""

LABEL_FORMS = """
SELECT ?form (COUNT(DISTINCT ?label) AS ?labels) {
    ?label a tm:CarbonLabel ; tm:discloses ?form
} GROUP BY ?form"""


def test_how_the_grid_factor_changed_from_2023_to_2024(store: ox.Store) -> None:
    ((old, new, percent, old_title, new_title),) = ask(store, GRID_CHANGE)
    assert (Decimal(old), Decimal(new), round(Decimal(percent), 1)) == (
        Decimal("0.6205"),
        Decimal("0.5777"),
        Decimal("-6.9"),
    )
    assert (old_title, new_title) == (
        "关于发布2023年电力碳足迹因子数据的公告",
        "关于发布2024年电力碳足迹因子数据的公告",
    )


def test_how_many_standards_each_level_of_the_2022_catalogue_has(store: ox.Store) -> None:
    counts = {level: int(number) for level, number in ask(store, CATALOGUE_BY_LEVEL)}
    assert counts == {
        "standard-level/national": 14,
        "standard-level/local": 16,
        "standard-level/industry": 6,
        "standard-level/group": 21,
    }
    assert sum(counts.values()) == 57


def test_which_pilot_groups_have_no_national_footprint_standard(store: ox.Store) -> None:
    answer = {
        group.removeprefix("product-group/"): (int(n), near)
        for group, n, near in ask(store, PILOT_WITHOUT_NATIONAL_STANDARD)
    }
    assert set(answer) == {
        "ammonium-phosphate",
        "cement",
        "electrical-electronic",
        "lithium-ion-battery",
        "photovoltaic",
        "steel",
        "textiles",
        "tyres",
        "wood-products",
    }
    assert answer["lithium-ion-battery"][0] == 8
    assert "T/CQAE 12002-2024" in answer["lithium-ion-battery"][1]
    assert answer["tyres"] == (2, "none")
    assert {"T/CISA 469-2024", "T/CISA 470-2024"} <= set(answer["steel"][1].split("|"))


def test_which_bodies_may_certify_lithium_ion_batteries(store: ox.Store) -> None:
    rows = ask(store, BATTERY_BODIES)
    assert len(rows) == 9
    assert rows[0] == ("中国质量认证中心有限公司", "CNCA-R-2002-001")
    assert ("威凯认证检测有限公司", "CNCA-R-2011-159") in rows


def test_which_pilot_cities_guangdong_has(store: ox.Store) -> None:
    rows = {group: set(cities.split()) for group, cities in ask(store, GUANGDONG_PILOTS)}
    assert rows == {
        "product-group/lithium-ion-battery": {"Shenzhen", "Guangzhou", "Foshan", "Dongguan", "Zhaoqing", "Shantou"},
        "product-group/electrical-electronic": {"Foshan"},
    }


def test_which_policy_sets_which_target_for_2027_and_2030(store: ox.Store) -> None:
    rows = ask(store, TARGETS)
    assert {(year, document) for year, _, document, *_ in rows} == {
        ("2027", "环气候〔2024〕30号"),
        ("2030", "环气候〔2024〕30号"),
        ("2030", "发改环资〔2023〕1529号"),
        ("2030", "国发〔2021〕23号"),
    }
    assert ask(store, RULES_BY_2027) == [("环气候〔2024〕30号",)]


def test_from_which_documents_a_number_comes(store: ox.Store) -> None:
    assert ask(store, DOCUMENTS_OF_A_NUMBER) == [
        ("document", "关于发布2023年电力碳足迹因子数据的公告"),
        ("read in", "产品碳足迹管理体系建设进展报告（2025）"),
    ]


def test_whether_sources_disagree(store: ox.Store) -> None:
    assert ask(store, DISAGREEMENT) == [
        ("25 bodies", "source/cqc-slides-2025", "false"),
        ("26 bodies", "source/cqc-slides-2025", "true"),
        ("26 bodies", "source/csj-footprint-2025", "true"),
    ]


def test_which_requirements_of_iso_14067_and_pas_2050_differ(store: ox.Store) -> None:
    rows = ask(store, DIFFERENCES)
    assert {aspect.removeprefix("aspect/"): same for aspect, _, _, same in rows} == {
        "gases": "true",
        "boundary": "false",
        "target": "true",
        "cut-off": "false",
        "references": "false",
    }


def test_which_labels_show_a_number_a_grade_a_reduction_or_neutrality(store: ox.Store) -> None:
    forms = {form.removeprefix("label-disclosure/"): int(n) for form, n in ask(store, LABEL_FORMS)}
    assert forms["grade"] == 3
    assert forms["neutrality"] == 2
    assert forms["number"] >= 10
    rows = ask(store, "SELECT ?label { ?label tm:obligation <obligation/mandatory-contested> }")
    assert rows == [("carbon-label/fr-grenelle-2",)]
