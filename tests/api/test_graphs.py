"""`/graphs`: the Graph Store Protocol beyond the W3C cases."""

import pytest
import rdflib

TURTLE = {"Content-Type": "text/turtle"}
RDF_XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:u="urn:">'
    '<rdf:Description rdf:about="urn:a"><u:b>c</u:b></rdf:Description></rdf:RDF>'
)
PEOPLE = "https://w3id.org/tanmai/local/id/dataset/people/v1"


def put(client, graph, data, **headers):
    return client.put("/graphs", params={"graph": graph}, content=data, headers={**TURTLE, **headers})


def test_a_relative_iri_is_resolved_against_the_graph(writing):
    assert put(writing, "https://example.org/g/1", "<a> <#b> 1 .").status_code == 201
    found = writing.get(
        "/graphs", params={"graph": "https://example.org/g/1"}, headers={"Accept": "application/n-triples"}
    )
    assert found.text.startswith("<https://example.org/g/a> <https://example.org/g/1#b> ")


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        ("application/n-triples", '<urn:a> <urn:b> "c" .\n'),
        ("application/ld+json", '{"@id": "urn:a", "urn:b": "c"}'),
        (
            "application/rdf+xml",
            RDF_XML,
        ),
    ],
)
def test_every_rdf_format_comes_in(writing, media_type, data):
    assert put(writing, "urn:formats", data, **{"Content-Type": media_type}).status_code in {201, 204}
    found = writing.get("/graphs", params={"graph": "urn:formats"}, headers={"Accept": "application/n-triples"})
    assert found.text == '<urn:a> <urn:b> "c" .\n'


@pytest.mark.parametrize(
    ("media_type", "data", "status"),
    [
        ("text/turtle", "<urn:a> <urn:b> .", 400),
        ("text/html", "<p>", 415),
        ("application/trig", "<urn:g> { <urn:a> <urn:b> 1 }", 415),
        ("text/turtle; charset=utf-16", "<urn:a> <urn:b> 1 .", 415),
        ("application/ld+json", '{"@id": "urn:g", "@graph": [{"@id": "urn:a", "urn:b": 1}]}', 400),
        ("application/ld+json", '{"@context": "http://127.0.0.1:9/c", "a": 1}', 400),
        ("application/rdf+xml", '<!DOCTYPE x [<!ENTITY a "b">]><x/>', 400),
        ("application/ld+json", "[" * 50_000, 400),
        ("text/turtle", "#" * 100_001, 413),
        ("multipart/form-data; boundary=x", "no part at all", 400),
    ],
)
def test_data_that_is_not_taken_changes_nothing(writing, media_type, data, status):
    answer = put(writing, "urn:refused", data, **{"Content-Type": media_type})
    assert answer.status_code == status, answer.text
    assert writing.get("/graphs", params={"graph": "urn:refused"}).status_code == 404


def test_a_graph_of_a_dataset_is_read_and_not_written(writing):
    before = writing.get("/graphs", params={"graph": PEOPLE}, headers={"Accept": "text/turtle"})
    assert len(rdflib.Graph().parse(data=before.content, format="turtle")) == 6
    for answer in (
        put(writing, PEOPLE, "<urn:a> <urn:b> 1 ."),
        writing.post("/graphs", params={"graph": PEOPLE}, content="<urn:a> <urn:b> 1 .", headers=TURTLE),
        writing.delete("/graphs", params={"graph": PEOPLE}),
    ):
        assert answer.status_code == 403
        assert "'people'" in answer.json()["detail"]
    assert len(rdflib.Graph().parse(data=before.content, format="turtle")) == 6
    after = writing.get("/graphs", params={"graph": PEOPLE}, headers={"Accept": "text/turtle"})
    assert after.content == before.content


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/graphs", "names no graph"),
        ("/graphs?graph=relative", "no absolute IRI"),
        ("/graphs?graph=urn:a&default", "more than one"),
        ("/graphs/direct?graph=urn:a", "more than one"),
        ("/graphs?graph=urn:a&graph=urn:b", "2 times"),
    ],
)
def test_a_graph_has_to_be_named_once(writing, path, says):
    answer = writing.get(path)
    assert answer.status_code == 400
    assert says in answer.json()["detail"]


def test_writes_are_off_unless_asked_for(reading):
    assert put(reading, "urn:g", "<urn:a> <urn:b> 1 .").status_code == 403
    assert reading.delete("/graphs", params={"default": ""}).status_code == 403
    assert reading.get("/graphs?default", headers={"Accept": "application/n-triples"}).text.startswith("<urn:local>")


def test_an_unchanged_graph_is_not_sent_again(reading):
    tag = reading.get("/graphs", params={"graph": PEOPLE}).headers["etag"]
    assert reading.get("/graphs", params={"graph": PEOPLE}, headers={"If-None-Match": tag}).status_code == 304


def test_a_write_may_depend_on_what_was_read(writing):
    """Two who read the same state: the first to write wins, the other is told, and nothing of his is kept."""
    graph = {"params": {"graph": "urn:both"}}
    assert put(writing, "urn:both", "<urn:a> <urn:n> 1 .").status_code == 201
    tag = writing.get("/graphs", **graph).headers["etag"]
    assert put(writing, "urn:both", "<urn:a> <urn:n> 2 .", **{"If-Match": f'"other", {tag}'}).status_code == 204
    late = put(writing, "urn:both", "<urn:a> <urn:n> 3 .", **{"If-Match": tag})
    assert (late.status_code, late.json()["type"]) == (412, "https://w3id.org/tanmai/problem/changed")
    assert writing.delete("/graphs", **graph, headers={"If-Match": tag}).status_code == 412
    found = writing.get("/graphs", **graph, headers={"Accept": "application/n-triples"})
    assert found.text == '<urn:a> <urn:n> "2"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
    assert writing.delete("/graphs", **graph, headers={"If-Match": found.headers["etag"]}).status_code == 204


def test_a_write_may_depend_on_whether_the_graph_is_there(writing):
    assert put(writing, "urn:once", "<urn:a> <urn:n> 1 .", **{"If-Match": "*"}).status_code == 412
    assert put(writing, "urn:once", "<urn:a> <urn:n> 1 .", **{"If-None-Match": "*"}).status_code == 201
    assert put(writing, "urn:once", "<urn:a> <urn:n> 2 .", **{"If-None-Match": "*"}).status_code == 412
    assert put(writing, "urn:once", "<urn:a> <urn:n> 2 .", **{"If-Match": "*"}).status_code == 204


def test_a_client_has_anything_only_where_there_is_something(reading):
    """If-None-Match: * (RFC 9110, section 13.1.2)."""
    anything = {"If-None-Match": "*"}
    for path, parameters, status in (
        ("/graphs", {"graph": PEOPLE}, 304),
        ("/graphs", {"graph": "urn:none"}, 404),
        ("/sparql", {"query": "ASK {}"}, 304),
        ("/sparql", {"query": "ASK {"}, 400),
    ):
        assert reading.get(path, params=parameters, headers=anything).status_code == status
