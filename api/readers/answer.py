"""An answer under way, from a child to whoever asked."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.problems import INTERNAL, Kind, Problem, ToldError
from api.readers import frames, progress
from api.readers.worker import Worker, deadline

log: Final = logging.getLogger("tanmai.api")

_ENDS: Final = frozenset({frames.END, frames.WHOLE, frames.LINES})


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
            await made._begun()
        return made

    @classmethod
    async def of(cls, worker: Worker, last: float) -> Answer:
        """The answer to the job that a child has already, which has to be complete at the time ``last`` of the loop."""
        made = cls({}, b"", False, last, worker)
        async with deadline(last):
            await made._begun()
        return made

    async def _begun(self) -> None:
        """Wait for the first block."""
        kind, head = await self._next()
        if kind == frames.WHOLE:
            head, self.first = frames.parted(head)
        elif kind == frames.LINES:
            head, said = frames.parted(head)
            _, self.first = frames.parted(said)
        else:
            kind, self.first = await self._next()
            if kind == frames.DATA and len(self.first) < frames.BLOCK:
                kind, _ = await self._next()
        self.head, self.complete = json.loads(head), kind in _ENDS

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
