"""A partner's host as its client sees it: signing in, lists of footprints page by page, single footprints, events."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode, urljoin, urlsplit

from api.errors import PartnerAnswerError
from api.pact.outbound import Outbound, Reply
from api.pact.partners import Partner

EVENTS_TYPE: Final = "application/cloudevents+json; charset=UTF-8"
_SHOWN: Final = 300
_TOKEN_BYTES: Final = 64_000
_EARLY: Final = 30.0
"""Seconds before its end at which a token is no longer used."""
_SHORTEST: Final = 60.0
"""Seconds that a token is used where its life is not stated."""
_LONGEST: Final = 86_400
"""Seconds that a token is used at most, whatever is said."""
MOST_PAGES: Final = 100_000

_LONGEST_LINKS: Final = 16_384
_QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
_LINK: Final = re.compile(rf"<(?P<target>[^>]*)>(?P<parameters>(?:{_QUOTED}|[^,\"])*)")
_PARAMETER: Final = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+))')


@dataclass(slots=True)
class Session:
    """One partner, called with the secret that it gave us.

    Attributes:
        partner: whom we call.
        outbound: how calls are made.
    """

    partner: Partner
    outbound: Outbound
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    def pages(self, parameters: list[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
        """Every page of the list of footprints, with its address.

        Raises:
            PartnerAnswerError: the host refuses, or its pages go round in a circle or to another host.
        """
        url = f"{self.partner.url}/3/footprints"
        if parameters:
            url += "?" + urlencode(parameters)
        seen = set[str]()
        while url:
            if url in seen or len(seen) >= MOST_PAGES:
                raise PartnerAnswerError(f"The pages of {self.partner.url} do not end: {url} comes again.")
            seen.add(url)
            reply = self._get(url)
            yield url, reply.body
            url = self._next(url, reply)

    def footprint(self, identifier: str) -> tuple[str, bytes]:
        """One footprint, with its address.

        Raises:
            PartnerAnswerError: the host refuses, or has none of this id.
        """
        url = f"{self.partner.url}/3/footprints/{quote(identifier, safe='')}"
        return url, self._get(url).body

    def tell(self, event: bytes) -> None:
        """Send an event.

        Raises:
            PartnerAnswerError: the host does not take it.
        """
        self._called("POST", f"{self.partner.url}/3/events", {"Content-Type": EVENTS_TYPE}, event)

    def _get(self, url: str) -> Reply:
        return self._called("GET", url, {"Accept": "application/json"}, None)

    def _called(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Reply:
        fresh = self._sign_in()
        reply = self.outbound.send(method, url, {"Authorization": f"Bearer {self._token}", **headers}, body)
        if reply.status == 401 and not fresh:  # it may have ended earlier than it was said to
            self._until = 0.0
            self._sign_in()
            reply = self.outbound.send(method, url, {"Authorization": f"Bearer {self._token}", **headers}, body)
        if reply.status not in {200, 201, 202, 204}:
            raise PartnerAnswerError(f"{url} answers {reply.status}: {_quoted(reply)}", reply.status)
        return reply

    def _sign_in(self) -> bool:
        """Get an access token where there is none that still holds; whether it is new."""
        if time.monotonic() < self._until:
            return False
        form = {"grant_type": "client_credentials", "scope": self.partner.scope, "audience": self.partner.audience}
        url = self._token_address()
        reply = self.outbound.send(
            "POST",
            url,
            {
                "Authorization": f"Basic {_basic(self.partner)}",
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            urlencode({name: value for name, value in form.items() if value}).encode(),
        )
        told = _object(reply) if reply.status == 200 else {}
        token, seconds = told.get("access_token"), told.get("expires_in", _SHORTEST)
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or " " in token or not token:
            raise PartnerAnswerError(f"{url} gives no access token, but {reply.status}: {_quoted(reply)}")
        life = min(max(seconds, 0), _LONGEST) if isinstance(seconds, int | float) else _SHORTEST
        self._token, self._until = token, time.monotonic() + life - _EARLY
        return True

    def _token_address(self) -> str:
        """Where tokens are had: as the host's OpenID configuration says, else ``/auth/token``."""
        address = f"{self.partner.url}/.well-known/openid-configuration"
        reply = self.outbound.send("GET", address, {"Accept": "application/json"})
        found = _object(reply).get("token_endpoint") if reply.status == 200 else None
        return found if isinstance(found, str) and found else f"{self.partner.url}/auth/token"

    def _next(self, url: str, reply: Reply) -> str:
        """The address of the next page; empty where there is none."""
        header = reply.headers.get("link", "")
        if len(header) > _LONGEST_LINKS:
            raise PartnerAnswerError(
                f"{url} answers with a Link header of {len(header)} characters, which is not read."
            )
        target = next_link(header)
        if target is None:
            return ""
        found = urljoin(url, target)
        if _origin(found) != _origin(self.partner.url):
            raise PartnerAnswerError(
                f"{url} names {found!r} as its next page, which is another host. It is not called: our token is not for it."
            )
        return found


def next_link(header: str) -> str | None:
    """The target of the link to the next page in a Link header (RFC 8288); ``None`` where there is none."""
    for link in _LINK.finditer(header):
        for name, quoted, plain in _PARAMETER.findall(link["parameters"]):
            if name.lower() == "rel" and "next" in (quoted or plain).lower().split():
                return link["target"]
    return None


def _origin(url: str) -> tuple[str, str, int | None, str | None] | None:
    """What makes a host the same: scheme, name, port, and nobody's name before it; ``None`` where the address is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        return None
    return parts.scheme, parts.hostname or "", port, parts.username


def _basic(partner: Partner) -> str:
    return base64.b64encode(f"{partner.client_id}:{partner.client_secret}".encode()).decode()


def _object(reply: Reply) -> dict[str, Any]:
    """A small JSON object of a host that an administrator named; empty where it is none."""
    try:
        found = json.loads(reply.body[:_TOKEN_BYTES])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _quoted(reply: Reply) -> str:
    text = " ".join(reply.body[: 4 * _SHOWN].decode("utf-8", "replace").split())
    shown = "".join(c if c.isprintable() else "?" for c in text)
    return shown[:_SHOWN] or "nothing more"
