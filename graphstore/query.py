"""Asking: run a query on one engine store and hand out a typed result."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Final, Literal, Protocol

import pyoxigraph as ox

from graphstore.errors import GenerationCorruptError, ModeError, QueryError, QuerySyntaxError
from graphstore.formats import by_name
from graphstore.quads import Quads
from graphstore.sparql import bind, look, tokens
from graphstore.terms import PREFIXES, PythonValue, Term, Value, to_python

Row = tuple[Term | None, ...]
Kind = Literal["select", "ask", "graph"]

RESULT_FORMATS: Final[Mapping[str, ox.QueryResultsFormat]] = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
"""Formats for tables and yes/no answers; graph answers take the RDF formats."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """The RDF dataset of a query or update, stated from outside of its text; it takes the place of ``FROM`` and ``USING``.

    Attributes:
        default: IRIs of the graphs whose merge is the default graph; with none of them the default graph is empty.
        named: IRIs of the graphs that ``GRAPH`` can reach.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def options(self) -> dict[str, Any]:
        """The dataset as the engine takes it. Both lists are always given: a list that is left out would be everything.

        Raises:
            QueryError: a name is no absolute IRI.
        """
        return {"default_graph": self._terms(self.default), "named_graphs": self._terms(self.named)}

    @staticmethod
    def _terms(names: Sequence[str]) -> list[ox.NamedNode]:
        try:
            return [ox.NamedNode(name) for name in names]
        except ValueError as error:
            raise QueryError(f"A graph of the dataset is not named by an absolute IRI: {error}.") from None


class Extension(Protocol):
    """Functions that a query may call beside those of SPARQL, and why some of their values could not be had."""

    @property
    def failures(self) -> Mapping[str, int]:
        """Each reason, and for how many values."""

    def table(self) -> dict[ox.NamedNode, Callable[..., Any]]:
        """The functions by name."""


_KINDS: Final[Mapping[type, Kind]] = {ox.QuerySolutions: "select", ox.QueryBoolean: "ask", ox.QueryTriples: "graph"}


class QueryResult:
    """The answer to one query.

    Rows are fetched on first use and kept. :meth:`serialize` on an untouched result streams straight
    from the engine to the output without making Python objects, which is the fast way for large tables;
    such a streamed result is spent and says so when it is asked again.

    Attributes:
        kind: ``select`` (a table), ``ask`` (yes or no) or ``graph`` (triples of CONSTRUCT or DESCRIBE).
    """

    def __init__(
        self, raw: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, extension: Extension | None = None
    ) -> None:
        self._raw: Any = raw
        self._extension = extension
        self._rows: list[Row] | None = None
        self._spent = False
        self.kind: Final = _KINDS[type(raw)]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        """For ``ask`` the answer, else whether there is any row."""
        return bool(self._raw) if self.kind == "ask" else bool(self.rows)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Variable names of the table in projection order; ``("subject", "predicate", "object")`` for graphs; empty for ``ask``."""
        if self.kind == "select":
            return tuple(variable.value for variable in self._raw.variables)
        return ("subject", "predicate", "object") if self.kind == "graph" else ()

    @property
    def failures(self) -> Mapping[str, int]:
        """Why values of extension functions are unbound, each reason with its count; complete once the rows were read."""
        return {} if self._extension is None else dict(self._extension.failures)

    @property
    def extended(self) -> bool:
        """Whether the query may call extension functions, so that :attr:`failures` has to be looked at."""
        return self._extension is not None

    @property
    def rows(self) -> list[Row]:
        """All rows as tuples of terms in the order of :attr:`columns`; ``None`` where unbound."""
        if self._rows is None:
            self._spend()
            if self.kind == "select":
                self._rows = _fetched(lambda: [tuple(solution) for solution in self._raw])
            elif self.kind == "graph":
                self._rows = _fetched(lambda: [(t.subject, t.predicate, t.object) for t in self._raw])
            else:
                self._rows = []
        return self._rows

    def values(self) -> list[tuple[PythonValue | None, ...]]:
        """The rows as Python values: numbers, booleans and dates typed, IRIs as text."""
        return [tuple(to_python(term) for term in row) for row in self.rows]

    def dicts(self) -> list[dict[str, PythonValue | None]]:
        """The rows as dictionaries of Python values, column name to value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.values()]

    def scalar(self) -> PythonValue | None:
        """The first column of the first row as a Python value; ``None`` when there is no row."""
        return to_python(self.rows[0][0]) if self.rows else None

    def serialize(self, format: str = "csv", output: str | Path | IO[bytes] | None = None) -> bytes:  # noqa: A002 - as in the engine
        """The result as csv, tsv, json or xml, or as an RDF format when it is a graph.

        Returns the bytes, or ``b""`` when ``output`` takes them.
        """
        try:
            if self.kind == "graph":
                return self._graph_bytes(format, output) or b""
            return self._table().serialize(output, self._table_format(format)) or b""
        except (OSError, RuntimeError) as error:
            raise failure(error) from error

    def _table_format(self, named: str) -> ox.QueryResultsFormat:
        found = RESULT_FORMATS.get(named.lower())
        if found is None:
            raise QueryError(f"A table cannot be written as {named!r}. Known: {', '.join(RESULT_FORMATS)}.")
        return found

    def _table(self) -> Any:
        if self.kind == "ask":
            return self._raw
        if self._rows is None:
            self._spend()
            return self._raw
        data = json.dumps(_sparql_json(self.columns, self._rows)).encode()
        return ox.parse_query_results(data, ox.QueryResultsFormat.JSON)

    def _graph_bytes(self, named: str, output: str | Path | IO[bytes] | None) -> bytes | None:
        rdf = by_name(named).rdf
        if self._rows is None:
            self._spend()
            triples: Any = self._raw
        else:
            triples = (ox.Triple(*row) for row in self._rows)  # type: ignore[arg-type]
        return ox.serialize(triples, output, rdf, prefixes=dict(PREFIXES))

    def _spend(self) -> None:
        if self._spent:
            raise ModeError("The result was already written out as a stream. Run the query again to read its rows.")
        self._spent = True


def _fetched(fetch: Any) -> Any:
    """Run ``fetch``; what the engine finds out only while it computes rows becomes a :class:`QueryError`."""
    try:
        return fetch()
    except (OSError, RuntimeError) as error:
        raise failure(error) from error


def failure(error: Exception) -> QueryError | GenerationCorruptError:
    """What an error of the engine outside of parsing means."""
    if "Corruption" in str(error):
        return GenerationCorruptError(
            f"The store's tables are damaged: {error} Run tanmai doctor --rebuild to make them anew from the journal."
        )
    unknown = _FUNCTION.search(str(error))
    if unknown is not None:
        return QueryError(
            f"There is no function <{unknown.group(1)}>. Those of Tanmai are tmf:footprint, tmf:errorBound and tmf:convert."
        )
    return QueryError(f"The query failed while it ran: {error}.")


_FUNCTION: Final = re.compile(r"custom function <([^>]*)> is not supported")


def _sparql_json(columns: Sequence[str], rows: Sequence[Row]) -> dict[str, Any]:
    bindings = [{c: _json_term(t) for c, t in zip(columns, row, strict=True) if t is not None} for row in rows]
    return {"head": {"vars": list(columns)}, "results": {"bindings": bindings}}


def _json_term(term: Term) -> dict[str, Any]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {key: _json_term(part) for key, part in parts.items()}}
    if term.language is not None:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}


_PLACE: Final = re.compile(r"^error at (\d+):(\d+): (.*)$", re.DOTALL)


def syntax_error(error: SyntaxError, text: str, bound: str, *, update: bool = False) -> QuerySyntaxError:
    """The engine's syntax error with line and column in ``text``, the query as the caller wrote it.

    ``bound`` is the text the engine saw. When they differ, the column is that of the text as written
    if it fails there too, else it is left out: a column in a text nobody has seen helps nobody.
    """
    message = str(error.msg)
    if text != bound:
        aside = ox.Store()
        try:
            (aside.update if update else aside.query)(text, prefixes=dict(PREFIXES))
            message = re.sub(r"^error at (\d+):\d+:", r"error at \1:0:", message)
        except SyntaxError as plain:
            message = str(plain.msg)
        except (OSError, RuntimeError):
            message = re.sub(r"^error at (\d+):\d+:", r"error at \1:0:", message)
    found = _PLACE.match(message)
    if found is None:
        return QuerySyntaxError(message)
    cause, line, column = " ".join(found.group(3).split()), int(found.group(1)), int(found.group(2))
    return QuerySyntaxError(cause, line, _token_column(text, line, column) if column else None)


def _token_column(text: str, line: int, column: int) -> int:
    """The column where the offending token starts: the engine reports the one behind it."""
    before = text.split("\n")[: line - 1]
    begin = sum(len(each) + 1 for each in before)
    for token in tokens(text):
        if token.kind != "space" and token.start >= begin and token.start + len(token.text) == begin + column - 1:
            return token.start - begin + 1
    return column


def _prefixes(text: str) -> dict[str, str]:
    """The usual prefixes that a text may use; the engine reads the IRI of each one that it is given."""
    if "\\" in text:  # an escape may stand for a letter of a prefix
        return dict(PREFIXES)
    found = dict[str, str]()
    for part in text.split(":"):
        for name, iri in _BY_END.get(part[-_FEWEST:], ()):
            found[name] = iri
    return found


_FEWEST: Final = min(map(len, PREFIXES))
_BY_END: Final = {
    end: [each for each in PREFIXES.items() if each[0].endswith(end)] for end in (name[-_FEWEST:] for name in PREFIXES)
}
"""The usual prefixes by their last letters: to look there for what stands before each colon is faster than to read the text for words."""


def run(
    engine: Quads,
    text: str,
    bindings: Mapping[str, Value] | None = None,
    extension: Extension | None = None,
    *,
    dataset: Dataset | None = None,
    base_iri: str | None = None,
) -> QueryResult:
    """Run ``text`` on ``engine`` over the union of all its graphs, or over ``dataset``.

    Named graphs stay addressable by ``GRAPH``. Parameters are bound as terms, never pasted as text.
    """
    stated = look(text, sys.maxsize).own_dataset
    bound = bind(text, bindings)
    # A query that states its dataset gets exactly that dataset: the union flag would silently add the rest.
    over = {"use_default_graph_as_union": not stated} if dataset is None else dataset.options()
    try:
        functions = None if extension is None else extension.table()
        found = engine.query(bound, base_iri=base_iri, prefixes=_prefixes(bound), custom_functions=functions, **over)
        return QueryResult(found, extension)
    except SyntaxError as error:
        raise syntax_error(error, text, bound) from None
    except (OSError, RuntimeError) as error:
        raise failure(error) from error
