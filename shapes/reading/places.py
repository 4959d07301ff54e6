"""The statements of a text with the places at which they are written, so that one can be changed and all else stays.

The parser of the store says what a text states, not where. This one reads the same grammars (https://www.w3.org/TR/turtle/, of which
N-Triples is a part, https://www.w3.org/TR/trig/ and https://www.w3.org/TR/n-quads/) a second time with places. It is used only where both agree; quoted triples it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import urljoin

import pyoxigraph as ox

from ontology import PREFIXES

Subject: TypeAlias = ox.NamedNode | ox.BlankNode
Object: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
Graph: TypeAlias = ox.NamedNode | ox.BlankNode | ox.DefaultGraph
Span: TypeAlias = tuple[int, int]

_TOKEN: Final = re.compile(
    r"""
      (?P<space>(?:\s|\#[^\n]*)+)
    | (?P<iri><[^<>"{}|^`\x00-\x20]*>)
    | (?P<string>\"\"\"(?:"{0,2}(?:[^"\\]|\\.))*\"\"\"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<directive>@prefix\b|@base\b|(?i:prefix|base)(?=\s))
    | (?P<graph>(?i:graph)(?=[\s<\[]))
    | (?P<lang>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<type>\^\^)
    | (?P<blank>_:\w(?:[\w\-]|\.(?=[\w.\-]))*)
    | (?P<name>(?:[^\W\d_](?:[\w\-]|\.(?=[\w.\-]))*)?:(?:[\w:\-]|\.(?=[\w:\-%\\.])|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*)
    | (?P<double>[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+)
    | (?P<decimal>[+-]?[0-9]*\.[0-9]+)
    | (?P<integer>[+-]?[0-9]+)
    | (?P<boolean>(?:true|false)\b)
    | (?P<a>a\b)
    | (?P<mark>[\[\]().;,{}])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_PLAIN: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_RDF: Final = PREFIXES["rdf"]
_XSD: Final = PREFIXES["xsd"]
_TYPE, _FIRST, _REST, _NIL = (ox.NamedNode(_RDF + name) for name in ("type", "first", "rest", "nil"))


class NoPlacesError(Exception):
    """The text holds something whose place is not known; what is changed in it is written anew."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A statement and where it is written.

    Attributes:
        triple: the statement.
        predicate: from where to where its property is written.
        object: from where to where its value is written.
        graph: the graph that it stands in.
    """

    triple: ox.Triple
    predicate: Span
    object: Span
    graph: Graph

    @property
    def quad(self) -> ox.Quad:
        """The statement in its graph."""
        return ox.Quad(self.triple.subject, self.triple.predicate, self.triple.object, self.graph)


class PlacedText:
    """The statements of a text with their places.

    Args:
        text: Turtle, N-Triples, TriG or N-Quads.
        base_iri: what relative IRIs stand on.
        quads: whether each statement is followed by the name of its graph, as in N-Quads.

    Attributes:
        statements: in the order of the text.
        prefixes: the prefixes as they stand at its end.
        ends: where the brackets of a node without a name close, by node.

    Raises:
        NoPlacesError: see there.
    """

    def __init__(self, text: str, base_iri: str | None = None, *, quads: bool = False) -> None:
        self.statements: list[Placed] = []
        self.prefixes: dict[str, str] = {}
        self.ends: dict[ox.BlankNode, int] = {}
        self._base, self._quads = base_iri or "", quads
        self._graph: Graph | None = None
        self._tokens = _tokens(text)
        self._next()
        while self._kind != "end":
            if self._kind == "directive":
                self._directive()
            elif self._kind == "graph" or self._is("{"):
                self._block()
            else:
                self._statement()

    def _next(self) -> None:
        self._kind, self._text, self._span = next(self._tokens)

    def _is(self, *marks: str) -> bool:
        return self._kind == "mark" and self._text in marks

    def _take(self, mark: str) -> None:
        if not self._is(mark):
            raise NoPlacesError(f"{mark} expected at {self._span[0]}")
        self._next()

    def _directive(self) -> None:
        word = self._text
        self._next()
        name = self._text.removesuffix(":")
        if word.lower().endswith("prefix"):
            self._next()
        iri = self._iri()
        if word.lower().endswith("prefix"):
            self.prefixes[name] = iri
        else:
            self._base = iri
        self._next()
        if word.startswith("@"):
            self._take(".")

    def _block(self) -> None:
        """Read `GRAPH name { ... }`, or `{ ... }` of the graph without a name."""
        name: Object | None = None
        if self._kind == "graph":
            self._next()
            name = self._value()
        self._statements(name)

    def _statements(self, name: Object | None) -> None:
        """Read `{ ... }` as statements of a graph."""
        if isinstance(name, ox.Literal) or self._graph is not None:
            raise NoPlacesError("no graph can stand here")
        self._take("{")
        self._graph = ox.DefaultGraph() if name is None else name
        while not self._is("}"):
            self._statement()
        self._graph = None
        self._take("}")

    def _statement(self) -> None:
        bracketed = self._text == "["
        subject = self._value()
        if isinstance(subject, ox.Literal):
            raise NoPlacesError("a literal is no subject")
        if self._is("{"):
            self._statements(subject)
            return
        if not (bracketed and self._is(".", "}")):
            self._properties(subject)
        if not (self._graph is not None and self._is("}")):
            self._take(".")

    def _properties(self, subject: Subject) -> None:
        """Read `property value, value; property value` up to what closes it."""
        while not self._is(".", "]", "}"):
            predicate, span = self._predicate(), self._span
            self._next()
            while True:
                begin = self._span[0]
                value = self._value()
                place = begin, self._end
                self._add(ox.Triple(subject, predicate, value), span, place, self._named() if self._quads else None)
                if not self._is(","):
                    break
                self._next()
            while self._is(";"):
                self._next()

    def _named(self) -> Graph | None:
        """Read the name of a graph behind a statement, where there is one."""
        name = None if self._is(".") else self._value()
        if isinstance(name, ox.Literal):
            raise NoPlacesError("a literal names no graph")
        return name

    def _add(self, triple: ox.Triple, predicate: Span, value: Span, graph: Graph | None = None) -> None:
        self.statements.append(Placed(triple, predicate, value, graph or self._graph or ox.DefaultGraph()))

    def _predicate(self) -> ox.NamedNode:
        return _TYPE if self._kind == "a" else ox.NamedNode(self._iri())

    def _value(self) -> Object:
        """Read a term; afterwards `_end` is where it ends."""
        kind, text, self._end = self._kind, self._text, self._span[1]
        if kind == "mark":
            return self._bracketed() if text == "[" else self._list()
        value: Object
        if kind in {"iri", "name"}:
            value = ox.NamedNode(self._iri())
        elif kind == "blank":
            value = ox.BlankNode(text[2:])
        elif kind == "string":
            return self._string()
        elif kind in {"double", "decimal", "integer", "boolean"}:
            value = ox.Literal(text, datatype=ox.NamedNode(_XSD + kind))
        else:
            raise NoPlacesError(f"{text!r} at {self._span[0]} is no term")
        self._next()
        return value

    def _string(self) -> ox.Literal:
        quotes = 3 if self._text.startswith(('"""', "'''")) else 1
        text = _unescaped(self._text[quotes:-quotes])
        self._next()
        if self._kind == "lang":
            made = ox.Literal(text, language=self._text[1:].lower())
        elif self._kind == "type":
            self._next()
            made = ox.Literal(text, datatype=ox.NamedNode(self._iri()))
        else:
            return ox.Literal(text)
        self._end = self._span[1]
        self._next()
        return made

    def _bracketed(self) -> ox.BlankNode:
        node = ox.BlankNode()
        self._take("[")
        self._properties(node)
        self.ends[node], self._end = self._span[0], self._span[1]
        self._take("]")
        return node

    def _list(self) -> Object:
        self._take("(")
        head: Object = _NIL
        last: ox.BlankNode | None = None
        while not self._is(")"):
            begin, cell = self._span[0], ox.BlankNode()
            span = (begin, begin)  # a list has no place for its properties
            value = self._value()
            self._add(ox.Triple(cell, _FIRST, value), span, (begin, self._end))
            if last is None:
                head = cell
            else:
                self._add(ox.Triple(last, _REST, cell), span, span)
            last = cell
        self._end = self._span[1]
        if last is not None:
            self._add(ox.Triple(last, _REST, _NIL), self._span, self._span)
        self._take(")")
        return head

    def _iri(self) -> str:
        if self._kind == "iri":
            plain = _unescaped(self._text[1:-1])
            return urljoin(self._base, plain) if self._base and ":" not in plain.partition("/")[0] else plain
        prefix, _, local = self._text.partition(":")
        if self._kind != "name" or prefix not in self.prefixes:
            raise NoPlacesError(f"{self._text!r} at {self._span[0]} is no IRI")
        return self.prefixes[prefix] + local.replace("\\", "")


def _tokens(text: str) -> Iterator[tuple[str, str, Span]]:
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise NoPlacesError(f"{text[place]!r} at {place} is not known")
        if found.lastgroup != "space":
            yield found.lastgroup or "", found[0], found.span()
        place = found.end()
    while True:
        yield "end", "", (place, place)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda e: chr(int(e[1] or e[2], 16)) if e[1] or e[2] else _PLAIN.get(e[3], e[3]), text)
