"""Events that wait: noted once, tried again after growing pauses, given up after three days."""

import time

import pytest

from api.errors import BusyError
from api.pact import inbox as module
from api.pact.inbox import Event, Inbox, Request, key_of

HOUR = 3600.0


def event(number=1, partner="mill", kind="created"):
    key = key_of("mill", "https://mill.example", str(number))
    return Event(key, kind, b'{"a": 1}', "mill", "mill", partner, "https://us.example")


@pytest.fixture
def clock(monkeypatch):
    """The time, which a test sets."""

    class Clock:
        now = 1_700_000_000.0

        def time(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def test_an_event_is_noted_once_and_survives(tmp_path):
    assert Inbox(tmp_path).note(event())
    assert not Inbox(tmp_path).note(event())
    (found,) = Inbox(tmp_path).due()
    assert (found.event, found.client, found.audience, found.here) == (
        b'{"a": 1}',
        "mill",
        "mill",
        "https://us.example",
    )
    assert (tmp_path / "pact" / "events.sqlite").stat().st_mode & 0o777 == 0o600


def test_pauses_double_until_an_hour_and_end_after_72_hours(tmp_path, clock):
    inbox, started = Inbox(tmp_path), clock.now
    inbox.note(event())
    pauses = []
    while found := inbox.due():
        inbox.failed(found[0], "no answer")
        assert inbox.due() == []
        due = inbox.history()[0]["due"]
        pauses.append(due - clock.now)
        clock.now = due
    assert pauses[:6] == [5, 10, 20, 40, 80, 160]
    assert max(pauses) == HOUR
    assert 71 * HOUR < clock.now - started <= 72 * HOUR
    (told,) = inbox.history()
    assert (told["state"], told["message"]) == ("given up", "no answer")


def test_an_event_that_was_given_up_is_taken_again_when_it_comes_again(tmp_path, clock):
    """Its partner was told that it was taken; what it sends once more is not swallowed."""
    inbox = Inbox(tmp_path)
    inbox.note(event())
    clock.now += 73 * HOUR
    inbox.failed(inbox.due()[0], "no answer")
    assert inbox.history()[0]["state"] == "given up"
    assert not inbox.knows(event().key)
    assert inbox.note(event())
    (found,) = inbox.due()
    assert (found.event, found.attempts, found.received) == (b'{"a": 1}', 0, clock.now)
    inbox.done(found, "")
    assert inbox.knows(event().key)
    assert not inbox.note(event())


def test_the_oldest_event_of_each_partner_is_due(tmp_path, clock):
    inbox = Inbox(tmp_path)
    for number, partner in enumerate(["mill", "mill", "smelter"]):
        inbox.note(event(number, partner))
        clock.now += 1
    assert [(each.partner, each.key) for each in inbox.due()] == [("mill", event(0).key), ("smelter", event(2).key)]
    assert [each.partner for each in inbox.due(frozenset({"mill"}))] == ["smelter"]


def test_what_is_done_is_remembered_without_what_it_held(tmp_path):
    inbox = Inbox(tmp_path)
    inbox.note(event())
    (found,) = inbox.due()
    inbox.keep_answer(found, b"answer-with-figures")
    assert inbox.due()[0].answer == b"answer-with-figures"
    inbox.done(found, "answered")
    assert inbox.due() == []
    assert not inbox.note(event())
    assert inbox.history()[0]["state"] == "done"


def test_what_was_done_long_ago_is_forgotten(tmp_path, clock):
    inbox = Inbox(tmp_path)
    inbox.note(event())
    inbox.done(inbox.due()[0], "answered")
    clock.now += 31 * 24 * HOUR
    inbox.note(event(2))
    assert len(inbox.history()) == 1


def test_one_client_cannot_fill_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    inbox = Inbox(tmp_path)
    inbox.note(event(1))
    inbox.note(event(2))
    with pytest.raises(BusyError):
        inbox.note(event(3))


def test_one_client_cannot_fill_the_disk_by_few_large_events(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 15)  # an event of these tests has 8
    inbox = Inbox(tmp_path)
    inbox.note(event(1))
    with pytest.raises(BusyError):
        inbox.note(event(2))
    inbox.done(inbox.due()[0], "")
    assert inbox.note(event(2))


def test_a_request_is_answered_once(tmp_path):
    inbox = Inbox(tmp_path)
    inbox.ask(Request("r1", "mill", "urn:x", time.time(), "open", ""))
    assert inbox.waits_for("r1", "mill")
    assert not inbox.waits_for("r1", "smelter")
    assert not inbox.waits_for("r2", "mill")
    inbox.settle("r1", "rejected", "NotFound: none")
    assert not inbox.waits_for("r1", "mill")
    assert inbox.requests()[0].message == "NotFound: none"


def test_nothing_is_made_where_nothing_is_kept(tmp_path):
    assert (Inbox(tmp_path).due(), Inbox(tmp_path).requests(), Inbox(tmp_path).history()) == ([], [], [])
    assert list(tmp_path.iterdir()) == []
