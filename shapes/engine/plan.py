"""A compiled shapes graph: SPARQL fragments, and what to say about the rows that they find.

Fragments speak of `?this` (the focus node) and `?value` (a value node); the evaluator puts the pattern of the focus nodes in
front of them. A plan holds no data, so that it is kept between runs, in memory or as JSON.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias

import pyoxigraph as ox

from shapes.engine.graph import Node
from shapes.engine.paths import SparqlPath
from shapes.errors import PlanError
from shapes.report import Path, Term

Sensitivity: TypeAlias = Literal["form", "type", "count"]
"""What of a literal is looked at: its lexical form, its datatype, or only how many there are."""


@dataclass(frozen=True, slots=True)
class ValueCheck:
    """A condition on each value node.

    Attributes:
        component: the constraint component.
        condition: a SPARQL expression that is true or false.
        shapes: places of shapes that the condition stands for; their results explain a violation.
    """

    component: ox.NamedNode
    condition: str
    shapes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A pattern each of whose rows is a violation.

    Attributes:
        component: the constraint component.
        columns: what is selected beside `?this`: any of `?value`, `?path`, and columns that tell rows apart.
        body: the pattern behind that of the focus nodes.
        tail: grouping, or nothing.
    """

    component: ox.NamedNode
    columns: str
    body: str
    tail: str


@dataclass(frozen=True, slots=True)
class MemberCheck:
    """A long sh:in: value nodes are looked up, for a condition would try one member after another."""

    component: ox.NamedNode
    members: frozenset[Term]


@dataclass(frozen=True, slots=True)
class ShapeCheck:
    """sh:node, sh:not, sh:and, sh:or, sh:xone over other shapes of the plan.

    Attributes:
        component: the constraint component.
        operator: the parameter's local name.
        shapes: places of the shapes in the plan.
    """

    component: ox.NamedNode
    operator: str
    shapes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PropertyCheck:
    """sh:property: every value node is a focus node of another shape."""

    shape: int


@dataclass(frozen=True, slots=True)
class QualifiedCheck:
    """sh:qualifiedValueShape with counts; value nodes that conform to one of `siblings` do not count."""

    shape: int
    siblings: tuple[int, ...]
    minimum: int | None
    maximum: int | None


@dataclass(frozen=True, slots=True)
class QueryCheck:
    """A query of the shapes graph.

    Attributes:
        component: the constraint component.
        constraint: the node of a sh:sparql, None for a component.
        ask: whether it is an ASK that is true for a good value node; else a SELECT whose rows are violations.
        joinable: whether one run may stand for all focus nodes (and value nodes).
        parts: the query, cut where a pattern is put in: that of all focus nodes, in one place, where it is joinable; else, at
            the start of each group, one that binds the pre-bound variables.
        bound: what is bound for each run beside focus and value node; in a joinable query it stands as constants.
        messages: templates, with variables in braces.
        reads_shapes: whether it reads the shapes graph.
    """

    component: ox.NamedNode
    constraint: Node | None
    ask: bool
    joinable: bool
    parts: tuple[str, ...]
    bound: tuple[tuple[str, Term], ...]
    messages: tuple[ox.Literal, ...]
    reads_shapes: bool


@dataclass(frozen=True, slots=True)
class ShapePlan:
    """What to do for the focus nodes of one shape.

    Attributes:
        node: the shape.
        path: the path to the value nodes; None where the focus node is its own value node.
        severity: of every result.
        messages: of every result, where a check has none of its own.
        values, rows, shapes, properties, qualified, queries, members: the checks by kind.
    """

    node: Node
    path: SparqlPath | None
    severity: ox.NamedNode
    messages: tuple[ox.Literal, ...]
    values: tuple[ValueCheck, ...] = ()
    rows: tuple[RowCheck, ...] = ()
    shapes: tuple[ShapeCheck, ...] = ()
    properties: tuple[PropertyCheck, ...] = ()
    qualified: tuple[QualifiedCheck, ...] = ()
    queries: tuple[QueryCheck, ...] = ()
    members: tuple[MemberCheck, ...] = ()

    @property
    def condition(self) -> str | None:
        """The condition that a node conforms, as an expression over `?value`; None where it takes more than that."""
        others = (self.rows, self.shapes, self.properties, self.qualified, self.queries, self.members)
        conditions = [check.condition for check in self.values]
        if self.path is not None or any(others) or any("?this" in condition for condition in conditions):
            return None
        return " && ".join(f"({condition})" for condition in conditions) or "true"


@dataclass(frozen=True, slots=True)
class Root:
    """A shape with targets; `targets` are patterns in which `{0}` stands for the variable of the focus node."""

    shape: int
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled shapes graph.

    Attributes:
        shapes: what to do for each shape.
        roots: the shapes that have targets.
        looks: what checks look at in literals, with the predicates those literals stand under (None: any).
        graph: the triples of the shapes graph, where a query reads them.
        exact: the same plan with the constants of the exact store, where they differ.
    """

    shapes: tuple[ShapePlan, ...]
    roots: tuple[Root, ...]
    looks: tuple[tuple[Sensitivity, frozenset[ox.NamedNode] | None], ...]
    graph: tuple[ox.Triple, ...] = ()
    exact: Plan | None = None


def value_pattern(path: SparqlPath | None) -> str:
    """Return the pattern from `?this` to its value nodes `?value`; it may find one more than once."""
    return "BIND(?this AS ?value)" if path is None else path.step("?this", "?value")


# -- plans as JSON

FORMAT = 3
"""Version of the plans; one that another version wrote is compiled again."""

_CLASSES: tuple[type, ...] = (
    *(ValueCheck, RowCheck, MemberCheck, ShapeCheck, PropertyCheck, QualifiedCheck, QueryCheck, ShapePlan, Root, Plan),
    *(SparqlPath, Path),
)


def to_json(plan: Plan) -> str:
    """Return a plan as JSON."""
    return json.dumps({"format": FORMAT, "plan": _encoded(plan)}, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Plan:
    """Return the plan that `to_json` wrote.

    Raises:
        PlanError: the text is no plan, or another version wrote it.
    """
    try:
        held = json.loads(text)
        if held["format"] != FORMAT:
            raise PlanError(
                f"the plan has format {held['format']}, this version reads {FORMAT}: compile the shapes again"
            )
        plan = _decoded(held["plan"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise PlanError(f"this is no compiled shapes graph ({error}): compile the shapes again") from error
    if not isinstance(plan, Plan):
        raise PlanError("this is no compiled shapes graph: compile the shapes again")
    return plan


def packed(plan: Plan) -> bytes:
    """Return a plan as compressed JSON, an eighth of its size."""
    return zlib.compress(to_json(plan).encode(), 9)


def unpacked(data: bytes) -> Plan:
    """Return the plan that `packed` wrote.

    Raises:
        PlanError: the bytes are no plan, or another version wrote it.
    """
    try:
        text = zlib.decompress(data).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise PlanError(f"this is no compiled shapes graph ({error}): compile the shapes again") from error
    return from_json(text)


def _encoded(item: object) -> object:
    if isinstance(item, tuple):
        return [_encoded(part) for part in item]
    if item is None or isinstance(item, bool | int | str):
        return item
    kind, parts = _taken_apart(item)
    return {kind: parts}


def _taken_apart(item: object) -> tuple[str, object]:
    """Return the tag and the parts of a term, a set or one of our classes."""
    match item:
        case ox.NamedNode() | ox.BlankNode():
            return item.__class__.__name__, item.value
        case ox.Literal():
            return "Literal", [item.value, item.datatype.value, item.language]
        case ox.Triple():
            return "Triple", [_encoded(item.subject), _encoded(item.predicate), _encoded(item.object)]
        case frozenset():
            return "set", sorted((_encoded(part) for part in item), key=str)
    names = [held.name for held in fields(item)]  # type: ignore[arg-type]
    return item.__class__.__name__, [_encoded(getattr(item, name)) for name in names]


def _decoded(item: object) -> Any:
    if isinstance(item, list):
        return tuple(map(_decoded, item))
    if not isinstance(item, dict):
        return item
    ((kind, held),) = item.items()
    return _MAKERS[kind](held)


def _literal(held: list[Any]) -> ox.Literal:
    text, datatype, language = held
    return ox.Literal(text, language=language) if language else ox.Literal(text, datatype=ox.NamedNode(datatype))


def _maker(kind: Callable[..., object]) -> Callable[[Any], object]:
    return lambda held: kind(*map(_decoded, held))


_MAKERS: dict[str, Callable[[Any], object]] = {
    "NamedNode": ox.NamedNode,
    "BlankNode": ox.BlankNode,
    "Literal": _literal,
    "Triple": _maker(ox.Triple),
    "set": lambda held: frozenset(map(_decoded, held)),
    **{kind.__name__: _maker(kind) for kind in _CLASSES},
}
