"""`/sparql` over HTTP: what is asked, in which form it comes back, and what is refused."""

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, POST, TURTLE, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

AGES = "SELECT ?age { ?s <urn:age> ?age } ORDER BY ?age"
BOB = "CONSTRUCT WHERE { <urn:bob> <urn:name> ?name }"


def problem(response, status, name):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert told["type"] == f"https://w3id.org/tanmai/problem/{name}"
    assert told["status"] == status
    assert told["requestId"] == response.headers["x-request-id"]
    return told["detail"]


@pytest.mark.parametrize(
    ("accept", "media_type", "body"),
    [
        ("*/*", "application/sparql-results+json", None),
        ("text/html, */*;q=0.1", "application/sparql-results+json", None),
        (
            "text/csv;q=0.9, application/sparql-results+json;q=0.5",
            "text/csv; charset=utf-8",
            b"age\r\n30\r\n40\r\n50\r\n",
        ),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8", b"?age\n30\n40\n50\n"),
        ("application/*;q=0.8, application/sparql-results+json;q=0", "application/sparql-results+xml", None),
    ],
)
def test_a_table_comes_in_the_format_liked_best(select, accept, media_type, body):
    answer = select(AGES, accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert body is None or answer.content == body


def test_json_holds_the_rows(select):
    found = select(AGES, "application/json").json()
    assert [row["age"]["value"] for row in found["results"]["bindings"]] == ["30", "40", "50"]


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"]
)
def test_a_graph_comes_in_every_rdf_format(select, accept):
    answer = select(BOB, accept)
    assert answer.headers["content-type"].partition(";")[0] == accept
    found = ox.parse(answer.content, ox.RdfFormat.from_media_type(accept))
    assert [str(quad.triple) for quad in found] == ['<urn:bob> <urn:name> "Bob"']


def test_what_cannot_be_accepted_is_406(select):
    assert "image/png" in problem(select(AGES, "image/png"), 406, "not-acceptable")
    problem(select(BOB, "text/csv"), 406, "not-acceptable")


def test_the_three_ways_to_ask_agree(reading):
    asked = {"Accept": "text/csv"}
    by_get = reading.get("/sparql", params={"query": AGES}, headers=asked)
    by_form = reading.post("/sparql", data={"query": AGES}, headers=asked)
    direct = reading.post("/sparql", content=AGES, headers={**asked, "Content-Type": "application/sparql-query"})
    assert by_get.content == by_form.content == direct.content == b"age\r\n30\r\n40\r\n50\r\n"


def test_head_says_the_length_and_sends_nothing(reading):
    answer = reading.head("/sparql", params={"query": AGES}, headers={"Accept": "text/csv"})
    assert (answer.headers["content-length"], answer.content) == ("17", b"")


def test_an_answer_longer_than_a_block_is_streamed_whole(select):
    query = "SELECT ?a ?b { ?a <urn:value> ?x . ?b <urn:value> ?y FILTER(?y < 50) }"
    answer = select(query)
    assert "content-length" not in answer.headers
    assert answer.content.count(b"\r\n") == 400 * 50 + 1


def test_the_dataset_of_the_request_takes_the_place_of_from(reading):
    people = "https://w3id.org/tanmai/local/id/dataset/people/v1"
    query = "SELECT (COUNT(*) AS ?n) FROM <urn:other> { ?s <urn:age> ?age }"
    found = reading.get("/sparql", params={"query": query, "default-graph-uri": people}, headers={"Accept": "text/csv"})
    assert found.text == "n\r\n2\r\n"
    nothing = reading.get("/sparql", params={"query": query, "named-graph-uri": people}, headers={"Accept": "text/csv"})
    assert nothing.text == "n\r\n0\r\n"


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"query": "SELECT * { ?s ?p "}, "line 1"),
        ({"query": [AGES, AGES]}, "2 times"),
        ({"update": "CLEAR ALL"}, "POST"),
        ({"query": AGES, "default-graph-uri": "people"}, "absolute IRI"),
        ({"query": AGES, "using-graph-uri": "urn:g"}, "using-graph-uri"),
    ],
)
def test_a_malformed_request_is_told_what_is_wrong(reading, parameters, says):
    answer = reading.get("/sparql", params=parameters)
    assert answer.status_code == 400
    assert says in answer.json()["detail"]


def test_a_syntax_error_has_its_place(select):
    told = select("SELECT *\n{ ?s ?p }").json()
    assert (told["line"], told["column"]) == (2, 9)


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"ASK {}", {"Content-Type": "text/plain"}, 415),
        (b"ASK {}", {"Content-Type": "application/sparql-query; charset=latin-1"}, 415),
        (b"ASK { <urn:\xff> ?p ?o }", {"Content-Type": "application/sparql-query"}, 400),
        (b"query=%FF", {"Content-Type": "application/x-www-form-urlencoded"}, 400),
        (b"x" * 1_000_001, {"Content-Type": "application/sparql-query"}, 413),
    ],
)
def test_bodies_that_are_not_taken(reading, content, headers, status):
    assert reading.post("/sparql", content=content, headers=headers).status_code == status


def test_a_chunked_body_is_bounded_too(reading):
    blocks = (b"#" * 100_000 for _ in range(11))
    answer = reading.post("/sparql", content=blocks, headers={"Content-Type": "application/sparql-query"})
    assert answer.status_code == 413


def test_errors_are_told_in_chinese_to_those_who_read_it(reading):
    told = reading.get("/nowhere", headers={"Accept-Language": "zh-CN"})
    assert told.json()["title"] == "此地址没有内容"
    assert told.headers["content-language"] == "zh"


def test_the_request_id_is_kept_or_made(reading):
    assert reading.get("/health", headers={"X-Request-Id": "a-1"}).headers["x-request-id"] == "a-1"
    made = reading.get("/health", headers={"X-Request-Id": "a b"}).headers["x-request-id"]
    assert len(made) == 32


def test_an_answer_is_not_sent_again_while_nothing_changed(select):
    tag = select(AGES).headers["etag"]
    again = select(AGES, **{"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert select(AGES, "application/json", **{"If-None-Match": tag}).status_code == 200
    assert select(BOB, "text/turtle", **{"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    "query", ["SELECT (NOW() AS ?t) {}", "SELECT (rand () AS ?x) {}", "SELECT ('\\u0041' AS ?x) {}"]
)
def test_an_answer_that_changes_by_itself_has_no_tag(select, query):
    answer = select(query)
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_a_write_changes_the_tag(writing):
    ask = {"params": {"query": "ASK { <urn:tag> ?p ?o }"}, "headers": {"Accept": "application/json"}}
    before = writing.get("/sparql", **ask)
    done = writing.post("/sparql", data={"update": "INSERT DATA { <urn:tag> <urn:p> 1, 2 }"}).json()
    after = writing.get("/sparql", **ask)
    assert (done["added"], done["removed"]) == (2, 0)
    assert (before.json()["boolean"], after.json()["boolean"]) == (False, True)
    assert before.headers["etag"] != after.headers["etag"]
    assert done["generation"] in after.headers["etag"]


def test_updates_are_off_unless_asked_for(reading):
    answer = reading.post("/sparql", data={"update": "INSERT DATA { <urn:x> <urn:y> 1 }"})
    assert "--allow-writes" in problem(answer, 403, "write-refused")


def test_an_update_through_a_query_is_none(writing):
    answer = writing.get("/sparql", params={"query": "INSERT DATA { <urn:x> <urn:y> 1 }"})
    problem(answer, 400, "query-syntax")


@pytest.mark.parametrize("update", ["CLEAR ALL", "DELETE WHERE { ?s <urn:age> ?age }"])
def test_what_belongs_to_a_dataset_is_not_updated(writing, update):
    answer = writing.post("/sparql", content=update, headers={"Content-Type": "application/sparql-update"})
    said = "belongs to" if update == "CLEAR ALL" else ""
    if update == "CLEAR ALL":
        assert said in problem(answer, 403, "protected-graph")
    assert writing.get("/sparql", params={"query": AGES}, headers={"Accept": "text/csv"}).text.startswith(
        "age\r\n30\r\n40"
    )


def test_a_page_of_another_site_may_read_if_known_and_never_write(reading, writing):
    known = reading.get("/sparql", params={"query": AGES}, headers={"Origin": "https://friend.example"})
    assert known.headers["access-control-allow-origin"] == "https://friend.example"
    other = reading.get("/sparql", params={"query": AGES}, headers={"Origin": "https://foe.example"})
    assert "access-control-allow-origin" not in other.headers
    sent = writing.post("/sparql", data={"update": "DROP DEFAULT"}, headers={"Origin": "https://foe.example"})
    assert "https://foe.example" in problem(sent, 403, "write-refused")


def test_a_preflight_is_answered(reading):
    asked = {"Origin": "https://friend.example", "Access-Control-Request-Method": "POST"}
    answer = reading.options("/sparql", headers=asked)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "https://friend.example")


def test_a_name_that_is_not_ours_is_not_answered(reading):
    answer = reading.get("/sparql", params={"query": AGES}, headers={"Host": "evil.example"})
    problem(answer, 421, "host")


def test_void_names_the_datasets(reading):
    answer = reading.get("/.well-known/void", headers={"Accept": "text/turtle"})
    found = rdflib.Graph().parse(data=answer.content, format="turtle")
    void = rdflib.Namespace("http://rdfs.org/ns/void#")
    sizes = {str(found.value(s, rdflib.DCTERMS.title)): int(o) for s, o in found.subject_objects(void.triples)}
    assert sizes == {"People": 6, "numbers": 400}
    assert found.value(
        predicate=void.sparqlEndpoint,
        object=rdflib.URIRef(f"{reading.base_url}/sparql".replace("//sparql", "/sparql")),
        any=True,
    )


def test_health_and_ready(reading):
    assert reading.get("/health").json() == {"status": "ok"}
    ready = reading.get("/ready").json()
    assert (ready["status"], ready["readers"]) == ("ready", 3)  # one stands by


# ------------------------------------------------------------------ clients that people use


def test_sparqlwrapper(reading, writing):
    client = SPARQLWrapper(f"{reading.base_url}/sparql")
    client.setQuery(AGES)
    client.setReturnFormat(JSON)
    assert [row["age"]["value"] for row in client.queryAndConvert()["results"]["bindings"]] == ["30", "40", "50"]
    client.setReturnFormat(CSV)
    client.setMethod(POST)
    assert client.queryAndConvert() == b"age\r\n30\r\n40\r\n50\r\n"
    client.setQuery(BOB)
    client.setReturnFormat(TURTLE)
    assert b"Bob" in client.queryAndConvert()
    client.setReturnFormat(JSON)
    client.setQuery("SELECT {")
    with pytest.raises(QueryBadFormed, match="syntax"):
        client.query()


def test_rdflib_store(reading):
    graph = rdflib.Graph(SPARQLStore(f"{reading.base_url}/sparql", returnFormat="json"))
    assert [int(row.age) for row in graph.query(AGES)] == [30, 40, 50]
    names = set(graph.objects(rdflib.URIRef("urn:alice"), rdflib.URIRef("urn:name")))
    assert names == {rdflib.Literal("Alice", lang="en"), rdflib.Literal("爱丽丝", lang="zh")}
