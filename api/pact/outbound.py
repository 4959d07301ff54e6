"""HTTPS to hosts of others, so that nobody can make this server call where it should not.

An address is HTTPS. Its name is looked up once, every address found has to be public (or in a network that a setting allows), and
the connection goes to one that was looked at, under the name that the certificate has to bear. Redirects are answers, not
followed. An answer has a longest time and a greatest size, however slowly or endlessly it comes.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from api.errors import PartnerAddressError, PartnerUnreachableError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_BLINK: Final = 0.05
"""Seconds that the last addresses of a name have at least."""
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv6 addresses that stand for an IPv4 address (RFC 6052)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status, headers by lower-case name (several of one name as a list with commas), the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Outbound:
    """Calls to hosts of others.

    Attributes:
        networks: networks that are not public and may be called all the same.
        seconds: longest time from the connection until the answer is complete.
        most: greatest body of an answer, in bytes.
    """

    networks: tuple[Network, ...] = ()
    seconds: float = 20.0
    most: int = 64_000_000

    @classmethod
    def allowing(cls, networks: tuple[str, ...]) -> Outbound:
        """Calls that may also go to some networks, written as ``10.1.0.0/16``.

        Raises:
            PartnerAddressError: one is no network.
        """
        try:
            return cls(tuple(ipaddress.ip_network(text) for text in networks))
        except ValueError as error:
            raise PartnerAddressError(f"A network cannot be read: {error}. Write it as 10.1.0.0/16.") from None

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """Send a request to an address and wait for the answer.

        Raises:
            PartnerAddressError: the address is not called.
            PartnerUnreachableError: no answer, or none in time, or one that is too large.
        """
        parts = _parts(url)
        addresses = self._looked_up(parts, url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        raw = self._connected(addresses, parts.port or 443, url)
        spare = raw.dup()  # the watchdog's own handle: closing it is no matter of the thread that reads
        watchdog = threading.Timer(self.seconds, _cut, (spare,))
        watchdog.daemon = True
        watchdog.start()
        try:
            reply = self._exchanged(raw, parts, (method, target, body, headers))
            if not watchdog.is_alive():  # an answer without a stated length looks whole when it is cut
                raise TimeoutError
        except (OSError, http.client.HTTPException) as error:
            late = not watchdog.is_alive()
            raise _unreachable(url, TimeoutError("it took too long") if late else error) from None
        else:
            return reply
        finally:
            watchdog.cancel()
            raw.close()
            spare.close()

    def _connected(self, addresses: list[Address], port: int, url: str) -> socket.socket:
        """A connection to the first address that takes one; all of them together have the time of one call."""
        until = time.monotonic() + self.seconds
        for number, address in enumerate(addresses):
            left = (until - time.monotonic()) / (len(addresses) - number)
            try:
                raw = socket.create_connection((str(address), port), timeout=max(left, _BLINK))
            except OSError as error:
                failed = error
            else:
                raw.settimeout(self.seconds)
                return raw
        raise _unreachable(url, failed)

    def _exchanged(
        self, raw: socket.socket, parts: SplitResult, asked: tuple[str, str, bytes | None, Mapping[str, str]]
    ) -> Reply:
        method, target, body, headers = asked
        host = str(parts.hostname)
        connection = http.client.HTTPSConnection(host, parts.port or 443)
        with ssl.create_default_context().wrap_socket(raw, server_hostname=host) as connection.sock:
            connection.request(method, target, body, {"Accept-Encoding": "identity", "Connection": "close", **headers})
            answer = connection.getresponse()
            content = answer.read(self.most + 1)
            if len(content) > self.most:
                raise http.client.HTTPException(f"its answer has more than {self.most:,} bytes")
            if answer.length:
                raise http.client.HTTPException("its answer was cut short")
            names = {name.lower() for name, _ in answer.getheaders()}
            return Reply(answer.status, {name: ", ".join(answer.headers.get_all(name, ())) for name in names}, content)

    def _looked_up(self, parts: SplitResult, url: str) -> list[Address]:
        host = str(parts.hostname)
        try:
            found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise _unreachable(url, error) from None
        addresses = [ipaddress.ip_address(str(entry[4][0])) for entry in found]
        for address in addresses:
            if not is_public(address) and not any(address in network for network in self.networks):
                raise PartnerAddressError(
                    f"{host} is {address}, which is no public address, so it is not called. If that is meant, add its network "
                    "to the setting pact_networks (TANMAI_API_PACT_NETWORKS)."
                )
        return list(dict.fromkeys(addresses))


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, also where it wraps another one."""
    if isinstance(address, ipaddress.IPv6Address):
        teredo = address.teredo
        inner = address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.scope_id:
            return False
    return address.is_global and not address.is_multicast


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        good = parts.scheme == "https" and parts.hostname and parts.username is None and parts.port != 0
    except ValueError:
        good = False
    if not good or not url.isascii() or not url.isprintable() or " " in url:
        raise PartnerAddressError(f"{url!r} is not called: a partner's address begins with https:// and a host name.")
    return parts


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _unreachable(url: str, error: Exception) -> PartnerUnreachableError:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return PartnerUnreachableError(f"{url} gives no answer: {reason}.")
