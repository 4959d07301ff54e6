"""What every store can do: the same tests for one in memory, one on disk, and Oxigraph's server in two ways of speaking to it, Virtuoso."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pyoxigraph as ox
import pytest
from endpoints import cleared

from graphstore import GraphStore
from graphstore.errors import (
    BindingError,
    DataSyntaxError,
    EmbeddedOnlyError,
    GraphOwnershipError,
    ModeError,
    QueryError,
    QuerySyntaxError,
    UnknownNameError,
)
from graphstore.remote import RemoteGraphStore, dialects
from graphstore.terms import iri

ONE = '<urn:a> <urn:b> 1.50 , "铝"@zh , "a\\"b,\\nc" , true , <urn:o> ; <urn:part> [ <urn:c> 7 ] .'.encode()
ALL = "SELECT ?o WHERE { <urn:a> <urn:b> ?o } ORDER BY ?o"


SERVERS = ["oxigraph", "oxigraph by the least that SPARQL has", "virtuoso", "TANMAI_TEST_ENDPOINT"]


@pytest.fixture(params=["memory", "disk", *SERVERS])
def opened(request, tmp_path, monkeypatch):
    """Open the same empty store again and again."""
    if request.param == "memory":
        with GraphStore.open() as store:
            yield lambda: store
        return
    if request.param == "disk":
        yield lambda: GraphStore.open(tmp_path / "store")
        return
    if request.param.startswith("TANMAI"):
        if request.param not in os.environ:
            pytest.skip("no other endpoint: set TANMAI_TEST_ENDPOINT to one whose content may be lost")
        address = cleared(os.environ[request.param])
    else:
        address = cleared(request.getfixturevalue(request.param.partition(" ")[0]))
    if request.param.endswith("has"):  # no Graph Store Protocol, no parameter for the union
        monkeypatch.setattr(dialects, "KNOWN", (replace(dialects.OXIGRAPH, graphs=None, union=None),))
    yield lambda: RemoteGraphStore.open(address)


@pytest.fixture
def store(opened):
    with opened() as found:
        yield found


def test_what_is_loaded_is_found_again_with_its_types(store):
    report = store.load_bytes(ONE, key="k", format="turtle", issued="2025-01-17")
    assert (report.version.quads, report.version.number, report.changed) == (7, 1, True)
    rows = store.query("SELECT ?o WHERE { <urn:a> <urn:b> ?o }").rows
    assert {str(term) for (term,) in rows} == {
        '"1.5"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        '"铝"@zh',
        '"a\\"b,\\nc"',
        '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>',
        "<urn:o>",
    }
    assert store.query("SELECT ?c WHERE { <urn:a> <urn:part>/<urn:c> ?c }").scalar() == 7
    part = store.query("SELECT ?part WHERE { <urn:a> <urn:part> ?part }")
    assert isinstance(part.rows[0][0], ox.BlankNode)
    assert [(d.key, d.number, d.quads, d.issued) for d in store.datasets()] == [("k", 1, 7, "2025-01-17")]


def test_a_second_version_takes_the_place_of_the_first(store):
    store.load_bytes(ONE, key="k", format="turtle")
    again = store.load_bytes(ONE, key="k", format="turtle")
    assert (again.changed, again.version.number) == (False, 1)
    second = store.load_bytes(b"<urn:a> <urn:b> 2 .", key="k", format="turtle")
    assert (second.changed, second.version.number) == (True, 2)
    assert [value for (value,) in store.query(ALL).values()] == [2]
    assert not store.query("ASK { ?s <urn:c> ?o }")
    assert [(d.number, d.status) for d in store.datasets(all_versions=True)] == [(1, "superseded"), (2, "current")]


def test_named_graphs_come_and_go_with_their_dataset(store):
    store.load_bytes(b"<urn:a> <urn:b> 1 . <urn:g> { <urn:a> <urn:b> 2 , 3 }", key="k", format="trig")
    assert store.query("SELECT (SUM(?o) AS ?n) { GRAPH <urn:g> { ?s <urn:b> ?o } }").scalar() == 5
    with pytest.raises(GraphOwnershipError, match="belongs to another dataset"):
        store.load_bytes(b"<urn:g> { <urn:x> <urn:b> 4 }", key="other", format="trig")
    store.load_bytes(b"<urn:g> { <urn:a> <urn:b> 9 }", key="k", format="trig")
    assert [value for (value,) in store.query(ALL).values()] == [9]
    store.retire("k")
    assert (len(store.query(ALL)), store.datasets()) == (0, [])
    with pytest.raises(UnknownNameError, match="no current version"):
        store.retire("k")


def test_the_default_graph_is_the_union_and_from_narrows_it(store):
    first = store.load_bytes(b"<urn:a> <urn:b> 1 .", key="one", format="turtle").version.iri(store.base)
    store.load_bytes(b"<urn:b> <urn:c> 2 . <urn:a> <urn:b> 1 .", key="two", format="turtle")
    assert store.query("SELECT ?n { <urn:a> <urn:b> ?x . <urn:b> <urn:c> ?n }").scalar() == 2
    assert len(store.query("SELECT DISTINCT ?x { <urn:a> <urn:b> ?x }")) == 1
    assert store.query(f"SELECT (COUNT(*) AS ?n) FROM {first} {{ ?s ?p ?o }}").scalar() == 1
    assert len(store.query("SELECT ?g { GRAPH ?g { <urn:a> <urn:b> 1 } }")) == 2


def test_what_one_opening_loads_the_next_one_finds(opened):
    with opened() as store:
        store.load_bytes(b"<urn:a> <urn:b> 1 .", key="k", format="turtle")
        where = store.location
        if where is None:
            return
    with opened() as store:
        assert store.location == where
        assert [value for (value,) in store.query(ALL).values()] == [1]
        assert len(store.info().datasets) == 1


def test_all_of_a_transaction_or_nothing(store):
    def both() -> None:
        with store.transaction() as transaction:
            transaction.load_bytes(b"<urn:a> <urn:b> 1 .", key="good", format="turtle")
            transaction.load_bytes(b"<urn:a> <urn:b> .", key="bad", format="turtle")

    with pytest.raises(DataSyntaxError, match="line 1"):
        both()
    assert (store.datasets(), len(store.query(ALL))) == ([], 0)
    with store.transaction() as transaction:
        transaction.load_bytes(b"<urn:a> <urn:b> 1 .", key="one", format="turtle")
        transaction.load_bytes(b"<urn:a> <urn:b> 2 .", key="two", format="turtle")
    assert [value for (value,) in store.query(ALL).values()] == [1, 2]


def test_values_are_bound_and_cannot_break_out(store):
    evil = '" . } DROP ALL #'
    store.load_bytes(f"<urn:a> <urn:b> {ox.Literal(evil)} .".encode(), key="k", format="turtle")
    asked = "SELECT ?s WHERE { ?s ?p ?text }"
    assert store.query(asked, {"text": evil, "p": iri("urn:b")}).scalar() == "urn:a"
    with pytest.raises(BindingError, match=r"no variable \?absent"):
        store.query(asked, {"absent": 1})


def test_the_four_kinds_of_answers(store):
    store.load_bytes(b"<urn:a> <urn:b> 1 .", key="k", format="turtle")
    assert store.query("ASK { <urn:a> <urn:b> 1 }")
    assert not store.query("ASK { <urn:a> <urn:b> 2 }")
    built = store.query("CONSTRUCT { ?s <urn:c> ?o } WHERE { ?s <urn:b> ?o }")
    assert (built.kind, built.serialize("nt").count(b"\n")) == ("graph", 1)
    assert store.query("DESCRIBE <urn:a>").kind == "graph", "what describes a thing is the server's choice"
    table = store.query("SELECT ?s ?nothing ?o WHERE { ?s <urn:b> ?o OPTIONAL { ?s <urn:none> ?nothing } }")
    assert table.columns == ("s", "nothing", "o")
    assert table.values() == [("urn:a", None, 1)]
    assert store.query(ALL).serialize("csv") == b"o\r\n1\r\n"
    assert json.loads(store.query(ALL).serialize("json"))["results"]["bindings"][0]["o"]["value"] == "1"


def test_usual_prefixes_need_no_declaration_and_lines_are_counted_as_written(store):
    assert store.query("ASK { FILTER(xsd:integer('7') = 7) }")
    assert store.query("PREFIX tm: <urn:mine#> SELECT (tm:x AS ?x) {}").scalar() == "urn:mine#x"
    with pytest.raises(QuerySyntaxError, match="at line 2"):
        store.query("SELECT ?s WHERE {\n  tm:a tm:b . }")


def test_what_opens_the_network_or_ends_the_parser_is_refused(store):
    with pytest.raises(QueryError, match="SERVICE is switched off"):
        store.query("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }")
    with pytest.raises(QueryError, match="nests deeper than 100"):
        store.query("ASK " + "{" * 200 + "}" * 200)


def test_statements_of_no_dataset_are_told_apart(store):
    store.load_bytes(b"<urn:a> <urn:b> 1 .", key="k", format="turtle")
    assert store.local_statements() == {}


def test_closed_is_closed(opened):
    store = opened()
    store.close()
    store.close()
    with pytest.raises(ModeError, match="closed"):
        store.query("ASK {}")


def test_only_an_embedded_store_runs_functions_and_updates(opened):
    with opened() as store:
        if isinstance(store, GraphStore):
            pytest.skip("it is one")
        for call in (
            lambda: store.query("SELECT (tmf:footprint(<urn:a>) AS ?n) {}"),
            lambda: store.query("SELECT (<https://w3id.org/tanmai/function#footprint>(<urn:a>) AS ?n) {}"),
            lambda: store.transaction().update("INSERT DATA { <urn:a> <urn:b> 1 }"),
        ):
            with pytest.raises(EmbeddedOnlyError, match="needs an embedded store"):
                call()
