"""Small studies and rules for the tests of judging."""

from __future__ import annotations

from pathlib import Path

PREFIXES = """@prefix s: <https://example.org/study/> .
@prefix rule: <https://example.org/rule/> .
@prefix tm: <https://w3id.org/tanmai/ontology#> .
@prefix severity: <https://w3id.org/tanmai/id/severity/> .
@prefix legal-status: <https://w3id.org/tanmai/id/legal-status/> .
@prefix standard-level: <https://w3id.org/tanmai/id/standard-level/> .
@prefix std: <https://w3id.org/tanmai/id/standard/> .
@prefix unit: <http://qudt.org/vocab/unit/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

STUDY = (
    PREFIXES
    + """
s:study a tm:FootprintStudy ;
    rdfs:label "footprint of foil"@en, "铝箔碳足迹"@zh ;
    dcterms:conformsTo rule:foil ;
    tm:studyProduct s:foil .
s:foil a tm:Product ; rdfs:label "foil"@en, "铝箔"@zh ; tm:productGroup s:group .
"""
)
"""A study of a product of a group of its own, under a rule of its own. `s:study` stands on line 16, `s:foil` on line 20."""

RULE = (
    PREFIXES
    + """
rule:shapes a owl:Ontology ; rdfs:label "Foil"@en, "铝箔"@zh ; tm:shapesFor rule:foil .
rule:foil a tm:ProductCategoryRule ; dcterms:identifier "FOIL 1" ; rdfs:label "FOIL 1 Aluminium foil"@en, "FOIL 1 铝箔"@zh ;
    tm:productGroup s:group .
rule:target a sh:SPARQLTarget ; sh:prefixes <https://w3id.org/tanmai/shapes/prefixes> ;
    sh:select "SELECT ?this WHERE { ?this tm:assessedUnder <https://example.org/rule/foil> }" .
rule:requirement-1 a tm:Requirement ; skos:notation "FOIL-01" ; rdfs:label "thickness stated"@en, "注明厚度"@zh ;
    skos:definition "The thickness is stated."@en, "注明铝箔厚度。"@zh ; tm:severity severity:error ;
    tm:requirementOf rule:foil ; dcterms:source "project rule" .
rule:FOIL-01 a sh:NodeShape ; sh:target rule:target ; sh:property rule:FOIL-01-label ; tm:requirement rule:requirement-1 .
rule:FOIL-01-label a sh:PropertyShape ; sh:path ( tm:studyProduct rdfs:comment ) ; sh:minCount 1 ; sh:severity sh:Violation ;
    sh:message "The thickness is missing. State it as a comment of the product."@en, "缺少厚度。请在产品的注释中注明。"@zh ;
    tm:requirement rule:requirement-1 .
"""
)
"""A rule as a user writes it: a product's thickness must be stated."""


def written(folder: Path, name: str, text: str) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
