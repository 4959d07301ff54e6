"""Processes are lent in turn, and none is lost when somebody gives up in the moment at which one is handed over."""

import asyncio
from types import SimpleNamespace

import pytest

from api.errors import BusyError
from api.readers.pool import Limits, Pool
from api.settings import Settings


def pool(tmp_path, size=1, waiting=10, seconds=20.0):
    made = Pool("reading", Limits(size, seconds, waiting), Settings(store=tmp_path))
    made._idle.extend(SimpleNamespace(alive=True, name=number) for number in range(size + 1))
    return made


def test_jobs_come_in_the_order_in_which_they_were_asked_for(tmp_path):
    async def order():
        lending, done = pool(tmp_path), []
        first = lending._taken()

        async def job(name):
            worker = await lending._awaited()
            done.append(name)
            lending._give_back(worker, 0.0)

        tasks = [asyncio.create_task(job(name)) for name in "abc"]
        await asyncio.sleep(0)
        assert (done, lending.waiting) == ([], 3)
        lending._give_back(first, 0.0)
        await asyncio.gather(*tasks)
        return done, lending._lent

    assert asyncio.run(order()) == (["a", "b", "c"], 0)


def test_a_process_handed_to_who_gives_up_goes_to_the_next(tmp_path):
    async def run():
        lending = pool(tmp_path)
        first = lending._taken()
        left, next_one = (asyncio.create_task(lending._awaited()) for _ in range(2))
        await asyncio.sleep(0)
        lending._give_back(first, 0.0)  # handed to `left`, who is cancelled before it runs
        left.cancel()
        worker = await asyncio.wait_for(next_one, 5)
        assert left.cancelled()
        assert lending._lent == 1
        lending._give_back(worker, 0.0)
        return lending._lent, len(lending._idle), lending.waiting

    assert asyncio.run(run()) == (0, 2, 0)


def test_who_waits_too_long_or_behind_too_many_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("api.readers.pool._LEAST_PATIENCE", 0.05)

    async def run():
        lending = pool(tmp_path, waiting=1, seconds=0.05)
        first = lending._taken()
        waiting = asyncio.create_task(lending._awaited())
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="Too many"):
            await lending._awaited()
        with pytest.raises(BusyError, match="No process became free"):
            await waiting
        lending._give_back(first, 0.0)
        return lending._lent, lending.waiting

    assert asyncio.run(run()) == (0, 0)
