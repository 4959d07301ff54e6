"""What a request for a page or a document asks: format, language, past state, which page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any, Final, Self
from urllib.parse import urlsplit

from starlette.requests import Request

from api import negotiation
from api.access.principals import principal_of
from api.errors import NotAcceptableError, RequestError
from api.negotiation import Offer
from api.pages.words import Language
from api.pins import Pin, pin_of
from api.requests import Parameters, language_of, only, parameters, root_of
from api.state import State

_LANGUAGES: Final[Mapping[str, Language]] = {"en": "en", "zh": "zh"}
_MOST_PAGES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was read.

    Attributes:
        offer: the format of the answer.
        lang: language of the answer.
        stated_lang: the language as the address states it; ``None`` where the browser decides.
        pin: past state that is read.
        number: which page of several, from 1.
        prefix: path under which clients see the server; empty where it is the root.
        root: where clients see the server.
        here: path of the request below the prefix, percent-encoded.
        audience: whose view of the store is read.
        stated: all parameters of the address.
    """

    offer: Offer
    lang: Language
    stated_lang: Language | None
    pin: Pin
    number: int
    prefix: str
    root: str
    here: str
    audience: str | None
    stated: Parameters

    @classmethod
    def of(cls, request: Request, state: State, offers: Sequence[Offer]) -> Self:
        """Read a request.

        Raises:
            NotAcceptableError: no accepted format is offered.
            RequestError: a parameter cannot be read.
        """
        stated = parameters(request.scope["query_string"].decode("latin-1"), "address")
        lang = only(stated, "lang")
        if lang is not None and lang not in _LANGUAGES:
            raise RequestError(f"lang is {lang!r}; it is en or zh.")
        stated_lang = None if lang is None else _LANGUAGES[lang]
        return cls(
            _offer(request, only(stated, "format"), offers),
            stated_lang or _LANGUAGES[language_of(request)],
            stated_lang,
            pin_of(request),
            _number(only(stated, "page")),
            prefix_of(state),
            root_of(request, state.settings),
            here(request),
            principal_of(request).audience,
            stated,
        )

    def carried(self) -> dict[str, str]:
        """The parameters that every link of the page keeps."""
        return {**self.pin.query(), **({} if self.stated_lang is None else {"lang": self.stated_lang})}

    def value(self, name: str) -> str | None:
        """The value of a parameter of the address."""
        return only(self.stated, name)

    def job(self, kind: str, parameters: Mapping[str, str] | None = None, **facts: Any) -> dict[str, Any]:
        """The job for a reader; ``parameters`` are those that links to other pages of the same keep."""
        return {
            "kind": kind,
            "format": self.offer.name,
            "lang": self.lang,
            "number": self.number,
            "prefix": self.prefix,
            "root": self.root,
            "here": self.here,
            "carried": self.carried(),
            "parameters": dict(parameters or {}),
            **self.pin.fields(),
            **facts,
        }

    def tag_parts(self) -> tuple[object, ...]:
        """What an entity tag says beside the generation: what was asked, and the version that made the page."""
        return (_version(), self.here, self.stated, self.offer.name, self.lang, self.audience, self.root)


def page_facts(request: Request, state: State) -> dict[str, Any]:
    """What a reader needs to know of a request to render a page of it that is no document of the graph."""
    lang, stated = language_of(request), request.query_params.get("lang")
    return {
        "lang": lang,
        "number": 1,
        "prefix": prefix_of(state),
        "here": here(request) if request.method in {"GET", "HEAD"} else "/",
        "carried": {} if stated is None else {"lang": lang},
        "parameters": {},
        "release": None,
        "as_of": None,
    }


@cache
def _version() -> str:
    return version("tanmai")


def here(request: Request) -> str:
    """The path of a request as it was sent, percent-encoded, without its query."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return raw.partition(b"?")[0].decode("latin-1")


def prefix_of(state: State) -> str:
    """Path under which clients see the server; empty where it is the root."""
    return urlsplit(state.settings.public_url).path.rstrip("/")


def _offer(request: Request, named: str | None, offers: Sequence[Offer]) -> Offer:
    if named is None:
        return negotiation.choose(request.headers.get("accept", "*/*"), offers)
    found = next((offer for offer in offers if offer.name == named), None)
    if found is None:
        known = ", ".join(offer.name for offer in offers)
        raise NotAcceptableError(f"The format {named} cannot be written here. Known: {known}.")
    return found


def _number(text: str | None) -> int:
    if text is None:
        return 1
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:12]) <= _MOST_PAGES:
        raise RequestError(f"page is {text!r}; pages are numbered from 1.")
    return int(text)
