"""From the parameters of one shape to its constraints."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyoxigraph as ox

from shapes.engine import syntax as s
from shapes.engine.customs import Components, customs_of
from shapes.engine.graph import Node, ShapesGraph
from shapes.engine.paths import SparqlPath
from shapes.engine.prefixes import resolved_query
from shapes.engine.values import flag, integer, iri, resource, string, texts
from shapes.engine.vocabulary import sh
from shapes.errors import ShapesGraphError
from shapes.report import SH, Term

_KINDS = ("BlankNode", "IRI", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
_ON_PROPERTIES = ("minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals", "qualifiedValueShape")


def constraints_of(
    graph: ShapesGraph, components: Components, node: Node, path: SparqlPath | None
) -> Iterator[s.Constraint]:
    """Yield the constraints that a shape declares, in a stable order.

    Raises:
        ShapesGraphError: a parameter has a value that SHACL does not allow.
    """
    for predicate in graph.predicates(node):
        name = predicate.value.removeprefix(SH)
        reader = _READERS.get(name) if predicate.value.startswith(SH) else None
        if reader is None:
            continue
        if path is None and name in _ON_PROPERTIES:
            raise ShapesGraphError(f"sh:{name} at the node shape {node}: it belongs to a property shape")
        yield from reader(graph, node, name)
    yield from customs_of(graph, components, node, path is not None)


def _single(graph: ShapesGraph, node: Node, name: str) -> Term:
    held = graph.one(node, sh(name))
    assert held is not None
    return held


def _classes(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    for held in graph.objects(node, sh(name)):
        yield s.ClassOf(iri(held, node, name))


def _datatype(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    yield s.Datatype(iri(_single(graph, node, name), node, name))


def _node_kind(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    kind = iri(_single(graph, node, name), node, name).value.removeprefix(SH)
    if kind not in _KINDS:
        raise ShapesGraphError(f"sh:nodeKind of {node} is {kind}; use one of {', '.join('sh:' + k for k in _KINDS)}")
    yield s.NodeKind(kind)


def _count(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    count = integer(graph, node, name)
    if name == "maxCount" or count > 0:
        yield s.Count(name, count)


def _range(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    held = _single(graph, node, name)
    if not isinstance(held, ox.Literal):
        raise ShapesGraphError(f"sh:{name} of {node} is {held}; write a literal")
    yield s.ValueRange(name, held)


def _length(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    yield s.Length(name, integer(graph, node, name))


def _pattern(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    flags = graph.one(node, sh("flags"))
    shown = "" if flags is None else string(flags, node, "flags")
    for held in graph.objects(node, sh(name)):
        yield s.Pattern(string(held, node, name), shown)


def _language_in(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    members = graph.members(_single(graph, node, name), f"sh:{name} of {node}")
    yield s.LanguageIn(tuple(string(member, node, name) for member in members))


def _unique_lang(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    if flag(graph, node, name):
        yield s.UniqueLang()


def _equals(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    for held in graph.objects(node, sh(name)):
        yield s.Equals(iri(held, node, name))


def _disjoint(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    for held in graph.objects(node, sh(name)):
        yield s.Disjoint(iri(held, node, name))


def _less_than(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    for held in graph.objects(node, sh(name)):
        yield s.LessThan(iri(held, node, name), name == "lessThanOrEquals")


def _logical(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    for held in graph.objects(node, sh(name)):
        yield s.Logical(name, (resource(held, node, name),))


def _logical_list(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    for held in graph.objects(node, sh(name)):
        members = graph.members(held, f"sh:{name} of {node}")
        yield s.Logical(name, tuple(resource(member, node, name) for member in members))


def _property(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    for held in graph.objects(node, sh(name)):
        yield s.Property(resource(held, node, name))


def _qualified(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    least, most = (graph.one(node, sh(f"qualified{side}Count")) for side in ("Min", "Max"))
    minimum = None if least is None else integer(graph, node, "qualifiedMinCount")
    maximum = None if most is None else integer(graph, node, "qualifiedMaxCount")
    if minimum is None and maximum is None:
        raise ShapesGraphError(
            f"{node} has sh:qualifiedValueShape without sh:qualifiedMinCount or sh:qualifiedMaxCount"
        )
    disjoint = flag(graph, node, "qualifiedValueShapesDisjoint")
    for held in graph.objects(node, sh(name)):
        shape = resource(held, node, name)
        yield s.Qualified(shape, minimum, maximum, _siblings(graph, node, shape) if disjoint else ())


def _siblings(graph: ShapesGraph, node: Node, shape: Node) -> tuple[Node, ...]:
    """Return the qualified shapes of all property shapes under the same parents (the definition of sibling shapes)."""
    found = {
        held
        for parent in graph.subjects(sh("property"), node)
        for child in graph.objects(parent, sh("property"))
        for held in graph.objects(child, sh("qualifiedValueShape"))
    }
    return tuple(sorted((resource(held, node, "qualifiedValueShape") for held in found - {shape}), key=str))


def _closed(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    if not flag(graph, node, name):
        return
    allowed = {held for child in graph.objects(node, sh("property")) for held in graph.objects(child, sh("path"))}
    ignored = graph.one(node, sh("ignoredProperties"))
    if ignored is not None:
        members = graph.members(ignored, f"sh:ignoredProperties of {node}")
        allowed.update(iri(member, node, "ignoredProperties") for member in members)
    yield s.Closed(tuple(sorted((held for held in allowed if isinstance(held, ox.NamedNode)), key=str)))


def _has_value(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    for held in graph.objects(node, sh(name)):
        yield s.HasValue(held)


def _in(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    yield s.In(graph.members(_single(graph, node, name), f"sh:in of {node}"))


def _sparql(graph: ShapesGraph, node: Node, name: str) -> Iterator[s.Constraint]:
    for held in graph.objects(node, sh(name)):
        constraint = resource(held, node, name)
        if flag(graph, constraint, "deactivated"):
            continue
        yield s.Sparql(constraint, resolved_query(graph, constraint, "select"), texts(graph, constraint, "message"))


_READERS: dict[str, Callable[[ShapesGraph, Node, str], Iterator[s.Constraint]]] = {
    "class": _classes,
    "datatype": _datatype,
    "nodeKind": _node_kind,
    **dict.fromkeys(("minCount", "maxCount"), _count),
    **dict.fromkeys(("minInclusive", "maxInclusive", "minExclusive", "maxExclusive"), _range),
    **dict.fromkeys(("minLength", "maxLength"), _length),
    "pattern": _pattern,
    "languageIn": _language_in,
    "uniqueLang": _unique_lang,
    "equals": _equals,
    "disjoint": _disjoint,
    **dict.fromkeys(("lessThan", "lessThanOrEquals"), _less_than),
    **dict.fromkeys(("node", "not"), _logical),
    **dict.fromkeys(("and", "or", "xone"), _logical_list),
    "property": _property,
    "qualifiedValueShape": _qualified,
    "closed": _closed,
    "hasValue": _has_value,
    "in": _in,
    "sparql": _sparql,
}
