"""What a trusted proxy says of the client that it speaks for."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from api.settings import LOOPBACK, Network

FORWARDED: Final = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded", "x-real-ip", "via")
"""Headers by which proxies speak of others."""


def believed(scope: Scope, headers: Headers, trusted: Sequence[Network]) -> Scope:
    """The scope of a request as its client sees it: address, scheme and host as a trusted proxy says; else as it is.

    The client is the last address in X-Forwarded-For that is no trusted proxy: those before it can be made up.
    """
    if not trusted or not _within(_peer(scope), trusted):
        return scope
    found = dict(scope)
    chain = [each.strip() for each in ",".join(headers.getlist("x-forwarded-for")).split(",") if each.strip()]
    outside = [each for each in chain if not _within(each.removeprefix("::ffff:"), trusted)]
    if outside and _is_address(outside[-1]):
        found["client"] = (outside[-1], 0)
    scheme = _last(headers, "x-forwarded-proto")
    if scheme in {"http", "https"}:
        found["scheme"] = scheme
    host = _last(headers, "x-forwarded-host")
    if host:
        kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
        found["headers"] = [*kept, (b"host", host.encode("latin-1"))]
    return found


def from_this_machine(scope: Scope, headers: Headers) -> bool:
    """Whether a process of this machine asks, and for nobody else: a proxy on it that is not declared would forward the world."""
    return _peer(scope) in LOOPBACK and not any(name in headers for name in FORWARDED)


def _peer(scope: Scope) -> str:
    """Who is at the other end of the connection; an address of IPv4 as such, also where the socket is one of IPv6."""
    return str((scope.get("client") or ("", 0))[0]).removeprefix("::ffff:")


def _last(headers: Headers, name: str) -> str:
    """What the nearest proxy says."""
    return ",".join(headers.getlist(name)).rpartition(",")[2].strip()


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _within(text: str, trusted: Sequence[Network]) -> bool:
    return _is_address(text) and any(ip_address(text) in network for network in trusted)
