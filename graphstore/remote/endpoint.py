"""One SPARQL endpoint: queries and updates over HTTP, and the union of its graphs as the graph that is queried."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import pyoxigraph as ox

from graphstore.errors import EndpointAnswerError, EndpointError
from graphstore.query import QueryResult
from graphstore.remote import dialects
from graphstore.remote.dialects import Addresses, Dialect
from graphstore.remote.http import Answer, Client

_FORM: Final = "application/x-www-form-urlencoded"
_TRIPLES: Final = "application/n-triples"
_READERS: Final = {dialects.JSON: ox.QueryResultsFormat.JSON, dialects.XML: ox.QueryResultsFormat.XML}
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Union:
    """How the union of the named graphs is asked for.

    Attributes:
        pairs: parameters of every request.
        how: ``native`` (the default graph is the union), ``parameter``, ``listed`` (each graph is named), or ``unknown``
            where there is no named graph to tell by.
    """

    pairs: tuple[tuple[str, str], ...]
    how: str


class Endpoint:
    """Asks one endpoint.

    Attributes:
        dialect: what kind of endpoint it is.
        addresses: where it takes what.
        server: what it says it is; empty when it does not.
    """

    def __init__(self, client: Client) -> None:
        """Find out where queries go and what the endpoint is.

        Raises:
            EndpointError: nothing at the address, nor below it, answers SPARQL queries.
        """
        self._client = client
        query, answer = self._found()
        self.server = answer.headers.get("server", "").strip()
        self.dialect: Dialect = dialects.recognised(self.server)
        self.addresses = Addresses.of(query, self.dialect)
        self._union: Union | None = None

    def _found(self) -> tuple[str, Answer]:
        first: EndpointError | None = None
        for ending in dialects.ENDINGS:
            address = self._client.url + ending
            try:
                answer = self._ask(address, dialects.PROBE, (), f"{dialects.JSON}, {dialects.XML};q=0.9")
                _media(answer, address, tuple(_READERS))
            except EndpointAnswerError as error:
                first = first or error
            else:
                return address, answer
        raise first or EndpointError(f"{self._client.url} answers no SPARQL query.")

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    # ------------------------------------------------------------ reading

    @property
    def union(self) -> Union:
        """How the union of all graphs is asked for; found by a probe when it is first needed."""
        if self._union is None or self._union.how == "unknown":
            self._union = self._probed()
        return self._union

    @property
    def has_default_graph(self) -> bool:
        """Whether statements may stand beside the named graphs and are still in the union that is queried."""
        how = self.union.how
        return how == "parameter" or (how == "unknown" and bool(self.dialect.union))

    def _probed(self) -> Union:
        if not self.yes(dialects.ANYTHING):
            return Union((), "unknown")
        known = (self.dialect, *dialects.KNOWN) if self.dialect is dialects.STANDARD else (self.dialect,)
        tried = dict.fromkeys(((), *(tuple(each.union.items()) for each in known if each.union is not None)))
        for pairs in tried:
            if not self.yes(dialects.IS_HIDDEN, pairs):
                return Union(pairs, "parameter" if pairs else "native")
        return self._listed()

    def _listed(self) -> Union:
        """Name each graph: what the SPARQL protocol has for every endpoint (section 2.1.4)."""
        names = self.graphs()
        parameters = ("default-graph-uri", "named-graph-uri")
        return Union(tuple((parameter, each) for parameter in parameters for each in names), "listed")

    def changed(self) -> None:
        """Graphs came or went: a list of them is made anew."""
        self._union = None

    def graphs(self) -> list[str]:
        """Names of the graphs, sorted, without those that the server keeps for itself."""
        found = (str(row[0]) for row in self.table(dialects.GRAPHS, ()).values())
        return sorted(each for each in found if not each.startswith(self.dialect.system or ("\0",)))

    def table(self, text: str, pairs: tuple[tuple[str, str], ...]) -> QueryResult:
        """Run a SELECT or ASK with these request parameters."""
        body, form = self._results(text, pairs)
        return Received(ox.parse_query_results(body, form), self.addresses.query)

    def _results(self, text: str, pairs: tuple[tuple[str, str], ...]) -> tuple[bytes, ox.QueryResultsFormat]:
        address, accept = self.addresses.query, self.dialect.results
        answer = self._ask(address, text, pairs, accept)
        form = _READERS[_media(answer, address, tuple(_READERS))]
        body = answer.body
        if self.dialect.blank:  # "<" within a literal is escaped, so this can only be the tag
            body = body.replace(b"<bnode>" + self.dialect.blank, b"<bnode>")
        return body, form

    def raw(
        self, text: str, pairs: tuple[tuple[str, str], ...]
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Run a SELECT or ASK with these request parameters; the answer as the engine would give it, known to be whole."""
        answer, form = self._results(text, pairs)
        address = self.addresses.query
        found = _whole(address, lambda: ox.parse_query_results(answer, form))
        if isinstance(found, ox.QuerySolutions):
            _whole(address, lambda: deque(found, maxlen=0))
            return ox.parse_query_results(answer, form)
        return found

    def yes(self, text: str, pairs: tuple[tuple[str, str], ...] = ()) -> bool:
        """Run an ASK with these request parameters."""
        return bool(self.table(text, pairs))

    def triples(self, text: str, pairs: tuple[tuple[str, str], ...]) -> QueryResult:
        """Run a CONSTRUCT or DESCRIBE with these request parameters; the triples come in no order."""
        address = self.addresses.query
        answer = self._ask(address, text, pairs, f"{_TRIPLES}, text/turtle;q=0.9")
        media = _media(answer, address, (_TRIPLES, "text/turtle", "text/plain"))
        form = ox.RdfFormat.TURTLE if media == "text/turtle" else ox.RdfFormat.N_TRIPLES
        held = ox.Store()
        _whole(address, lambda: held.extend(ox.parse(answer.body, form)))
        return QueryResult(held.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"))

    def _ask(self, address: str, text: str, pairs: tuple[tuple[str, str], ...], accept: str) -> Answer:
        body = urlencode([("query", text), *pairs]).encode()
        return self._client.read(address, body, {"Content-Type": _FORM, "Accept": accept})

    # ------------------------------------------------------------ writing

    def update(self, text: str) -> None:
        """Run a SPARQL update."""
        body = urlencode([("update", text)]).encode()
        self._client.write("POST", self.addresses.update, body, {"Content-Type": _FORM})

    def put(self, graph: str | None, triples: bytes, *, replace: bool = True) -> None:
        """Replace a graph by N-Triples or add them to it, by the Graph Store Protocol; without a name, the default graph."""
        named = "default" if graph is None else f"graph={quote(graph, safe='')}"
        method = "PUT" if replace else "POST"
        self._client.write(method, f"{self.addresses.graphs}?{named}", triples, {"Content-Type": _TRIPLES})


class Received(QueryResult):
    """The answer of an endpoint. A body that is cut off or is no result shows while it is read, and is an error then."""

    def __init__(self, raw: Any, address: str) -> None:
        super().__init__(raw)
        self._address = address

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """All rows."""
        return _whole(self._address, lambda: super(Received, self).rows)

    def serialize(self, format: str = "csv", output: Any = None) -> bytes:  # noqa: A002 - as in QueryResult
        """The result in a format; all of it or an error."""
        return _whole(self._address, lambda: super(Received, self).serialize(format, output))


def _whole(address: str, read: Callable[[], _Read]) -> _Read:
    try:
        return read()
    except SyntaxError as error:
        raise EndpointAnswerError(
            f"The answer of {address} is cut off or no SPARQL result: {error.msg}. Nothing of it was used. "
            "Ask again, or ask for less; the server may have a time limit of its own."
        ) from None


def _media(answer: Answer, address: str, wanted: tuple[str, ...]) -> str:
    """The media type of an answer, if it is one of those wanted.

    Raises:
        EndpointAnswerError: it is another, such as the HTML of a web page.
    """
    if answer.media_type in wanted:
        return answer.media_type
    raise EndpointAnswerError(
        f"{address} answered with {answer.media_type or 'something of no type'}, not with a SPARQL result: it is no SPARQL "
        "endpoint, or a page stands before it. Give the address that takes the queries, such as https://host/sparql."
    )
