"""What every route asks of a request: its body within limits, its address, its language, whether it may write."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request

from api.errors import RequestError, TooLargeError, WriteRefusedError
from api.settings import PLAIN_HOST, Settings

Parameters = list[tuple[str, str]]

_MOST_PARAMETERS: Final = 1000


async def body_of(request: Request, most: int) -> bytes:
    """The body of a request.

    Raises:
        TooLargeError: it is longer than ``most`` bytes; the rest is not read.
    """
    stated = request.headers.get("content-length", "0")
    if stated.isdigit() and int(stated) > most:
        raise _too_large(most)
    if stated == "0" and "transfer-encoding" not in request.headers:
        return b""
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


def _too_large(most: int) -> TooLargeError:
    return TooLargeError(f"The body has more than {most:,} bytes, which is the most that is taken here.")


def parameters(text: str, where: str) -> Parameters:
    """The parameters of a query string or form, in order, percent-decoded once.

    Raises:
        RequestError: they are not UTF-8, or too many.
    """
    try:
        if "&" not in text and text:  # one alone, as most queries come
            name, _, value = text.replace("+", " ").partition("=")
            return [(unquote(name, errors="strict"), unquote(value, errors="strict"))]
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise RequestError(
            f"The parameters in the {where} cannot be read: they are not percent-encoded UTF-8, or more than {_MOST_PARAMETERS}."
        ) from None


def only(found: Parameters, name: str) -> str | None:
    """The value of a parameter that may come once; ``None`` when it does not come.

    Raises:
        RequestError: it comes more often.
    """
    values = [value for key, value in found if key == name]
    if len(values) > 1:
        raise RequestError(f"The parameter {name} is given {len(values)} times. Give it once.")
    return values[0] if values else None


def root_of(request: Request, settings: Settings) -> str:
    """Where clients see this server, without a final slash."""
    if settings.public_url:
        return settings.public_url
    host = request.headers.get("host", "")
    if PLAIN_HOST.fullmatch(host):
        return f"{request.scope['scheme']}://{host}"
    return f"{request.url.scheme}://{request.url.netloc}"


def language_of(request: Request) -> str:
    """The language that people behind this request read: what the address or else the client says first, else English."""
    stated = request.query_params.get("lang")
    if stated in {"en", "zh"}:
        return stated
    return "zh" if request.headers.get("accept-language", "").strip().lower().startswith("zh") else "en"


def require_writes(request: Request, settings: Settings) -> None:
    """Refuse a write where they are off, or where a page of another site asks for it.

    A browser sends simple requests to any address, also to 127.0.0.1, without asking; it does say whose page it is.

    Raises:
        WriteRefusedError: it may not write.
    """
    if not settings.allow_writes:
        raise WriteRefusedError("This server is for reading. Start it with --allow-writes to take updates.")
    origin = request.headers.get("origin")
    if origin is not None and origin != root_of(request, settings):
        raise WriteRefusedError(
            f"A page of {origin} may not write here. Write from a page of this server, or without a browser."
        )
