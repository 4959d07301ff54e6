"""The application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final, NoReturn

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from api import graphs, health, well_known
from api.access import endpoints
from api.access.audiences import settle
from api.access.control import Access
from api.access.guard import Guard
from api.audit.endpoint import PATH as AUDIT
from api.audit.endpoint import AuditEndpoint
from api.compression import Compression
from api.direct import Application
from api.invalid import invalid
from api.middleware import Frame, router_error
from api.observation import Observer
from api.pact import routes as pact
from api.pact.outbound import Outbound
from api.pact.sender import Sender
from api.pages.routes import routes as page_routes
from api.readers.messages import Translate, place_of, untranslated
from api.rest import application as rest
from api.rest.warming import Warmer
from api.settings import Settings
from api.sparql.question import PATH
from api.sparql.routes import SparqlEndpoint
from api.sparql.short import ShortWay
from api.state import State
from api.watch.watcher import Watcher

_METHODS: Final = ("DELETE", "GET", "HEAD", "POST")
_SENT: Final = ("Accept", "Authorization", "Content-Type", "If-None-Match", "Prefer", "X-API-Key", "X-Request-Id")
_SEEN: Final = ("ETag", "Link", "Location", "Preference-Applied", "RateLimit", "RateLimit-Policy", "Retry-After",
                "X-Request-Id", "Tanmai-Unbound")  # fmt: skip
"""What pages of the sites that may read here can do, send and see."""


def create_app(settings: Settings, translate: Translate = untranslated) -> FastAPI:
    """Make the application that serves one store.

    Args:
        settings: what it is told.
        translate: says a message in the language of the client; by default messages stay English. A function of a module, so that
            the readers, which are other processes, find it too.

    Raises:
        LayoutError: there is no store at the path of the settings, or one that cannot be used.
        AccessFileError: there is a file of clients, and it or one of those beside it cannot be used.
        GraphStoreError: there are clients, and what audiences read cannot be brought up to date with the store.
    """
    state, access = State.of(settings, place_of(translate)), Access.of(settings)
    access.check()
    settle(settings, guarded=access.file.current() is not None)
    outbound = Outbound.allowing(settings.pact_networks)
    sender, watcher = Sender(state, outbound), Watcher(state, outbound.send)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with access.running(), state.running(), sender.running(), watcher.running(), Warmer(state).running():
            yield

    observer = Observer(state.metrics, settings.log_queries)

    def around(inner: ASGIApp) -> ASGIApp:
        return Compression(Frame(Guard(inner, access), settings, translate, observer))

    app = Application(title="Tanmai 碳脉", version=_version(), lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.tanmai, app.state.translate = state, translate
    sparql = Route(PATH, SparqlEndpoint(state))
    app.router.routes += [sparql, *_routes(state, access), *health.router.routes]
    rest.include_in(app)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_middleware(around)
    app.route_directly({PATH: sparql}, around)
    app.short = ShortWay(state, access, observer)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.cors_origins),
        allow_methods=_METHODS,
        allow_headers=_SENT,
        expose_headers=_SEEN,
    )
    return app


def _routes(state: State, access: Access) -> Iterator[BaseRoute]:
    """What is answered beside the queries and the described interface."""
    yield Route(well_known.PATH, well_known.VoidEndpoint(state))
    yield Route(graphs.PATH, graphs.GraphsEndpoint(state))
    yield Route(graphs.PATH + "/{name:path}", graphs.GraphsEndpoint(state))
    yield from pact.routes(state)
    yield Route(endpoints.PATH, endpoints.TokenEndpoint(access))
    yield from (Route(path, endpoints.DiscoveryEndpoint(state.settings)) for path in endpoints.DISCOVERY)
    yield Route(AUDIT, AuditEndpoint(state))
    yield from page_routes(state)


def _version() -> str:
    from importlib.metadata import version

    return version("tanmai")


def _refused(request: Request, error: Exception) -> NoReturn:
    """Hand what the router refuses to the frame, which tells every error."""
    assert isinstance(error, HTTPException)
    raise router_error(request, error)


def _invalid(_: Request, error: Exception) -> NoReturn:
    assert isinstance(error, RequestValidationError)
    raise invalid(error)
