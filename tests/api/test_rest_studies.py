"""Studies over real HTTP: judged, handed in, followed, taken to other states by those who may."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

STUDY = (Path(__file__).parents[2] / "examples" / "studies" / "aluminium.ttl").read_bytes()
DAY = {"as-of": "2026-11-25"}
TURTLE = {"Content-Type": "text/turtle"}
SH = "http://www.w3.org/ns/shacl#"
COMPANY = "https://w3id.org/tanmai/example/studies/aluminium/company"


def problem(response: httpx.Response, status: int) -> dict:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return response.json()


def claimed(role: str, organisation: str = "", audience: str = "") -> dict[str, str]:
    return {"X-Claimed": f"somebody;{role};{organisation}{audience and ';' + audience}"}


@pytest.fixture(scope="module")
def accepted(shop: httpx.Client) -> str:
    """The address of an accepted study, handed in by its company."""
    assert shop.get("/submissions").json() == {"submissions": []}
    headers = {**TURTLE, **claimed("submitter", COMPANY)}
    response = shop.post("/submissions", content=STUDY, params={**DAY, "name": "aluminium.ttl"}, headers=headers)
    assert response.status_code == 201, response.text
    told = response.json()
    assert told["verdict"] == "accepted"
    assert told["file"] == "aluminium.ttl"
    assert told["total"]["computed"] == pytest.approx(12257.161881)  # as the study declares it
    address = response.headers["location"]
    assert address.endswith(f"/submissions/{told['id']}")
    return address


@pytest.fixture
def broken() -> bytes:
    """The study with a declared total that is 1,000 kg too low."""
    assert STUDY.count(b"tm:co2e 12257.161881 ;") == 1
    return STUDY.replace(b"tm:co2e 12257.161881 ;", b"tm:co2e 11257.161881 ;")


def test_a_study_is_judged_and_not_stored(shop, accepted, broken):
    before = shop.get("/ready").json()["generation"]
    for body, passes in ((STUDY, True), (broken, False)):
        told = shop.post("/validate", content=body, params=DAY, headers=TURTLE).json()
        assert told["passes"] is passes
    assert shop.get("/ready").json()["generation"] == before


def renamed(study: bytes, name: str) -> bytes:
    """The same study under other IRIs, so that it is none that was handed in."""
    return study.replace(b"examples/studies", b"x").replace(b"example/studies/aluminium", f"example/{name}".encode())


def test_a_dry_run_says_what_handing_in_says_and_keeps_nothing(shop, accepted):
    before = shop.get("/ready").json()["generation"], shop.get("/submissions").json()
    study = renamed(STUDY, "dry").replace(b"tm:co2e 12257.161881 ;", b"tm:co2e 11257.161881 ;")
    dry = shop.post("/submissions", content=study, params={**DAY, "dry-run": True}, headers=TURTLE)
    assert dry.status_code == 200, dry.text
    tried = dry.json()
    assert tried["dry_run"] is True
    assert (tried["verdict"], tried["new"]) == ("rejected", True)
    assert tried["total"]["declared"] == 11257.161881
    assert tried["total"]["computed"] == pytest.approx(12257.161881)
    assert tried["total"]["within"] is False
    told = shop.post("/validate", content=study, params=DAY, headers=TURTLE).json()
    assert tried["judgement"]["findings"] == told["findings"] != []
    assert (shop.get("/ready").json()["generation"], shop.get("/submissions").json()) == before
    kept = shop.post("/submissions", content=study, params=DAY, headers=TURTLE).json()
    changing = {"received", "calculation", "dry_run", "judgement"}
    assert {k: v for k, v in tried.items() if k not in changing} == {k: v for k, v in kept.items() if k not in changing}
    assert tried["calculation"]["input_hash"] == kept["calculation"]["input_hash"]


def test_a_dry_run_of_what_was_handed_in_says_so(shop, accepted):
    tried = shop.post("/submissions", content=STUDY, params={**DAY, "dry-run": True}, headers=TURTLE).json()
    assert (tried["new"], tried["verdict"], tried["judgement"]) == (False, "accepted", None)


@pytest.mark.parametrize(
    ("accept", "format_"), [("text/turtle", ox.RdfFormat.TURTLE), ("application/ld+json", ox.RdfFormat.JSON_LD)]
)
def test_the_report_comes_as_the_w3c_writes_it(shop, broken, accept, format_):
    response = shop.post("/validate", content=broken, params=DAY, headers={**TURTLE, "Accept": accept})
    stated = {(quad.predicate.value, str(quad.object)) for quad in ox.parse(response.content, format=format_)}
    assert (f"{SH}conforms", str(ox.Literal(False))) in stated
    assert any(predicate == f"{SH}resultMessage" for predicate, _ in stated)


def test_the_same_bytes_again_change_nothing(shop, accepted):
    again = shop.post("/submissions", content=STUDY, params=DAY, headers=TURTLE)
    assert again.status_code == 200
    assert again.headers["location"] == accepted
    assert again.json()["new"] is False


def test_a_rejected_study_is_kept_with_its_report(shop, accepted, broken):
    other = broken.replace(b"examples/studies", b"x").replace(b"example/studies/aluminium", b"example/studies/other")
    response = shop.post("/submissions", content=other, params=DAY, headers=TURTLE)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/json"
    told = response.json()
    assert told["verdict"] == "rejected"
    assert told["reasons"]
    kept = shop.get(response.headers["location"])
    assert kept.json()["status"]["notation"] == "rejected"
    shown = {each["id"] for each in shop.get("/submissions", params={"status": "rejected"}).json()["submissions"]}
    assert told["id"] in shown
    assert accepted.rpartition("/")[2] not in shown


def test_a_submission_is_shown_with_its_history_and_as_rdf(shop, accepted):
    told = shop.get(accepted).json()
    assert [event["to"]["notation"] for event in told["history"]][:2] == ["submitted", "accepted"]
    assert all(requirement["met"] for requirement in told["requirements"])
    response = shop.get(accepted, headers={"Accept": "text/turtle"})
    kinds = {
        t.object.value
        for t in ox.parse(response.content, format=ox.RdfFormat.TURTLE)
        if t.predicate.value.endswith("#type")
    }
    assert f"{SH}ValidationReport" in kinds


@pytest.mark.parametrize("name", ["nothing", "..%2F..", "%22%20%7D", "f" * 64])
def test_there_is_no_other_submission(shop, accepted, name):
    problem(shop.get(f"/submissions/{name}"), 404)


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"garbage", "text/turtle", 422),
        (b"<urn:a> <urn:b> <urn:c> .", "text/turtle", 422),
        (b"\xff\xfe", "text/turtle", 422),
        (b"[" * 100_000, "application/json", 422),
        (
            b'<!DOCTYPE x [<!ENTITY a "aaaa">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
            "application/rdf+xml",
            422,
        ),
        (b"", "text/turtle", 422),
        (STUDY, "text/html", 415),
        (STUDY, "text/turtle; charset=gbk", 415),
        (STUDY, "", 415),
        (b" " * 1_000_001, "text/turtle", 413),
    ],
)
@pytest.mark.parametrize("address", ["/validate", "/submissions"])
def test_what_is_no_study_is_refused(shop, address, body, media_type, status):
    problem(shop.post(address, content=body, headers={"Content-Type": media_type}), status)


def test_a_context_of_the_network_is_not_fetched(shop):
    body = json.dumps({"@context": "http://127.0.0.1:1/context", "@id": "urn:x"}).encode()
    told = problem(shop.post("/validate", content=body, headers={"Content-Type": "application/ld+json"}), 422)
    assert "context" in told["detail"]


def test_only_submitters_hand_in_and_only_for_themselves(shop):
    problem(shop.post("/submissions", content=STUDY, headers={**TURTLE, **claimed("reader")}), 403)
    problem(shop.post("/submissions", content=STUDY, headers={**TURTLE, **claimed("verifier", "urn:v")}), 403)
    headers = {**TURTLE, **claimed("submitter", "urn:mine")}
    assert "urn:mine" in problem(shop.post("/submissions?by=urn:other", content=STUDY, headers=headers), 403)["detail"]


def test_who_reads_a_part_is_not_told_what_the_rest_comes_to(shop, accepted):
    """A receipt is made on the whole store: a study that draws on hidden data would otherwise be a way to read them."""
    own = STUDY.replace(b"example/studies/aluminium", b"example/studies/mine")
    headers = {**TURTLE, **claimed("submitter", "urn:mine", "partners")}
    told = shop.post("/submissions", content=own, params=DAY, headers=headers).json()
    assert told["total"]["declared"] == pytest.approx(12257.161881)
    assert told["details"] == []
    for part in (told["total"], *told["stages"], *told["categories"]):
        assert part["computed"] is part["difference"] is part["share"] is None
    assert "12257.16188" not in json.dumps(told).replace(json.dumps(told["total"]["declared"]), "")
    rdf = shop.post("/submissions", content=own, params=DAY, headers={**headers, "Accept": "text/turtle"})
    assert "ValidationReport" in rdf.text
    assert "computedValue" not in rdf.text
    # nor whose submissions there are
    mine = accepted.rpartition("/")[2]
    refused = problem(
        shop.post("/submissions", content=own + b"#", params={**DAY, "revises": "nothing"}, headers=headers), 404
    )
    assert mine not in refused["detail"]
    refused = problem(shop.post("/submissions", content=STUDY + b"#", params=DAY, headers=headers), 422)
    assert COMPANY not in refused["detail"]
    assert mine not in refused["detail"]
    # nor what became of the same bytes, which another organisation handed in
    for organisation in ("urn:mine", ""):
        asking = {**TURTLE, **claimed("submitter", organisation, "partners")}
        refused = problem(shop.post("/submissions", content=STUDY, params=DAY, headers=asking), 422)
        assert "handed in before" in refused["detail"]
        assert COMPANY not in refused["detail"]


def test_states_are_set_by_those_whom_they_name(shop, accepted):
    """Under verification: curator or verifier; verified: verifier; withdrawn: curator, or the submitter of its own (status.ttl)."""

    def take(role: str, organisation: str = "urn:o", **body: str) -> httpx.Response:
        return shop.post(f"{accepted}/events", json=body, headers=claimed(role, organisation))

    told = problem(take("submitter", COMPANY, status="under-verification"), 403)
    assert "curator, verifier" in told["detail"]
    problem(take("reader", status="under-verification"), 403)
    problem(take("submitter", "urn:other", status="withdrawn"), 403)
    problem(take("curator", status="published"), 409)  # it is not verified yet
    problem(take("curator", status="accepted"), 403)  # no role sets it: it follows from a judgement
    problem(take("curator", status="nonsense"), 409)
    problem(take("curator", status="under-verification", by="urn:somebody-else"), 403)
    changed = take("curator", status="under-verification", why="verifier appointed")
    assert changed.json()["status"]["notation"] == "under-verification"
    assert changed.json()["history"][-1]["why"] == "verifier appointed"
    problem(take("curator", status="verified", body="x", level="limited", on="2026-11-01"), 403)
    problem(take("verifier", status="verified", body="x", level="limited", on="yesterday"), 400)
    problem(take("verifier", status="verified", body="nobody", level="limited", on="2025-11-01"), 422)
    verified = take("verifier", status="verified", body="CNCA-R-2002-001", level="limited", on="2025-11-01")
    assert verified.json()["status"]["notation"] == "verified"
    assert take("curator", status="published").json()["status"]["notation"] == "published"
    assert take("submitter", COMPANY, status="withdrawn").json()["status"]["notation"] == "withdrawn"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"status": 1}', b'{"stat": "x"}', b"{}"])
def test_an_event_that_cannot_be_read_is_refused(shop, accepted, body):
    problem(shop.post(f"{accepted}/events", content=body), 400)


def test_a_page_of_another_site_hands_nothing_in(shop):
    headers = {**TURTLE, "Origin": "https://evil.example"}
    problem(shop.post("/submissions", content=STUDY, headers=headers), 403)


def test_a_server_for_reading_takes_no_submission(reading):
    problem(reading.post("/submissions", content=STUDY, headers=TURTLE), 403)


def test_a_store_without_knowledge_says_so(writing):
    told = problem(writing.get("/products/urn:alice/footprint"), 503)
    assert "tanmai init" in told["detail"]
    assert "/tmp" not in told["detail"]


# ------------------------------------------------------------ long jobs

ASYNC = {"Prefer": "respond-async"}


def follow(client: httpx.Client, address: str, until: Callable[[dict], bool]) -> dict:
    last = time.monotonic() + 60
    while time.monotonic() < last:
        told = client.get(address).json()
        if until(told):
            return told
        time.sleep(0.05)
    raise AssertionError(told)


def test_a_long_answer_is_followed_and_fetched(shop):
    begun = shop.get("/footprints", params={"unlinked": "cutoff", "coproducts": "unallocated"}, headers=ASYNC)
    assert begun.status_code == 202
    assert begun.headers["preference-applied"] == "respond-async"
    address = begun.headers["location"]
    with shop.stream("GET", f"{address}/events") as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in events.iter_lines() if line.startswith("event:")]
    assert lines[-1] == "event: done"
    assert set(lines[:-1]) <= {"event: running"}
    told = shop.get(address).json()
    whole = shop.get(told["links"]["result"])
    ingots = {row["iri"]: row["kg_co2e"] for row in whole.json()["products"]}
    assert ingots["https://w3id.org/tanmai/demo/ingot-hydro"] == pytest.approx(4656.69016)
    problem(shop.get(address, headers=claimed("reader")), 404)  # somebody else's
    assert shop.delete(address).status_code == 204
    problem(shop.get(address), 404)


def test_a_job_that_fails_says_why(shop):
    begun = shop.get("/products/urn:nothing/footprint", headers=ASYNC)
    told = follow(shop, begun.headers["location"], lambda told: told["state"] != "running")
    assert told["state"] == "failed"
    assert told["problem"]["status"] == 404
    problem(shop.get(f"{begun.headers['location']}/result"), 404)
    shop.delete(begun.headers["location"])


def test_a_job_is_killed_and_there_are_only_so_many(shop):
    long = "/products/https%3A%2F%2Fw3id.org%2Ftanmai%2Fdemo%2Fingot-hydro/uncertainty?draws=1000000"
    jobs = [shop.get(f"{long}&seed={seed}", headers=ASYNC).headers["location"] for seed in (1, 2)]
    refused = shop.get(long, headers=ASYNC)
    assert problem(refused, 429)["type"].endswith("/too-many-jobs")
    assert refused.headers["retry-after"]
    problem(shop.get(f"{jobs[0]}/result"), 409)  # it runs
    for job in jobs:
        assert shop.delete(job).status_code == 204
    begun = shop.get("/products/urn:nothing/footprint", headers=ASYNC)  # the process that was killed was replaced
    assert follow(shop, begun.headers["location"], lambda told: told["state"] != "running")["problem"]["status"] == 404
    shop.delete(begun.headers["location"])


def test_a_study_is_handed_in_as_a_job(shop):
    begun = shop.post("/submissions", content=STUDY, params=DAY, headers={**TURTLE, **ASYNC})
    assert begun.status_code == 202
    follow(shop, begun.headers["location"], lambda told: told["state"] == "done")
    result = shop.get(f"{begun.headers['location']}/result")
    assert result.status_code in {200, 201}
    assert result.headers["location"].startswith(str(shop.base_url))
    shop.delete(begun.headers["location"])


def test_a_dry_run_names_what_stands_in_the_way_by_the_names_of_the_file(shop, accepted):
    study = renamed(STUDY, "gap")
    assert b"tm:defaultProvider" in STUDY
    study = study.replace(b"tm:defaultProvider", b"<urn:x:was>", 1)
    tried = shop.post("/submissions", content=study, params={**DAY, "dry-run": True}, headers=TURTLE).json()
    kept = shop.post("/submissions", content=study, params=DAY, headers=TURTLE).json()
    assert tried["verdict"] == kept["verdict"] == "rejected"
    assert tried["details"] == kept["details"] != []
    assert tried["detail_names"] == kept["detail_names"] != []
