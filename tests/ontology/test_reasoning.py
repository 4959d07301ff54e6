"""HermiT finds the vocabulary sound, and finds a mistake that is put in."""

from __future__ import annotations

import importlib.util
import shutil

import pytest

import ontology

pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="HermiT needs Java, and there is no `java` on the PATH"),
    pytest.mark.skipif(importlib.util.find_spec("owlready2") is None, reason="owlready2 is not installed (extra dev)"),
    pytest.mark.filterwarnings("default"),  # owlready2 warns about its optional parts
]

PREFIXES = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in ontology.PREFIXES.items())


def classify(checks, extra=""):
    files = [ontology.path("tanmai.ttl").read_bytes()]
    return checks.classify(checks.load([*files, PREFIXES + "@prefix ex: <https://example.org/> .\n" + extra]))


def test_all_shipped_files_together_are_consistent_and_the_closure_is_fresh(checks):
    assert list(checks.reason(write=False)) == []


def test_a_class_under_two_disjoint_classes_is_found(checks):
    result = classify(
        checks, "tm:MixedFactor a owl:Class ; rdfs:subClassOf tm:ElectricityFootprintFactor, tm:ElectricityCO2Factor ."
    )
    assert result.consistent
    assert result.unsatisfiable == (ontology.TM + "MixedFactor",)


@pytest.mark.parametrize(
    "mistake",
    [
        "ex:scrap a tm:Product, tm:WasteFlow .",
        "ex:grid a tm:EmissionFactor ; tm:output ex:out .",
        "ex:step a tm:UnitProcess ; tm:input ex:in . ex:in a tm:Exchange ; tm:flow ex:step .",
        "ex:in a tm:Exchange ; tm:unit <https://w3id.org/tanmai/id/gas/CO2> . <https://w3id.org/tanmai/id/gas/CO2> a tm:GreenhouseGas .",
        'ex:in a tm:Exchange ; tm:avoided "yes" .',
        "ex:file a tm:Submission, tm:FootprintStudy .",
        "ex:in a tm:Exchange ; tm:defaultProvider ex:other . ex:other a tm:Exchange .",
    ],
)
def test_facts_that_cannot_be_true_are_found(checks, mistake):
    assert not classify(checks, mistake).consistent


@pytest.fixture(scope="module")
def facts(checks):
    """What the reasoner finds with facts as the calculation reads them."""
    return classify(
        checks,
        """
        ex:ingot a tm:Product ; tm:referenceUnit unit:TONNE .
        ex:electrolysis a tm:UnitProcess ; tm:quantitativeReference ex:out ; tm:output ex:out ; tm:input ex:in .
        ex:out a tm:Exchange ; tm:flow ex:ingot ; tm:amount 1.0 ; tm:unit unit:TONNE .
        ex:in a tm:Exchange ; tm:flow ex:power ; tm:amount 13400 ; tm:unit unit:KiloW-HR ; tm:defaultProvider ex:grid .
        ex:power a tm:Product .
        ex:grid a tm:ElectricityFootprintFactor ; tm:co2e 0.5777 ; tm:perUnit unit:KiloW-HR .
        """,
    )


def test_facts_as_the_calculation_reads_them_are_consistent(facts):
    assert facts.consistent


def test_superclasses_are_closed(facts):
    assert facts.ancestors[ontology.TM + "Product"] == (ontology.TM + "Flow",)
    assert facts.ancestors[ontology.TM + "ElectricityCO2Factor"] == (ontology.TM + "EmissionFactor",)


def test_closure_text_is_sorted_and_short(checks):
    text = checks.subclass_turtle(
        {ontology.TM + "B": ("http://www.w3.org/ns/prov#Entity", ontology.TM + "A"), ontology.TM + "A": ()}
    )
    assert text.splitlines()[-1] == "tm:B rdfs:subClassOf prov:Entity, tm:A ."


def test_without_java_the_check_says_what_to_install(checks, monkeypatch):
    monkeypatch.setattr(checks.shutil, "which", lambda name: None)
    with pytest.raises(checks.CheckError, match="Install a Java runtime"):
        classify(checks)
