"""Asking and updating: parameters are terms, errors name the place, updates become exact quads."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphstore import GraphStore, delta, queries
from graphstore.catalogue import Catalogue
from graphstore.errors import BindingError, ModeError, QueryError, QuerySyntaxError, UnknownNameError, UpdateError
from graphstore.sparql import bind, tokens
from graphstore.terms import iri, literal, name, to_python, to_term, typed

DATA = """
@prefix e: <http://e/> .
e:a e:name "ingot"@en, "铝锭"@zh, "plain" ; e:amount 2.5 ; e:count 3 ; e:day "2025-01-17"^^<http://www.w3.org/2001/XMLSchema#date> .
e:b e:name "it's \\"quoted\\" } UNION { ?s ?p ?o }" ; e:amount 7.5 ; e:count 4 ; e:link e:a .
"""


@pytest.fixture
def store() -> Iterator[GraphStore]:
    with GraphStore.open() as opened:
        opened.load_bytes(DATA.encode(), key="data", format="turtle")
        yield opened


@pytest.mark.parametrize(
    ("pattern", "bindings"),
    [
        ("?s e:name ?name", {"name": literal("铝锭", lang="zh")}),
        ("?s e:name ?name", {"?name": "plain"}),
        ("?s e:name ?found FILTER(?found = $name)", {"name": "plain"}),
        ("?s e:day ?d FILTER(?d <= ?day)", {"day": dt.date(2025, 1, 17)}),
        ("?s e:count ?c FILTER(?c < ?limit)", {"limit": 4}),
        ("?s e:amount ?c FILTER(?c < ?limit)", {"limit": Decimal("2.6")}),
        ("?s e:amount ?c FILTER(?c < ?limit)", {"limit": 2.6}),
        ("?s e:count 3 FILTER(?flag)", {"flag": True}),
        ("?t e:link ?s FILTER(?t = ?which)", {"which": iri("http://e/b")}),
        ("GRAPH ?g { ?s e:count 3 }", {"g": iri("https://w3id.org/tanmai/local/id/dataset/data/v1")}),
        ("{ SELECT ?s ?n WHERE { ?s e:name ?n } } FILTER(?n = 'plain')", {"n": "plain"}),
    ],
)
def test_parameters_are_bound_wherever_a_term_may_stand(store: GraphStore, pattern: str, bindings: Any) -> None:
    text = f"PREFIX e: <http://e/> SELECT ?s WHERE {{ {pattern} }}"
    assert store.query(text, bindings).values() == [("http://e/a",)]


def test_a_bound_projection_shows_the_value(store: GraphStore) -> None:
    found = store.query("SELECT ?n ?s WHERE { ?s <http://e/name> ?n }", {"n": "plain"})
    assert found.columns == ("n", "s")
    assert found.values() == [("plain", "http://e/a")]


@pytest.mark.parametrize(
    "evil",
    [
        'it\'s "quoted" } UNION { ?s ?p ?o }',
        '" . ?s ?p ?o . #',
        "\\",
        '"""',
        "'''",
        "x\n} #",
        "<http://e/a>",
        "?s",
        "\\u0022",
    ],
)
def test_values_cannot_break_out(store: GraphStore, evil: str) -> None:
    found = store.query("SELECT ?s WHERE { ?s <http://e/name> ?name }", {"name": evil}).values()
    assert found == ([("http://e/b",)] if "quoted" in evil else [])
    store.update("INSERT DATA { <urn:x> <urn:y> ?name }", {"name": evil})
    assert store.query("SELECT ?o WHERE { <urn:x> <urn:y> ?o }").scalar() == evil


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_comes_back_as_it_was_bound(text: str) -> None:
    bound = bind("SELECT (?x AS ?y) WHERE {}", {"x": text})
    [solution] = ox.Store().query(bound)
    assert solution["y"].value == text


def test_variables_inside_strings_comments_and_iris_are_left_alone() -> None:
    text = 'SELECT ?s # ?x\nWHERE { ?s <http://e/?x> \'?x\', """?x""", ?x ; <p?x> $x }'
    bound = bind(text, {"x": 1})
    one = '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert bound == text.replace('"""?x""", ?x', f'"""?x""", {one}').replace("$x", one)
    assert "".join(token.text for token in tokens(text)) == text


def test_what_cannot_be_bound(store: GraphStore) -> None:
    with pytest.raises(BindingError, match=r"no variable \?absent"):
        store.query("SELECT ?s WHERE { ?s ?p ?o }", {"absent": 1})
    with pytest.raises(BindingError, match="blank node"):
        store.query("SELECT ?s WHERE { ?s ?p ?o }", {"o": ox.BlankNode()})
    with pytest.raises(BindingError, match="list has no RDF term"):
        store.query("SELECT ?s WHERE { ?s ?p ?o }", {"o": []})  # type: ignore[dict-item]


def test_syntax_errors_name_line_and_column(store: GraphStore) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        store.query("SELECT ?s\nWHERE { ?s ?p }")
    assert (caught.value.line, caught.value.column) == (2, 15)
    assert "line 2, column 15" in str(caught.value)
    with pytest.raises(QuerySyntaxError) as caught:
        store.query("SELECT ?s\nWHERE { ?s ?p }", {"s": "a long value that moves the column"})
    assert (caught.value.line, caught.value.column) == (2, 15)
    with pytest.raises(QuerySyntaxError) as caught:
        store.query("SELECT ?s\nWHERE { ?s ?p ?o }", {"p": "a literal cannot be a predicate"})
    assert (caught.value.line, caught.value.column) == (2, None)
    with pytest.raises(QuerySyntaxError) as caught:
        store.update("INSERT DATA {\n ?s ?p ?o }")
    assert caught.value.line == 2
    with pytest.raises(QuerySyntaxError) as caught:
        store.update("INSERT DATA {} ;\nPREFIX a: <urn:>\nINSERT DATA { a:b a:c } ; DROP ALL")
    assert (caught.value.line, caught.value.column) == (3, 23)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * WHERE { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "SELECT * WHERE { service silent ?x { ?s ?p ?o } }",
        "SELECT * WHERE " + "{" * 4000 + "}" * 4000,
        "SELECT * WHERE { FILTER(" + "(" * 1500 + "1" + ")" * 1500 + ") }",
        "SELECT * WHERE { FILTER(" + "!" * 5000 + "true) }",
        "SELECT * WHERE { ?s " + "^" * 5000 + "<urn:p> ?o }",
        "SELECT * # " + "x" * 1_000_001,
    ],
)
def test_bombs_and_network_access_are_refused_before_the_parser(store: GraphStore, text: str) -> None:
    with pytest.raises(QueryError):
        store.query(text)
    with pytest.raises(QueryError):
        store.update("LOAD <http://127.0.0.1/>")


def test_the_word_service_may_stand_in_data(store: GraphStore) -> None:
    assert not store.query("PREFIX service: <urn:s> ASK { <urn:SERVICE> service:load 'SERVICE' } # LOAD")


def test_queries_see_the_union_unless_they_say_from(store: GraphStore) -> None:
    count = "SELECT (COUNT(*) AS ?n) {} WHERE {{ ?s ?p ?o }}"
    assert store.query(count.format("")).scalar() == len(store.engine)
    graph = "https://w3id.org/tanmai/local/id/dataset/data/v1"
    assert store.query(count.format(f"FROM <{graph}>")).scalar() == store.datasets()[0].quads


def test_results_as_rows_values_and_bytes(store: GraphStore, tmp_path: Path) -> None:
    text = "SELECT ?s ?c ?missing WHERE { ?s <http://e/count> ?c } ORDER BY ?c"
    found = store.query(text)
    assert found.kind == "select"
    assert [row[1] for row in found] == [typed("3", "integer"), typed("4", "integer")]
    assert found.values() == [("http://e/a", 3, None), ("http://e/b", 4, None)]
    assert found.dicts()[0] == {"s": "http://e/a", "c": 3, "missing": None}
    assert len(found) == 2
    streamed = store.query(text)
    for form in ("csv", "tsv", "json", "xml"):
        assert found.serialize(form) == store.query(text).serialize(form)
    streamed.serialize("csv", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines()[1] == "http://e/a,3,"
    with pytest.raises(ModeError, match="Run the query again"):
        _ = streamed.rows
    with pytest.raises(QueryError, match="csv, tsv, json, xml"):
        store.query(text).serialize("excel")


def test_results_keep_languages_types_and_blank_nodes_when_written_from_rows(store: GraphStore) -> None:
    store.update("INSERT DATA { <urn:x> <urn:y> [] }")
    text = "SELECT ?o WHERE { { ?s <http://e/name> ?o } UNION { <urn:x> <urn:y> ?o } } ORDER BY ?o"
    found = store.query(text)
    assert len(found.rows) == 5
    assert json.loads(found.serialize("json")) == json.loads(store.query(text).serialize("json"))


def test_ask_and_graph_results(store: GraphStore) -> None:
    yes = store.query("ASK { <http://e/a> ?p ?o }")
    assert yes
    assert yes.kind == "ask"
    assert json.loads(yes.serialize("json"))["boolean"] is True
    assert not store.query("ASK { <http://e/nobody> ?p ?o }")
    text = "CONSTRUCT { ?s <http://e/c> ?c } WHERE { ?s <http://e/count> ?c }"
    graph = store.query(text)
    assert graph.kind == "graph"
    assert graph.columns == ("subject", "predicate", "object")
    assert len(graph) == 2
    out = io.BytesIO()
    assert store.query(text).serialize("nt", out) == b""
    assert sorted(out.getvalue().splitlines()) == sorted(graph.serialize("nt").splitlines())
    assert b"<http://e/a>" in graph.serialize("turtle")


def test_shipped_queries_parse_and_say_what_they_ask() -> None:
    assert "data-scores" in queries.names()
    for each in queries.names():
        text = queries.load(each)
        ox.Store().query(text)
        assert text.startswith("# Question:")
        assert "# Parameters:" in text
        assert "# Columns" in text
    with pytest.raises(UnknownNameError, match="data-scores"):
        queries.load("absent")


@pytest.mark.parametrize(
    "value",
    [
        "text",
        5,
        -1,
        True,
        False,
        2.5,
        Decimal("0.5777"),
        dt.date(2025, 1, 17),
        dt.datetime(2025, 1, 17, 8, tzinfo=dt.UTC),
    ],
)
def test_terms_and_values_round_trip(value: Any) -> None:
    back = to_python(to_term(value))
    assert back == value
    assert type(back) is type(value)


def test_terms_that_do_not_fit_their_type_stay_text() -> None:
    assert to_python(typed("n/a", "decimal")) == "n/a"
    assert to_python(typed("2024", "gYear")) == "2024"
    assert to_python(typed("soon", "date")) == "soon"
    assert to_python(None) is None
    assert name("tm:amount").value == "https://w3id.org/tanmai/ontology#amount"


# ---------------------------------------------------------------- updates

UPDATES = [
    "INSERT DATA { <urn:a> <urn:p> 1 ; <urn:q> 'x;y' . GRAPH <urn:g> { <urn:a> <urn:p> 2 } }",
    "INSERT DATA { <urn:a> <urn:p> 1 } ; DELETE DATA { <urn:a> <urn:p> 1 }",
    "DELETE WHERE { <urn:s1> ?p ?o }",
    "DELETE WHERE { GRAPH ?g { ?s <urn:p> ?o } }",
    "DELETE { ?s <urn:p> ?o } INSERT { ?s <urn:p> ?n } WHERE { ?s <urn:p> ?o . BIND(?o * 2 AS ?n) FILTER(?o < 10 && ?o>0) }",
    "PREFIX u: <urn:> DELETE { ?s u:p ?o } WHERE { ?s u:p ?o ; u:kind u:k } ; BASE <urn:x/> INSERT DATA { <y> u:p 3 }",
    "WITH <urn:g1> DELETE { ?s <urn:p> ?o } INSERT { ?s <urn:r> ?o . GRAPH <urn:g3> { ?s <urn:r> ?o } } WHERE { ?s <urn:p> ?o }",
    "INSERT { ?s <urn:copied> ?o } USING <urn:g1> USING <urn:g2> WHERE { ?s <urn:p> ?o }",
    "INSERT { GRAPH ?g { ?s <urn:seen> true } } USING NAMED <urn:g1> WHERE { GRAPH ?g { ?s <urn:p> ?o } }",
    "DELETE { ?s <urn:p> ?o } INSERT { ?s <urn:p> ?o } WHERE { ?s <urn:p> ?o }",
    "INSERT { ?o <urn:p> ?s } WHERE { ?s <urn:p> ?o }",
    "INSERT { ?s <urn:p> ?unbound . ?s <urn:q> 1 } WHERE { ?s <urn:p> ?o OPTIONAL { ?s <urn:none> ?unbound } }",
    "CLEAR GRAPH <urn:g1>",
    "DROP SILENT GRAPH <urn:absent> ; CREATE GRAPH <urn:new> ; DROP DEFAULT",
    "CLEAR NAMED",
    "DROP ALL",
    "COPY <urn:g1> TO <urn:g2>",
    "MOVE GRAPH <urn:g1> TO DEFAULT",
    "ADD DEFAULT TO <urn:g2>",
    "COPY <urn:g1> TO <urn:g1>",
    "DELETE { ?s <urn:p> '}' } WHERE { ?s <urn:p> '}' } # } ;",
    "",
]
LOCAL = """
<urn:s1> <urn:p> 1 ; <urn:kind> <urn:k> . <urn:s2> <urn:p> 20, "}" .
<urn:g1> { <urn:s1> <urn:p> 5 . <urn:s3> <urn:p> 6 }
<urn:g2> { <urn:s1> <urn:p> 7 }
"""


@pytest.mark.parametrize("text", UPDATES)
def test_an_update_changes_what_the_engine_itself_would_change(text: str) -> None:
    # Default graph patterns are kept out of the union here: the engine's own update does not know it.
    reference, ours = ox.Store(), ox.Store()
    for engine in (reference, ours):
        engine.load(LOCAL.encode(), ox.RdfFormat.TRIG)
    if "WHERE" in text and "USING" not in text and "WITH" not in text and "GRAPH" not in text:
        for engine in (reference, ours):
            engine.update("CLEAR NAMED")
    if text.count("BASE"):  # the engine takes no prologue behind a semicolon
        first, _, second = text.partition(" ; BASE")
        reference.update(first)
        reference.update("PREFIX u: <urn:> BASE" + second)
    else:
        reference.update(text)
    for step in delta.evaluate(ours, text, None, {}):
        for quad in step.removed:
            ours.remove(quad)
        ours.extend(step.added)
    assert set(ours) == set(reference)


def test_updates_read_the_union_and_write_local_statements(store: GraphStore) -> None:
    text = "INSERT { ?s <urn:twice> ?t } WHERE { ?s <http://e/count> ?c BIND(?c * 2 AS ?t) }"
    report = store.update(text)
    assert (report.added, report.removed) == (2, 0)
    assert store.update(text).added == 0
    assert store.query("SELECT ?t WHERE { <http://e/b> <urn:twice> ?t }").scalar() == 8
    report = store.update("DELETE { ?s <urn:twice> ?t } WHERE { ?s <urn:twice> ?t FILTER(?t > ?limit) }", {"limit": 7})
    assert (report.added, report.removed) == (0, 1)


def test_what_was_loaded_cannot_be_overwritten(store: GraphStore) -> None:
    graph = "<https://w3id.org/tanmai/local/id/dataset/data/v1>"
    catalogue = "<https://w3id.org/tanmai/local/id/graph/catalogue>"
    before = set(store.engine)
    for text, who in [
        (f"INSERT DATA {{ GRAPH {graph} {{ <urn:a> <urn:b> 1 }} }}", "dataset 'data'"),
        (f"CLEAR GRAPH {graph}", "dataset 'data'"),
        (f"WITH {catalogue} DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}", "the catalogue"),
        ("INSERT DATA { <urn:a> <urn:b> 1 } ; DROP ALL", "belongs to"),
    ]:
        with pytest.raises(UpdateError, match=who):
            store.update(text)
        assert set(store.engine) == before
    with pytest.raises(UpdateError, match="not in the store"):
        store.update("CLEAR GRAPH <urn:absent>")


def test_blank_nodes_of_datasets_stay_in_their_document(store: GraphStore) -> None:
    store.load_bytes(b"<urn:a> <urn:part> [ <urn:b> 1 ] .", key="blank", format="turtle")
    with pytest.raises(UpdateError, match="blank node"):
        store.update("INSERT { ?b <urn:note> 'x' } WHERE { ?b <urn:b> 1 }")
    store.update("INSERT { ?a <urn:note> [ <urn:says> ?n ] } WHERE { ?a <urn:part> ?b . ?b <urn:b> ?n }")
    assert store.update("DELETE { ?b ?p ?o } WHERE { ?b <urn:says> 1 ; ?p ?o }").removed == 1
    assert store.update("INSERT { ?b <urn:says> 2 } WHERE { <urn:a> <urn:note> ?b }").added == 1


def test_a_graph_belongs_to_the_dataset_whose_current_version_it_is(store: GraphStore) -> None:
    store.load_bytes(b"<urn:a> <urn:b> 1 .", key="data", format="turtle")  # supersedes the version of the fixture
    store.load_bytes(b"<urn:n> <urn:b> 3 . <urn:g> { <urn:n> <urn:b> 4 }", key="q", format="trig")
    store.load_bytes(b"<urn:r> <urn:b> 5 .", key="gone", format="turtle")
    store.retire("gone")
    catalogue = Catalogue(store.engine, store.base)
    begin = f"{store.base}/id/dataset"
    assert catalogue.owners() == {
        f"{begin}/data/v2": "data",
        f"{begin}/q/v1": "q",
        "urn:g": "q",
        catalogue.graph.value: "the catalogue",
    }


def test_a_version_is_found_by_its_iri(store: GraphStore) -> None:
    store.load_bytes(b"<urn:a> <urn:b> 1 .", key="q/a", format="turtle")
    store.load_bytes(b"<urn:a> <urn:b> 2 .", key="q/a", format="turtle")
    catalogue = Catalogue(store.engine, store.base)
    assert [catalogue.of_iri(each.iri(store.base)) for each in catalogue.versions()] == catalogue.versions()
    for other in (f"{store.base}/id/dataset/q/a/v3", f"{store.base}/id/dataset/q/a", "urn:a"):
        assert catalogue.of_iri(ox.NamedNode(other)) is None


def test_a_description_that_is_none_of_ours_hides_no_other(store: GraphStore) -> None:
    """A version without its type is none; a time of loading that is none is shown as it stands."""
    store.load_bytes(b"<urn:a> <urn:b> 1 .", key="q", format="turtle")
    store.load_bytes(b"<urn:a> <urn:b> 2 .", key="r", format="turtle")
    described = ox.Store()
    described.extend(store.catalogue())
    catalogue = Catalogue(described, store.base)
    q, r = (catalogue.version(key).iri(store.base) for key in "qr")
    (created,) = described.quads_for_pattern(q, name("dcterms:created"), None, catalogue.graph)
    described.remove(created)
    described.add(ox.Quad(q, created.predicate, ox.Literal("yesterday"), catalogue.graph))
    described.remove(ox.Quad(r, name("rdf:type"), name("tm:DatasetVersion"), catalogue.graph))
    assert catalogue.version("q").created == "yesterday"
    assert "r" not in {
        version.key for version in (*catalogue.current(), *catalogue.history("r"), *catalogue.versions())
    }
    assert catalogue.of_iri(r) is None
