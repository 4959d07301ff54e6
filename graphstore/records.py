"""The bytes of the journal: one record after another, each able to prove that it is whole.

A record is a header (magic, kind, lengths, CRC of the header), metadata as JSON, the raw payload, and a
CRC-32 over metadata and payload. The header's own CRC lets a reader trust the lengths before it
follows them; the magic lets it look for later records behind a damaged one.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import IO, Any, Final

MAGIC: Final = b"TMJ\x01"
_FIXED: Final = struct.Struct(">4sBII")  # magic, kind, metadata bytes, payload bytes
_CRC: Final = struct.Struct(">I")
HEADER_SIZE: Final = _FIXED.size + _CRC.size
CHUNK_SIZE: Final = 1 << 20
"""Payload bytes per chunk record: large files are journalled in pieces and never held whole."""
MAX_PAYLOAD: Final = 1 << 30


class Kind(IntEnum):
    """What a record says."""

    SEGMENT = 1  # first record of a segment file: its number and the chain it continues
    BEGIN = 2  # a transaction starts
    CHUNK = 3  # a piece of the raw bytes of the load that follows
    LOAD = 4  # a dataset version: its description; its bytes are the chunks before it
    DELTA = 5  # quads removed and added by a SPARQL update
    RETIRE = 6  # a dataset leaves the current store
    COMMIT = 7  # everything since BEGIN holds


@dataclass(frozen=True, slots=True)
class Record:
    """One record as read.

    Attributes:
        kind: what it says.
        meta: its metadata.
        payload: its raw bytes; empty when the reader was asked to skip payloads.
        start: offset of its first byte in the segment.
        end: offset behind its last byte.
        crc: its checksum, which the commit chain covers.
    """

    kind: Kind
    meta: dict[str, Any]
    payload: bytes
    start: int
    end: int
    crc: int


class DamagedRecordError(Exception):
    """Internal: the bytes at ``offset`` are not a whole record."""

    def __init__(self, offset: int, cause: str) -> None:
        self.offset, self.cause = offset, cause
        super().__init__(f"record at byte {offset}: {cause}")


def encode(kind: Kind, meta: dict[str, Any], payload: bytes = b"") -> tuple[bytes, int]:
    """The bytes of one record and its checksum."""
    head, tail, crc = encode_parts(kind, meta, payload)
    return head + payload + tail, crc


def encode_parts(kind: Kind, meta: dict[str, Any], payload: bytes | memoryview) -> tuple[bytes, bytes, int]:
    """What stands before and behind the payload, and the checksum: for large payloads that should not be copied."""
    text = json.dumps(meta, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() if meta else b""
    fixed = _FIXED.pack(MAGIC, kind, len(text), len(payload))
    crc = zlib.crc32(payload, zlib.crc32(text))
    return fixed + _CRC.pack(zlib.crc32(fixed)) + text, _CRC.pack(crc), crc


def read(stream: IO[bytes], start: int) -> Record | None:
    """The record at offset ``start``; ``None`` at the clean end of the file.

    Raises:
        DamagedRecordError: the bytes there are not a whole, unchanged record.
    """
    stream.seek(start)
    head = stream.read(HEADER_SIZE)
    if not head:
        return None
    kind, text_size, payload_size = _header(head, start)
    body = stream.read(text_size + payload_size + _CRC.size)
    if len(body) < text_size + payload_size + _CRC.size:
        raise DamagedRecordError(start, "the file ends inside the record")
    text, payload = body[:text_size], body[text_size : text_size + payload_size]
    crc = zlib.crc32(payload, zlib.crc32(text))
    if crc != _CRC.unpack(body[-_CRC.size :])[0]:
        raise DamagedRecordError(start, "checksum of the content does not match")
    return Record(kind, json.loads(text) if text else {}, payload, start, start + HEADER_SIZE + len(body), crc)


def _header(head: bytes, start: int) -> tuple[Kind, int, int]:
    if len(head) < HEADER_SIZE:
        raise DamagedRecordError(start, "the file ends inside the header")
    magic, kind, text_size, payload_size = _FIXED.unpack_from(head)
    if magic != MAGIC:
        raise DamagedRecordError(start, "no record starts here")
    if zlib.crc32(head[: _FIXED.size]) != _CRC.unpack_from(head, _FIXED.size)[0] or payload_size > MAX_PAYLOAD:
        raise DamagedRecordError(start, "checksum of the header does not match")
    return Kind(kind), text_size, payload_size


def whole_records_after(path: Path, offset: int) -> Iterator[Record]:
    """All whole records that start behind ``offset``, found by their magic: for judging what a damage cut off."""
    with path.open("rb") as stream:
        position = offset
        while True:
            position = _find(stream, MAGIC, position)
            if position < 0:
                return
            try:
                found = read(stream, position)
            except (DamagedRecordError, ValueError):
                found = None
            if found is not None:
                yield found
            position = found.end if found is not None else position + 1


def _find(stream: IO[bytes], needle: bytes, start: int) -> int:
    """Offset of ``needle`` at or after ``start``, -1 when there is none; reads in blocks."""
    position, tail = start, b""
    stream.seek(start)
    while block := stream.read(CHUNK_SIZE):
        window = tail + block
        found = window.find(needle)
        if found >= 0:
            return position - len(tail) + found
        tail = window[-(len(needle) - 1) :]
        position += len(block)
    return -1
