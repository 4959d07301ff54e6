"""Putting the routes of this package into the application."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

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


def include_in(app: FastAPI) -> None:
    """Add the routes, and describe problems once for all of them."""
    for router in ROUTERS:
        app.router.routes += router.routes

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, routes=app.routes)
            schema = ProblemDocument.model_json_schema()
            made.setdefault("components", {}).setdefault("schemas", {})["ProblemDocument"] = schema
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # how FastAPI wants it
