"""Addresses with IRIs in them: what was sent as one segment stays one, whatever it holds."""

from __future__ import annotations

from urllib.parse import unquote

from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from api.errors import RequestError


class QuotedRoute(APIRoute):
    """A route that is compared with the address as it was sent, in which ``%2F`` is no boundary between segments."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Compare, and decode each parameter once.

        Raises:
            RequestError: a parameter is not UTF-8.
        """
        raw = scope.get("raw_path")
        if scope["type"] != "http" or raw is None:
            return super().matches(scope)
        sent = raw.partition(b"?")[0].decode("latin-1")
        match, found = super().matches({**scope, "path": sent})
        if match is not Match.NONE:
            found["path_params"] = {name: _decoded(str(value)) for name, value in found["path_params"].items()}
        return match, found


def _decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise RequestError(f"The part {text!r} of the address is not percent-encoded UTF-8.") from None
