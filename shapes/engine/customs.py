"""SPARQL-based constraint components: their definitions, and where a shape uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from shapes.engine.graph import Node, ShapesGraph
from shapes.engine.prefixes import resolved_query
from shapes.engine.syntax import Custom
from shapes.engine.values import flag, texts
from shapes.engine.vocabulary import sh
from shapes.errors import ShapesGraphError
from shapes.report import SH, Term

_LOCAL_NAME = re.compile(r"[\w\-.]*$")
_RESERVED = frozenset({"this", "shapesGraph", "currentShape", "path", "PATH", "value"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a component.

    Attributes:
        path: the property by which a shape gives its value.
        name: the variable that stands for it.
        optional: whether a shape may leave it out.
    """

    path: ox.NamedNode
    name: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Validator:
    """The query of a validator and what it says about a violation."""

    query: str
    messages: tuple[ox.Literal, ...]


@dataclass(frozen=True, slots=True)
class Component:
    """A constraint component of the shapes graph."""

    node: ox.NamedNode
    parameters: tuple[Parameter, ...]
    at_nodes: Validator | None
    at_properties: Validator | None


Components = tuple[Component, ...]


def read_components(graph: ShapesGraph) -> Components:
    """Read the constraint components that a shapes graph declares.

    Raises:
        ShapesGraphError: a declaration is ill-formed.
    """
    declared = graph.instances(sh("ConstraintComponent"))
    return tuple(_component(graph, node) for node in declared if not str(node).startswith("<" + SH))


def read_parameters(graph: ShapesGraph, node: Node) -> tuple[Parameter, ...]:
    """Read the sh:parameter of a component or target type.

    Raises:
        ShapesGraphError: a parameter has no IRI as its path, or a name that is taken.
    """
    return tuple(_parameter(graph, node, held) for held in graph.objects(node, sh("parameter")))


def customs_of(graph: ShapesGraph, components: Components, node: Node, is_property: bool) -> Iterator[Custom]:
    """Yield the uses of declared components at a shape.

    Raises:
        ShapesGraphError: a parameter has several values although its component has several parameters.
    """
    for component in components:
        validator = component.at_properties if is_property else component.at_nodes
        if validator is None:
            continue
        for given in given_parameters(graph, component.parameters, node):
            yield Custom(component.node, validator.query, given, validator.messages)


def given_parameters(
    graph: ShapesGraph, parameters: tuple[Parameter, ...], node: Term
) -> Iterator[tuple[tuple[str, Term], ...]]:
    """Yield each set of parameter values that a node gives; none where a mandatory one is missing."""
    values = {parameter.name: graph.objects(node, parameter.path) for parameter in parameters}
    if any(not values[parameter.name] for parameter in parameters if not parameter.optional):
        return
    if not any(values.values()):
        return
    if len(parameters) == 1:
        name = parameters[0].name
        for value in values[name]:
            yield ((name, value),)
        return
    for parameter in parameters:
        if len(values[parameter.name]) > 1:
            raise ShapesGraphError(
                f"{node} gives several values for {parameter.path}: one of several parameters takes one"
            )
    yield tuple((name, held[0]) for name, held in values.items() if held)


def _component(graph: ShapesGraph, node: Node) -> Component:
    if not isinstance(node, ox.NamedNode):
        raise ShapesGraphError(f"the constraint component {node} has no IRI")
    parameters = read_parameters(graph, node)
    if all(parameter.optional for parameter in parameters):
        raise ShapesGraphError(f"the constraint component {node} needs a sh:parameter that is not optional")
    labels = texts(graph, node, "labelTemplate")
    general = _validator(graph, node, "validator", labels)
    return Component(
        node,
        parameters,
        _validator(graph, node, "nodeValidator", labels) or general,
        _validator(graph, node, "propertyValidator", labels) or general,
    )


def _validator(graph: ShapesGraph, node: Node, name: str, labels: tuple[ox.Literal, ...]) -> Validator | None:
    held = graph.objects(node, sh(name))
    if not held:
        return None
    if len(held) > 1:
        raise ShapesGraphError(f"the constraint component {node} has several sh:{name}: keep one")
    kind = "ask" if graph.objects(held[0], sh("ask")) else "select"
    if kind == "select" and name == "validator":
        raise ShapesGraphError(
            f"the sh:validator of {node} has no sh:ask: a SELECT is a sh:nodeValidator or sh:propertyValidator"
        )
    return Validator(resolved_query(graph, held[0], kind), texts(graph, held[0], "message") or labels)


def _parameter(graph: ShapesGraph, node: Node, held: Term) -> Parameter:
    path = graph.one(held, sh("path"))
    if not isinstance(path, ox.NamedNode):
        raise ShapesGraphError(f"the parameter {held} of {node} needs an IRI as its sh:path")
    match = _LOCAL_NAME.search(path.value)
    name = match.group() if match else ""
    if not name.isidentifier() or name in _RESERVED:
        raise ShapesGraphError(f"the parameter {path} of {node} ends in no usable variable name: rename the property")
    return Parameter(path, name, flag(graph, held, "optional"))
