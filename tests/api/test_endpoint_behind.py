"""A server whose store an endpoint keeps: by one setting, under the same guards; what more it does is in test_endpoint_whole."""

import os
import select
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote_plus

import httpx
import pytest
from endpoints import cleared, oxigraph_server, virtuoso_server
from servers import served

from api.errors import SettingsError
from api.settings import Settings
from graphstore.remote import RemoteGraphStore

SERVERS = {"oxigraph": oxigraph_server}
if "TANMAI_TEST_VIRTUOSO" in os.environ:  # takes ten seconds to start; the contract of stores is tested on it always
    SERVERS["virtuoso"] = virtuoso_server
DATA = b'<urn:a> <urn:name> "one"@en , "\xe4\xb8\x80"@zh . <urn:g> { <urn:a> <urn:value> 1 . <http://127.0.0.1/x> <urn:value> 2 }'


@pytest.fixture(scope="module", params=SERVERS)
def client(request, tmp_path_factory):
    with SERVERS[request.param](tmp_path_factory.mktemp("endpoint")) as address:
        with RemoteGraphStore.open(cleared(address)) as store:
            store.load_bytes(DATA, key="k", format="trig")
        local = tmp_path_factory.mktemp("local")
        with (
            served(local, endpoint=address, readers=1, query_seconds=5.0) as found,
            httpx.Client(base_url=found, timeout=30) as made,
        ):
            yield made


def ask(client, query, accept="text/csv", **parameters):
    return client.get("/sparql", params={"query": query, **parameters}, headers={"Accept": accept})


def test_the_union_of_all_graphs_is_queried(client):
    assert (
        ask(client, "SELECT ?n ?v { <urn:a> <urn:name> ?n ; <urn:value> ?v FILTER(LANG(?n) = 'zh') }").text
        == "n,v\r\n一,1\r\n"
    )
    assert ask(client, "ASK { GRAPH <urn:g> { <urn:a> <urn:value> 1 } }").text == "true"
    triples = ask(
        client, "CONSTRUCT { ?s <urn:v> ?v } WHERE { ?s <urn:value> ?v FILTER(?v = 1) }", "application/n-triples"
    )
    assert triples.text.split() == ["<urn:a>", "<urn:v>", '"1"^^<http://www.w3.org/2001/XMLSchema#integer>', "."]


def test_the_dataset_of_the_request_is_kept(client):
    count = "SELECT (COUNT(*) AS ?n) { ?s <urn:name> ?o }"
    assert ask(client, count).text == "n\r\n2\r\n"
    assert ask(client, count, **{"default-graph-uri": "urn:g"}).text == "n\r\n0\r\n"


def test_the_guards_are_the_same(client):
    for query in (
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * " + "{" * 200 + "}" * 200,
        "ASK {",
    ):
        assert ask(client, query).status_code == 400
    assert ask(client, "DEFINE get:soft 'soft' SELECT * FROM <http://127.0.0.1:9/> { ?s ?p ?o }").status_code == 400


def test_no_answer_has_a_tag_since_the_endpoint_may_change(client):
    answer = ask(client, "ASK {}")
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_what_needs_a_store_says_so(client):
    answer = client.get("/sparql", params={"query": "ASK {}", "release": "r"})
    assert (answer.status_code, answer.json()["type"][-13:]) == (501, "embedded-only")
    assert client.get("/ready").json()["status"] == "ready"
    assert client.post("/sparql", data={"update": "CLEAR ALL"}).status_code == 403


def test_an_endpoint_that_is_gone_is_502_and_the_server_not_ready(tmp_path):
    with (
        served(tmp_path, endpoint="http://me:secret@127.0.0.1:9/", readers=1) as found,
        httpx.Client(base_url=found, timeout=30) as client,
    ):
        answer = ask(client, "ASK {}")
        assert (answer.status_code, answer.json()["type"][-8:]) == (502, "endpoint")
        assert "secret" not in answer.text
        assert client.get("/ready").status_code == 502
        assert client.get("/health").status_code == 200


def test_a_query_whose_time_is_over_lets_go_of_the_endpoint(tmp_path):
    gone = threading.Event()

    class Slow(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = unquote_plus(self.rfile.read(int(self.headers["Content-Length"])).decode())
            if "urn:slow" in asked:
                select.select([self.connection], [], [], 20)
                if self.connection.recv(1, socket.MSG_PEEK) == b"":
                    gone.set()
                return
            body = (
                b'{"head":{},"boolean":true}'
                if "ASK" in asked
                else b'{"head":{"vars":["g"]},"results":{"bindings":[]}}'
            )
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/query"
        with (
            served(tmp_path, endpoint=address, readers=1, query_seconds=1.0) as found,
            httpx.Client(base_url=found, timeout=30) as client,
        ):
            answer = ask(client, "SELECT * FROM <urn:slow> { ?s ?p ?o }")
            assert (answer.status_code, answer.json()["type"][-8:]) == (503, "deadline")
            assert gone.wait(10)
        server.shutdown()


def test_secrets_are_for_the_processes_alone(tmp_path):
    settings = Settings(store=tmp_path, endpoint="https://me:secret@data.example/sparql")
    assert settings.shown()["endpoint"] == "https://data.example/sparql"
    assert Settings.from_environment(settings.to_environment()) == settings
    with pytest.raises(SettingsError, match="endpoint_seconds is 0"):
        Settings(store=tmp_path, endpoint="https://data.example/sparql", endpoint_seconds=0)
