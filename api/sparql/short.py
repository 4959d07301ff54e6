"""The short way of a plain query on a server that asks nobody who he is.

Most queries are a GET with nothing but the query, and are answered soon by a few rows. Such a request is begun as soon as its head
was read, and its answer is written when it comes: no task, no layers. What a request or an answer has beyond that (a header that is
not on the list, a past state, an error, a long answer, a slow one, one to be compressed, a list of clients) goes the usual way
through the application, from the beginning or from where the answer stands. So the short way knows one kind of answer alone,
and says it as the usual way does.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import unquote_to_bytes

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.control import Access
from api.compression import LEAST
from api.errors import ApiError
from api.observation import BEGAN, QUERY, Observer
from api.pins import Pin
from api.readers import frames
from api.readers.early import Early
from api.requests import PLAIN_HOST
from api.sparql.protocol import Operation
from api.sparql.question import Question, headers_of
from api.sparql.routes import EARLY, PATH
from api.state import State
from graphstore.errors import GraphStoreError

_HARMLESS: Final = frozenset(
    {
        b"host",
        b"accept",
        b"accept-encoding",
        b"accept-language",
        b"connection",
        b"user-agent",
        b"cache-control",
        b"pragma",
    }
)
"""Headers that a request may have: the first three are heeded here as by the usual way, which heeds the others in nothing that is
answered here. ``connection`` is uvicorn's, and says here at most what is so without it."""
_ONLY: Final = b"query="
_MOST_KEPT: Final = 64


class Cycle(Protocol):
    """What is used of uvicorn's request and response."""

    scope: Any
    transport: Any
    flow: Any
    message_event: Any
    default_headers: list[tuple[bytes, bytes]]
    on_response: Callable[..., None]
    keep_alive: bool
    disconnected: bool
    response_started: bool
    response_complete: bool


Start = Callable[[ASGIApp], None]
"""Has an application answer the request in a task, which is the usual way."""


@dataclass(slots=True)
class ShortWay:
    """The short way into one application.

    Attributes:
        state: the running parts of the application.
        access: its door; where that knows clients, the short way is closed.
        observer: sees what was answered here too.
        app: the application.
        route: the route of the endpoint, for the log and the figures.
    """

    state: State
    access: Access
    observer: Observer
    app: ASGIApp
    route: Route
    _roots: dict[bytes, str] = field(default_factory=dict)
    _kept: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    _lines: dict[tuple[bytes, bool], bytes] = field(default_factory=dict)
    _default: tuple[Sequence[tuple[bytes, bytes]], bytes] = ((), b"")

    def take(self, cycle: Cycle, start: Start) -> bool:
        """Begin to answer a request, if it is one for this way.

        Args:
            cycle: the request, whose head was read.
            start: goes on with it in the usual way.

        Returns:
            Whether it was taken; if not, nothing was done.
        """
        scope = cycle.scope
        if scope["path"] != PATH or scope["method"] != "GET" or not cycle.keep_alive:
            return False
        began = time.perf_counter()
        try:
            question = self._question(scope)
            if question is None or self.access.file.current() is not None:
                return False
            facts = self._facts(question, self.state.newest())
        except (ApiError, GraphStoreError):  # which the usual way meets too, and tells
            return False
        job = frames.packed(facts, question.asked.text)
        return self.state.readers.begin(job, _Asker(self, cycle, start, question, began))

    def _question(self, scope: Scope) -> Question | None:
        asked: bytes = scope["query_string"]
        if not asked.startswith(_ONLY) or b"&" in asked or not asked.isascii():
            return None
        headers = dict[bytes, bytes](scope["headers"])
        if len(headers) < len(scope["headers"]) or not _HARMLESS.issuperset(headers):
            return None
        if headers.get(b"connection", b"keep-alive").lower() != b"keep-alive":
            return None
        root = self._root(scope["scheme"], headers.get(b"host", b""))
        if root is None:
            return None
        try:
            text = unquote_to_bytes(asked[len(_ONLY) :].replace(b"+", b" ")).decode()
        except UnicodeDecodeError:
            return None
        accept = headers.get(b"accept", b"*/*").decode("latin-1")
        return Question.of(self.state, Operation("query", text), root + PATH, accept, _PRESENT, None)

    def _facts(self, question: Question, generation: str) -> bytes:
        """All of the job but the text of the query; the same for all queries that come alike."""
        key = generation, question.base, question.accept
        found = self._kept.get(key)
        if found is None:
            job = self.state.reading({"generation": generation, **question.job(self.state)}, None)
            del job["text"]
            found = json.dumps(job | {"seconds": self.state.settings.query_seconds}).encode()
            _keep(self._kept, key, found)
        return found

    def begun(self, cycle: Cycle, head: bytes, lasting: bool) -> bytes:
        """The first lines of an answer: what does not depend on the query."""
        if (
            cycle.default_headers is not self._default[0]
        ):  # uvicorn makes them anew each second, which is when the date changes
            lines = b"".join([b"%s: %s\r\n" % each for each in cycle.default_headers])
            self._default = cycle.default_headers, b"HTTP/1.1 200 OK\r\n" + lines
        key = head, lasting
        found = self._lines.get(key)
        if found is None:
            told = {"content-type": json.loads(head)["content_type"], **headers_of(lasting)}
            found = "".join([f"{name}: {value}\r\n" for name, value in told.items()]).encode("latin-1")
            _keep(self._lines, key, found)
        return self._default[1] + found

    def _root(self, scheme: str, host: bytes) -> str | None:
        """Where a client sees this server; ``None`` where that takes a closer look, or the server does not answer to the name."""
        found = self._roots.get(host)
        if found is None:
            settings, name = self.state.settings, host.decode("latin-1")
            if PLAIN_HOST.fullmatch(name) is None or not settings.answers_to(name):
                return None
            found = settings.public_url or f"{scheme}://{name}"
            _keep(self._roots, host, found)
        return found


def _keep(kept: dict[Any, Any], key: object, value: object) -> None:
    """Keep what will be asked for again, but never more than a few, whatever clients think of."""
    if len(kept) >= _MOST_KEPT:
        kept.clear()
    kept[key] = value


_PRESENT: Final = Pin(None, None)


@dataclass(slots=True)
class _Asker:
    """One request on the short way: gives the answer, or goes on in the usual way."""

    way: ShortWay
    cycle: Cycle
    start: Start
    question: Question
    began: float
    head: bytes = b""
    body: bytes = b""

    def takes(self, whole: bytes) -> bool:
        """Whether an answer can be written at once."""
        self.head, self.body = frames.parted(whole)
        if len(self.body) >= LEAST and any(name == b"accept-encoding" for name, _ in self.cycle.scope["headers"]):
            return False  # to be compressed
        return b'"unbound"' not in self.head and self.cycle.keep_alive and not self.cycle.flow.write_paused

    def answer(self) -> None:
        """Write it, and note that."""
        cycle, scope, question = self.cycle, self.cycle.scope, self.question
        request_id = os.urandom(16).hex()
        if not cycle.disconnected and not cycle.transport.is_closing():
            tag = f"etag: {question.tag(frames.generation_of(self.head))}\r\n" if question.lasting else ""
            own = f"{tag}content-length: {len(self.body)}\r\nx-request-id: {request_id}\r\n\r\n".encode("latin-1")
            begun = self.way.begun(cycle, self.head, question.lasting)
            cycle.transport.write(b"".join((begun, own, self.body)))
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        scope["app"], scope["route"], scope[QUERY] = self.way.app, self.way.route, question.asked.text
        self.way.observer.saw(scope, request_id, 200, self.began)
        cycle.on_response()

    def go_on(self, early: Early) -> None:
        """Have the application answer, from where the answer stands."""
        pool = self.way.state.readers
        scope = self.cycle.scope
        scope[EARLY], scope[BEGAN] = early, self.began

        async def answering(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await self.way.app(scope, receive, send)
            finally:
                pool.abandon(early)

        self.start(answering)
