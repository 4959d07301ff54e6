"""What a report says to people: each result with its requirement, its place in the file, and the names of its nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import pyoxigraph as ox

from shapes.reading import Document
from shapes.report import INFO, VIOLATION, WARNING, Result, Term
from shapes.terms import DEFINITION, IDENTIFIER, LABEL, NAMES, NOTATION, SHAPES, SOURCE, tm

SEVERITIES = {VIOLATION: "violation", WARNING: "warning", INFO: "info"}
"""Short names of the severities, gravest first; a severity of a shapes graph's own counts as a violation does."""

Texts = dict[str, str]
"""A text by language; "" where it has none."""

_NODE: Final = re.compile(r"(?:https?://|urn:|file:/|_:)[^\s<>\"{}|^`\\，。；：、！？（）“”《》]+")
"""An IRI or blank node in a sentence; a sign that ends the sentence may cling to it."""
_CLINGING: Final = ".,;:!?)'"
_LATIN: Final = re.compile(r"^[\x21-\x7e]+(?=[^\x21-\x7e])")
"""What stands before the first Chinese character: words may follow an IRI without a blank."""
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
        value_document: the file that describes the value, where it is another node than the focus.
        named: what the nodes in the message are called, as they are written there.
    """

    result: Result
    severity: str
    requirement: Requirement
    document: Document | None
    label: Texts
    message: Texts
    value: str | None
    value_label: Texts
    value_document: Document | None = None
    named: dict[str, Texts] = field(default_factory=dict)

    @property
    def file(self) -> str | None:
        """Name of the file that describes the node."""
        return None if self.document is None else self.document.name

    @property
    def line(self) -> int | None:
        """Line of the first mention of the node as a subject, looked up when it is asked for; None where it cannot be found."""
        return None if self.document is None else self.document.line_of(self.result.focus)

    @property
    def value_line(self) -> int | None:
        """Line of the first mention of the value as a subject; None where it is not described, or cannot be found."""
        document, value = self.value_document, self.result.value
        return None if document is None or value is None else document.line_of(value)

    def as_dict(self) -> dict[str, Any]:
        """The finding for machines; the message names nodes by their IRIs, and `named` says what those are called."""
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
            "value_file": None if self.value_document is None else self.value_document.name,
            "value_line": self.value_line,
            "message": self.message,
            "named": self.named,
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
        self._called: dict[str, Texts] = {}

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
        value, message = result.value, by_language(result.messages)
        described = isinstance(value, ox.NamedNode | ox.BlankNode) and value != result.focus
        return Finding(
            result=result,
            severity=SEVERITIES.get(result.severity, "violation"),
            requirement=self.requirement(result),
            document=self._files.get(result.focus),
            label=self._focus_label(result.focus),
            message=message,
            value=None if value is None else text_of(value),
            value_label=self.label(value) if isinstance(value, ox.NamedNode | ox.BlankNode) else {},
            value_document=self._files.get(value) if described and value is not None else None,
            named=self._named_in(message.values()),
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

    def _named_in(self, texts: Iterable[str]) -> dict[str, Texts]:
        """Name the nodes that texts mention; those without a name are left out."""
        found: dict[str, Texts] = {}
        for mention in dict.fromkeys(mention for text in texts for mention in _NODE.findall(text)):
            for written in dict.fromkeys((mention, mention.rstrip(_CLINGING), *_LATIN.findall(mention))):
                if called := self._name_of(written):
                    found[written] = called
                    break
        return found

    def _name_of(self, written: str) -> Texts:
        """What a node is called that a message mentions; each is looked up once."""
        if written not in self._called:
            try:
                node = ox.BlankNode(written[2:]) if written.startswith("_:") else ox.NamedNode(written)
            except ValueError:  # it only looks like a node
                self._called[written] = {}
            else:
                self._called[written] = self._focus_label(node)
        return self._called[written]

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
