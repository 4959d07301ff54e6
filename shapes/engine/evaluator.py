"""Running a plan against a data graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pyoxigraph as ox

from shapes.engine.loading import DataGraph, private_term
from shapes.engine.messages import filled
from shapes.engine.paths import SparqlPath
from shapes.engine.plan import (
    MemberCheck,
    Plan,
    QualifiedCheck,
    QueryCheck,
    RowCheck,
    ShapeCheck,
    ShapePlan,
    value_pattern,
)
from shapes.engine.running import found_rows
from shapes.engine.scope import Scope
from shapes.engine.stores import Stores
from shapes.engine.vocabulary import component
from shapes.report import Result, Term

Found = tuple[Term, Result]
"""A focus node of a shape and one result that says why it does not conform; the result may be about another node.

The node is the store's term, by which nodes are told apart here; a result shows terms as the file has them.
"""


def evaluate(plan: Plan, data: DataGraph) -> list[Result]:
    """Return every result of a data graph under a plan, in a stable order.

    Raises:
        ShapesGraphError: a query of the shapes graph signals a failure.
    """
    chosen = plan.exact if plan.exact is not None and data.knows_originals else plan
    exact = any(_matters(data, kind, ends) for kind, ends in chosen.looks)
    run = _Run(chosen, Stores(data, plan.graph, exact=exact))
    found = [result for root in chosen.roots for _, result in run.results(root.shape, Scope(root.targets))]
    return sorted(found, key=_order)


def _matters(data: DataGraph, kind: str, ends: frozenset[ox.NamedNode] | None) -> bool:
    changed = {"form": data.rewritten, "type": data.retyped, "count": data.merged}[kind]
    return bool(changed if ends is None else changed & ends)


def _order(result: Result) -> tuple[str, ...]:
    path = "" if result.path is None else result.path.text
    named = (result.focus, result.shape, path, result.component, result.value, result.constraint, result.messages)
    return tuple(map(str, named))


class _Run:
    """One evaluation: the stores, and what is known already."""

    def __init__(self, plan: Plan, stores: Stores) -> None:
        self.plan = plan
        self.stores = stores
        self._results: dict[tuple[int, Scope], list[Found]] = {}
        self._empty: dict[Scope, bool] = {}
        self._grouped: dict[tuple[int, Scope], dict[Term, list[Result]]] = {}
        self._pairs: dict[tuple[str | None, Scope], list[tuple[Term, Term]]] = {}

    def results(self, place: int, scope: Scope) -> list[Found]:
        """Return the results of a shape for the focus nodes of a scope."""
        key = (place, scope)
        if key not in self._results:
            empty = self._is_empty(scope)
            self._results[key] = [] if empty else list(self._evaluate(self.plan.shapes[place], scope))
        return self._results[key]

    def _is_empty(self, scope: Scope) -> bool:
        """Whether there is no focus node: one question that saves many where a shape does not apply."""
        if scope not in self._empty:
            nodes = self.stores.select(f"SELECT ?this WHERE {{ {scope.pattern} }} LIMIT 1")
            self._empty[scope] = next(nodes, None) is None
        return self._empty[scope]

    def _evaluate(self, shape: ShapePlan, scope: Scope) -> Iterator[Found]:
        yield from self._values(shape, scope)
        for row in shape.rows:
            yield from self._rows(shape, row, scope)
        for member in shape.members:
            yield from self._members(shape, member, scope)
        for query in shape.queries:
            yield from self._query(shape, query, scope)
        for check in shape.shapes:
            yield from self._shapes(shape, check, scope)
        for qualified in shape.qualified:
            yield from self._qualified(shape, qualified, scope)
        for child in shape.properties:
            yield from self._properties(shape, child.shape, scope)

    # -- checks of the store

    def _values(self, shape: ShapePlan, scope: Scope) -> Iterator[Found]:
        if not shape.values:
            return
        conditions = [check.condition for check in shape.values]
        right = " && ".join(f"({condition})" for condition in conditions)
        marks = " ".join(f"({condition} AS ?ok{i})" for i, condition in enumerate(conditions)) if conditions[1:] else ""
        body = f"{scope.pattern} {value_pattern(shape.path)} FILTER(!({right}))"
        for row in self.stores.select(f"SELECT DISTINCT ?this ?value {marks} WHERE {{ {body} }}"):
            focus, value = row["this"], row["value"]
            for i, check in enumerate(shape.values):
                if not marks or row[f"ok{i}"].value == "false":
                    details = self._details(shape, check.shapes, scope, value)
                    yield focus, self._result(shape, check.component, focus, value, details=details)

    def _details(self, shape: ShapePlan, shapes: tuple[int, ...], scope: Scope, value: Term) -> tuple[Result, ...]:
        """Return why a value node does not conform to other shapes."""
        return tuple(result for place in shapes for result in self._failing(place, shape, scope).get(value, ()))

    def _rows(self, shape: ShapePlan, check: RowCheck, scope: Scope) -> Iterator[Found]:
        text = f"SELECT DISTINCT ?this {check.columns} WHERE {{ {scope.pattern} {check.body} }} {check.tail}"
        for row in self.stores.select(text):
            path = self.stores.predicate(row["path"]) if "?path" in check.columns else None
            value = row["value"] if "?value" in check.columns else None
            yield row["this"], self._result(shape, check.component, row["this"], value, path=path)

    def _members(self, shape: ShapePlan, check: MemberCheck, scope: Scope) -> Iterator[Found]:
        members = {private_term(member) for member in check.members}
        for focus, value in self._pairs_of(shape, scope):
            if value not in members:
                yield focus, self._result(shape, check.component, focus, value)

    def _query(self, shape: ShapePlan, check: QueryCheck, scope: Scope) -> Iterator[Found]:
        for row in found_rows(self.stores, shape, check, scope):
            yield (
                row.focus,
                self._result(
                    shape,
                    check.component,
                    row.focus,
                    row.value,
                    path=row.path,
                    constraint=check.constraint,
                    messages=row.messages,
                ),
            )

    # -- checks by other shapes

    def _failing(self, place: int, shape: ShapePlan, scope: Scope) -> dict[Term, list[Result]]:
        """Return the results of another shape for the value nodes of this one, by value node."""
        inner = scope if shape.path is None else scope.through(shape.path)
        key = (place, inner)
        if key not in self._grouped:
            self._grouped[key] = {}
            for focus, result in self.results(place, inner):
                self._grouped[key].setdefault(focus, []).append(result)
        return self._grouped[key]

    def _pairs_of(self, shape: ShapePlan, scope: Scope) -> list[tuple[Term, Term]]:
        """Return every focus node with each of its value nodes."""
        key = (None if shape.path is None else shape.path.path.text, scope)
        if key not in self._pairs:
            body = f"{scope.pattern} {value_pattern(shape.path)}"
            rows = self.stores.select(f"SELECT DISTINCT ?this ?value WHERE {{ {body} }}")
            self._pairs[key] = [(row["this"], row["value"]) for row in rows]
        return self._pairs[key]

    def _shapes(self, shape: ShapePlan, check: ShapeCheck, scope: Scope) -> Iterator[Found]:
        failing = [self._failing(place, shape, scope) for place in check.shapes]
        if check.operator in {"node", "and"} and not any(failing):
            return
        for focus, value in self._pairs_of(shape, scope):
            failed = [found[value] for found in failing if value in found]
            if _breaks(check.operator, len(failed), len(failing)):
                details = tuple(result for results in failed for result in results)
                yield focus, self._result(shape, check.component, focus, value, details=details)

    def _properties(self, shape: ShapePlan, place: int, scope: Scope) -> Iterator[Found]:
        if shape.path is None:
            yield from self.results(place, scope)
            return
        failing = self._failing(place, shape, scope)
        if failing:
            for focus, value in self._pairs_of(shape, scope):
                for result in failing.get(value, ()):
                    yield focus, result

    def _qualified(self, shape: ShapePlan, check: QualifiedCheck, scope: Scope) -> Iterator[Found]:
        wrong = self._failing(check.shape, shape, scope)
        others = [self._failing(place, shape, scope) for place in check.siblings]
        counts = Counter(
            focus
            for focus, value in self._pairs_of(shape, scope)
            if value not in wrong and all(value in failing for failing in others)
        )
        for row in self.stores.select(f"SELECT DISTINCT ?this WHERE {{ {scope.pattern} }}"):
            focus = row["this"]
            if check.minimum is not None and counts[focus] < check.minimum:
                yield focus, self._result(shape, component("QualifiedMinCount"), focus, None)
            if check.maximum is not None and counts[focus] > check.maximum:
                yield focus, self._result(shape, component("QualifiedMaxCount"), focus, None)

    def _result(
        self,
        shape: ShapePlan,
        kind: ox.NamedNode,
        focus: Term,
        value: Term | None,
        *,
        path: SparqlPath | None = None,
        constraint: ox.NamedNode | ox.BlankNode | None = None,
        messages: tuple[ox.Literal, ...] = (),
        details: tuple[Result, ...] = (),
    ) -> Result:
        """Return a result about terms of the store."""
        path = path or shape.path
        shown_focus = self.stores.focus(focus)
        shown_value = None if value is None else self.stores.value(path, focus, value)
        return Result(
            shown_focus,
            None if path is None else path.path,
            shown_value,
            shape.severity,
            kind,
            shape.node,
            constraint,
            messages or _stated(shape.messages, shown_focus, path, shown_value),
            tuple(sorted(details, key=_order)),
        )


def _breaks(operator: str, failed: int, shapes: int) -> bool:
    """Whether a value node that fails so many of some shapes breaks the constraint."""
    match operator:
        case "node" | "and":
            return failed > 0
        case "or":
            return failed == shapes
        case "not":
            return failed == 0
        case _:
            return shapes - failed != 1


def _stated(
    messages: tuple[ox.Literal, ...], focus: Term, path: SparqlPath | None, value: Term | None
) -> tuple[ox.Literal, ...]:
    """Return the messages of a shape with what they mention."""
    known: dict[str, Term] = {"this": focus}
    if value is not None:
        known["value"] = value
    if path is not None:
        known["path"] = path.path.node
    return tuple(filled(message, known) for message in messages)
