"""Reads that a client asks for on condition that it has not the answer already (RFC 9110, section 13.1.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Send

from api.access.principals import principal_of
from api.delivery import deliver
from api.readers.early import Early
from api.state import Job, State
from api.tags import matches


def _nothing(_: Mapping[str, Any]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Read:
    """A read, and how its answer is called.

    Attributes:
        state: the running parts of the application.
        job: what a reader does for it.
        headers: of the answer, also where it is not sent again.
        tag: from a generation to the entity tag of the answer; ``None`` where the answer does not last.
        release: name of the release that is read, if one is.
        told: from what the reader says of the answer to further headers.
        payload: bytes that come with the job.
        early: the same job, if it was begun already.
    """

    state: State
    job: Job
    headers: Mapping[str, str]
    tag: Callable[[str], str] | None
    release: str | None = None
    told: Callable[[Mapping[str, Any]], Mapping[str, str]] = _nothing
    payload: bytes = b""
    early: Early | None = None

    async def answer(self, request: Request, send: Send) -> None:
        """Send the answer, or that the client has it.

        ``*`` says that the client has the answer if there is one at all, so there has to be one before that is said.
        """
        audience = principal_of(request).audience
        condition = None if self.tag is None else request.headers.get("if-none-match")
        anything = condition is not None and condition.strip() == "*"
        headers = dict(self.headers)
        if self.tag is not None and condition is not None and not anything:
            headers["etag"] = self.tag(self.state.newest(audience, self.release))
            if matches(condition, headers["etag"]):
                await Response(status_code=304, headers=headers)(request.scope, request.receive, send)
                return
        async with self.state.read(self.job, audience, self.payload, self.early) as answer:
            if self.tag is not None:
                headers["etag"] = self.tag(str(answer.head["generation"]))
            if not (anything or answer.complete):
                await deliver(answer, request.scope, send, headers | dict(self.told(answer.head)))
                return
        # The reader is free by now: a client that takes nothing must not keep it for an answer that is complete.
        if anything:
            await Response(status_code=304, headers=headers)(request.scope, request.receive, send)
        else:
            await deliver(answer, request.scope, send, headers | dict(self.told(answer.head)))
