"""A copy of the graph to try things in."""

import pyoxigraph as ox
import pytest

from graphstore import GraphStore
from graphstore.terms import PREFIXES
from graphstore.trial import Replacement, trial

TM = PREFIXES["tm"]
KNOWN = b"""@prefix tm: <https://w3id.org/tanmai/ontology#> . @prefix s: <urn:s:> .
s:study a tm:FootprintStudy ; tm:reason "old" . s:other tm:reason "kept" ."""


def node(name):
    return ox.NamedNode(f"urn:s:{name}")


REASON = ox.NamedNode(TM + "reason")
NEW = [
    ox.Triple(node("study"), ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(TM + "FootprintStudy")),
    ox.Triple(node("study"), REASON, ox.Literal("new")),
]


@pytest.fixture(params=["memory", "disk"])
def store(request, tmp_path):
    with GraphStore.open(tmp_path / "store" if request.param == "disk" else None) as made:
        made.load_bytes(KNOWN, key="known", format="turtle")
        yield made


def reasons(graph):
    return sorted(str(row["o"]) for row in graph.query("SELECT ?o { ?s tm:reason ?o }").dicts())


def test_what_is_tried_takes_the_place_of_the_earlier_version_of_the_study(store):
    with trial(store, NEW) as tried:
        assert reasons(tried.graph) == ["new"]
    assert reasons(store) == ["kept", "old"]


def test_what_is_tried_stands_beside_the_state(store):
    more = [ox.Triple(node("third"), REASON, ox.Literal("more"))]
    with trial(store, more) as tried:
        assert reasons(tried.graph) == ["kept", "more", "old"]


def test_changes_touch_only_what_is_tried_and_can_be_taken_back(store):
    with trial(store, [ox.Triple(node("third"), REASON, ox.Literal("more"))]) as tried:
        tried.replace(
            [
                Replacement(node("third"), REASON, ox.Literal("more"), ox.Literal("less")),
                Replacement(node("other"), REASON, ox.Literal("kept"), None),
                Replacement(node("fourth"), REASON, None, ox.Literal("added")),
            ]
        )
        assert reasons(tried.graph) == ["added", "kept", "less", "old"]
        tried.restore()
        assert reasons(tried.graph) == ["kept", "more", "old"]
    assert reasons(store) == ["kept", "old"]


def try_and_fail(store):
    with trial(store, [ox.Triple(node("third"), REASON, ox.Literal("more"))], lent=True) as tried:
        assert reasons(tried.graph) == ["kept", "more", "old"]
        tried.replace([Replacement(node("third"), REASON, ox.Literal("more"), ox.Literal("less"))])
        assert reasons(tried.graph) == ["kept", "less", "old"]
        tried.restore()
        assert reasons(tried.graph) == ["kept", "more", "old"]
        raise ZeroDivisionError


def test_a_state_that_is_lent_is_as_it_was_afterwards_also_after_an_error():
    with GraphStore.open() as store:
        store.load_bytes(KNOWN, key="known", format="turtle")
        before, graphs = set(store.engine), set(store.engine.named_graphs())
        with pytest.raises(ZeroDivisionError):
            try_and_fail(store)
        assert set(store.engine) == before
        assert set(store.engine.named_graphs()) == graphs
