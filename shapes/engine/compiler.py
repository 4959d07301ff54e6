"""From the syntax tree of a shapes graph to its plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pyoxigraph as ox

from shapes.engine import syntax as s
from shapes.engine.expressions import compared, expression, named
from shapes.engine.graph import Node, ShapesGraph
from shapes.engine.lexical import INTEGER_TYPES
from shapes.engine.loading import EXACT, exact_literal, stored_forms
from shapes.engine.paths import SparqlPath
from shapes.engine.plan import (
    MemberCheck,
    Plan,
    PropertyCheck,
    QualifiedCheck,
    QueryCheck,
    Root,
    RowCheck,
    Sensitivity,
    ShapeCheck,
    ShapePlan,
    ValueCheck,
    value_pattern,
)
from shapes.engine.queries import query_check
from shapes.engine.reader import read_shapes
from shapes.engine.vocabulary import INSTANCE_OF, XSD, component
from shapes.report import Term

_LONG = 50
"""Members of a sh:in above which they are looked up together; a condition tries one after another."""
_TIMES = frozenset({XSD + "dateTime", XSD + "dateTimeStamp"})
_VALUE_KINDS = (
    *(s.ClassOf, s.Datatype, s.NodeKind, s.ValueRange, s.Length, s.Pattern, s.LanguageIn, s.In, s.Disjoint),
)


def compile_shapes(graph: ShapesGraph) -> Plan:
    """Compile a shapes graph.

    Raises:
        ShapesGraphError: it is ill-formed.
        UnsupportedShapeError: it uses what this engine does not compile.
    """
    tree = read_shapes(graph)
    plan = _compile(tree)
    if any(check.reads_shapes for shape in plan.shapes for check in shape.queries):
        plan = replace(plan, graph=graph.triples)
    exact = _with_exact_constants(tree)
    return plan if exact == tree else replace(plan, exact=_compile(exact))


def _compile(tree: s.ShapesTree) -> Plan:
    places = {node: place for place, node in enumerate(tree.shapes)}
    shapes: list[ShapePlan] = []
    for shape in tree.shapes.values():
        shapes.append(_shape(shape, places, shapes))
    roots = tuple(Root(places[node], tuple(map(_target, tree.shapes[node].targets))) for node in tree.roots)
    looks = {look: None for shape in tree.shapes.values() for look in _looks(shape)}
    return Plan(tuple(shapes), roots, tuple(looks))


def _shape(shape: s.Shape, places: dict[Node, int], done: list[ShapePlan]) -> ShapePlan:
    all_checks = [check for constraint in shape.constraints for check in _checks(constraint, shape, places, done)]
    return ShapePlan(
        shape.node,
        shape.path,
        shape.severity,
        shape.messages,
        tuple(c for c in all_checks if isinstance(c, ValueCheck)),
        tuple(c for c in all_checks if isinstance(c, RowCheck)),
        tuple(c for c in all_checks if isinstance(c, ShapeCheck)),
        tuple(c for c in all_checks if isinstance(c, PropertyCheck)),
        tuple(c for c in all_checks if isinstance(c, QualifiedCheck)),
        tuple(c for c in all_checks if isinstance(c, QueryCheck)),
        tuple(c for c in all_checks if isinstance(c, MemberCheck)),
    )


_Check = ValueCheck | RowCheck | MemberCheck | ShapeCheck | PropertyCheck | QualifiedCheck | QueryCheck


def _checks(
    constraint: s.Constraint, shape: s.Shape, places: dict[Node, int], done: list[ShapePlan]
) -> Iterator[_Check]:
    match constraint:
        case s.Logical(name, shapes):
            yield _logical(name, tuple(places[node] for node in shapes), done)
        case s.Property(node):
            yield PropertyCheck(places[node])
        case s.Qualified(node, minimum, maximum, siblings):
            yield QualifiedCheck(places[node], tuple(places[held] for held in siblings), minimum, maximum)
        case s.Sparql() | s.Custom():
            yield query_check(constraint, shape)
        case s.Count() | s.HasValue() | s.UniqueLang() | s.Equals() | s.LessThan() | s.Closed():
            yield from _rows(constraint, shape)
        case s.In(members) if len(members) > _LONG:
            for member in members:
                named(member, "a member of a sh:in")
            stored = stored_forms(member for member in members if isinstance(member, ox.Literal))
            held = (stored.get(m, m) if isinstance(m, ox.Literal) else m for m in members)
            yield MemberCheck(component("In"), frozenset(held))
        case _:
            yield ValueCheck(_component_of(constraint), expression(constraint))


def _logical(name: str, shapes: tuple[int, ...], done: list[ShapePlan]) -> ShapeCheck | ValueCheck:
    """Compile a constraint by other shapes; to one condition where each of them is no more than a condition."""
    kind = component(_capital(name))
    conditions = [done[place].condition for place in shapes]
    known = [f"({condition})" for condition in conditions if condition is not None]
    if len(known) < len(conditions):
        return ShapeCheck(kind, name, shapes)
    match name:
        case "not":
            return ValueCheck(kind, f"!{known[0]}")
        case "or":
            return ValueCheck(kind, " || ".join(known) or "false", shapes)
        case "xone":
            held = " + ".join(f"IF({condition}, 1, 0)" for condition in known)
            return ValueCheck(kind, f"({held or 0}) = 1", shapes)
        case _:
            return ValueCheck(kind, " && ".join(known) or "true", shapes)


def _component_of(constraint: s.ValueConstraint) -> ox.NamedNode:
    match constraint:
        case s.ValueRange(name, _) | s.Length(name, _):
            return component(_capital(name))
        case s.ClassOf():
            return component("Class")
        case _:
            return component(constraint.__class__.__name__)


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _rows(constraint: s.FocusConstraint, shape: s.Shape) -> Iterator[RowCheck]:
    """Compile a constraint that looks at all value nodes of a focus node together."""
    to = value_pattern(shape.path)
    match constraint:
        case s.Count(name, count):
            yield from _counts(name, count, shape.path)
        case s.HasValue(value):
            wanted = named(value, "a sh:hasValue")
            yield RowCheck(component("HasValue"), "", _unreached(shape.path, wanted), "")
        case s.UniqueLang():
            body = f'{to} BIND(LCASE(LANG(?value)) AS ?language) FILTER(?language != "")'
            tail = "GROUP BY ?this ?language HAVING(COUNT(DISTINCT ?value) > 1)"
            yield RowCheck(component("UniqueLang"), "?language", body, tail)
        case s.Equals(predicate):
            here = f"{to} FILTER NOT EXISTS {{ ?this {predicate} ?value }}"
            missing = _unreached(shape.path, "?value")
            yield RowCheck(component("Equals"), "?value", here, "")
            yield RowCheck(component("Equals"), "?value", f"?this {predicate} ?value . {missing}", "")
        case s.LessThan(predicate, or_equals):
            name, operator = ("LessThanOrEquals", "<=") if or_equals else ("LessThan", "<")
            right = f"isLiteral(?value) && isLiteral(?other) && {compared('?value', operator, '?other')}"
            yield RowCheck(component(name), "?value ?other", f"{to} ?this {predicate} ?other . FILTER(!({right}))", "")
        case s.Closed(allowed):
            listed = ", ".join(str(predicate) for predicate in allowed)
            test = f"FILTER(?path NOT IN ({listed}))" if allowed else ""
            owner = "" if shape.path is None else shape.path.step("?this", "?owner")
            node = "?this" if shape.path is None else "?owner"
            columns = "?value ?path" if shape.path is None else "?value ?path ?owner"
            yield RowCheck(component("Closed"), columns, f"{owner} {node} ?path ?value . {test}", "")


def _counts(name: str, count: int, path: SparqlPath | None) -> Iterator[RowCheck]:
    kind, to = component(_capital(name)), value_pattern(path)
    if name == "maxCount":
        tail = f"GROUP BY ?this HAVING(COUNT(DISTINCT ?value) > {count})" if count > 0 else ""
        yield RowCheck(kind, "", to, tail)
        return
    surely = path is not None and path.nullable  # such a path has the focus node among its value nodes
    if count == 1 and not surely:
        yield RowCheck(kind, "", f"FILTER NOT EXISTS {{ {to} }}", "")
    elif count > 1:
        body = to if surely else f"OPTIONAL {{ {to} }}"
        yield RowCheck(kind, "", body, f"GROUP BY ?this HAVING(COUNT(DISTINCT ?value) < {count})")


def _unreached(path: SparqlPath | None, node: str) -> str:
    """Return the filter that a node is none of the value nodes of `?this`."""
    other = f"FILTER(!sameTerm(?this, {node}))" if path is None or path.nullable else ""
    return other if path is None else f"{other} FILTER NOT EXISTS {{ {path.chain('?this', node)} }}"


def _target(target: s.Target) -> str:
    """Return a pattern that binds the variable `{0}` to the focus nodes."""
    match target:
        case s.NodeTarget(node):
            text = f"VALUES {{0}} {{{{ {_braced(str(node))} }}}}"
        case s.ClassTarget(cls):
            text = f"{{0}} {INSTANCE_OF} {_braced(str(cls))} ."
        case s.PropertyTarget(predicate, objects):
            text = (
                f"?beside {_braced(str(predicate))} {{0}} ."
                if objects
                else f"{{0}} {_braced(str(predicate))} ?beside ."
            )
        case s.SparqlTarget(select):
            inner = f"{{{{ SELECT (?this AS ?hit) WHERE {{{{ {{{{ {_braced(select)} }}}} }}}} }}}}"
            text = f"{{{{ SELECT (?hit AS {{0}}) WHERE {{{{ {inner} }}}} }}}}"
    return text


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _looks(shape: s.Shape) -> Iterator[tuple[Sensitivity, frozenset[ox.NamedNode] | None]]:
    """Yield what the constraints of a shape look at in literals."""
    for target in shape.targets:
        if isinstance(target, s.PropertyTarget) and target.objects:
            yield "form", frozenset({target.predicate})
    ends = shape.path.ends if shape.path is not None else None
    if shape.constraints and shape.path is not None:
        yield "count", ends
    for constraint in shape.constraints:
        match constraint:
            case s.Pattern() | s.Length() | s.Disjoint() | s.Equals():
                yield "form", ends
            case s.Datatype(datatype) if datatype.value in INTEGER_TYPES | _TIMES:
                yield "type", ends
            case s.In(members) if any(map(_may_change, members)):
                yield "form", ends
            case s.HasValue(value) if _may_change(value):
                yield "form", ends


def _may_change(term: Term) -> bool:
    return isinstance(term, ox.Literal) and term.datatype.value != XSD + "string" and term.language is None


def _with_exact_constants(tree: s.ShapesTree) -> s.ShapesTree:
    """Return the tree with constants that a store would rewrite under their private datatypes."""
    shapes = {node: _exact_shape(shape) for node, shape in tree.shapes.items()}
    return replace(tree, shapes=shapes)


def _exact_shape(shape: s.Shape) -> s.Shape:
    constraints = tuple(_exact_constraint(constraint) for constraint in shape.constraints)
    targets = tuple(s.NodeTarget(*_exact((t.node,))) if isinstance(t, s.NodeTarget) else t for t in shape.targets)
    return replace(shape, constraints=constraints, targets=targets)


def _exact_constraint(constraint: s.Constraint) -> s.Constraint:
    match constraint:
        case s.In(members):
            return s.In(_exact(members))
        case s.HasValue(value):
            return s.HasValue(*_exact((value,)))
    return constraint


def _exact(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    stored = stored_forms(term for term in terms if isinstance(term, ox.Literal))
    changed = {literal: exact_literal(literal, EXACT) for literal, form in stored.items() if literal != form}
    return tuple(changed.get(term, term) if isinstance(term, ox.Literal) else term for term in terms)
