"""The server's end of the fork server: children are started, told to end, and heard of when they have."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

log: Final = logging.getLogger("tanmai.api")

_FRUGAL: Final = {
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=500",
}
"""Environment of the children. The stacks of threads, and the 64 MB that glibc sets aside for each of them, would count as memory of
the query: the engine opens a store by up to 16 threads at once, which alone can exceed the limit and abort the process. A short query
frees more small pieces than glibc keeps at hand by default, and it tidied up after each."""
_LOST: Final = 255
"""Code of a child of which nobody can tell how it ended, because the fork server ended first."""


@dataclass(slots=True, eq=False)
class Child:
    """One child process.

    Attributes:
        pid: its number.
        returncode: as of :class:`subprocess.Popen`; ``None`` while it lives.
    """

    pid: int
    _line: _Line
    _ended: asyncio.Future[int]

    @property
    def returncode(self) -> int | None:
        """What it ended with; negative the signal that ended it; ``None`` while it lives."""
        return self._ended.result() if self._ended.done() else None

    async def wait(self) -> int:
        """What it ended with, when it has."""
        return await asyncio.shield(self._ended)

    def kill(self) -> None:
        """End it at once. Where the fork server is gone, nobody can say whether the number is its own still, but it very likely is."""
        if self.returncode == _LOST or (self.returncode is None and not self._line.ask({"kill": self.pid})):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, signal.SIGKILL)

    def give_way(self) -> None:
        """Let others have the processor first."""
        if self.returncode is None:
            self._line.ask({"low": self.pid})


class _Line(asyncio.Protocol):
    """The socket to one fork server."""

    def __init__(self, ours: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = ours
        self._begun = bytearray()
        self._wanted: asyncio.Future[int] | None = None
        self.children: dict[int, asyncio.Future[int]] = {}
        self.lost = False
        self._transport: asyncio.BaseTransport | None = None

    def ask(self, fact: Mapping[str, Any], end: socket.socket | None = None) -> bool:
        """Send one line, whether it could be. It is short, and read at once by a process that does nothing else."""
        data = json.dumps(fact).encode() + b"\n"
        try:
            return socket.send_fds(self._socket, [data], [] if end is None else [end.fileno()]) == len(data)
        except OSError:  # it is gone, which connection_lost tells
            return False

    async def start(self, told: Mapping[str, Any], end: socket.socket) -> Child:
        """Start a child with its end of a socket."""
        self._wanted = self._loop.create_future()
        try:
            if self.lost or not self.ask({"start": told}, end):
                raise ConnectionResetError
            pid = await self._wanted
        finally:
            self._wanted = None
        return Child(pid, self, self.children[pid])

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hear what became of the children."""
        self._begun += data
        while (end := self._begun.find(b"\n")) >= 0:
            told = json.loads(self._begun[:end])
            del self._begun[: end + 1]
            if "started" in told:
                self.children[told["started"]] = self._loop.create_future()
                if self._wanted is not None and not self._wanted.done():
                    self._wanted.set_result(told["started"])
            elif "failed" in told:
                if self._wanted is not None and not self._wanted.done():
                    self._wanted.set_exception(OSError(told["failed"], os.strerror(told["failed"])))
            elif (ended := self.children.pop(told["ended"], None)) is not None:
                ended.set_result(told["code"])

    def connection_lost(self, _: Exception | None) -> None:
        """Nothing more is heard of the children, whose own sockets tell when they are gone."""
        self.lost = True
        for ended in self.children.values():
            ended.set_result(_LOST)
        self.children.clear()
        if self._wanted is not None and not self._wanted.done():
            self._wanted.set_exception(ConnectionResetError())


@dataclass(slots=True)
class Forks:
    """A fork server, started with the first child, and once more should it end. It ends when nobody holds it any more."""

    _process: asyncio.subprocess.Process | None = None
    _line: _Line | None = None
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _holders: set[int] = field(default_factory=set)

    def hold(self, holder: object) -> None:
        """Have it stay until the same holder releases it."""
        self._holders.add(id(holder))

    async def release(self, holder: object) -> None:
        """Hold it no longer. A child that has a job then finishes it, unless it is told to end."""
        self._holders.discard(id(holder))
        if not self._holders:
            await self._close()

    async def start(self, told: Mapping[str, Any], end: socket.socket) -> Child:
        """Start a child.

        Args:
            told: its settings, see :func:`api.readers.child.run`.
            end: its end of the socket to this process.

        Raises:
            OSError: it cannot be started.
        """
        async with self._starting:
            if self._line is None or self._line.lost:
                await self._close()
                self._line = await self._begun()
            return await self._line.start(told, end)

    async def _begun(self) -> _Line:
        ours, theirs = socket.socketpair()
        with theirs:
            # -P: a folder called `api` in the working directory must not be taken for ours.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "api.readers.forkserver", str(theirs.fileno()),
                pass_fds=(theirs.fileno(),), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL, env={**os.environ, **_FRUGAL},
            )  # fmt: skip
        ours.setblocking(False)
        line = _Line(ours)
        await asyncio.get_running_loop().create_connection(lambda: line, sock=ours)
        return line

    async def _close(self) -> None:
        process, line, self._process, self._line = self._process, self._line, None, None
        if line is not None:
            line.close()
        if process is not None:
            await process.wait()
