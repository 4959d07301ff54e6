"""Queries that are meant to harm: each ends in an error within its time, and others are answered all the while."""

import http.client
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import quote, urlsplit

import httpx
import pytest
from servers import served

from graphstore import GraphStore

SECONDS = 1.0
DEADLINE = "https://w3id.org/tanmai/problem/deadline"

KILLERS = {
    "cartesian-count": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "string-doubling": "SELECT (STRLEN(?z) AS ?n) { BIND('0123456789' AS ?s0) "
    + " ".join(f"BIND(CONCAT(?s{i}, ?s{i}) AS ?s{i + 1})" for i in range(60))
    + " BIND(?s60 AS ?z) }",
    "quadratic-token": "ASK { FILTER(" + "\\'" * 200_000 + ") }",
    "nested-braces": "SELECT * " + "{" * 4000 + "}" * 4000,
    "nested-parentheses": "SELECT * { FILTER(" + "(" * 1500 + "1" + ")" * 1500 + ") }",
    "negations": "SELECT * { FILTER(" + "!" * 5000 + "true) }",
    "nested-path": "SELECT * { ?s " + "(" * 3000 + "<urn:p>" + ")" * 3000 + " ?o }",
    "chained-optionals": "SELECT * { ?s ?p ?o " + " ".join(f"OPTIONAL {{ ?s ?p{i} ?o{i} }}" for i in range(190)) + " }",
    "many-patterns": "SELECT * { " + " ".join(f"?s <urn:p{i}> ?o{i} ." for i in range(500)) + " }",
    "service": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "service-escaped": "SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "service-all-escaped": "SELECT * { " + "".join(f"\\U{ord(c):08X}" for c in "SERVICE") + " <urn:x> { ?s ?p ?o } }",
}
REFUSED = {"nested-braces", "nested-parentheses", "negations", "nested-path", "many-patterns"} | {
    name for name in KILLERS if name.startswith("service")
}


@pytest.fixture(scope="module")
def address(make_store):
    with served(make_store(), query_seconds=SECONDS, memory_megabytes=1024) as found:
        yield found


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=address, timeout=30) as found:
        yield found


def ask(client, query):
    headers = {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
    return client.post("/sparql", content=query, headers=headers)


@pytest.mark.parametrize("name", KILLERS)
def test_a_killer_query_ends_in_an_error(client, name):
    began = time.monotonic()
    answer = ask(client, KILLERS[name])
    took = time.monotonic() - began
    assert answer.status_code == (400 if name in REFUSED else 503), answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert took < SECONDS + 2  # the clock of a busy machine
    assert ask(client, "ASK { <urn:bob> ?p ?o }").text == "true"


def test_others_are_answered_while_queries_kill(client):
    stop = threading.Event()

    def attack():
        while not stop.is_set():
            assert ask(client, KILLERS["cartesian-count"]).json()["type"] == DEADLINE

    attacker = threading.Thread(target=attack)
    attacker.start()
    try:
        answers = [ask(client, "SELECT ?n { <urn:bob> <urn:name> ?n }").text for _ in range(60)]
    finally:
        stop.set()
        attacker.join()
    assert answers == ["n\r\nBob\r\n"] * 60


def test_what_fails_after_its_first_block_is_broken_off(address):
    query = "SELECT ?a ?b ?c { ?a <urn:value> ?x . ?b <urn:value> ?y . ?c <urn:value> ?z }"  # 64 million rows
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request("GET", f"/sparql?query={quote(query)}", headers={"Accept": "text/csv"})
    with closing(connection), connection.getresponse() as response:
        assert response.status == 200
        assert response.getheader("Transfer-Encoding") == "chunked"
        with pytest.raises(http.client.IncompleteRead):
            list(iter(lambda: response.read(1 << 20), b""))


def test_http_1_0_gets_all_or_an_error(address):
    """Without chunks a client could not see that an answer was broken off."""

    def get(query):
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
        connection._http_vsn, connection._http_vsn_str = 10, "HTTP/1.0"
        connection.request("GET", f"/sparql?query={quote(query)}", headers={"Accept": "text/csv"})
        with closing(connection), connection.getresponse() as response:
            return response.status, response.getheader("Content-Length"), response.read()

    status, length, body = get("SELECT ?a ?b { ?a <urn:value> ?x . ?b <urn:value> ?y FILTER(?y < 20) }")
    assert (status, int(length), body.count(b"\r\n")) == (200, len(body), 8001)
    status, _, body = get("SELECT ?a ?b ?c { ?a <urn:value> ?x . ?b <urn:value> ?y . ?c <urn:value> ?z }")
    assert status == 503
    assert b"deadline" in body


def test_24_readers_during_a_load(make_store):
    where = make_store()
    many = "\n".join(f"<urn:m{i}> <urn:value> {i} ." for i in range(20_000)).encode()
    counts, errors = [], []

    def read(address):
        with httpx.Client(base_url=address, timeout=30) as client:
            while not done.is_set():
                answer = ask(client, "SELECT (COUNT(*) AS ?n) { ?s <urn:value> ?v }")
                (counts if answer.status_code == 200 else errors).append(answer.text)

    done = threading.Event()
    with served(where) as address, ThreadPoolExecutor(24) as pool:
        running = [pool.submit(read, address) for _ in range(24)]
        with GraphStore.open(where) as store:
            store.load_bytes(many, key="many", format="turtle")
        with httpx.Client(base_url=address, timeout=30) as client:
            counts.append(ask(client, "SELECT (COUNT(*) AS ?n) { ?s <urn:value> ?v }").text)
        done.set()
        for each in running:
            each.result()
    assert errors == []
    assert set(counts) == {"n\r\n400\r\n", "n\r\n20400\r\n"}  # before or after, nothing between
