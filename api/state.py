"""What the routes of one application share: its settings, its processes, and which generation is the newest."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from api.access.allowance import current as allowance_of_request
from api.errors import AccessDeniedError, ReaderDiedError, UnsupportedError
from api.metrics import Metrics, Sample
from api.readers.answer import Answer
from api.readers.early import Early
from api.readers.forks import Forks
from api.readers.pool import Limits, Pool
from api.rest.longjobs import LongJobs
from api.settings import Settings
from graphstore import layout
from graphstore.audiences.visibility import view_path
from graphstore.contract import refused
from graphstore.errors import StoreNotFoundError
from graphstore.generations import Generations
from graphstore.remote.http import without_secrets

Job = Mapping[str, Any]

_TELLING: Final = 2.0
"""Seconds between two times that a server process tells the others its figures."""


@dataclass(frozen=True, slots=True)
class State:
    """The running parts of one application.

    Attributes:
        settings: what it was told.
        readers: processes that answer.
        writers: the one process that writes.
        jobs: answers that take longer than a request may.
        generations: the published generations of the store; ``None`` where an endpoint keeps it, which publishes none.
        metrics: what is counted.
    """

    settings: Settings
    readers: Pool
    writers: Pool
    jobs: LongJobs
    generations: Generations | None
    metrics: Metrics

    @classmethod
    def of(cls, settings: Settings, messages: str = "") -> Self:
        """The parts of an application, not yet started.

        Args:
            settings: what it was told.
            messages: where its processes find what says messages, see :mod:`api.readers.messages`.

        Raises:
            LayoutError: there is no store at the path of the settings, or one that cannot be used.
        """
        readers = Limits(settings.readers, settings.query_seconds, settings.waiting)
        writers = Limits(1, settings.write_seconds, settings.waiting)
        jobs = Limits(settings.job_readers, settings.job_seconds, settings.waiting)
        forks = Forks()
        return cls(
            settings,
            Pool("reading", readers, settings, messages, forks),
            Pool("writing", writers, settings, messages, forks),
            LongJobs(Pool("reading", jobs, settings, messages, forks), settings),
            None if settings.endpoint else Generations(layout.read(settings.store)),
            Metrics(folder=Path(settings.run_directory) if settings.run_directory else None),
        )

    @property
    def lasting(self) -> bool:
        """Whether answers can have entity tags: what an endpoint holds may change at any time."""
        return self.generations is not None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start the processes, and end them."""
        try:
            await self.readers.start()
            if self.settings.allow_writes:
                await self.writers.start()
            self.jobs.start()
            telling = asyncio.create_task(self._tell())
            yield
            telling.cancel()
        finally:
            await self.jobs.close()
            await self.readers.close()
            await self.writers.close()

    def gauges(self) -> dict[Sample, float]:
        """The state of the processes of this server process, and what they count."""
        found: dict[Sample, float] = {("tanmai_workers", ()): 1}
        for work, pool in (("reading", self.readers), ("writing", self.writers), ("long", self.jobs.pool)):
            labels = (("work", work),)
            found["tanmai_jobs_running", labels] = pool.running
            found["tanmai_jobs_waiting", labels] = pool.waiting
            found["tanmai_processes", labels] = pool.living
            self.metrics.counts["tanmai_processes_started_total", labels] = pool.started
            for reason in ("deadline", "died", "left", "spent"):
                sample = ("tanmai_processes_ended_total", (*labels, ("reason", reason)))
                self.metrics.counts[sample] = pool.ended[reason]
        return found

    async def _tell(self) -> None:
        while self.metrics.folder is not None:
            self.metrics.tell(self.gauges())
            await asyncio.sleep(_TELLING)

    def newest(self, audience: str | None = None, release: str | None = None) -> str:
        """Id of the newest published generation, of the whole store or of what an audience may read; empty behind an endpoint.

        Args:
            audience: whose view of the store.
            release: name of a release; its generation then, and not the newest.

        Raises:
            UnknownNameError: there is no such release in that view.
            EmbeddedOnlyError: a release is asked for, and an endpoint keeps the store.
        """
        if self.generations is None and release is None and audience is None:
            return ""
        generations = self.published(audience)
        if release is not None:
            return generations.released(release)
        found = generations.newest_id()
        if found is None:
            raise ReaderDiedError("The store has no published generation. Open it for writing once, which recovers it.")
        return found

    def published(self, audience: str | None = None) -> Generations:
        """The published generations of the whole store, or of what an audience may read.

        Raises:
            EmbeddedOnlyError: an endpoint keeps the store, which publishes none.
            UnsupportedError: it does, and the principal may read a part alone.
        """
        if self.generations is None and audience is not None:
            raise UnsupportedError(
                "The data of this server are behind an endpoint, which keeps no part of them for each audience: only who may read "
                "all of them is served. Ask the administrator to serve a store in a directory."
            )
        if self.generations is None:
            raise refused("tell its releases or show a state of the past", without_secrets(self.settings.endpoint))
        return self.generations if audience is None else _view(self.settings, audience)

    @contextlib.asynccontextmanager
    async def read(
        self, job: Job, audience: str | None = None, payload: bytes = b"", early: Early | None = None
    ) -> AsyncIterator[Answer]:
        """Have a reader answer from the newest generation, of the whole store or of what an audience may read.

        A job may be pinned to a past state by ``release`` and ``as_of``; see :class:`api.pins.Pin`.

        Args:
            job: what it does.
            audience: whose view of the store it reads; ``None`` for the whole store.
            payload: bytes that come with the job.
            early: the same job, if it was begun already for the owner of the store; nobody else gets what it answers.

        Raises:
            UnknownNameError: there is no such release in that view.
            RateError: the principal of the request under way has as many jobs as it may.
        """
        allowance = allowance_of_request()
        if allowance is None:
            async with self.readers.ask(self.reading(job, audience), payload, early) as answer:
                yield answer
            return
        allowance.check(audience)
        with allowance.job():
            limited = self.reading(job, audience) | allowance.limits.of_job
            async with self.readers.ask(limited, payload) as answer:
                yield answer

    def reading(self, job: Job, audience: str | None) -> dict[str, Any]:
        """A job of a reader with what it reads: the newest generation, unless it says another one."""
        return {"generation": self.newest(audience, job.get("release")), "audience": audience, **job}

    @contextlib.asynccontextmanager
    async def write(self, job: Job, payload: bytes = b"") -> AsyncIterator[Answer]:
        """Have the writer do a job.

        Raises:
            RateError: the principal of the request under way has as many jobs as it may.
        """
        allowance = allowance_of_request()
        with contextlib.nullcontext() if allowance is None else allowance.job():
            async with self.writers.ask(job, payload) as answer:
                yield answer


def _view(settings: Settings, audience: str) -> Generations:
    path = view_path(layout.read(settings.store), audience)
    try:
        return Generations(layout.read(path))
    except StoreNotFoundError:  # its message names a directory, which is nobody's business
        raise AccessDeniedError(
            f"Nothing is published for the audience {audience} yet. Ask the organisation that keeps the store."
        ) from None
