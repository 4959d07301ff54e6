"""``/.well-known/void``: which datasets the store holds, in VoID and DCAT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from api.access.principals import principal_of
from api.delivery import deliver
from api.errors import MethodError
from api.requests import root_of
from api.state import State

PATH: Final = "/.well-known/void"
METHODS: Final = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class VoidEndpoint:
    """The description of the datasets as an ASGI application, in the RDF format that the client likes best."""

    state: State

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method not in METHODS:
            raise MethodError(request.method, METHODS)
        root = root_of(request, self.state.settings)
        bindings = {"self": root + PATH, "endpoint": root + "/sparql"}
        accept = request.headers.get("accept", "*/*")
        job = {"kind": "shipped", "name": "void-description", "bindings": bindings, "accept": accept}
        async with self.state.read(job, principal_of(request).audience) as answer:
            await deliver(answer, scope, send, {"vary": "Accept", "cache-control": "no-cache"})
