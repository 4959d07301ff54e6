"""Answers compressed by zstd or gzip, where the client takes it, as a stream.

Nothing is ended that the application did not end: an answer that is broken off lacks the last frame of the coding and the last
chunk of HTTP, and shows by both that it is not whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.negotiation import qualities

LEAST: Final = 1024
"""Bytes below which a whole answer goes out as it is: compressing would cost more than it saves."""

_WORDS: Final = ("text/", "application/")
_PACKED: Final = {"application/zip", "application/gzip", "application/octet-stream", "text/event-stream"}
"""Types whose content is packed already, or has to arrive piece by piece."""


class Packer(Protocol):
    """A stream that compresses, as zlib's and zstandard's."""

    def compress(self, data: bytes) -> bytes:
        """What can be sent of the data so far."""

    def flush(self) -> bytes:
        """The end of the stream."""


def _zstd() -> Packer:
    import zstandard

    packer: Packer = zstandard.ZstdCompressor(level=1).compressobj()
    return packer


def _gzip() -> Packer:
    return zlib.compressobj(1, wbits=31)


CODINGS: Final = {"zstd": _zstd, "gzip": _gzip}
"""Content coding to what makes it, the one preferred by default first."""


@dataclass(frozen=True, slots=True)
class Compression:
    """Compresses what the application inside of it answers."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        accepted = Headers(scope=scope).get("accept-encoding", "") if scope["type"] == "http" else ""
        coding = choose(accepted) if accepted and scope["method"] != "HEAD" else None
        await self.app(scope, receive, send if coding is None else Compressing(send, coding).send)


class Compressing:
    """Sends one response compressed, if it is worth it. Its start waits for the first part of the body, which says that."""

    def __init__(self, send: Send, coding: str) -> None:
        self._send = send
        self._coding = coding
        self._start: Message | None = None
        self._packer: Packer | None = None

    async def send(self, message: Message) -> None:
        """Send one message of the application."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._start is not None:
            start, self._start = self._start, None
            if compressible(start) and (more or len(body) >= LEAST):
                self._packer = CODINGS[self._coding]()
                body = self._packed(body, more)
                _declare(start, self._coding, None if more else len(body))
            await self._send(start)
        elif self._packer is not None:
            body = self._packed(body, more)
            if more and not body:
                return
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    def _packed(self, body: bytes, more: bool) -> bytes:
        assert self._packer is not None
        return self._packer.compress(body) + (b"" if more else self._packer.flush())


def choose(accept_encoding: str) -> str | None:
    """The coding that a client likes best; between equals the one that stands first; ``None`` where it takes none.

    ``identity`` is none: what a client merely does not refuse is not forced upon it.
    """
    stated = dict(qualities(accept_encoding))
    rated: Mapping[str, Any] = {name: stated.get(name, stated.get("*", 0.0)) for name in CODINGS}
    best = max(rated, key=lambda name: rated[name])
    return best if rated[best] > 0 and rated[best] >= stated.get("identity", 0.0) else None


def compressible(start: Message) -> bool:
    """Whether the body of a response is made of words, whole, and not coded yet."""
    headers = Headers(raw=start["headers"])
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    plain = "content-encoding" not in headers and "no-transform" not in headers.get("cache-control", "")
    return (
        plain and start["status"] not in {204, 206, 304} and media_type.startswith(_WORDS) and media_type not in _PACKED
    )


def _declare(start: Message, coding: str, length: int | None) -> None:
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["Content-Encoding"] = coding
    headers.add_vary_header("Accept-Encoding")
    etag = headers.get("etag", "")
    if etag and not etag.startswith("W/"):
        headers["ETag"] = f"W/{etag}"  # the same content, in other bytes
    if length is None:
        del headers["Content-Length"]
    else:
        headers["Content-Length"] = str(length)
    start["headers"] = headers.raw
