"""Watches on what is nested in a file before the engine's parser sees it.

In RDF/XML, entity declarations can blow a small file up to any size, and very deep nesting takes the parser minutes; in
JSON-LD and in triple terms, deep nesting overflows its stack and ends the process. All are refused here by light streaming scanners that
run ahead on the same bytes. The XML one also knows line numbers, which the engine's RDF/XML parser does not report.
"""

from __future__ import annotations

import io
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from graphstore.errors import DataSyntaxError
from graphstore.formats import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

MAX_DEPTH: Final = 256
"""Deepest nesting of elements, objects and arrays that is taken."""


class Readable(Protocol):
    """What a guard reads from."""

    def readinto(self, buffer: Any, /) -> int:
        """Fill ``buffer`` from the start; 0 at the end."""


class Guard(ABC, io.RawIOBase):
    """Passes bytes on after checking them; raises :class:`DataSyntaxError` at what must not reach the parser."""

    def __init__(self, stream: Readable, name: str) -> None:
        super().__init__()
        self._stream = stream
        self._name = name

    @property
    @abstractmethod
    def line(self) -> int:
        """The line reached so far."""

    @abstractmethod
    def check(self, block: bytes) -> None:
        """Check the next block; an empty one is the end and may come more than once."""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next block into ``buffer`` after checking it."""
        size = self._stream.readinto(buffer)
        self.check(bytes(buffer[:size]))
        return size

    def _too_deep(self, what: str, line: int, cure: str) -> DataSyntaxError:
        return DataSyntaxError(self._name, f"{what} are nested more than {MAX_DEPTH} deep. {cure}", line)


class XmlGuard(Guard):
    """Refuses a DOCTYPE, deep nesting and malformed XML."""

    def __init__(self, stream: Readable, name: str) -> None:
        from xml.parsers import expat  # only RDF/XML needs it

        super().__init__(stream, name)
        self._depth = 0
        self._finished = False
        self._error, self._messages = expat.ExpatError, expat.errors.messages
        # The engine reads UTF-8 only and refuses other declared encodings itself: read what it reads.
        self._parser: XMLParserType = expat.ParserCreate("utf-8")
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    @property
    def line(self) -> int:
        """The line reached so far."""
        return self._parser.CurrentLineNumber

    def check(self, block: bytes) -> None:
        """Let expat parse the block."""
        try:
            if not self._finished:
                self._parser.Parse(block, not block)
            self._finished = not block
        except self._error as error:
            cause = f"not well-formed XML: {self._messages[error.code]}"
            raise DataSyntaxError(self._name, cause, error.lineno, error.offset + 1) from None

    def _doctype(self, *_: object) -> None:
        cause = (
            "the file has a DOCTYPE, which can declare entities that blow up or read other files, and is not taken. "
            "Remove the DOCTYPE and write entities out"
        )
        raise DataSyntaxError(self._name, cause, self.line)

    def _start(self, _name: str, _attributes: object) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._too_deep("elements", self.line, "Write the description flat, with rdf:resource links")

    def _end(self, _name: str) -> None:
        self._depth -= 1


class JsonGuard(Guard):
    """Refuses deep nesting; leaves everything else to the parser."""

    _MARKS: Final = re.compile(rb'[{}\[\]"]|\\.', re.DOTALL)

    def __init__(self, stream: Readable, name: str) -> None:
        super().__init__(stream, name)
        self._depth = 0
        self._in_string = False
        self._rest = b""
        self._line = 1

    @property
    def line(self) -> int:
        """The line reached so far."""
        return self._line

    def check(self, block: bytes) -> None:
        """Follow the brackets outside of strings."""
        data = self._rest + block
        # A backslash at the very end belongs to the first byte of the next block.
        self._rest = b"\\" if (len(data) - len(data.rstrip(b"\\"))) % 2 else b""
        for mark in self._MARKS.finditer(data):
            text = mark.group()
            if text == b'"':
                self._in_string = not self._in_string
            elif not self._in_string:
                self._depth += (text in b"{[") - (text in b"}]")
                if self._depth > MAX_DEPTH:
                    line = self._line + data.count(b"\n", 0, mark.start())
                    raise self._too_deep("objects", line, "Write the document flat, with @id references")
        self._line += block.count(b"\n")


class TermGuard(Guard):
    """Refuses deeply nested triple terms, the only thing in the line-based formats that can overflow the parser.

    Almost no file has any, so almost every block is passed on after one fast search.
    """

    _MARKS: Final = re.compile(rb"<<\(|\)>>")

    def __init__(self, stream: Readable, name: str) -> None:
        super().__init__(stream, name)
        self._depth = 0
        self._rest = b""
        self._line = 1

    @property
    def line(self) -> int:
        """The line reached so far, where it is needed."""
        return self._line

    def check(self, block: bytes) -> None:
        """Follow the brackets of triple terms; those inside of strings count too, which only makes it stricter."""
        data = self._rest + block[:2]
        if self._depth or b"<<(" in block or b"<<(" in data:
            data = self._rest + block
            for mark in self._MARKS.finditer(data):
                self._depth = max(0, self._depth + (1 if mark.group() == b"<<(" else -1))
                if self._depth > MAX_DEPTH:
                    line = self._line + data.count(b"\n", 0, mark.start())
                    raise self._too_deep("triple terms", line, "Give the inner statements names")
            self._rest = b"" if data.endswith((b"<<(", b")>>")) else data[-2:]
        else:
            self._rest = block[-2:]
        self._line += block.count(b"\n")


GUARDS: Final[dict[Format, Callable[[Readable, str], Guard]]] = {
    RDF_XML: XmlGuard,
    JSON_LD: JsonGuard,
    **dict.fromkeys((TURTLE, TRIG, N_TRIPLES, N_QUADS), TermGuard),
}
"""The guard of each format."""
