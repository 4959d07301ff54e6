"""Pre-bound variables: what a query may not do with them, and when one query may stand for many.

SHACL runs the query of a constraint once for each focus node with `$this` bound beforehand
(https://www.w3.org/TR/shacl/#pre-binding). One query that joins all focus nodes gives the same rows if every place that
reads `$this` also sees a triple pattern that binds it, and if nothing counts or cuts across focus nodes. `is_joinable` is
that proof obligation, decided on the outline of the query; where it says no, the query is run for each focus node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from shapes.engine.outline import Group, Query, certain, outline
from shapes.engine.tokens import Token, joined, tokens
from shapes.errors import ShapesGraphError
from shapes.report import Term

_FORBIDDEN = frozenset({"MINUS", "VALUES", "SERVICE"})
_AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_EMPTY = ox.Store()
_CUTS = frozenset({"LIMIT", "OFFSET"})


def check_query(text: str, bound: Iterable[str], where: str) -> None:
    """Refuse what SHACL forbids in a query with pre-bound variables.

    Args:
        text: the query with full IRIs.
        bound: names of the variables that will be bound, those of `$shapesGraph` and `$currentShape` left out.
        where: what the query belongs to, for messages.

    Raises:
        ShapesGraphError: it holds MINUS, VALUES or SERVICE, binds a variable anew, or a sub-query hides one.
    """
    names = {f"?{name}" for name in bound}
    parts = [part for part in tokens(text) if part.kind != "space"]
    for part, following in zip(parts, [*parts[1:], Token("end", "")], strict=True):
        if part.kind == "word" and part.key in _FORBIDDEN:
            raise ShapesGraphError(
                f"the query of {where} uses {part.key}, which SHACL forbids where variables are pre-bound"
            )
        if part.kind == "word" and part.key == "AS" and following.key in names:
            raise ShapesGraphError(
                f"the query of {where} assigns {following.key}, which is pre-bound: use another name"
            )
    query = outline(text, where)
    if not query.ask and not query.projects("?this"):
        raise ShapesGraphError(f"the SELECT of {where} does not return $this: add it")
    for group in query.all_groups():
        hidden = [] if group.query is None else [name for name in sorted(names) if not group.query.projects(name)]
        if hidden:
            raise ShapesGraphError(
                f"a sub-query of {where} does not return {', '.join(hidden)}: add it to its SELECT (and GROUP BY)"
            )


def check_syntax(text: str, where: str) -> None:
    """Refuse what is no SPARQL.

    Raises:
        ShapesGraphError: the query cannot be parsed.
    """
    try:
        _EMPTY.query(text)
    except SyntaxError as error:
        raise ShapesGraphError(f"the query of {where} is no valid SPARQL: {error}") from error


def is_joinable(text: str, names: Iterable[str]) -> bool:
    """Whether one run joined with all values of the variables gives the rows of one run for each value."""
    if "\\u" in text or "\\U" in text:  # an escape may hide a variable
        return False
    query = outline(text, "a constraint")
    return all(_joins(query, f"?{name}", outermost=True) for name in names)


def with_constants(text: str, constants: Mapping[str, Term]) -> str | None:
    """Return a query with terms in the place of variables; None where no constant can stand there.

    Blank nodes have no name in a query, and projections, assignments and BOUND take variables only.
    """
    if any(isinstance(term, ox.BlankNode) for term in constants.values()):
        return None
    written = {f"?{name}": str(term) for name, term in constants.items()}
    query = outline(text, "a constraint")
    clauses = [query, *(group.query for group in query.all_groups() if group.query is not None)]
    fixed = {part.key for each in clauses for part in (*each.clause, *each.tail)}
    parts = tokens(text)
    solid = [part for part in parts if part.kind != "space"]
    for before, part, inner in zip(solid, solid[1:], solid[2:], strict=False):
        if before.key in {"BOUND", "AS"}:
            fixed |= {part.key, inner.key}
    if fixed & written.keys():
        return None
    return joined([Token("term", written[part.key]) if part.key in written else part for part in parts])


def cut(text: str, *, everywhere: bool) -> tuple[str, ...]:
    """Return a query cut behind the first brace of its outermost group, or of each group that holds patterns."""
    query, parts = outline(text, "a constraint"), tokens(text)
    groups = [group for group in query.all_groups() if group.query is None] if everywhere else [query.where]
    places = sorted(group.inside for group in groups)
    return tuple(joined(parts[a:b]) for a, b in zip([0, *places], [*places, len(parts)], strict=True))


def mentions(text: str, name: str) -> bool:
    """Whether a variable stands in a query."""
    return any(part.kind == "variable" and part.key == f"?{name}" for part in tokens(text))


def _joins(query: Query, name: str, *, outermost: bool) -> bool:
    modifiers, clause = query.modifiers(), {part.key for part in query.clause}
    if query.groups:
        return False
    if _CUTS & set(modifiers) or "REDUCED" in clause:
        return False
    if _AGGREGATES & (clause | set(modifiers)) or "GROUP" in modifiers:
        keys = modifiers[modifiers.index("GROUP") :] if "GROUP" in modifiers else []
        if name not in _up_to(keys, {"HAVING", "ORDER"}):
            return False
    if not outermost and not query.projects(name):
        return False
    return _group_joins(query.where, name, given=outermost)


def _group_joins(group: Group, name: str, *, given: bool) -> bool:
    """Whether every expression in a group that reads the variable sees a value of it.

    `given` says that a value comes from outside: in the outermost group, and in EXISTS, which is evaluated for a row.
    """
    if group.query is not None:
        return not given and _joins(group.query, name, outermost=False) and name in certain(group)
    if not given and _reads(group, name) and not _sees(group, name):
        return False
    for child in group.groups:
        inside = child.role == "EXISTS"
        if inside and any(below.query is not None for below in child.nested()):
            return False
        if not _group_joins(child, name, given=inside):
            return False
    return True


def _sees(group: Group, name: str) -> bool:
    """Whether every solution of a group has a value of the variable, and has it before an assignment or OPTIONAL asks."""
    early = [known for taken, known in group.assignments if any(part.key == name for part in taken)]
    early += [child.known for child in group.groups if child.role == "OPTIONAL" and _reads(child, name)]
    return name in certain(group) and all(name in known for known in early)


def _reads(group: Group, name: str) -> bool:
    """Whether a variable stands in a group, or in an EXISTS or OPTIONAL in it."""
    if any(part.key == name for part in (*group.expressions, *group.patterns)):
        return True
    if group.query is not None:
        return group.query.projects(name)
    return any(_reads(child, name) for child in group.groups)


def _up_to(words: list[str], ends: set[str]) -> list[str]:
    for place, word in enumerate(words):
        if word in ends:
            return words[:place]
    return words
