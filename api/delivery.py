"""From an answer of a child process to an HTTP response: complete, or visibly broken off, never cut short in silence."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from starlette.types import Scope, Send

from api.errors import ApiError
from api.problems import ToldError
from api.readers.answer import Answer
from api.readers.worker import deadline

log: Final = logging.getLogger("tanmai.api")


async def deliver(answer: Answer, scope: Scope, send: Send, headers: Mapping[str, str]) -> None:
    """Send an answer.

    An answer that fits into one block goes out with its length. A longer one is sent in chunks as it comes; should it fail
    on the way, the connection is closed without the last chunk, which every client takes for an error. HTTP/1.0 has no
    chunks, so there the answer is collected first.
    """
    body, complete = answer.first, answer.complete
    if scope["http_version"] == "1.0" and not complete:
        body, complete = body + b"".join([block async for block in answer.rest()]), True
    told = {"content-type": str(answer.head["content_type"]), **headers}
    if complete:
        told["content-length"] = str(len(body))
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]
    try:
        async with deadline(answer.last):  # a client that reads slowly must not keep the process for itself
            await send({"type": "http.response.start", "status": 200, "headers": raw})
            if complete or scope["method"] == "HEAD":
                await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
                return
            await send({"type": "http.response.body", "body": body, "more_body": True})
            async for block in answer.rest():
                await send({"type": "http.response.body", "body": block, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
    except (ApiError, ToldError) as error:
        log.warning("an answer was broken off: %s", error)  # without its end, on which the server closes the connection
