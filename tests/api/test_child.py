"""A child between its jobs: what it waits for, and the end that it sets itself."""

import signal
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import AnswerTooLargeError
from api.problems import problem_of
from api.readers import alarm, child
from api.readers.frames import BLOCK, Output, job_bytes, wait_at_most
from api.sparql.plain import _unquoted as unquoted


class Timer:
    """Stands for the alarm of a process, and notes how it is set."""

    def __init__(self, monkeypatch):
        self.set = []
        monkeypatch.setattr(alarm.signal, "setitimer", lambda _, seconds: self.set.append(seconds))
        monkeypatch.setattr(alarm.signal, "signal", lambda *_: None)


def test_jobs_that_follow_each_other_closely_share_one_setting(monkeypatch):
    """It rings 1 to 1.5 seconds after each job should be done: after 2 s, between 3 and 3.5."""
    timer, made = Timer(monkeypatch), alarm.Alarm()
    for now in (100.0, 100.2, 100.5):
        made.after(now, 2.0)
    assert timer.set == [3.5]
    made.after(100.51, 2.0)
    assert timer.set == [3.5, 3.5]


def test_a_job_with_less_time_gets_a_setting_of_its_own(monkeypatch):
    timer, made = Timer(monkeypatch), alarm.Alarm()
    made.after(100.0, 2.0)
    made.after(100.1, 1.0)
    made.off()
    made.after(100.2, 1.0)
    assert timer.set == [3.5, 2.5, 0, 2.5]


ENDLESS = """
import time
from api.readers import alarm
alarm.GRACE = alarm._SLACK = 0.02
made = alarm.Alarm()
made.after(time.monotonic(), 0.01)
{then}
time.sleep(0.2)
"""


@pytest.mark.parametrize(("then", "code"), [("", -signal.SIGALRM), ("made.off()", 0)])
def test_it_ends_a_process_that_never_comes_back(then, code):
    assert subprocess.run([sys.executable, "-c", ENDLESS.format(then=then)], check=False).returncode == code


class Noted:
    """An alarm that notes when it is put off."""

    offs = 0

    def off(self):
        self.offs += 1


@pytest.mark.parametrize(("size", "pause", "offs"), [(100, 0.0, 0), (9000, 0.0, 1), (100, 0.2, 1), (9000, 0.2, 2)])
def test_a_child_whose_job_has_not_come_lives_on(size, pause, offs):
    """Neither one that comes late ends it, by the time of the job before, nor one that comes slowly, in parts."""
    ours, theirs = socket.socketpair()
    whole, noted = job_bytes({"kind": "probe"}, b"x" * size), Noted()

    def send():
        time.sleep(pause)
        for begin in range(0 if pause else 4000, len(whole), 4000):
            theirs.sendall(whole[begin : begin + 4000])
            time.sleep(0.06)

    with ours, theirs:
        wait_at_most(ours, 0.05)
        if not pause:
            theirs.sendall(whole[:4000])
        thread = threading.Thread(target=send)
        thread.start()
        found = child._next(ours, None, noted)
        thread.join()
        assert (dict(found[0]), len(found[1]), noted.offs) == ({"kind": "probe"}, size, offs)
        theirs.close()
        assert child._next(ours, None, noted) is None


class Failing:
    """Work that says when it is done, and fails."""

    def __init__(self, said):
        self.said = said

    def run(self, *_):
        self.said.append("done")
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("job", "said"),
    [({"most_megabytes": 3}, ["done", "unbound"]), ({"most_megabytes": None}, ["done"]), ({}, ["done"])],
)
def test_a_memory_limit_of_one_job_ends_with_it(monkeypatch, job, said):
    """Before the body of the next one is received, which may be somebody else's."""
    found = []
    monkeypatch.setattr(child.memory, "unbound", lambda: found.append("unbound"))
    with pytest.raises(ZeroDivisionError):
        child._do(job, b"", Output(Sent()), Failing(found))
    assert found == said


def one(out):
    out.begin(None)
    out.head_of_table("text/csv", "1-a")
    out.write(b"short")
    out.end()


def large(out):
    out.begin(None)
    out.head_of_table("text/csv", "1-a")
    out.lines(b"etag: x\r\n")
    out.write(b"x" * (BLOCK + 1))
    out.write(b"rest")
    out.end()


def lined(out):
    out.begin(None)
    out.head_of_table("text/csv", "1-a")
    out.lines(b"etag: x\r\n")
    out.write(b"lined")
    out.end()


def other(out):
    out.begin(None)
    out.other()
    out.end()


def too_large(out):
    out.begin(10)
    out.head_of_table("text/csv", "1-a")
    with pytest.raises(AnswerTooLargeError) as refused:
        out.write(b"12345678901")
    out.failed(problem_of(refused.value))


def failing(out):
    out.begin(None)
    out.head_of_table("text/csv", "1-a")
    out.lines(b"etag: x\r\n")
    out.write(b"lost")
    out.failed(problem_of(ValueError("no")))


class Sent:
    """A socket that keeps what is sent."""

    def __init__(self):
        self.data = b""

    def sendall(self, data):
        self.data += bytes(data)


@pytest.mark.parametrize("before", [one, large, lined, other, too_large, failing])
@pytest.mark.parametrize("after", [one, large, lined, other, failing])
def test_an_answer_is_the_same_whatever_came_before(before, after):
    alone, used = Sent(), Sent()
    after(Output(alone))
    out = Output(used)
    before(out)
    used.data = b""
    after(out)
    assert used.data == alone.data != b""


@given(
    st.lists(
        st.sampled_from([b"%", b"%4", b"%41", b"%e4", b"%%", b"=", b"=41", b"a", b"G", b"~", b" ", b"_", b"."])
    ).map(b"".join)
)
def test_percent_encoding_is_read_as_the_library_reads_it(text):
    assert unquoted(text) == unquote_to_bytes(text)
