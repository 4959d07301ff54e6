"""The host of PACT 3 over real HTTPS: lists, pages, filters, single footprints, errors, and who sees what."""

import contextlib
import json
import ssl
import time
from dataclasses import replace

import httpx
import pytest
from pact_parties import CREATED, FULFILLED, PUBLISHED, REJECTED, TYPE, event, known, put, send
from partners import CLIENT, SECRET, footprint, make_certificate, partner_host
from servers import served

from api.access.clients import ClientFile
from api.errors import ClientError, PartnerError
from api.pact import inbox, partners
from api.pact.announcing import announce
from api.pact.partners import Partner
from api.serverfiles import ServerFiles
from graphstore import GraphStore
from graphstore.audiences import changes
from graphstore.audiences.visibility import Audience, Extent
from mappings.pact import records
from registry.publishing.refreshing import refresh

OURS = [
    footprint(1),
    footprint(2, pcf={"geographyCountrySubdivision": None, "geographyCountry": "DE"}),
    footprint(3, validityPeriodStart=None, validityPeriodEnd=None),
]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def mill(certificate):
    """A partner that is called back."""
    with pytest.MonkeyPatch.context() as patch, partner_host(*certificate) as host:
        patch.setenv("SSL_CERT_FILE", str(certificate[0]))
        patch.setattr(inbox, "FIRST_PAUSE", 0.2)
        yield host


@pytest.fixture(scope="module")
def store(tmp_path_factory, mill):
    where = tmp_path_factory.mktemp("pact") / "store"
    put(where, OURS)
    with GraphStore.open(where) as opened:
        changes.add(opened, "smelter", Audience("The smelter"))
        changes.share(opened, f"pact-{OURS[0]['id']}", "smelter", Extent.DATA)
        refresh(opened)
    partners.add(where, Partner("mill", mill.url, CLIENT, SECRET))
    return where


@pytest.fixture(scope="module")
def server(store, certificate):
    secrets = {
        name: known(store, name, audience)
        for name, audience in [("mill", None), ("smelter", "smelter"), ("looker", None)]
    }
    options = {"allow_writes": True, "pact_networks": ("127.0.0.0/8", "::1/128")}
    with served(store, tls=certificate, **options) as address:
        yield address, secrets


@pytest.fixture(scope="module")
def sign_in(server, certificate):
    address, secrets = server
    trusting = ssl.create_default_context(cafile=str(certificate[0]))

    @contextlib.contextmanager
    def client(name):
        with httpx.Client(base_url=address, verify=trusting, timeout=20) as made:
            answer = made.post("/auth/token", data={"grant_type": "client_credentials"}, auth=(name, secrets[name]))
            made.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            yield made

    return client


@pytest.fixture(scope="module")
def client(sign_in):
    with sign_in("mill") as made:
        yield made


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [int(record["id"][-12:]) for record in answer.json()["data"]]


def test_footprints_come_out_as_they_went_in(client):
    answer = client.get("/3/footprints")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["data"] == OURS
    assert "link" not in answer.headers
    assert client.get(f"/3/footprints/{OURS[1]['id'].upper()}").json() == {"data": OURS[1]}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("productId=urn:pact:example.org:product-id:PART-1", [1]),
        ("productId=urn:pact:example.org:product-id:part-1&productId=urn:pact:example.org:product-id:part-3", [1, 3]),
        ("productId=urn:pact:example.org:product-id:part-1&geography=DE", []),
        ("companyId=urn:pact:example.org:supplier-id:tm-001", [1, 2, 3]),
        ("geography=de", [2]),
        ("geography=XX", []),
        ("classification=urn:cpc:46420&geography=cn-gd", [1, 3]),
        ("status=active", [1, 2, 3]),
        ("status=Bogus", []),
        ("validOn=2025-06-01T00:00:00Z", [1, 2, 3]),
        ("validOn=1900-01-01T00:00:00Z", []),
        ("validAfter=2024-12-31T00:00:00Z", [1, 2, 3]),
        ("validBefore=2028-01-01T00:00:00Z", []),
        ("validBefore=2028-01-02T00:00:00%2B08:00", [1, 2, 3]),
    ],
)
def test_filters(client, query, found):
    assert ids(client.get(f"/3/footprints?{query}")) == found


def test_pages_follow_one_another_and_can_be_had_again(client, server):
    first = client.get("/3/footprints?limit=1&status=Active")
    link = first.links["next"]["url"]
    assert link.startswith(server[0] + "/3/footprints?status=Active&limit=1&cursor=")
    second = client.get(link)
    assert (ids(first), ids(second), ids(client.get(link))) == ([1], [2], [2])
    third = client.get(second.links["next"]["url"])
    assert ids(third) == [3]
    assert "next" not in third.links


def test_nothing_is_asked_for_and_more_is_said_to_be_there(client):
    answer = client.get("/3/footprints?limit=0")
    assert ids(answer) == []
    assert ids(client.get(answer.links["next"]["url"].replace("limit=0", "limit=9"))) == [1, 2, 3]


def test_a_link_is_made_from_the_name_the_server_was_called_by(client, server):
    port = server[0].rpartition(":")[2]
    answer = client.get("/3/footprints?limit=1", headers={"Host": f"127.0.0.1:{port}"})
    assert answer.links["next"]["url"].startswith(f"https://127.0.0.1:{port}/3/footprints?")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/3/footprints/00000000-0000-0000-0000-000000000000", 404, "NotFound"),
        ("GET", "/3/footprints/abc", 400, "BadRequest"),
        ("GET", "/3/footprints?limit=-1", 400, "BadRequest"),
        ("GET", "/3/footprints?limit=1&limit=2", 400, "BadRequest"),
        ("GET", "/3/footprints?cursor=../../etc", 400, "BadRequest"),
        ("GET", "/3/footprints?cursor=é", 400, "BadRequest"),
        ("GET", "/3/footprints?%24filter=x", 400, "BadRequest"),
        ("GET", "/3/footprints?x-acme-plant=7", 501, "NotImplemented"),
        ("GET", "/3/footprints?validOn=2025-06-01", 400, "BadRequest"),
        ("GET", "/3/footprints?status=Active&status=Deprecated", 400, "BadRequest"),
        ("DELETE", "/3/footprints", 405, "BadRequest"),
        ("GET", "/3/events", 405, "BadRequest"),
        ("GET", "/3/other", 404, "NotFound"),
    ],
)
def test_errors_have_a_code_and_a_message(client, method, path, status, code):
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert sorted(answer.json()) == ["code", "message"]
    assert answer.json()["code"] == code


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}])
@pytest.mark.parametrize("path", ["/3/footprints", f"/3/footprints/{OURS[0]['id']}"])
def test_without_a_token_there_is_nothing(server, certificate, header, path):
    with httpx.Client(base_url=server[0], verify=ssl.create_default_context(cafile=str(certificate[0]))) as nobody:
        answer = nobody.get(path, headers=header)
    assert answer.status_code == 401
    assert answer.json()["code"] == "BadRequest"
    assert "part-1" not in answer.text


def test_a_token_whose_time_is_over_is_told_so(store, certificate, server):
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    options = {"readers": 1, "tls": certificate, "token_seconds": 1}
    with served(store, **options) as address, httpx.Client(base_url=address, verify=trusting, timeout=20) as one:
        asked = {"data": {"grant_type": "client_credentials"}, "auth": ("mill", server[1]["mill"])}
        granted = one.post("/auth/token", **asked).json()
        assert (granted["token_type"].lower(), granted["expires_in"]) == ("bearer", 1)
        header = {"Authorization": f"Bearer {granted['access_token']}"}
        time.sleep(2.1)
        answers = [one.get(path, headers=header) for path in ("/3/footprints", f"/3/footprints/{OURS[0]['id']}")]
        answers.append(send_as(one, event(CREATED, "https://localhost", {"status": "Active"}), header))
        assert [(each.status_code, each.json()["code"]) for each in answers] == [(401, "TokenExpired")] * 3


def send_as(client, told, header):
    return client.post("/3/events", content=json.dumps(told), headers={"Content-Type": TYPE, **header})


def test_a_partner_sees_what_its_audience_may_read(sign_in):
    with sign_in("smelter") as smelter:
        assert ids(smelter.get("/3/footprints")) == [1]
        assert ids(smelter.get("/3/footprints?geography=DE")) == []
        assert smelter.get(f"/3/footprints/{OURS[1]['id']}").status_code == 404


def test_plain_http_is_refused_and_a_proxy_may_say_that_it_was_not(store):
    options = {"plain_http_accepted": False, "readers": 1}
    with served(store, **options) as address, httpx.Client(base_url=address) as plain:
        for path in ("/3/footprints", "/auth/token", "/3/events"):
            answer = plain.post(path, data={"grant_type": "client_credentials"})
            assert answer.status_code == 403, path
        assert plain.get("/3/footprints").json()["code"] == "AccessDenied"
        assert plain.get("/3/footprints", headers={"X-Forwarded-Proto": "https"}).status_code == 403
        assert plain.get("/health").status_code == 200
    options["trusted_proxies"] = ("127.0.0.1",)
    with served(store, **options) as address, httpx.Client(base_url=address) as plain:
        assert plain.get("/3/footprints", headers={"X-Forwarded-Proto": "https"}).status_code == 401
        assert plain.get("/3/footprints", headers={"X-Forwarded-Proto": "http"}).status_code == 403


def test_a_request_is_fulfilled_by_an_event(client, mill, server):
    mill.failures = 1
    asked = event(CREATED, mill.url, {"productId": OURS[0]["productIds"], "comment": "this year, please"}, "run/12")
    started = time.monotonic()
    answer = send(client, asked)
    assert (answer.status_code, answer.content) == (200, b"")
    assert time.monotonic() - started < 2
    (told,) = [each for each in mill.wait_for(1) if each["data"]["requestEventId"] == "run/12"]
    assert told["type"] == FULFILLED
    assert (told["specversion"], told["source"]) == ("1.0", server[0])
    assert told["data"]["pfs"] == [OURS[0]]
    assert len(set(mill.attempts)) == 1
    assert len(mill.attempts) == 2
    assert send(client, asked).status_code == 200
    time.sleep(1.2)
    assert len(mill.events) == 1


def test_a_request_for_what_is_not_there_is_rejected_by_an_event(client, mill):
    before = len(mill.events)
    assert send(client, event(CREATED, mill.url, {"productId": ["urn:pact:null"]}, "run/14.A")).status_code == 200
    told = mill.wait_for(before + 1)[-1]
    assert (told["type"], told["data"]["requestEventId"]) == (REJECTED, "run/14.A")
    assert told["data"]["error"]["code"] == "NotFound"
    assert told["data"]["error"]["message"]


def test_a_partner_is_told_of_what_it_can_fetch(client, mill, store, server):
    """The first attempt fails; the same event comes again."""
    before, mill.failures = len(mill.events), 1
    identifier = announce(store, store / "access", "mill", [OURS[1]["id"].upper(), OURS[0]["id"]], server[0])
    told = mill.wait_for(before + 1)[-1]
    assert (told["type"], told["id"], told["source"], told["specversion"]) == (PUBLISHED, identifier, server[0], "1.0")
    assert told["data"] == {"pfIds": [OURS[1]["id"], OURS[0]["id"]]}
    assert mill.attempts.count(identifier) == 2
    assert client.get(f"/3/footprints/{told['data']['pfIds'][0]}").status_code == 200


@pytest.mark.parametrize("number", [1, 2, 99])
def test_a_partner_is_not_told_of_what_it_cannot_fetch(store, server, number):
    partners.add(store, Partner("smelter", "https://smelter.example", CLIENT, SECRET))
    before = len(inbox.Inbox(store).history())
    chosen = [OURS[0]["id"], footprint(number)["id"]]
    if number == 1:
        chosen = ["no-uuid"]
    with pytest.raises(PartnerError, match="can fetch no footprint"):
        announce(store, store / "access", "smelter", chosen, server[0])
    with pytest.raises(ClientError):
        announce(store, store / "nowhere", "smelter", chosen, server[0])
    assert len(inbox.Inbox(store).history()) == before


def held(store):
    with GraphStore.open(store, mode="read") as opened:
        return {record["id"]: record for record in records(opened)}


def told_of(store, state, count=1):
    """The events of a state, once there are so many."""
    for _ in range(100):
        found = [each for each in inbox.Inbox(store).history() if each["state"] == state]
        if len(found) >= count:
            return found
        time.sleep(0.1)
    raise AssertionError(inbox.Inbox(store).history())


def test_what_a_partner_published_is_fetched(client, mill, store):
    mill.records = [footprint(21)]
    published = {"pfIds": [footprint(20)["id"], footprint(21)["id"]]}
    assert send(client, event(PUBLISHED, mill.url, published)).status_code == 200
    before = time.monotonic()
    while footprint(21)["id"] not in held(store):
        assert time.monotonic() - before < 10
        time.sleep(0.1)
    with GraphStore.open(store, mode="read") as opened:
        (version,) = [each for each in opened.datasets() if each.key == f"pact-{footprint(21)['id']}"]
    assert version.source == f"{mill.url}/3/footprints/{footprint(21)['id']}"
    assert version.created
    done = [each for each in told_of(store, "done") if each["kind"] == "published"]
    assert f"{footprint(20)['id']} answers 404" in done[0]["message"]


def test_an_answer_is_taken_for_what_was_asked_and_once(client, mill, store):
    box = inbox.Inbox(store)
    data = {"requestEventId": "ours-1", "pfs": [footprint(31)]}
    answer = send(client, event(FULFILLED, mill.url, data))
    assert (answer.status_code, answer.json()["code"]) == (400, "BadRequest")
    assert "no open request 'ours-1'" in answer.json()["message"]
    box.ask(inbox.Request("ours-1", "mill", "urn:x", time.time(), "open", ""))
    told = event(FULFILLED, mill.url, data, "theirs-1")
    assert send(client, told).status_code == 200
    while box.waits_for("ours-1", "mill"):
        time.sleep(0.05)
    assert held(store)[footprint(31)["id"]] == footprint(31)
    assert send(client, told).status_code == 200
    assert send(client, told | {"id": "theirs-2"}).status_code == 400


def test_of_two_answers_the_first_counts(client, mill, store):
    """Both were taken before either was dealt with."""
    box = inbox.Inbox(store)
    box.ask(inbox.Request("ours-3", "mill", "urn:x", time.time(), "open", ""))
    for number in (35, 36):
        told = event(FULFILLED, mill.url, {"requestEventId": "ours-3", "pfs": [footprint(number)]}, f"twice-{number}")
        key = inbox.key_of("mill", mill.url, f"twice-{number}")
        body = json.dumps(told).encode()
        box.note(inbox.Event(key, "fulfilled", body, "mill", None, "mill", "https://us.example"))
    while any(each["state"] == "waiting" for each in box.history()):
        time.sleep(0.05)
    assert footprint(35)["id"] in held(store)
    assert footprint(36)["id"] not in held(store)
    assert "The request has its answer already." in {each["message"] for each in box.history()}


def attempted(where, more):
    """The newest event of a store, after so many more attempts."""
    found = inbox.Inbox(where).history()[0]
    until = found["attempts"] + more
    while found["attempts"] < until:
        time.sleep(0.02)
        found = inbox.Inbox(where).history()[0]
    return found


def test_who_lost_access_gets_no_answer_until_it_is_back(tmp_path, certificate, mill, monkeypatch):
    """An answer that waits is not sent to a client that was disabled, or whose audience was changed, in between."""
    monkeypatch.setattr(inbox, "LONGEST_PAUSE", 0.2)
    where = tmp_path / "store"
    put(where, OURS[:1])
    partners.add(where, Partner("mill", mill.url, CLIENT, SECRET))
    secret, file = known(where, "mill", None), ClientFile(where / "access" / "clients.json")
    before, attempts, mill.failures = len(mill.events), len(mill.attempts), 10_000
    options = {"readers": 1, "pact_networks": ("127.0.0.0/8", "::1/128"), "tls": certificate}
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    with served(where, **options) as address, httpx.Client(base_url=address, verify=trusting) as one:
        one.headers["Authorization"] = f"Bearer {secret}"
        assert send(one, event(CREATED, mill.url, {"status": "Active"}, "revoked")).status_code == 200
        while len(mill.attempts) == attempts:
            time.sleep(0.02)
        for change in ({"disabled": True}, {"audience": "smelter"}):
            file.change(lambda r, c=change: r.with_client(replace(r.clients["mill"], **{"disabled": False} | c)))
            attempted(where, 2)  # the first may have been under way
            attempts = len(mill.attempts)
            assert "may no longer" in attempted(where, 1)["message"]
            assert (len(mill.attempts), len(mill.events)) == (attempts, before)
        mill.failures = 0
        file.change(lambda r: r.with_client(replace(r.clients["mill"], disabled=False, audience=None)))
        assert mill.wait_for(before + 1, 20)[-1]["data"]["requestEventId"] == "revoked"


def test_a_rejection_is_noted(client, mill, store):
    box = inbox.Inbox(store)
    box.ask(inbox.Request("ours-2", "mill", "urn:x", time.time(), "open", ""))
    data = {"requestEventId": "ours-2", "error": {"code": "NotFound", "message": "never made it"}}
    assert send(client, event(REJECTED, mill.url, data)).status_code == 200
    while box.waits_for("ours-2", "mill"):
        time.sleep(0.05)
    (found,) = [each for each in box.requests() if each.id == "ours-2"]
    assert (found.state, found.message) == ("rejected", "NotFound: never made it")


def broken(**changes):
    return event(PUBLISHED, "SOURCE", {"pfIds": [footprint(21)["id"]]}, "x") | changes


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "no JSON"),
        ("[]", "no JSON object"),
        ('{"a": 1, "a": 2}', "twice"),
        ("[" * 50_000, "nested"),
        (json.dumps(broken(specversion="0.3")), "specversion"),
        (json.dumps(broken(type="org.wbcsd.pathfinder.ProductFootprint.Published.v1")), "The type of the event"),
        (json.dumps(broken(id="")), "needs id"),
        (json.dumps(broken(time="yesterday")), "time"),
        (json.dumps(broken(data=None)), "no data"),
        (json.dumps(broken(data={"pfIds": []})), "pfIds"),
        (json.dumps(broken(data={"pfIds": ["urn:gtin:4712345060507"]})), "no UUID"),
        (json.dumps(broken(type=CREATED, data={})), "selects nothing"),
        (json.dumps(broken(type=CREATED, data={"productId": 7})), "list of strings"),
        (json.dumps(broken(type=CREATED, data={"produktId": ["urn:x:y"]})), "no filter"),
        (json.dumps(broken(type=FULFILLED, data={"requestEventId": "a", "pfs": []})), "pfs"),
        (json.dumps(broken(type=FULFILLED, data={"requestEventId": "a", "pfs": [{"id": "1"}]})), "is none of PACT 3"),
        (json.dumps(broken(type=REJECTED, data={"requestEventId": "a", "error": {"code": "x"}})), "message"),
        (json.dumps(broken(source="https://elsewhere.example")), "not known here"),
    ],
)
def test_what_is_no_event_is_refused(client, mill, store, body, said):
    before = len(inbox.Inbox(store).history())
    answer = client.post("/3/events", content=body.replace("SOURCE", mill.url), headers={"Content-Type": TYPE})
    assert (answer.status_code, answer.json()["code"]) == (400, "BadRequest")
    assert said in answer.json()["message"]
    assert len(inbox.Inbox(store).history()) == before


def test_events_of_other_forms_are_refused(client, mill):
    told = event(CREATED, mill.url, {"x-acme-plant": "7"})
    assert send(client, told).json()["code"] == "NotImplemented"
    batch = client.post("/3/events", json=[told])
    assert (batch.status_code, batch.json()["code"]) == (415, "BadRequest")


def test_nobody_speaks_for_another_partner(sign_in, mill):
    with sign_in("smelter") as smelter:
        answer = send(smelter, event(CREATED, mill.url, {"status": "Active"}))
    assert answer.status_code == 400, answer.text
    assert "not known here as the address of smelter" in answer.json()["message"]


def test_who_may_only_read_adds_nothing(sign_in, mill):
    with sign_in("looker") as looker:
        answer = send(looker, event(PUBLISHED, mill.url, {"pfIds": [footprint(21)["id"]]}))
    assert (answer.status_code, answer.json()["code"]) == (403, "AccessDenied")


def test_pages_hold_while_footprints_are_published(client, store, mill):
    first = client.get("/3/footprints?limit=2")
    link = first.links["next"]["url"]
    mill.records = [footprint(0), footprint(22)]
    published = event(PUBLISHED, mill.url, {"pfIds": [each["id"] for each in mill.records]})
    assert send(client, published).status_code == 200
    while footprint(22)["id"] not in held(store):
        time.sleep(0.1)
    rest = ids(client.get(link.replace("limit=2", "limit=99")))
    assert rest[0] == 3
    assert 22 in rest
    assert 0 not in rest


def test_a_partner_deprecates_its_own_footprints_alone(client, store, mill):
    stolen = OURS[2] | {"status": "Deprecated"}
    replacing = [footprint(23, precedingPfIds=[OURS[0]["id"]]), footprint(24, precedingPfIds=[footprint(21)["id"]])]
    mill.records = [stolen, *replacing]
    published = event(PUBLISHED, mill.url, {"pfIds": [each["id"] for each in mill.records]})
    assert send(client, published).status_code == 200
    while footprint(24)["id"] not in held(store):
        time.sleep(0.1)
    found = held(store)
    assert found[OURS[0]["id"]]["status"] == found[OURS[2]["id"]]["status"] == "Active"
    assert footprint(23)["id"] not in found
    assert found[footprint(21)["id"]]["status"] == "Deprecated"


def test_an_event_outlives_the_server(tmp_path, certificate, mill):
    where = tmp_path / "store"
    put(where, OURS[:1])
    partners.add(where, Partner("mill", mill.url, CLIENT, SECRET))
    secret = known(where, "mill", None)
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    before, mill.failures = len(mill.events), 10_000
    options = {"readers": 1, "pact_networks": ("127.0.0.0/8", "::1/128")}
    with served(where, tls=certificate, **options) as address, httpx.Client(base_url=address, verify=trusting) as one:
        one.headers["Authorization"] = f"Bearer {secret}"
        assert send(one, event(CREATED, mill.url, {"status": "Active"}, "survivor")).status_code == 200
        attempts = len(mill.attempts)
        while len(mill.attempts) == attempts:
            time.sleep(0.05)
        answer = send(one, event(PUBLISHED, mill.url, {"pfIds": [footprint(21)["id"]]}))
        assert (answer.status_code, answer.json()["code"]) == (501, "NotImplemented")
    assert len(mill.events) == before
    mill.failures = 0
    with served(where, tls=certificate, **options):
        assert mill.wait_for(before + 1)[-1]["data"]["requestEventId"] == "survivor"
    assert told_of(where, "done")[0]["attempts"] >= 2


def test_a_restored_server_sends_the_answer_that_waited(tmp_path, certificate, mill):
    """A backup is made while the server serves and an answer waits; the same answer comes from the server that is restored."""
    where, copy, new = tmp_path / "store", tmp_path / "copy", tmp_path / "new"
    put(where, OURS[:1])
    partners.add(where, Partner("mill", mill.url, CLIENT, SECRET))
    secret = known(where, "mill", None)
    before, attempts, mill.failures = len(mill.events), len(mill.attempts), 10_000
    options = {"readers": 1, "tls": certificate, "pact_networks": ("127.0.0.0/8", "::1/128")}
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    with served(where, **options) as address, httpx.Client(base_url=address, verify=trusting) as one:
        one.headers["Authorization"] = f"Bearer {secret}"
        assert send(one, event(CREATED, mill.url, {"status": "Active"}, "kept")).status_code == 200
        while len(mill.attempts) == attempts:
            time.sleep(0.02)
        kept = ServerFiles.of(where)
        with GraphStore.open(where, mode="read") as opened:
            opened.backup(copy, kept.write)
    GraphStore.restore(copy, new, ServerFiles.of(copy).write)
    mill.failures = 0
    with served(new, **options) as address, httpx.Client(base_url=address, verify=trusting) as one:
        told = mill.wait_for(before + 1, 20)[-1]
        assert (told["data"]["requestEventId"], told["id"]) == ("kept", mill.attempts[attempts])
        one.headers["Authorization"] = f"Bearer {secret}"
        assert ids(one.get("/3/footprints")) == [1]
