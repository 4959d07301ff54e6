"""From the triples of a shapes graph to its syntax tree.

What is ill-formed raises `ShapesGraphError`; what is well-formed but unknown to this engine raises `UnsupportedShapeError`.
Nothing in the SHACL namespace is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from shapes.engine.customs import Components, read_components
from shapes.engine.graph import Node, ShapesGraph
from shapes.engine.parameters import constraints_of
from shapes.engine.paths import SparqlPath, read_path
from shapes.engine.syntax import ClassTarget, NodeTarget, PropertyTarget, Shape, ShapesTree, Target
from shapes.engine.targets import read_sparql_target
from shapes.engine.values import flag, iri, texts
from shapes.engine.vocabulary import CLASS, KNOWN_PREDICATES, TARGETS, TYPE, sh
from shapes.errors import ShapesGraphError, UnsupportedShapeError
from shapes.report import SH, VIOLATION

_DEEPEST = 100
_LEADING = frozenset(
    map(sh, ("property", "node", "not", "qualifiedValueShape", "sparql", "target", "parameter", "path", "declare"))
) | frozenset(map(sh, ("validator", "nodeValidator", "propertyValidator")))
"""Properties whose values belong to the shapes."""


def read_shapes(graph: ShapesGraph) -> ShapesTree:
    """Read every shape that a target reaches.

    Raises:
        ShapesGraphError: a shape is ill-formed.
        UnsupportedShapeError: a shape is recursive, or a term of SHACL is unknown to this engine.
    """
    _refuse_unknown_terms(graph)
    reader = _Reader(graph)
    roots = tuple(node for node in _targeted(graph) if reader.read(node, ()).targets)
    return ShapesTree(reader.shapes, roots)


def _refuse_unknown_terms(graph: ShapesGraph) -> None:
    for predicate in sorted(graph.used_predicates(), key=str):
        if not predicate.value.startswith(SH) or predicate.value in KNOWN_PREDICATES:
            continue
        for node in graph.subjects(predicate):
            if predicate == sh("entailment") or _speaks_shacl(graph, node):
                raise UnsupportedShapeError(
                    f"{node} uses sh:{predicate.value.removeprefix(SH)}, which this engine does not know: correct the "
                    f"spelling, or express the rule in SHACL Core or SHACL-SPARQL"
                )


def _speaks_shacl(graph: ShapesGraph, node: Node) -> bool:
    """Whether a node is part of a shape; a shapes graph may hold data too, which may say what it likes."""
    if any(predicate.value in KNOWN_PREDICATES for predicate in graph.predicates(node)):
        return True
    if any(isinstance(kind, ox.NamedNode) and kind.value.startswith(SH) for kind in graph.objects(node, TYPE)):
        return True
    return any(predicate in _LEADING for predicate in graph.predicates_to(node))


def _targeted(graph: ShapesGraph) -> list[Node]:
    found = {node for name in TARGETS for node in graph.subjects(sh(name))}
    for kind in ("NodeShape", "PropertyShape"):
        found.update(node for node in graph.instances(sh(kind)) if graph.is_instance(node, CLASS))
    return sorted(found, key=str)


class _Reader:
    """Reads shapes depth first and knows which ones are being read."""

    def __init__(self, graph: ShapesGraph) -> None:
        self.graph = graph
        self.components: Components = read_components(graph)
        self.shapes: dict[Node, Shape] = {}

    def read(self, node: Node, above: tuple[Node, ...]) -> Shape:
        if node in self.shapes:
            return self.shapes[node]
        if node in above:
            circle = " -> ".join(str(step) for step in (*above[above.index(node) :], node))
            raise UnsupportedShapeError(f"the shape {node} uses itself ({circle}); SHACL leaves recursion undefined")
        if len(above) > _DEEPEST:
            raise UnsupportedShapeError(f"the shape {node} is nested more than {_DEEPEST} shapes deep")
        shape = self._shape(node, (*above, node))
        self.shapes[node] = shape
        return shape

    def _shape(self, node: Node, above: tuple[Node, ...]) -> Shape:
        graph = self.graph
        path = self._path(node)
        dead = flag(graph, node, "deactivated")
        constraints = () if dead else tuple(constraints_of(graph, self.components, node, path))
        for constraint in constraints:
            for nested in _nested(constraint):
                self.read(nested, above)
                self._check_nested(constraint, node, nested)
        return Shape(
            node,
            path,
            () if dead else tuple(_targets(graph, node)),
            _severity(graph, node),
            texts(graph, node, "message"),
            constraints,
        )

    def _path(self, node: Node) -> SparqlPath | None:
        held = self.graph.one(node, sh("path"))
        if held is None and self.graph.is_instance(node, sh("PropertyShape")):
            raise ShapesGraphError(f"the property shape {node} has no sh:path")
        if held is not None and self.graph.is_instance(node, sh("NodeShape")):
            raise ShapesGraphError(f"the node shape {node} has a sh:path: make it a sh:PropertyShape or drop the path")
        return None if held is None else read_path(self.graph, held)

    def _check_nested(self, constraint: object, node: Node, nested: Node) -> None:
        path = self.shapes[nested].path
        name = getattr(constraint, "name", None)
        if not self.graph.predicates(nested):
            raise ShapesGraphError(f"{node} refers to the shape {nested}, of which the shapes graph says nothing")
        if constraint.__class__.__name__ == "Property" and path is None:
            raise ShapesGraphError(f"{nested}, a sh:property of {node}, has no sh:path")
        if name == "node" and path is not None:
            raise ShapesGraphError(f"{nested}, a sh:node of {node}, is a property shape: use sh:property")


def _nested(constraint: object) -> Iterator[Node]:
    single = getattr(constraint, "shape", None)
    if single is not None:
        yield single
    yield from getattr(constraint, "shapes", ())
    yield from getattr(constraint, "siblings", ())


def _targets(graph: ShapesGraph, node: Node) -> Iterator[Target]:
    for held in graph.objects(node, sh("targetNode")):
        if isinstance(held, ox.BlankNode):
            raise ShapesGraphError(f"sh:targetNode of {node} is a blank node: give the node an IRI")
        yield NodeTarget(held)
    for held in graph.objects(node, sh("targetClass")):
        yield ClassTarget(iri(held, node, "targetClass"))
    for objects, name in ((False, "targetSubjectsOf"), (True, "targetObjectsOf")):
        for held in graph.objects(node, sh(name)):
            yield PropertyTarget(iri(held, node, name), objects)
    for held in graph.objects(node, sh("target")):
        yield read_sparql_target(graph, held)
    if isinstance(node, ox.NamedNode) and graph.is_instance(node, CLASS):
        yield ClassTarget(node)


def _severity(graph: ShapesGraph, node: Node) -> ox.NamedNode:
    held = graph.one(node, sh("severity"))
    return VIOLATION if held is None else iri(held, node, "severity")
