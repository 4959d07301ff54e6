"""A problem as a page, for people whose browser asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from api import negotiation
from api.errors import NotAcceptableError
from api.negotiation import Offer
from api.pages.addresses import Addresses
from api.pages.forms import HTML
from api.pages.rendering import HEADERS, Setting, render
from api.settings import Settings

_OFFERS: Final = (Offer("json", "application/problem+json", ("application/json",)), HTML)


def wants_page(request: Request) -> bool:
    """Whether whoever asks likes a page better than a problem document."""
    try:
        return negotiation.choose(request.headers.get("accept", "*/*"), _OFFERS) is HTML
    except NotAcceptableError:
        return False


def problem_page(body: Mapping[str, Any], headers: Mapping[str, str], lang: str, settings: Settings) -> Response:
    """The page of a problem document."""
    addresses = Addresses(urlsplit(settings.public_url).path.rstrip("/"), "", {"lang": lang})
    page = render("problem", Setting("zh" if lang == "zh" else "en", addresses, "/", {}), problem=body)
    told = {**headers, **HEADERS, "content-type": HTML.content_type}
    return Response(page, int(body["status"]), told)
