"""What a defect does to the number: the study as it is and with the cure made."""

import pyoxigraph as ox
import pytest

from graphstore import GraphStore
from graphstore.answers.graph import Settings
from graphstore.terms import PREFIXES
from registry.effect import Asked, Cure, Tried, cures, effects
from registry.errors import CureError
from shapes.report import VIOLATION, Result

TM = PREFIXES["tm"]
HEAD = """
@prefix tm: <https://w3id.org/tanmai/ontology#> . @prefix unit: <http://qudt.org/vocab/unit/> .
@prefix place: <https://w3id.org/tanmai/id/geography/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix gas: <https://w3id.org/tanmai/id/gas/> . @prefix category: <https://w3id.org/tanmai/id/emission-category/> .
@prefix flow: <https://w3id.org/tanmai/id/elementary-flow/> . @prefix s: <https://example.org/s/> .
"""
# 1 t of product takes 10 000 kWh. CO2-only factor 0.4, footprint factor 0.6, both made up for this test.
FACTORS = """
s:co2-only a tm:ElectricityCO2Factor ; tm:perUnit unit:KiloW-HR ; tm:co2e 0.4 ; tm:gwpSet <https://w3id.org/tanmai/id/gwp-set/AR6> .
s:footprint a tm:ElectricityFootprintFactor ; tm:perUnit unit:KiloW-HR ; tm:co2e 0.6 ; tm:gwpSet <https://w3id.org/tanmai/id/gwp-set/AR6> .
"""
STUDY = """
s:metal a tm:Product ; tm:referenceUnit unit:TONNE . s:power a tm:Product ; tm:referenceUnit unit:KiloW-HR .
s:smelting a tm:UnitProcess ; tm:quantitativeReference s:out ; tm:output s:out ; tm:input s:in ; tm:emission s:co2 .
s:out a tm:Exchange ; tm:flow s:metal ; tm:amount 1 ; tm:unit unit:TONNE .
s:in a tm:Exchange ; tm:flow s:power ; tm:amount {kwh} ; tm:unit unit:KiloW-HR ; tm:defaultProvider s:co2-only .
s:co2 a tm:Exchange ; tm:flow flow:CO2-fossil ; tm:amount 1500 ; tm:unit unit:KiloGM .
"""
SHAPE = ox.NamedNode("https://example.org/shape")
SWAP = """
    SELECT ?node ?property ?before ?after WHERE {
      BIND($this AS ?node) BIND(tm:defaultProvider AS ?property)
      $this ?property ?before . ?before a tm:ElectricityCO2Factor . BIND(<https://example.org/s/footprint> AS ?after)
    }"""
ASKED = Asked("https://example.org/s/metal", 1.0, "http://qudt.org/vocab/unit/TONNE", Settings())


def parsed(text):
    return [
        ox.Triple(q.subject, q.predicate, q.object)
        for q in ox.parse((HEAD + text).encode(), format=ox.RdfFormat.TURTLE)
    ]


def found(focus="https://example.org/s/in", value=None):
    component = ox.NamedNode("http://www.w3.org/ns/shacl#SPARQLConstraintComponent")
    return Result(ox.NamedNode(focus), None, value, VIOLATION, component, SHAPE)


@pytest.fixture(scope="module")
def store():
    import tanmai.knowledge as knowledge

    with GraphStore.open(None) as made:
        with made.transaction() as transaction:
            knowledge.load_into(transaction)
        made.load_bytes((HEAD + FACTORS).encode(), key="factors", format="turtle")
        yield made


@pytest.mark.parametrize(("kwh", "before", "after"), [(10000, 5500.0, 7500.0), (20000, 9500.0, 13500.0)])
def test_a_wrong_factor_is_let_through_to_say_what_it_did(store, kwh, before, after):
    study = parsed(STUDY.format(kwh=kwh))
    (effect,) = effects(store, study, [found()], {SHAPE: Cure("https://example.org/cure", SWAP)}, ASKED).effects
    assert effect.before == pytest.approx(before, rel=1e-12)
    assert effect.after == pytest.approx(after, rel=1e-12)
    assert effect.reason == ""
    assert [(r.before.value, r.after.value) for r in effect.replacements] == [
        ("https://example.org/s/co2-only", "https://example.org/s/footprint")
    ]
    assert len(store.query("SELECT ?x { ?x tm:flow <https://example.org/s/metal> }")) == 0, "nothing reached the store"


def test_a_defect_without_a_cure_is_passed_over(store):
    assert effects(store, parsed(STUDY.format(kwh=1)), [found()], {}, ASKED) == Tried((), None, None)


def test_a_cure_that_finds_nothing_says_so(store):
    (effect,) = effects(
        store, parsed(STUDY.format(kwh=1)), [found("https://example.org/s/out")], {SHAPE: Cure("urn:c", SWAP)}, ASKED
    ).effects
    assert effect.after is None
    assert "nothing to put" in effect.reason


def test_a_study_that_cannot_be_calculated_says_why(store):
    text = STUDY.format(kwh=1).replace("tm:amount 1500 ;", "")
    (effect,) = effects(store, parsed(text), [found()], {SHAPE: Cure("urn:c", SWAP)}, ASKED).effects
    assert effect.before is None
    assert "s/co2" in effect.reason


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?node WHERE {",
        "SELECT ?x WHERE { $this ?p ?x }",
        "SELECT ?node ?property ?before ?after { SERVICE <http://x/> { $this ?property ?node } }",
    ],
)
def test_a_cure_that_is_no_cure_is_told(store, query):
    with pytest.raises(CureError, match="urn:c"):
        effects(store, parsed(STUDY.format(kwh=1)), [found()], {SHAPE: Cure("urn:c", query)}, ASKED)


def test_cures_are_read_from_the_shapes():
    shapes = ox.Store()
    shapes.load(
        (HEAD + '<https://example.org/shape> tm:cure s:cure . s:cure tm:replacementQuery "SELECT ..." .').encode(),
        format=ox.RdfFormat.TURTLE,
    )
    assert cures(shapes) == {SHAPE: Cure("https://example.org/s/cure", "SELECT ...")}
