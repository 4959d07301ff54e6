"""How a connection is read: the head of a request has to come whole, soon, and be of bounded size.

uvicorn bounds neither time nor size of what comes before a request is known, so that a few thousand connections which say
nothing, or one header that never ends, would take what memory and descriptors there are. From here a request also goes the
short way (:mod:`api.sparql.short`), if the application has one and takes it there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

HEAD_BYTES: Final = 64 << 10
"""Longest address and headers together. A longer query is sent by POST."""
HEAD_SECONDS: Final = 10.0
"""Longest time until they are here, from the first byte, or from the beginning of the connection."""

_REFUSAL: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's connection, with bounds."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._taken = 0
        self._patience: asyncio.TimerHandle | None = None
        self._short = getattr(self.app, "short", None)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Expect a head."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head is too long."""
        super().data_received(data)
        if self._patience is not None:
            self._grow(len(data))

    def on_message_begin(self) -> None:
        """Expect the head of the next request."""
        super().on_message_begin()
        self._expect()

    def on_headers_complete(self) -> None:
        """Answer the request, unless its head was too long although it came at once."""
        self._arrived()
        if sum(name == b"host" for name, _ in self.headers) > 1:  # whichever is looked at, it is the one that counts
            self.send_400_response("More than one Host header.")
            return
        self._grow(len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers))
        if not self.transport.is_closing():
            super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Answer a request, the short way if it is one for that, else in a task."""
        if self._short is None or app is not self.app or not self._short.take(cycle, self._usual(cycle)):
            super()._start_asgi_task(cycle, app)

    def _usual(self, cycle: RequestResponseCycle) -> Callable[[ASGI3Application], None]:
        return partial(super()._start_asgi_task, cycle)

    def _expect(self) -> None:
        self._taken = 0
        if self._patience is None:
            self._patience = self.loop.call_later(HEAD_SECONDS, self._late)

    def _arrived(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _late(self) -> None:
        self._patience = None
        self.transport.close()

    def _grow(self, count: int) -> None:
        self._taken += count
        if self._taken > HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(_REFUSAL)
            self.transport.close()
