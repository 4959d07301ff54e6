"""The addresses of linked data and pages. A route negotiates, has a reader do the work, and sends what it made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.conditional import Read
from api.errors import MethodError, NotFoundError, RequestError
from api.negotiation import GRAPHS, Offer, choose
from api.pages.addresses import Addresses, is_iri
from api.pages.asking import Asked, here
from api.pages.examples import examples
from api.pages.forms import BOTH, HTML
from api.pages.interface import operations
from api.pages.rendering import HEADERS, Setting, render
from api.state import State
from api.tags import tag_of

METHODS: Final = ("GET", "HEAD")

FEEDS: Final = (
    HTML,
    Offer("atom", "application/atom+xml", ("application/xml", "text/xml")),
    Offer("json", "application/feed+json", ("application/json",)),
)
_RELEASES: Final = (Offer("json", "application/json"), HTML)

_ASSETS: Final = {
    "style.css": "text/css; charset=utf-8",
    "sparql.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}
_LONGEST_LINKS: Final = 8_000
"""Characters of a Link header that clients surely take; an IRI of thousands of characters has none."""
_VARY: Final = "Accept, Accept-Language, Authorization"

Answer = Callable[[State, Request, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address as an ASGI application."""

    state: State
    answer: Answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method not in METHODS:
            raise MethodError(request.method, METHODS)
        await self.answer(self.state, request, send)


def routes(state: State) -> list[Route]:
    """All routes of linked data and pages."""
    answers: dict[str, Answer] = {
        "/": _home,
        "/search": _search,
        "/ontology": _terms,
        "/ontology/{term:path}": _thing,
        "/id/{path:path}": _thing,
        "/shapes/{path:path}": _thing,
        "/page/{path:path}": partial(_document, offers=(HTML,)),
        "/data/{path:path}": partial(_document, offers=GRAPHS),
        "/resource": _resource,
        "/resource/explanation": _explanation,
        "/changes": _changes,
        "/releases": _releases,
        "/docs": _interface,
        "/assets/{name}": _asset,
    }
    return [Route(path, Endpoint(state, answer)) for path, answer in answers.items()]


async def _home(state: State, request: Request, send: Send) -> None:
    asked = Asked.of(request, state, (HTML,))
    await _read(state, request, send, asked, asked.job("page-home"))


async def _search(state: State, request: Request, send: Send) -> None:
    asked = Asked.of(request, state, (HTML,))
    text = asked.value("q") or ""
    await _read(state, request, send, asked, asked.job("page-search", {"q": text}, asked=text))


async def _terms(state: State, request: Request, send: Send) -> None:
    asked = Asked.of(request, state, BOTH)
    text = asked.value("q")
    job = asked.job("page-terms", {} if text is None else {"q": text}, asked=text)
    await _read(state, request, send, asked, job)


async def _thing(state: State, request: Request, send: Send) -> None:
    """What is no document cannot be sent: 303 says where a document about it is (RFC 9110, section 15.4.4)."""
    asked = Asked.of(request, state, BOTH)
    folder = "/page" if asked.offer is HTML else "/data"
    keeps = {} if asked.value("page") is None else {"page": str(asked.number)}
    if asked.offer is not HTML:
        keeps["format"] = asked.offer.name
    location = Addresses(asked.prefix, "", asked.carried()).to(folder + asked.here, **keeps)
    response = Response(status_code=303, headers={"location": location, "vary": _VARY})
    await response(request.scope, request.receive, send)


async def _document(state: State, request: Request, send: Send, offers: Sequence[Offer]) -> None:
    asked = Asked.of(request, state, offers)
    path = "/" + asked.here.split("/", 2)[2]
    job = asked.job("page-resource", _format(asked), path=path, iri=None)
    await _read(state, request, send, asked, job)


async def _resource(state: State, request: Request, send: Send) -> None:
    asked = Asked.of(request, state, BOTH)
    iri = _iri(asked, "iri")
    await _read(state, request, send, asked, asked.job("page-resource", {"iri": iri, **_format(asked)}, iri=iri))


async def _explanation(state: State, request: Request, send: Send) -> None:
    asked = Asked.of(request, state, (HTML,))
    iri = _iri(asked, "iri")
    await _read(state, request, send, asked, asked.job("page-explanation", {"iri": iri}, iri=iri))


async def _changes(state: State, request: Request, send: Send) -> None:
    asked = Asked.of(request, state, FEEDS)
    about = _iri(asked, "about") if asked.value("about") else None
    keeps = ({} if about is None else {"about": about}) | _format(asked)
    await _read(state, request, send, asked, asked.job("page-changes", keeps, about=about))


def _format(asked: Asked) -> dict[str, str]:
    """The format as a parameter: links to other pages of the same data keep it, whatever the client accepts next time."""
    return {"format": asked.offer.name} if asked.value("format") is not None or asked.offer is not HTML else {}


def _iri(asked: Asked, name: str) -> str:
    stated = asked.value(name)
    if stated is None:
        raise RequestError(f"The parameter {name} is missing. State it.")
    if not is_iri(stated):
        raise RequestError(
            f"The parameter {name!r} is {stated!r}, which is no absolute IRI. Give one, percent-encoded."
        )
    return stated


async def _read(state: State, request: Request, send: Send, asked: Asked, job: dict[str, Any]) -> None:
    """Have a reader make a document, and send it; nothing where the client has it already."""
    caching = "no-cache" if state.lasting else "no-store"
    headers = {"vary": _VARY, "cache-control": caching, "content-language": _content_language(asked), **HEADERS}

    def tag(generation: str) -> str:
        return tag_of(generation, asked.audience, *asked.tag_parts())

    def told(head: Mapping[str, Any]) -> Mapping[str, str]:
        links = ", ".join(_link(*each) for each in head["links"])
        short = 0 < len(links) <= _LONGEST_LINKS
        return {"content-location": _location(asked, job), **({"link": links} if short else {})}

    read = Read(state, job, headers, tag if state.lasting else None, asked.pin.release, told)
    await read.answer(request, send)


def _content_language(asked: Asked) -> str:
    return {"zh": "zh-Hans", "en": "en"}[asked.lang] if asked.offer is HTML else "en, zh-Hans"


def _location(asked: Asked, job: dict[str, Any]) -> str:
    """The address of exactly this document: with its format, without regard to what the client accepts."""
    parameters = {**job["parameters"], "format": asked.offer.name}
    if asked.number > 1:
        parameters["page"] = str(asked.number)
    carried = asked.carried() | ({} if asked.offer in GRAPHS else {"lang": asked.lang})
    return Addresses(asked.prefix, "", carried).to(asked.here, **parameters)


def _link(address: str, relation: str, media_type: str) -> str:
    """One link of a Link header (RFC 8288); addresses are percent-encoded, so that none can hold a quote or a line end."""
    kind = f'; type="{media_type}"' if media_type else ""
    return f'<{address}>; rel="{relation}"{kind}'


async def _releases(state: State, request: Request, send: Send) -> None:
    """List the releases: names, generations, and of when their state is."""
    asked = Asked.of(request, state, _RELEASES)
    published = state.published(asked.audience)
    found = [
        {"name": name, "generation": identifier, "created": published.get(identifier).manifest.created}
        for name, identifier in published.releases().items()
    ]
    headers = {"vary": _VARY, "cache-control": "no-cache", **HEADERS}
    if asked.offer is HTML:
        await _static(asked, request, send, "releases", headers, found=found)
        return
    await JSONResponse({"releases": found}, headers=headers)(request.scope, request.receive, send)


async def _interface(state: State, request: Request, send: Send) -> None:
    """Describe the interface to people."""
    asked = Asked.of(request, state, (HTML,))
    headers = {"vary": _VARY, "cache-control": "no-cache", **HEADERS}
    await _static(asked, request, send, "interface", headers, operations=operations(request.app.openapi(), asked.lang))


def wants_page(request: Request) -> bool:
    """Whether a client likes a page better than the data that it may have instead."""
    return choose(request.headers.get("accept", "*/*"), BOTH) is HTML


async def sparql_page(state: State, request: Request, send: Send) -> None:
    """Send the page on which people write queries."""
    asked = Asked.of(request, state, (HTML,))
    headers = {"vary": _VARY, "cache-control": "no-cache", **HEADERS}
    await _static(asked, request, send, "sparql", headers, examples=examples())


async def _static(
    asked: Asked, request: Request, send: Send, template: str, headers: dict[str, str], **values: Any
) -> None:
    """Send a page that needs nothing of the graph."""
    addresses = Addresses(asked.prefix, "", asked.carried())
    setting = Setting(asked.lang, addresses, asked.here, {}, "", asked.pin.release, asked.pin.as_of)
    body = render(template, setting, **values)
    response = Response(
        body, headers={**headers, "content-type": HTML.content_type, "content-language": _content_language(asked)}
    )
    await response(request.scope, request.receive, send)


async def _asset(_: State, request: Request, send: Send) -> None:
    name = here(request).rpartition("/")[2]
    if name not in _ASSETS:
        raise NotFoundError(f"There is nothing at {request.url.path}.")
    body = (files("api.pages") / "static" / name).read_bytes()
    headers = {"content-type": _ASSETS[name], "cache-control": "max-age=3600", "x-content-type-options": "nosniff"}
    await Response(body, headers=headers)(request.scope, request.receive, send)
