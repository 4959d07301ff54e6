"""What holds between the parts of the server, each of which has tests of its own."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urljoin

import httpx
import pytest
from admission import PARTNER, bearer, guarded
from processes import until
from servers import served

from api.rest.books import Books
from graphstore import GraphStore
from graphstore.audiences import changes
from graphstore.audiences.visibility import Audience, Extent
from registry.publishing.publish import publish
from tanmai.translate import translated

ASYNC = {"Prefer": "respond-async"}


def done(client: httpx.Client, address: str) -> bool:
    return client.get(address).json()["state"] == "done"


def test_a_result_that_was_read_before_something_was_taken_away_is_gone_with_it(tmp_path):
    store, keys = guarded(tmp_path)
    with (
        served(store, readers=1) as address,
        httpx.Client(base_url=address, headers=bearer(keys["mill"]), timeout=60) as mill,
    ):
        jobs = [mill.get("/exports/nquads", headers=ASYNC).headers["location"] for _ in range(2)]
        for job in jobs:
            until(lambda job=job: done(mill, job))
            assert PARTNER in mill.get(f"{job}/result").text
        with GraphStore.open(store) as opened:
            changes.unshare(opened, "data1", "mill")
            publish(opened)
        for job in jobs:
            assert [mill.get(job + tail).status_code for tail in ("", "/result", "/events")] == [404, 404, 404]
        begun = mill.get("/exports/nquads", headers=ASYNC)  # which sweeps
        assert begun.status_code == 202
        until(lambda: done(mill, begun.headers["location"]))
        assert not held(store / "access" / "jobs", PARTNER)
        with GraphStore.open(store) as opened:  # what is added takes nothing away
            opened.load_bytes(b"<urn:more> <urn:b> 1 .", key="more", format="turtle", title="More")
            publish(opened)
        assert mill.get(begun.headers["location"] + "/result").status_code == 200


def held(folder: Path, canary: str) -> list[str]:
    return [path.name for path in folder.glob("*.result") if canary.encode() in path.read_bytes()]


@pytest.fixture(scope="module")
def shop(shop_store: Path) -> Iterator[httpx.Client]:
    with served(shop_store, readers=1) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


INGOT = "/products/https%3A%2F%2Fw3id.org%2Ftanmai%2Fdemo%2Fingot-hydro"


def test_a_result_of_a_job_links_to_what_the_answer_links_to(shop):
    job = shop.get(f"{INGOT}/footprint?gwp=AR5", headers=ASYNC).headers["location"]
    until(lambda: done(shop, job))
    linked = re.findall(r"<([^>]*)>", shop.get(f"{job}/result").headers["link"])
    assert f"{INGOT}/footprint/credits?gwp=AR5" in linked
    shop.delete(job)
    assert [shop.get(urljoin(f"{job}/result", address)).status_code for address in linked] == [200] * 5


def test_who_follows_a_job_that_fails_is_told_why(shop):
    job = shop.get("/products/urn:nothing/footprint", headers=ASYNC).headers["location"]
    events = shop.get(f"{job}/events", headers={"Accept-Language": "zh"}).text
    told = json.loads(events.rpartition("data: ")[2])
    assert (told["state"], told["problem"]["status"], told["problem"]["title"]) == ("failed", 404, "名称不存在")
    shop.delete(job)


def test_a_parameter_that_is_missing_is_said_to_be(shop):
    assert shop.get("/resource").json()["detail"] == shop.get("/compare").json()["detail"].replace(" a ", " iri ")


def test_a_state_that_there_is_not_makes_the_request_wrong(shop):
    assert shop.get("/submissions?status=nonsense").status_code == 400


def test_the_processes_of_long_jobs_are_counted_too(shop):
    job = shop.get(f"{INGOT}/footprint", headers=ASYNC).headers["location"]
    until(lambda: done(shop, job))
    assert 'tanmai_processes_started_total{work="long"} 0' not in shop.get("/metrics").text
    assert 'tanmai_processes_started_total{work="long"}' in shop.get("/metrics").text
    shop.delete(job)


def test_a_server_lets_go_of_results_that_one_of_before_left(tmp_path):
    store, _ = guarded(tmp_path)
    folder = store / "access" / "jobs"
    before = Books(folder, 0.0)
    name = before.begin(("boss", None, ""), "boss", "GET /", 1, 10**9)
    before.keep(name, b"old")
    before.done(name, {}, 3)
    before.close()
    with served(store, job_kept_seconds=1):
        until(lambda: not list(folder.glob("*.result")))


def test_who_may_have_the_total_alone_is_told_where_it_is(shop_store, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(shop_store, store)
    with GraphStore.open(store) as opened:
        changes.add(opened, "buyer", Audience("The buyer"))
        changes.share(opened, "demo", "buyer", Extent.RESULT)
        publish(opened)
    asking = {"X-Claimed": "buyer;reader;;buyer", "Accept-Language": "zh"}
    with (
        served(store, readers=1, translate=translated) as address,
        httpx.Client(base_url=address, headers=asking, timeout=60) as buyer,
    ):
        product = quote("https://w3id.org/tanmai/demo/ingot-hydro", safe="")
        for tail in ("", "/footprint", "/footprint/credits", "/explain", "/contributions", "/uncertainty"):
            told = buyer.get(f"/products/{product}{tail}")
            assert told.status_code == 404, tail
            (place,) = re.findall(r"/resource\?iri=\S+?(?=[，。 ]|$)", told.json()["detail"])
            shown = buyer.get(place, headers={"Accept": "text/turtle"})
            assert "4656.69" in shown.text, tail
        assert "/resource" not in buyer.get("/products/urn:nothing/footprint").json()["detail"]
