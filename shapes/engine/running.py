"""Running the queries of a shapes graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from shapes.engine.loading import plain_term
from shapes.engine.messages import filled
from shapes.engine.paths import SparqlPath
from shapes.engine.plan import QueryCheck, ShapePlan, value_pattern
from shapes.engine.scope import Scope
from shapes.engine.stores import NODE, Stores
from shapes.errors import ShapesGraphError
from shapes.report import Term


@dataclass(frozen=True, slots=True)
class QueryRow:
    """One violation that a query found."""

    focus: Term
    value: Term | None
    path: SparqlPath | None
    messages: tuple[ox.Literal, ...]


def found_rows(stores: Stores, shape: ShapePlan, check: QueryCheck, scope: Scope) -> Iterator[QueryRow]:
    """Yield the violations of a query for the focus nodes of a scope.

    Raises:
        ShapesGraphError: the query signals a failure.
    """
    if check.ask:
        yield from _wrong_values(stores, shape, check, scope)
        return
    for focus, row in _solutions(stores, check, scope):
        yield _query_row(stores, shape, check, focus, row)


def _solutions(stores: Stores, check: QueryCheck, scope: Scope) -> Iterator[tuple[Term, dict[str, Term]]]:
    """Yield each focus node with the solutions of a SELECT for it."""
    nodes = f"SELECT DISTINCT ?this WHERE {{ {scope.pattern} }}"
    if check.joinable and not _kept_apart(stores, nodes):
        for row in _rows(stores, scope.nodes.join(check.parts)):
            yield row["this"], row
        return
    for focus in stores.select(nodes):
        bound = {**dict(check.bound), "this": plain_term(focus["this"])}
        for row in _rows(stores, _binding(bound).join(check.parts), bound):
            yield focus["this"], row


def _wrong_values(stores: Stores, shape: ShapePlan, check: QueryCheck, scope: Scope) -> Iterator[QueryRow]:
    """Yield the value nodes for which an ASK is false."""
    body = f"{scope.nodes} {value_pattern(shape.path)}"  # hides the variables of the scope from the query
    nodes = f"SELECT DISTINCT ?this ?value WHERE {{ {body} }}"
    if check.joinable and not _kept_apart(stores, nodes):
        wrong = f"SELECT DISTINCT ?this ?value WHERE {{ {body} FILTER NOT EXISTS {{ {check.parts[1]} }}"
        for row in _rows(stores, wrong):
            yield _query_row(stores, shape, check, row["this"], row)
        return
    for pair in stores.select(nodes):
        bound = {**dict(check.bound), "this": plain_term(pair["this"]), "value": plain_term(pair["value"])}
        if not stores.ask(_binding(bound).join(check.parts), bound):
            yield _query_row(stores, shape, check, pair["this"], {**bound, "value": pair["value"]})


def _kept_apart(stores: Stores, nodes: str) -> bool:
    """Whether literals are among the nodes that only the exact store tells apart; the queries run on the data's own store."""
    return stores.exact and any(plain_term(term) != term for row in stores.select(nodes) for term in row)


def _binding(bound: Mapping[str, Term]) -> str:
    """Return a pattern that binds variables to terms."""
    named = (
        f'BIND({NODE}("{name}") AS ?{name})' if isinstance(term, ox.BlankNode) else f"VALUES ?{name} {{ {term} }}"
        for name, term in bound.items()
    )
    return f" {' '.join(named)} "


def _rows(stores: Stores, text: str, nodes: Mapping[str, Term] | None = None) -> Iterator[dict[str, Term]]:
    found = stores.ask(text, nodes or {})
    assert isinstance(found, ox.QuerySolutions)
    for row in found:
        yield _named(found, row)


def _named(found: ox.QuerySolutions, row: ox.QuerySolution) -> dict[str, Term]:
    pairs = ((variable.value, row[variable]) for variable in found.variables)
    return {name: term for name, term in pairs if term is not None}


def _query_row(stores: Stores, shape: ShapePlan, check: QueryCheck, focus: Term, row: dict[str, Term]) -> QueryRow:
    failure = row.get("failure")
    if isinstance(failure, ox.Literal) and failure.value == "true":
        raise ShapesGraphError(
            f"the query of {check.constraint or check.component} at {shape.node} signals a failure for {focus}"
        )
    path = stores.predicate(row.get("path"))
    value = row.get("value")
    if value is None and shape.path is None:
        value = focus
    values = {**dict(check.bound), **row, "this": stores.focus(focus)}
    if value is not None:
        values["value"] = stores.value(path or shape.path, focus, value)
    if shape.path is not None:
        values.setdefault("PATH", shape.path.path.node)
    return QueryRow(focus, value, path, _messages(shape, check, row, values))


def _messages(
    shape: ShapePlan, check: QueryCheck, row: dict[str, Term], values: dict[str, Term]
) -> tuple[ox.Literal, ...]:
    """Return what is said of a violation: the row's own message, that of the constraint, or that of the shape.

    A component's messages give way to those of the shape that uses it.
    """
    own = row.get("message")
    if isinstance(own, ox.Literal) and check.constraint is not None:
        return (own,)
    stated = check.messages or shape.messages
    if check.constraint is None:
        stated = shape.messages or ((own,) if isinstance(own, ox.Literal) else check.messages)
    return tuple(filled(message, values) for message in stated)
