"""What administrators rely on: the head of a request is bounded, proxies are believed if known, figures, log lines, readiness."""

import json
import logging
import shutil
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest
from admission import bearer, guarded
from servers import served
from starlette.datastructures import Headers

from api import listening
from api.logs import JsonLines
from api.metrics import Metrics
from api.proxies import believed, from_this_machine
from api.settings import networks


def exchange(address, *parts, pause=0.0):
    """Send the parts, and receive until the server closes."""
    with socket.create_connection((urlsplit(address).hostname, urlsplit(address).port), timeout=10) as connection:
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
            return b"".join(iter(lambda: connection.recv(1 << 16), b""))
        except (ConnectionResetError, BrokenPipeError):
            return b"reset"


@pytest.mark.parametrize(
    "head",
    [
        b"GET /health?" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"x%d: 1\r\n" % i for i in range(9000)) + b"\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 3_000_000,
    ],
    ids=["address", "header", "headers", "endless"],
)
def test_a_head_without_bound_is_refused(reading, head):
    answer = exchange(str(reading.base_url), head)
    assert answer == b"reset" or answer.startswith(b"HTTP/1.1 431 ")


def test_a_head_that_does_not_come_is_not_waited_for(reading, monkeypatch):
    monkeypatch.setattr(listening, "HEAD_SECONDS", 0.3)
    for sent in ((), (b"GET /hea",), (b"GET /health HTTP/1.1\r\nHost: localhost\r\n", b"A: 1\r\n", b"B: 1\r\n")):
        began = time.monotonic()
        assert exchange(str(reading.base_url), *sent, pause=0.1) in {b"", b"reset"}
        assert time.monotonic() - began < 3


def test_two_names_in_one_request_are_refused(reading):
    """One might be checked and the other be used."""
    request = b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"
    assert exchange(str(reading.base_url), request).startswith(b"HTTP/1.1 400 ")


def test_one_connection_serves_many_requests(reading):
    request = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert exchange(str(reading.base_url), request, request + request, last, pause=0.05).count(b'{"status":"ok"}') == 4


TRUSTED = networks(("10.0.0.0/8", "::1"))


@pytest.mark.parametrize(
    ("peer", "sent", "client", "scheme", "host"),
    [
        ("10.0.0.1", {"x-forwarded-for": "1.1.1.1, 2.2.2.2, 10.9.9.9"}, "2.2.2.2", "http", "inner"),
        ("10.0.0.1", {"x-forwarded-proto": "https", "x-forwarded-host": "out.example"}, "10.0.0.1", "https", "out.example"),
        ("10.0.0.1", {"x-forwarded-proto": "javascript", "x-forwarded-for": "<b>"}, "10.0.0.1", "http", "inner"),
        ("::ffff:10.0.0.1", {"x-forwarded-for": "1.1.1.1, ::ffff:10.9.9.9"}, "1.1.1.1", "http", "inner"),
        ("::ffff:3.3.3.3", {"x-forwarded-for": "1.1.1.1"}, "::ffff:3.3.3.3", "http", "inner"),
        ("3.3.3.3", {"x-forwarded-for": "1.1.1.1", "x-forwarded-proto": "https"}, "3.3.3.3", "http", "inner"),
    ],
)  # fmt: skip
def test_only_known_proxies_are_believed(peer, sent, client, scheme, host):
    headers = [(b"host", b"inner"), *((name.encode(), value.encode()) for name, value in sent.items())]
    scope = {"type": "http", "client": (peer, 1), "scheme": "http", "headers": headers}
    found = believed(scope, Headers(raw=headers), TRUSTED)
    assert (found["client"][0], found["scheme"], Headers(scope=found)["host"]) == (client, scheme, host)


@pytest.mark.parametrize(
    ("peer", "headers", "here"),
    [
        ("127.0.0.1", [], True),
        ("::ffff:127.0.0.1", [], True),
        ("::1", [], True),
        ("127.0.0.1", [(b"via", b"1.1 x")], False),
        ("::ffff:10.0.0.1", [], False),
        ("", [], False),
    ],
)
def test_what_a_process_of_this_machine_is(peer, headers, here):
    assert from_this_machine({"type": "http", "client": (peer, 1)}, Headers(raw=headers)) is here


def test_a_proxy_says_where_clients_see_the_server(make_store):
    """The description of the service names the endpoint by the address that its clients use, if the proxy is known."""
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "data.example", "Accept": "application/n-triples"}
    seen = []
    store = make_store()
    for trusted in ((), ("127.0.0.1",)):
        with served(
            store, trusted_proxies=trusted, hosts=("data.example",), readers=1, no_authentication_accepted=True
        ) as address:
            seen.append("<https://data.example/sparql>" in httpx.get(f"{address}/sparql", headers=told).text)
    assert seen == [False, True]


def figures(text):
    rows = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}


def test_metrics_count_requests_and_processes(make_store):
    with served(make_store(), query_seconds=1.0) as address, httpx.Client(base_url=address, timeout=20) as client:
        client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"})
        client.get("/sparql", params={"query": "ASK {"})
        client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"})
        client.get("/graphs/<script>/x")
        client.get("/nothing/<script>")
        client.request("FOO", "/health")
        answer = client.get("/metrics")
    found = figures(answer.text)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    for status in (200, 400, 503):
        assert found[f'tanmai_requests_total{{route="/sparql",method="GET",status="{status}"}}'] == 1
    assert found['tanmai_request_seconds_bucket{route="/sparql",le="+Inf"}'] == 3
    assert found['tanmai_request_seconds_count{route="/sparql"}'] == 3
    assert 1.0 < found['tanmai_request_seconds_sum{route="/sparql"}'] < 5
    assert found['tanmai_request_seconds_bucket{route="/sparql",le="0.5"}'] <= 2
    assert found['tanmai_processes_ended_total{work="reading",reason="deadline"}'] == 1
    assert found['tanmai_processes_started_total{work="reading"}'] >= 3
    assert found["tanmai_workers"] == 1
    assert 0 <= found["tanmai_generation_age_seconds"] < 600
    assert "script" not in answer.text
    assert "FOO" not in answer.text


def test_metrics_of_several_processes_add_up(tmp_path):
    one, two, three = (Metrics(folder=tmp_path) for _ in range(3))
    one.request("/sparql", "GET", 200, 0.02)
    two.request("/sparql", "GET", 200, 3.0)
    gauge = {("tanmai_workers", ()): 1.0}
    one.tell(gauge)
    (told,) = tmp_path.iterdir()
    told.rename(tmp_path / "1.json")  # the first process lives as long as the machine
    two.tell(gauge)
    (tmp_path / f"{told.stem}.json").rename(tmp_path / "4194305.json")  # beyond the highest number of a process
    found = figures(three.text(gauge))
    assert found['tanmai_requests_total{route="/sparql",method="GET",status="200"}'] == 2
    assert found['tanmai_request_seconds_bucket{route="/sparql",le="0.025"}'] == 1
    assert found['tanmai_request_seconds_bucket{route="/sparql",le="5.0"}'] == 2
    assert found["tanmai_workers"] == 2


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded"])
def test_metrics_are_not_for_those_behind_an_unknown_proxy(reading, name, monkeypatch):
    from api import health

    asked = []
    monkeypatch.setattr(health, "require", lambda _, role: asked.append(role))
    assert reading.get("/metrics").status_code == 200
    assert asked == []
    reading.get("/metrics", headers={name: "for=1.1.1.1"})
    assert asked == [health.Role.ADMIN]


def test_where_clients_are_known_metrics_are_for_this_machine_and_admins(tmp_path):
    store, keys = guarded(tmp_path)
    behind = {"X-Forwarded-For": "1.1.1.1"}
    with served(store, readers=1) as address:
        statuses = [
            httpx.get(f"{address}/metrics", headers=headers).status_code
            for headers in ({}, behind, {**behind, **bearer(keys["mill"])}, {**behind, **bearer(keys["boss"])})
        ]
    assert statuses == [200, 401, 403, 200]


def test_a_log_line_tells_the_request_and_not_the_query(make_store, caplog):
    secret = "SELECT ?secret { ?s ?p ?secret }"
    with caplog.at_level(logging.INFO, "tanmai.requests"):
        for told in (False, True):
            with served(make_store(), log_queries=told, readers=1) as address:
                answer = httpx.get(f"{address}/sparql", params={"query": secret}, headers={"X-Request-Id": "one"})
                assert answer.status_code == 200
    first, second = (json.loads(JsonLines().format(record)) for record in caplog.records)
    assert first["request"] == "one"
    assert (first["route"], first["status"], first["method"]) == ("/sparql", 200, "GET")
    assert (first["principal"], first["client"]) == ("owner", "127.0.0.1")
    assert first["seconds"] > 0
    assert "secret" not in json.dumps(first)
    assert second["query"] == secret


def test_a_log_line_cannot_be_forged():
    record = logging.LogRecord("x", logging.INFO, "", 0, 'a\n{"level": "error"}', (), None)
    assert JsonLines().format(record).count("\n") == 0


def test_ready_means_that_a_reader_answers(make_store):
    where = make_store()
    with served(where, readers=1) as address:
        ready = httpx.get(f"{address}/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")
        for generation in (where / "generations").iterdir():
            shutil.rmtree(generation)
        assert httpx.get(f"{address}/ready").status_code == 503
        assert httpx.get(f"{address}/health").status_code == 200
