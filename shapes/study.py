"""What must hold before a file can be judged as a footprint study: each failure is one error, not a result of a shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ontology import PREFIXES
from shapes.errors import StudyError
from shapes.reading import Document
from shapes.report import Term
from shapes.terms import TYPE, tm

_XSD: Final = PREFIXES["xsd"]
_STRING: Final = ox.NamedNode(_XSD + "string")
_FLOATS: Final = frozenset({ox.NamedNode(_XSD + "double"), ox.NamedNode(_XSD + "float")})
_NO_NUMBER: Final = frozenset({"INF", "-INF", "+INF", "NaN"})
_MAY_BE_INFINITE: Final = re.compile(rb"INF\b|NaN\b|\\[uU]|&#")
"""Letters may also be written as escapes."""

_MAY_BE_TEXT: Final = re.compile(
    rb"""(["'])\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*\1(?!\^\^|@)|<"""
)
_NUMBER: Final = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*")
_JUDGING: Final = tuple(map(tm, ("assessedUnder", "assessedOn", "supersedes", "yieldsToNational", "standardLevel")))
"""Properties that decide by which rules and for which day is judged."""

_MANY: Final = 5_000
"""For more subjects than this it is faster to list all subjects of the knowledge than to look each one up."""

_STUDY: Final = tm("FootprintStudy")
_PRODUCT: Final = tm("studyProduct")
_GRAPH: Final = ox.DefaultGraph()


@dataclass(frozen=True, slots=True)
class Study:
    """A footprint study of a document.

    Attributes:
        node: its name.
        product: the product that it is about.
        document: where it stands.
    """

    node: ox.NamedNode | ox.BlankNode
    product: Term
    document: Document


def studies(documents: Sequence[Document], store: ox.Store) -> list[Study]:
    """Return the studies of some documents, in order of their names.

    Args:
        documents: the files.
        store: the reference knowledge and the files; a study may name its product in another of them.

    Raises:
        StudyError: a study has no product, or several.
    """
    made = []
    for node in sorted({quad.subject for quad in store.quads_for_pattern(None, TYPE, _STUDY, _GRAPH)}, key=str):
        if isinstance(node, ox.Triple):
            continue
        document = _home(node, documents)
        named = sorted({quad.object for quad in store.quads_for_pattern(node, _PRODUCT, None, _GRAPH)}, key=str)
        if len(named) != 1:
            said = "names no product" if not named else f"names {len(named)} products ({', '.join(map(str, named))})"
            raise StudyError(
                f"{place(document, node)}: the study {node} {said}, so it is not known which rules apply. State exactly one "
                "tm:studyProduct; hand in a study for each product. Nothing was taken in."
            )
        made.append(Study(node, named[0], document))
    return made


def _home(node: object, documents: Sequence[Document]) -> Document:
    """The first document that describes a node; the only one need not be searched."""
    for document in documents[:-1]:
        if any(quad.subject == node for quad in document.quads):
            return document
    return documents[-1]


def check_statements(documents: Sequence[Document]) -> None:
    """Refuse files without statements, and numbers that no quantity can have.

    Raises:
        StudyError: names the statement and its line.
    """
    for document in documents:
        if not document.quads:
            raise StudyError(f"{document.name}: the file holds no statement. Hand in the file of a study.")
        for quad in document.quads if _MAY_BE_INFINITE.search(document.text) else ():
            value = quad.object
            if isinstance(value, ox.Literal) and value.datatype in _FLOATS and value.value in _NO_NUMBER:
                raise StudyError(
                    f"{place(document, quad.subject)}: {quad.subject} has {value.value} as {quad.predicate}, which is no number "
                    "that a quantity can have. Write a finite number, or leave the statement out. Nothing was taken in."
                )


def judging(store: ox.Store) -> frozenset[ox.Quad]:
    """The statements of a store that decide how studies are judged."""
    return frozenset(quad for each in _JUDGING for quad in store.quads_for_pattern(None, each, None, _GRAPH))


def check_judging(documents: Sequence[Document], store: ox.Store, known: frozenset[ox.Quad]) -> None:
    """Refuse what would decide how a study is judged: a day, a rule, a rule of its own in the place of the one that it claims.

    Args:
        documents: the files.
        store: the reference knowledge and the files.
        known: what `judging` gave before the files were there.

    Raises:
        StudyError: names the statement and its line.
    """
    for quad in sorted(judging(store) - known, key=str):
        document = _home(quad.subject, documents)
        raise StudyError(
            f"{place(document, quad.subject)}: {quad.subject} says by {quad.predicate} how it is to be judged; that is decided "
            "when it is judged. Take the statement out. Nothing was taken in."
        )


def check_numbers(documents: Iterable[Document], store: ox.Store) -> None:
    """Refuse numbers written as texts.

    Args:
        documents: the files.
        store: the reference knowledge; a property by which it states numbers, and no texts, takes numbers.

    Raises:
        StudyError: names the statement and its line.
    """
    for document in documents:
        if document.format.name != "jsonld" and _MAY_BE_TEXT.search(document.text) is None:
            continue
        for quad in document.quads:
            value = quad.object
            if (
                isinstance(value, ox.Literal)
                and value.datatype == _STRING
                and _NUMBER.fullmatch(value.value)
                and _takes_numbers(quad.predicate, store)
            ):
                raise StudyError(
                    f'{place(document, quad.subject)}: {quad.subject} has the text "{value.value}" as {quad.predicate}, where a number '
                    f"is expected. Write {value.value.strip()} without quotation marks, or with ^^xsd:decimal. Nothing was taken in."
                )


def check_knowledge(documents: Iterable[Document], store: ox.Store) -> None:
    """Refuse a file that says something else about the reference knowledge than is known: it would judge itself.

    Args:
        documents: the files.
        store: the reference knowledge, without the files.

    Raises:
        StudyError: names the node and its line.
    """
    for document in documents:
        subjects = {quad.subject for quad in document.quads}
        if len(subjects) > _MANY:
            known = subjects & {quad.subject for quad in store}
        else:
            known = {
                subject for subject in subjects if isinstance(subject, ox.NamedNode) and _described(subject, store)
            }
        for quad in document.quads if known else ():
            subject = quad.subject
            if subject in known and ox.Quad(subject, quad.predicate, quad.object) not in store:
                raise StudyError(
                    f"{place(document, subject)}: the file states {quad.predicate} of {subject}, which belongs to the reference "
                    "knowledge; a study cannot change by what it is judged. Take the statement out, or give the node an IRI of "
                    "your own. Nothing was taken in."
                )


def place(document: Document, node: object) -> str:
    """Say where a node stands: file and line, or the file alone."""
    line = document.line_of(node)
    return document.name if line is None else f"{document.name}, line {line}"


def _takes_numbers(predicate: ox.NamedNode, store: ox.Store) -> bool:
    values = [quad.object for quad in store.quads_for_pattern(None, predicate, None, _GRAPH)]
    literals = [value for value in values if isinstance(value, ox.Literal)]
    return bool(literals) and all(value.datatype != _STRING and _NUMBER.fullmatch(value.value) for value in literals)


def _described(node: ox.NamedNode, store: ox.Store) -> bool:
    return next(store.quads_for_pattern(node, None, None, _GRAPH), None) is not None
