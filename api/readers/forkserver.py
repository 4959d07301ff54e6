"""The fork server: a process that has loaded what a child needs, and becomes one at the price of a fork.

Started by :class:`api.readers.forks.Forks` as ``python -m api.readers.forkserver DESCRIPTOR``. What is asked and told goes through that
socket, as lines of JSON: ``{"start": settings}``, with the child's end of its socket, is answered by ``{"started": pid}``, or by
``{"failed": errno}`` where the system has no room for one more; then comes
``{"ended": pid, "code": code}``; ``{"kill": pid}`` and ``{"low": pid}`` mean a child that has not been told as ended, so that never
another process is meant which has its number by now.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections import deque
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from api.readers import child
from api.readers.kinds import reading_work

LOWER: Final = 10
"""By how much nicer a child gets that has to give way: it has a tenth of the processor where another one wants it too."""
_MOST: Final = 1 << 16
_IGNORED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What a whole group may be told; this process ends when the server does, so that the server hears of its children until then."""


class Birth(NamedTuple):
    """What a child begins with: its end of the socket to the server, and its settings."""

    connection: socket.socket
    told: Mapping[str, Any]


def main() -> None:
    """Fork children until the server is gone."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)
    reading_work("plain")  # which is asked most
    gc.collect()
    gc.freeze()  # what is here already is never looked through by a child, so that its pages stay shared
    birth = _serve(control)
    if birth is not None:
        control.close()
        _live(birth)


def _live(birth: Birth) -> None:
    code = 1
    try:
        child.run(birth.connection, birth.told)
        code = 0
    finally:
        os._exit(code)  # nothing of the fork server is to be tidied up twice


def _serve(control: socket.socket) -> Birth | None:
    """Do what is asked; returns in each child that is forked, and here when the server is gone."""
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    children = set[int]()
    lines, ends = bytearray(), deque[int]()
    with woken, wake, selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            ready = [key.fileobj for key, _ in selector.select()]
            if woken in ready:
                woken.recv(_MOST)
                _tell_ended(control, children)
            if control in ready:
                data, came, _, _ = socket.recv_fds(control, _MOST, 16)
                if not data:
                    return None
                lines += data
                ends.extend(came)
            while (end := lines.find(b"\n")) >= 0:
                asked = json.loads(lines[:end])
                del lines[: end + 1]
                if "start" in asked and (birth := _fork(control, children, ends.popleft(), asked["start"])):
                    signal.set_wakeup_fd(-1)
                    return birth
                _signal(asked, children)


def _fork(control: socket.socket, children: set[int], end: int, told: Mapping[str, Any]) -> Birth | None:
    """Fork a child; what it begins with in the child, ``None`` here, also where there is none."""
    try:
        pid = os.fork()
    except OSError as error:  # those that live are of use all the same
        os.close(end)
        _tell(control, {"failed": error.errno or 0})
        return None
    if pid == 0:
        for number in (*_IGNORED, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        return Birth(socket.socket(fileno=end), told)
    os.close(end)
    children.add(pid)
    _tell(control, {"started": pid})
    return None


def _signal(asked: Mapping[str, Any], children: set[int]) -> None:
    if asked.get("kill") in children:
        os.kill(asked["kill"], signal.SIGKILL)
    elif asked.get("low") in children:
        os.setpriority(os.PRIO_PROCESS, asked["low"], os.getpriority(os.PRIO_PROCESS, asked["low"]) + LOWER)


def _tell_ended(control: socket.socket, children: set[int]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        children.remove(pid)
        _tell(control, {"ended": pid, "code": os.waitstatus_to_exitcode(status)})


def _tell(control: socket.socket, fact: Mapping[str, int]) -> None:
    with contextlib.suppress(ConnectionError):  # the server is gone, which is seen next
        control.sendall(json.dumps(fact).encode() + b"\n")


if __name__ == "__main__":
    main()
