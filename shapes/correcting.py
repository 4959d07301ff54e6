"""A corrected copy of a file: what has only one right answer is mended in its text, everything else stays as it is written.

Turtle and N-Triples are changed at the place of each statement, so that comments, order and layout stay; that the changed text
states exactly what was meant is checked by reading it. Where that cannot be done, and in RDF/XML, the statements are written anew
with the prefixes of the file: comments and layout are lost then, which the result says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from graphstore.formats import N_TRIPLES, RDF_XML, TURTLE, Format
from ontology import PREFIXES
from shapes.errors import CorrectionError, ReadingError
from shapes.fixing import Change, Fixed, fix
from shapes.reading import Document, read_bytes
from shapes.reading.places import NoPlacesError, PlacedTurtle

_WRITABLE: Final = (TURTLE, N_TRIPLES, RDF_XML)
_LOCAL: Final = re.compile(r"[A-Za-z_][\w-]*")
_BARE: Final = re.compile(r"[+-]?[0-9]*\.[0-9]+")
_DECIMAL: Final = ox.NamedNode(PREFIXES["xsd"] + "decimal")
_ROUNDS: Final = 3

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
        document: a file of Turtle, N-Triples or RDF/XML.
        background: the vocabulary and reference knowledge, in the default graph.

    Raises:
        CorrectionError: the file is in another syntax.
    """
    if document.format not in _WRITABLE:
        raise CorrectionError(
            f"{document.name}: a corrected copy can be written of Turtle, N-Triples and RDF/XML, not of {document.format.title}. "
            "Convert the file to Turtle first, or mend it by hand. Nothing was written."
        )
    if document.format is not RDF_XML:
        with suppress(NoPlacesError, ReadingError, ValueError, RecursionError):  # then it is written anew
            return _in_its_text(document, background)
    fixed = fix([quad.triple for quad in document.quads], background)
    changes = tuple((change, document.line_of(change.node)) for change in fixed.changes)
    if not changes:
        return Corrected(document.text, (), True)
    text = ox.serialize(fixed.triples, format=document.format.rdf, prefixes=_prefixes(document))
    assert text is not None
    return Corrected(text, changes, False)


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
    placed = PlacedTurtle(text, document.base_iri)
    triples = [each.triple for each in placed.statements]
    _check_same(triples, [quad.triple for quad in document.quads])
    fixed = fix(triples, background)
    if not fixed.changes:
        return Corrected(document.text, (), True)
    changed = _edited(text, placed, fixed, document.format)
    again = read_bytes(changed, document.name, format=document.format, base_iri=document.base_iri)
    _check_same([quad.triple for quad in again.quads], fixed.triples)
    lines = (text.count("\n", 0, placed.statements[change.place].predicate[0]) + 1 for change in fixed.changes)
    return Corrected(changed, tuple(zip(fixed.changes, lines, strict=True)), True)


def _edited(text: str, placed: PlacedTurtle, fixed: Fixed, syntax: Format) -> bytes:
    """Write the changed terms in the place of the old ones, and added statements where they belong."""
    writer = _Writer({} if syntax is N_TRIPLES else placed.prefixes, bare=syntax is not N_TRIPLES)
    edits: list[tuple[int, int, str]] = []
    for old, new in zip(placed.statements, fixed.triples, strict=False):
        if old.triple.predicate != new.predicate:
            edits.append((*old.predicate, writer.term(new.predicate)))
        if old.triple.object != new.object:
            edits.append((*old.object, writer.term(new.object)))
    added = fixed.triples[len(placed.statements) :]
    behind = []
    for triple in added:
        said = f"{writer.term(triple.predicate)} {writer.term(triple.object, placed.ends)}"
        end = placed.ends.get(triple.subject) if isinstance(triple.subject, ox.BlankNode) else None
        if end is None:
            behind.append(f"{writer.term(triple.subject)} {said} .")
        else:
            inside = any(statement.triple.subject == triple.subject for statement in placed.statements)
            edits.append((end, end, f"; {said} " if inside else f" {said} "))
    for begin, end, term in sorted(set(edits), reverse=True):  # `p a, b` has one place for both properties
        text = text[:begin] + term + text[end:]
    if behind:
        turn = "\r\n" if "\r\n" in text else "\n"
        text = text.rstrip("\r\n") + (turn + turn if writer.bare else turn) + turn.join([*behind, ""])
    return text.encode()


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


def _check_same(one: Iterable[ox.Triple], other: Iterable[ox.Triple]) -> None:
    """Refuse graphs that differ in more than the labels of blank nodes, told apart by what is said about them in a few steps."""
    if _signature(one) != _signature(other):
        raise NoPlacesError("the text is not read as the parser reads it")


def _signature(triples: Iterable[ox.Triple]) -> Counter[tuple[str, str, str]]:
    statements = [(t.subject, t.predicate, t.object) for t in triples]
    names: dict[object, str] = {}
    for _ in range(_ROUNDS):
        said: dict[object, list[str]] = {}
        for subject, predicate, value in statements:
            if isinstance(subject, ox.BlankNode):
                said.setdefault(subject, []).append(f"> {predicate} {_told(value, names)}")
            if isinstance(value, ox.BlankNode):
                said.setdefault(value, []).append(f"< {predicate} {_told(subject, names)}")
        names = {node: str(hash(tuple(sorted(lines)))) for node, lines in said.items()}
    return Counter((_told(s, names), str(p), _told(o, names)) for s, p, o in statements)


def _told(term: Term, names: Mapping[object, str]) -> str:
    if isinstance(term, ox.BlankNode):
        return names.get(term, "_")
    if isinstance(term, ox.Literal) and term.language:
        return f"{term.value!r}@{term.language.lower()}"
    return str(term)
