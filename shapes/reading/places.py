"""The statements of a Turtle text with the places at which they are written, so that one can be changed and all else stays.

The parser of the store says what a text states, not where. This one reads the same grammar (https://www.w3.org/TR/turtle/; N-Triples
is a part of it) a second time with places. It is used only where both agree; quoted triples it does not know.
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
Span: TypeAlias = tuple[int, int]

_TOKEN: Final = re.compile(
    r"""
      (?P<space>(?:\s|\#[^\n]*)+)
    | (?P<iri><[^<>"{}|^`\x00-\x20]*>)
    | (?P<string>\"\"\"(?:"{0,2}(?:[^"\\]|\\.))*\"\"\"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<directive>@prefix\b|@base\b|(?i:prefix|base)(?=\s))
    | (?P<lang>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<type>\^\^)
    | (?P<blank>_:\w(?:[\w\-]|\.(?=[\w.\-]))*)
    | (?P<name>(?:[^\W\d_](?:[\w\-]|\.(?=[\w.\-]))*)?:(?:[\w:\-]|\.(?=[\w:\-%\\.])|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*)
    | (?P<double>[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+)
    | (?P<decimal>[+-]?[0-9]*\.[0-9]+)
    | (?P<integer>[+-]?[0-9]+)
    | (?P<boolean>(?:true|false)\b)
    | (?P<a>a\b)
    | (?P<mark>[\[\]().;,])
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
    """

    triple: ox.Triple
    predicate: Span
    object: Span


class PlacedTurtle:
    """The statements of a text with their places.

    Args:
        text: Turtle or N-Triples.
        base_iri: what relative IRIs stand on.

    Attributes:
        statements: in the order of the text.
        prefixes: the prefixes as they stand at its end.
        ends: where the brackets of a node without a name close, by node.

    Raises:
        NoPlacesError: see there.
    """

    def __init__(self, text: str, base_iri: str | None = None) -> None:
        self.statements: list[Placed] = []
        self.prefixes: dict[str, str] = {}
        self.ends: dict[ox.BlankNode, int] = {}
        self._base = base_iri or ""
        self._tokens = _tokens(text)
        self._next()
        while self._kind != "end":
            if self._kind == "directive":
                self._directive()
            else:
                self._statement()

    def _next(self) -> None:
        self._kind, self._text, self._span = next(self._tokens)

    def _take(self, mark: str) -> None:
        if self._text != mark or self._kind != "mark":
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

    def _statement(self) -> None:
        bracketed = self._text == "["
        subject = self._value()
        if isinstance(subject, ox.Literal):
            raise NoPlacesError("a literal is no subject")
        if not (bracketed and self._text == "."):
            self._properties(subject)
        self._take(".")

    def _properties(self, subject: Subject) -> None:
        """Read `property value, value; property value` up to what closes it."""
        while self._text not in {".", "]"} or self._kind != "mark":
            predicate, span = self._predicate(), self._span
            self._next()
            while True:
                begin = self._span[0]
                value = self._value()
                self.statements.append(Placed(ox.Triple(subject, predicate, value), span, (begin, self._end)))
                if self._text != ",":
                    break
                self._next()
            while self._text == ";":
                self._next()

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
        while self._text != ")" or self._kind != "mark":
            begin, cell = self._span[0], ox.BlankNode()
            span = (begin, begin)  # a list has no place for its properties
            value = self._value()
            self.statements.append(Placed(ox.Triple(cell, _FIRST, value), span, (begin, self._end)))
            if last is None:
                head = cell
            else:
                self.statements.append(Placed(ox.Triple(last, _REST, cell), span, span))
            last = cell
        self._end = self._span[1]
        if last is not None:
            self.statements.append(Placed(ox.Triple(last, _REST, _NIL), self._span, self._span))
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
