"""``/sparql``: queries, updates, and the description of the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from api.access.guard import note
from api.access.principals import Role, principal_of, require_whole_store
from api.conditional import Read
from api.errors import MethodError, RequestError
from api.observation import QUERY
from api.pages.routes import sparql_page, wants_page
from api.pins import Pin, stated_pin
from api.requests import body_of, parameters, require_writes, root_of
from api.sparql.description import service_description
from api.sparql.protocol import METHODS, Operation, operation
from api.sparql.question import PATH, Question, headers_of
from api.state import State

EARLY: Final = "tanmai.early"
"""Key in the scope of a request under which the short way leaves the job that it has begun for it."""


@dataclass(frozen=True, slots=True)
class SparqlEndpoint:
    """The endpoint as an ASGI application."""

    state: State

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        method = request.method
        if method not in METHODS:
            raise MethodError(method, METHODS)
        if method == "OPTIONS":
            await Response(status_code=204, headers={"Allow": ", ".join(METHODS)})(scope, receive, send)
            return
        body = await body_of(request, self.state.settings.query_bytes)
        stated = parameters(scope["query_string"].decode("latin-1"), "address")
        asked = operation(method, stated, request.headers.get("content-type", ""), body)
        scope[QUERY] = asked.text
        if asked.verb == "update":
            await self._update(request, asked, stated_pin(stated), send)
        elif asked.verb == "query":
            await self._query(request, asked, stated_pin(stated), send)
        elif wants_page(request):
            await sparql_page(self.state, request, send)
        else:
            await service_description(request, self.state.settings)(scope, receive, send)

    async def _query(self, request: Request, asked: Operation, pin: Pin, send: Send) -> None:
        note(request.scope, graphs=_graphs(asked))
        audience, state = principal_of(request).audience, self.state
        accept = request.headers.get("accept", "*/*")
        question = Question(asked.text, self._base(request), accept, asked.dataset, pin.release, pin.as_of, audience)
        lasting = state.lasting and question.lasting
        job, tag = question.job(state.settings.patterns), question.tag if lasting else None
        early = request.scope.get(EARLY)
        await Read(state, job, headers_of(lasting), tag, pin.release, _told, early=early).answer(request, send)

    def _base(self, request: Request) -> str:
        return root_of(request, self.state.settings) + PATH

    async def _update(self, request: Request, asked: Operation, pin: Pin, send: Send) -> None:
        require_writes(request, self.state.settings)
        if pin.stated:
            raise RequestError("An update changes the present state, never a past one. Leave out release and as-of.")
        require_whole_store(request, Role.CURATOR)
        note(request.scope, graphs=_graphs(asked))
        job = {"kind": "update", "text": asked.text, "dataset": asked.dataset, "base": self._base(request)}
        async with self.state.write(job) as answer:
            told = {name: answer.head[name] for name in ("added", "removed", "generation")}
        note(request.scope, **told)
        await JSONResponse(told)(request.scope, request.receive, send)


def _told(head: Mapping[str, Any]) -> Mapping[str, str]:
    return {"tanmai-unbound": str(head["unbound"])} if head.get("unbound") else {}


def _graphs(asked: Operation) -> list[str]:
    """The graphs that the protocol names for an operation, for the audit log."""
    return [] if asked.dataset is None else [*asked.dataset[0], *asked.dataset[1]]
