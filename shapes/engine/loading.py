"""The data graph, with literals as its file has them.

Oxigraph rewrites literals when it stores them: `1.50` becomes `1.5`, an xsd:byte becomes an xsd:integer. Where a shape looks
at such things the rewritten graph gives wrong answers, so a `DataGraph` knows what was rewritten: it names values in results
as the file has them, and makes, only when a shape needs it, a second store in which such literals stand under a private
datatype (`PRIVATE` + their own), which nothing rewrites.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from functools import cached_property

import pyoxigraph as ox

from shapes.engine.vocabulary import XSD
from shapes.report import Term

EXACT = "x-tanmai-exact:"
"""Prefix of the private datatypes in plans."""
PRIVATE = f"x-tanmai-{secrets.token_hex(8)}:"
"""The same prefix in the stores of this process; no data can have guessed it."""

_UNTOUCHED = frozenset({XSD + "string", XSD + "anyURI", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"})
_DEFAULT = ox.DefaultGraph()
_CANONICAL = {
    XSD + name: re.compile(form, re.ASCII)
    for name, form in {
        "integer": r"0|-?[1-9]\d*",
        "decimal": r"0|-?[1-9]\d*|-?(0|[1-9]\d*)\.\d*[1-9]",
        "boolean": "true|false",
        "date": r"[1-9]\d{3}-\d\d-\d\dZ?",
        "dateTime": r"[1-9]\d{3}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\dZ?",
    }.items()
}
_NODE = ox.NamedNode("x-tanmai-exact:node")


class DataGraph:
    """A store whose default graph is the data, and what the store made of its literals.

    Args:
        store: the store; it is read, never written.
        originals: triples of the data as its file has them, at least each one whose literal the store holds in another form
            and each one that such a triple became equal to. More do no harm. None where they are not known: then the
            store's own forms are the data.
    """

    def __init__(self, store: ox.Store, originals: Iterable[ox.Triple] | None = None) -> None:
        self.store = store
        self.knows_originals = originals is not None
        self._originals: dict[ox.Triple, list[ox.Literal]] = {}
        self._forms: dict[Term, set[ox.Literal]] = {}
        literals = [t for t in dict.fromkeys(originals or ()) if isinstance(t.object, ox.Literal)]
        stored = stored_forms(t.object for t in literals if isinstance(t.object, ox.Literal))
        for t in literals:
            assert isinstance(t.object, ox.Literal)
            key = ox.Triple(t.subject, t.predicate, stored.get(t.object, t.object))
            self._originals.setdefault(key, []).append(t.object)
            self._forms.setdefault(key.object, set()).add(t.object)
        self._originals = {key: held for key, held in self._originals.items() if held != [key.object]}

    @cached_property
    def rewritten(self) -> frozenset[ox.NamedNode]:
        """The predicates under which a literal was rewritten."""
        return frozenset(key.predicate for key in self._originals)

    @cached_property
    def retyped(self) -> frozenset[ox.NamedNode]:
        """The predicates under which a literal got another datatype."""
        return frozenset(
            key.predicate
            for key, held in self._originals.items()
            if isinstance(key.object, ox.Literal) and any(form.datatype != key.object.datatype for form in held)
        )

    @cached_property
    def merged(self) -> frozenset[ox.NamedNode]:
        """The predicates under which several values of one node became one."""
        return frozenset(key.predicate for key, held in self._originals.items() if len(held) > 1)

    @cached_property
    def exact(self) -> ox.Store:
        """A store of the same data with every rewritten literal under its private datatype."""
        store = ox.Store()
        quads = self.store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        store.bulk_extend(quad for quad in quads if quad.triple not in self._originals)
        store.bulk_extend(
            ox.Quad(key.subject, key.predicate, form if form == key.object else exact_literal(form, PRIVATE))
            for key, held in self._originals.items()
            for form in held
        )
        return store

    def triples(self) -> Iterator[ox.Triple]:
        """Yield the data as the file has it."""
        for quad in self.store.quads_for_pattern(None, None, None, ox.DefaultGraph()):
            held = self._originals.get(quad.triple)
            if held is None:
                yield quad.triple
            else:
                yield from (ox.Triple(quad.subject, quad.predicate, form) for form in held)

    def original(self, subject: Term, predicate: ox.NamedNode, value: Term) -> Term:
        """Return a value as the file has it; as the store has it where the file has several forms of it."""
        if not isinstance(value, ox.Literal) or isinstance(subject, ox.Literal | ox.Triple):
            return value
        held = self._originals.get(ox.Triple(subject, predicate, value), ())
        return held[0] if len(held) == 1 else value

    def only_form(self, value: Term) -> Term:
        """Return the one form that a literal has in the whole file; itself where there are several."""
        if not isinstance(value, ox.Literal):
            return value
        forms = self._forms.get(value, frozenset({value}))
        return next(iter(forms)) if len(forms) == 1 else value


def load(items: Iterable[ox.Triple | ox.Quad]) -> DataGraph:
    """Put the triples of a file, as parsed, into a store of their own.

    Args:
        items: triples or quads; of quads the graph name is left aside.
    """
    quads = [_quad(item) for item in items]
    store = ox.Store()
    store.bulk_extend(quads)
    objects = {quad.object for quad in quads}
    stored = stored_forms(held for held in objects if isinstance(held, ox.Literal))
    changed = {literal: form for literal, form in stored.items() if literal != form}
    touched = {*changed, *changed.values()}
    return DataGraph(store, (quad.triple for quad in quads if quad.object in touched) if changed else ())


def _quad(item: ox.Triple | ox.Quad) -> ox.Quad:
    if isinstance(item, ox.Quad) and item.graph_name == _DEFAULT:
        return item
    return ox.Quad(item.subject, item.predicate, item.object)


def stored_forms(literals: Iterable[ox.Literal]) -> dict[ox.Literal, ox.Literal]:
    """Return what a store makes of literals, for those that it may rewrite."""
    numbered = [literal for literal in set(literals) if not _is_canonical(literal)]
    store = ox.Store()
    store.bulk_extend(ox.Quad(ox.NamedNode(f"{EXACT}{i}"), _NODE, literal) for i, literal in enumerate(numbered))
    found: dict[ox.Literal, ox.Literal] = {}
    for quad in store:
        assert isinstance(quad.subject, ox.NamedNode)
        assert isinstance(quad.object, ox.Literal)
        found[numbered[int(quad.subject.value.removeprefix(EXACT))]] = quad.object
    return found


def _is_canonical(literal: ox.Literal) -> bool:
    """Whether a store certainly keeps a literal as it is; most are seen at once, the store is asked about the others."""
    datatype = literal.datatype.value
    if datatype in _UNTOUCHED:
        return True
    form = _CANONICAL.get(datatype)
    return form is not None and form.fullmatch(literal.value) is not None


def exact_literal(literal: ox.Literal, prefix: str) -> ox.Literal:
    """Return a literal under its private datatype."""
    return ox.Literal(literal.value, datatype=ox.NamedNode(prefix + literal.datatype.value))


def plain_term(term: Term) -> Term:
    """Return what a literal under a private datatype stands for; any other term as it is."""
    if isinstance(term, ox.Literal) and term.datatype.value.startswith(PRIVATE):
        return ox.Literal(term.value, datatype=ox.NamedNode(term.datatype.value.removeprefix(PRIVATE)))
    return term


def private_term(term: Term) -> Term:
    """Return a term of a plan as the stores of this process have it."""
    if isinstance(term, ox.Literal) and term.datatype.value.startswith(EXACT):
        return ox.Literal(term.value, datatype=ox.NamedNode(PRIVATE + term.datatype.value.removeprefix(EXACT)))
    return term
