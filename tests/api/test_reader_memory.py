"""The memory of a reader belongs to the query: opening a store takes little of it, and what was taken does not stay taken."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from api.readers.answer import Answer
from api.readers.forks import Forks
from api.readers.pool import Limits, Pool
from api.readers.worker import Worker
from api.settings import Settings
from graphstore import layout
from graphstore.generations import Generations

MEGABYTES = 1024
linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc says what a process takes")


def job(store, text):
    newest = Generations(layout.read(store)).ids()[-1]
    asked = {"kind": "query", "text": text, "dataset": None, "base": "urn:x", "accept": "text/csv", "patterns": 200}
    return {**asked, "generation": newest, "audience": None}


@linux
def test_opening_a_store_takes_a_quarter_of_the_limit_at_most(make_store):
    """It took 390 to 1,100 of 1,024 MB, by how many of the engine's threads happened to live at once; then it was aborted."""

    async def peak():
        forks = Forks()
        forks.hold(forks)
        worker = await Worker.start(forks, "reading", Settings(store=store, memory_megabytes=4 * MEGABYTES))
        try:
            last = asyncio.get_running_loop().time() + 20
            answer = await Answer.begin(worker, job(store, "ASK { ?s ?p ?o }"), b"", last)
            assert answer.first == b"true"
            status = Path(f"/proc/{worker.process.pid}/status").read_text(encoding="ascii")
        finally:
            worker.kill()
            await worker.process.wait()
            await forks.release(forks)
        return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmPeak"))

    store = make_store()
    assert asyncio.run(peak()) < MEGABYTES / 4


@linux
def test_a_reader_that_has_grown_is_replaced_after_its_answer(make_store):
    store = make_store()
    growing = "SELECT (STRLEN(?z) AS ?n) { BIND('0123456789' AS ?s0) "
    growing += " ".join(f"BIND(CONCAT(?s{i}, ?s{i}) AS ?s{i + 1})" for i in range(24)) + " BIND(?s24 AS ?z) }"

    async def pids():
        pool = Pool("reading", Limits(1, 20, 1), Settings(store=store, memory_megabytes=MEGABYTES))
        await pool.start()
        found = []
        for text in (*["ASK { ?s ?p ?o }"] * 4, growing, *["ASK { ?s ?p ?o }"] * 4):
            async with pool.ask(job(store, text)) as answer:
                found.append(answer._worker.process.pid)
                assert answer.complete
                last = answer.first
        await pool.close()
        return found, last

    found, last = asyncio.run(pids())
    assert last == b"true"
    assert len(set(found[:5])) <= 2  # one at work, one standing by
    assert found[4] not in found[5:]


@linux
def test_a_reader_has_not_grown_because_its_server_has(make_store):
    """A child begins with its parent's figure; a large server would replace its readers after each answer."""
    large = bytearray(MEGABYTES << 19)
    large[:: 1 << 12] = bytes(len(large[:: 1 << 12]))
    store = make_store()

    async def pids():
        pool = Pool("reading", Limits(1, 20, 1), Settings(store=store, memory_megabytes=MEGABYTES // 2))
        await pool.start()
        found = []
        for _ in range(6):
            async with pool.ask(job(store, "ASK { ?s ?p ?o }")) as answer:
                found.append(answer._worker.process.pid)
        await pool.close()
        return found

    assert len(set(asyncio.run(pids()))) <= 2


@linux
def test_a_reader_that_takes_long_gives_way_and_is_replaced(make_store):
    """So killer queries take a tenth of the processor from those that are short."""
    store = make_store()
    endless = "SELECT ?a ?b ?c { ?a <urn:value> ?x . ?b <urn:value> ?y . ?c <urn:value> ?z }"

    async def seen():
        pool = Pool("reading", Limits(1, 20, 1), Settings(store=store))
        await pool.start()
        async with pool.ask(job(store, "ASK { ?s ?p ?o }")) as answer:
            first = answer._worker
            before = os.getpriority(os.PRIO_PROCESS, first.process.pid)
        async with pool.ask(job(store, endless)) as answer:
            assert answer._worker is first
            await asyncio.sleep(1.5)
            after = os.getpriority(os.PRIO_PROCESS, first.process.pid)
        others = []
        for _ in range(3):
            async with pool.ask(job(store, "ASK { ?s ?p ?o }")) as answer:
                others.append(answer._worker)
        await pool.close()
        return before, after, first in others

    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert asyncio.run(seen()) == (min(own + 2, 19), min(own + 12, 19), False)
