"""The audit log: what is in it, what never is, who may read it, and that nothing in it can be changed unseen."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from admission import bearer, guarded
from servers import served

from api.audit.log import AuditLog, Head
from api.audit.reading import newest, verify
from api.errors import AuditError

PROV = "http://www.w3.org/ns/prov#"
FACTS = {"time": "2025-01-17T08:00:00+00:00", "client": "mill", "status": 200}


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> tuple[Path, dict[str, str]]:
    return guarded(tmp_path_factory.mktemp("audit"))


@pytest.fixture(scope="module")
def client(place) -> Iterator[httpx.Client]:
    with (
        served(place[0], allow_writes=True, readers=1) as address,
        httpx.Client(base_url=address, timeout=30) as made,
    ):
        yield made


def recorded(place, answer: httpx.Response) -> dict[str, object]:
    """The record of a request; it is written when the answer has gone out, which may be after it came in here."""
    for _ in range(500):
        found = [
            each for each in newest(place[0] / "audit", 10) if each.get("request") == answer.headers["x-request-id"]
        ]
        if found:
            return found[0]
        time.sleep(0.01)
    raise AssertionError(f"no record of {answer.url}")


def test_a_write_is_recorded_with_what_it_did(client, place):
    headers = bearer(place[1]["boss"]) | {"Content-Type": "text/turtle", "X-Request-Id": "my-request"}
    mine = {"graph": "urn:g"}
    found = recorded(place, client.put("/graphs", params=mine, content="<urn:a> <urn:b> 1 .", headers=headers))
    expected = {"client": "boss", "method": "PUT", "path": "/graphs", "status": 201, "graphs": ["urn:g"]}
    assert found | expected | {"audience": None, "request": "my-request", "address": ""} == found
    form = {"update": "INSERT DATA { <urn:a> <urn:b> 2, 3 }"}
    update = recorded(place, client.post("/sparql", data=form, headers=bearer(place[1]["boss"])))
    assert (update["added"], update["removed"]) == (2, 0)
    assert found["generation"] != update["generation"]
    assert update["generation"] == client.get("/ready").json()["generation"]


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        (None, "/sparql?query=ASK%7B%7D", {"client": "", "audience": "public", "status": 200}),
        ("mill", "/sparql?query=ASK%7B%7D", {"client": "mill", "audience": "mill", "status": 200}),
        ("mill", "/sparql?query=ASK%7B", {"client": "mill", "status": 400}),
        ("mill", "/audit", {"client": "mill", "status": 403}),
        (None, "/nothing", {"client": "", "status": 404}),
        ("wrong", "/sparql?query=ASK%7B%7D", {"client": "", "audience": "", "status": 401}),
    ],
)
def test_reads_and_refusals_are_recorded(client, place, name, path, expected):
    headers = {} if name is None else bearer(place[1].get(name, "tm_wrong"))
    answer = client.get(path, headers=headers)
    assert answer.status_code == expected["status"]
    found = recorded(place, answer)
    assert found | expected == found
    assert bool(found["address"]) is (not found["client"])


def test_no_secret_and_no_address_gets_into_the_log(client, place):
    key = place[1]["mill"]
    token = client.post("/auth/token", data={"grant_type": "client_credentials"}, auth=("mill", key)).json()
    token = token["access_token"]
    for secret in (key, token):
        client.get("/sparql", params={"query": "ASK {}", "key": secret}, headers=bearer(secret))
        client.get(f"/graphs/{secret}", headers={"X-Request-Id": secret[:60]} | bearer(secret))
        client.get("/graphs", params={"graph": f"urn:{secret}"}, headers={"X-API-Key": secret})
        client.get("/sparql", headers=bearer(secret[:-2]))
        client.post("/auth/token", data={"grant_type": "client_credentials"}, auth=(secret, secret))
    assert recorded(place, client.post("/audit"))["status"] == 405
    log = b"".join(path.read_bytes() for path in (place[0] / "audit").glob("*.jsonl"))
    for text in (key, key[12:], token, token[:40], token.split(".")[1], token.split(".")[2], '"127.0.0.1', "ASK"):
        assert text.encode() not in log
    assert b'"key":"' + key[3:11].encode() in log, "which key it was is said by its id"


def test_probes_are_not_recorded(client, place):
    before = recorded(place, client.get("/nothing"))["n"]
    assert [client.get(path).status_code for path in ("/health", "/ready")] == [200, 200]
    assert recorded(place, client.get("/nothing"))["n"] == before + 1


def test_what_is_done_at_the_command_line_is_in_the_log_too(client, place):
    AuditLog(place[0] / "audit").command("client add somebody reader public")
    answer = client.get("/audit?count=1", headers=bearer(place[1]["boss"]) | {"Accept": "application/n-triples"})
    assert '"client add somebody reader public"' in answer.text
    assert verify(place[0] / "audit").findings == ()


def test_one_address_has_one_name_that_does_not_tell_it(client, place):
    one, two = (recorded(place, client.get(path)) for path in ("/sparql", "/nothing"))
    assert one["address"] == two["address"]
    assert len(str(one["address"])) == 16


def test_what_a_stranger_sends_cannot_forge_a_record(client, place):
    found = recorded(place, client.get('/x%0A{"n":1}%1b[2J"', headers={"X-Request-Id": "a b"}))
    assert found["path"] == '/x\n{"n":1}\x1b[2J"'
    assert found["request"] != "a b"
    assert verify(place[0] / "audit").findings == ()


@pytest.mark.parametrize(
    ("name", "status"), [(None, 401), ("mill", 403), ("cura", 403), ("miller", 403), ("boss", 200)]
)
def test_admins_of_the_whole_store_read_the_log(client, place, name, status):
    headers = bearer(place[1][name]) if name else {}
    assert client.get("/audit", headers=headers).status_code == status


@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json", "application/n-triples"])
def test_the_log_as_rdf(client, place, accept):
    asked = bearer(place[1]["mill"]) | {"X-Request-Id": "the-one"}
    recorded(place, client.get("/sparql", params={"query": "ASK {}"}, headers=asked))
    answer = client.get("/audit?count=1", headers=bearer(place[1]["boss"]) | {"Accept": accept})
    assert answer.headers["content-type"].startswith(accept)
    store = ox.Store()
    store.extend(ox.parse(answer.content, ox.RdfFormat.from_media_type(accept)))
    rows = store.query(
        f"""PREFIX prov: <{PROV}> PREFIX http: <http://www.w3.org/2011/http#>
        SELECT ?who ?method ?path ?status (?begun <= ?ended AS ?ordered) {{
          ?it a prov:Activity ; <http://purl.org/dc/terms/identifier> "the-one" ; prov:startedAtTime ?begun ;
            prov:endedAtTime ?ended ; prov:wasAssociatedWith ?agent ; http:methodName ?method ; http:absolutePath ?path ;
            http:resp/http:statusCodeValue ?status . ?agent <http://www.w3.org/2000/01/rdf-schema#label> ?who }}"""
    )
    assert [[term.value for term in row] for row in rows] == [["mill", "GET", "/sparql", "200", "true"]]


def test_pages_lead_through_the_whole_log(client, place):
    expected = recorded(place, client.get("/nothing"))["n"]
    address, seen = f"/audit?count=7&before={expected + 1}", list[str]()
    while address:
        answer = client.get(address, headers=bearer(place[1]["boss"]) | {"Accept": "application/n-triples"})
        seen += [
            s.value for s, p, o, _ in ox.parse(answer.content, ox.RdfFormat.N_TRIPLES) if o.value == PROV + "Activity"
        ]
        address = answer.links.get("next", {}).get("url", "")
    assert len(seen) == len(set(seen)) == expected


@pytest.mark.parametrize("asked", ["count=0", "count=1001", "count=x", "before=-1", "before=٣", "count=1&count=2"])
def test_pages_that_there_are_not(client, place, asked):
    assert client.get(f"/audit?{asked}", headers=bearer(place[1]["boss"])).status_code == 400


# --- the chain ---


@pytest.fixture
def log(tmp_path) -> AuditLog:
    made = AuditLog(tmp_path / "audit")
    for number in range(5):
        made.append(FACTS | {"path": f"/{number}"})
    made.sync()
    return made


def lines_of(folder: Path) -> tuple[Path, list[bytes]]:
    (path,) = folder.glob("*.jsonl")
    return path, path.read_bytes().splitlines(keepends=True)


def test_a_sound_log(log):
    verdict = verify(log.folder)
    assert (verdict.findings, verdict.head.number) == ((), 5)
    assert [record["path"] for record in newest(log.folder, 2, before=5)] == ["/3", "/2"]
    assert verify(log.folder, verdict.head).findings == ()


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda x: [x[0], x[1].replace(b"mill", b"boss"), *x[2:]], [("changed", 3)]),
        (lambda x: [x[0], *x[2:]], [("missing", 3)]),
        (lambda x: x[1:], [("missing", 2)]),
        (lambda x: [x[0], x[2], x[1], *x[3:]], [("missing", 3), ("misplaced", 2), ("missing", 4)]),
        (lambda x: [*x, x[0]], [("misplaced", 1), ("cut-off", 1)]),
        (lambda x: x[:4], [("cut-off", 4)]),
        (lambda _: [], [("cut-off", 0)]),
        (lambda x: [*x[:4], x[4].replace(b"mill", b"boss")], [("other-head", 5)]),
        (lambda x: [*x[:2], b"rubbish\n", *x[2:]], [("no-record", 0)]),
        (lambda x: [*x[:2], x[2][:-1] + b" \n", *x[3:]], [("changed", 4)]),
    ],
)
def test_what_was_done_to_a_log_is_found(log, spoil, expected):
    path, lines = lines_of(log.folder)
    path.write_bytes(b"".join(spoil(lines)))
    assert [(finding.kind, finding.record) for finding in verify(log.folder).findings] == expected


def test_a_log_that_was_made_anew_is_found_by_a_head_kept_elsewhere(log, tmp_path):
    kept = verify(log.folder).head
    shutil.rmtree(log.folder)
    other = AuditLog(log.folder)
    for number in range(6):
        other.append(FACTS | {"path": f"/other/{number}"})
    other.sync()
    assert verify(log.folder).findings == ()
    assert [finding.kind for finding in verify(log.folder, kept).findings] == ["other-head"]
    shutil.rmtree(log.folder)
    assert [finding.kind for finding in verify(log.folder, Head.parse(str(kept))).findings] == ["cut-off"]


@pytest.mark.parametrize("text", ["", "5", "x:" + "0" * 64, "5:" + "0" * 63, "5:" + "G" * 64])
def test_what_is_no_head(text):
    with pytest.raises(AuditError, match="no head"):
        Head.parse(text)


def test_half_a_record_of_a_process_that_died_is_taken_away(log):
    path, lines = lines_of(log.folder)
    with path.open("ab") as file:
        file.write(lines[0][:20])
    AuditLog(log.folder).append(FACTS)
    assert (verify(log.folder).findings, verify(log.folder).head.number) == ((), 6)


@pytest.mark.parametrize(("name", "files"), [("2020-01-01.jsonl", 2), ("2999-01-01.jsonl", 1)])
def test_a_log_goes_on_from_day_to_day_also_when_the_clock_is_set_back(log, name, files):
    path, _ = lines_of(log.folder)
    path.rename(path.with_name(name))
    for _ in range(2):
        AuditLog(log.folder).append(FACTS)
    assert (verify(log.folder).findings, verify(log.folder).head.number) == ((), 7)
    assert len(list(log.folder.glob("*.jsonl"))) == files


def test_files_that_are_taken_away_while_the_server_runs_are_missed(log):
    shutil.rmtree(log.folder)
    log.append(FACTS)
    assert [(finding.kind, finding.record) for finding in verify(log.folder).findings] == [("missing", 6)]


def test_processes_write_one_log(tmp_path):
    code = (
        "import sys; from pathlib import Path; from api.audit.log import AuditLog\n"
        "log = AuditLog(Path(sys.argv[1]))\n"
        "for n in range(200): log.append({'who': sys.argv[2], 'path': 'x' * (n * 7 % 900)})\n"
        "log.sync()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "audit")]
    processes = [subprocess.Popen([*command, str(number)]) for number in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    verdict = verify(tmp_path / "audit")
    assert (verdict.findings, verdict.head.number) == ((), 600)
    who = [record["who"] for record in newest(tmp_path / "audit", 1000)]
    assert {each: who.count(each) for each in "012"} == {"0": 200, "1": 200, "2": 200}


def test_nothing_is_changed_while_the_log_cannot_be_written(tmp_path):
    store, found = guarded(tmp_path)
    (store / "audit").write_text("in the way")
    change = {"update": "INSERT DATA { <urn:a> <urn:b> 1 }"}
    with (
        served(store, allow_writes=True, readers=1) as address,
        httpx.Client(base_url=address, headers=bearer(found["boss"]), timeout=30) as client,
    ):
        assert client.get("/sparql?query=ASK%7B%7D").status_code == 200
        answer = client.post("/sparql", data=change)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (503, "audit")
        assert str(store) not in answer.text
        (store / "audit").unlink()
        assert client.get("/sparql?query=ASK%7B%7D").status_code == 200
        assert client.post("/sparql", data=change).status_code == 200
    assert json.loads((next((store / "audit").glob("*.jsonl"))).read_text().splitlines()[-1])["added"] == 1
