"""A corrected copy of a file: what has only one right answer is mended in its text, everything else stays as it is written.

Turtle, TriG, N-Triples and N-Quads are changed at the place of each statement, so that comments, order and layout stay; that the
changed text states exactly what was meant is checked by reading it. Where that cannot be done, and in RDF/XML and JSON-LD, the
statements are written anew with the prefixes of the file: comments and layout are lost then, which the result says. A record of
plain JSON, such as PACT's, is no more what it was when it is written as JSON-LD; it is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from graphstore.formats import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, Format
from ontology import PREFIXES
from shapes.errors import CorrectionError, ReadingError
from shapes.fixing import Change, Fixed, fix
from shapes.jsonld import to_json_ld
from shapes.reading import Document, read_bytes
from shapes.reading.contexts import has_context
from shapes.reading.places import Graph, NoPlacesError, PlacedText

_ANEW: Final = (RDF_XML, JSON_LD)
_LINES: Final = (N_TRIPLES, N_QUADS)
_LOCAL: Final = re.compile(r"[A-Za-z_][\w-]*")
_BARE: Final = re.compile(r"[+-]?[0-9]*\.[0-9]+")
_DECIMAL: Final = ox.NamedNode(PREFIXES["xsd"] + "decimal")
_ROUNDS: Final = 3
_COPY: Final = "copy"  # the name of the file may say that it is packed, which the text is not

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected copy.

    Attributes:
        text: the bytes of the copy; those of the file, as UTF-8, where nothing was to be mended.
        changes: what was mended, each with its line in the file as it was handed in; None where it cannot be found.
        comments_kept: whether comments and layout are those of the file.
    """

    text: bytes
    changes: tuple[tuple[Change, int | None], ...]
    comments_kept: bool


def corrected(document: Document, background: ox.Store) -> Corrected:
    """Mend what has only one right answer.

    Args:
        document: a file of RDF.
        background: the vocabulary and reference knowledge, in the default graph.

    Raises:
        CorrectionError: something is to be mended in a record of plain JSON, or in what cannot be written anew.
    """
    if document.format not in _ANEW:
        with suppress(NoPlacesError, ReadingError, ValueError, RecursionError):  # then it is written anew
            return _in_its_text(document, background)
    fixed = fix([quad.triple for quad in document.quads], background)
    changes = tuple((change, document.line_of(change.node)) for change in fixed.changes)
    if not changes:
        return Corrected(document.text, (), True)
    return Corrected(_anew(document, _in_graphs(fixed, [quad.graph_name for quad in document.quads])), changes, False)


def _in_graphs(fixed: Fixed, graphs: Sequence[Graph]) -> list[ox.Quad]:
    """The mended statements in their graphs; an added one stands where the one stands that it is the other half of."""
    added = [graphs[change.place] for change in fixed.changes if change.kind == "inverse"]
    placed = zip(fixed.triples, (*graphs, *added), strict=True)
    return [ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple, graph in placed]


def _anew(document: Document, quads: Sequence[ox.Quad]) -> bytes:
    """Write statements in the format of a file.

    Raises:
        CorrectionError: it is a record of plain JSON, or what is written is read otherwise.
    """
    if document.format is JSON_LD:
        if not has_context(document.text):
            raise CorrectionError(
                f"{document.name} is a record of plain JSON without @context, and a corrected copy in JSON-LD would no longer be one. "
                "Mend it by hand. Nothing was written."
            )
        text = to_json_ld(quads, document.prefixes)
    else:
        statements = quads if document.format.quads else [quad.triple for quad in quads]
        text = ox.serialize(statements, format=document.format.rdf, prefixes=_prefixes(document)) or b""
    again = read_bytes(text, _COPY, format=document.format, base_iri=document.base_iri)
    if _signature(again.quads) != _signature(quads):
        raise CorrectionError(
            f"{document.name}: the corrected statements cannot be written as {document.format.title} without being read otherwise. "
            "Convert the file to Turtle first. Nothing was written."
        )
    return text


def _prefixes(document: Document) -> dict[str, str]:
    """The prefixes of a file; the parser does not tell those of RDF/XML."""
    if document.format is not RDF_XML:
        return document.prefixes
    from xml.parsers import expat  # only RDF/XML needs it

    found: dict[str, str] = {}
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.StartNamespaceDeclHandler = lambda prefix, space: found.setdefault(prefix, space) if prefix else None
    parser.Parse(document.text, True)
    return found


def _in_its_text(document: Document, background: ox.Store) -> Corrected:
    """Change the text at the places of the statements.

    Raises:
        NoPlacesError: it would not state what is meant.
        ReadingError: it could not be read again.
        ValueError: an IRI or label that only the parser can read.
    """
    text = document.text.decode()
    placed = PlacedText(text, document.base_iri, quads=document.format is N_QUADS)
    _check_same([each.quad for each in placed.statements], document.quads)
    fixed = fix([each.triple for each in placed.statements], background)
    if not fixed.changes:
        return Corrected(document.text, (), True)
    meant = _in_graphs(fixed, [each.graph for each in placed.statements])
    changed = _edited(text, placed, meant, document.format)
    again = read_bytes(changed, _COPY, format=document.format, base_iri=document.base_iri)
    _check_same(again.quads, meant)
    lines = (text.count("\n", 0, placed.statements[change.place].predicate[0]) + 1 for change in fixed.changes)
    return Corrected(changed, tuple(zip(fixed.changes, lines, strict=True)), True)


def _edited(text: str, placed: PlacedText, meant: Sequence[ox.Quad], syntax: Format) -> bytes:
    """Write the changed terms in the place of the old ones, and added statements where they belong."""
    writer = _Writer({} if syntax in _LINES else placed.prefixes, bare=syntax not in _LINES)
    edits: list[tuple[int, int, str]] = []
    for old, new in zip(placed.statements, meant, strict=False):
        if old.triple.predicate != new.predicate:
            edits.append((*old.predicate, writer.term(new.predicate)))
        if old.triple.object != new.object:
            edits.append((*old.object, writer.term(new.object)))
    behind = []
    for quad in meant[len(placed.statements) :]:
        said = f"{writer.term(quad.predicate)} {writer.term(quad.object, placed.ends)}"
        end = placed.ends.get(quad.subject) if isinstance(quad.subject, ox.BlankNode) else None
        if end is None:
            behind.append(_behind(writer, placed, f"{writer.term(quad.subject)} {said}", quad.graph_name, syntax))
        else:
            inside = any(statement.triple.subject == quad.subject for statement in placed.statements)
            edits.append((end, end, f"; {said} " if inside else f" {said} "))
    for begin, end, term in sorted(set(edits), reverse=True):  # `p a, b` has one place for both properties
        text = text[:begin] + term + text[end:]
    if behind:
        turn = "\r\n" if "\r\n" in text else "\n"
        text = text.rstrip("\r\n") + (turn + turn if writer.bare else turn) + turn.join([*behind, ""])
    return text.encode()


def _behind(writer: _Writer, placed: PlacedText, said: str, graph: Graph, syntax: Format) -> str:
    """A statement behind the others, in its graph."""
    if isinstance(graph, ox.DefaultGraph):
        return f"{said} ."
    name = writer.term(graph, placed.ends)
    return f"{name} {{ {said} . }}" if syntax is TRIG else f"{said} {name} ."


class _Writer:
    """Writes terms as the file would.

    Args:
        prefixes: the prefixes of the file.
        bare: whether numbers may stand without quotes.
    """

    def __init__(self, prefixes: Mapping[str, str], *, bare: bool) -> None:
        self._spaces = sorted(((space, prefix) for prefix, space in prefixes.items()), key=lambda pair: -len(pair[0]))
        self.bare = bare

    def term(self, term: Term, nameless: Mapping[ox.BlankNode, int] | None = None) -> str:
        """Write a term; `nameless` are the nodes that nothing can point at."""
        if isinstance(term, ox.NamedNode):
            return self._iri(term)
        if isinstance(term, ox.BlankNode) and nameless and term in nameless:
            raise NoPlacesError("a node without a name is pointed at")
        if isinstance(term, ox.Literal) and self.bare and term.datatype == _DECIMAL and not term.language:
            return term.value if _BARE.fullmatch(term.value) else f'"{term.value}"^^{self._iri(_DECIMAL)}'
        return str(term)

    def _iri(self, iri: ox.NamedNode) -> str:
        for space, prefix in self._spaces:
            if iri.value.startswith(space) and _LOCAL.fullmatch(iri.value.removeprefix(space)):
                return f"{prefix}:{iri.value.removeprefix(space)}"
        return str(iri)


def _check_same(one: Iterable[ox.Quad], other: Iterable[ox.Quad]) -> None:
    """Refuse graphs that differ in more than the labels of blank nodes, told apart by what is said about them in a few steps."""
    if _signature(one) != _signature(other):
        raise NoPlacesError("the text is not read as the parser reads it")


def _signature(quads: Iterable[ox.Quad]) -> Counter[tuple[str, str, str, str]]:
    statements = [(q.subject, q.predicate, q.object, q.graph_name) for q in quads]
    names: dict[object, str] = {}
    for _ in range(_ROUNDS):
        said: dict[object, list[str]] = {}
        for subject, predicate, value, _ in statements:
            if isinstance(subject, ox.BlankNode):
                said.setdefault(subject, []).append(f"> {predicate} {_told(value, names)}")
            if isinstance(value, ox.BlankNode):
                said.setdefault(value, []).append(f"< {predicate} {_told(subject, names)}")
        names = {node: str(hash(tuple(sorted(lines)))) for node, lines in said.items()}
    return Counter((_told(s, names), str(p), _told(o, names), _told(g, names)) for s, p, o, g in statements)


def _told(term: Term | ox.DefaultGraph, names: Mapping[object, str]) -> str:
    if isinstance(term, ox.BlankNode):
        return names.get(term, "_")
    if isinstance(term, ox.Literal) and term.language:
        return f"{term.value!r}@{term.language.lower()}"
    return str(term)
