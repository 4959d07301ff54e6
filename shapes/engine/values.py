"""Values of SHACL's own properties, of the kind that SHACL asks for."""

from __future__ import annotations

import pyoxigraph as ox

from shapes.engine.graph import Node, ShapesGraph
from shapes.engine.vocabulary import XSD, sh
from shapes.errors import ShapesGraphError
from shapes.report import Term

_INTEGER = ox.NamedNode(XSD + "integer")
_STRING = ox.NamedNode(XSD + "string")
_BOOLEAN = ox.NamedNode(XSD + "boolean")


def flag(graph: ShapesGraph, node: Term, name: str) -> bool:
    """Return an xsd:boolean parameter; False where it is not stated.

    Raises:
        ShapesGraphError: it is no boolean.
    """
    held = graph.one(node, sh(name))
    if held is None:
        return False
    if not isinstance(held, ox.Literal) or held.datatype != _BOOLEAN:
        raise ShapesGraphError(f"sh:{name} of {node} is {held}; write true or false")
    return held.value == "true"  # SHACL names the term "true"; "1" is another term


def texts(graph: ShapesGraph, node: Term, name: str) -> tuple[ox.Literal, ...]:
    """Return the texts that a node states for people, such as its sh:message.

    Raises:
        ShapesGraphError: a value is no text.
    """
    found = []
    for held in graph.objects(node, sh(name)):
        if not isinstance(held, ox.Literal) or (held.language is None and held.datatype != _STRING):
            raise ShapesGraphError(f"sh:{name} of {node} is {held}; write a string, with a language where it has one")
        found.append(held)
    return tuple(found)


def iri(value: Term, node: Node, name: str) -> ox.NamedNode:
    """Return a value that has to be an IRI.

    Raises:
        ShapesGraphError: it is none.
    """
    if not isinstance(value, ox.NamedNode):
        raise ShapesGraphError(f"sh:{name} of {node} is {value}, not an IRI")
    return value


def resource(value: Term, node: Node, name: str) -> Node:
    """Return a value that has to be a shape or another resource.

    Raises:
        ShapesGraphError: it is a literal.
    """
    if not isinstance(value, ox.NamedNode | ox.BlankNode):
        raise ShapesGraphError(f"sh:{name} of {node} is {value}, not a shape")
    return value


def integer(graph: ShapesGraph, node: Node, name: str) -> int:
    """Return the one value of a property that has to be an xsd:integer.

    Raises:
        ShapesGraphError: it is none.
    """
    held = graph.one(node, sh(name))
    if not isinstance(held, ox.Literal) or held.datatype != _INTEGER or not held.value.lstrip("+-").isdigit():
        raise ShapesGraphError(f"sh:{name} of {node} is {held}; write an integer")
    return int(held.value)


def string(value: Term, node: Node, name: str) -> str:
    """Return the text of a value that has to be an xsd:string.

    Raises:
        ShapesGraphError: it is none.
    """
    if not isinstance(value, ox.Literal) or value.datatype != _STRING:
        raise ShapesGraphError(f"sh:{name} of {node} is {value}; write a string")
    return value.value
