"""``/graphs``: the SPARQL 1.1 Graph Store Protocol.

A graph is named by ``?graph=IRI``, or is the default graph (``?default``), or has the address itself as its name
(``/graphs/anything``). The default graph is that of the store, where local statements without a graph are; queries see the
union of all graphs. Graphs that belong to a dataset, and the catalogue, can be read and are not written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.access.guard import note
from api.access.principals import Role, principal_of, require_whole_store
from api.conditional import Read
from api.errors import MethodError, RequestError, UnsupportedError
from api.requests import body_of, only, parameters, require_writes, root_of
from api.state import State
from api.tags import generations_in, tag_of

PATH: Final = "/graphs"
METHODS: Final = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Name:
    """Which graph a request is about.

    Attributes:
        graph: its IRI; ``None`` for the default graph, and where none is named.
        default: whether it is the default graph.
    """

    graph: str | None
    default: bool

    @property
    def stated(self) -> bool:
        """Whether the request names a graph at all."""
        return self.default or self.graph is not None


@dataclass(frozen=True, slots=True)
class GraphsEndpoint:
    """The graph store as an ASGI application."""

    state: State

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method not in METHODS:
            raise MethodError(request.method, METHODS)
        if request.method == "OPTIONS":
            response = Response(status_code=204, headers={"Allow": ", ".join(METHODS)})
        elif request.method in {"GET", "HEAD"}:
            await self._read(request, self._name(request), send)
            return
        else:
            require_writes(request, self.state.settings)
            require_whole_store(request, Role.CURATOR)
            name = self._name(request)
            note(request.scope, graphs=_noted(name))
            response = await (self._delete(request, name) if request.method == "DELETE" else self._put(request, name))
        await response(scope, receive, send)

    def _name(self, request: Request) -> Name:
        """Which graph a request names.

        Raises:
            RequestError: it names two, or none where one is needed, or by something that is no absolute IRI.
        """
        stated = parameters(request.scope["query_string"].decode("latin-1"), "address")
        raw = request.scope.get("raw_path", b"").partition(b"?")[0].decode("latin-1")
        direct = raw.partition(PATH)[2].strip("/")
        names = [root_of(request, self.state.settings) + raw] if direct else []
        graph = only(stated, "graph")
        names += [] if graph is None else [graph]
        default = only(stated, "default") is not None
        if len(names) + default > 1:
            raise RequestError("The request names more than one graph. Give one address, or ?graph=, or ?default.")
        found = Name(names[0] if names else None, default)
        if not found.stated and request.method != "POST":
            raise RequestError("The request names no graph. Add ?graph= with the IRI of a graph, or ?default.")
        try:
            ox.NamedNode(found.graph or "urn:x")
        except ValueError as error:
            raise RequestError(f"{found.graph!r} is no absolute IRI, so it names no graph: {error}.") from None
        return found

    async def _read(self, request: Request, name: Name, send: Send) -> None:
        accept, lasting = request.headers.get("accept", "*/*"), self.state.lasting
        headers = {"vary": "Accept", "cache-control": "no-cache" if lasting else "no-store"}
        audience = principal_of(request).audience
        note(request.scope, graphs=_noted(name))
        job = {"kind": "graph", "graph": name.graph, "accept": accept, "head": request.method == "HEAD"}

        def tag(generation: str) -> str:
            return tag_of(generation, audience, name.graph, accept)

        await Read(self.state, job, headers, tag if lasting else None).answer(request, send)

    async def _put(self, request: Request, name: Name) -> Response:
        body = await body_of(request, self.state.settings.body_bytes)
        root = root_of(request, self.state.settings)
        job = {
            "kind": "put",
            "graph": name.graph,
            "default": name.default,
            "graphs": root + PATH,
            "base": root + PATH,
            "media_type": request.headers.get("content-type", ""),
            "replace": request.method == "PUT",
            **self._conditions(request),
        }
        async with self.state.write(job, body) as answer:
            made = answer.head
        note(request.scope, generation=made["generation"])
        if not made["created"]:
            return Response(status_code=204)
        return Response(status_code=201, headers={"Location": _uri(str(made["graph"]))})

    async def _delete(self, request: Request, name: Name) -> Response:
        job = {"kind": "delete", "graph": name.graph, **self._conditions(request)}
        async with self.state.write(job) as answer:
            note(request.scope, generation=answer.head["generation"])
        return Response(status_code=204)

    def _conditions(self, request: Request) -> dict[str, Any]:
        """What has to hold when the write begins (RFC 9110, section 13.1): the state that was read, or whether the graph is there.

        An entity tag tells the state of the whole store, so a change of another graph counts too.

        Raises:
            UnsupportedError: a state is named, and an endpoint keeps the store, which tells none.
        """
        stated, unstated = request.headers.get("if-match"), request.headers.get("if-none-match")
        there = True if stated == "*" else False if unstated == "*" else None
        if stated in {None, "*"}:
            return {"there": there, "at": None}
        if not self.state.lasting:
            raise UnsupportedError(
                "The endpoint that keeps the store does not say whether its data have changed, so If-Match cannot be kept. "
                "Leave it out."
            )
        at = generations_in(str(stated))
        return {"there": there, "at": at}


def _uri(iri: str) -> str:
    """An IRI as a header may hold it (RFC 3987 section 3.1)."""
    return quote(iri, safe="%:/?#[]@!$&'()*+,;=~")


def _noted(name: Name) -> list[str]:
    """The graph of a request, for the audit log."""
    return [name.graph or ("default" if name.default else "new")]
