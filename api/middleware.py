"""Around every request: its id, the name the server is called by, and what happens when something fails."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.guard import tell_limits
from api.errors import HostError, MethodError, NotFoundError, RequestError
from api.observation import BEGAN, Observer
from api.pact.telling import is_pact, pact_response, require_https
from api.pages.problem import problem_page, wants_page
from api.problems import INTERNAL, MEDIA_TYPE, Problem, ToldError, problem_of
from api.proxies import believed
from api.readers.messages import Translate
from api.requests import language_of
from api.settings import Settings
from api.wire import Wire, require_plain

log: Final = logging.getLogger("tanmai.api")

_LEFT: Final = 499
"""What the log says for a status where the client went away before there was one."""
_ID: Final = re.compile(r"[\w.\-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Frame:
    """The outermost part of the application that is ours."""

    app: ASGIApp
    settings: Settings
    translate: Translate
    observer: Observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with an id, and tell what goes wrong as a problem document."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif self.settings.trusted_proxies:
            scope = believed(scope, Headers(scope=scope), self.settings.trusted_networks)
            await self._answer(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = scope.get(BEGAN) or time.perf_counter()
        headers = dict[bytes, bytes](scope["headers"])
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = given if _ID.fullmatch(given) else os.urandom(16).hex()
        scope["tanmai.request"], status = request_id, 0
        wire = Wire(receive, headers, self.settings.body_seconds)

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode("ascii"))]
                tell_limits(scope, message)
            elif not message.get("more_body", False):
                wire.end()
            await send(message)

        try:
            self._check(scope, headers)
            wire.watch()
            await self.app(scope, wire.receive, sending)
        except asyncio.CancelledError:
            if not wire.gone:
                raise
            status = status or _LEFT
        except ClientDisconnect:  # in the middle of its own body: nobody is there to be told, and nothing failed here
            status = status or _LEFT
        except Exception as error:  # noqa: BLE001 - whatever it is, the client is told, and the log
            problem = told(error)
            _log(error, problem, request_id)
            if not status:
                response = problem_response(problem, Request(scope), request_id, self.translate, self.settings)
                await response(scope, receive, sending)
        finally:
            wire.end()
            self.observer.saw(scope, request_id, status, began)

    def _check(self, scope: Scope, headers: Mapping[bytes, bytes]) -> None:
        """Refuse what is asked of another server, comes compressed, or comes in the open where it may not."""
        host = headers.get(b"host", b"").decode("latin-1")
        if not self.settings.answers_to(host):
            raise HostError(
                f"This server does not answer to the name {host!r}. Ask for 127.0.0.1, or add the name to its hosts."
            )
        require_plain(headers)
        if not self.settings.plain_http_accepted:
            require_https(scope["scheme"], scope["path"])


def _log(error: Exception, problem: Problem, request_id: str) -> None:
    """Keep what went wrong where it is not told."""
    if problem.kind.status == INTERNAL.status:
        log.error("request %s failed", request_id, exc_info=error)
    elif problem.detail != str(error):
        log.warning("request %s was refused: %s", request_id, error)


def told(error: Exception) -> Problem:
    """The problem that an error is told as."""
    if isinstance(error, ToldError):
        return error.problem
    return problem_of(error)


def problem_response(
    problem: Problem, request: Request, request_id: str, translate: Translate, settings: Settings
) -> Response:
    """A problem as a response, in the language of the client: as a document, for a browser as a page."""
    lang = language_of(request)
    if is_pact(request.scope["path"]):
        return pact_response(problem, translate(problem.detail, lang), lang)
    body = problem.body(lang, translate(problem.detail, lang), request_id)
    headers = {**problem.headers, "Content-Language": lang, "Vary": "Accept, Accept-Language"}
    if wants_page(request):
        return problem_page(body, headers, lang, settings)
    return JSONResponse(body, problem.kind.status, headers, MEDIA_TYPE)


def _methods(request: Request) -> Iterator[str]:
    """The methods of all routes at the address of a request; the router itself names those of the first one alone."""
    for route in request.app.routes:
        if route.matches(request.scope)[0] is Match.PARTIAL:
            yield from getattr(route, "methods", None) or ()


def router_error(request: Request, error: HTTPException) -> RequestError:
    """What the router refuses, as an error of ours."""
    if error.status_code == 405:
        return MethodError(request.method, tuple(sorted(set(_methods(request)))))
    if error.status_code == 404:
        return NotFoundError(f"There is nothing at {request.url.path}.")
    return RequestError(str(error.detail))
