"""A plain request as its bytes, read and answered by a reader: GET of a query, with headers that are known to be harmless.

What is not written exactly as almost all clients write it is not judged here, but left to the server's parser and the usual way:
a second parameter, a header that is not on the list or comes twice, white space where none is due, another method or version.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_to_bytes

from api.readers.frames import Output
from api.readers.jobs import check_patterns, write_answer
from api.settings import PLAIN_HOST, name_in
from api.sparql.question import PATH, Question, headers_of
from graphstore.contract import SparqlStore

BEGIN: Final = f"GET {PATH}?query=".encode()
END: Final = b"\r\n\r\n"

_VERSION: Final = b" HTTP/1.1"
_ADDRESS: Final = bytes(byte for byte in range(0x21, 0x7F) if byte not in b"#&")
"""Bytes of a query in an address: visible characters without ``#`` and ``&``, at which it would end."""
_HEADER: Final = re.compile(r"([a-z-]+): ([\x20-\x7e]*)", re.IGNORECASE)
_HARMLESS: Final = frozenset(
    {"host", "accept", "accept-encoding", "accept-language", "connection", "user-agent", "cache-control", "pragma"}
)
"""Headers that a request may have: the first three are heeded here as by the usual way, which heeds the others in nothing that is
answered here. ``connection`` says here at most what is so without it."""


class Headers(NamedTuple):
    """What the headers of a plain request say.

    Attributes:
        host: the server, as the client calls it.
        name: the same without the port.
        accept: the formats that it takes.
        packs: whether a long answer may have to be compressed.
    """

    host: str
    name: str
    accept: str
    packs: bool


def answer(store: SparqlStore, job: Mapping[str, Any], payload: bytes, out: Output) -> None:
    """Answer the request that is the payload, or say that it is none for this way.

    Raises:
        QueryError: it is one, and its query is refused.
    """
    asked = question(payload, job)
    if asked is None:
        out.other()
        return
    asked_of, packs = asked
    check_patterns(asked_of.text, int(job["patterns"]))
    found = store.query(asked_of.text, base_iri=asked_of.base)
    generation = str(job["generation"])
    content_type = write_answer(store, found, asked_of.accept, out, generation)
    if found.extended or (packs and out.written >= job["least"]):
        return  # to be told why values are unbound, or to be compressed: which the usual way does
    lasting = bool(job["lasting"]) and asked_of.lasting
    tag = b"etag: %b\r\n" % asked_of.tag(generation).encode() if lasting else b""
    out.lines(_lines(content_type, lasting) + tag)


def question(request: bytes, job: Mapping[str, Any]) -> tuple[Question, bool] | None:
    """The query of a request, and whether a long answer may have to be compressed; ``None`` where it is no plain request."""
    line, _, rest = request.partition(b"\r\n")
    text = line[len(BEGIN) : -len(_VERSION)]
    if not line.endswith(_VERSION) or not text or text.translate(None, _ADDRESS):
        return None
    headers, names = _headers(rest), job["names"]
    if headers is None or (names is not None and headers.name not in names):
        return None
    try:
        query = _unquoted(text.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        return None
    root = str(job["public_url"]) or f"{job['scheme']}://{headers.host}"
    return Question(query, root + PATH, headers.accept), headers.packs


def _unquoted(text: bytes) -> bytes:
    """A text without percent encoding.

    Quoted-printable text differs in its mark alone, and is read by C at a third of the price. Where each mark begins a code, the
    text gets shorter by two bytes for each; where one does not, it gets shorter by less.
    """
    if b"=" not in text:
        found = binascii.a2b_qp(text.replace(b"%", b"="))
        if len(text) - len(found) == 2 * text.count(b"%"):
            return found
    return unquote_to_bytes(text)


@lru_cache(maxsize=64)
def _headers(text: bytes) -> Headers | None:
    """The headers up to the empty line, which a client sends alike with each request."""
    found = dict[str, str]()
    for line in text.removesuffix(END).decode("latin-1").split("\r\n"):
        header = _HEADER.fullmatch(line)
        if header is None or header[1].lower() in found:
            return None
        found[header[1].lower()] = header[2].strip(" ")
    if not _HARMLESS.issuperset(found) or found.get("connection", "keep-alive").lower() != "keep-alive":
        return None
    host = found.get("host", "")
    if PLAIN_HOST.fullmatch(host) is None:
        return None
    packs = found.get("accept-encoding", "identity").lower() != "identity"
    return Headers(host, name_in(host), found.get("accept", "*/*"), packs)


@lru_cache(maxsize=32)
def _lines(content_type: str, lasting: bool) -> bytes:
    told = {"content-type": content_type, **headers_of(lasting)}
    return "".join(f"{name}: {value}\r\n" for name, value in told.items()).encode("latin-1")
