"""Defects with only one right answer are mended in a copy, all others are left alone."""

from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ontology
from shapes.fixing import fix

HEAD = """
@prefix tm: <https://w3id.org/tanmai/ontology#> . @prefix unit: <http://qudt.org/vocab/unit/> .
@prefix id: <https://w3id.org/tanmai/id/> . @prefix s: <https://example.org/s/> .
@prefix stage: <https://w3id.org/tanmai/id/stage/> . @prefix category: <https://w3id.org/tanmai/id/emission-category/> .
"""
DEPRECATED = """
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix old: <https://example.org/old#> .
old:owner owl:deprecated true ; dcterms:isReplacedBy old:holder .
old:Thing owl:deprecated true ; dcterms:isReplacedBy old:Product .
old:torn owl:deprecated true ; dcterms:isReplacedBy old:left, old:right .
"""


@pytest.fixture(scope="module")
def background():
    store = ox.Store()
    for file in ("tanmai.ttl", "reference/units.ttl", "concepts/emission-categories.ttl"):
        store.load(ontology.path(file).read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=ontology.ID)
    store.load(DEPRECATED.encode(), format=ox.RdfFormat.TURTLE)
    return store


def triples(text):
    parsed = ox.parse((HEAD + text).encode(), format=ox.RdfFormat.TURTLE)
    return [ox.Triple(q.subject, q.predicate, q.object) for q in parsed]


def changed(text, background):
    fixed = fix(triples(text), background)
    assert fix(fixed.triples, background).changes == (), "a second run changes nothing"
    return [(c.kind, getattr(c.before, "value", None), c.after.value) for c in fixed.changes]


UNIT = "http://qudt.org/vocab/unit/"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('"t"', "TONNE"),
        ('"kg"', "KiloGM"),
        ('"KG"', "KiloGM"),
        ('"吨"@zh', "TONNE"),
        ('"kWh"', "KiloW-HR"),
        ('"kwh"', "KiloW-HR"),
        ("unit:Tonne", "TONNE"),
        ("<https://qudt.org/vocab/unit/TONNE>", "TONNE"),
    ],
)
def test_a_unit_that_is_spelt_otherwise_is_named(written, meant, background):
    (change,) = changed(f"s:x tm:amount 1 ; tm:unit {written} .", background)
    assert change[0] == "unit"
    assert change[2] == UNIT + meant


@pytest.mark.parametrize("written", ["unit:TONNE", '"cartload"', "unit:Cartload", '"mj"', '""', "s:t"])
def test_a_unit_that_may_mean_several_or_none_is_left(written, background):
    assert changed(f"s:x tm:unit {written} .", background) == []


def footprint(total, stages, categories=()):
    parts = [f"[ tm:stage stage:{s} ; tm:co2e {n} ]" for s, n in stages]
    parts += [f"[ tm:emissionCategory category:{c} ; tm:co2e {n} ]" for c, n in categories]
    return f"s:f a tm:DeclaredFootprint ; tm:co2e {total} ; tm:contribution {', '.join(parts)} ."


def test_a_total_becomes_the_sum_of_its_stages(background):
    text = footprint("20.0", [("manufacturing", "12.5"), ("distribution", "0.7")])
    assert changed(text, background) == [("total", "20.0", "13.2")]


def test_a_total_stays_when_the_categories_say_the_same(background):
    text = footprint("20.0", [("manufacturing", "12.5"), ("distribution", "0.7")], [("fossil", "20.0")])
    assert changed(text, background) == []


def test_a_total_that_neither_stages_nor_categories_give_follows_the_stages(background):
    text = footprint("20.0", [("manufacturing", "12.5")], [("fossil", "12.5")])
    assert changed(text, background) == [("total", "20.0", "12.5")]


@pytest.mark.parametrize("total", ['"many"', "1.0 ; tm:co2e 2.0", '"INF"^^<http://www.w3.org/2001/XMLSchema#double>'])
def test_a_total_that_is_no_single_number_is_left(total, background):
    assert changed(footprint(total, [("manufacturing", "12.5")]), background) == []


@given(st.lists(st.decimals(-1000, 1000, places=3), min_size=1, max_size=5))
def test_a_right_total_is_never_touched(background, numbers):
    stages = [("manufacturing", f"{n:f}") for n in numbers]
    assert changed(footprint(f"{sum(numbers, Decimal(0)):f}", stages), background) == []


def test_the_other_half_of_an_inverse_pair_is_stated_once(background):
    assert changed("s:study tm:declares s:f .", background) == [("inverse", None, "https://example.org/s/study")]
    assert changed("s:study tm:declares s:f . s:f tm:ofStudy s:study .", background) == []


def test_a_deprecated_term_gives_way_to_its_only_replacement(background):
    old = "@prefix old: <https://example.org/old#> . "
    assert changed(old + "s:x old:owner s:y .", background) == [
        ("deprecated", "https://example.org/old#owner", "https://example.org/old#holder")
    ]
    assert changed(old + "s:x a old:Thing .", background) == [
        ("deprecated", "https://example.org/old#Thing", "https://example.org/old#Product")
    ]
    assert changed(old + "s:x old:torn s:y .", background) == []


def test_numbers_keep_the_form_of_the_file(background):
    text = "s:x tm:amount 1.50 ; tm:unit unit:TONNE ."
    assert [t.object.value for t in fix(triples(text), background).triples][:1] == ["1.50"]
