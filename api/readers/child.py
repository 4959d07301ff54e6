"""The child process: does one job after the other until the server is gone.

It is forked by :mod:`api.readers.forkserver`, which has loaded this module and what it needs.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from api.problems import Problem, problem_of
from api.readers import memory, progress
from api.readers.alarm import Alarm
from api.readers.confine import confine
from api.readers.frames import Output, receive_job, wait_at_most
from api.readers.jobs import Reading, Writing
from api.readers.messages import MESSAGES
from api.readers.remote import RemoteReading, RemoteWriting

Work: TypeAlias = Reading | RemoteReading | Writing | RemoteWriting

_BRIEF: Final = 0.01
"""Seconds in which no job can have taken much memory; to ask the system costs as much as a short query."""
IDLE: Final = 0.2
"""Seconds without a job after which a process is idle: a writer lets go of the lock that others may wait for."""
BEHIND: Final = 2
"""By how much a child is nicer than the server, for which all clients wait: a server that is interrupted by each child that it gives a job
to answers a tenth less. More than that, by 5, costs as much again (measured on two processors)."""


def run(connection: socket.socket, told: Mapping[str, Any]) -> None:
    """Serve a socket.

    Args:
        connection: the child's end of it.
        told: ``work`` (``reading`` or ``writing``), ``store``, ``memory_megabytes``, ``endpoint``, ``endpoint_seconds`` and
            ``messages``, as in :class:`api.settings.Settings` and :mod:`api.readers.messages`.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # they may reach a whole group; the server says when to stop
    os.nice(BEHIND)
    most = int(told["memory_megabytes"]) << 20
    memory.limit(most)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    store = Path(told["store"])
    unconfined = confine(network=bool(told["endpoint"]))
    MESSAGES.come_from(told["messages"])
    work = _remote(told) if told["endpoint"] else _work(told["work"], store)
    out = Output(connection)
    with contextlib.suppress(ConnectionError):
        out.ready(unconfined)
        _serve(connection, out, work, most // 2)


def _remote(told: Mapping[str, Any]) -> Work:
    if told["work"] == "reading":
        return RemoteReading(told["endpoint"], float(told["endpoint_seconds"]))
    return RemoteWriting(told["endpoint"])


def _work(name: str, store: Path) -> Reading | Writing:
    return Reading(store) if name == "reading" else Writing(store)


def _serve(connection: socket.socket, out: Output, work: Work, most: int) -> None:
    """Do jobs. A process that has taken ``most`` bytes keeps much of it, which the next job would lack: it does no other."""
    alarm = Alarm()
    wait_at_most(connection, IDLE)
    while (found := _next(connection, work, alarm)) is not None:
        job, payload = found
        out.begin(job.get("answer_bytes"))
        began = time.monotonic()
        alarm.after(began, float(job["seconds"]))
        try:
            _do(job, payload, out, work)
            out.end(spent=time.monotonic() - began > _BRIEF and _has_grown(most))
        except ConnectionError:
            raise
        except MemoryError:
            out.failed(_no_memory())
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent is told
            out.failed(problem_of(error), f"{type(error).__name__}: {error}")


def _do(job: Mapping[str, Any], payload: bytes, out: Output, work: Work) -> None:
    """Do one job; a memory limit of its own ends with it."""
    try:
        if job.get("progress"):
            with progress.told_to(progress.seldom(out.at)):
                work.run(job, payload, out)
        else:
            work.run(job, payload, out)
    finally:
        if job.get("most_megabytes") is not None:
            memory.unbound()


def _next(connection: socket.socket, work: Work, alarm: Alarm) -> tuple[Mapping[str, Any], bytes] | None:
    """The next job, whenever it comes, and however slowly."""
    try:
        return receive_job(connection, alarm.off)
    except BlockingIOError:
        alarm.off()
        if isinstance(work, Writing):
            work.idle()
        select.select([connection], [], [])
        return receive_job(connection, alarm.off)


def _has_grown(most: int) -> bool:
    """Whether this process ever had more than so many bytes of memory.

    What getrusage tells begins, on Linux, at what the parent had, which may be more; so a high figure is looked up where it begins
    with the process.
    """
    if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) <= most:
        return False
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return True
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), most + 1) > most


def _no_memory() -> Problem:
    from api.errors import ReaderDiedError

    return problem_of(ReaderDiedError("The query needs more memory than one query may take. Ask for less at once."))
