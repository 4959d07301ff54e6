"""Long jobs over several server processes: two servers over one store are what two workers are, and can be asked singly."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from admission import add, bearer
from processes import started, until

from api.access.principals import Role
from api.errors import BusyError, TooManyJobsError
from api.problems import problem_of
from api.readers import progress
from api.readers.pool import Limits, Pool
from api.readers.progress import Stage
from api.rest import stages
from api.rest.books import Books, Entry
from api.rest.longjobs import LongJobs, Result
from api.settings import Settings

ASYNC = {"Prefer": "respond-async"}
INGOT = "/products/https%3A%2F%2Fw3id.org%2Ftanmai%2Fdemo%2Fingot-hydro"
ENDLESS = f"{INGOT}/uncertainty?draws=1000000"
ME, OTHER = ("me", None, ""), ("other", None, "")
MOST = 10**9


@pytest.fixture(scope="module")
def place(shop_store: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A store, and the keys of its two clients."""
    store = tmp_path_factory.mktemp("pair") / "store"
    shutil.copytree(shop_store, store)
    return store, {name: add(store, name, (Role.ADMIN,), None) for name in ("boss", "other")}


@pytest.fixture(scope="module")
def pair(place) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Clients of two server processes over one store, as its administrator."""
    store, boss = place[0], bearer(place[1]["boss"])
    told = {"TANMAI_API_JOBS_EACH": "2"}
    with (
        started(store, "--readers", "1", environment=told) as one,
        started(store, "--readers", "1", environment=told) as two,
        httpx.Client(base_url=one.address, timeout=60, headers=boss) as first,
        httpx.Client(base_url=two.address, timeout=60, headers=boss) as second,
    ):
        yield first, second


def standing(client: httpx.Client, address: str) -> dict:
    return client.get(address).json()


def test_a_job_is_followed_and_fetched_from_any_process(pair):
    first, second = pair
    address = first.get(f"{INGOT}/footprint", headers=ASYNC).headers["location"]
    with second.stream("GET", f"{address}/events") as events:
        assert events.headers["x-accel-buffering"] == "no"
        lines = [line for line in events.iter_lines() if line]
    assert lines[-2] == "event: done"
    told = json.loads(lines[-1].removeprefix("data: "))
    answers = [client.get(told["links"]["result"]) for client in pair]
    assert answers[0].content == answers[1].content
    assert answers[0].json()["total"]["value"] == pytest.approx(4656.69016)
    assert second.delete(address).status_code == 204
    assert [client.get(address).status_code for client in pair] == [404, 404]


def test_a_job_is_its_owners_in_every_process(pair, place):
    first, second = pair
    address = first.get(f"{INGOT}/footprint", headers=ASYNC).headers["location"]
    until(lambda: standing(second, address)["state"] == "done")
    other = bearer(place[1]["other"])
    for client in pair:
        for path in (address, f"{address}/result", f"{address}/events"):
            assert client.get(path, headers=other).status_code == 404
        assert client.delete(address, headers=other).status_code == 404
    assert second.delete(address).status_code == 204


def test_jobs_are_counted_over_all_processes_and_killed_by_any(pair):
    first, second = pair
    jobs = [client.get(f"{ENDLESS}&seed={n}", headers=ASYNC).headers["location"] for n, client in enumerate(pair)]
    refused = [client.get(ENDLESS, headers=ASYNC) for client in pair]
    assert [answer.status_code for answer in refused] == [429, 429]
    assert refused[0].json()["type"].endswith("/too-many-jobs")
    until(lambda: standing(second, jobs[0])["stage"]["name"] == "drawing")
    # one process for long jobs, over both
    assert standing(first, jobs[1])["stage"]["name"] == "waiting"
    assert second.delete(jobs[0]).status_code == 204
    until(lambda: standing(first, jobs[1])["stage"]["name"] == "drawing")
    assert first.delete(jobs[1]).status_code == 204


def test_the_stages_of_a_job_are_those_of_its_work(pair):
    first, second = pair
    address = first.get(f"{INGOT}/uncertainty?draws=200000&how=monte-carlo", headers=ASYNC).headers["location"]
    seen, counts = [], []
    with second.stream("GET", f"{address}/events", headers={"Accept-Language": "zh"}) as events:
        for line in events.iter_lines():
            if line.startswith("data: "):
                stage = json.loads(line.removeprefix("data: "))["stage"]
                seen.append((stage["name"], stage["label"]))
                counts += [(stage["done"], stage["of"])] if "of" in stage else []
    assert ("drawing", "抽样求解") in seen
    assert all(of == 200_000 and 0 <= done < of for done, of in counts)
    assert counts == sorted(counts)
    first.delete(address)


def test_a_job_that_waits_longest_has_the_next_turn(tmp_path):
    one, two = Books(tmp_path, 60), Books(tmp_path, 60)
    names = [books.begin(ME, "me", "GET /", 5, MOST) for books in (one, two, one)]
    assert one.take_turn(names[0], 1)
    assert [books.take_turn(name, 1) for books, name in ((one, names[2]), (two, names[1]))] == [False, False]
    one.failed(names[0], problem_of(BusyError("no")))
    turns = {name: books.take_turn(name, 1) for books, name in ((one, names[2]), (two, names[1]))}
    first, later = sorted(names[1:], key=lambda name: (one.find(ME, name).began, name))
    assert turns == {first: True, later: False}
    for books in (one, two):
        books.close()


def test_a_job_whose_process_died_has_failed_and_leaves_its_place(tmp_path):
    dead, living = Books(tmp_path, 60), Books(tmp_path, 60)
    name = dead.begin(ME, "me", "GET /", 1, MOST)
    assert dead.take_turn(name, 1)
    with pytest.raises(TooManyJobsError):
        living.begin(ME, "me", "GET /", 1, MOST)
    assert living.find(ME, name).state == "running"
    dead.close()
    found = living.find(ME, name)
    assert found.state == "failed"
    assert "ended" in found.problem.detail
    other = living.begin(OTHER, "other", "GET /", 1, MOST)
    assert living.take_turn(other, 1), "the dead one's turn is free"
    living.close()


def test_failed_jobs_hold_no_place(tmp_path):
    books = Books(tmp_path, 60)
    for _ in range(3):
        books.failed(books.begin(ME, "me", "GET /", 1, MOST), problem_of(BusyError("no")))
    books.begin(ME, "me", "GET /", 1, MOST)
    with pytest.raises(TooManyJobsError):
        books.begin(ME, "me", "GET /", 1, MOST)
    books.close()


def test_nobody_finds_what_is_anothers(tmp_path):
    books = Books(tmp_path, 60)
    name = books.begin(ME, "me", "GET /", 1, MOST)
    assert books.find(ME, name) is not None
    for owner in (OTHER, ("me", "mill", ""), ("me", None, "urn:o")):
        assert books.find(owner, name) is None
    books.close()


def test_results_are_let_go_of_and_are_their_owners_alone(tmp_path):
    now = [time.time()]
    folder = tmp_path / "jobs"
    books = Books(folder, 100, clock=lambda: now[0])
    names = [books.begin(ME, "me", "GET /", 2, MOST) for _ in range(2)]
    for name in names:
        books.keep(name, b"secret")
        books.done(name, {}, 6)
    assert books.body(names[0]) == b"secret"
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with pytest.raises(BusyError, match="room"):
        books.begin(OTHER, "other", "GET /", 1, 12)
    books.drop(names[1])
    now[0] += 99
    assert books.find(ME, names[0]).state == "done"
    now[0] += 2
    assert books.find(ME, names[0]) is None
    books.begin(ME, "me", "GET /", 1, MOST)
    assert not list(folder.glob("*.result"))
    books.close()


def test_a_result_that_nobody_wants_any_more_is_not_kept(tmp_path):
    books = Books(tmp_path, 60)
    name = books.begin(ME, "me", "GET /", 1, MOST)
    books.keep(name, b"late")
    books.drop(name)
    books.keep(name, b"late")
    books.done(name, {}, 4)
    assert not list(tmp_path.glob("*.result"))
    books.close()


def test_who_only_asks_makes_no_files(tmp_path):
    books = Books(tmp_path / "jobs", 60)
    assert books.find(ME, "x") is None
    assert not list(tmp_path.iterdir())


def test_books_that_a_power_cut_tore_are_begun_anew(tmp_path):
    books = Books(tmp_path, 60)
    books.begin(ME, "me", "GET /", 1, MOST)
    books.close()
    (tmp_path / "jobs.sqlite").write_bytes(b"rubbish" * 1000)
    books.begin(ME, "me", "GET /", 1, MOST)
    assert sqlite3.connect(tmp_path / "jobs.sqlite").execute("SELECT count(*) FROM job").fetchone() == (1,)
    books.close()


def kept(tmp_path: Path, **stated: float) -> LongJobs:
    settings = Settings(store=tmp_path, **stated)  # type: ignore[arg-type]
    return LongJobs(Pool("reading", Limits(1, 1.0, 1), settings), settings)


def test_a_stopped_server_says_that_its_jobs_failed(tmp_path):
    async def run() -> tuple[Entry, Entry]:
        jobs, others = kept(tmp_path), kept(tmp_path)

        async def endless(_: str) -> Result:
            progress.at("drawing", 1, 2)
            await asyncio.sleep(1000)
            raise AssertionError

        job = jobs.begin(ME, "me", "GET /", endless)
        while (before := others.find(ME, job.id)).stage != Stage("drawing", 1, 2):
            await asyncio.sleep(0.05)
        await jobs.close()
        after = others.find(ME, job.id)
        await others.close()
        return before, after

    before, after = asyncio.run(run())
    assert (before.state, after.state) == ("running", "failed")
    assert "stopped" in after.problem.detail


def test_one_who_follows_a_job_that_is_deleted_is_let_go(tmp_path):
    async def run() -> list[str]:
        jobs = kept(tmp_path)

        async def endless(_: str) -> Result:
            await asyncio.sleep(1000)
            raise AssertionError

        job, seen = jobs.begin(ME, "me", "GET /", endless), []
        async for entry in jobs.follow(ME, job.id):
            seen.append(entry.state)
            await jobs.drop(job.id)
        await jobs.close()
        return seen

    assert asyncio.run(run()) == ["running"]


def test_steps_within_a_stage_are_told_seldom():
    heard = list[Stage]()
    listen = progress.seldom(heard.append)
    for stage in (Stage("a"), *(Stage("b", n, 9) for n in range(9)), Stage("c")):
        listen(stage)
    assert heard == [Stage("a"), Stage("b", 0, 9), Stage("c")]


def test_every_stage_has_its_words():
    assert stages.told(Stage("judging"), "zh") == {"name": "judging", "label": "按规则校验"}
    assert stages.told(Stage("drawing", 3, 9), "en") == {
        "name": "drawing",
        "label": "draws and solves",
        "done": 3,
        "of": 9,
    }
