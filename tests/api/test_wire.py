"""Clients that go away, send slowly, read slowly, or send what is compressed: none of them keeps a process busy."""

import contextlib
import gzip
import socket
import time
from urllib.parse import quote, urlsplit

import httpx
import pytest
from servers import served

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LONG = "SELECT ?a ?b ?c { ?a <urn:value> ?x . ?b <urn:value> ?y . ?c <urn:value> ?z }"


@pytest.fixture(scope="module")
def address(make_store):
    """A server with one reader, whose queries may take twenty seconds."""
    with served(make_store(), readers=1, query_seconds=20.0, body_seconds=1.0, allow_writes=True) as found:
        yield found


@contextlib.contextmanager
def connected(address, text):
    with socket.create_connection((urlsplit(address).hostname, urlsplit(address).port), timeout=15) as connection:
        connection.sendall(text.replace("\n", "\r\n").encode())
        yield connection


def get(query):
    return f"GET /sparql?query={quote(query)} HTTP/1.1\nHost: 127.0.0.1\nAccept: text/csv\n\n"


def seconds_until_answered(address):
    began = time.monotonic()
    assert httpx.get(f"{address}/sparql", params={"query": "ASK { ?s ?p ?o }"}, timeout=30).status_code == 200
    return time.monotonic() - began


def test_a_query_whose_client_goes_away_is_ended(address):
    with connected(address, get(ENDLESS)):
        time.sleep(0.5)
    assert seconds_until_answered(address) < 5  # of the twenty that it might have had


def test_a_streamed_answer_whose_client_goes_away_is_ended(address):
    with connected(address, get(LONG)) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")
    assert seconds_until_answered(address) < 5


def test_a_client_that_reads_slowly_does_not_keep_the_reader(make_store):
    with (
        served(make_store(), readers=1, query_seconds=1.0) as address,
        connected(address, get(LONG)) as connection,
    ):
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")
        time.sleep(1.5)
        assert seconds_until_answered(address) < 3
        connection.settimeout(10)
        received = b"".join(iter(lambda: connection.recv(1 << 20), b""))
        assert not received.endswith(b"\r\n0\r\n\r\n")


@pytest.mark.parametrize("head", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
def test_a_body_that_does_not_come_is_408(address, head):
    text = f"POST /sparql HTTP/1.1\nHost: 127.0.0.1\nContent-Type: application/sparql-query\n{head}\n\n"
    began = time.monotonic()
    with connected(address, text) as connection:
        received = b"".join(iter(lambda: connection.recv(1 << 16), b""))  # to the end: the connection is closed
    assert received.startswith(b"HTTP/1.1 408 ")
    assert b'problem/slow-body"' in received
    assert 0.9 < time.monotonic() - began < 5


def test_a_body_that_drips_is_408_too(address):
    text = "POST /sparql HTTP/1.1\nHost: 127.0.0.1\nContent-Type: application/sparql-query\nContent-Length: 100\n\n"
    with connected(address, text) as connection:
        with contextlib.suppress(OSError):
            for _ in range(20):
                connection.sendall(b"A")
                time.sleep(0.1)
        received = connection.recv(1 << 16)
    assert received.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd", "GZIP, identity"])
def test_a_compressed_body_is_refused(address, coding):
    answer = httpx.post(
        f"{address}/graphs?graph=urn:bomb",
        content=gzip.compress(b" " * 10_000_000),
        headers={"Content-Type": "text/turtle", "Content-Encoding": coding},
    )
    assert answer.status_code == 415
    assert "compressed" in answer.json()["detail"]
