"""The parent's end of the socket to a child: what comes is cut into frames, and what nobody has taken yet is bounded."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from typing import Final, Self, cast

from api.readers import frames

Frame = tuple[bytes, bytes]
"""Kind and content."""

_MOST_HELD: Final = 4 * frames.BLOCK
"""Bytes that may wait to be taken; beyond them the child has to wait."""


class Line(asyncio.Protocol):
    """Sends jobs and gives frames, one reader of them at a time.

    A stream of asyncio would do the same at three times the price, which short answers consist of.
    """

    def __init__(self) -> None:
        self._begun = bytearray()
        self._whole: deque[Frame] = deque()
        self._held = 0
        self._ended = False
        self._wanted: asyncio.Future[None] | None = None
        self._told: Callable[[], None] | None = None
        self._blocked: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def of(cls, end: socket.socket) -> Self:
        """The line over a socket."""
        end.setblocking(False)
        _, made = await asyncio.get_running_loop().create_connection(cls, sock=end)
        return made

    @property
    def ended(self) -> bool:
        """Whether the child is gone."""
        return self._ended

    async def send(self, data: bytes) -> None:
        """Send a job; returns when the child has begun to take it.

        Raises:
            ConnectionError: the child is gone.
        """
        if self._ended or self._transport is None:
            raise ConnectionResetError
        self._transport.write(data)
        if self._blocked is not None:
            await self._blocked

    def send_at_once(self, data: bytes, told: Callable[[], None] | None) -> None:
        """Send a short job, and have it told once when a frame has come or the child is gone, without a task that waits for it."""
        self._told = told
        if self._ended or self._transport is None:
            asyncio.get_running_loop().call_soon(self._tell)
        else:
            self._transport.write(data)

    def tell_nobody(self) -> None:
        """Tell nothing more: what comes is waited for by :meth:`frame`."""
        self._told = None

    def come(self) -> Frame | None:
        """The frame that has come; it stays, and is given again. ``None`` where none has."""
        return self._whole[0] if self._whole else None

    def drop(self) -> None:
        """Have done with the frame that has come."""
        self._held -= len(self._whole.popleft()[1])

    async def frame(self) -> Frame:
        """The next frame: its kind and content.

        Raises:
            ConnectionError: the child is gone, and with it what would have come.
        """
        while not self._whole:
            if self._ended:
                raise ConnectionResetError
            self._wanted = asyncio.get_running_loop().create_future()
            try:
                await self._wanted
            finally:
                self._wanted = None
        kind, content = self._whole.popleft()
        before, self._held = self._held, self._held - len(content)
        if before > _MOST_HELD >= self._held and self._transport is not None and not self._ended:
            self._transport.resume_reading()
        return kind, content

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Cut into frames what came."""
        begun = self._begun
        if not begun and not self._whole and len(data) >= frames.FRAME.size:
            kind, size = frames.FRAME.unpack_from(data)
            if len(data) == frames.FRAME.size + size <= _MOST_HELD:  # one frame and nothing else, as most answers come
                self._whole.append((kind, data[frames.FRAME.size :]))
                self._held += size
                self._tell()
                return
        begun += data
        at, before = 0, self._held
        while len(begun) - at >= frames.FRAME.size:
            kind, size = frames.FRAME.unpack_from(begun, at)
            end = at + frames.FRAME.size + size
            if len(begun) < end:
                break
            self._whole.append((kind, bytes(begun[at + frames.FRAME.size : end])))
            self._held += size
            at = end
        if at:
            del begun[:at]
            self._tell()
        if before <= _MOST_HELD < self._held and self._transport is not None:
            self._transport.pause_reading()

    def connection_lost(self, _: Exception | None) -> None:
        """Tell who waits that nothing more comes."""
        self._ended = True
        self._tell()
        self.resume_writing()

    def pause_writing(self) -> None:
        """Let who sends wait."""
        self._blocked = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """Let who sends go on."""
        blocked, self._blocked = self._blocked, None
        self._wake(blocked)

    def _tell(self) -> None:
        self._wake(self._wanted)
        told, self._told = self._told, None
        if told is not None:
            told()

    @staticmethod
    def _wake(waiting: asyncio.Future[None] | None) -> None:
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
