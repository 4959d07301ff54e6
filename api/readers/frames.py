"""What parent and child say to each other through their socket.

A child says ``READY`` once, when it can begin. A job is one header, a JSON text and a payload. An answer is a ``HEAD`` frame (JSON: kind, content type, generation), any number
of ``DATA`` frames, and ``END`` (empty, or ``SPENT``); a short one is one ``WHOLE`` frame instead; or ``FAILED`` (JSON: a problem) in place of any of them.
"""

from __future__ import annotations

import io
import json
import socket
import struct
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import IO, Any, Final, cast

from api.errors import AnswerTooLargeError
from api.problems import Problem
from api.readers.progress import Stage

JOB: Final = struct.Struct(">II")
"""Length of the JSON text, length of the payload."""
FRAME: Final = struct.Struct(">cI")
"""Kind of the frame, length of its content."""
LENGTH: Final = struct.Struct(">I")


def parted(whole: bytes) -> tuple[bytes, bytes]:
    """The head and the data of a ``WHOLE`` frame; of a ``LINES`` frame the head, and lines and data, which are parted alike."""
    (size,) = LENGTH.unpack_from(whole)
    begin = LENGTH.size + size
    return whole[LENGTH.size : begin], whole[begin:]


READY: Final = b"R"
HEAD: Final = b"H"
DATA: Final = b"D"
END: Final = b"E"
FAILED: Final = b"X"
STAGE: Final = b"S"
"""What the child is at, before or between the other frames; only for a job that asks for it."""
WHOLE: Final = b"W"
"""Length of the head, head and data of an answer in one: most are that short."""

LINES: Final = b"L"
"""The same, and before the data, with its length, the lines of HTTP that say what follows from head and data."""
OTHER: Final = b"O"
"""The request is none that can be answered in this way; nothing was done."""

SPENT: Final = b"spent"
"""Content of an ``END`` frame: the child has grown, and asks to be replaced."""

_FEW: Final = 2000
"""Bytes of a JSON text that is kept, since it may come again."""
_USUAL: Final = 4 << 10
"""Bytes that nearly all jobs fit into."""
BLOCK: Final = 64 << 10
"""About how many bytes of an answer go into one frame. What fits into the first is sent with its length."""


def job_bytes(job: Mapping[str, Any], payload: bytes = b"") -> bytes:
    """A job as it goes through the socket."""
    return packed(json.dumps(job).encode(), payload)


def packed(facts: bytes, payload: bytes) -> bytes:
    """The same from the JSON text of the job, which many may have in common, so that both ends keep it."""
    return JOB.pack(len(facts), len(payload)) + facts + payload


def wait_at_most(connection: socket.socket, seconds: float) -> None:
    """Have :func:`receive_job` wait so long for a job; the system sees to that, at no cost for jobs that come sooner."""
    whole = int(seconds)
    connection.setsockopt(
        socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", whole, round((seconds - whole) * 1e6))
    )


def receive_job(
    connection: socket.socket, in_parts: Callable[[], None] = lambda: None
) -> tuple[Mapping[str, Any], bytes] | None:
    """The next job; ``None`` when the parent has gone. There is one at a time, so what comes first belongs to it.

    Args:
        connection: where it comes from.
        in_parts: called where it does not come at once, so that the rest may take its time.

    Raises:
        BlockingIOError: none has begun to come in the time of :func:`wait_at_most`.
    """
    begun = connection.recv(_USUAL)
    if begun and len(begun) < JOB.size:
        begun = _rest(connection, begun, JOB.size)
    if not begun:
        return None
    facts_size, payload_size = JOB.unpack_from(begun)
    end = JOB.size + facts_size
    if len(begun) < end + payload_size:
        in_parts()
        begun = _rest(connection, begun, end + payload_size)
        if not begun:
            return None
    facts = begun[JOB.size : end]
    return _facts_again(facts) if facts_size <= _FEW else json.loads(facts), begun[end:]


@lru_cache(maxsize=32)
def _facts_again(text: bytes) -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return MappingProxyType(found)


def _rest(connection: socket.socket, begun: bytes, size: int) -> bytes:
    """What has begun to come, when it has so many bytes; nothing when the parent has gone before."""
    data = bytearray(size)
    data[: len(begun)] = begun
    view, got = memoryview(data), len(begun)
    while got < size:
        try:
            count = connection.recv_into(view[got:])
        except BlockingIOError:  # the parent takes its time
            continue
        if count == 0:
            return b""
        got += count
    return bytes(data)


class Output(io.RawIOBase):
    """The child's end of its answers, one after the other: a binary file that packs what is written into frames."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._connection = connection
        self._pending = bytearray()
        self._block = bytearray()
        self._left: int | None = None
        self._head = b""
        self._lines: bytes | None = None
        self._other = False

    def begin(self, most: int | None) -> None:
        """Begin an answer, which may have so many bytes at most; ``None`` for any number."""
        self._left, self._head, self._lines, self._other = most, b"", None, False

    @property
    def file(self) -> IO[bytes]:
        """The same, as the engine's functions want to be told."""
        return cast("IO[bytes]", self)

    def writable(self) -> bool:
        """Always."""
        return True

    def ready(self, unconfined: str = "") -> None:
        """Say that jobs can come, and why this process is not confined, if it is not."""
        self._frame(READY, unconfined.encode())
        self._send()

    def at(self, stage: Stage) -> None:
        """Say what this process is at."""
        self._frame(STAGE, stage.encode())
        self._send()

    def head(self, **facts: Any) -> None:
        """Say what the answer is; before anything is written."""
        self._head = json.dumps(facts).encode()

    def head_of_table(self, content_type: str, generation: str | None) -> None:
        """The same for the answer of a query, of which nothing else is to be said."""
        self._head = _head_of_table(content_type, generation)

    @property
    def written(self) -> int:
        """How many bytes of the answer have not been sent yet."""
        return len(self._block)

    def lines(self, said: bytes) -> None:
        """Say the answer in lines of HTTP too, if it is as short as that; ``said`` is all but its length."""
        self._lines = said

    def other(self) -> None:
        """Have the end say that the request is none for this way, in place of an answer."""
        self._other = True

    def write(self, data: Any) -> int:
        """Add bytes to the answer.

        Raises:
            AnswerTooLargeError: they are more than it may have.
        """
        if self._left is not None:
            self._left -= len(data)
            if self._left < 0:
                raise AnswerTooLargeError("The answer has more bytes than you may have. Ask for less at once.")
        self._block += data
        if len(self._block) >= BLOCK:
            self._flush_block()
            self._send()
        return len(data)

    def end(self, spent: bool = False) -> None:
        """Say that the answer is complete, and whether this process should have no further job."""
        if self._other:
            self._frame(OTHER, b"")
        elif self._head and self._lines is not None and not spent:
            lines = b"%bcontent-length: %d\r\n" % (self._lines, len(self._block))
            told = LENGTH.pack(len(self._head)) + self._head + LENGTH.pack(len(lines)) + lines
            self._frame(LINES, told + self._block)
            self._block.clear()
        elif self._head and not spent:
            self._frame(WHOLE, LENGTH.pack(len(self._head)) + self._head + self._block)
            self._block.clear()
        else:
            self._flush_block()
            self._frame(END, SPENT if spent else b"")
        self._send()

    def failed(self, problem: Problem, cause: str = "") -> None:
        """Say that there is no answer, or no more of it; what was not sent yet is dropped. ``cause`` is for the log alone."""
        self._pending.clear()
        self._block.clear()
        facts: dict[str, Any] = {
            "kind": list(problem.kind),
            "detail": problem.detail,
            "facts": problem.facts,
            "headers": problem.headers,
        }
        facts["cause"] = cause
        self._frame(FAILED, json.dumps(facts).encode())
        self._send()

    def _flush_block(self) -> None:
        if self._head:
            self._frame(HEAD, self._head)
            self._head = b""
        if self._block:
            self._frame(DATA, self._block)
            self._block.clear()

    def _frame(self, kind: bytes, content: bytes | bytearray) -> None:
        self._pending += FRAME.pack(kind, len(content))
        self._pending += content

    def _send(self) -> None:
        self._connection.sendall(self._pending)
        self._pending.clear()


@lru_cache(maxsize=32)
def _head_of_table(content_type: str, generation: str | None) -> bytes:
    return json.dumps({"content_type": content_type, "generation": generation}).encode()
