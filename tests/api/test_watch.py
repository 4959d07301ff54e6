"""Webhooks: who is told of changes, by whom it is signed, and what happens when nobody takes it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from api.errors import AccessFileError, PartnerUnreachableError, WatchError
from api.pact.outbound import Outbound, Reply
from api.settings import Settings
from api.state import State
from api.watch import targets, watcher
from api.watch.targets import Progress, Target
from api.watch.watcher import Watcher
from graphstore import GraphStore

LONG_AGO = "2020-01-01T00:00:00+00:00"


@dataclass
class Receiver:
    """Takes calls in the place of the network: the statuses that it answers by, and what it got."""

    statuses: list[int] = field(default_factory=list)
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def __call__(self, method, url, headers, body):
        self.calls.append((url, dict(headers), body))
        return Reply(self.statuses.pop(0) if self.statuses else 200, {}, b"")

    def titles(self) -> list[str]:
        return [item["title"] for _, _, body in self.calls for item in json.loads(body)["items"]]


@pytest.fixture
def store(tmp_path):
    where = tmp_path / "store"
    with GraphStore.open(where) as opened:
        opened.load_bytes(b"<urn:a> <urn:b> 1 .", key="first", format="turtle", title="First")
    return where


def look(store, send, times=1):
    """Have a watcher look a few times, with real reader processes."""
    look_and(store, send, [times], lambda: None)


def look_and(store, send, times, then):
    """Have one new watcher after the other look so many times each, with real reader processes, and do something after each."""

    async def looking():
        state = State.of(Settings(store=store, readers=1))
        async with state.running():
            for looks in times:
                made = Watcher(state, send)
                made._known = targets.progress(store)
                for _ in range(looks):
                    await made.look()
                then()

    asyncio.run(looking())


def test_a_target_is_told_once_and_of_what_comes_later(store):
    targets.add(store, Target("lab", "https://lab.example/hook", "key", LONG_AGO))
    receiver = Receiver()
    look(store, receiver, times=2)
    assert receiver.titles() == ["New dataset First"]
    with GraphStore.open(store) as opened:
        opened.load_bytes(b"<urn:a> <urn:b> 2 .", key="first", format="turtle", title="First")
    look(store, receiver, times=2)
    assert receiver.titles()[1:] in (
        ["Version 1 of First is superseded", "New version 2 of First"],
        ["New version 2 of First", "Version 1 of First is superseded"],
    )


def test_calls_are_signed_over_time_and_body(store):
    targets.add(store, Target("lab", "https://lab.example/hook", "key", LONG_AGO))
    receiver = Receiver()
    look(store, receiver)
    _, headers, body = receiver.calls[0]
    seconds, digest = headers["X-Tanmai-Signature"].removeprefix("t=").split(",sha256=")
    assert hmac.new(b"key", f"{seconds}.".encode() + body, hashlib.sha256).hexdigest() == digest
    assert abs(int(seconds) - time.time()) < 60


def test_what_is_not_taken_waits_longer_each_time(store, monkeypatch):
    targets.add(store, Target("lab", "https://lab.example/hook", "key", LONG_AGO))
    receiver = Receiver([503, 302, 200])
    now, pauses = 1_000_000.0, iter([30.0, 60.0, None])
    monkeypatch.setattr(watcher.time, "time", lambda: now)

    def later():
        nonlocal now
        if (pause := next(pauses)) is not None:
            assert targets.progress(store)["lab"].due == now + pause
            now += pause + 1

    look_and(store, receiver, [3, 3, 2], later)  # the second and third look come too early
    assert next(pauses, "all") == "all"
    assert len(receiver.calls) == 3
    assert receiver.calls[0][2] == receiver.calls[2][2]
    reached = targets.progress(store)["lab"]
    assert (reached.attempts, reached.message) == (0, "")


def test_a_target_that_is_removed_and_added_again_waits_for_nothing_of_before(store):
    targets.add(store, Target("lab", "https://wrong.example/hook", "key", LONG_AGO))
    look(store, Receiver([500]))
    assert targets.progress(store)["lab"].attempts == 1
    targets.remove(store, "lab")
    added = "2026-01-01T00:00:00+00:00"
    targets.add(store, Target("lab", "https://right.example/hook", "key", added))
    receiver = Receiver()
    look(store, receiver)
    assert [url for url, _, _ in receiver.calls] == ["https://right.example/hook"]
    assert targets.progress(store)["lab"].attempts == 0


def test_a_slow_or_broken_target_keeps_no_other_waiting(store):
    for name in ("broken", "lab"):
        targets.add(store, Target(name, f"https://{name}.example/hook", "key", LONG_AGO))
    receiver = Receiver()

    def send(method, url, headers, body):
        if "broken" in url:
            raise PartnerUnreachableError("gone")
        return receiver(method, url, headers, body)

    look(store, send)
    assert receiver.titles() == ["New dataset First"]
    assert targets.progress(store)["broken"].message == "gone"


def test_a_target_is_told_about_its_node_and_its_view_alone(store):
    with GraphStore.open(store) as opened:
        opened.load_bytes(b"<urn:c> <urn:b> 1 .", key="second", format="turtle", title="Second")
    targets.add(store, Target("node", "https://a.example/", "key", LONG_AGO, about="urn:c", lang="zh"))
    targets.add(store, Target("guests", "https://b.example/", "key", LONG_AGO, audience="guests"))
    receiver = Receiver()
    look(store, receiver)
    assert [url for url, _, _ in receiver.calls] == ["https://a.example/"]
    assert receiver.titles() == ["新数据集 Second"]
    assert "guests" in targets.progress(store)["guests"].message


def test_addresses_of_this_side_are_not_called(store):
    urls = ["https://127.0.0.1/", "https://localhost/", "https://169.254.169.254/latest", "https://[::1]/"]
    for number, url in enumerate(urls):
        targets.add(store, Target(f"self{number}", url, "key", LONG_AGO))
    look(store, Outbound().send)
    messages = [reached.message for reached in targets.progress(store).values()]
    assert ["no public address" in message for message in messages] == [True] * len(urls), messages


@pytest.mark.parametrize(
    ("name", "url", "about"),
    [("a b", "https://x.example/", ""), ("", "https://x.example/", ""), ("x", "http://x.example/", ""),
     ("x", "https://x.example/ y", ""), ("x", "https://x.example/\r\nX: y", ""), ("x", "https://x.example/", "nothing")],
)  # fmt: skip
def test_what_cannot_be_a_target_is_refused(name, url, about):
    with pytest.raises(WatchError):
        Target(name, url, "key", LONG_AGO, about=about)


def test_targets_are_kept_for_their_owner_alone(store):
    target = Target("lab", "https://lab.example/hook", "key", LONG_AGO)
    targets.add(store, target)
    assert targets.load(store) == {"lab": target}
    assert "key" not in repr(target)
    with pytest.raises(WatchError, match="already"):
        targets.add(store, target)
    file = store / "watch" / "targets.json"
    assert file.stat().st_mode & 0o077 == 0
    file.chmod(0o644)
    with pytest.raises(AccessFileError, match="chmod 600"):
        targets.load(store)
    file.chmod(0o600)
    targets.remove(store, "lab")
    with pytest.raises(WatchError, match="no target"):
        targets.remove(store, "lab")


def test_one_process_tells(store):
    targets.add(store, Target("lab", "https://lab.example/hook", "key", LONG_AGO))
    state = State.of(Settings(store=store))
    first, second = Watcher(state, Receiver()), Watcher(state, Receiver())
    lock = first._locked()
    assert lock is not None
    assert second._locked() is None
    lock.release()
    later = second._locked()
    assert later is not None
    later.release()


def test_the_task_of_a_server_tells(store, monkeypatch):
    monkeypatch.setattr(watcher, "LOOK", 0.05)
    targets.add(store, Target("lab", "https://lab.example/hook", "key", LONG_AGO))
    receiver = Receiver()

    async def serving():
        state = State.of(Settings(store=store, readers=1))
        async with state.running(), Watcher(state, receiver).running():
            with suppress(TimeoutError):
                async with asyncio.timeout(30):
                    while not targets.progress(store).get("lab", Progress()).generation:
                        await asyncio.sleep(0.05)

    asyncio.run(serving())
    assert receiver.titles() == ["New dataset First"]


def test_the_command_line_adds_lists_and_removes(store):
    from typer.testing import CliRunner

    from tanmai.cli import app

    runner = CliRunner()
    base = ["--store", str(store), "--json"]
    made = json.loads(
        runner.invoke(app, ["watch", "add", "lab", "https://lab.example/", "--whole-store", *base]).output
    )
    assert len(made["secret"]) > 40
    listed = json.loads(runner.invoke(app, ["watch", "list", *base]).output)["targets"]
    assert [(each["name"], each["audience"]) for each in listed] == [("lab", None)]
    assert "secret" not in listed[0]
    assert runner.invoke(app, ["watch", "remove", "lab", *base]).exit_code == 0
    refused = runner.invoke(app, ["watch", "add", "lab", "https://lab.example/", *base])
    assert isinstance(refused.exception, WatchError)


def test_a_target_that_is_away_for_years_is_tried_still(store):
    targets.add(store, Target("lab", "https://lab.example/hook", "key", LONG_AGO))
    targets.save_progress(store, {"lab": Progress(time=LONG_AGO, attempts=5000)})
    look(store, Receiver([503]))
    reached = targets.progress(store)["lab"]
    assert reached.attempts == 5001
    assert reached.due - time.time() == pytest.approx(6 * 3600, abs=60)


def test_what_nobody_foresaw_keeps_no_other_target_waiting(store):
    for name in ("odd", "lab"):
        targets.add(store, Target(name, f"https://{name}.example/hook", "key", LONG_AGO))
    receiver = Receiver()

    def send(method, url, headers, body):
        if "odd" in url:
            raise ZeroDivisionError("a secret of ours")
        return receiver(method, url, headers, body)

    look(store, send)
    assert receiver.titles() == ["New dataset First"]
    assert "nobody foresaw" in targets.progress(store)["odd"].message
    assert "secret" not in targets.progress(store)["odd"].message


def test_many_targets_are_all_remembered(store):
    for number in range(12):
        targets.add(store, Target(f"t{number}", f"https://t{number}.example/hook", "key", LONG_AGO))
    receiver = Receiver()
    look(store, receiver, times=2)
    assert len(receiver.calls) == 12
    assert all(each.generation for each in targets.progress(store).values())
    assert len(targets.progress(store)) == 12
