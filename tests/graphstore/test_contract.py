"""What every store can do: the same tests for one in memory, one on disk, and Oxigraph's server in two ways of speaking to it, Virtuoso."""

from __future__ import annotations

import contextlib
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
    ProtectedGraphError,
    QueryError,
    QuerySyntaxError,
    UnknownNameError,
    UpdateError,
)
from graphstore.remote import RemoteGraphStore, dialects
from graphstore.terms import iri

ONE = '<urn:a> <urn:b> 1.50 , "铝"@zh , "a\\"b,\\nc" , true , <urn:o> ; <urn:part> [ <urn:c> 7 ] .'.encode()
ALL = "SELECT ?o WHERE { <urn:a> <urn:b> ?o } ORDER BY ?o"


SERVERS = ["oxigraph", "oxigraph by the least that SPARQL has", "virtuoso"]
if "TANMAI_TEST_ENDPOINT" in os.environ:  # another endpoint, whose content may be lost
    SERVERS.append("TANMAI_TEST_ENDPOINT")


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


def test_datasets_are_those_of_the_present_state_whenever_one_asks(store):
    def keys(within) -> list[str]:
        return [version.key for version in within.datasets()]

    assert keys(store) == []
    with store.transaction() as transaction:
        transaction.load_bytes(ONE, key="one", format="turtle")
        assert keys(transaction) == ["one"]
    assert keys(store) == ["one"]
    with contextlib.suppress(ZeroDivisionError), store.transaction() as transaction:
        transaction.load_bytes(ONE, key="two", format="turtle")
        assert keys(transaction) == ["one", "two"]
        keys(store)  # whatever it says meanwhile is not kept
        raise ZeroDivisionError
    assert keys(store) == ["one"]
    store.datasets().clear()
    store.retire("one")
    assert keys(store) == []


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


@pytest.fixture
def local(store):
    """A dataset and two local graphs, as far as the store has a default graph one of them without a name."""
    store.load_bytes(b"<urn:a> <urn:b> 1 , 2 .", key="k", format="turtle")
    with store.transaction() as transaction:
        transaction.update("INSERT DATA { GRAPH <urn:l> { <urn:a> <urn:c> 3 , '4'@en } }")
    return store


def values(store, graph="urn:l"):
    return sorted(str(value) for (value,) in store.query(f"SELECT ?o {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}").values())


def test_an_update_changes_local_statements_alone(local):
    with local.transaction() as transaction:
        report = transaction.update(
            "DELETE { GRAPH <urn:l> { ?s <urn:c> ?o } } INSERT { GRAPH <urn:l> { ?s <urn:d> ?n , ?x } } "
            "WHERE { ?s <urn:c> ?o ; <urn:b> ?x . BIND(?o + 1 AS ?n) FILTER(?x = 2 && ?o = 3) }"
        )
    assert (report.added, report.removed) == (2, 1)
    assert values(local) == ["2", "4", "4"]
    for text in (
        "DELETE WHERE { GRAPH ?g { <urn:a> <urn:b> ?o } }",
        f"INSERT DATA {{ GRAPH {local.datasets()[0].iri(local.base)} {{ <urn:a> <urn:b> 9 }} }}",
        f"DROP GRAPH <{local.base}/id/graph/catalogue>",
        "CLEAR NAMED",
        "INSERT DATA { GRAPH <urn:l> { <urn:a> <urn:c> 5 } } ; CLEAR NAMED",
    ):
        with pytest.raises(ProtectedGraphError, match="Nothing was changed"), local.transaction() as transaction:
            transaction.update(text)
    assert (values(local), [d.quads for d in local.datasets()]) == (["2", "4", "4"], [2])


def test_with_narrows_the_default_graph_alone(local):
    with local.transaction() as transaction:
        report = transaction.update(
            "WITH <urn:l> DELETE { ?s <urn:c> ?o } WHERE { ?s <urn:c> ?o FILTER(?o = 3) "
            "FILTER NOT EXISTS { ?s <urn:b> ?any } GRAPH ?g { ?s <urn:b> 2 } }"
        )
    assert (report.removed, values(local)) == (1, ["4"])


def test_operations_of_one_request_come_to_hold_together(local):
    with local.transaction() as transaction:
        report = transaction.update(
            "INSERT DATA { GRAPH <urn:m> { <urn:a> <urn:c> 7 , 8 } } ; DELETE DATA { GRAPH <urn:m> { <urn:a> <urn:c> 8 } } ; "
            "COPY <urn:m> TO <urn:n> ; CLEAR GRAPH <urn:l>"
        )
    assert (report.added, report.removed) == (3, 3)
    assert [values(local, f"urn:{each}") for each in "lmn"] == [[], ["7"], ["7"]]
    with pytest.raises(UpdateError, match="which is not in the store"), local.transaction() as transaction:
        transaction.update("INSERT DATA { GRAPH <urn:m> { <urn:a> <urn:c> 9 } } ; CLEAR GRAPH <urn:none>")
    assert values(local, "urn:m") == ["7"]


@pytest.mark.parametrize("size", [2, 1500])
def test_a_graph_is_written_in_place_of_another_or_beside_it(local, size):
    new = [*ox.parse(b"".join(b"<urn:a> <urn:v> %d ." % i for i in range(size)), ox.RdfFormat.TURTLE)]
    with local.transaction() as transaction:
        put = transaction.put_graph("urn:l", [quad.triple for quad in new], replace=True)
    assert (put.added, put.removed, len(values(local))) == (size, 2, size)
    with local.transaction() as transaction:
        put = transaction.put_graph("urn:l", [ox.Triple(iri("urn:a"), iri("urn:v"), ox.Literal(-1))], replace=False)
    assert (put.added, put.removed, len(values(local))) == (1, 0, size + 1)
    with local.transaction() as transaction:
        assert transaction.put_graph("urn:l", (), replace=True).removed == size + 1
    assert values(local) == []
    dataset = local.datasets()[0].iri(local.base).value
    with pytest.raises(ProtectedGraphError, match="belongs to the dataset 'k'"), local.transaction() as transaction:
        transaction.put_graph(dataset, (), replace=True)


def test_nodes_without_an_iri_are_written_with_their_graph(local):
    both = "INSERT DATA { GRAPH <urn:m> { <urn:a> <urn:part> _:p . _:p <urn:c> 1 . _:q <urn:c> _:q } }"
    with local.transaction() as transaction:
        assert transaction.update(both).added == 3
    assert local.query("SELECT ?n { GRAPH <urn:m> { <urn:a> <urn:part>/<urn:c> ?n } }").scalar() == 1
    part = next(local.engine.quads_for_pattern(iri("urn:a"), iri("urn:part"), None)).object
    assert [str(quad.object.value) for quad in local.engine.quads_for_pattern(part, None, None)] == ["1"]
    assert [quad.subject for quad in local.engine.quads_for_pattern(None, None, part)] == [iri("urn:a")]
    with local.transaction() as transaction:
        new = ox.parse(b"<urn:a> <urn:part> [ <urn:c> 2 ] .", ox.RdfFormat.TURTLE, rename_blank_nodes=True)
        put = transaction.put_graph("urn:m", [quad.triple for quad in new], replace=True)
    assert (put.added, put.removed) == (2, 3)
    with local.transaction() as transaction:
        assert (
            transaction.update(
                "DROP GRAPH <urn:m> ; INSERT DATA { GRAPH <urn:m> { <urn:a> <urn:part> [ <urn:c> 2 ] } }"
            ).removed
            == 2
        )
    assert local.query("SELECT ?n { GRAPH <urn:m> { <urn:a> <urn:part>/<urn:c> ?n } }").scalar() == 2


def test_statements_without_a_graph_of_their_own(local):
    put = "INSERT DATA { <urn:x> <urn:y> 1 }"
    if not isinstance(local, GraphStore) and not local.endpoint.has_default_graph:
        with (
            pytest.raises(EmbeddedOnlyError, match="statements without a named graph"),
            local.transaction() as transaction,
        ):
            transaction.update(put)
        return
    with local.transaction() as transaction:
        assert transaction.update(put).added == 1
    assert local.query("SELECT ?o { <urn:x> <urn:y> ?o }").scalar() == 1
    assert [quad.graph_name for quad in local.engine.quads_for_pattern(iri("urn:x"), None, None)] == [ox.DefaultGraph()]
    with local.transaction() as transaction:
        assert transaction.put_graph(None, (), replace=True).removed == 1
    assert not local.query("ASK { <urn:x> ?p ?o }")


def test_quads_are_looked_up_by_any_of_their_terms(local):
    engine, dataset = local.engine, local.datasets()[0].iri(local.base)
    a, b, c, graph = iri("urn:a"), iri("urn:b"), iri("urn:c"), iri("urn:l")
    assert {str(quad.object.value) for quad in engine.quads_for_pattern(a, None, None)} == {"1", "2", "3", "4"}
    assert {quad.graph_name for quad in engine.quads_for_pattern(a, None, None)} == {dataset, graph}
    assert {str(quad.object.value) for quad in engine.quads_for_pattern(None, b, None, dataset)} == {"1", "2"}
    assert [quad.graph_name for quad in engine.quads_for_pattern(a, c, ox.Literal("4", language="en"))] == [graph]
    assert list(engine.quads_for_pattern(a, b, None, graph)) == []
    assert ox.Quad(a, c, ox.Literal(3), graph) in engine
    assert ox.Quad(a, c, ox.Literal(3), dataset) not in engine
    assert {graph, dataset} <= set(engine.named_graphs())


def test_more_quads_than_are_fetched_at_once_come_each_once(store):
    store.load_bytes(b"".join(b"<urn:s%d> <urn:p> %d ." % (i % 7, i) for i in range(2500)), key="k", format="turtle")
    found = [quad.object.value for quad in store.engine.quads_for_pattern(None, iri("urn:p"), None)]
    assert sorted(found, key=int) == [str(i) for i in range(2500)]


@pytest.mark.parametrize("opened", SERVERS, indirect=True)
def test_only_an_embedded_store_runs_functions(opened):
    with opened() as store:
        for call in (
            lambda: store.query("SELECT (tmf:footprint(<urn:a>) AS ?n) {}"),
            lambda: store.query("SELECT (<https://w3id.org/tanmai/function#footprint>(<urn:a>) AS ?n) {}"),
        ):
            with pytest.raises(EmbeddedOnlyError, match="needs an embedded store"):
                call()


@pytest.mark.parametrize("opened", SERVERS, indirect=True)
def test_each_of_our_own_writes_leaves_another_mark(opened):
    with opened() as store:
        marks = [store.mark]
        store.load_bytes(ONE, key="k", format="turtle")
        marks.append(store.mark)
        store.load_bytes(ONE, key="k", format="turtle")
        assert store.mark == marks[-1], "nothing was changed"
        with store.transaction() as transaction:
            transaction.update("INSERT DATA { GRAPH <urn:l> { <urn:a> <urn:c> 3 } }")
        marks.append(store.mark)
        store.retire("k")
        marks.append(store.mark)
        assert (marks[0], len(set(marks))) == ("", 4)


@pytest.mark.parametrize("opened", SERVERS, indirect=True)
def test_what_no_request_can_say_is_refused_whole(opened):
    with opened() as store:
        with store.transaction() as transaction:
            transaction.update("INSERT DATA { GRAPH <urn:l> { <urn:a> <urn:c> [ <urn:d> 1 ] } }")
        for text in (
            "DELETE WHERE { GRAPH <urn:l> { <urn:a> ?p ?o } }",
            "INSERT { GRAPH <urn:m> { ?o <urn:e> 1 } } WHERE { <urn:a> <urn:c> ?o }",
            "INSERT DATA { GRAPH <urn:m> { <urn:a> <urn:c> 1 } } ; DELETE WHERE { GRAPH <urn:m> { ?s ?p ?o } }",
        ):
            with pytest.raises(EmbeddedOnlyError, match="needs an embedded store"), store.transaction() as transaction:
                transaction.update(text)
        assert (len(values(store)), values(store, "urn:m")) == (2, [])
