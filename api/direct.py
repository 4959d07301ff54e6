"""The way to the address that is asked most, beside the router and what the frameworks put around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api.sparql.short import ShortWay

Around = Callable[[ASGIApp], ASGIApp]
"""Puts our own layers around an application: whoever passes by the router does not pass by them."""


class Application(FastAPI):
    """An application in which some paths are answered beside the router.

    What is left out has nothing to do for such a request: the frameworks' layers for errors (ours tells them all) and for
    other origins (a request that names one goes the usual way).
    """

    short: ShortWay | None = None
    """What takes the plainest requests before they come here; see :mod:`api.sparql.short`."""
    _direct: Mapping[str, tuple[Route, ASGIApp]] = MappingProxyType({})

    def route_directly(self, routes: Mapping[str, Route], around: Around) -> None:
        """Answer paths without parameters at once, within ``around``."""
        self._direct = {path: (route, around(route.endpoint)) for path, route in routes.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found = self._direct.get(scope["path"]) if scope["type"] == "http" else None
        if found is None or any(name == b"origin" for name, _ in scope["headers"]):
            await super().__call__(scope, receive, send)
            return
        route, application = found
        scope["app"], scope["route"], scope["endpoint"], scope["path_params"] = self, route, route.endpoint, {}
        await application(scope, receive, send)
