"""``/auth/token``: an access token for a client that shows a key as its secret (OAuth 2.0 client credentials, RFC 6749 4.4).

And where that is said: ``/.well-known/openid-configuration``, and ``/.well-known/oauth-authorization-server`` (RFC 8414).
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from api.access import keys
from api.access.control import Access
from api.access.principals import Principal, identify
from api.errors import MethodError, RateError, RequestError
from api.requests import body_of, only, parameters, root_of
from api.settings import Settings

PATH: Final = "/auth/token"
DISCOVERY: Final = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
OPEN: Final = frozenset({PATH, *DISCOVERY})
"""What anonymous may ask for on a server that shows nothing to anonymous."""
PROBES: Final = frozenset({"/health", "/ready"})
"""What is asked every few seconds by machines that know no key: not in the audit log, and counted apart."""
OPERATION: Final = PROBES | {"/metrics"}
"""What processes of this machine ask for without a key, and as often as they like."""

_FORM: Final = "application/x-www-form-urlencoded"
_MOST: Final = 10_000
_GRANT: Final = "client_credentials"


class _RefusedError(Exception):
    """Why there is no token, as RFC 6749 section 5.2 names it."""

    def __init__(self, code: str, description: str, status: int = 400, **headers: str) -> None:
        super().__init__(description)
        self.body = {"error": code, "error_description": description}
        self.status, self.headers = status, headers


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Gives tokens, as an ASGI application."""

    access: Access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method != "POST":
            raise MethodError(request.method, ("POST",))
        headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
        try:
            body, status = await self._given(request), 200
        except _RefusedError as refused:
            body, status = refused.body, refused.status
            headers |= {name.replace("_", "-"): value for name, value in refused.headers.items()}
        await JSONResponse(body, status, headers)(scope, receive, send)

    async def _given(self, request: Request) -> dict[str, Any]:
        try:
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != _FORM:
                raise _RefusedError("invalid_request", f"Send the request as {_FORM}.")
            form = parameters((await body_of(request, _MOST)).decode("latin-1"), "form")
            grant, name, secret = (only(form, each) for each in ("grant_type", "client_id", "client_secret"))
        except RequestError as error:
            raise _RefusedError("invalid_request", str(error)) from None
        if grant is None:
            raise _RefusedError("invalid_request", f"The parameter grant_type is missing. Send grant_type={_GRANT}.")
        if grant != _GRANT:
            raise _RefusedError("unsupported_grant_type", f"Only {_GRANT} is given here.")
        principal = self._proven(request, name, secret)
        identify(request.scope, principal)
        return {
            "access_token": self.access.tokens.make(principal),
            "token_type": "Bearer",
            "expires_in": self.access.tokens.seconds,
            "scope": " ".join(sorted(principal.roles)),
        }

    def _proven(self, request: Request, name: str | None, secret: str | None) -> Principal:
        stated = request.headers.getlist("authorization")
        if len(stated) + (secret is not None) > 1:
            raise _RefusedError("invalid_request", "The client proves itself twice. Use the header or the form.")
        if stated:
            name_there, secret = _basic(stated[0])
            if name not in {None, name_there}:
                raise _RefusedError("invalid_request", "The header and the form name different clients.")
            name = name_there
        roster = self.access.file.current()
        found = roster.by_secret(name or "", secret or "", keys.today()) if roster is not None else None
        if found is None:
            raise self._refused(request.scope, roster is not None)
        self.access.rates.used(found.key, keys.today().isoformat())
        return found

    def _refused(self, scope: Scope, counted: bool) -> _RefusedError:
        if counted:
            try:
                self.access.failed(scope)
            except RateError as error:
                return _RefusedError("invalid_client", str(error), 429, Retry_After=str(error.retry_after))
        return _RefusedError(
            "invalid_client", "Client and secret are not accepted.", 401, WWW_Authenticate='Basic realm="tanmai"'
        )


def _basic(header: str) -> tuple[str, str]:
    """Name and secret of a Basic header, each form-encoded as RFC 6749 section 2.3.1 wants it; empty where it is none."""
    kind, _, rest = header.strip().partition(" ")
    try:
        text = base64.b64decode(rest.strip(), validate=True).decode() if kind.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    name, _, secret = text.partition(":")
    return unquote_plus(name), unquote_plus(secret)


@dataclass(frozen=True, slots=True)
class DiscoveryEndpoint:
    """Says where tokens are given, as an ASGI application."""

    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method not in {"GET", "HEAD"}:
            raise MethodError(request.method, ("GET", "HEAD"))
        root = root_of(request, self.settings)
        told = {
            "issuer": root,
            "token_endpoint": root + PATH,
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "grant_types_supported": [_GRANT],
            "response_types_supported": ["token"],
        }
        await JSONResponse(told)(scope, receive, send)
