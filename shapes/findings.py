"""What a report says to people: each result with its requirement, its place in the file, and the names of its nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from shapes.reading import Document
from shapes.report import INFO, VIOLATION, WARNING, Result, Term
from shapes.terms import DEFINITION, IDENTIFIER, LABEL, NAMES, NOTATION, SHAPES, SOURCE, tm

SEVERITIES = {VIOLATION: "violation", WARNING: "warning", INFO: "info"}
"""Short names of the severities, gravest first; a severity of a shapes graph's own counts as a violation does."""

Texts = dict[str, str]
"""A text by language; "" where it has none."""

_REQUIREMENT = tm("requirement")
_FLOW = tm("flow")


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a broken shape checks.

    Attributes:
        iri: its node; the shape where no requirement is stated.
        identifier: its number, such as "GEN-05".
        title: what it is called.
        statement: what it demands.
        of: the standard or rule that it belongs to.
        sources: where it is taken from.
        confidence: how well it was checked against its source; None where nothing is said.
    """

    iri: str
    identifier: str
    title: Texts
    statement: Texts
    of: tuple[Texts, ...] = ()
    sources: tuple[Texts, ...] = ()
    confidence: Texts | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One result, with all that a person needs to find and mend it.

    Attributes:
        result: the row of the report.
        severity: "violation", "warning" or "info".
        requirement: what was broken.
        document: the file that describes the node; None where none does.
        label: what the node is called.
        message: what is wrong and how to mend it.
        value: the offending value as people read it; None where there is none.
        value_label: what the value is called, where it is a node.
    """

    result: Result
    severity: str
    requirement: Requirement
    document: Document | None
    label: Texts
    message: Texts
    value: str | None
    value_label: Texts

    @property
    def file(self) -> str | None:
        """Name of the file that describes the node."""
        return None if self.document is None else self.document.name

    @property
    def line(self) -> int | None:
        """Line of the first mention of the node as a subject, looked up when it is asked for; None where it cannot be found."""
        return None if self.document is None else self.document.line_of(self.result.focus)

    def as_dict(self) -> dict[str, Any]:
        """The finding for machines."""
        result = self.result
        return {
            "severity": self.severity,
            "requirement": self.requirement.identifier,
            "focus": text_of(result.focus),
            "label": self.label,
            "file": self.file,
            "line": self.line,
            "path": None if result.path is None else result.path.text,
            "value": self.value,
            "value_label": self.value_label,
            "message": self.message,
            "shape": text_of(result.shape),
            "component": result.component.value,
        }


class Namer:
    """Names nodes and requirements from the graph in which a study was judged.

    Args:
        store: data and knowledge.
        shapes: the triples of the shapes that applied.
        documents: the files that were judged.
    """

    def __init__(self, store: ox.Store, shapes: Iterable[ox.Triple], documents: Sequence[Document]) -> None:
        self._store, self._documents = store, documents
        self._requirement = {
            triple.subject: triple.object
            for triple in shapes
            if triple.predicate == _REQUIREMENT and isinstance(triple.object, ox.NamedNode)
        }
        self._known: dict[Term, Requirement] = {}

    @cached_property
    def _files(self) -> dict[Term, Document]:
        """The first file that describes each node; nodes in the order in which they are described."""
        found: dict[Term, Document] = {}
        for document in self._documents:
            for quad in document.quads:
                found.setdefault(quad.subject, document)
        return found

    @cached_property
    def places(self) -> dict[Term, int]:
        """The place of each node in the order in which the files describe them."""
        return {node: place for place, node in enumerate(self._files)}

    def finding(self, result: Result) -> Finding:
        """Explain a result."""
        value = result.value
        return Finding(
            result=result,
            severity=SEVERITIES.get(result.severity, "violation"),
            requirement=self.requirement(result),
            document=self._files.get(result.focus),
            label=self._focus_label(result.focus),
            message=by_language(result.messages),
            value=None if value is None else text_of(value),
            value_label=self.label(value) if isinstance(value, ox.NamedNode | ox.BlankNode) else {},
        )

    def requirement(self, result: Result) -> Requirement:
        """Return what a result is grouped under: the requirement of its constraint or shape, else the shape itself."""
        node: Term | None = None
        for holder in (result.constraint, result.shape):
            node = node or (self._requirement.get(holder) if holder is not None else None)
        node = node or result.shape
        if node not in self._known:
            self._known[node] = self._described(node)
        return self._known[node]

    def label(self, node: Term | None) -> Texts:
        """Return what a node is called, by language; nothing where it has no name."""
        if not isinstance(node, ox.NamedNode | ox.BlankNode):
            return {}
        for name in NAMES:
            found = self._literals(node, name)
            if found:
                return by_language(found)
        return {}

    def number(self, rule: ox.NamedNode, lang: str) -> str:
        """Return the number of a standard, such as "GB/T 44905-2024"; its name where it has none."""
        numbers = self._literals(rule, IDENTIFIER)
        return numbers[0].value if numbers else in_language(self.label(rule), lang) or rule.value

    def _focus_label(self, node: Term) -> Texts:
        """Name a node, or, for an exchange without a name, what flows."""
        own = self.label(node)
        if own or not isinstance(node, ox.NamedNode | ox.BlankNode):
            return own
        flows = [quad.object for quad in self._store.quads_for_pattern(node, _FLOW, None, ox.DefaultGraph())]
        return self.label(flows[0]) if flows else {}

    def _described(self, node: Term) -> Requirement:
        identifier = next((literal.value for literal in self._literals(node, NOTATION)), _short(text_of(node)))
        confidence = next(iter(self._nodes(node, tm("confidence"))), None)
        return Requirement(
            iri=text_of(node),
            identifier=identifier,
            title=by_language(self._literals(node, LABEL)),
            statement=by_language(self._literals(node, DEFINITION)),
            of=tuple(self._named(each) for each in self._nodes(node, tm("requirementOf"))),
            sources=tuple(self._named(each) for each in self._nodes(node, SOURCE)),
            confidence=None if confidence is None else self._named(confidence),
        )

    def _named(self, term: Term) -> Texts:
        if isinstance(term, ox.Literal):
            return {term.language or "": term.value}
        return self.label(term) or {"": text_of(term)}

    def _literals(self, node: Term, predicate: ox.NamedNode) -> list[ox.Literal]:
        return [value for value in self._nodes(node, predicate) if isinstance(value, ox.Literal)]

    def _nodes(self, node: Term, predicate: ox.NamedNode) -> list[Term]:
        if not isinstance(node, ox.NamedNode | ox.BlankNode):
            return []
        return sorted(
            (q.object for q in self._store.quads_for_pattern(node, predicate, None, ox.DefaultGraph())), key=str
        )


def by_language(literals: Iterable[ox.Literal]) -> Texts:
    """Return texts by language; several of one language are joined."""
    found: Texts = {}
    for literal in literals:
        key = (literal.language or "").partition("-")[0]
        found[key] = f"{found[key]} {literal.value}" if key in found else literal.value
    return found


def in_language(texts: Texts, lang: str) -> str:
    """Return the text in a language, else without language, else in any; "" where there is none."""
    return texts.get(lang) or texts.get("") or texts.get("en") or next(iter(texts.values()), "")


def text_of(term: Term) -> str:
    """Return a term as people read it: an IRI without brackets, a literal without its datatype."""
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def _short(iri: str) -> str:
    """The number of a requirement from the name of its shape: what follows the namespace, else the last part."""
    return iri.removeprefix(SHAPES) if iri.startswith(SHAPES) else iri.rstrip("/#").replace("#", "/").rpartition("/")[2]
