"""Are shapes files sound: what a validator would take in silence and answer wrongly, or nobody could cite or read.

The rules are those that let the engine ask one query for all focus nodes, and let a report name what was broken in Chinese and
English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

import pyoxigraph as ox

import ontology
from graphstore.errors import QueryError
from graphstore.sparql import guard
from graphstore.terms import PREFIXES
from shapes.engine.graph import ShapesGraph
from shapes.engine.vocabulary import KNOWN_PREDICATES
from shapes.lint_queries import problems_of_cure, problems_of_query
from shapes.reading import Document, read
from shapes.report import SH, Term
from shapes.rulebook import ShapesFile
from shapes.terms import DEFINITION, LABEL, NOTATION, SOURCE, TYPE, tm

_SHAPE_TYPES: Final = (ox.NamedNode(SH + "NodeShape"), ox.NamedNode(SH + "PropertyShape"))
_CONSTRAINT: Final = ox.NamedNode(SH + "SPARQLConstraint")
_CLASSES: Final = frozenset(
    SH + name
    for name in (
        "NodeShape", "PropertyShape", "SPARQLConstraint", "SPARQLTarget", "SPARQLTargetType", "PrefixDeclaration",
        "ConstraintComponent", "Parameter", "SPARQLAskValidator", "SPARQLSelectValidator", "PropertyGroup", "Shape",
    )
)  # fmt: skip
_VALUES: Final = frozenset(
    SH + name
    for name in ("Violation", "Warning", "Info", "IRI", "Literal", "BlankNode", "BlankNodeOrIRI", "BlankNodeOrLiteral",
                 "IRIOrLiteral", "this")
)  # fmt: skip
_REQUIREMENT: Final = tm("Requirement")
_CURE: Final = tm("cure")
_REPLACEMENT: Final = tm("replacementQuery")
_PARTS: Final = (
    (NOTATION, "its number", "skos:notation", False),
    (LABEL, "its name", "rdfs:label", True),
    (DEFINITION, "what it demands", "skos:definition", True),
    (tm("severity"), "its severity", "tm:severity", False),
    (tm("requirementOf"), "the rule that it belongs to", "tm:requirementOf", False),
    (SOURCE, "where it is taken from", "dcterms:source", False),
)
_VARIABLE: Final = re.compile(r"\{[?$](\w+)\}")
_BOUND: Final = frozenset({"this", "value", "path", "PATH"})
_LANGUAGES: Final = {"en": "English", "zh": "Chinese"}


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing to mend in a shapes file.

    Attributes:
        file: the file.
        line: line of the shape; None where it cannot be found.
        shape: the shape, constraint or requirement.
        problem: what is wrong, and how to mend it.
    """

    file: str
    line: int | None
    shape: str
    problem: str


def lint(files: Sequence[Path | ShapesFile]) -> list[LintFinding]:
    """Check shapes files, each beside all shipped ones, which declare the prefixes.

    Raises:
        ReadingError: a file is no Turtle.
    """
    from shapes.rulebook import shipped_files

    documents = [each.document if isinstance(each, ShapesFile) else read(each) for each in files]
    beside = [quad.triple for file in shipped_files() for quad in file.document.quads]
    own = [quad.triple for document in documents for quad in document.quads]
    whole = ShapesGraph([*own, *beside])
    return list(dict.fromkeys(finding for document in documents for finding in _File(document, whole).findings()))


class _File:
    """The checks of one file."""

    def __init__(self, document: Document, whole: ShapesGraph) -> None:
        self._document, self._whole = document, whole
        self._own = ShapesGraph(quad.triple for quad in document.quads)

    def findings(self) -> Iterator[LintFinding]:
        """Yield all findings, in order of their checks."""
        checks: tuple[Callable[[], Iterator[tuple[Term, str]]], ...] = (
            self._unknown_terms,
            self._shapes,
            self._messages,
            self._severities,
            self._requirements,
            self._queries,
            self._cures,
        )
        for check in checks:
            for node, problem in check():
                shape = node.value if isinstance(node, ox.NamedNode) else str(node)
                yield LintFinding(self._document.name, self._document.line_of(node), shape, problem)

    def _unknown_terms(self) -> Iterator[tuple[Term, str]]:
        for triple in self._own.triples:
            for term in (triple.predicate, triple.object):
                problem = _unknown(term, is_predicate=term is triple.predicate)
                if problem:
                    yield triple.subject, problem

    def _shapes(self) -> Iterator[tuple[Term, str]]:
        for node in self._held():
            if isinstance(node, ox.BlankNode):
                yield node, "the shape or constraint has no name, so no report can cite it. Give it an IRI"
            elif not any(self._whole.objects(each, tm("requirement")) for each in (node, *self._holders(node))):
                yield node, "no tm:requirement says what it checks. Name the requirement"
        if self._held() and not any(True for _ in self._own.subjects(tm("shapesFor"))):
            yield (
                tm("shapesFor"),
                "the file does not say for which standard its shapes are, so it would never be found. Add an owl:Ontology with tm:shapesFor",
            )

    def _holders(self, node: Term) -> list[ox.NamedNode | ox.BlankNode]:
        """The shapes that hold a SPARQL constraint."""
        return self._own.subjects(ox.NamedNode(SH + "sparql"), node)

    def _held(self) -> list[Term]:
        """Shapes and constraints: what is typed as one, and what others hold by sh:property or sh:sparql."""
        found: dict[Term, None] = {}
        for kind in (*_SHAPE_TYPES, _CONSTRAINT):
            found.update(dict.fromkeys(self._own.subjects(TYPE, kind)))
        for name in ("property", "sparql"):
            for holder in self._own.subjects(ox.NamedNode(SH + name)):
                found.update(dict.fromkeys(self._own.objects(holder, ox.NamedNode(SH + name))))
        return list(found)

    def _messages(self) -> Iterator[tuple[Term, str]]:
        for node in self._held():
            if not self._speaks(node):
                continue
            texts = [m for m in self._texts(node) if isinstance(m, ox.Literal)]
            for lang, name in _LANGUAGES.items():
                if not any(text.language == lang for text in texts):
                    yield (
                        node,
                        f'no sh:message in {name}. Say what is wrong and how to mend it: sh:message "..."@{lang}',
                    )
            bound = _BOUND | self._projected(node)
            for variable in sorted({v for text in texts for v in _VARIABLE.findall(text.value)} - bound):
                yield (
                    node,
                    f"a message names {{?{variable}}}, which its query does not select. Select it, or take it out",
                )

    @cached_property
    def _reporting(self) -> frozenset[Term]:
        """Shapes and constraints that results can name: those with a target, and what they hold by sh:property or sh:sparql.

        A shape inside sh:or, sh:not or sh:node only decides; the shape around it reports.
        """
        targets = ("target", "targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
        waiting: list[Term] = [node for name in targets for node in self._whole.subjects(ox.NamedNode(SH + name))]
        found: set[Term] = set()
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting += self._whole.objects(node, ox.NamedNode(SH + "property"))
                waiting += self._whole.objects(node, ox.NamedNode(SH + "sparql"))
        return frozenset(found)

    def _speaks(self, node: Term) -> bool:
        """Whether a result names this node: a constraint, or a shape with constraints of its own."""
        if node not in self._reporting:
            return False
        silent = {"path", "severity", "target", "targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf", "property",
                  "sparql", "message", "deactivated", "name", "description", "order", "group", "prefixes"}  # fmt: skip
        return any(
            p.value.startswith(SH) and p.value.removeprefix(SH) not in silent for p in self._own.predicates(node)
        )

    def _texts(self, node: Term) -> list[Term]:
        """The messages of a node; for a constraint without own ones, those of the shapes that hold it."""
        message = ox.NamedNode(SH + "message")
        own = self._own.objects(node, message)
        return own or [text for holder in self._holders(node) for text in self._own.objects(holder, message)]

    def _projected(self, node: Term) -> frozenset[str]:
        select = ox.NamedNode(SH + "select")
        queries = [*self._own.objects(node, select)]
        queries += [
            q for c in self._own.objects(node, ox.NamedNode(SH + "sparql")) for q in self._own.objects(c, select)
        ]
        return frozenset(
            name for query in queries if isinstance(query, ox.Literal) for name in re.findall(r"[?$](\w+)", query.value)
        )

    def _severities(self) -> Iterator[tuple[Term, str]]:
        severity = ox.NamedNode(SH + "severity")
        for node in self._held():
            shape = any(node in self._own.subjects(TYPE, kind) for kind in _SHAPE_TYPES)
            holds = any(self._own.objects(node, ox.NamedNode(SH + "sparql")))
            if (
                shape
                and (self._speaks(node) or (holds and node in self._reporting))
                and not self._own.objects(node, severity)
            ):
                yield node, "no sh:severity; SHACL takes it for a violation. State sh:Violation, sh:Warning or sh:Info"

    def _requirements(self) -> Iterator[tuple[Term, str]]:
        for node in self._own.subjects(TYPE, _REQUIREMENT):
            for predicate, what, written, both in _PARTS:
                values = self._own.objects(node, predicate)
                if not values:
                    yield node, f"the requirement does not state {what}. Add {written}"
                for lang, name in _LANGUAGES.items() if both and values else ():
                    if not any(isinstance(value, ox.Literal) and value.language == lang for value in values):
                        yield node, f'the requirement does not state {what} in {name}. Add {written} "..."@{lang}'
        for triple in self._own.triples:
            if triple.predicate == tm("requirement") and not self._whole.is_instance(triple.object, _REQUIREMENT):
                yield triple.subject, f"{triple.object} is no tm:Requirement. Describe it in the same file"

    def _queries(self) -> Iterator[tuple[Term, str]]:
        for name in ("select", "ask"):
            for node in self._own.subjects(ox.NamedNode(SH + name)):
                for query in self._own.objects(node, ox.NamedNode(SH + name)):
                    if isinstance(query, ox.Literal):
                        yield from ((node, problem) for problem in self._query(node, query.value))

    def _cures(self) -> Iterator[tuple[Term, str]]:
        for holder in self._own.subjects(_CURE):
            for cure in self._own.objects(holder, _CURE):
                if not self._whole.objects(cure, _REPLACEMENT):
                    yield holder, f"{cure} is no cure that can be tried: it has no tm:replacementQuery. State one"
        for cure in self._own.subjects(_REPLACEMENT):
            labels = [text for text in self._own.objects(cure, LABEL) if isinstance(text, ox.Literal)]
            for lang, name in _LANGUAGES.items():
                if not any(text.language == lang for text in labels):
                    yield cure, f'the cure has no name in {name}. Add rdfs:label "..."@{lang}'
            for query in self._own.objects(cure, _REPLACEMENT):
                if isinstance(query, ox.Literal):
                    yield from ((cure, problem) for problem in problems_of_cure(query.value, PREFIXES))

    def _query(self, node: Term, text: str) -> Iterator[str]:
        prefixes = self._prefixes(node)
        try:
            tokens = guard(text)
        except QueryError as error:
            yield str(error)
            return
        used = {t.text.partition(":")[0] for t in tokens if t.kind == "name"}
        missing = sorted(used - prefixes.keys())
        if missing:
            yield (
                f"the query uses the prefix {missing[0]}:, which sh:prefixes does not declare. Declare it, or write the whole IRI"
            )
            return
        yield from problems_of_query(text, tokens, prefixes, target=self._is_target(node))
        for token in tokens:
            iri = prefixes.get(token.text.partition(":")[0], "") + token.text.partition(":")[2]
            problem = _unknown(ox.NamedNode(iri), is_predicate=False) if token.kind == "name" and ":" in iri else ""
            if problem:
                yield problem

    def _prefixes(self, node: Term) -> dict[str, str]:
        found = {}
        for holder in self._whole.objects(node, ox.NamedNode(SH + "prefixes")):
            for declared in self._whole.objects(holder, ox.NamedNode(SH + "declare")):
                prefix = self._whole.one(declared, ox.NamedNode(SH + "prefix"))
                space = self._whole.one(declared, ox.NamedNode(SH + "namespace"))
                if isinstance(prefix, ox.Literal) and isinstance(space, ox.Literal):
                    found[prefix.value] = space.value
        return found

    def _is_target(self, node: Term) -> bool:
        return self._own.is_instance(node, ox.NamedNode(SH + "SPARQLTarget"))


def _unknown(term: Term, *, is_predicate: bool) -> str:
    """Say what is wrong with a term of SHACL's or our namespace that does not exist; "" where nothing is."""
    if not isinstance(term, ox.NamedNode):
        return ""
    if term.value.startswith(SH):
        known = term.value in KNOWN_PREDICATES if is_predicate else _known_value(term.value)
        return "" if known else f"{term} is no term of SHACL that a validator obeys. Correct its spelling"
    if term.value.startswith(ontology.TM) and term.value != ontology.TM and term.value not in _vocabulary():
        return f"{term} is no term of the vocabulary. Correct its spelling, or add the term"
    return ""


def _known_value(iri: str) -> bool:
    return iri in _CLASSES or iri in _VALUES or iri in KNOWN_PREDICATES or iri.endswith("ConstraintComponent")


@cache
def _vocabulary() -> frozenset[str]:
    """All terms of the vocabulary."""
    parsed: Iterable[ox.Quad] = ox.parse(
        ontology.path("tanmai.ttl").read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=ontology.TM
    )
    return frozenset(quad.subject.value for quad in parsed if isinstance(quad.subject, ox.NamedNode))
