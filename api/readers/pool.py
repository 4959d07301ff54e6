"""The parent's end: a few child processes, lent to one request each, killed when their time is over."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from api.errors import ApiError, BusyError, DeadlineError, ReaderDiedError
from api.problems import INTERNAL, Kind, Problem, ToldError
from api.readers import frames
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
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    clean: bool = True
    spent: bool = False

    @classmethod
    async def start(cls, work: Work, settings: Settings) -> Worker:
        """Start a child."""
        ours, theirs = socket.socketpair()
        told = {"work": work, "store": str(settings.store.resolve()), "memory_megabytes": settings.memory_megabytes}
        told |= {"endpoint": settings.endpoint, "endpoint_seconds": settings.endpoint_seconds}
        with theirs:
            # -P: a folder called `api` in the working directory must not be taken for ours.
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "api.readers.child", str(theirs.fileno()), json.dumps(told),
                pass_fds=(theirs.fileno(),), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env={**os.environ, **_FRUGAL},
            )  # fmt: skip
        ours.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=ours, limit=2 * frames.BLOCK)
        made = cls(process, reader, writer)
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
        self.writer.close()

    async def frame(self) -> tuple[bytes, bytes]:
        """The next frame of the answer.

        Raises:
            DeadlineError: the child ended itself, its time being over.
            ReaderDiedError: it ended otherwise.
        """
        try:
            kind, size = frames.FRAME.unpack(await self.reader.readexactly(frames.FRAME.size))
            return kind, await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
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
            worker.writer.write(frames.job_bytes({**job, "seconds": seconds}, payload))
            with contextlib.suppress(ConnectionError):  # the frame that is missing says why
                await worker.writer.drain()
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
        self._worker.spent |= kind == frames.END and content == frames.SPENT
        self._worker.clean = kind in _ENDS or kind == frames.FAILED
        if kind == frames.FAILED:
            told = json.loads(content)
            problem = Problem(Kind(*told["kind"]), told["detail"], told["facts"], told["headers"])
            if problem.kind == INTERNAL:
                log.error("a child process failed: %s", told["cause"])
            raise ToldError(problem)
        return kind, content


@contextlib.asynccontextmanager
async def deadline(last: float) -> AsyncIterator[None]:
    """Bound what is done inside.

    Raises:
        DeadlineError: it went on until ``last``.
    """
    try:
        async with asyncio.timeout_at(last):
            yield
    except TimeoutError:
        raise DeadlineError(_TOO_LONG) from None


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
        started: how many were started so far.
        ended: how many ended before the pool was closed, by the reason.
    """

    work: Work
    limits: Limits
    settings: Settings
    started: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    _idle: asyncio.LifoQueue[Worker] = field(default_factory=asyncio.LifoQueue)
    _slots: asyncio.Semaphore = field(init=False)
    _waiting: int = 0
    _running: int = 0
    _renewals: set[asyncio.Task[None]] = field(default_factory=set)
    _started: bool = False
    _closed: bool = False

    def __post_init__(self) -> None:
        """Make the places that jobs take."""
        self._slots = asyncio.Semaphore(self.limits.size)

    @property
    def living(self) -> int:
        """How many processes run."""
        return self.limits.size + SPARE - len(self._renewals) if self._started else 0

    @property
    def waiting(self) -> int:
        """How many jobs wait for a process."""
        return self._waiting

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
        while not self._idle.empty():
            worker = self._idle.get_nowait()
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
        async with self._slot():
            worker = await self._idle_worker()
            last = asyncio.get_running_loop().time() + float(job.get("seconds", self.limits.seconds))
            self._running += 1
            way = asyncio.get_running_loop().call_later(_LONG, worker.give_way) if _may_wait(job) else None
            try:
                yield await Answer.begin(worker, job, payload, last)
            finally:
                self._running -= 1
                if way is not None:
                    way.cancel()
                if worker.alive and not self._closed:
                    self._idle.put_nowait(worker)
                else:
                    self.ended[worker.fate(last)] += 1
                    self._renew(worker)

    @contextlib.asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        if self._waiting >= self.limits.waiting:
            raise BusyError("Too many requests wait already. Come back later.")
        if not self._slots.locked():
            await self._slots.acquire()  # at once
        else:
            self._waiting += 1
            try:
                async with self._patience():
                    await self._slots.acquire()
            finally:
                self._waiting -= 1
        try:
            yield
        finally:
            self._slots.release()

    async def _idle_worker(self) -> Worker:
        if not self._idle.empty() and (worker := self._idle.get_nowait()).alive:
            return worker
        async with self._patience():
            while not (worker := await self._idle.get()).alive:
                self.ended["died"] += 1
                self._renew(worker)  # it died while it had nothing to do
        return worker

    @contextlib.asynccontextmanager
    async def _patience(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(max(self.limits.seconds, _LEAST_PATIENCE)):
                yield
        except TimeoutError:
            raise BusyError("No process became free in time. Come back later.") from None

    async def _add(self) -> None:
        worker = await Worker.start(self.work, self.settings)
        self.started += 1
        self._idle.put_nowait(worker)

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
