"""Answers that take longer than a request may: begun, followed, fetched, and forgotten after a while.

The work is done by processes that can be killed, for the server process that was asked. What becomes of it stands in books that
all processes of the server share (:mod:`api.rest.books`), so that whichever is asked next knows.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from api.errors import ApiError, BusyError, NotFoundError, ReaderDiedError, TooLargeError
from api.problems import INTERNAL, problem_of
from api.readers.answer import Answer
from api.readers.pool import Pool
from api.readers.progress import Stage, told_to
from api.rest.books import Books, Entry, Owner
from api.rest.stages import told as stage_told
from api.settings import Settings
from graphstore import layout
from graphstore.audiences.visibility import epoch

log: Final = logging.getLogger("tanmai.api")

_BEAT: Final = 1.0
"""Seconds between two messages to somebody who follows a job that stands as it stood."""
_LOOK: Final = 0.25
"""Seconds between two looks into the books: how a job stands, whether it has its turn, whether it is still wanted."""
_SWEEP: Final = 60.0
"""Seconds between two times that results are let go of."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a job came to: the response that the request would have had, and in which epoch of the audience it was read."""

    status: int
    headers: Mapping[str, str]
    content_type: str
    body: bytes
    epoch: str | None = None


Run = Callable[[str], Awaitable[Result]]
"""Does a job, which is told its id."""


def told(entry: Entry, settings: Settings, lang: str) -> dict[str, Any]:
    """How a job stands, for machines and people; its addresses are those under which clients see the server."""
    address = f"{urlsplit(settings.public_url).path.rstrip('/')}/jobs/{entry.id}"
    links = {"self": address, "events": f"{address}/events"}
    if entry.state == "done":
        links["result"] = f"{address}/result"
    return {
        "id": entry.id,
        "state": entry.state,
        "stage": stage_told(entry.stage, lang),
        "about": entry.about,
        "seconds": round((entry.ended or time.time()) - entry.began, 3),
        "limit_seconds": settings.job_seconds,
        "links": links,
    }


@dataclass(slots=True)
class LongJobs:
    """The long jobs of a server, as one of its processes begins and tells them.

    Attributes:
        pool: processes for them alone, so that they keep nobody from reading; started with the first job.
        settings: how many each principal may have, how long they may take, how long results are kept.
        books: what is known of them.
    """

    pool: Pool
    settings: Settings
    books: Books = field(init=False)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _starting: asyncio.Task[None] | None = None
    _sweeping: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        """Name the books."""
        self.books = Books(self.settings.access_folder / "jobs", self.settings.job_kept_seconds, epoch=self.epoch)

    def epoch(self, audience: str) -> str:
        """What is another when something was taken away from an audience; see `graphstore.audiences.visibility`."""
        return epoch(layout.read(self.settings.store), audience)

    def start(self) -> None:
        """Let go of old results from now on, where a server of before left some."""
        if self.books.exists:
            self._sweep_soon()

    def begin(self, owner: Owner, who: str, about: str, run: Run) -> Entry:
        """Begin a job.

        Raises:
            TooManyJobsError: ``who`` has as many as it may.
            BusyError: there is no room for further results.
        """
        name = self.books.begin(owner, who, about, self.settings.jobs_each, self.settings.jobs_bytes)
        loop = asyncio.get_running_loop()
        self._tasks[name] = loop.create_task(self._run(name, run))
        self._sweep_soon()
        return self.find(owner, name)

    async def read(self, name: str, job: Mapping[str, Any], payload: bytes) -> tuple[Answer, bytes]:
        """Have one of the processes for long jobs answer; what it says of its answer, and the answer whole.

        Raises:
            BusyError: no turn came in the time for a job.
            TooLargeError: it is larger than is kept.
        """
        await self._turn(name)
        return await self.answered(job, payload)

    async def answered(self, job: Mapping[str, Any], payload: bytes) -> tuple[Answer, bytes]:
        """The same for work of the server itself, which is nobody's job and waits for no turn.

        Raises:
            TooLargeError: it is larger than is kept.
        """
        await self._started()
        async with self.pool.ask(job, payload) as answer:
            body = bytearray(answer.first)
            async for block in answer.rest():
                body += block
                if len(body) > self.settings.job_bytes:
                    raise TooLargeError(
                        f"The answer has more than {self.settings.job_bytes:,} bytes, which is the most that is kept. Ask for less."
                    )
            return answer, bytes(body)

    def find(self, owner: Owner, name: str) -> Entry:
        """A job of a principal.

        Raises:
            NotFoundError: There is none, or it is somebody else's, which is the same to who asks.
        """
        found = self.books.find(owner, name)
        if found is None:
            raise _let_go(name)
        return found

    async def body(self, entry: Entry) -> bytes:
        """The body of a result.

        Raises:
            NotFoundError: it was let go of just now.
        """
        try:
            return await asyncio.to_thread(self.books.body, entry.id)
        except FileNotFoundError:
            raise _let_go(entry.id) from None

    async def drop(self, name: str) -> None:
        """Forget a job; one that runs is killed, within a moment where another process of the server works on it."""
        self.books.drop(name)
        await self._cancel(name)

    async def follow(self, owner: Owner, name: str) -> AsyncIterator[Entry]:
        """How a job stands, whenever that changes and once in a while, until it ends or is forgotten."""
        last: Entry | None = None
        beat = 0.0
        while (found := self.books.find(owner, name)) is not None:
            if found != last or time.monotonic() - beat >= _BEAT:
                last, beat = found, time.monotonic()
                yield found
            if found.ended is not None:
                return
            await asyncio.sleep(_LOOK)

    async def close(self) -> None:
        """End the jobs of this process, which are told as failed, and its processes."""
        stopped = problem_of(ReaderDiedError("The server was stopped before this job was done. Ask again."))
        for name in list(self._tasks):
            await self._cancel(name)
            with contextlib.suppress(ApiError):
                self.books.failed(name, stopped)
        if self._sweeping is not None:
            self._sweeping.cancel()
        if self._starting is not None:
            await asyncio.gather(self._starting, return_exceptions=True)
            await self.pool.close()
        self.books.close()

    async def _started(self) -> None:
        """Start the processes once; a job that is ended meanwhile does not leave half of them behind."""
        if self._starting is None or (self._starting.done() and self._starting.exception() is not None):
            self._starting = asyncio.get_running_loop().create_task(self.pool.start())
        await asyncio.shield(self._starting)

    async def _cancel(self, name: str) -> None:
        if (task := self._tasks.get(name)) is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _turn(self, name: str) -> None:
        last = time.monotonic() + self.settings.job_seconds
        while not self.books.take_turn(name, self.settings.job_readers):
            if time.monotonic() > last:
                raise BusyError("No process became free in time. Come back later.")
            await asyncio.sleep(_LOOK)

    async def _run(self, name: str, run: Run) -> None:
        stages = list[Stage]()
        work = asyncio.create_task(self._work(name, run, stages.append))
        try:
            while not (await asyncio.wait((work,), timeout=_LOOK))[0]:
                if not self._wanted(name, stages):
                    break
            else:
                await work
        except ApiError:  # the books cannot be used, so there is nobody to tell
            log.exception("a long job is lost")
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            self._tasks.pop(name, None)

    def _wanted(self, name: str, stages: list[Stage]) -> bool:
        """Whether a job is still wanted; what it has come to is entered by the way."""
        stage = stages[-1] if stages else None
        stages.clear()
        try:
            return self.books.at(name, stage)
        except ApiError as error:
            log.warning("what a long job is at is not told: %s", error)
            return True

    async def _work(self, name: str, run: Run, listener: Callable[[Stage], None]) -> None:
        try:
            with told_to(listener):
                made = await run(name)
            await asyncio.to_thread(self.books.keep, name, made.body)
            facts = {"status": made.status, "headers": dict(made.headers), "content_type": made.content_type}
            facts |= {} if made.epoch is None else {"epoch": made.epoch}
            self.books.done(name, facts, len(made.body))
        except Exception as error:
            problem = problem_of(error)
            if problem.kind is INTERNAL:  # what is told of it says that the log says more
                log.exception("the job %s failed", name)
            self.books.failed(name, problem)

    def _sweep_soon(self) -> None:
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().create_task(self._sweep())

    async def _sweep(self) -> None:
        while True:
            with contextlib.suppress(ApiError):
                self.books.sweep()
            await asyncio.sleep(max(1.0, min(_SWEEP, self.settings.job_kept_seconds)))


def _let_go(name: str) -> NotFoundError:
    return NotFoundError(f"There is no job {name!r}. Its result may have been let go of; ask again.")
