"""The short way of a plain query on a server that asks nobody who he is.

Most queries are a GET with nothing but the query, and are answered soon by a few rows. The bytes of such a request go to a reader as
they came (:mod:`api.sparql.plain`), and its answer to the client: no parsing here, no task, no layers. What a request or an answer
has beyond that (another header, a past state, an error, a long answer, a slow one, one to be compressed) goes the usual way through
the application, from the beginning or from where the answer stands. Where there is a list of clients, or queries are logged, the
short way is closed.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from api.access.control import Access
from api.compression import LEAST
from api.errors import ApiError
from api.listening import HEAD_BYTES, SOON, BoundedProtocol
from api.observation import BEGAN, Observer
from api.readers import frames
from api.readers.early import Early
from api.readers.pool import Pool
from api.sparql.plain import BEGIN, END
from api.sparql.question import PATH
from api.sparql.routes import EARLY
from api.state import State
from graphstore.errors import GraphStoreError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send
    from uvicorn._types import ASGI3Application
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


@dataclass(slots=True)
class ShortWay:
    """The short way into one application.

    Attributes:
        state: the running parts of the application.
        access: its door; where that knows clients, the short way is closed.
        observer: sees what was answered here too.
    """

    state: State
    access: Access
    observer: Observer
    _jobs: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def begin(self, connection: Connection, request: bytes) -> Plain | None:
        """Give a request to a reader.

        Returns:
            What waits for the answer; ``None`` where the short way is closed, and nothing was done.
        """
        began = time.perf_counter()
        try:
            if self.observer.queries or self.access.file.current() is not None:
                return None
            facts = self._facts(self.state.newest(), connection.scheme or "http")
        except (ApiError, GraphStoreError):  # which the usual way meets too, and tells
            return None
        asked = Plain(self, connection, request, began)
        return asked if self.state.readers.begin(frames.packed(facts, request), asked) else None

    def _facts(self, generation: str, scheme: str) -> bytes:
        """All of the job but the request; the same until the store changes."""
        key = generation, scheme
        found = self._jobs.get(key)
        if found is None:
            settings = self.state.settings
            job = self.state.reading({"kind": "plain", "generation": generation}, None) | {
                "scheme": scheme,
                "public_url": settings.public_url,
                "names": None if settings.names is None else sorted(settings.names),
                "patterns": settings.patterns,
                "seconds": settings.query_seconds,
                "lasting": self.state.lasting,
                "least": LEAST,
            }
            self._jobs.clear()
            found = self._jobs[key] = json.dumps(job).encode()
        return found


@dataclass(slots=True)
class Plain:
    """One request on the short way."""

    way: ShortWay
    connection: Connection
    request: bytes
    began: float

    def takes(self) -> bool:
        """Whether the connection takes an answer at once."""
        return self.connection.ready

    def answer(self, said: bytes) -> None:
        """Send it, and note that."""
        request_id = os.urandom(16).hex()
        client = self.connection.client
        self.way.observer.saw_plain(PATH, client[0] if client else "", request_id, self.began)
        self.connection.answer(*frames.parted(said), request_id)

    def other(self) -> None:
        """Ask in the usual way."""
        self.connection.go_on(self.request)

    def go_on(self, early: Early) -> None:
        """Go on in the usual way, from where the answer stands."""
        self.connection.go_on(self.request, Begun(early, self.way.state.readers, self.began))


@dataclass(frozen=True, slots=True)
class Begun:
    """What was begun already of a request that goes on in the usual way."""

    early: Early
    pool: Pool
    began: float

    def within(self, app: ASGI3Application) -> ASGIApp:
        """The application, told of that; what it does not take is ended."""

        async def answering(scope: Scope, receive: Receive, send: Send) -> None:
            scope[EARLY], scope[BEGAN] = self.early, self.began
            try:
                await app(scope, receive, send)  # type: ignore[arg-type] # one protocol, written down twice
            finally:
                self.abandon()

        return answering

    def abandon(self) -> None:
        """End it, unless somebody has taken it."""
        self.pool.abandon(self.early)


class Connection(BoundedProtocol):
    """A connection whose plain queries go the short way, if its application has one."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._way: ShortWay | None = getattr(self.app, "short", None)
        self._asked: Plain | None = None
        self._begun: Begun | None = None
        self._held = b""
        self._between = True
        self._stopping = False
        self._default: tuple[object, bytes] = (None, b"")
        self._rest = 0.0

    @property
    def ready(self) -> bool:
        """Whether an answer may be written now, and another request may follow."""
        return not self.flow.write_paused and not self._stopping

    def data_received(self, data: bytes) -> None:
        """Answer a plain request, or read on."""
        if self._asked is not None:  # one after the other: what comes meanwhile waits
            self._held += data
            self.flow.pause_reading()
        elif not self._plain(data):
            super().data_received(data)

    def _plain(self, data: bytes) -> bool:
        """Whether the short way takes what came."""
        whole = data.startswith(BEGIN) and data.find(END) == len(data) - len(END) and len(data) <= HEAD_BYTES
        if self._way is None or not whole or not self._free:
            return False
        self._asked = self._way.begin(self, data)
        if self._asked is None:
            return False
        self._arrived()
        return True

    @property
    def _free(self) -> bool:
        """Whether a request begins here, with none before it under way, and may be answered."""
        idle = (
            self._between and (self.cycle is None or self.cycle.response_complete) and not self.transport.is_closing()
        )
        few = self.limit_concurrency is None or len(self.connections) < self.limit_concurrency
        return idle and few and not self._held

    def answer(self, lines: bytes, body: bytes, request_id: str) -> None:
        """Send an answer, and go on with what came meanwhile."""
        self._asked = None
        if self.parser is None or self.transport.is_closing():
            return
        default = self.server_state.default_headers
        if default is not self._default[0]:  # made anew each second, which is when the date changes
            self._default = default, b"HTTP/1.1 200 OK\r\n" + b"".join([b"%s: %s\r\n" % each for each in default])
        self.transport.write(b"%b%bx-request-id: %b\r\n\r\n%b" % (self._default[1], lines, request_id.encode(), body))
        self.server_state.total_requests += 1
        self._rest = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        if self._held:
            self._release()

    def go_on(self, request: bytes, begun: Begun | None = None) -> None:
        """Have the application answer a request of which something may have been done."""
        self._asked, self._begun = None, begun
        if self.parser is not None and not self.transport.is_closing():
            super().data_received(request)
            if self._stopping and self.cycle is not None:
                self.cycle.keep_alive = False
        if self._begun is not None:  # the parser has refused it, or the client is gone
            self._begun.abandon()
            self._begun = None
        if self._held and self.parser is not None:
            self._release()

    def _release(self) -> None:
        held, self._held = self._held, b""
        self.flow.resume_reading()
        self.data_received(held)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        if self._begun is not None:
            begun, self._begun = self._begun, None
            super()._start_asgi_task(cycle, begun.within(app))  # type: ignore[arg-type] # one protocol, written down twice
        else:
            super()._start_asgi_task(cycle, app)

    def on_message_begin(self) -> None:
        """Expect the rest of it."""
        self._between = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Expect another one."""
        self._between = True
        super().on_message_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has rested for long. The short way does not set the timer anew each time, so look whether it has."""
        resting = self._asked is None
        left = self.timeout_keep_alive - (self.loop.time() - self._rest if resting else 0)
        if left <= SOON:
            super().timeout_keep_alive_handler()
        else:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)

    def shutdown(self) -> None:
        """Stop when the request under way is answered."""
        if self._asked is None:
            super().shutdown()
        else:
            self._stopping = True
