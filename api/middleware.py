"""Around every request: its id, the name the server is called by, and what happens when something fails."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.guard import tell_limits
from api.errors import HostError, MethodError, NotFoundError, RequestError
from api.pages.problem import problem_page, wants_page
from api.problems import INTERNAL, MEDIA_TYPE, Problem, ToldError, problem_of
from api.requests import language_of
from api.settings import Settings

log: Final = logging.getLogger("tanmai.api")

Translate = Callable[[str, str], str]
"""A message and a language to the message in that language."""

_ID: Final = re.compile(r"[\w.\-]{1,64}")


@dataclass(frozen=True, slots=True)
class Frame:
    """The outermost part of the application that is ours."""

    app: ASGIApp
    settings: Settings
    translate: Translate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with an id, and tell what goes wrong as a problem document."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        scope["tanmai.request"], started = request_id, False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                answered = MutableHeaders(scope=message)
                answered["X-Request-Id"] = request_id
                tell_limits(scope, answered)
            await send(message)

        try:
            self._check_host(headers.get("host", ""))
            await self.app(scope, receive, sending)
        except Exception as error:
            problem = told(error)
            if problem.kind.status == INTERNAL.status:
                log.exception("request %s failed", request_id)
            elif problem.detail != str(error):
                log.warning("request %s was refused: %s", request_id, error)
            if not started:
                response = problem_response(problem, Request(scope), request_id, self.translate, self.settings)
                await response(scope, receive, sending)

    def _check_host(self, host: str) -> None:
        if not self.settings.answers_to(host):
            raise HostError(
                f"This server does not answer to the name {host!r}. Ask for 127.0.0.1, or add the name to its hosts."
            )


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
