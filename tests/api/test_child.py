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

from api.readers import alarm, child
from api.readers.frames import job_bytes, wait_at_most
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


@pytest.mark.parametrize(("pause", "offs"), [(0.0, 0), (0.2, 1)])
def test_a_child_without_a_job_lives_on(pause, offs):
    """And has its next job whenever it comes, also in pieces that come slowly."""
    ours, theirs = socket.socketpair()
    whole, noted = job_bytes({"kind": "probe"}, b"x" * 9000), Noted()

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
        assert (dict(found[0]), len(found[1]), noted.offs) == ({"kind": "probe"}, 9000, offs)
        theirs.close()
        assert child._next(ours, None, noted) is None


@given(
    st.lists(
        st.sampled_from([b"%", b"%4", b"%41", b"%e4", b"%%", b"=", b"=41", b"a", b"G", b"~", b" ", b"_", b"."])
    ).map(b"".join)
)
def test_percent_encoding_is_read_as_the_library_reads_it(text):
    assert unquoted(text) == unquote_to_bytes(text)
