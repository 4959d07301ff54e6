"""One line in the log and one count for each request."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.types import Scope

from api.access.principals import principal_of
from api.logs import FIELD
from api.metrics import Metrics

log: Final = logging.getLogger("tanmai.requests")

QUERY: Final = "tanmai.query"
"""Key in the scope of a request under which its route leaves the text of a query, for the log alone."""
BEGAN: Final = "tanmai.began"
"""Key in the scope of a request under which the short way leaves the time at which it took it."""
_MOST_QUERY: Final = 2000


@dataclass(slots=True)
class Observer:
    """Watches the requests of one application.

    Attributes:
        metrics: where they are counted.
        queries: whether the log tells the texts of queries; they may hold what is confidential.
    """

    metrics: Metrics
    queries: bool

    def saw(self, scope: Scope, request_id: str, status: int, began: float) -> None:
        """Note that a request was answered."""
        seconds, route = time.perf_counter() - began, route_of(scope)
        self.metrics.request(route, scope["method"], status, seconds)
        if not log.isEnabledFor(logging.INFO):
            return
        told: dict[str, Any] = {
            "request": request_id,
            "method": scope["method"],
            "route": route,
            "status": status,
            "seconds": round(seconds, 6),
            "principal": principal_of(Request(scope)).name,
            "client": (scope.get("client") or ("",))[0],
        }
        if self.queries and QUERY in scope:
            told["query"] = scope[QUERY][:_MOST_QUERY]
        log.info("request", extra={FIELD: told})


def route_of(scope: Scope) -> str:
    """The path as the router knows it, in which what clients make up is a name in braces; ``none`` where nothing is."""
    endpoint, route = scope.get("endpoint"), scope.get("route")
    if route is None and endpoint is not None:
        route = next((each for each in scope["app"].routes if getattr(each, "endpoint", None) is endpoint), None)
    return str(getattr(route, "path", "none"))
