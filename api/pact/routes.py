"""``/3/footprints`` and ``/3/events``: the host of PACT 3.

Footprints are those of the store that the client's audience reads, in the order of their ids. A link to the next page names the id
after which it begins; so it holds for as long as the server does, shows the same again, and misses nothing that was there
when footprints are published meanwhile.
"""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.access.principals import OWNER, Principal, Role, require
from api.delivery import deliver
from api.errors import MediaTypeError, MethodError, RequestError, UnsupportedError
from api.pact import partners
from api.pact.events import MEDIA_TYPE, is_uuid
from api.pact.filters import filters_of
from api.pact.inbox import Event, Inbox, key_of
from api.requests import Parameters, body_of, only, parameters, root_of
from api.state import State

LIST: Final = "/3/footprints"
EVENTS: Final = "/3/events"
LONGEST_PAGE: Final = 500
"""Footprints on one page, where the client does not ask for fewer."""

_PAGING: Final = ("limit", "cursor")
_HEADERS: Final = {"cache-control": "private, no-store"}


def routes(state: State) -> list[Route]:
    """The addresses of the host."""
    return [
        Route(LIST, ListEndpoint(state)),
        Route(LIST + "/{id}", FootprintEndpoint(state)),
        Route(EVENTS, EventsEndpoint(state)),
    ]


@dataclass(frozen=True, slots=True)
class ListEndpoint:
    """ListFootprints as an ASGI application."""

    state: State

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = _reading(Request(scope, receive))
        asking = require(request, Role.READER)
        stated = parameters(scope["query_string"].decode("latin-1"), "address")
        selecting = [pair for pair in stated if pair[0] not in _PAGING]
        limit = _limit(only(stated, "limit"))
        job = {
            "kind": "pact-list",
            "filters": filters_of(selecting),
            "limit": limit,
            "after": _position(only(stated, "cursor")),
        }
        async with self.state.read(job, asking.audience) as answer:
            headers = dict(_HEADERS)
            if answer.head["next"] is not None:
                headers["link"] = self._link(request, selecting, limit, str(answer.head["next"]))
            await deliver(answer, scope, send, headers)

    def _link(self, request: Request, selecting: Parameters, limit: int, position: str) -> str:
        cursor = base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")
        query = urlencode([*selecting, ("limit", str(limit)), ("cursor", cursor)])
        return f'<{root_of(request, self.state.settings)}{LIST}?{query}>; rel="next"'


@dataclass(frozen=True, slots=True)
class FootprintEndpoint:
    """GetFootprint as an ASGI application."""

    state: State

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = _reading(Request(scope, receive))
        asking = require(request, Role.READER)
        identifier = str(request.path_params["id"])
        if not is_uuid(identifier):
            raise RequestError(f"{identifier!r:.80} is no UUID, so it is no id of a footprint.")
        async with self.state.read({"kind": "pact-footprint", "id": identifier}, asking.audience) as answer:
            await deliver(answer, scope, send, _HEADERS)


@dataclass(frozen=True, slots=True)
class EventsEndpoint:
    """Events as an ASGI application: checked, kept, acknowledged; dealt with afterwards."""

    state: State

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one event."""
        request = Request(scope, receive)
        if request.method != "POST":
            raise MethodError(request.method, ("POST",))
        asking = require(request, Role.READER)
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != MEDIA_TYPE:
            raise MediaTypeError(
                f"Events come as {MEDIA_TYPE}, one at a time; this is {media_type or 'of no stated type'}."
            )
        body = await body_of(request, self.state.settings.body_bytes)
        async with self.state.read({"kind": "pact-event"}, asking.audience, body) as answer:
            told = answer.head
        if told["event"] != "created":
            require(request, Role.SUBMITTER)
            self._require_writer()
        partner = await asyncio.to_thread(self._partner, asking, str(told["source"]))
        key = key_of(asking.name, str(told["source"]), str(told["id"]))
        here = root_of(request, self.state.settings)
        event = Event(key, told["event"], body, asking.name, asking.audience, partner, here)
        await asyncio.to_thread(_note, Inbox(self.state.settings.store), event, told["request"])
        await Response(status_code=200, headers=_HEADERS)(scope, receive, send)

    def _require_writer(self) -> None:
        if not self.state.settings.allow_writes:
            raise UnsupportedError(
                "This server takes no footprints of others. Its administrator can start it with --allow-writes."
            )

    def _partner(self, asking: Principal, source: str) -> str:
        """The partner that an event comes from: the one at its source, which has to be who asks.

        Raises:
            RequestError: there is none, or it is another one; so nobody can have a third host called.
        """
        found = partners.at(partners.load(self.state.settings.store), source)
        if found is None or (found.name != asking.name and asking is not OWNER):
            raise RequestError(
                f"The source of the event is {source!r:.200}, which is not known here as the address of {asking.name}. Ask the "
                "administrator of this server to add it to its partners."
            )
        return found.name


def _note(inbox: Inbox, event: Event, answers: str | None) -> None:
    """Keep an event, unless it is kept already.

    Args:
        inbox: where it is kept.
        event: what came.
        answers: the request that it answers; ``None`` where it is no answer.

    Raises:
        RequestError: it answers what this server did not ask the partner, or what was answered.
    """
    if inbox.knows(event.key):
        return
    if answers is not None and not inbox.waits_for(answers, event.partner):
        raise RequestError(f"There is no open request {answers!r:.80} of this server to {event.partner}.")
    inbox.note(event)


def _reading(request: Request) -> Request:
    if request.method not in {"GET", "HEAD"}:
        raise MethodError(request.method, ("GET", "HEAD"))
    return request


def _limit(text: str | None) -> int:
    if text is None:
        return LONGEST_PAGE
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise RequestError(f"The limit is {text!r:.80}; it is a whole number that is not negative.")
    return min(int(text), LONGEST_PAGE)


def _position(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        position = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        position = ""
    if position and not is_uuid(position):
        position = ""
    if not position:
        raise RequestError(f"The cursor {cursor!r:.80} is none of this server. Begin again without it.")
    return position
