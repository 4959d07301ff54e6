"""The SPARQL 1.1 Protocol: from a request to the query or update that it carries (W3C Recommendation, sections 2.1 and 2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from api.errors import MediaTypeError, MethodError, RequestError
from api.requests import Parameters, only, parameters
from api.sparql.question import Names

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"

METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")

Verb = Literal["query", "update", "describe"]

_DATASETS: Final = {
    "query": ("default-graph-uri", "named-graph-uri"),
    "update": ("using-graph-uri", "using-named-graph-uri"),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request asks for.

    Attributes:
        verb: ``query``, ``update``, or ``describe`` for the description of the service.
        text: the query or update.
        dataset: names of the graphs that are the default graph, and of the named graphs; ``None`` where none is stated.
    """

    verb: Verb
    text: str = ""
    dataset: Names | None = None


def operation(method: str, stated: Parameters, content_type: str, body: bytes) -> Operation:
    """Read what a request asks for.

    Args:
        method: of the request.
        stated: the parameters of its address.
        content_type: of its body.
        body: its body.

    Raises:
        RequestError: it is none that the protocol knows; the subclass says which status that has.
    """
    if method in {"GET", "HEAD"}:
        if only(stated, "update") is not None:
            raise RequestError("An update is sent by POST, never by GET. Send it as the body, or as a form.")
        return _of(stated) if only(stated, "query") is not None else Operation("describe")
    if method != "POST":
        raise MethodError(method, METHODS)
    kind = _media_type(content_type)
    text = _text(body)
    if kind == FORM:
        return _of([*stated, *parameters(text, "form")])
    return _of([*stated, ("query" if kind == QUERY else "update", text)])


def _of(stated: Parameters) -> Operation:
    texts: dict[Verb, str | None] = {"query": only(stated, "query"), "update": only(stated, "update")}
    found = [(verb, text) for verb, text in texts.items() if text is not None]
    if len(found) != 1:
        raise RequestError(
            f"The request has {'a query and an update' if found else 'neither query nor update'}. Send one of them."
        )
    verb, text = found[0]
    other: Verb = "query" if verb == "update" else "update"
    strange = next((name for name, _ in stated if name in _DATASETS[other]), None)
    if strange is not None:
        raise RequestError(
            f"The parameter {strange} does not go with an operation of this kind. Use {' and '.join(_DATASETS[verb])}."
        )
    default, named = (tuple(value for key, value in stated if key == name) for name in _DATASETS[verb])
    return Operation(verb, text, (default, named) if default or named else None)


def _media_type(content_type: str) -> str:
    name, *rest = (part.strip().lower() for part in content_type.split(";"))
    if name not in {FORM, QUERY, UPDATE}:
        raise MediaTypeError(f"The body comes as {name or 'nothing stated'}. Send it as {QUERY}, {UPDATE} or {FORM}.")
    for part in rest:
        if part.startswith("charset=") and part[8:].strip('"') not in {"utf-8", "utf8"}:
            raise MediaTypeError(f"The body comes with {part}; SPARQL text is sent as UTF-8.")
    return name


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise RequestError(f"The body is not UTF-8: byte {error.start + 1} cannot be read.") from None
