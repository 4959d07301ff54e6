"""Before and after every request: who asks is proven, limits are kept, and the audit log says what became of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.allowance import granted
from api.access.control import Access
from api.access.endpoints import OPEN, OPERATION, PROBES
from api.access.endpoints import PATH as TOKEN
from api.access.limits import Limits
from api.access.principals import Principal, anonymous, identify, principal_of
from api.access.rates import Taken
from api.errors import RateError, SlowBodyError, TooLargeError, UnauthenticatedError
from api.problems import ToldError, problem_of
from api.proxies import from_this_machine

_FACTS: Final = "tanmai.audit"
_TOLD: Final = "tanmai.limits"
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_TOO_OFTEN: Final = 429
_SHOWN: Final = "Authorization, X-API-Key"


def note(scope: Scope, **facts: Any) -> None:
    """Have the audit log say more about a request: ``graphs`` that it names, the ``generation`` that it made."""
    scope.setdefault(_FACTS, {}).update(facts)


def tell_limits(scope: Scope, message: Message) -> None:
    """Say in an answer how often may be asked, and that others may not be given it from a cache."""
    told: tuple[Principal, Limits, Taken] | None = scope.get(_TOLD)
    if told is None:
        return
    principal, limits, taken = told
    headers = MutableHeaders(scope=message)
    rate = limits.rate
    window = round(rate.step * rate.burst) or 1
    headers["RateLimit-Policy"] = f'"requests";q={rate.burst};w={window}'
    headers["RateLimit"] = f'"requests";r={taken.left};t={taken.wait}'
    headers.add_vary_header(_SHOWN)
    if principal.name:
        control = headers.get("cache-control", "")
        if "no-store" not in control:
            headers["Cache-Control"] = f"private, {control}".strip(", ")


@dataclass(frozen=True, slots=True)
class Guard:
    """The part of the application that lets requests in. A server without a file of clients is its owner's: nothing is asked."""

    app: ASGIApp
    access: Access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say why not."""
        if scope["type"] == "lifespan" or (roster := self.access.file.current()) is None:
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})  # there are none, and one that comes must not go around the door
            return
        identify(scope, anonymous(""))
        here = scope["path"] in OPERATION and from_this_machine(scope, Headers(scope=scope))
        if here or scope["path"] in PROBES:
            if not here:
                self.access.probe(scope)
            await self.app(scope, receive, send)
            return
        if scope["method"] not in _SAFE:
            self.access.audit.require()
        begun, clock = dt.datetime.now(dt.UTC), time.perf_counter()
        status, complete = 0, False

        async def sending(message: Message) -> None:
            nonlocal status, complete
            status = message.get("status", status)
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        try:
            if scope["path"] != TOKEN:
                identify(scope, self.access.principal(scope, roster))
            await self._let_in(scope, receive, sending)
        except Exception as error:
            status, complete = status or status_of(error), status == 0
            raise
        finally:
            self._record(scope, begun, time.perf_counter() - clock, status, complete)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = principal_of(Request(scope))
        allowance = self.access.allowance(scope, principal)
        limits = allowance.limits
        taken = self.access.take(allowance)
        scope[_TOLD] = (principal, limits, taken)
        if not taken.allowed:
            raise RateError("You ask more often than you may. Wait, then go on more slowly.", taken.wait)
        if principal.audience == "" and scope["path"] not in OPEN:
            raise UnauthenticatedError("This server shows nothing to anonymous. Send an API key or an access token.")
        with granted(allowance):
            await self.app(scope, _bounded(scope, receive, limits), send)

    def _record(self, scope: Scope, begun: dt.datetime, seconds: float, status: int, complete: bool) -> None:
        principal = principal_of(Request(scope))
        address = "" if principal.name else self.access.address(scope)
        left_out = self.access.refusals.unrecorded(principal.name or address) if status == _TOO_OFTEN else 0
        if left_out is None:
            return
        record: dict[str, Any] = {
            "time": begun.isoformat(timespec="milliseconds"),
            "client": principal.name,
            "key": principal.key,
            "address": address,
            "request": scope.get("tanmai.request", ""),
            "method": scope["method"],
            "path": scope["path"],
            "audience": principal.audience,
            "status": status,
            "seconds": round(seconds, 6),
            **scope.get(_FACTS, {}),
        }
        if not complete:
            record["broken_off"] = True
        if left_out:
            record["left_out"] = left_out
        self.access.audit.append(record)


def status_of(error: Exception) -> int:
    """The status that an error is told with."""
    problem = error.problem if isinstance(error, ToldError) else problem_of(error)
    return problem.kind.status


def _too_large(most: int) -> TooLargeError:
    return TooLargeError(f"The body has more than {most:,} bytes, which is the most that is taken from you.")


def _bounded(scope: Scope, receive: Receive, limits: Limits) -> Receive:
    """The body of a request, as large and as slow as allowed."""
    most, last = int(limits.body_megabytes * 1_000_000), time.monotonic() + limits.body_seconds
    stated = Headers(scope=scope).get("content-length", "0")
    if stated.isdigit() and int(stated) > most:
        raise _too_large(most)
    got, done = 0, False

    async def receiving() -> Message:
        nonlocal got, done
        if done:
            return await receive()  # the end of the connection, whenever that comes
        try:
            async with asyncio.timeout(max(last - time.monotonic(), 0)):
                message = await receive()
        except TimeoutError:
            raise SlowBodyError(
                f"The body was not here after {limits.body_seconds:g} seconds. Send it faster, or in parts."
            ) from None
        got += len(message.get("body", b""))
        done = not message.get("more_body", False)
        if got > most:
            raise _too_large(most)
        return message

    return receiving
