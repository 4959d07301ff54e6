"""What holds between the parts of the server, each of which has tests of its own."""

from __future__ import annotations

from pathlib import Path

import httpx
from admission import PARTNER, bearer, guarded
from processes import until
from servers import served

from graphstore import GraphStore
from graphstore.audiences import changes
from registry.publishing.publish import publish

ASYNC = {"Prefer": "respond-async"}


def done(client: httpx.Client, address: str) -> bool:
    return client.get(address).json()["state"] == "done"


def test_a_result_that_was_read_before_something_was_taken_away_is_gone_with_it(tmp_path):
    store, keys = guarded(tmp_path)
    with served(store) as address, httpx.Client(base_url=address, headers=bearer(keys["mill"]), timeout=60) as mill:
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
