"""``/audit``: the audit log as RDF, for admins; newest first, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from api.access.principals import Role, require_whole_store
from api.delivery import deliver
from api.errors import MethodError, RequestError
from api.requests import only, parameters, root_of
from api.state import State

PATH: Final = "/audit"
METHODS: Final = ("GET", "HEAD")
_COUNT: Final = 100
_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class AuditEndpoint:
    """The audit log as an ASGI application: ``?count=`` records, of those ``?before=`` a number."""

    state: State

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method not in METHODS:
            raise MethodError(request.method, METHODS)
        require_whole_store(request, Role.ADMIN)
        count, before = _number(request, "count", _MOST), _number(request, "before", 10**18)
        job = {
            "kind": "audit",
            "folder": str(self.state.settings.store.resolve() / "audit"),
            "count": count or _COUNT,
            "before": before,
            "accept": request.headers.get("accept", "*/*"),
        }
        async with self.state.read(job) as answer:
            headers = {"vary": "Accept", "cache-control": "no-store"}
            if (lowest := int(answer.head["lowest"])) > 1:
                root = root_of(request, self.state.settings)
                headers["link"] = f'<{root}{PATH}?count={count or _COUNT}&before={lowest}>; rel="next"'
            await deliver(answer, scope, send, headers)


def _number(request: Request, name: str, most: int) -> int | None:
    """A parameter that is a number from 1.

    Raises:
        RequestError: it is none.
    """
    text = only(parameters(request.scope["query_string"].decode("latin-1"), "address"), name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 1 <= int(text) <= most):
        raise RequestError(f"The parameter {name} is {text!r}; it is a number from 1 to {most}.")
    return int(text)
