"""The start of a new product category rule (UC-31)."""

from dataclasses import replace
from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shapes.errors import TemplateError
from shapes.names import concept, unit
from shapes.template import NewRule, rule_file

TM = "https://w3id.org/tanmai/ontology#"
BASE = "https://example.org/rules/foil/"
FOIL = NewRule(
    base=BASE,
    prefix="FOIL",
    name_en="aluminium foil",
    name_zh="铝箔",
    group="https://w3id.org/tanmai/id/product-group/electrolytic-aluminium",
    amount=Decimal(1),
    unit="http://qudt.org/vocab/unit/TONNE",
    boundary="https://w3id.org/tanmai/id/boundary/cradle-to-gate",
    source="foil committee, 2026-11-25",
    kinds=("https://w3id.org/tanmai/id/process-kind/transport",),
    single=Decimal("0.01"),
    total=Decimal("0.05"),
)


def graph(text):
    store = ox.Store()
    store.load(text.encode(), format=ox.RdfFormat.TURTLE)
    return store


def ask(store, pattern):
    return bool(store.query(f"PREFIX tm: <{TM}> PREFIX sh: <http://www.w3.org/ns/shacl#> ASK {{ {pattern} }}"))


def test_a_new_rule_holds_every_part_of_a_rule():
    store = graph(rule_file(FOIL))
    assert ask(store, f"<{BASE}shapes> tm:shapesFor <{BASE}rule>")
    numbers = {
        str(row["n"].value)
        for row in store.query(
            "SELECT ?n { ?r a <https://w3id.org/tanmai/ontology#Requirement> ; <http://www.w3.org/2004/02/skos/core#notation> ?n }"
        )
    }
    assert numbers == {"FOIL-01", "FOIL-02", "FOIL-03", "FOIL-04", "FOIL-05", "FOIL-06", "FOIL-08"}
    assert ask(store, f"<{BASE}rule> tm:singleCutOffLimit/tm:amount 0.01 ; tm:totalCutOffLimit/tm:amount 0.05")
    assert ask(store, f"<{BASE}rule> tm:requiresProcessKind <https://w3id.org/tanmai/id/process-kind/transport>")
    assert ask(store, f"<{BASE}shape-03-boundary> sh:hasValue <https://w3id.org/tanmai/id/boundary/cradle-to-gate>")


def test_without_limits_the_general_ones_hold():
    store = graph(rule_file(replace(FOIL, single=None, total=None, kinds=())))
    assert not ask(store, "?x tm:singleCutOffLimit|tm:totalCutOffLimit|tm:requiresProcessKind ?y")


@given(st.text(min_size=1).filter(str.strip), st.text(min_size=1).filter(str.strip))
def test_any_name_gives_a_file_that_parses(name_en, name_zh):
    text = rule_file(replace(FOIL, name_en=name_en, name_zh=name_zh))
    assert ask(graph(text), f"<{BASE}shapes> tm:shapesFor <{BASE}rule>")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"base": "https://example.org/rules/foil"}, "must end in / or #"),
        ({"base": "foil/"}, "no absolute IRI"),
        ({"prefix": "foil"}, "capital letters"),
        ({"amount": Decimal(0)}, "above 0"),
        ({"amount": Decimal("NaN")}, "above 0"),
        ({"single": Decimal("1.5")}, "share from 0 to 1"),
        ({"unit": "http://x/> . <http://y"}, "no absolute IRI"),
        ({"kinds": ("casting",)}, "no absolute IRI"),
        ({"name_zh": " "}, "name in Chinese"),
    ],
)
def test_what_cannot_stand_in_a_rule_is_refused(change, said):
    with pytest.raises(TemplateError, match=said):
        rule_file(replace(FOIL, **change))


def test_things_are_called_by_key_name_or_symbol():
    assert concept("boundary", "从摇篮到大门") == concept("boundary", "cradle-to-gate")
    assert concept("product group", "electrolytic-aluminium") == FOIL.group
    assert concept("boundary", "https://example.org/b") == "https://example.org/b"
    assert unit("t") == unit("吨") == FOIL.unit


def test_an_unknown_name_lists_the_nearest():
    with pytest.raises(TemplateError, match="electrolytic-aluminium"):
        concept("product group", "electrolytic-aluminum")
    with pytest.raises(TemplateError, match="no unit is called 'bushels'"):
        unit("bushels")
