"""The door of a running server, attacked: limits and signing keys that change, floods, figures, jobs of others, odd names."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from admission import GENEROUS, PUBLIC, add, bearer, guarded
from servers import served

from api.access import watched
from api.access.principals import Role
from api.access.rates import Rate, Rates
from api.audit.log import AuditLog
from api.audit.prov import described
from api.audit.reading import newest, verify
from api.audit.refusals import Refusals
from api.rest.longjobs import LongJobs
from api.settings import Settings
from graphstore import GraphStore
from graphstore.terms import name as term

COMMENT = term("rdfs:comment")
ASKING = {"query": "ASK {}"}


@pytest.fixture
def place(tmp_path) -> tuple[Path, dict[str, str]]:
    return guarded(tmp_path)


@contextlib.contextmanager
def asked(store: Path, **stated: object) -> Iterator[httpx.Client]:
    with served(store, readers=1, **stated) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def from_address(address: httpx.URL, local: str) -> httpx.Client:
    """A client at another address of the loopback network."""
    return httpx.Client(base_url=address, timeout=30, transport=httpx.HTTPTransport(local_address=local))


# --- what changes while the server runs ---


def test_limits_are_those_of_the_file_also_when_it_changes(place, monkeypatch, caplog):
    monkeypatch.setattr(watched, "PAUSE", 0.0)
    own = place[0] / "access" / "limits.toml"
    with asked(place[0]) as client:

        def burst() -> str:
            return client.get("/sparql", params=ASKING).headers["ratelimit-policy"]

        assert burst() == '"requests";q=100;w=20'
        own.write_text(GENEROUS + "[anonymous]\nburst = 7\n")
        assert burst() == '"requests";q=7;w=1'
        with caplog.at_level(logging.ERROR, "tanmai.api"):
            own.write_text("[anonymous]\nburst = 'many'\n")
            assert [burst() for _ in range(3)] == ['"requests";q=7;w=1'] * 3, "what cannot be read changes nothing"
        assert caplog.text.count("What was read before holds on.") == 1
        own.unlink()
        assert burst() == '"requests";q=100;w=20'


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_tokens_end_with_the_key_that_signed_them_while_the_server_runs(place, monkeypatch, how):
    monkeypatch.setattr(watched, "PAUSE", 0.0)
    signing, form = place[0] / "access" / "token.key", {"grant_type": "client_credentials"}

    def token() -> str:
        return str(client.post("/auth/token", data=form, auth=("mill", place[1]["mill"])).json()["access_token"])

    with asked(place[0]) as client:
        old = token()
        assert client.get("/sparql", params=ASKING, headers=bearer(old)).status_code == 200
        if how == "removed":
            signing.unlink()
        else:
            signing.write_bytes(b"k" * 32)
        assert client.get("/sparql", params=ASKING, headers=bearer(old)).status_code == 401
        assert client.get("/sparql", params=ASKING, headers=bearer(token())).status_code == 200
        assert client.get("/sparql", params=ASKING, headers=bearer(place[1]["mill"])).status_code == 200, "keys hold on"
        signing.chmod(0o644)
        for headers in ({}, bearer(place[1]["boss"])):
            assert client.get("/sparql", params=ASKING, headers=headers).status_code == 503, "others may know it"
        assert signing.stat().st_size == 32


def test_a_file_is_looked_at_once_a_second(tmp_path):
    made = []
    path = tmp_path / "file"
    path.write_text("1")
    watch = watched.Watched(path, lambda: made.append(path.read_text()) or made, forgiving=True)
    assert [list(watch.current()) for _ in range(3)] == [["1"]] * 3
    path.write_text("22")
    assert watch.current() == ["1"]
    watch._looked -= 2 * watched.PAUSE
    assert watch.current() == ["1", "22"]


def test_a_clock_that_is_set_back_and_limits_that_are_widened_lock_nobody_out(tmp_path):
    now = [1_000_000.0]
    rates = Rates(tmp_path / "rates.sqlite", clock=lambda: now[0])
    assert [rates.take("a", Rate(6, 2)).allowed for _ in range(3)] == [True, True, False]
    now[0] -= 86_400
    assert (rates.take("a", Rate(6, 2)).wait, rates.take("a", Rate(6, 2)).allowed) == (10, False)
    now[0] += 10
    assert rates.take("a", Rate(6, 2)).allowed
    now[0] += 1
    rates.take("b", Rate(1, 60))
    rates.take("b", Rate(1, 60))
    assert not rates.take("b", Rate(600, 10)).allowed  # two minutes ahead, and ten tenths of a second are the most
    now[0] += 0.11
    assert rates.take("b", Rate(600, 10)).allowed
    rates.close()


# --- floods ---


def test_probes_of_another_machine_are_counted_and_those_of_this_one_are_not(tmp_path):
    store, _ = guarded(tmp_path, GENEROUS + "[anonymous]\nburst = 3\nper_minute = 1\n")
    with asked(store) as client, from_address(client.base_url, "127.0.0.9") as other:
        assert [client.get("/ready").status_code for _ in range(6)] == [200] * 6
        assert [other.get("/ready").status_code for _ in range(4)] == [200, 200, 200, 429]
        assert other.get("/health").headers["retry-after"]
        assert other.get("/sparql", params=ASKING).status_code == 200, "counted apart from what is asked"
        assert [client.get("/health").status_code for _ in range(2)] == [200, 200]


def test_a_flood_of_refusals_does_not_fill_the_log(tmp_path):
    store, _ = guarded(tmp_path, GENEROUS + "[anonymous]\nburst = 2\nper_minute = 0.1\n")
    with asked(store) as client:
        statuses = [client.get("/sparql", params=ASKING).status_code for _ in range(120)]
        assert statuses == [200, 200] + [429] * 118
        time.sleep(1.05)
        assert client.get("/sparql", params=ASKING).status_code == 429
    records = newest(store / "audit", 1000)
    refused = [record for record in records if record["status"] == 429]
    assert len(records) - len(refused) == 2
    assert 2 <= len(refused) <= 10
    assert len(refused) + sum(record.get("left_out", 0) for record in refused) == 119
    assert verify(store / "audit").findings == ()
    last = max(refused, key=lambda record: record.get("left_out", 0))
    assert last["left_out"] > 0
    told = [
        str(triple.object.value) for triple in described(last, "https://example.org") if triple.predicate == COMMENT
    ]
    assert told[0].startswith(f"{last['left_out']} more requests")
    assert len(told) == 2


def test_refusals_of_one_hide_none_of_another():
    now = [0.0]
    refusals = Refusals(clock=lambda: now[0])
    assert [refusals.unrecorded(who) for who in "aab"] == [0, None, 0]
    now[0] += 1
    assert [refusals.unrecorded(who) for who in "ab"] == [1, 0]
    for number in range(20_000):
        refusals.unrecorded(str(number))
    assert len(refusals._last) == 10_000


def test_the_names_of_a_thousand_graphs_are_no_record_of_a_megabyte(tmp_path):
    log = AuditLog(tmp_path / "audit")
    log.append({"graphs": [f"urn:{number}:" + "x" * 2000 for number in range(1000)]})
    (record,) = newest(tmp_path / "audit", 10)
    assert (len(record["graphs"]), record["graphs_left_out"]) == (20, 980)
    assert len(json.dumps(record)) < 25_000


def test_writes_count_as_jobs_of_who_asks_for_them(tmp_path):
    store, found = guarded(tmp_path, GENEROUS + "[curator]\njobs = 1\n")
    change = {"update": "INSERT DATA { <urn:a> <urn:b> 1 }"}
    with (
        asked(store, allow_writes=True, write_seconds=6.0) as client,
        GraphStore.open(store),
    ):  # which the writer waits for

        def late() -> None:
            with contextlib.suppress(httpx.ReadTimeout):
                client.post("/sparql", data=change, headers=bearer(found["cura"]), timeout=1.0)

        waiting = threading.Thread(target=late)
        waiting.start()
        time.sleep(0.5)
        answer = client.post("/sparql", data=change, headers=bearer(found["cura"]))
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        waiting.join()


def test_nobody_gets_another_bucket_by_saying_where_it_asks_from(tmp_path):
    store, _ = guarded(tmp_path, GENEROUS + "[anonymous]\nburst = 3\nper_minute = 1\n")
    said = [{name: f"9.9.9.{n}"} for n in range(4) for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")]
    with asked(store) as client:
        answers = [client.get("/sparql", params=ASKING, headers=headers).status_code for headers in said]
        assert answers == [200] * 3 + [429] * 9
    with asked(store, trusted_proxies=("127.0.0.1",)) as client:

        def behind(chain: str) -> int:
            return client.get("/sparql", params=ASKING, headers={"X-Forwarded-For": chain}).status_code

        assert [behind(f"9.9.9.{n}, 7.7.7.7") for n in range(4)] == [200, 200, 200, 429], (
            "the proxy's word, not the client's"
        )
        assert [behind(f"2001:db8::{n}") for n in range(4)] == [200, 200, 200, 429], "one network of one customer"
        assert behind("8.8.8.8") == 200


# --- odd requests ---

_FORM = "Content-Type: application/sparql-query\r\n"
SMUGGLING = {
    "length and chunks": f"POST /sparql HTTP/1.1\r\nHost: localhost\r\n{_FORM}Content-Length: 6\r\n"
    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /audit HTTP/1.1\r\n\r\n",
    "two lengths": f"POST /sparql HTTP/1.1\r\nHost: localhost\r\n{_FORM}Content-Length: 5\r\nContent-Length: 6\r\n\r\nASK{{}}",
    "chunked is not last": f"POST /sparql HTTP/1.1\r\nHost: localhost\r\n{_FORM}Transfer-Encoding: chunked, identity\r\n\r\n"
    "5\r\nASK{}\r\n0\r\n\r\n",
    "no chunks at all": f"POST /sparql HTTP/1.1\r\nHost: localhost\r\n{_FORM}Transfer-Encoding: xchunked\r\n\r\n5\r\nASK{{}}\r\n0\r\n\r\n",
    "length below nothing": f"POST /sparql HTTP/1.1\r\nHost: localhost\r\n{_FORM}Content-Length: -5\r\n\r\nASK{{}}",
    "length that is none": f"POST /sparql HTTP/1.1\r\nHost: localhost\r\n{_FORM}Content-Length: 5_0\r\n\r\nASK{{}}",
    "chunk size that is none": f"POST /sparql HTTP/1.1\r\nHost: localhost\r\n{_FORM}Transfer-Encoding: chunked\r\n\r\nzz\r\nASK{{}}\r\n",
    "blank before the colon": "GET /sparql HTTP/1.1\r\nHost: localhost\r\nX-API-Key : x\r\n\r\n",
    "folded header": "GET /sparql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer\r\n x\r\n\r\n",
    "bare ends of lines": "GET /sparql HTTP/1.1\nHost: localhost\n\n",
    "an end of line in the address": "GET /sparql\rX: y HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("name", SMUGGLING)
def test_what_two_servers_could_read_in_two_ways_is_refused_and_the_connection_closed(reading, name):
    address = (reading.base_url.host, reading.base_url.port)
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(SMUGGLING[name].encode())
        got = b"".join(iter(lambda: connection.recv(4096), b""))  # to the end, which the server has to make
    assert got.startswith(b"HTTP/1.1 400 ")
    assert got.count(b"HTTP/1.1 ") == 1


@pytest.fixture(scope="module")
def closed(tmp_path_factory) -> Iterator[httpx.Client]:
    """A client of a server that answers nobody whom it does not know."""
    store, _ = guarded(tmp_path_factory.mktemp("closed"))
    with asked(store, anonymous="") as client:
        yield client


@pytest.mark.parametrize(
    "path", ["//audit", "/./audit", "/%2e%2e/audit", "/audit/", "/AUDIT", "/audit%00", "/sparql/../audit"]
)
def test_no_other_way_to_write_an_address_leads_past_the_door(closed, path):
    with socket.create_connection((closed.base_url.host, closed.base_url.port), timeout=10) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        got = b"".join(iter(lambda: connection.recv(4096), b""))
    assert got.startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("iri", ["file:///etc/passwd", "file:/etc/passwd", "http://127.0.0.1:1/x"])
def test_a_graph_that_is_a_file_or_a_page_is_not_read(reading, iri):
    query = f"SELECT * FROM <{iri}> FROM NAMED <{iri}> {{ {{ ?s ?p ?o }} UNION {{ GRAPH <{iri}> {{ ?s ?p ?o }} }} }}"
    stated = {"default-graph-uri": iri, "named-graph-uri": iri, "query": "SELECT * { ?s ?p ?o }"}
    for parameters in ({"query": query}, stated):
        answer = reading.get("/sparql", params=parameters, headers={"Accept": "text/csv"})
        assert (answer.status_code, answer.text.count("\n")) == (200, 1)
        assert "root:" not in answer.text
    assert reading.get("/graphs", params={"graph": iri}).status_code == 404


# --- figures ---


@pytest.fixture(scope="module")
def unguarded(make_store) -> Iterator[httpx.Client]:
    """A client of a server that knows no clients."""
    with asked(make_store(), no_authentication_accepted=True) as client:
        yield client


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_figures_of_a_server_without_clients_are_for_this_machine(unguarded, name):
    assert unguarded.get("/metrics").status_code == 200
    assert unguarded.get("/metrics", headers={name: "1.1 somewhere"}).status_code == 403
    assert "generation" not in unguarded.get("/ready", headers={name: "1.1 somewhere"}).json()
    with from_address(unguarded.base_url, "127.0.0.9") as other:
        answer = other.get("/metrics")
        assert answer.status_code == 403
        assert "tanmai_" not in answer.text


# --- jobs of others ---


def test_a_job_is_nobodys_but_its_owners(tmp_path):
    store, found = guarded(tmp_path)
    found["peer"] = add(store, "peer", (Role.READER,), "mill")
    later = {"Prefer": "respond-async"}
    with asked(store) as client:

        def begun(headers: dict[str, str]) -> httpx.Response:
            return client.get("/products", headers=headers | later)

        mine = begun(bearer(found["mill"])).headers["location"]
        for path in (mine, f"{mine}/result", f"{mine}/events"):
            for headers in (bearer(found["boss"]), bearer(found["peer"]), {}):
                assert client.get(path, headers=headers).status_code == 404
                assert client.delete(mine, headers=headers).status_code == 404
        assert client.get(mine, headers=bearer(found["mill"])).status_code == 200
        strange = begun({})
        assert strange.status_code != 202, "strangers do not fill the one queue of long jobs"
        assert "preference-applied" not in strange.headers
        # another key and another view: what was made for the old ones stays theirs
        add(store, "mill", (Role.READER,), "public")
        assert client.get(mine, headers=bearer(found["mill"])).status_code == 401
        fresh = add(store, "mill", (Role.READER,), "public")
        assert client.get(mine, headers=bearer(fresh)).status_code == 404


def test_a_job_that_is_ended_while_its_processes_start_leaves_none_behind(tmp_path):
    told = list[str]()

    class Starting:
        async def start(self) -> None:
            told.append("begun")
            await asyncio.sleep(0.05)
            told.append("started")

        async def close(self) -> None:
            told.append("closed")

    async def ended() -> None:
        jobs = LongJobs(Starting(), Settings(store=tmp_path))  # type: ignore[arg-type]
        reading = [asyncio.create_task(jobs.answered({}, b"")) for _ in range(2)]
        await asyncio.sleep(0.01)
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        await jobs.close()

    asyncio.run(ended())
    assert told == ["begun", "started", "closed"]


# --- names ---


@pytest.mark.parametrize(
    ("graph", "location"),
    [
        ("urn:碳:足迹", "urn:%E7%A2%B3:%E8%B6%B3%E8%BF%B9"),
        ("https://例.example/%E7?a=b&c#d", "https://%E4%BE%8B.example/%E7?a=b&c#d"),
        ("urn:\U0001f600", "urn:%F0%9F%98%80"),
    ],
)
def test_a_graph_of_any_name_is_made_and_said_where(writing, graph, location):
    turtle = {"Content-Type": "text/turtle"}
    answer = writing.put("/graphs", params={"graph": graph}, content="<urn:a> <urn:b> 1 .", headers=turtle)
    assert (answer.status_code, answer.headers.get("location")) == (201, location)
    assert writing.delete("/graphs", params={"graph": graph}).status_code == 204


@pytest.mark.parametrize("graph", ["urn:a\r\nX-Evil: 1", "urn:a\nb", "urn:a b", "urn:<a>", "urn:\u0000", "a\r\n\r\nb"])
def test_a_name_with_an_end_of_line_reaches_no_header(writing, graph):
    for method in ("GET", "PUT", "DELETE"):
        answer = writing.request(method, "/graphs", params={"graph": graph}, headers={"Content-Type": "text/turtle"})
        assert answer.status_code == 400
        assert "x-evil" not in answer.headers


def test_who_may_write_changes_no_dataset_and_no_catalogue_in_any_way(place):
    """Curators of the whole store write local statements, and nothing that was loaded, described or shared."""
    base = "https://w3id.org/tanmai/local/id"
    dataset, catalogue = f"<{base}/dataset/data2/v1>", f"<{base}/graph/catalogue>"
    attempts = [
        "DROP ALL", "CLEAR ALL", "DROP NAMED", "CLEAR NAMED", f"DROP GRAPH {dataset}", f"CLEAR SILENT GRAPH {dataset}",
        f"CREATE GRAPH <urn:x> ; DROP GRAPH {dataset}", f"MOVE {dataset} TO <urn:open>", f"COPY DEFAULT TO {dataset}",
        f"ADD <urn:local> TO {catalogue}", "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }",
        f"WITH {dataset} DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
        f"WITH {catalogue} INSERT {{ <urn:x> <urn:y> 1 }} WHERE {{}}",
        "DELETE { GRAPH ?g { ?s ?p ?o } } USING NAMED " + catalogue + " WHERE { GRAPH ?g { ?s ?p ?o } }",
        f"INSERT {{ GRAPH ?g {{ <urn:x> <urn:y> 1 }} }} WHERE {{ BIND({catalogue} AS ?g) }}",
        f"INSERT DATA {{ GRAPH {catalogue} {{ <urn:x> <urn:y> 1 }} }}",
        "LOAD <file:///etc/passwd>", "LOAD SILENT <http://127.0.0.1:1/>", "\\u004cOAD <file:///etc/passwd>",
    ]  # fmt: skip
    whole = {"query": "SELECT * { GRAPH ?g { ?s ?p ?o } }"}
    with asked(place[0], allow_writes=True) as client:

        def content() -> list[str]:
            rows = client.get("/sparql", params=whole, headers=bearer(place[1]["boss"]) | {"Accept": "text/csv"}).text
            return sorted(line for line in rows.splitlines() if "urn:local" not in line)

        seed = {"update": "INSERT DATA { GRAPH <urn:local> { <urn:local> <urn:local> 1 } }"}
        assert client.post("/sparql", data=seed, headers=bearer(place[1]["cura"])).status_code == 200
        before = content()
        for update in attempts:
            for name in ("cura", "boss"):
                answer = client.post("/sparql", data={"update": update}, headers=bearer(place[1][name]))
                assert answer.status_code in {400, 403}, update
                as_query = client.post("/sparql", data={"query": update}, headers=bearer(place[1][name]))
                assert as_query.status_code == 400, update
            for name in ("mill", "miller"):
                assert (
                    client.post("/sparql", data={"update": update}, headers=bearer(place[1][name])).status_code == 403
                )
        assert content() == before
        assert PUBLIC in "".join(before)
