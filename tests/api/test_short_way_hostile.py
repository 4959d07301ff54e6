"""Clients and machines that mean the short way ill, or are just unlucky."""

import asyncio
import contextlib
import errno
import json
import os
import signal
import socket
import time
from types import SimpleNamespace
from urllib.parse import quote, urlsplit

import httpx
import pytest
from processes import children
from servers import served

from api.readers import forkserver
from api.readers.forks import _Line
from api.readers.line import Line
from api.readers.worker import Worker
from api.sparql.short import Connection

SOME = "SELECT ?s ?v { ?s <urn:value> ?v }"  # 400 rows, about 7 kB


def get(query, *headers):
    lines = [f"GET /sparql?query={quote(query)} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/csv", *headers, "", ""]
    return "\r\n".join(lines).encode()


def connected(address):
    return socket.create_connection((urlsplit(address).hostname, urlsplit(address).port), timeout=20)


def unread(address, request):
    """A connection that asks far more than fits into what a server with a small buffer may send, and reads nothing."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.connect((urlsplit(address).hostname, urlsplit(address).port))
    connection.settimeout(1.0)
    with contextlib.suppress(TimeoutError, ConnectionError):
        for _ in range(200):
            connection.sendall(request)
            time.sleep(0.002)
    return connection


@pytest.mark.parametrize("headers", [[], ["X-Other: 1"]], ids=["short", "usual"])
def test_a_client_that_reads_none_of_many_short_answers_keeps_no_reader(make_store, headers):
    """A short answer is complete before it is sent, so its reader is free while the client is waited for."""
    with (
        served(make_store(), readers=1, query_seconds=2.0, send_buffer=4096) as address,
        contextlib.closing(unread(address, get(SOME, *headers))),
    ):
        time.sleep(2.5)
        began = time.monotonic()
        answer = httpx.get(f"{address}/sparql", params={"query": "ASK {}"}, timeout=15)
        assert (answer.status_code, time.monotonic() - began < 2) == (200, True)


def test_a_client_that_reads_none_of_many_short_answers_keeps_no_other_route_either(make_store):
    """Where an answer is sent with its reader at hand, that ends with the time of the answer."""
    with (
        served(make_store(), readers=1, query_seconds=2.0, send_buffer=4096) as address,
        contextlib.closing(unread(address, b"GET /.well-known/void HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")),
    ):
        time.sleep(2.5)
        assert httpx.get(f"{address}/sparql", params={"query": "ASK {}"}, timeout=15).status_code == 200


def test_children_leave_it_to_the_server_when_to_stop(make_store):
    """SIGTERM and SIGHUP reach all processes of a terminal or a container; requests under way may end all the same."""
    before = set(children(os.getpid()))
    with served(make_store(), readers=1) as address:
        readers = [child for pid in set(children(os.getpid())) - before for child in children(pid)]
        for pid in readers:
            os.kill(pid, signal.SIGTERM)
            os.kill(pid, signal.SIGHUP)
        time.sleep(0.2)
        assert httpx.get(f"{address}/sparql", params={"query": "ASK {}"}).status_code == 200
        now = [child for pid in set(children(os.getpid())) - before for child in children(pid)]
        assert (len(readers), now) == (2, readers)


def test_a_fork_that_fails_is_told_and_ends_no_other_child(monkeypatch):
    def full():
        raise BlockingIOError(errno.EAGAIN, "no room")

    monkeypatch.setattr(os, "fork", full)
    ours, theirs = socket.socketpair()
    other, end = socket.socketpair()
    with ours, theirs, other, end:
        found = forkserver._fork(theirs, known := {1}, os.dup(end.fileno()), {})
        assert (found, known) == (None, {1})
        assert json.loads(ours.recv(100)) == {"failed": errno.EAGAIN}


def test_who_starts_a_child_is_told_why_there_is_none():
    async def run():
        ours, theirs = socket.socketpair()
        with ours, theirs:
            line = _Line(ours)
            asking.append(asyncio.create_task(line.start({}, theirs)))
            await asyncio.sleep(0)
            line.data_received(b'{"failed": 11}\n{"started": 7}\n')
            with pytest.raises(BlockingIOError):
                await asking[0]
            return line.lost

    asking = []
    assert asyncio.run(run()) is False


def test_a_child_whose_socket_is_closed_is_lent_to_nobody():
    """Its end is told by the fork server too, but that may come a moment later than the next request."""
    worker = Worker(SimpleNamespace(returncode=None), Line())
    assert worker.alive
    worker.line.connection_lost(None)
    assert not worker.alive


@pytest.mark.parametrize("headers", [[], ["X-Other: 1"]], ids=["short", "usual"])
def test_an_empty_line_after_an_answer_does_not_keep_the_connection(make_store, monkeypatch, headers):
    monkeypatch.setattr("api.listening.HEAD_SECONDS", 1.0)
    with served(make_store()) as address, connected(address) as connection:
        connection.sendall(get("ASK {}", *headers))
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200")
        connection.sendall(b"\r\n")
        connection.settimeout(4)
        assert connection.recv(1) == b""


def test_a_request_after_an_empty_line_is_answered(make_store):
    with served(make_store()) as address, connected(address) as connection:
        for _ in range(3):
            connection.sendall(b"\r\n")
            time.sleep(0.1)
            connection.sendall(get("ASK {}"))
            assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200")


def test_a_body_that_nobody_reads_does_not_keep_the_connection(make_store, monkeypatch):
    monkeypatch.setattr("api.listening.HEAD_SECONDS", 1.0)
    with served(make_store()) as address, connected(address) as connection:
        connection.sendall(b"PATCH /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n")
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 405")
        connection.sendall(b"x" * 100_000)
        connection.settimeout(4)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""  # and no second answer


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such bound")
def test_a_client_that_takes_nothing_loses_its_connection(make_store, monkeypatch):
    monkeypatch.setattr("api.listening.TAKING_SECONDS", 1)
    lost, before = [], Connection.connection_lost

    def noted(self, error):
        lost.append(self)
        before(self, error)

    monkeypatch.setattr(Connection, "connection_lost", noted)
    with served(make_store()) as address, contextlib.closing(unread(address, get(SOME))):
        until = time.monotonic() + 8
        while not lost and time.monotonic() < until:
            time.sleep(0.1)
        assert len(lost) == 1


def test_who_rests_is_not_looked_at_all_the_time_while_its_next_request_is_under_way():
    delays = []
    connection = Connection.__new__(Connection)
    connection._asked, connection._rest, connection.timeout_keep_alive = object(), 90.0, 5
    connection.loop = SimpleNamespace(time=lambda: 100.0, call_later=lambda delay, _: delays.append(delay))
    connection.timeout_keep_alive_handler()
    assert delays == [5]
