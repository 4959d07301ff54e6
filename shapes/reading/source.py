"""From a file to its bytes as UTF-8 text: how large it may be, whether it is packed, which encoding it has."""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graphstore.errors import LoadError
from graphstore.formats import JSON_LD, Format, is_gzip_name, resolve
from graphstore.unpacking import Unpacked, UnpackLimits
from shapes.errors import ReadingError

SETTING: Final = "TANMAI_READ_LIMIT"
"""Environment variable: the most bytes that a file to be judged may have, unpacked."""

DEFAULT_LIMIT: Final = 128 << 20
"""128 MiB, about 300,000 exchanges in Turtle."""

JSON_SHARE: Final = 8
"""JSON is held in memory as a whole, in some ten times its size, so a file of it may have an eighth of the limit."""

_GZIP: Final = b"\x1f\x8b"
_SAMPLE: Final = 4096
_WIDE_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Raw:
    """A file as it was handed in.

    Attributes:
        name: its path or label, for messages.
        format: its RDF format.
        text: its content, unpacked, as UTF-8 without byte order mark.
        sha256: checksum of the bytes as they were handed in, in hexadecimal.
    """

    name: str
    format: Format
    text: bytes
    sha256: str


def take(path: Path, format_name: str | Format | None = None) -> Raw:
    """Read a file.

    Args:
        path: the file; `.gz` is looked through.
        format_name: its format, where the file name does not tell.

    Raises:
        ReadingError: it cannot be read, is too large, or is no UTF-8.
        UnknownFormatError: neither name nor argument tell the format.
    """
    chosen = resolve(format_name, path)
    limit = _limit(chosen)
    try:
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReadingError(str(path), f"the file cannot be read: {reason}. Check the path") from None
    return of_bytes(data, str(path), chosen)


def of_bytes(data: bytes, name: str, format_name: str | Format | None = None) -> Raw:
    """Take bytes in memory, under a name.

    Raises:
        ReadingError: they are too many, or no UTF-8.
        UnknownFormatError: neither name nor argument tell the format.
    """
    chosen = resolve(format_name, name)
    limit = _limit(chosen)
    if len(data) > limit:
        raise _too_large(name, chosen, limit)
    digest = hashlib.sha256(data).hexdigest()
    packed = data.startswith(_GZIP) or (is_gzip_name(name) and bool(data))
    return Raw(name, chosen, _utf8(_unpacked(data, name, chosen) if packed else data, name), digest)


def _limit(chosen: Format) -> int:
    stated = os.environ.get(SETTING, "").strip()
    if not stated:
        return DEFAULT_LIMIT // (JSON_SHARE if chosen is JSON_LD else 1)
    if not (stated.isascii() and stated.isdigit() and int(stated) > 0):
        raise ReadingError(SETTING, f"{stated!r} is no number of bytes. Set it to a positive whole number, or unset it")
    return int(stated)


def _too_large(name: str, chosen: Format, limit: int) -> ReadingError:
    return ReadingError(
        name,
        f"the file has more than {limit:,} bytes, the most that is taken in as {chosen.title}. If it is what you mean, set "
        f"{SETTING} to a larger number of bytes, or hand in each study in a file of its own",
    )


def _unpacked(data: bytes, name: str, chosen: Format) -> bytes:
    import gzip  # few files are packed

    limit = _limit(chosen)
    stream = gzip.GzipFile(fileobj=io.BytesIO(data))
    try:
        text = io.BufferedReader(Unpacked(stream, name, len(data), UnpackLimits(total=limit))).read()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ReadingError(
            name, f"the gzip file is damaged or cut short ({error}). Pack it again or get it again"
        ) from None
    except LoadError:
        raise ReadingError(
            name,
            f"the compressed file unpacks to more than {limit:,} bytes, or to more than 200 times its size, as files made "
            "to fill the memory do. Unpack it yourself and hand in what comes out",
        ) from None
    return text or b""


def _utf8(data: bytes, name: str) -> bytes:
    """Return text as UTF-8 without byte order mark; refuse what is in another encoding, and name it where it shows."""
    text = data.removeprefix(_BOM)
    head = text[:_SAMPLE]
    if head.startswith(_WIDE_BOMS) or head.count(0) * 4 > len(head) > 1:
        raise ReadingError(name, "the file is in UTF-16 or UTF-32; data files are UTF-8. Save it as UTF-8", 1)
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise ReadingError(name, _not_utf8(text, error), text.count(b"\n", 0, error.start) + 1) from None
    if b"\0" in head:
        raise ReadingError(name, "the file holds binary data (a zero byte), no text. Hand in a text file", 1)
    return text


def _not_utf8(text: bytes, error: UnicodeDecodeError) -> str:
    if error.reason == "unexpected end of data":
        return "the file is cut short in the middle of a character. Get it again, whole"
    begin = text.rfind(b"\n", 0, error.start) + 1
    try:
        text[begin : begin + _SAMPLE].rpartition(b"\n")[0].decode("gb18030")
        text[error.start : error.start + 4].decode("gb18030", "strict")
    except UnicodeDecodeError:
        return "the bytes are no UTF-8 text, which data files are. Save the file as UTF-8, or check that it is the right file"
    return "the file is not in UTF-8; it reads like GB18030 (GBK), the encoding of Chinese Windows. Save it as UTF-8"
