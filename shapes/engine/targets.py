"""Targets of SHACL-AF: the focus nodes that a query finds."""

from __future__ import annotations

import pyoxigraph as ox

from shapes.engine.customs import given_parameters, read_parameters
from shapes.engine.graph import Node, ShapesGraph
from shapes.engine.outline import outline
from shapes.engine.prebinding import check_syntax, with_constants
from shapes.engine.prefixes import resolved_query
from shapes.engine.syntax import SparqlTarget
from shapes.engine.vocabulary import TYPE, sh
from shapes.errors import ShapesGraphError, UnsupportedShapeError
from shapes.report import Term


def read_sparql_target(graph: ShapesGraph, node: Term) -> SparqlTarget:
    """Read a value of sh:target: a sh:SPARQLTarget, or an instance of a sh:SPARQLTargetType.

    Raises:
        ShapesGraphError: the target is ill-formed.
        UnsupportedShapeError: it is neither.
    """
    if graph.objects(node, sh("select")):
        return _target(resolved_query(graph, node, "select"), node)
    kinds = [kind for kind in graph.objects(node, TYPE) if graph.is_instance(kind, sh("SPARQLTargetType"))]
    if len(kinds) != 1 or not isinstance(kinds[0], ox.NamedNode | ox.BlankNode):
        raise UnsupportedShapeError(
            f"the sh:target {node} is no sh:SPARQLTarget with a sh:select and has no one target type"
        )
    return _of_type(graph, node, kinds[0])


def _of_type(graph: ShapesGraph, node: Term, kind: Node) -> SparqlTarget:
    given = list(given_parameters(graph, read_parameters(graph, kind), node))
    if len(given) != 1:
        raise ShapesGraphError(f"the sh:target {node} must give each parameter of {kind} one value")
    text = with_constants(resolved_query(graph, kind, "select"), dict(given[0]))
    if text is None:
        raise UnsupportedShapeError(f"the query of the target type {kind} uses a parameter where no constant can stand")
    return _target(text, node)


def _target(text: str, node: Term) -> SparqlTarget:
    check_syntax(text, str(node))
    if not outline(text, str(node)).projects("?this"):
        raise ShapesGraphError(f"the query of the sh:target {node} does not return ?this")
    return SparqlTarget(text)
