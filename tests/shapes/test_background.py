"""The store that stands beside a study: lent, and given back as it was."""

import pyoxigraph as ox
import pytest
from small_studies import STUDY

from graphstore import GraphStore
from graphstore.aside import Aside
from shapes.background import Background, of_store, shipped
from shapes.reading import read_bytes
from shapes.terms import tm

FOIL = ox.NamedNode("https://example.org/study/foil")
CO2 = ox.NamedNode("https://w3id.org/tanmai/id/gas/CO2")


def _about(store, node):
    return set(store.quads_for_pattern(node, None, None, ox.DefaultGraph()))


def test_a_study_is_there_while_it_is_judged_and_gone_afterwards():
    quads = read_bytes(STUDY.encode(), "a.ttl").quads
    with shipped().lend() as lent:
        before = len(lent.store)
        lent.add(quads)
        assert _about(lent.store, FOIL)
        assert _about(lent.store, CO2)
    with shipped().lend() as lent:
        assert len(lent.store) == before
        assert not _about(lent.store, FOIL)


def test_what_was_known_before_stays_when_a_study_repeats_it():
    with shipped().lend() as lent:
        known = _about(lent.store, CO2)
        lent.add(known)
    with shipped().lend() as lent:
        assert _about(lent.store, CO2) == known


def test_after_a_failure_the_next_study_finds_the_knowledge_alone():
    quads = read_bytes(STUDY.encode(), "a.ttl").quads

    def fail():
        with shipped().lend() as lent:
            lent.add(quads)
            raise RuntimeError("judging failed")

    with pytest.raises(RuntimeError, match="judging failed"):
        fail()
    with shipped().lend() as lent:
        assert not _about(lent.store, FOIL)
        assert _about(lent.store, CO2)


def test_a_large_study_is_dropped_with_the_store(monkeypatch):
    monkeypatch.setattr("shapes.background.MOST_LENT", 3)
    filled = []
    background = Background(filled.append)
    quads = read_bytes(STUDY.encode(), "a.ttl").quads
    for _ in range(2):
        with background.lend() as lent:
            assert len(lent.store) == 0
            lent.add(quads)
    assert len(filled) == 2


def test_named_graphs_are_laid_into_the_one_graph_that_shapes_see():
    document = read_bytes(b"<https://e.org/g> { <https://e.org/a> <https://e.org/p> 1 }", "a.trig")
    with shipped().lend() as lent:
        lent.add(document.quads)
        assert _about(lent.store, ox.NamedNode("https://e.org/a"))


SUPPLIER = """
@prefix tm: <https://w3id.org/tanmai/ontology#> . @prefix x: <https://example.org/x/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix unit: <http://qudt.org/vocab/unit/> .
x:factor a tm:EmissionFactor ; rdfs:label "factor"@en ; tm:gasMass [ tm:amount 2 ] ; tm:publisherNode x:publisher .
x:publisher rdfs:label "publisher"@en .
x:process a tm:UnitProcess ; rdfs:label "process"@en ; tm:input x:in ; tm:quantitativeReference x:out ; tm:output x:out .
x:in a tm:Exchange ; tm:amount 1 . x:out a tm:Exchange ; tm:amount 1 .
x:stranger rdfs:label "nobody mentions it"@en .
x:standard a tm:Standard ; rdfs:label "new standard"@en .
"""
USES = """
@prefix tm: <https://w3id.org/tanmai/ontology#> . @prefix x: <https://example.org/x/> .
x:mine tm:defaultProvider x:factor , x:process .
"""


def test_a_store_describes_what_a_study_mentions_but_lends_no_exchange():
    quads = read_bytes(USES.encode(), "a.ttl").quads
    with GraphStore.open() as store:
        store.load_bytes(SUPPLIER.encode(), key="supplier", format="turtle")
        with of_store(store).lend() as lent:
            lent.add(quads)
            lent.describe(quads)
            described = {q.subject.value.rpartition("/")[2] for q in lent.store if "example.org/x/" in q.subject.value}
            assert described == {"mine", "factor", "publisher", "process", "standard"}
            assert not list(lent.store.quads_for_pattern(None, tm("input"), None, ox.DefaultGraph()))
            factor = ox.NamedNode("https://example.org/x/factor")
            (mass,) = (q.object for q in lent.store.quads_for_pattern(factor, tm("gasMass"), None))
            assert [q.object.value for q in lent.store.quads_for_pattern(mass, tm("amount"), None)] == ["2"]


def test_the_knowledge_of_a_store_takes_the_place_of_the_shipped_one():
    with GraphStore.open() as store:
        only = b"<https://example.org/unit> <http://www.w3.org/2000/01/rdf-schema#label> 'u' ."
        store.load_bytes(only, key="tanmai/reference/units", format="turtle")
        with of_store(store).lend() as lent:
            assert len(lent.store) == 1


def test_states_with_the_same_knowledge_share_what_was_filled():
    def lent_by(store):
        with of_store(store).lend() as lent:
            return lent.store, {q.subject.value for q in lent.store}

    with GraphStore.open() as store:
        unit = b"<https://example.org/unit> <http://www.w3.org/2000/01/rdf-schema#label> 'u' ."
        store.load_bytes(unit, key="tanmai/reference/units", format="turtle")
        first, _ = lent_by(store)
        store.load_bytes(USES.encode(), key="study", format="turtle")
        second, _ = lent_by(store)
        assert second is first
        store.load_bytes(SUPPLIER.encode(), key="supplier", format="turtle")  # with a standard
        third, nodes = lent_by(store)
        assert nodes == {"https://example.org/unit", "https://example.org/x/standard"}
        store.load_bytes(unit.replace(b"/unit", b"/other"), key="tanmai/reference/units", format="turtle")
        _, nodes = lent_by(store)
        assert nodes == {"https://example.org/other", "https://example.org/x/standard"}
        assert third is not first


def test_two_judgements_at_once_have_a_store_each():
    with GraphStore.open() as store:
        store.load_bytes(b"<urn:a> <urn:b> 1 .", key="tanmai/reference/units", format="turtle")
        with of_store(store).lend() as one, of_store(store).lend() as other:
            assert one.store is not other.store
            assert len(one.store) == len(other.store) == 1


ISSUED = b"""
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<urn:old> <urn:p> 1 . <urn:new> <urn:p> 2 ; dcterms:issued "2026-01-01"^^xsd:date .
"""


def _subjects(store):
    with of_store(store).lend() as lent:
        return {q.subject.value for q in lent.store}


@pytest.mark.parametrize("past_first", [True, False])
@pytest.mark.parametrize("aside", [True, False])
def test_what_was_known_is_not_mixed_with_what_is_known(past_first, aside):
    """A view of the past has the versions of the present, without what was issued later."""
    with GraphStore.open() as store:
        store.load_bytes(ISSUED, key="tanmai/x", format="turtle")
        with store.as_of("2025-01-01") as past, Aside(past) as copy:
            view = copy.store if aside else past
            assert view.datasets() == store.datasets()
            asked = [(view, {"urn:old"}), (store, {"urn:old", "urn:new"})]
            for state, known in asked if past_first else reversed(asked):
                assert _subjects(state) == known


def test_a_state_that_has_changed_is_read_anew_and_is_no_other_state():
    one, kept = b"<urn:a> <urn:p> 'one' .", b"<urn:k> <urn:p> 'kept' ."
    with GraphStore.open() as first, GraphStore.open() as second, GraphStore.open() as other:
        for store in (first, second):
            store.load_bytes(one, key="tanmai/x", format="turtle")
            store.load_bytes(kept, key="tanmai/y", format="turtle")
        background = of_store(first)
        with background.lend() as lent:
            assert len(lent.store) == 2
        _subjects(other)  # takes the place
        first.load_bytes(one.replace(b":a", b":b"), key="tanmai/x", format="turtle")
        with background.lend() as lent:
            assert {q.subject.value for q in lent.store} == {"urn:b", "urn:k"}
        assert _subjects(second) == {"urn:a", "urn:k"}


def test_a_store_in_which_something_was_left_is_not_lent_again():
    stray = ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(1), ox.NamedNode("urn:g"))
    background = Background(lambda store: None)
    with background.lend() as lent:
        first = lent.store
        first.add(stray)
    with background.lend() as lent:
        assert lent.store is not first
        assert len(lent.store) == 0
