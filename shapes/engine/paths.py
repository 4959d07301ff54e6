"""Property paths: from the shapes graph to SPARQL."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from shapes.engine.graph import Node, ShapesGraph
from shapes.engine.vocabulary import FIRST, REST, sh
from shapes.errors import ShapesGraphError, UnsupportedShapeError
from shapes.report import Path, Term

_UNARY = {"zeroOrMorePath": "{}*", "oneOrMorePath": "{}+", "zeroOrOnePath": "{}?", "inversePath": "^{}"}
_NULLABLE = frozenset({"zeroOrMorePath", "zeroOrOnePath"})
_DEEPEST = 100
_KINDS = (*_UNARY, "alternativePath")


@dataclass(frozen=True, slots=True)
class SparqlPath:
    """A property path as the engine needs it.

    Attributes:
        path: what reports say of it.
        nullable: whether it may lead from a node to that node itself in no step.
        ends: predicates of the last steps, None where a value may come from anywhere.
        steps: the parts of a sequence, or the path alone, each with whether it is nullable.
    """

    path: Path
    nullable: bool
    ends: frozenset[ox.NamedNode] | None
    steps: tuple[tuple[str, bool], ...]

    def step(self, start: str, end: str) -> str:
        """Return the pattern that goes from one variable, bound before, to another.

        A path of no step leads from every node to itself, but the store finds that only for nodes of its graph: a literal or
        an unheard IRI as focus node is added by LATERAL (SPARQL-dev SEP-0006).
        """
        pattern = self.chain(start, end)
        return f"LATERAL {{ {{ {pattern} }} UNION {{ BIND({start} AS {end}) }} }}" if self.nullable else pattern

    def chain(self, start: str, end: str) -> str:
        """Return the pattern that goes from a variable to another or to a constant, each step looked up behind the one before.

        Left to itself, the store may ask for each step by itself and join the answers: for a closure, all pairs of the graph.
        """
        name = f"{start}_to_{end[1:] if end.startswith('?') else 'value'}"
        stops = [start, *(f"{name}_{step}" for step in range(1, len(self.steps))), end]
        patterns = [f"{stops[place]} {text} {stops[place + 1]}" for place, (text, _) in enumerate(self.steps)]
        first = f"LATERAL {{ {patterns[0]} }}" if self.steps[0][1] else f"{patterns[0]} ."
        return " ".join([first, *(f"LATERAL {{ {pattern} }}" for pattern in patterns[1:])])


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    triples: tuple[ox.Triple, ...]
    nullable: bool
    ends: frozenset[ox.NamedNode] | None
    steps: tuple[tuple[str, bool], ...] = ()


def read_path(graph: ShapesGraph, node: Term) -> SparqlPath:
    """Read the path at a node of the shapes graph.

    Raises:
        ShapesGraphError: the path breaks a syntax rule (https://www.w3.org/TR/shacl/#property-paths).
    """
    part = _read(graph, node, frozenset())
    assert isinstance(node, ox.NamedNode | ox.BlankNode)
    path = Path(node, tuple(dict.fromkeys(part.triples)), part.text)
    return SparqlPath(path, part.nullable, part.ends, part.steps or ((part.text, part.nullable),))


def _read(graph: ShapesGraph, node: Term, above: frozenset[Term]) -> _Part:
    if isinstance(node, ox.NamedNode):
        return _Part(str(node), (), False, frozenset({node}))
    if not isinstance(node, ox.BlankNode):
        raise ShapesGraphError(f"the path {node} is neither an IRI nor a blank node")
    if node in above:
        raise ShapesGraphError(f"the path at {node} contains itself")
    above |= {node}
    if len(above) > _DEEPEST:
        raise UnsupportedShapeError(f"the path at {node} is nested more than {_DEEPEST} paths deep")
    if graph.objects(node, FIRST):
        return _sequence(graph, node, above)
    for kind in _KINDS:
        held = graph.one(node, sh(kind))
        if held is not None:
            link = ox.Triple(node, sh(kind), held)
            return (
                _alternative(graph, held, link, above)
                if kind == "alternativePath"
                else _unary(graph, kind, link, above)
            )
    raise ShapesGraphError(f"the path at {node} is none of: IRI, list, {', '.join('sh:' + kind for kind in _KINDS)}")


def _unary(graph: ShapesGraph, kind: str, link: ox.Triple, above: frozenset[Term]) -> _Part:
    inner = _read(graph, link.object, above)
    ends = None if kind == "inversePath" or kind in _NULLABLE else inner.ends
    return _Part(
        _UNARY[kind].format(_grouped(inner.text)),
        (link, *inner.triples),
        inner.nullable or kind in _NULLABLE,
        ends,
    )


def _sequence(graph: ShapesGraph, node: ox.BlankNode, above: frozenset[Term]) -> _Part:
    parts = _parts(graph, node, above)
    ends = parts[-1].ends
    return _Part(
        "/".join(_grouped(part.text) for part in parts),
        (*_list_triples(graph, node), *(triple for part in parts for triple in part.triples)),
        all(part.nullable for part in parts),
        ends,
        tuple(step for part in parts for step in part.steps or ((part.text, part.nullable),)),
    )


def _alternative(graph: ShapesGraph, head: Term, link: ox.Triple, above: frozenset[Term]) -> _Part:
    parts = _parts(graph, head, above)
    ends = None
    if all(part.ends is not None for part in parts):
        ends = frozenset(end for part in parts for end in part.ends or ())
    return _Part(
        "|".join(_grouped(part.text) for part in parts),
        (link, *_list_triples(graph, head), *(triple for part in parts for triple in part.triples)),
        any(part.nullable for part in parts),
        ends,
    )


def _parts(graph: ShapesGraph, head: Term, above: frozenset[Term]) -> list[_Part]:
    members = graph.members(head, f"path {head}")
    if len(members) < 2:
        raise ShapesGraphError(f"the path list at {head} has {len(members)} members; SHACL asks for two or more")
    return [_read(graph, member, above) for member in members]


def _list_triples(graph: ShapesGraph, head: Term) -> tuple[ox.Triple, ...]:
    triples: list[ox.Triple] = []
    while isinstance(head, ox.BlankNode):
        node: Node = head
        triples.append(ox.Triple(node, FIRST, graph.objects(node, FIRST)[0]))
        head = graph.objects(node, REST)[0]
        triples.append(ox.Triple(node, REST, head))
    return tuple(triples)


def _grouped(text: str) -> str:
    return (
        text
        if text.startswith("<") and text.endswith(">") and "><" not in text and text.count("<") == 1
        else f"({text})"
    )
