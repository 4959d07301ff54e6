"""The syntax tree of a shapes graph: shapes, targets and constraints as values.

Nested shapes are named by their node and kept in `ShapesTree.shapes`, so that a shape that is used twice is read once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import pyoxigraph as ox

from shapes.engine.graph import Node
from shapes.engine.paths import SparqlPath
from shapes.report import Term

# -- targets


@dataclass(frozen=True, slots=True)
class NodeTarget:
    """sh:targetNode: one node, in the data or not."""

    node: Term


@dataclass(frozen=True, slots=True)
class ClassTarget:
    """sh:targetClass, or a shape that is a class itself."""

    cls: ox.NamedNode


@dataclass(frozen=True, slots=True)
class PropertyTarget:
    """sh:targetSubjectsOf and sh:targetObjectsOf."""

    predicate: ox.NamedNode
    objects: bool


@dataclass(frozen=True, slots=True)
class SparqlTarget:
    """A sh:SPARQLTarget of SHACL-AF: the nodes that `?this` takes in a query; prefixes are already resolved."""

    select: str


Target: TypeAlias = NodeTarget | ClassTarget | PropertyTarget | SparqlTarget

# -- constraints about single value nodes


@dataclass(frozen=True, slots=True)
class ClassOf:
    """sh:class."""

    cls: ox.NamedNode


@dataclass(frozen=True, slots=True)
class Datatype:
    """sh:datatype."""

    datatype: ox.NamedNode


@dataclass(frozen=True, slots=True)
class NodeKind:
    """sh:nodeKind; `kind` is a local name such as BlankNodeOrIRI."""

    kind: str


@dataclass(frozen=True, slots=True)
class ValueRange:
    """sh:minInclusive and its like; `name` is the parameter's local name."""

    name: str
    limit: ox.Literal


@dataclass(frozen=True, slots=True)
class Length:
    """sh:minLength and sh:maxLength; `name` is the parameter's local name."""

    name: str
    length: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """sh:pattern with sh:flags."""

    pattern: str
    flags: str


@dataclass(frozen=True, slots=True)
class LanguageIn:
    """sh:languageIn."""

    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class In:
    """sh:in."""

    members: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Disjoint:
    """sh:disjoint."""

    predicate: ox.NamedNode


# -- constraints about all value nodes of a focus node


@dataclass(frozen=True, slots=True)
class Count:
    """sh:minCount and sh:maxCount; `name` is the parameter's local name."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class HasValue:
    """sh:hasValue."""

    value: Term


@dataclass(frozen=True, slots=True)
class UniqueLang:
    """sh:uniqueLang true."""


@dataclass(frozen=True, slots=True)
class Equals:
    """sh:equals."""

    predicate: ox.NamedNode


@dataclass(frozen=True, slots=True)
class LessThan:
    """sh:lessThan and sh:lessThanOrEquals."""

    predicate: ox.NamedNode
    or_equals: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """sh:closed true, with every predicate that is allowed."""

    allowed: tuple[ox.NamedNode, ...]


# -- constraints that lead to other shapes


@dataclass(frozen=True, slots=True)
class Logical:
    """sh:node, sh:not, sh:and, sh:or and sh:xone; `name` is the parameter's local name."""

    name: str
    shapes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Property:
    """sh:property."""

    shape: Node


@dataclass(frozen=True, slots=True)
class Qualified:
    """sh:qualifiedValueShape with its counts; `siblings` are set where the shapes are to be disjoint."""

    shape: Node
    minimum: int | None
    maximum: int | None
    siblings: tuple[Node, ...]


# -- SHACL-SPARQL


@dataclass(frozen=True, slots=True)
class Sparql:
    """sh:sparql: a query whose solutions are violations."""

    constraint: Node
    select: str
    messages: tuple[ox.Literal, ...]


@dataclass(frozen=True, slots=True)
class Custom:
    """A SPARQL-based constraint component applied to a shape.

    Attributes:
        component: the component.
        query: its ASK or SELECT validator.
        parameters: what the shape gives for each parameter, by variable name.
        messages: of the validator, else the component's label templates.
    """

    component: ox.NamedNode
    query: str
    parameters: tuple[tuple[str, Term], ...]
    messages: tuple[ox.Literal, ...]


ValueConstraint: TypeAlias = ClassOf | Datatype | NodeKind | ValueRange | Length | Pattern | LanguageIn | In | Disjoint
FocusConstraint: TypeAlias = Count | HasValue | UniqueLang | Equals | LessThan | Closed
ShapeConstraint: TypeAlias = Logical | Property | Qualified
Constraint: TypeAlias = ValueConstraint | FocusConstraint | ShapeConstraint | Sparql | Custom


@dataclass(frozen=True, slots=True)
class Shape:
    """A node shape, or a property shape where there is a path."""

    node: Node
    path: SparqlPath | None
    targets: tuple[Target, ...]
    severity: ox.NamedNode
    messages: tuple[ox.Literal, ...]
    constraints: tuple[Constraint, ...]


@dataclass(frozen=True, slots=True)
class ShapesTree:
    """A shapes graph, read.

    Attributes:
        shapes: every shape that is reached from a target, nested ones before those that use them.
        roots: the shapes that have targets.
        constants: whether literals stand in the shapes that a store would rewrite.
    """

    shapes: dict[Node, Shape]
    roots: tuple[Node, ...]
    constants: bool = field(default=False)
