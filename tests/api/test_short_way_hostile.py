"""Clients and machines that mean the short way ill, or are just unlucky."""

import contextlib
import socket
import time
from urllib.parse import quote, urlsplit

import httpx
import pytest
from servers import served

SOME = "SELECT ?s ?v { ?s <urn:value> ?v }"  # 400 rows, about 7 kB


def get(query, *headers):
    lines = [f"GET /sparql?query={quote(query)} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/csv", *headers, "", ""]
    return "\r\n".join(lines).encode()


def connected(address):
    return socket.create_connection((urlsplit(address).hostname, urlsplit(address).port), timeout=20)


def unread(address, request):
    """A connection that asks until it may send no more, and reads nothing."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.connect((urlsplit(address).hostname, urlsplit(address).port))
    connection.settimeout(1.0)
    with contextlib.suppress(TimeoutError, ConnectionError):
        while True:
            connection.sendall(request)
            time.sleep(0.002)
    return connection


@pytest.mark.parametrize("headers", [[], ["X-Other: 1"]], ids=["short", "usual"])
def test_a_client_that_reads_none_of_many_short_answers_keeps_no_reader(make_store, headers):
    """A short answer is complete before it is sent, so its reader is free while the client is waited for."""
    with (
        served(make_store(), readers=1, query_seconds=2.0) as address,
        contextlib.closing(unread(address, get(SOME, *headers))),
    ):
        time.sleep(2.5)
        began = time.monotonic()
        answer = httpx.get(f"{address}/sparql", params={"query": "ASK {}"}, timeout=15)
        assert (answer.status_code, time.monotonic() - began < 2) == (200, True)


def test_a_client_that_reads_none_of_many_short_answers_keeps_no_other_route_either(make_store):
    """Where an answer is sent with its reader at hand, that ends with the time of the answer."""
    with (
        served(make_store(), readers=1, query_seconds=2.0) as address,
        contextlib.closing(unread(address, b"GET /.well-known/void HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")),
    ):
        time.sleep(2.5)
        assert httpx.get(f"{address}/sparql", params={"query": "ASK {}"}, timeout=15).status_code == 200
