"""Plain queries go the short way, all else the usual one, and no client can tell which it was."""

import asyncio
import os
import re
import signal
import socket
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, urlsplit

import admission
import httpx
import pytest
from processes import children
from servers import served

from api.access.principals import Role
from api.readers.early import Early
from api.readers.frames import END, FRAME, LENGTH, LINES, OTHER
from api.readers.line import Line
from api.readers.pool import Limits, Pool
from api.readers.worker import Worker
from api.settings import Settings
from api.sparql.short import Plain

BOB = "SELECT ?n { <urn:bob> <urn:name> ?n }"
NUMBERS = "SELECT ?s ?v { ?s <urn:value> ?v }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LONG = "SELECT ?a ?b { ?a <urn:value> ?x . ?b <urn:value> ?y FILTER(?y < 100) }"  # 40,000 rows
LASTING = (
    "SELECT ?says (COUNT(*) AS ?n) { ?t <urn:says> ?says . "
    + " ".join(f"VALUES ?v{place} {{ {' '.join(map(str, range(30)))} }}" for place in range(7))
    + " } GROUP BY ?says"
)
"""21,870,000,000 combinations: longer than a request may take, over whatever data."""
QUERIES = {
    "rows": BOB,
    "many": NUMBERS,
    "ask": "ASK { ?s <urn:name> 'Bob' }",
    "graph": "CONSTRUCT { ?s <urn:is> ?n } { ?s <urn:name> ?n FILTER(LANG(?n) = 'zh') }",
    "relative": "SELECT (<thing> AS ?t) {}",
    "now": "SELECT (NOW() > '2020-01-01T00:00:00Z'^^xsd:dateTime AS ?later) {}",
    "escaped": r"SELECT ?n { <urn:b\u006Fb> <urn:name> ?n }",
    "chinese": "SELECT ?s { ?s ?p '爱丽丝'@zh }",
    "unbound": "SELECT (tmf:footprint(<urn:nothing>) AS ?f) {}",
    "syntax": "SELECT ?n { ?s ?p",
    "service": "SELECT ?n { SERVICE <http://127.0.0.1/> { ?s ?p ?n } }",
    "nested": "SELECT * " + "{" * 200 + "}" * 200,
    "long": LONG,
}
SHORT = {"rows", "many", "relative", "now", "escaped", "chinese"}
HEADERS = {
    "none": {},
    "csv": {"Accept": "text/csv"},
    "turtle": {"Accept": "text/turtle"},
    "image": {"Accept": "image/png"},
    "zstd": {"Accept-Encoding": "zstd"},
    "gzip": {"Accept-Encoding": "gzip"},
    "chinese": {"Accept-Language": "zh-CN"},
    "other name": {"Host": "evil.example"},
    "own name": {"Host": "LocalHost"},
}


@pytest.fixture(scope="module")
def ways():
    """What became of each request that was given to a reader as it came."""
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("answer", "other", "go_on"):
            before = getattr(Plain, name)

            def noted(self, *arguments, name=name, before=before):
                seen.append(name)
                before(self, *arguments)

            patch.setattr(Plain, name, noted)
        yield seen


@pytest.fixture(scope="module")
def server(make_store, ways):
    """A server, and what it saw."""
    with served(make_store(), readers=2, query_seconds=20.0, allow_writes=True) as address:
        yield SimpleNamespace(address=address, ways=ways)


def told(address, query, headers):
    """Status, headers and body, without what is another in each answer."""
    plain = {"Accept": "*/*", "Accept-Encoding": "identity", **headers}
    answer = httpx.get(f"{address}/sparql", params={"query": query}, headers=plain, timeout=30)
    own = [(name, value) for name, value in answer.headers.multi_items() if name not in {"x-request-id", "date"}]
    body = answer.json() if "problem" in answer.headers["content-type"] else sorted(answer.text.splitlines())
    if isinstance(body, dict):
        body.pop("requestId")
    return answer.status_code, own, body


CASES = [(query, headers) for query in QUERIES for headers in HEADERS if query != "long" or headers in {"none", "gzip"}]
"""One format and one coding are enough of what takes long."""


@pytest.mark.parametrize(("query", "headers"), CASES)
def test_both_ways_say_the_same(server, query, headers):
    short = told(server.address, QUERIES[query], HEADERS[headers])
    if headers == "other name":
        assert server.ways[-1] == "other"
    elif query in SHORT and headers not in {"image", "turtle"}:
        assert server.ways[-1] == ("go_on" if query == "many" and headers in {"zstd", "gzip"} else "answer")
    elif query not in {"ask", "graph"} and headers != "turtle":
        assert server.ways[-1] == "go_on"
    usual = told(server.address, QUERIES[query], {**HEADERS[headers], "X-Other": "1"})
    assert server.ways[-1] == "other"
    assert short == usual


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer x"},
        {"X-API-Key": "x"},
        {"X-Claimed": "mill;reader;;"},
        {"If-None-Match": "*"},
        {"Origin": "http://x"},
        {"Cookie": "a=b"},
        {"X-Forwarded-For": "1.2.3.4"},
        {"Content-Encoding": "gzip"},
        {"Content-Length": "0"},
        {"Connection": "close"},
        {"X-Request-Id": "mine"},
        {"Host": "127.0.0.1, evil"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_what_is_not_known_to_be_harmless_goes_the_usual_way(server, headers):
    server.ways.clear()
    httpx.get(f"{server.address}/sparql", params={"query": BOB}, headers=headers)
    assert server.ways == ["other"]


@pytest.mark.parametrize(
    "address",
    [
        "/sparql",
        "/sparql?",
        "/sparql?query",
        "/sparql?quer%79=ASK{}",
        "/sparql?query=ASK{}&query=ASK{}",
        "/sparql?query=ASK{}&release=1",
        "/sparql?query=%FF",
        "/sparql/?query=ASK{}",
        "/graphs?query=ASK{}",
    ],
)
def test_other_addresses_go_the_usual_way(server, address):
    server.ways.clear()
    httpx.get(server.address + address)
    assert set(server.ways) <= {"other"}


def test_other_methods_go_the_usual_way(server):
    server.ways.clear()
    for method in ("HEAD", "POST", "OPTIONS", "DELETE"):
        httpx.request(method, f"{server.address}/sparql", params={"query": BOB})
    assert server.ways == []


def exchanged(address, *requests, count):
    """Send requests at once on one connection; status line and body of so many answers."""
    host, received, answers = urlsplit(address), b"", []
    with socket.create_connection((host.hostname, host.port), timeout=20) as connection:
        connection.sendall(b"".join(requests))
        while len(answers) < count:
            head, end, rest = received.partition(b"\r\n\r\n")
            size = int((re.search(rb"content-length: (\d+)", head) or [b"", b"0"])[1])
            if end and len(rest) >= size:
                answers.append((head.partition(b"\r\n")[0], rest[:size]))
                received = rest[size:]
                continue
            more = connection.recv(1 << 16)
            assert more, "the connection was closed"
            received += more
    return answers


def told_once(body):
    """A body without the id of its request."""
    return re.sub(rb'"requestId":"[0-9a-f]*"', b"", body)


def get(query, *headers):
    lines = [f"GET /sparql?query={quote(query)} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/csv", *headers, "", ""]
    return "\r\n".join(lines).encode()


def test_requests_sent_at_once_on_one_connection_are_answered_in_order(server):
    texts = [f"SELECT ({number} AS ?n) {{}}" for number in range(7, 12)]
    others = [get(text, *(["X-Other: 1"] if number % 2 else [])) for number, text in enumerate(texts)]
    bodies = [body.split() for _, body in exchanged(server.address, *others, count=5)]
    assert bodies == [[b"n", str(number).encode()] for number in range(7, 12)]


PRINTABLE = [chr(code) for code in range(0x21, 0x7F)]


def test_an_address_means_the_same_both_ways(server):
    """Each visible character as it is in the address, in a string of the query."""
    query = "ASK%20%7B%20FILTER(%27{}%27%20!%3D%20%27%27)%20%7D"
    for character in PRINTABLE:
        address = f"/sparql?query={query.format(character)}"
        heads = [f"GET {address} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/csv"]
        (short,), (usual,) = (
            exchanged(server.address, "\r\n".join([*heads, *more, "", ""]).encode(), count=1)
            for more in ([], ["X-Other: 1"])
        )
        assert (short[0], told_once(short[1])) == (usual[0], told_once(usual[1])), character


@pytest.mark.parametrize(
    "head",
    [
        "Host:127.0.0.1",
        "Host : 127.0.0.1",
        "Host: 127.0.0.1\r\n folded",
        "Host: 127.0.0.1\nX: y",
        "Host: 127.0.0.1\r\nHost: 127.0.0.1",
        "Host: 127.0.0.1\r\nAccept: text/csv\r\naccept: text/turtle",
        "Host: 127.0.0.1\r\nAccept: \xff",
        "Host: 127.0.0.1\r\nAccept",
        "Host: 127.0.0.1\r\nContent-Length: 5",
        "Host: 127.0.0.1\r\nTransfer-Encoding: chunked",
        "Host: 127.0.0.1\r\nTransfer-Encoding : chunked",
        "Host: 127.0.0.1\r\nUser-Agent: a\x00b",
        "Host: 127.0.0.1\r\nUser-Agent: a\rb",
        "Host: user@127.0.0.1",
        "Host: ",
        "Accept: text/csv",
    ],
)
def test_headers_written_otherwise_are_left_to_the_servers_parser(server, head):
    server.ways.clear()
    request = f"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n{head}\r\n\r\n".encode("latin-1")
    host = urlsplit(server.address)
    with socket.create_connection((host.hostname, host.port), timeout=20) as connection:
        connection.sendall(request)
        last = time.monotonic() + 10
        while not server.ways and time.monotonic() < last:
            time.sleep(0.005)
    assert server.ways == ["other"]


def test_a_server_that_knows_clients_has_no_short_way(tmp_path, ways):
    store = tmp_path / "store"
    admission.fill(store, "public")
    ways.clear()
    with served(store) as address:
        answer = httpx.get(f"{address}/sparql", params={"query": "ASK {}"})
        assert (answer.status_code, ways) == (200, ["answer"])
        key = admission.add(store, "boss", (Role.ADMIN,), None)
        refused = httpx.get(f"{address}/sparql", params={"query": "ASK {}"})
        admitted = httpx.get(f"{address}/sparql", params={"query": "ASK {}"}, headers={"X-API-Key": key})
    assert (refused.status_code, admitted.status_code, ways) == (403, 200, ["answer"])


def test_clients_that_come_while_a_job_is_under_way_get_nothing_of_it(tmp_path):
    """The job is the owner's; when it takes long, the door is looked at again."""
    store = tmp_path / "store"
    admission.fill(store, "CANARY")
    with served(store, query_seconds=20.0) as address:
        answers = []
        asking = threading.Thread(
            target=lambda: answers.append(httpx.get(f"{address}/sparql", params={"query": LASTING}, timeout=30))
        )
        asking.start()
        time.sleep(0.05)
        admission.add(store, "boss", (Role.ADMIN,), None)
        asking.join()
    assert answers[0].status_code == 403
    assert b"CANARY" not in answers[0].content


def test_a_job_that_takes_long_goes_on_in_the_usual_way(server, monkeypatch):
    """Where a second is no time at all, each answer is waited for in a task, also behind others."""
    monkeypatch.setattr("api.readers.pool._LONG", 0.0)
    statuses = []
    asking = [
        threading.Thread(target=lambda: statuses.append(told(server.address, QUERIES["many"], {"Accept": "text/csv"})))
        for _ in range(12)
    ]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert [(status, len(lines)) for status, _, lines in statuses] == [(200, 401)] * 12


def test_the_deadline_holds(make_store):
    with served(make_store(), readers=1, query_seconds=1.5) as address:
        began = time.monotonic()
        status, _, problem = told(address, ENDLESS, {})
        assert (status, problem["title"]) == (503, "The time for an answer is over")
        assert 1.4 < time.monotonic() - began < 1.9
        assert told(address, BOB, {})[0] == 200


def test_a_deadline_before_a_task_would_wait_holds_too(make_store):
    with served(make_store(), readers=1, query_seconds=0.05) as address:
        told(address, BOB, {})  # whether or not a new reader is in time, it is done with
        began = time.monotonic()
        assert told(address, ENDLESS, {})[0] == 503
        assert time.monotonic() - began < 1.0


def test_who_finds_no_place_to_wait_is_told(make_store):
    with served(make_store(), readers=1, query_seconds=1.5, waiting=0) as address:
        busy = threading.Thread(target=told, args=(address, ENDLESS, {}))
        busy.start()
        time.sleep(0.3)
        assert told(address, BOB, {})[0] == 503
        busy.join()


def whole(content=b"row"):
    told = LENGTH.pack(2) + b"{}" + LENGTH.pack(3) + b"a:b" + content
    return FRAME.pack(LINES, len(told)) + told


class Wants:
    """An asker that takes an answer, or not, and notes what happens."""

    def __init__(self, takes=True):
        self.told, self._takes = [], takes

    def takes(self):
        return self._takes

    def answer(self, said):
        self.told.append(said.removeprefix(LENGTH.pack(3) + b"a:b"))

    def other(self):
        self.told.append("other")

    def go_on(self, early):
        self.told.append(early)


class Child:
    """A process without one: what is sent to it, and its line."""

    def __init__(self):
        self.line, self.killed, self.clean, self.spent, self.sent = Line(), False, True, False, []
        self.process = SimpleNamespace(pid=0)
        self.line.connection_made(SimpleNamespace(write=self.sent.append, close=lambda: None))

    @property
    def alive(self):
        return self.clean and not self.killed

    frame = Worker.frame

    def give_way(self):
        """Nothing is shared here."""

    def fate(self, _last):
        return "left"

    def kill(self):
        self.killed = True


@pytest.fixture
def lent(tmp_path, monkeypatch):
    """A pool with one process that can be lent, and how it ends processes."""

    def make(waiting=5):
        pool, child = Pool("reading", Limits(1, 20.0, waiting), Settings(store=tmp_path)), Child()
        pool._idle.append(child)
        monkeypatch.setattr(Pool, "_renew", lambda _, worker: worker.kill())
        return pool, child

    return make


def test_early_jobs_come_in_the_order_in_which_they_were_asked_for(lent):
    async def run():
        pool, child = lent()
        first, second, third = Wants(), Wants(), Wants()
        assert [pool.begin(name, wants) for name, wants in ((b"1", first), (b"2", second), (b"3", third))] == [True] * 3
        sent = [list(child.sent)]
        for content in (b"one", b"two", b"three"):
            child.line.data_received(whole(content))
            sent.append(list(child.sent))
        assert (pool._lent, pool.waiting, pool.running, len(pool._early)) == (0, 0, 0, 0)
        return sent, first.told + second.told + third.told

    sent, told_them = asyncio.run(run())
    assert sent == [[b"1"], [b"1", b"2"], [b"1", b"2", b"3"], [b"1", b"2", b"3"]]
    assert told_them == [b"one", b"two", b"three"]


async def _asked(pool, early):
    async with pool.ask({"kind": "graph"}, early=early):
        pass


@pytest.mark.parametrize(
    ("seconds", "endpoint", "at_once"), [(0.001, "", 4), (0.02, "", 2), (0.02, "http://127.0.0.1:9/", 4)]
)
def test_queries_that_are_not_brief_get_a_processor_each(tmp_path, monkeypatch, seconds, endpoint, at_once):
    """Of two processors; those that wait for an endpoint need none, and one that a task waits for does not count."""
    monkeypatch.setattr("api.readers.pool._PROCESSORS", 2)

    async def run():
        pool = Pool("reading", Limits(4, 20.0, 20), Settings(store=tmp_path, endpoint=endpoint))
        children = [Child() for _ in range(5)]
        pool._idle.extend(children)
        loop = asyncio.get_running_loop()
        clock = [loop.time()]
        monkeypatch.setattr(loop, "time", lambda: clock[0])
        for _ in range(30):
            pool.begin(b"before", Wants())
            clock[0] += seconds
            children[-1].line.data_received(whole())
        for _ in range(8):
            pool.begin(b"job", Wants())
        lent = pool._lent
        first = next(early for early in pool._early if early.done())
        first.go_on()
        task = asyncio.create_task(_asked(pool, first))
        await asyncio.sleep(0)
        task.cancel()
        return lent, pool._lent

    assert asyncio.run(run()) == (at_once, min(4, at_once + 1))


@pytest.mark.parametrize("what", ["other frame", "not taken", "gone", "late"])
def test_any_other_outcome_is_left_to_a_task(lent, monkeypatch, what):
    monkeypatch.setattr("api.readers.pool._LONG", 0.02 if what == "late" else 5.0)

    async def run():
        (pool, child), wants = lent(), Wants(takes=what != "not taken")
        pool.begin(b"job", wants)
        if what == "gone":
            child.line.connection_lost(None)
        elif what == "late":
            await asyncio.sleep(0.05)
        else:
            child.line.data_received(FRAME.pack(END, 0) if what == "other frame" else whole())
        (early,) = wants.told
        assert isinstance(early, Early)
        assert len(pool._early) == 0
        pool.abandon(early)
        return pool._lent, child.alive

    assert asyncio.run(run()) == (0, False)  # whose job nobody wants is ended


def test_a_request_that_is_none_for_the_reader_leaves_it_free(lent):
    async def run():
        (pool, child), wants = lent(), Wants()
        pool.begin(b"job", wants)
        child.line.data_received(FRAME.pack(OTHER, 0))
        return wants.told, pool._lent, child.alive

    assert asyncio.run(run()) == (["other"], 0, True)


def test_a_task_goes_on_where_the_answer_stands(lent):
    async def run():
        (pool, child), wants = lent(), Wants(takes=False)
        pool.begin(b"job", wants)
        child.line.data_received(whole(b"kept"))
        async with pool.ask({"kind": "query", "text": ""}, early=wants.told[0]) as answer:
            found = answer.first, answer.complete
        pool.abandon(wants.told[0])  # says nothing against who has taken it
        return found, child.sent, child.alive, pool._lent

    assert asyncio.run(run()) == ((b"kept", True), [b"job"], True, 0)


def test_a_job_that_waits_keeps_its_place_when_a_task_goes_on(lent, monkeypatch):
    monkeypatch.setattr("api.readers.pool._LONG", 0.02)

    async def run():
        (pool, child), busy, early, later = lent(), Wants(), Wants(), Wants()
        pool.begin(b"busy", busy)
        pool.begin(b"early", early)
        await asyncio.sleep(0.05)  # both are handed over; the second one waits
        pool.begin(b"later", later)

        async def task():
            async with pool.ask({"kind": "graph"}, early=early.told[0]) as answer:
                return answer.first

        going_on = asyncio.create_task(task())
        await asyncio.sleep(0)
        child.clean = True
        pool.abandon(busy.told[0])
        await asyncio.sleep(0.01)
        assert (len(child.sent), pool.waiting) == (2, 1)
        child.line.data_received(whole(b"second"))
        found = await going_on
        assert child.sent[2:] == [b"later"]
        return found

    assert asyncio.run(run()) == b"second"


def test_a_job_that_waits_and_is_wanted_no_more_leaves_the_queue(lent, monkeypatch):
    monkeypatch.setattr("api.readers.pool._LONG", 0.02)

    async def run():
        (pool, _), busy, early = lent(), Wants(), Wants()
        pool.begin(b"busy", busy)
        pool.begin(b"early", early)
        await asyncio.sleep(0.05)
        pool.abandon(early.told[0])
        return pool.waiting

    assert asyncio.run(run()) == 0


def test_a_process_that_dies_is_told_as_such(make_store):
    before = set(forks())
    with served(make_store(), readers=1, query_seconds=20.0) as address:
        (own,) = set(forks()) - before
        answers = []
        asking = threading.Thread(target=lambda: answers.append(told(address, ENDLESS, {})))
        asking.start()
        time.sleep(0.3)
        busy = max(children(own), key=_seconds)
        os.kill(busy, signal.SIGKILL)
        asking.join()
        assert answers[0][0] == 503
        assert "needed more memory" in answers[0][2]["detail"]
        assert told(address, BOB, {})[0] == 200


def forks():
    """The fork servers of this process."""
    return [
        pid for pid in children(os.getpid()) if b"api.readers.forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def test_a_fork_server_that_dies_is_replaced(make_store):
    """Its children live on, and are ended all the same."""
    before = forks()
    with served(make_store(), readers=1, query_seconds=1.5) as address:
        (own,) = set(forks()) - set(before)
        readers = children(own)
        os.kill(own, signal.SIGKILL)
        assert told(address, BOB, {})[0] == 200
        assert [told(address, ENDLESS, {})[0] for _ in range(3)] == [503] * 3
        assert told(address, BOB, {})[0] == 200
        assert len(set(forks()) - set(before) - {own}) == 1
    assert set(forks()) == set(before)
    assert not any(lives(pid) for pid in readers)


def lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _seconds(pid):
    return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
