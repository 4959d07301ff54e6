"""A job that is begun before there is a task which waits for its answer: most answers are short, soon and whole.

Such an answer is told by call-back, which spares each of them a task and what tasks cost to wake. Any other outcome (the child
failed, is gone, has more to say, or takes long) is left as it is, for a task that goes on from there.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from api.readers import frames
from api.readers.worker import Worker


class Asker(Protocol):
    """Who wants an early answer."""

    def takes(self) -> bool:
        """Whether an answer can be given at once."""

    def answer(self, said: bytes) -> None:
        """Give one: lines of HTTP and data, as :func:`api.readers.frames.parted` parts them."""

    def other(self) -> None:
        """Ask in another way, since this is not one for such a request."""

    def go_on(self, early: Early) -> None:
        """Wait for the answer in a task, which hands the job to the pool that has begun it, or abandons it there."""


class Lender(Protocol):
    """The pool that lends processes to early jobs."""

    def had_back(self, early: Early) -> None:
        """Take back the process of an early job that is over."""

    def let_go(self, early: Early) -> None:
        """Look after an early job no longer, since a task goes on from here."""


class Early:
    """One such job.

    Attributes:
        began: time of the loop at which it was asked for.
        last: time of the loop at which it has to be complete; infinite until a process has it.
        worker: the process that has it; ``None`` while it waits for one.
        handed_over: whether a task was asked to go on, so that the answer is told no more.
        taken: whether it does.
    """

    __slots__ = ("_asker", "_job", "_loop", "_pool", "_seconds", "began", "handed_over", "last", "taken", "worker")

    def __init__(self, pool: Lender, job: bytes, seconds: float, asker: Asker) -> None:
        self._pool = pool
        self._job = job
        self._seconds = seconds
        self._asker = asker
        self._loop = asyncio.get_running_loop()
        self.began = self._loop.time()
        self.last = float("inf")
        self.worker: Worker | None = None
        self.handed_over = False
        self.taken = False

    def done(self) -> bool:
        """Whether it waits for no process."""
        return self.worker is not None

    def set_result(self, worker: Worker) -> None:
        """Give the job to a process."""
        self.worker, worker.clean = worker, False
        self.last = self._loop.time() + self._seconds
        worker.line.send_at_once(self._job, None if self.handed_over else self._heard)

    def go_on(self) -> None:
        """Have it waited for in a task from now on."""
        self.handed_over = True
        if self.worker is not None:
            self.worker.line.tell_nobody()
        self._pool.let_go(self)
        self._asker.go_on(self)

    def _heard(self) -> None:
        assert self.worker is not None
        kind, content = self.worker.line.come() or (b"", b"")
        if kind != frames.OTHER and (kind != frames.LINES or not self._asker.takes()):
            self.go_on()
            return
        self.worker.line.drop()
        self.worker.clean = True
        self._pool.had_back(self)
        if kind == frames.OTHER:
            self._asker.other()
        else:
            self._asker.answer(frames.parted(content)[1])
