"""The parent's end: a few child processes, lent to one request each, killed when their time is over."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from api.errors import ApiError, BusyError
from api.readers.answer import Answer
from api.readers.early import Asker, Early
from api.readers.forks import Forks
from api.readers.worker import Work, Worker
from api.settings import Settings
from graphstore.terms import PREFIXES

log: Final = logging.getLogger("tanmai.api")

SPARE: Final = 1
"""Processes that stand by."""
_LONG: Final = 0.1
"""Seconds after which a query gives way to others, and a task waits for it; to replace its process then costs about a tenth of that again."""
_BRIEF: Final = 0.002
"""Seconds up to which a query takes about as long as its way to a process and back. Of those that usually take longer there is one for
each processor at once: more of them would only take the processors' caches from each other."""
_INERTIA: Final = 16
"""Answers over which what is usual is averaged."""
_SOON: Final = 0.001
"""Seconds by which a timer may come early."""
_LEAST_PATIENCE: Final = 5.0
"""Seconds that a request waits for a process even where jobs may take less."""
_PROCESSORS: Final = max(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
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


class Waiter(Protocol):
    """What waits for a process: a future, or an early job."""

    def done(self) -> bool:
        """Whether it waits no longer."""

    def set_result(self, result: Worker, /) -> None:
        """Have a process."""


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
        forks: what starts them; several pools may share one.
        started: how many were started so far.
        ended: how many ended before the pool was closed, by the reason.
    """

    work: Work
    limits: Limits
    settings: Settings
    messages: str = ""
    forks: Forks = field(default_factory=Forks)
    started: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    _idle: list[Worker] = field(default_factory=list)
    _waiters: deque[Waiter] = field(default_factory=deque)
    _early: dict[Early, None] = field(default_factory=dict)  # in the order in which they were asked for
    _sweeper: asyncio.TimerHandle | None = None
    _lent: int = 0
    _usual: float = 0.0  # seconds that an early job takes
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
        return self._running + sum(early.done() for early in self._early)

    async def start(self) -> None:
        """Start all processes."""
        self.forks.hold(self)
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
        await self.forks.release(self)

    def begin(self, job: bytes, asker: Asker) -> bool:
        """Begin a job without a task that waits for it: see :mod:`api.readers.early`. It gets as many seconds as a job may have.

        Args:
            job: as it goes to the child.
            asker: who wants the answer.

        Returns:
            Whether it was begun; not where too many wait already.
        """
        worker = None if self._waiters else self._taken()
        if worker is None and len(self._waiters) >= self.limits.waiting:
            return False
        early = Early(self, job, self.limits.seconds, asker)
        self._early[early] = None
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(self._patience, self._sweep)
        if worker is None:
            self._waiters.append(early)
        else:
            early.set_result(worker)
        return True

    def _sweep(self) -> None:
        """Have tasks wait for the early jobs that take long: those watch the client and the deadline, and give way."""
        loop, patience = asyncio.get_running_loop(), self._patience
        for early in list(self._early):
            if early.began + patience > loop.time() + _SOON:
                break
            early.go_on()
        oldest = next(iter(self._early), None)
        self._sweeper = None if oldest is None else loop.call_at(oldest.began + patience, self._sweep)

    @property
    def _patience(self) -> float:
        """Seconds after which a task waits for an early job."""
        return min(_LONG, self.limits.seconds)

    def had_back(self, early: Early) -> None:
        """Take back the process of an early job that is over."""
        del self._early[early]
        assert early.worker is not None
        taken = asyncio.get_running_loop().time() - (early.last - self.limits.seconds)
        self._usual += (taken - self._usual) / _INERTIA
        self._give_back(early.worker, early.last)

    def let_go(self, early: Early) -> None:
        """Look after an early job no longer: a task goes on, which takes it by :meth:`ask` or calls :meth:`abandon`."""
        del self._early[early]

    def abandon(self, early: Early) -> None:
        """End an early job that was handed over, unless somebody has taken it."""
        if early.taken:
            return
        if early.worker is not None:
            self._give_back(early.worker, early.last)
        else:
            self._waiters.remove(early)
            self._lend()

    @contextlib.asynccontextmanager
    async def ask(
        self, job: Mapping[str, Any], payload: bytes = b"", early: Early | None = None
    ) -> AsyncIterator[Answer]:
        """Have a child do a job. Leaving the block before the answer is complete kills the child.

        A job may say itself how many ``seconds`` it may take.

        Args:
            job: what it is.
            payload: bytes that come with it.
            early: the same job, if it was begun already.

        Raises:
            BusyError: no child became free.
            ReaderError: the child was ended.
            ToldError: the child says why there is no answer.
        """
        loop = asyncio.get_running_loop()
        begun = early is not None and early.done()
        worker = await self._free(early)
        seconds = float(job.get("seconds", self.limits.seconds))
        last = early.last if early is not None and begun else loop.time() + seconds
        self._running += 1
        self._lend()  # a job that a task waits for leaves its place to others, see _most
        way = loop.call_at(last - seconds + _LONG, worker.give_way) if _may_wait(job) else None
        try:
            yield await (Answer.of(worker, last) if begun else Answer.begin(worker, job, payload, last))
        finally:
            self._running -= 1
            if way is not None:
                way.cancel()
            self._give_back(worker, last)

    async def _free(self, early: Early | None) -> Worker:
        """A process for a job, or the one that has it already."""
        if early is None:
            return (None if self._waiters else self._taken()) or await self._awaited()
        early.taken = True
        return early.worker or await self._awaited(early)

    @property
    def _most(self) -> int:
        """How many processes may be lent at once. Those that only wait for an endpoint need no processor."""
        if self._usual <= _BRIEF or self.settings.endpoint:
            return self.limits.size
        return min(self.limits.size, self._running + _PROCESSORS)

    def _taken(self) -> Worker | None:
        """A process that can be had at once."""
        while self._lent < self._most and self._idle:
            worker = self._idle.pop()  # the one that worked last: its memory is warm
            if worker.alive:
                self._lent += 1
                return worker
            self.ended["died"] += 1
            self._renew(worker)  # it died while it had nothing to do
        return None

    async def _awaited(self, early: Early | None = None) -> Worker:
        """A process as soon as there is one, in the order in which it was asked for; in the place of an early job that waits."""
        if early is None and len(self._waiters) >= self.limits.waiting:
            raise BusyError("Too many requests wait already. Come back later.")
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Worker] = loop.create_future()
        if early is None:
            self._waiters.append(waiter)
        else:
            self._waiters[self._waiters.index(early)] = waiter
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
        while self._waiters:
            waiter = self._waiters[0]
            if waiter.done():  # it has given up, and takes itself away in a moment
                if (later := next((each for each in self._waiters if not each.done()), None)) is None:
                    return
                waiter = later
            if (worker := self._taken()) is None:
                return
            self._waiters.remove(waiter)
            waiter.set_result(worker)

    async def _add(self) -> None:
        worker = await Worker.start(self.forks, self.work, self.settings, self.messages)
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
