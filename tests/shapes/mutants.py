"""Complete studies with random defects, and what three processors say about them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

import pyoxigraph as ox

from shapes.engine.loading import stored_forms
from shapes.report import Report, Term

_NUMBERS = frozenset({"integer", "decimal", "double"})
_FACTORS = (0.0, -1.0, 0.5, 1.01, 3.0, 1000.0)


def mutated(triples: Iterable[ox.Triple], chance: random.Random) -> list[ox.Triple]:
    """Return a study with one to four defects."""
    held = list(triples)
    for _ in range(chance.randint(1, 4)):
        held = chance.choice(_DEFECTS)(held, chance)
    return list(dict.fromkeys(held))


def _drop(triples: list[ox.Triple], chance: random.Random) -> list[ox.Triple]:
    gone = chance.choice(triples)
    return [triple for triple in triples if triple != gone]


def _change_number(triples: list[ox.Triple], chance: random.Random) -> list[ox.Triple]:
    numbers = [t for t in triples if isinstance(t.object, ox.Literal) and _kind(t.object) in _NUMBERS]
    if not numbers:
        return triples
    old = chance.choice(numbers)
    assert isinstance(old.object, ox.Literal)
    number = float(old.object.value) * chance.choice(_FACTORS)
    new = f"{number:.9f}".rstrip("0").rstrip(".")
    kind = "integer" if "." not in new and _kind(old.object) == "integer" else "decimal"
    literal = ox.Literal(new, datatype=ox.NamedNode(f"http://www.w3.org/2001/XMLSchema#{kind}"))
    return [_with_object(t, literal) if t == old else t for t in triples]


def _swap_object(triples: list[ox.Triple], chance: random.Random) -> list[ox.Triple]:
    """Give a statement the object of another one with the same predicate: units, stages, flows, sources change places."""
    old = chance.choice([t for t in triples if not isinstance(t.object, ox.Literal)])
    others = sorted({t.object for t in triples if t.predicate == old.predicate and t.object != old.object}, key=str)
    return [_with_object(t, chance.choice(others)) if t == old else t for t in triples] if others else triples


def _double(triples: list[ox.Triple], chance: random.Random) -> list[ox.Triple]:
    """Copy a node with all that is said about it and all that points to it."""
    node = chance.choice(sorted({t.subject for t in triples if isinstance(t.subject, ox.NamedNode)}, key=str))
    copy = ox.NamedNode(f"{node.value}-copy")
    said = [ox.Triple(copy, t.predicate, t.object) for t in triples if t.subject == node]
    return [*triples, *said, *(_with_object(t, copy) for t in triples if t.object == node)]


def _untype(triples: list[ox.Triple], chance: random.Random) -> list[ox.Triple]:
    """Write a literal as a text."""
    old = chance.choice([t for t in triples if isinstance(t.object, ox.Literal)])
    assert isinstance(old.object, ox.Literal)
    return [_with_object(t, ox.Literal(f"about {old.object.value}")) if t == old else t for t in triples]


_DEFECTS: tuple[Callable[[list[ox.Triple], random.Random], list[ox.Triple]], ...] = (
    *(_drop, _drop, _change_number, _change_number, _swap_object, _swap_object, _double, _untype),
)


def _with_object(triple: ox.Triple, value: Term) -> ox.Triple:
    return ox.Triple(triple.subject, triple.predicate, value)


def _kind(literal: ox.Literal) -> str:
    return literal.datatype.value.rpartition("#")[2]


def rows(report: Report) -> list[tuple[str, ...]]:
    """Return what processors must agree on: node, severity, component, shape, value; numbers in one form, blank nodes as wildcards."""
    return sorted(tuple(map(shown, (r.focus, r.severity, r.component, r.shape, r.value))) for r in report.results)


def shown(term: Term | None) -> str:
    """Return a term as it is compared."""
    if isinstance(term, ox.Literal):
        if _kind(term) in _NUMBERS | {"float"}:
            return f"{float(term.value):.9g}"
        return str(stored_forms([term]).get(term, term))
    return "" if term is None else "_:" if isinstance(term, ox.BlankNode) else str(term)
