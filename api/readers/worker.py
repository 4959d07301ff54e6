"""One child process, and the time that it may take."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Literal

from api.errors import DeadlineError, ReaderDiedError
from api.readers.forks import Child, Forks
from api.readers.line import Line
from api.settings import Settings

log: Final = logging.getLogger("tanmai.api")

Work = Literal["reading", "writing"]

_TOO_LONG: Final = (
    "The answer took longer than one request may take. Ask for less at once, or add conditions that select more. "
    "A write may have been done all the same: look before it is sent again."
)


@dataclass(slots=True)
class Worker:
    """One child process and the socket to it.

    Attributes:
        clean: whether it has finished its job.
        spent: whether it has grown so that it should have no further one.
    """

    process: Child
    line: Line
    clean: bool = True
    spent: bool = False

    @classmethod
    async def start(cls, forks: Forks, work: Work, settings: Settings, messages: str = "") -> Worker:
        """Start a child; ``messages`` says where it finds what says them, see :mod:`api.readers.messages`."""
        ours, theirs = socket.socketpair()
        told = {"work": work, "store": str(settings.store.resolve()), "memory_megabytes": settings.memory_megabytes}
        told |= {"endpoint": settings.endpoint, "endpoint_seconds": settings.endpoint_seconds, "messages": messages}
        with theirs:
            process = await forks.start(told, theirs)
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
        return self.clean and not self.spent and not self.line.ended and self.process.returncode is None

    def give_way(self) -> None:
        """Let shorter jobs come first. Nobody may take that back, so the process is replaced when this job is done."""
        if not self.clean:
            self.spent = True
            self.process.give_way()

    def fate(self, last: float) -> str:
        """Why it is of no further use: it is spent, its time was over at ``last``, its client left, or it died."""
        if self.clean and self.spent:
            return "spent"
        if asyncio.get_running_loop().time() >= last:
            return "deadline"
        return "left" if self.process.returncode is None else "died"

    def kill(self) -> None:
        """Kill the process, which its loss cannot hurt: what is half-written is taken back or finished by the next writer."""
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
