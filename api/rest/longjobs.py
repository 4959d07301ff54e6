"""Answers that take longer than a request may: begun, followed, fetched, and forgotten after a while.

The server process keeps books; the work is done by processes that can be killed. Jobs live in the server process that began
them, and end with it.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from api.errors import NotFoundError, TooLargeError, TooManyJobsError
from api.problems import INTERNAL, Problem, problem_of
from api.readers.pool import Answer, Pool
from api.settings import Settings

log: Final = logging.getLogger("tanmai.api")

State = Literal["running", "done", "failed"]

_BEAT: Final = 1.0
"""Seconds between two messages to somebody who follows a job."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a job came to: the response that the request would have had."""

    status: int
    headers: Mapping[str, str]
    content_type: str
    body: bytes


@dataclass(slots=True)
class LongJob:
    """One job.

    Attributes:
        id: What it is called; cannot be guessed.
        owner: Name of the principal that began it.
        about: What was asked for: method and address.
        prefix: Path under which clients see the server; empty where it is the root.
        result: What it came to; ``None`` until then.
        problem: Why there is no result.
    """

    id: str
    owner: str
    about: str
    prefix: str = ""
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    result: Result | None = None
    problem: Problem | None = None
    task: asyncio.Task[None] | None = None
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def state(self) -> State:
        """How it stands."""
        if self.problem is not None:
            return "failed"
        return "running" if self.result is None else "done"

    @property
    def address(self) -> str:
        """Where it is followed, as clients see it."""
        return f"{self.prefix}/jobs/{self.id}"

    def told(self, limit: float) -> dict[str, Any]:
        """How it stands, for machines."""
        seconds = (self.ended or time.monotonic()) - self.began
        told = {
            "id": self.id,
            "state": self.state,
            "about": self.about,
            "seconds": round(seconds, 3),
            "limit_seconds": limit,
        }
        links = {"self": self.address, "events": f"{self.address}/events"}
        if self.result is not None:
            links["result"] = f"{self.address}/result"
        return told | {"links": links}


@dataclass(slots=True)
class LongJobs:
    """The jobs of one server process.

    Attributes:
        pool: Processes for them alone, so that they keep nobody from reading; started with the first job.
        settings: How many each principal may have, how long they may take, how long results are kept.
    """

    pool: Pool
    settings: Settings
    _jobs: dict[str, LongJob] = field(default_factory=dict)
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _started: bool = False

    def begin(self, owner: str, about: str, run: Callable[[], Awaitable[Result]]) -> LongJob:
        """Begin a job.

        Raises:
            TooManyJobsError: The principal has as many as it may.
        """
        mine = [job for job in self._jobs.values() if job.owner == owner]
        if len(mine) >= self.settings.jobs_each:
            raise TooManyJobsError(
                f"There are {len(mine)} jobs already, which is the most at a time. Wait for one, or delete one: a result is kept until "
                "then."
            )
        job = LongJob(uuid.uuid4().hex, owner, about, urlsplit(self.settings.public_url).path.rstrip("/"))
        self._jobs[job.id] = job
        job.task = asyncio.get_running_loop().create_task(self._run(job, run))
        return job

    async def read(self, job: Mapping[str, Any], payload: bytes) -> tuple[Answer, bytes]:
        """Have one of the processes for long jobs answer; what it says of its answer, and the answer whole.

        Raises:
            TooLargeError: It is larger than is kept.
        """
        async with self._starting:
            if not self._started:
                await self.pool.start()
                self._started = True
        async with self.pool.ask(job, payload) as answer:
            body = bytearray(answer.first)
            async for block in answer.rest():
                body += block
                if len(body) > self.settings.job_bytes:
                    raise TooLargeError(
                        f"The answer has more than {self.settings.job_bytes:,} bytes, which is the most that is kept. Ask for less."
                    )
            return answer, bytes(body)

    def find(self, owner: str, name: str) -> LongJob:
        """A job of a principal.

        Raises:
            NotFoundError: There is none, or it is somebody else's, which is the same to who asks.
        """
        job = self._jobs.get(name)
        if job is None or job.owner != owner:
            raise NotFoundError(f"There is no job {name!r}. Its result may have been let go of; ask again.")
        return job

    async def drop(self, job: LongJob) -> None:
        """Forget a job; one that runs is killed."""
        self._jobs.pop(job.id, None)
        if job.task is not None:
            job.task.cancel()
            await asyncio.gather(job.task, return_exceptions=True)

    async def follow(self, job: LongJob) -> AsyncIterator[dict[str, Any]]:
        """How a job stands, again and again until it ends."""
        while not job.finished.is_set():
            yield job.told(self.settings.job_seconds)
            try:
                async with asyncio.timeout(_BEAT):
                    await job.finished.wait()
            except TimeoutError:
                continue
        yield job.told(self.settings.job_seconds)

    async def close(self) -> None:
        """End all jobs and their processes."""
        await asyncio.gather(*(self.drop(job) for job in list(self._jobs.values())))
        if self._started:
            await self.pool.close()

    async def _run(self, job: LongJob, run: Callable[[], Awaitable[Result]]) -> None:
        try:
            job.result = await run()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            job.problem = problem_of(error)
            if job.problem.kind is INTERNAL:
                log.exception("the job %s failed", job.id)
        finally:
            job.ended = time.monotonic()
            job.finished.set()
            asyncio.get_running_loop().call_later(self.settings.job_kept_seconds, self._jobs.pop, job.id, None)
