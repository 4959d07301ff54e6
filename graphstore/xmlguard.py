"""A watch on RDF/XML before the engine's parser sees it.

Entity declarations can blow a small file up to any size, and very deep nesting takes the parser minutes. Both are
refused by a second, streaming parser (expat) that runs ahead on the same bytes. It also knows line numbers, which
the engine's RDF/XML parser does not report.
"""

from __future__ import annotations

import io
from typing import IO, Any, Final
from xml.parsers import expat  # nosec: declarations are refused before any entity is expanded

from graphstore.errors import DataSyntaxError

MAX_DEPTH: Final = 256
"""Deepest element nesting that is taken."""


class XmlGuard(io.RawIOBase):
    """Passes XML bytes on; raises :class:`DataSyntaxError` at a DOCTYPE, at deep nesting and at malformed XML."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        super().__init__()
        self._stream = stream
        self._name = name
        self._depth = 0
        self._finished = False
        # The engine reads UTF-8 only and refuses other declared encodings itself: read what it reads.
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    @property
    def line(self) -> int:
        """The line reached so far."""
        return int(self._parser.CurrentLineNumber)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next block into ``buffer`` after checking it."""
        block = self._stream.read(len(buffer))
        try:
            if not self._finished:  # the end may be read more than once
                self._parser.Parse(block, not block)
            self._finished = not block
        except expat.ExpatError as error:
            cause = f"not well-formed XML: {expat.errors.messages[error.code]}"
            raise DataSyntaxError(self._name, cause, error.lineno, error.offset + 1) from None
        buffer[: len(block)] = block
        return len(block)

    def _doctype(self, *_: object) -> None:
        cause = (
            "the file has a DOCTYPE, which can declare entities that blow up or read other files, and is not taken. "
            "Remove the DOCTYPE and write entities out"
        )
        raise DataSyntaxError(self._name, cause, self.line)

    def _start(self, _name: str, _attributes: object) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            cause = (
                f"elements are nested more than {MAX_DEPTH} deep. Write the description flat, with rdf:resource links"
            )
            raise DataSyntaxError(self._name, cause, self.line)

    def _end(self, _name: str) -> None:
        self._depth -= 1
