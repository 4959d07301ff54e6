"""What each role may ask for, over real HTTP: time, memory, bytes, rate, jobs at once; and the throttle of wrong keys."""

from __future__ import annotations

import contextlib
import itertools
import re
import socket
import threading
import time

import httpx
import pytest
from admission import PARTNER, PUBLIC, add, bearer, fill, guarded
from servers import NUMBERS, served

from api.access.control import Access
from api.access.limits import Limits, Table
from api.access.principals import Principal, Role
from api.access.rates import Rate, Rates
from api.errors import AccessFileError
from api.settings import Settings
from graphstore import GraphStore
from graphstore.audiences import changes
from graphstore.audiences.visibility import Extent
from registry.publishing.publish import publish

LIMITS = """
[anonymous]
per_minute = 1
burst = 3
[reader]
query_seconds = 0.4
answer_megabytes = 0.1
jobs = 1
[submitter]
memory_megabytes = 40
body_megabytes = 0.01
body_seconds = 0.5
[curator]
query_seconds = 2.5
[failures]
per_minute = 0.1
burst = 3
"""
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
MANY = "SELECT ?a ?d { ?a <urn:value> ?c . ?d <urn:value> ?f } LIMIT 2000"
"""About 300 kB."""
DOUBLING = "".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1}) " for n in range(23))
LARGE = f"SELECT (STRLEN(?x23) AS ?n) {{ BIND('12345678' AS ?x0) {DOUBLING}}}"
"""A text of 67 MB."""


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    """Address, keys and store of a server with narrow limits; its own limit of a query is 2 seconds."""
    store, found = guarded(tmp_path_factory.mktemp("limits"), LIMITS)
    with GraphStore.open(store) as opened:
        opened.load_bytes(NUMBERS.encode(), key="numbers", format="turtle")
        changes.share(opened, "numbers", "mill", Extent.DATA)
        publish(opened)
    found["reader"] = add(store, "reader", (Role.READER,), "mill")
    found["sub"] = add(store, "sub", (Role.SUBMITTER,), None)
    with served(store, allow_writes=True, readers=2, query_seconds=2.0) as address:
        yield address, found, store


@pytest.fixture
def ask(limited):
    def asked(name: str | None, query: str = "ASK {}", **headers: str) -> httpx.Response:
        shown = headers | (bearer(limited[1][name]) if name else {})
        return httpx.get(limited[0] + "/sparql", params={"query": query}, headers=shown, timeout=30)

    return asked


@pytest.mark.parametrize(("name", "seconds"), [("reader", 0.4), ("cura", 2.5)])
def test_a_query_may_take_what_the_role_may_be_it_less_or_more_than_the_pool(ask, name, seconds):
    begun = time.monotonic()
    answer = ask(name, ENDLESS)
    took = time.monotonic() - begun
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (503, "deadline")
    assert took >= seconds
    assert (took > 2.0) is (seconds > 2.0)


def test_the_most_generous_role_counts(limited, ask):
    limited[1]["both"] = add(limited[2], "both", (Role.READER, Role.CURATOR), None)
    assert ask("both", MANY).status_code == 200


def test_a_large_answer_is_refused_or_broken_off_never_cut(ask):
    small = ask("reader", MANY.replace("2000", "200"))
    assert small.status_code == 200
    with pytest.raises(httpx.RemoteProtocolError, match="complete message"):
        ask("reader", MANY)
    assert len(ask("cura", MANY).json()["results"]["bindings"]) == 2000


def test_a_large_answer_that_was_not_begun_is_a_problem(limited):
    """By a limit that is smaller than the first block."""
    from api.errors import AnswerTooLargeError
    from api.readers.frames import Output

    ours, theirs = socket.socketpair()
    with ours, theirs:
        out = Output(ours)
        out.begin(10)
        out.write(b"0123456789")
        with pytest.raises(AnswerTooLargeError):
            out.write(b"x")
        out.begin(None)
        assert out.write(b"x" * 1000) == 1000


def test_memory_of_a_role(ask):
    assert ask("boss", LARGE).json()["results"]["bindings"][0]["n"]["value"] == str(8 * 2**23)
    answer = ask("sub", LARGE)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (503, "reader-died")


def test_one_query_at_once(limited, ask):
    slow = threading.Thread(target=ask, args=("reader", ENDLESS))
    slow.start()
    time.sleep(0.15)
    answer = ask("reader")
    other = ask("boss")
    slow.join()
    assert (answer.status_code, answer.headers["retry-after"], other.status_code) == (429, "1", 200)
    assert ask("reader").status_code == 200


def test_a_body_may_be_as_large_as_the_role_may(limited):
    def post(name: str, body: object) -> int:
        headers = bearer(limited[1][name]) | {"Content-Type": "application/sparql-query"}
        return httpx.post(limited[0] + "/sparql", content=body, headers=headers).status_code

    small, large = b"ASK {}", b"ASK {} #" + b" " * 20_000
    assert [post("sub", body) for body in (small, large, iter([large[:9000], large[9000:]]))] == [200, 413, 413]
    assert post("boss", large) == 200


def test_a_slow_body_is_not_waited_for(limited):
    address = limited[0].removeprefix("http://").split(":")
    head = (
        f"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {limited[1]['sub']}\r\n"
        "Content-Type: application/sparql-query\r\nContent-Length: 100\r\n\r\nASK"
    )
    with socket.create_connection((address[0], int(address[1])), timeout=10) as connection:
        connection.sendall(head.encode())
        assert b" 408 " in connection.recv(4096).partition(b"\r\n")[0]


@contextlib.contextmanager
def from_address(limited, local: str):
    """A client at another address of the loopback network."""
    with httpx.Client(base_url=limited[0], transport=httpx.HTTPTransport(local_address=local)) as client:
        yield client


def test_who_asks_too_often_is_told_when_to_come_back(ask):
    answers = [ask(None) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [re.search(r"r=(\d+)", answer.headers["ratelimit"])[1] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[0].headers["ratelimit-policy"] == '"requests";q=3;w=180'
    assert 50 <= int(answers[3].headers["retry-after"]) <= 60
    assert answers[3].json()["status"] == 429
    assert ask("boss").status_code == 200, "a client has a bucket of its own"


def test_wrong_keys_are_throttled_and_right_ones_are_not(limited):
    right = bearer(limited[1]["mill"])
    with from_address(limited, "127.0.0.7") as one, from_address(limited, "127.0.0.8") as other:
        answers = [one.get("/sparql", headers=bearer("tm_wrong")) for _ in range(3)]
        answers.append(one.post("/auth/token", data={"grant_type": "client_credentials"}))
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
        assert int(answers[3].headers["retry-after"]) > 90
        assert answers[3].json()["error"] == "invalid_client"
        assert one.get("/sparql", headers=bearer("a.b.c")).status_code == 429
        assert one.get("/sparql", headers=right).status_code == 200
        assert other.get("/sparql", headers=bearer("a.b.c")).status_code == 401


# --- parts ---


def test_a_bucket_fills_again(tmp_path):
    now = [1000.0]
    rates = Rates(tmp_path / "rates.sqlite", clock=lambda: now[0])
    rate = Rate(per_minute=6, burst=2)  # one in 10 s
    assert [rates.take("a", rate).allowed for _ in range(3)] == [True, True, False]
    assert (rates.take("a", rate).wait, rates.take("b", rate).left) == (10, 1)
    now[0] += 9.5
    assert (rates.take("a", rate).allowed, rates.take("a", rate).wait) == (False, 1)
    now[0] += 0.5
    assert [rates.take("a", rate).allowed for _ in range(2)] == [True, False]
    now[0] += 1000
    assert [rates.take("a", rate).allowed for _ in range(3)] == [True, True, False]
    rates.close()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("", "unix", False),
    ],
)
def test_one_machine_counts_as_one_address(tmp_path, one, other, same):
    access = Access.of(Settings(store=tmp_path))
    names = [access.address({"client": (address, 1)}) for address in (one, other)]
    assert (names[0] == names[1]) is same


def test_processes_share_the_buckets(tmp_path):
    one, two = (Rates(tmp_path / "rates.sqlite", clock=lambda: 0.0) for _ in range(2))
    rate = Rate(1, 3)
    taken = [each.take("a", rate).allowed for each in (one, two, one, two)]
    one.close()
    two.close()
    assert taken == [True, True, True, False]


def test_a_torn_file_of_rates_is_made_anew(tmp_path):
    path = tmp_path / "rates.sqlite"
    path.write_bytes(b"SQLite format 3\x00" + b"torn" * 1000)
    rates = Rates(path)
    rates.check()
    assert rates.take("a", Rate(1, 1)).allowed
    assert not rates.take("a", Rate(1, 1)).allowed
    rates.close()


def test_the_shipped_limits_grow_with_the_role(tmp_path):
    table = Table.of(tmp_path)
    rows = [table.of_principal(Principal("x" if roles else "", frozenset(roles), "public")) for roles in _LADDER]
    for less, more in itertools.pairwise(rows):
        assert Limits.most_generous([less, more]) == more


_LADDER = [
    (),
    (Role.READER,),
    (Role.READER, Role.SUBMITTER),
    (Role.READER, Role.SUBMITTER, Role.VERIFIER),
    (Role.ADMIN,),
]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[king]\njobs = 1", "king"),
        ("[reader]\njob = 1", "job"),
        ("[reader]\njobs = 0", "jobs of \\[reader\\] is 0"),
        ("[reader]\njobs = true", "jobs of \\[reader\\] is True"),
        ("[reader]\nper_minute = nan", "per_minute of \\[reader\\] is nan"),
        ('[reader]\nquery_seconds = "60"', "query_seconds of \\[reader\\] is '60'"),
        ("[reader]\nburst = 0.5", "at least 1"),
        ("jobs = 1", "jobs"),
        ("[reader", "cannot be read"),
    ],
)
def test_limits_that_cannot_be_used_are_named(tmp_path, text, says):
    (tmp_path / "limits.toml").write_text(text)
    with pytest.raises(AccessFileError, match=says):
        Table.of(tmp_path)


def test_the_stores_of_the_tests_hold_what_they_say(tmp_path):
    fill(tmp_path / "store", PUBLIC, PARTNER)
    with GraphStore.open(tmp_path / "store", mode="read") as store:
        assert len(list(store.datasets())) == 2
