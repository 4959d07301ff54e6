"""A file that was read: its statements in order with their own lexical forms, its prefixes, its checksum."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graphstore.errors import DataSyntaxError
from graphstore.formats import JSON_LD, Format
from graphstore.guards import GUARDS
from shapes.errors import ReadingError
from shapes.reading import lines
from shapes.reading.contexts import SHIPPED, Contexts
from shapes.reading.source import Raw, of_bytes, take

_BLOCK: Final = 1 << 20


class Document:
    """The RDF statements of one file.

    Attributes:
        name: path or label of the file.
        format: its RDF format.
        sha256: checksum of the bytes as they were handed in.
        text: its content as UTF-8.
        base_iri: what relative IRIs of the file stand on; None where they are refused.
        apart: whether blank nodes get new names, so that they are not taken for those of another file.
    """

    def __init__(
        self, raw: Raw, base_iri: str | None = None, contexts: Contexts = SHIPPED, *, apart: bool = False
    ) -> None:
        self.apart = apart
        self.name, self.format, self.sha256, self.text = raw.name, raw.format, raw.sha256, raw.text
        self.base_iri = base_iri
        self._guard()
        self._parsed = contexts.resolved(raw.text, raw.name, base_iri) if raw.format is JSON_LD else raw.text
        self._prefixes: dict[str, str] = {}

    @property
    def whole(self) -> bytes:
        """Its content with every JSON-LD context that it refers to written into it; `text` where it refers to none."""
        return self._parsed

    @cached_property
    def quads(self) -> tuple[ox.Quad, ...]:
        """All statements, in the order and with the literals of the file.

        Raises:
            ReadingError: it does not parse; says where and why.
        """
        try:
            parser = ox.parse(
                self._parsed, format=self.format.rdf, base_iri=self.base_iri, rename_blank_nodes=self.apart
            )
            quads = tuple(parser)
            self._prefixes = dict(parser.prefixes)
        except SyntaxError as error:
            raise _syntax_error(error, self) from None
        except MemoryError:
            cause = "a single name or text in it is longer than 16 MiB, which no RDF file needs. Check that it is the right file"
            raise ReadingError(self.name, cause) from None
        except ValueError as error:
            raise ReadingError(self.name, f"{error}. Correct the file") from None
        return quads

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that the file declares."""
        _ = self.quads
        return dict(self._prefixes)

    @cached_property
    def _lines(self) -> dict[str, int]:
        return lines.subjects(self.format, self.text, self.base_iri)

    def line_of(self, node: object) -> int | None:
        """Return the line where a node is first described; None where it cannot be found.

        Args:
            node: an IRI or blank node of this file.
        """
        if isinstance(node, ox.NamedNode):
            return self._lines.get(node.value)
        if isinstance(node, ox.BlankNode):
            return self._lines.get(str(node))
        return None

    def _guard(self) -> None:
        """Refuse what would end the parser, or let it take no end: deep nesting, entities of XML."""
        guard = GUARDS[self.format](_Nothing(), self.name)
        try:
            for begin in range(0, len(self.text), _BLOCK):
                guard.check(self.text[begin : begin + _BLOCK])
            guard.check(b"")
        except DataSyntaxError as error:
            raise ReadingError(error.source, error.cause, error.line, error.column) from None


class _Nothing:
    """A stream without bytes: the guard is fed by hand."""

    def readinto(self, _buffer: object, /) -> int:
        return 0


def read(
    path: str | Path,
    *,
    format: str | Format | None = None,  # noqa: A002 - as in the store
    base_iri: str | None = None,
    contexts: Contexts = SHIPPED,
    apart: bool = False,
) -> Document:
    """Read a file of RDF in any syntax, gzip-compressed or not.

    Args:
        path: the file.
        format: its format, where the file name does not tell.
        base_iri: what relative IRIs stand on; None refuses them.
        contexts: the JSON-LD contexts at hand.
        apart: give blank nodes new names, where several files are read that may use the same ones.

    Raises:
        ReadingError: the file cannot be taken in.
        UnknownFormatError: the format cannot be told.
    """
    document = Document(take(Path(path), format), base_iri, contexts, apart=apart)
    _ = document.quads
    return document


def read_bytes(
    data: bytes,
    name: str,
    *,
    format: str | Format | None = None,  # noqa: A002 - as in the store
    base_iri: str | None = None,
    contexts: Contexts = SHIPPED,
    apart: bool = False,
) -> Document:
    """Read bytes in memory; otherwise as `read`."""
    document = Document(of_bytes(data, name, format), base_iri, contexts, apart=apart)
    _ = document.quads
    return document


_CAUSES: Final = {
    "No scheme found": "a relative IRI has nothing to stand on. Write a whole IRI (https://...), or a @base (xml:base) into the file",
    "Invalid IRI code point": "an IRI holds a character that IRIs cannot have, such as a space. Write it percent-encoded (a space "
    "is %20), or give the node another IRI",
    "Unexpected end": "the file ends in the middle of a statement; it is cut short. Get it again, whole, or complete it",
    "Object values must be followed": "the file ends in the middle of the document or misses a comma. Complete it",
}


def _syntax_error(error: SyntaxError, document: Document) -> ReadingError:
    said = str(error.msg)
    said = said.partition(": ")[2] if said.startswith("Parser error at line") else said
    said = said.removesuffix(f" (line {error.lineno})")
    cause = next((ours for theirs, ours in _CAUSES.items() if theirs in said), None)
    if cause is None and document.text.rstrip().count(b"\n") + 1 == (error.lineno or 0) and "nexpected end" in said:
        cause = _CAUSES["Unexpected end"]
    told = cause or f"this is no {document.format.title}: {said}. Correct the line, or check that it is the right file"
    return ReadingError(document.name, told, error.lineno, error.offset)
