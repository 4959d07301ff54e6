"""The queries of a shapes graph, made ready to run."""

from __future__ import annotations

import pyoxigraph as ox

from shapes.engine.ordering import ordered
from shapes.engine.plan import QueryCheck
from shapes.engine.prebinding import check_query, check_syntax, cut, is_joinable, mentions, with_constants
from shapes.engine.syntax import Custom, Shape, Sparql
from shapes.engine.tokens import Token, joined, tokens
from shapes.engine.vocabulary import SHAPES_GRAPH, component
from shapes.errors import ShapesGraphError
from shapes.report import Term

_EMPTY = ox.Store()


def query_check(constraint: Sparql | Custom, shape: Shape) -> QueryCheck:
    """Return the check for a query of the shapes graph at a shape.

    Raises:
        ShapesGraphError: the query is ill-formed, or does what SHACL forbids.
    """
    where = str(shape.node)
    text = constraint.select if isinstance(constraint, Sparql) else constraint.query
    given = dict(constraint.parameters) if isinstance(constraint, Custom) else {}
    ask = _is_ask(text)
    nodes = ["this", "value"] if ask else ["this"]
    check_query(text, [*nodes, *given], where)
    text = _with_path(text, shape)
    check_syntax(text, where)
    bound: dict[str, Term] = {**given, "currentShape": shape.node, "shapesGraph": SHAPES_GRAPH}
    bound = {name: term for name, term in bound.items() if mentions(text, name)}
    joinable = _joinable(text, bound, nodes, ask=ask)
    return QueryCheck(
        constraint.component if isinstance(constraint, Custom) else component("SPARQL"),
        constraint.constraint if isinstance(constraint, Sparql) else None,
        ask,
        joinable is not None,
        cut(text, everywhere=True) if joinable is None else cut(joinable, everywhere=False),
        tuple({**bound, **given}.items()),
        constraint.messages,
        "shapesGraph" in bound,
    )


def _is_ask(text: str) -> bool:
    return next((part.key for part in tokens(text) if part.kind != "space"), "") == "ASK"


def _with_path(text: str, shape: Shape) -> str:
    """Put the path of the shape in the place of `$PATH`."""
    if not mentions(text, "PATH"):
        return text
    if shape.path is None:
        raise ShapesGraphError(f"the query of {shape.node} uses $PATH, but the shape has no sh:path")
    path = Token("path", f"({shape.path.path.text})")
    return joined([path if part.key == "?PATH" else part for part in tokens(text)])


def _joinable(text: str, bound: dict[str, Term], nodes: list[str], *, ask: bool) -> str | None:
    """Return the query with constants for what is bound, if one run of it may stand for all focus nodes."""
    fixed = with_constants(text, bound)
    if fixed is None or not is_joinable(fixed, nodes):
        return None
    try:
        _EMPTY.query(fixed)
    except SyntaxError:  # a constant where a query takes none, such as a literal as predicate
        return None
    return ordered(fixed, nodes, apart=not ask)
