"""From bytes to quads: one pass that parses, hashes, journals, watches and reports progress.

The engine's bulk loader pulls the bytes through a chain of thin readers; nothing is copied whole and no
Python code runs per quad. The bulk loader itself is atomic: a file that fails to parse leaves no quad.
"""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import pyoxigraph as ox

from graphstore.durable import explained
from graphstore.errors import DataSyntaxError, LoadError
from graphstore.formats import Format
from graphstore.guards import GUARDS, Guard
from graphstore.records import CHUNK_SIZE
from graphstore.unpacking import Unpacked, UnpackLimits

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in total (of the file as it is, compressed or not)."""

SMALL: Final = 256 << 10
"""Sources below this many bytes go through the engine's transactions instead of its bulk loader."""

GZIP_MAGIC: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes to be loaded, openable as often as needed.

    Attributes:
        name: file name or label, for messages and the catalogue.
        size: number of bytes.
        opener: gives a binary stream from the beginning.
    """

    name: str
    size: int
    opener: Callable[[], io.BufferedIOBase]

    @classmethod
    def of_path(cls, path: Path) -> Source:
        """A file. Raises :class:`LoadError` when it cannot be read."""
        try:
            with path.open("rb"):
                size = path.stat().st_size
        except OSError as error:
            reason = error.strerror or str(error)
            raise LoadError(f"{path} cannot be read: {reason}. Nothing was loaded; check the path.") from None
        return cls(str(path), size, lambda: path.open("rb"))

    @classmethod
    def of_bytes(cls, data: bytes, name: str) -> Source:
        """Bytes in memory under a name."""
        return cls(name, len(data), lambda: io.BytesIO(data))

    def sha256(self) -> str:
        """SHA-256 of all bytes, in hexadecimal."""
        with self.opener() as stream:
            return hashlib.file_digest(cast("Any", stream), "sha256").hexdigest()

    def is_gzip(self) -> bool:
        """Whether the content starts like a gzip file, whatever its name says."""
        with self.opener() as stream:
            return stream.read(2) == GZIP_MAGIC


class Meter(io.RawIOBase):
    """Passes bytes on while hashing and counting them and handing each block to ``sink``.

    Attributes:
        done: bytes passed so far.
        digest: SHA-256 of them.
    """

    def __init__(
        self,
        stream: io.BufferedIOBase,
        total: int,
        sink: Callable[[bytes | memoryview], None] | None = None,
        progress: Progress | None = None,
    ) -> None:
        super().__init__()
        self._stream, self._total, self._sink, self._progress = stream, total, sink, progress
        self.done = 0
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next block into ``buffer``."""
        size = self._stream.readinto(buffer)
        if size:
            self._account(memoryview(buffer)[:size])
        return size

    def drain(self) -> None:
        """Read what the parser left, so that hash and journal cover every byte."""
        while block := self._stream.read(CHUNK_SIZE):
            self._account(block)

    def _account(self, block: bytes | memoryview) -> None:
        self.digest.update(block)
        if self._sink is not None:
            self._sink(block)
        self.done += len(block)
        if self._progress is not None:
            self._progress(self.done, max(self._total, self.done))


@dataclass(frozen=True, slots=True)
class Parse:
    """How one source is to be parsed.

    Attributes:
        name: label of the source for messages.
        format: its RDF format.
        gzip: whether it is compressed.
        base_iri: base for relative IRIs in the data; ``None`` refuses them.
        graph: the graph that takes the triples that name none.
        size: number of bytes of the source, compressed or not.
        limits: how far a compressed source may unpack; ``None`` for what was taken in before.
    """

    name: str
    format: Format
    gzip: bool
    base_iri: str | None
    graph: ox.NamedNode
    size: int
    limits: UnpackLimits | None = None

    @property
    def small(self) -> bool:
        """Whether there is little data.

        The bulk loader writes new table files each time, which the engine hardly ever merges, so that
        many small loads would make every generation slower to publish.
        """
        return self.size < SMALL


def bulk_load(engine: ox.Store, stream: io.RawIOBase, parse: Parse) -> None:
    """Load a raw byte stream into ``engine``: all of it or nothing.

    Raises:
        DataSyntaxError: the data does not parse; names line, column and cause.
        LoadError: the data is refused, damaged, or unpacks to too much.
        StorageError: the disk is full or failing.
    """
    import gzip  # few commands need it

    inner: Any = stream
    if parse.gzip:
        inner = gzip.GzipFile(fileobj=io.BufferedReader(stream, CHUNK_SIZE))
        if parse.limits is not None:
            inner = Unpacked(inner, parse.name, parse.size, parse.limits)
    guard = GUARDS[parse.format](inner, parse.name)
    reader = io.BufferedReader(guard, CHUNK_SIZE)
    try:
        load = engine.load if parse.small else engine.bulk_load
        load(reader, parse.format.rdf, base_iri=parse.base_iri, to_graph=parse.graph)
    except SyntaxError as error:
        raise syntax_error(error, parse.name, guard) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise LoadError(
            f"{parse.name}: the gzip file is damaged or cut short ({error}). Nothing was loaded; get the file again."
        ) from None
    except OSError as error:
        raise explained(error, f"Loading {parse.name}", parse.graph.value) from error
    except ValueError as error:
        raise DataSyntaxError(parse.name, str(error)) from None


_REMEDIES: Final = {
    "LoadDocumentCallback": "the document refers to a remote JSON-LD context, and the store fetches nothing from the "
    "network. Put the context into the document, or expand the document first",
    "No scheme found": "a relative IRI has no base to stand on. Write a @base (xml:base) into the file or "
    "give a base IRI when loading",
}


_PLACE = re.compile(r"^Parser error at line \d+[^:]*: ")


def syntax_error(error: SyntaxError, name: str, guard: Guard) -> DataSyntaxError:
    """The engine's syntax error in data, with place and remedy."""
    cause = str(error.msg)
    for phrase, remedy in _REMEDIES.items():
        if phrase in cause:
            cause = remedy
    # The engine writes the place into the message and into the exception; the place is shown once.
    cause = _PLACE.sub("", cause)
    line, column = error.lineno, error.offset
    if line is None:
        return DataSyntaxError(name, cause, guard.line, None, near=True)
    return DataSyntaxError(name, cause, line, column)
