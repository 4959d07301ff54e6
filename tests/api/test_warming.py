"""Compiled systems that are there before anybody asks."""

import asyncio
import time

import httpx
import pytest
from chains import EX, process
from servers import served

from api.errors import SettingsError
from api.rest.kept import Kept
from api.rest.warming import Warmer
from api.settings import Settings
from api.state import State
from graphstore import GraphStore
from graphstore.answers.graph import Calculation
from graphstore.answers.summary import summary

MADE = ["labels", "names", "system"]


def newest(store):
    with GraphStore.open(store, mode="read") as opened:
        return str(opened.generation)


def kept(store):
    """What lies beside the newest generation, by the beginning of its name."""
    folder = store / "cache" / newest(store)
    return sorted({file.name.partition("-")[0] for file in folder.glob("*-*") if file.suffix in {".arrays", ".sqlite"}})


def wait_for(store, wanted):
    last = time.monotonic() + 30
    while kept(store) != wanted:
        assert time.monotonic() < last, kept(store)
        time.sleep(0.05)


@pytest.fixture
def plant(shop_store, tmp_path):
    """A copy of the store of the shop, beside which nothing was compiled yet."""
    with GraphStore.open(shop_store, mode="read") as opened:
        opened.backup(tmp_path / "backup")
    return GraphStore.restore(tmp_path / "backup", tmp_path / "store")


def test_each_new_state_is_compiled_before_it_is_asked_for(plant):
    with served(plant, warm=True, readers=1, allow_writes=True) as address:
        wait_for(plant, MADE)
        before = newest(plant)
        update = {"update": "INSERT DATA { <urn:a> <urn:b> 1 }"}
        assert httpx.post(f"{address}/sparql", data=update).status_code == 200
        assert newest(plant) != before
        wait_for(plant, MADE)
        assert httpx.get(f"{address}/health").status_code == 200


def test_nothing_is_compiled_that_was_not_asked_for(plant):
    with served(plant, readers=1) as address:
        assert httpx.get(f"{address}/health").status_code == 200
        time.sleep(0.2)
    assert kept(plant) == []


def test_a_store_that_cannot_be_calculated_is_tried_once(tmp_path):
    store = tmp_path / "store"
    with GraphStore.open(store) as opened:
        opened.load_bytes(b"<urn:a> <urn:b> 1 .", key="x", format="turtle")

    async def looking():
        state = State.of(Settings(store=store, readers=1))
        async with state.running():
            warmer = Warmer(state)
            await warmer.look()
            started = state.jobs.pool.started
            await warmer.look()
            return started, state.jobs.pool.started

    before, after = asyncio.run(looking())
    assert before == after > 0


def test_one_of_several_processes_does_it(plant):
    """The second one waits for the lock, and takes it over when the first one ends."""

    async def both():
        state = State.of(Settings(store=plant, readers=1, warm=True))
        async with state.running():
            async with Warmer(state).running():
                await asyncio.sleep(0.3)
                second = Warmer(state)
                async with second.running():
                    await asyncio.sleep(1.5)
                    assert second._done == {}
            return second

    asyncio.run(both())


def test_behind_an_endpoint_there_is_nothing_to_compile(tmp_path):
    with pytest.raises(SettingsError, match="--warm"):
        Settings(store=tmp_path, endpoint="http://127.0.0.1:1/query", warm=True)


def test_what_was_taken_away_does_not_come_back_to_the_disk(plant):
    """A reader may still have a generation open that was removed because somebody may read it no longer."""
    with GraphStore.open(plant, mode="read") as opened:
        calculation = Calculation(opened, lasting=True)
        for folder in ("generations", "cache"):
            for entry in (plant / folder).iterdir():
                entry.rename(plant / f"{folder}-{entry.name}")
        with pytest.raises(FileNotFoundError):
            opened.cache_dir()
        assert len(calculation.labels.node) > 1000
        assert list((plant / "cache").iterdir()) == []


def test_the_system_of_a_scenario_is_kept_until_another_state_is_read(case):
    text = """:green a tm:Scenario ; rdfs:label "green"@en ; dcterms:source "toy" ; tm:change :c .
:c a tm:AmountChange ; tm:changedExchange :x-emission-1 ; tm:relativeChange -0.5 .
"""
    store = case(process("x", emissions=(("flow:CO2-fossil", 2),)) + text).store
    kept = Kept()
    plain, green = (kept.system(store, {"scenario": name}) for name in (None, "green"))
    assert kept.system(store, {"scenario": "green"}) is green
    assert kept.system(store, {"scenario": None}) is plain
    assert kept.system(store, {"scenario": "green", "gwp": "AR5"}) is not green
    found = [summary(each.parts, EX + "x")["total"]["value"] for each in (plain, green)]
    assert found == [2.0, 1.0]


def test_the_last_supply_chains_are_kept(case):
    store = case("".join(process(name, emissions=(("flow:CO2-fossil", 2),)) for name in "xyz")).store
    system = Kept().system(store, {})
    first = system.chain(EX + "x", 1.0, None)
    assert system.chain(EX + "x", 1.0, None) is first
    assert system.chain(EX + "x", 2.0, None) is not first
    for name in "yz":
        system.chain(EX + name, 1.0, None)
    assert system.chain(EX + "x", 1.0, None) is not first
