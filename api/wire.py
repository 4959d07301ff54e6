"""The client's end of one request: how long its body may take, and whether it still waits for the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from starlette.types import Message, Receive

from api.errors import MediaTypeError, SlowBodyError

_PATIENCE: Final = 1.0
"""Seconds after which it is looked at whether the client still waits. Most answers are there before, and what is nearly done is not worth
the price of a process: to end one costs about as much."""


class Wire:
    """Receives for one request.

    A client that goes away has its request cancelled, which ends the process that worked for it. The watch begins only when
    the body was read to its end, so that it takes nothing away from the route.

    Attributes:
        gone: whether the request was cancelled because its client went away.
    """

    def __init__(self, receive: Receive, headers: Mapping[bytes, bytes], seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._receive = receive
        self._bodied = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
        self._last = self._loop.time() + seconds
        self._seconds = seconds
        self._held: list[Message] = []
        self._timer: asyncio.TimerHandle | None = None
        self._watch: asyncio.Task[None] | None = None
        self._task: asyncio.Task[Any] | None = None
        self.gone = False

    async def receive(self) -> Message:
        """The next message of the client.

        Raises:
            SlowBodyError: the body is not here in time.
        """
        if self._held:
            return self._held.pop()
        if not self._bodied:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._last):
                message = await self._receive()
        except TimeoutError:
            raise SlowBodyError(
                f"The body did not come within {self._seconds:g} seconds. Send less at once, or by a faster connection."
            ) from None
        self._bodied = bool(message.get("more_body", False))
        return message

    def watch(self) -> None:
        """Begin to watch, for the task that runs now."""
        self._task = asyncio.current_task()
        self._timer = self._loop.call_later(_PATIENCE, self._look)

    def end(self) -> None:
        """Watch no longer: the answer was given, or there will be none."""
        self._task = None
        if self._timer is not None:
            self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()

    def _look(self) -> None:
        if self._bodied:
            self._timer = self._loop.call_later(_PATIENCE, self._look)
        else:
            self._watch = self._loop.create_task(self._until_gone())

    async def _until_gone(self) -> None:
        while (message := await self._receive())["type"] == "http.request":
            self._held.append(message)  # the empty body of a request without one, which its route may ask for yet
        self._held.append(message)
        if self._task is not None:
            self.gone = True
            self._task.cancel()


def require_plain(headers: Mapping[bytes, bytes]) -> None:
    """Refuse a compressed body: what it unpacks to has no bound.

    Raises:
        MediaTypeError: it is compressed.
    """
    coding = headers.get(b"content-encoding", b"").decode("latin-1").strip().lower()
    if coding not in {"", "identity"}:
        raise MediaTypeError(f"The body is compressed ({coding}), which is not taken here. Send it as it is.")
