"""Bodies and queries that are meant to harm or to find out what is not theirs to see; for killers see test_readers."""

import http.server
import threading
import time
from urllib.parse import quote

import httpx
import pytest
from servers import served

DEEP = "".join(f"<n{i}>" for i in range(100_000))
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "'
    + "x" * 100
    + '">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 100}">' for i in range(10))
    + ']><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description><rdf:x>&k;</rdf:x>'
    "</rdf:Description></rdf:RDF>"
)
OUTSIDE = (
    '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="urn:a"><b xmlns="urn:">&x;</b></rdf:Description></rdf:RDF>'
)
BODIES = {
    "entity bomb": ("application/rdf+xml", BOMB),
    "entity of a file": ("application/rdf+xml", OUTSIDE),
    "deep elements": ("application/rdf+xml", f'<r xmlns="urn:">{DEEP}'),
    "deep collections": ("text/turtle", "<urn:a> <urn:b> " + "(" * 100_000 + ")" * 100_000 + " ."),
    "deep blank nodes": ("text/turtle", "<urn:a> <urn:b> " + "[ <urn:c> " * 100_000 + "1" + "]" * 100_000 + " ."),
    "deep objects": ("application/ld+json", '{"urn:a":' * 50_000 + "1" + "}" * 50_000),
    "half a character": ("text/turtle", b'<urn:a> <urn:b> "\xe4\xb8'),
}


@pytest.fixture(scope="module")
def client(make_store):
    with (
        served(make_store(), allow_writes=True, write_seconds=3.0, query_seconds=3.0, memory_megabytes=1024) as address,
        httpx.Client(base_url=address, timeout=30) as found,
    ):
        yield found


def ask(client, query, **parameters):
    headers = {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
    return client.post("/sparql", params=parameters, content=query, headers=headers)


@pytest.mark.parametrize("name", BODIES)
def test_a_bomb_changes_nothing_and_the_next_upload_is_taken(client, name):
    media_type, body = BODIES[name]
    graph = {"graph": f"urn:bomb:{name.replace(' ', '-')}"}
    began = time.monotonic()
    answer = client.put("/graphs", params=graph, content=body, headers={"Content-Type": media_type})
    if (
        name == "deep blank nodes"
    ):  # well-formed: read in time or not, and a write whose time is over may hold all the same
        assert answer.status_code in {201, 503}, answer.text
        return
    assert answer.status_code in {400, 503}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "root:" not in answer.text
    assert time.monotonic() - began < 6
    assert client.get("/graphs", params=graph).status_code == 404
    good = {"content": "<urn:a> <urn:b> 1 .", "headers": {"Content-Type": "text/turtle"}}
    assert client.put("/graphs", params={"graph": "urn:good"}, **good).status_code in {201, 204}


@pytest.fixture
def visited():
    """A server on loopback, and who asked it for what."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_POST = do_HEAD = do_GET

        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
        server.shutdown()


def test_the_server_asks_nobody(client, visited):
    address, seen = visited
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in "sErViCe")
    for keyword in ("SERVICE", "SERVICE SILENT", "service", escaped, f"{escaped} silent"):
        assert ask(client, f"SELECT * {{ {keyword} <{address}/query> {{ ?s ?p ?o }} }}").status_code == 400
    assert ask(client, f"SELECT * FROM <{address}/from> {{ ?s ?p ?o }}").text.count("\n") == 1
    assert ask(client, "ASK { ?s ?p ?o }", **{"default-graph-uri": f"{address}/graph"}).text == "false"
    for update in (f"LOAD <{address}/load>", f"LOAD SILENT <{address}/load> INTO GRAPH <urn:x>"):
        headers = {"Content-Type": "application/sparql-update"}
        assert client.post("/sparql", content=update, headers=headers).status_code == 400
    context = f'{{"@context": "{address}/context", "@id": "urn:a", "b": 1}}'
    imported = f'{{"@context": {{"@import": "{address}/import"}}, "@id": "urn:a", "urn:b": 1}}'
    outside = f'<!DOCTYPE r SYSTEM "{address}/dtd"><r/>'
    for media_type, body in (
        ("application/ld+json", context),
        ("application/ld+json", imported),
        ("application/rdf+xml", outside),
    ):
        sent = {"content": body, "headers": {"Content-Type": media_type}}
        assert client.put("/graphs", params={"graph": f"{address}/named"}, **sent).status_code == 400
    assert client.get("/graphs", params={"graph": f"{address}/named"}).status_code == 404
    assert seen == []


@pytest.mark.parametrize(
    "pattern",
    [
        "?s ?p ?secret",
        "GRAPH ?g { ?s ?p ?secret }",
        "GRAPH <urn:secret> { ?s ?p ?secret }",
        "{ ?s ?p ?secret } UNION { GRAPH ?g { ?s ?p ?secret } }",
        "?s (!<urn:none>)* ?secret",
        "?s (<urn:holds>|^<urn:holds>)+ ?secret",
        "FILTER EXISTS { GRAPH ?g { ?s <urn:holds> ?secret } } BIND('CANARY' AS ?found)",
        "{ SELECT ?secret { GRAPH ?g { ?s ?p ?secret } } }",
        "OPTIONAL { GRAPH ?g { ?s ?p ?secret } }",
        "MINUS { GRAPH ?g { ?s ?p ?secret FILTER(?secret != 'CANARY') } }",
    ],
)
def test_a_stated_dataset_hides_every_other_graph(client, pattern):
    """The engine's flag for the union of graphs, given together with a list of graphs, would show them all."""
    sent = {"content": "<urn:a> <urn:holds> 'CANARY' .", "headers": {"Content-Type": "text/turtle"}}
    client.put("/graphs", params={"graph": "urn:secret"}, **sent)
    client.put("/graphs", params={"graph": "urn:open"}, **{**sent, "content": "<urn:a> <urn:b> 1 ."})
    assert "CANARY" in ask(client, "SELECT * { <urn:a> <urn:holds> ?secret }").text
    query = f"SELECT * {{ {pattern} }}"
    allowed = {"default-graph-uri": "urn:open", "named-graph-uri": "urn:open"}
    for parameters in (allowed, {"default-graph-uri": "urn:open"}, {"named-graph-uri": "urn:open"}):
        shown = ask(client, query, **parameters)
        assert shown.status_code == 200
        assert "CANARY" not in shown.text
    clause = query.replace("SELECT *", "SELECT * FROM <urn:open> FROM NAMED <urn:open>", 1)
    assert "CANARY" not in ask(client, clause).text
    assert "CANARY" not in ask(client, clause.replace("FROM <urn:open>", "FROM <urn:secret>"), **allowed).text


@pytest.mark.parametrize("text", ["DELETE WHERE { ?s ?p ?o }", "INSERT DATA { <urn:x> <urn:y> 1 }", "CLEAR ALL"])
def test_an_update_does_not_come_in_as_a_query(client, text):
    assert ask(client, text).status_code == 400
    assert client.get(f"/sparql?query={quote(text)}").status_code == 400
    assert client.get(f"/sparql?update={quote(text)}").status_code == 400


def test_a_parameter_does_not_become_a_header(client):
    for name in ("x\r\nX-Injected: 1", "urn:x\nX-Injected: 1"):
        answer = client.get("/graphs", params={"graph": name})
        assert answer.status_code == 400
        assert "x-injected" not in answer.headers
    answer = client.get("/health", headers={"X-Request-Id": "a b<script>"})
    assert "<" not in answer.headers["x-request-id"]
