"""The parent's end: a few child processes, lent to one request each, killed when their time is over."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import os
import signal
import socket
import sys
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Literal

from api.errors import ApiError, BusyError, DeadlineError, ReaderDiedError
from api.problems import INTERNAL, Kind, Problem, ToldError
from api.readers import frames, progress
from api.readers.line import Line
from api.settings import Settings
from graphstore.terms import PREFIXES

log: Final = logging.getLogger("tanmai.api")

Work = Literal["reading", "writing"]

_FRUGAL: Final = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
"""Environment of a child. The stacks of threads, and the 64 MB that glibc sets aside for each of them, would count as memory of
the query: the engine opens a store by up to 16 threads at once, which alone can exceed the limit and abort the process."""
SPARE: Final = 1
"""Processes that stand by."""
_LONG: Final = 1.0
"""Seconds after which a query gives way to others; to replace its process then costs about half as much again."""
_LOW: Final = 10
"""Its niceness from then on: it gets a tenth of the processor where others want it too."""
_LEAST_PATIENCE: Final = 5.0
"""Seconds that a request waits for a process even where jobs may take less."""
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
"""Seconds between attempts to start a child."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a pool allows.

    Attributes:
        size: jobs at once. There is one process more, so that a killed one is replaced at once.
        seconds: longest time for one job.
        waiting: jobs that may wait for a process.
    """

    size: int
    seconds: float
    waiting: int


@dataclass(slots=True)
class Worker:
    """One child process and the socket to it.

    Attributes:
        clean: whether it has finished its job.
        spent: whether it has grown so that it should have no further one.
    """

    process: asyncio.subprocess.Process
    line: Line
    clean: bool = True
    spent: bool = False

    @classmethod
    async def start(cls, work: Work, settings: Settings, messages: str = "") -> Worker:
        """Start a child; ``messages`` says where it finds what says them, see :mod:`api.readers.messages`."""
        ours, theirs = socket.socketpair()
        told = {"work": work, "store": str(settings.store.resolve()), "memory_megabytes": settings.memory_megabytes}
        told |= {"endpoint": settings.endpoint, "endpoint_seconds": settings.endpoint_seconds, "messages": messages}
        with theirs:
            # -P: a folder called `api` in the working directory must not be taken for ours.
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "api.readers.child", str(theirs.fileno()), json.dumps(told),
                pass_fds=(theirs.fileno(),), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env={**os.environ, **_FRUGAL},
            )  # fmt: skip
        made = cls(process, await Line.of(ours))
        try:
            _, unconfined = await made.frame()  # ready: the time that it takes to start is no request's time
        except BaseException:
            made.kill()
            raise
        if unconfined:
            log.info("a child process may open network connections: %s", unconfined.decode())
        return made

    @property
    def alive(self) -> bool:
        """Whether the process runs, has no job and may be given one."""
        return self.clean and not self.spent and self.process.returncode is None

    def give_way(self) -> None:
        """Let shorter jobs come first. Nobody may take that back, so the process is replaced when this job is done."""
        if not self.clean:
            self.spent = True
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.setpriority(os.PRIO_PROCESS, self.process.pid, _LOW)

    def fate(self, last: float) -> str:
        """Why it is of no further use: it is spent, its time was over at ``last``, its client left, or it died."""
        if self.clean and self.spent:
            return "spent"
        if asyncio.get_running_loop().time() >= last:
            return "deadline"
        return "left" if self.process.returncode is None else "died"

    def kill(self) -> None:
        """Kill the process, which its loss cannot hurt: what is half-written is taken back or finished by the next writer."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.line.close()

    async def frame(self) -> tuple[bytes, bytes]:
        """The next frame of the answer.

        Raises:
            DeadlineError: the child ended itself, its time being over.
            ReaderDiedError: it ended otherwise.
        """
        try:
            return await self.line.frame()
        except ConnectionError:
            code = await self.process.wait()
        if code == -signal.SIGALRM:
            raise DeadlineError(_TOO_LONG)
        log.warning("a child process ended with code %s", code)
        raise ReaderDiedError(
            "The process that worked on this request needed more memory than one request may take, or the engine crashed on it. "
            "Ask for less at once, or write it more simply."
        )


_TOO_LONG: Final = (
    "The answer took longer than one request may take. Ask for less at once, or add conditions that select more. "
    "A write may have been done all the same: look before it is sent again."
)


_ENDS: Final = frozenset({frames.END, frames.WHOLE})


@dataclass(slots=True)
class Answer:
    """An answer under way: its first block is here, so that what fails early never looks like an answer.

    Attributes:
        head: what the child says of it.
        first: its first bytes.
        complete: whether they are all.
        last: time of the loop at which it has to be complete, and read by the client.
    """

    head: Mapping[str, Any]
    first: bytes
    complete: bool
    last: float
    _worker: Worker

    @classmethod
    async def begin(cls, worker: Worker, job: Mapping[str, Any], payload: bytes, last: float) -> Answer:
        """Give a job to a child and wait for the first block of the answer, until the time ``last`` of the loop."""
        worker.clean = False
        seconds = last - asyncio.get_running_loop().time()
        made = cls({}, b"", False, last, worker)
        async with deadline(last):
            with contextlib.suppress(ConnectionError):  # the frame that is missing says why
                await worker.line.send(frames.job_bytes({**job, "seconds": seconds, **progress.asked()}, payload))
            kind, head = await made._next()
            if kind == frames.WHOLE:
                head, made.first = frames.parted(head)
            else:
                kind, made.first = await made._next()
                if kind == frames.DATA and len(made.first) < frames.BLOCK:
                    kind, _ = await made._next()
            made.head, made.complete = json.loads(head), kind in _ENDS
        return made

    async def rest(self) -> AsyncIterator[bytes]:
        """The blocks after the first.

        Raises:
            ReaderError, ToldError: there is no more, and what was sent so far is not the answer.
        """
        while not self.complete:
            async with deadline(self.last):
                kind, block = await self._next()
            self.complete = kind in _ENDS
            if not self.complete:
                yield block

    async def _next(self) -> tuple[bytes, bytes]:
        kind, content = await self._worker.frame()
        while kind == frames.STAGE:
            progress.pass_on(content)
            kind, content = await self._worker.frame()
        self._worker.spent |= kind == frames.END and content == frames.SPENT
        self._worker.clean = kind in _ENDS or kind == frames.FAILED
        if kind == frames.FAILED:
            told = json.loads(content)
            problem = Problem(Kind(*told["kind"]), told["detail"], told["facts"], told["headers"])
            if problem.kind == INTERNAL:
                log.error("a child process failed: %s", told["cause"])
            raise ToldError(problem)
        return kind, content


class deadline:  # noqa: N801 - used like asyncio.timeout
    """Bounds what is done inside, until a time of the loop; going on longer is a :class:`DeadlineError`."""

    def __init__(self, last: float) -> None:
        self._timeout = asyncio.timeout_at(last)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError:
            raise DeadlineError(_TOO_LONG) from None


def _lose_patience(waiter: asyncio.Future[Worker]) -> None:
    if not waiter.done():
        waiter.set_exception(BusyError("No process became free in time. Come back later."))


def _may_wait(job: Mapping[str, Any]) -> bool:
    """Whether a job gives way when it takes long: a query that calculates nothing.

    A calculation leaves behind what the next one needs (compiled systems, loaded libraries), so its process is kept.
    """
    return job["kind"] == "query" and "tmf:" not in job["text"] and PREFIXES["tmf"] not in job["text"]


@dataclass(slots=True)
class Pool:
    """Child processes of one kind.

    Attributes:
        work: what they do.
        limits: how many there are and how long they may work.
        messages: where they find what says messages, see :mod:`api.readers.messages`.
        started: how many were started so far.
        ended: how many ended before the pool was closed, by the reason.
    """

    work: Work
    limits: Limits
    settings: Settings
    messages: str = ""
    started: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    _idle: list[Worker] = field(default_factory=list)
    _waiters: deque[asyncio.Future[Worker]] = field(default_factory=deque)
    _lent: int = 0
    _running: int = 0
    _renewals: set[asyncio.Task[None]] = field(default_factory=set)
    _started: bool = False
    _closed: bool = False

    @property
    def living(self) -> int:
        """How many processes run."""
        return self.limits.size + SPARE - len(self._renewals) if self._started else 0

    @property
    def waiting(self) -> int:
        """How many jobs wait for a process."""
        return len(self._waiters)

    @property
    def running(self) -> int:
        """How many jobs are done now."""
        return self._running

    async def start(self) -> None:
        """Start all processes."""
        await asyncio.gather(*(self._add() for _ in range(self.limits.size + SPARE)))
        self._started = True

    async def close(self) -> None:
        """End all processes that have no job; those that have one are ended when it ends."""
        self._closed = True
        await asyncio.gather(*self._renewals, return_exceptions=True)
        while self._idle:
            worker = self._idle.pop()
            worker.kill()
            await worker.process.wait()

    @contextlib.asynccontextmanager
    async def ask(self, job: Mapping[str, Any], payload: bytes = b"") -> AsyncIterator[Answer]:
        """Have a child do a job. Leaving the block before the answer is complete kills the child.

        A job may say itself how many ``seconds`` it may take.

        Raises:
            BusyError: no child became free.
            ReaderError: the child was ended.
            ToldError: the child says why there is no answer.
        """
        worker = (None if self._waiters else self._taken()) or await self._awaited()
        loop = asyncio.get_running_loop()
        last = loop.time() + float(job.get("seconds", self.limits.seconds))
        self._running += 1
        way = loop.call_later(_LONG, worker.give_way) if _may_wait(job) else None
        try:
            yield await Answer.begin(worker, job, payload, last)
        finally:
            self._running -= 1
            if way is not None:
                way.cancel()
            self._give_back(worker, last)

    def _taken(self) -> Worker | None:
        """A process that can be had at once."""
        while self._lent < self.limits.size and self._idle:
            worker = self._idle.pop()  # the one that worked last: its memory is warm
            if worker.alive:
                self._lent += 1
                return worker
            self.ended["died"] += 1
            self._renew(worker)  # it died while it had nothing to do
        return None

    async def _awaited(self) -> Worker:
        """A process as soon as there is one, in the order in which it was asked for."""
        if len(self._waiters) >= self.limits.waiting:
            raise BusyError("Too many requests wait already. Come back later.")
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Worker] = loop.create_future()
        self._waiters.append(waiter)
        self._lend()
        timer = loop.call_later(max(self.limits.seconds, _LEAST_PATIENCE), _lose_patience, waiter)
        try:
            return await waiter
        except BaseException:
            self._give_up(waiter)
            raise
        finally:
            timer.cancel()

    def _give_up(self, waiter: asyncio.Future[Worker]) -> None:
        """Wait no longer; a process that was handed over in the same moment goes to the next."""
        if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
            self._give_back(waiter.result(), math.inf)
        else:
            self._waiters.remove(waiter)
            self._lend()

    def _give_back(self, worker: Worker, last: float) -> None:
        """Have back a process, and lend it to who waits for one."""
        self._lent -= 1
        if worker.alive and not self._closed:
            self._idle.append(worker)
        else:
            self.ended[worker.fate(last)] += 1
            self._renew(worker)
        self._lend()

    def _lend(self) -> None:
        """Give processes to those who wait."""
        while waiter := next((each for each in self._waiters if not each.done()), None):
            if (worker := self._taken()) is None:
                return
            self._waiters.remove(waiter)
            waiter.set_result(worker)

    async def _add(self) -> None:
        worker = await Worker.start(self.work, self.settings, self.messages)
        self.started += 1
        self._idle.append(worker)
        self._lend()

    def _renew(self, worker: Worker) -> None:
        """Put a new child in the place of one that is of no use, without making the request wait."""
        worker.kill()
        task = asyncio.get_running_loop().create_task(self._replace(worker))
        self._renewals.add(task)
        task.add_done_callback(self._renewals.discard)

    async def _replace(self, worker: Worker) -> None:
        await worker.process.wait()
        pause = _FIRST_PAUSE
        while not self._closed:
            try:
                await self._add()
            except (ApiError, OSError) as error:  # the machine may be out of memory or processes for a while
                log.warning("a child process could not be started: %s", error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                return
