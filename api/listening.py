"""How a connection is read: the head of a request has to come whole, soon, and be of bounded size.

uvicorn bounds neither time nor size of what comes before a request is known, so that a few thousand connections which say
nothing, or one header that never ends, would take what memory and descriptors there are.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES: Final = 64 << 10
"""Longest address and headers together. A longer query is sent by POST."""
HEAD_SECONDS: Final = 10.0
"""Longest time until they are here, from the first byte, or from the beginning of the connection."""
TAKING_SECONDS: Final = 60
"""Longest time in which a client takes nothing of what was written for it, whether or not the connection is closed by then."""

SOON: Final = 0.001
"""Seconds by which a timer may come early."""
_REFUSAL: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's connection, with bounds."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._taken = 0.0
        self._expected = 0.0
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Expect a head, and have the system give up a client that takes nothing."""
        super().connection_made(transport)
        bound = getattr(socket, "TCP_USER_TIMEOUT", None)  # which not all systems have
        if bound is not None and (end := transport.get_extra_info("socket")) is not None:
            with contextlib.suppress(OSError):  # it is no connection of TCP
                end.setsockopt(socket.IPPROTO_TCP, bound, TAKING_SECONDS * 1000)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._arrived()
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head is too long."""
        super().data_received(data)
        if self._expected:
            self._grow(len(data))
        elif self.timeout_keep_alive_task is None and (self.cycle is None or self.cycle.response_complete):
            # An empty line, or the rest of a body that nobody reads: no head has begun, and uvicorn waits no longer for one.
            self._expect()
            self._taken = -math.inf  # that may be long

    def on_message_begin(self) -> None:
        """Expect the head of the next request."""
        super().on_message_begin()
        self._expect()

    def on_headers_complete(self) -> None:
        """Answer the request, unless its head was too long although it came at once."""
        self._arrived()
        hosts, size = 0, len(self.url)
        for name, value in self.headers:
            hosts += name == b"host"
            size += len(name) + len(value) + 4
        if hosts > 1:  # whichever is looked at, it is the one that counts
            self.send_400_response("More than one Host header.")
            return
        self._grow(size)
        if not self.transport.is_closing():
            super().on_headers_complete()

    def _expect(self) -> None:
        self._taken = 0.0
        if not self._expected:
            self._expected = self.loop.time() + HEAD_SECONDS
            if (
                self._patience is None
            ):  # one timer for all requests of a connection, since nearly all heads come at once
                self._patience = self.loop.call_at(self._expected, self._look)

    def _arrived(self) -> None:
        self._expected = 0.0

    def _look(self) -> None:
        """Close where a head is late; look again where one is awaited that is not."""
        self._patience = None
        if not self._expected:
            return
        if self.loop.time() >= self._expected - SOON:
            self.transport.close()
        else:
            self._patience = self.loop.call_at(self._expected, self._look)

    def _grow(self, count: int) -> None:
        self._taken += count
        if self._taken > HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(_REFUSAL)
            self.transport.close()
