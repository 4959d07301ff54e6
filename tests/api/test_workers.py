"""``--workers 2``: what one process is told, the other knows; and one that dies takes nothing but its own work with it."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from admission import GENEROUS, add, bearer, change
from processes import Server, answers, started, until

from api.access.principals import Role
from api.audit.reading import verify

SETTINGS = {"TANMAI_API_JOBS_EACH": "9", "TANMAI_API_PLAIN_HTTP_ACCEPTED": "true"}
ASKED = 10
"""Connections over which a question is asked, so that each process has some of them."""


@pytest.fixture(scope="module")
def place(shop_store: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    store = tmp_path_factory.mktemp("workers") / "store"
    shutil.copytree(shop_store, store)
    keys = {name: add(store, name, (Role.ADMIN,), None) for name in ("boss", "gone", "slow")}
    (store / "access" / "limits.toml").write_text("[admin]\nper_minute = 1\nburst = 2000\n" + GENEROUS)
    return store, keys


@pytest.fixture(scope="module")
def server(place) -> Iterator[Server]:
    with started(place[0], "--workers", "2", "--readers", "1", "--allow-writes", environment=SETTINGS) as made:
        until(lambda: len(made.workers()) == 2)
        yield made


def everywhere(server: Server, path: str, key: str, **stated: object) -> list[httpx.Response]:
    """The answers over several connections that are open at once, which both processes accept."""
    clients = [httpx.Client(base_url=server.address, timeout=60, headers=bearer(key)) for _ in range(ASKED)]
    try:
        for client in clients:
            client.get("/health")
        return [client.get(path, **stated) for client in clients]  # type: ignore[arg-type]
    finally:
        for client in clients:
            client.close()


def test_a_write_is_seen_by_all_and_their_entity_tags_agree(server, place):
    key, query = place[1]["boss"], {"query": "SELECT ?v { <urn:w> <urn:v> ?v }"}
    seen = []
    for value in range(3):
        update = f"DELETE WHERE {{ <urn:w> <urn:v> ?o }} ; INSERT DATA {{ <urn:w> <urn:v> {value} }}"
        posted = httpx.post(f"{server.address}/sparql", data={"update": update}, headers=bearer(key), timeout=60)
        assert posted.status_code == 200
        said = everywhere(server, "/sparql", key, params=query, headers={"Accept": "text/csv"})
        assert {tuple(answer.text.split()) for answer in said} == {("v", str(value))}
        (tag,) = {answer.headers["etag"] for answer in said}
        seen.append(tag)
        again = everywhere(server, "/sparql", key, params=query, headers={"Accept": "text/csv", "If-None-Match": tag})
        assert {answer.status_code for answer in again} == {304}
    assert len(set(seen)) == 3


def test_tokens_and_their_end_hold_everywhere(server, place):
    store, keys = place
    token = httpx.post(
        f"{server.address}/auth/token", data={"grant_type": "client_credentials"}, auth=("gone", keys["gone"])
    ).json()["access_token"]
    for shown in (token, keys["gone"]):
        assert {answer.status_code for answer in everywhere(server, "/queries", shown)} == {200}
    change(store, "gone", disabled=True)
    for shown in (token, keys["gone"]):
        assert {answer.status_code for answer in everywhere(server, "/queries", shown)} == {401}


def test_requests_are_counted_together(server, place):
    said = everywhere(server, "/queries", place[1]["slow"])
    left = [int(answer.headers["ratelimit"].partition("r=")[2].partition(";")[0]) for answer in said]
    assert left == [1999 - number for number in range(ASKED)]


def test_a_job_is_found_everywhere_and_is_told_as_failed_when_its_process_dies(server, place):
    boss = place[1]["boss"]
    endless = "/products/https%3A%2F%2Fw3id.org%2Ftanmai%2Fdemo%2Fingot-hydro/uncertainty?draws=1000000"
    before = set(server.workers())
    asked = everywhere(server, endless, boss, headers={"Prefer": "respond-async"})
    addresses = [answer.headers["location"] for answer in asked if answer.status_code == 202]
    assert len(addresses) == 9, "so many may be had, over both"
    assert [answer.status_code for answer in asked].count(429) == ASKED - 9
    assert {answer.json()["state"] for answer in everywhere(server, addresses[-1], boss)} == {"running"}
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    until(lambda: len(set(server.workers()) - before) == 2)
    until(lambda: answers(server.address))
    problems = []
    for address in addresses:
        told = [answer.json() for answer in everywhere(server, address, boss)]
        (state,) = {each["state"] for each in told}
        problems += [told[0]["problem"]["type"].rpartition("/")[2]] if state == "failed" else []
        assert state in {"done", "failed"}
        assert httpx.delete(f"{server.address}{address}", headers=bearer(boss)).status_code == 204
    assert set(problems) == {"reader-died"}
    assert verify(place[0] / "audit").findings == (), "the chain of the log is whole, whoever died"
