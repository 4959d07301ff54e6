"""Putting the routes of this package into the application."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.rest import comparing, exports, jobs, knowledge, products, studies
from api.rest.schemas import ProblemDocument

ROUTERS = (
    products.router,
    products.everything,
    comparing.router,
    studies.router,
    knowledge.router,
    exports.router,
    jobs.router,
)


def _got(app: FastAPI) -> Iterator[APIRoute]:
    """The routes that answer GET at once; following the events of a job has no head that is worth waiting for."""
    for route in app.router.routes:
        if isinstance(route, APIRoute) and route.methods == {"GET"} and not route.path.endswith("/events"):
            yield route


def _without_head(route: BaseRoute) -> BaseRoute:
    """A route for the description of the API, where HEAD goes without saying."""
    if not isinstance(route, APIRoute):
        return route
    described = copy(route)
    described.methods = (route.methods or set()) - {"HEAD"}
    return described


def include_in(app: FastAPI) -> None:
    """Add the routes, and describe problems once for all of them."""
    for router in ROUTERS:
        app.router.routes += router.routes
    for route in _got(app):
        route.methods = {"GET", "HEAD"}

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title, version=app.version, routes=[_without_head(each) for each in app.routes]
            )
            schema = ProblemDocument.model_json_schema()
            made.setdefault("components", {}).setdefault("schemas", {})["ProblemDocument"] = schema
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # how FastAPI wants it
