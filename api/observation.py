"""One line in the log and one count for each request."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.types import Scope

from api.access.principals import OWNER, principal_of
from api.logs import FIELD
from api.metrics import Metrics

log: Final = logging.getLogger("tanmai.requests")

QUERY: Final = "tanmai.query"
"""Key in the scope of a request under which its route leaves the text of a query, for the log alone."""
BEGAN: Final = "tanmai.began"
"""Key in the scope of a request under which the short way leaves the time at which it took it."""
_OK: Final = 200
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
        asked = {"query": scope[QUERY][:_MOST_QUERY]} if self.queries and QUERY in scope else {}
        name, client = principal_of(Request(scope)).name, (scope.get("client") or ("",))[0]
        _tell(request_id, scope["method"], route, status, seconds, principal=name, client=client, **asked)

    def saw_plain(self, route: str, client: str, request_id: str, began: float) -> None:
        """Note that a GET of the owner was answered beside the application."""
        seconds = time.perf_counter() - began
        self.metrics.request(route, "GET", _OK, seconds)
        if log.isEnabledFor(logging.INFO):
            _tell(request_id, "GET", route, _OK, seconds, principal=OWNER.name, client=client)


def _tell(request_id: str, method: str, route: str, status: int, seconds: float, **more: str) -> None:
    told = {"request": request_id, "method": method, "route": route, "status": status, "seconds": round(seconds, 6)}
    log.info("request", extra={FIELD: {**told, **more}})


def route_of(scope: Scope) -> str:
    """The path as the router knows it, in which what clients make up is a name in braces; ``none`` where nothing is."""
    endpoint, route = scope.get("endpoint"), scope.get("route")
    if route is None and endpoint is not None:
        route = next((each for each in scope["app"].routes if getattr(each, "endpoint", None) is endpoint), None)
    return str(getattr(route, "path", "none"))
