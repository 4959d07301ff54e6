"""How a query is built: its groups, its sub-queries, and where variables stand in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from shapes.engine.tokens import Token, tokens
from shapes.errors import ShapesGraphError

_END = Token("end", "")
_ROLES = frozenset({"OPTIONAL", "UNION", "EXISTS", "MINUS"})


@dataclass(slots=True)
class Group:
    """A pair of braces.

    Attributes:
        role: OPTIONAL, UNION, EXISTS, GRAPH, or "" for a plain group.
        patterns: tokens of its own triple patterns.
        expressions: tokens of its own filters and assignments.
        groups: the groups directly in it.
        query: the sub-query that it holds instead of all that, if it is one.
        known: the variables that the group around it has surely bound before it.
        assignments: tokens of each BIND, with the variables surely bound before it.
        unions: the branches of each UNION in it; they stand in `groups` too.
        inside: place of the first token in the braces, among all tokens of the text.
    """

    role: str
    inside: int
    patterns: list[Token] = field(default_factory=list)
    expressions: list[Token] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    query: Query | None = None
    known: set[str] = field(default_factory=set)
    assignments: list[tuple[list[Token], set[str]]] = field(default_factory=list)
    unions: list[list[Group]] = field(default_factory=list)

    def nested(self) -> Iterator[Group]:
        """Yield this group and all below it, those of sub-queries among them."""
        yield self
        if self.query is not None:
            yield from self.query.all_groups()
        for group in self.groups:
            yield from group.nested()


@dataclass(slots=True)
class Query:
    """A SELECT or ASK query, or a sub-query.

    Attributes:
        clause: tokens between the keyword SELECT or ASK and the first brace.
        where: its group.
        tail: tokens behind that group.
        groups: groups of EXISTS in the clause and in the tail.
        ask: whether it is an ASK.
    """

    clause: list[Token]
    where: Group
    tail: list[Token]
    groups: list[Group]
    ask: bool

    def all_groups(self) -> Iterator[Group]:
        """Yield every group of the query, those of sub-queries among them."""
        for group in (self.where, *self.groups):
            yield from group.nested()

    def projects(self, name: str) -> bool:
        """Whether a variable is projected as it is; `SELECT *` projects what its patterns mention."""
        marks = [part.key for part in self.clause]
        if marks[-1:] == ["WHERE"]:
            marks = marks[:-1]
        if marks and marks[-1] == "*":
            return name in certain(self.where)
        depth = 0
        for mark in marks:
            depth += {"(": 1, ")": -1}.get(mark, 0)
            if depth == 0 and mark == name:
                return True
        return False

    def modifiers(self) -> list[str]:
        """Return the words and variables behind the group in capitals."""
        return [part.key for part in self.tail]


def certain(group: Group) -> set[str]:
    """Return the variables that every solution of a group binds by a triple pattern."""
    if group.query is not None:
        inner = certain(group.query.where)
        return {name for name in inner if group.query.projects(name)}
    found = {part.key for part in group.patterns if part.kind == "variable"}
    for child in group.groups:
        if child.role in {"", "GRAPH"}:
            found |= certain(child)
    for branches in group.unions:
        found |= set.intersection(*(certain(branch) for branch in branches))
    return found


def outline(text: str, where: str) -> Query:
    """Return how a query without prologue is built.

    Raises:
        ShapesGraphError: it is no SELECT or ASK, or its braces do not match.
    """
    reader = _Outliner(text, where)
    query = reader.query()
    if reader.key != "":
        raise ShapesGraphError(f"the query of {where} goes on behind its end, at {reader.key}")
    return query


class _Outliner:
    """Reads the tokens of one query from left to right."""

    def __init__(self, text: str, where: str) -> None:
        self.parts = [(place, part) for place, part in enumerate(tokens(text)) if part.kind != "space"]
        self.where = where
        self.at = 0

    @property
    def token(self) -> Token:
        return self.parts[self.at][1] if self.at < len(self.parts) else _END

    @property
    def key(self) -> str:
        return "" if self.token.kind in {"string", "end"} and self.token.text == "" else self.token.key

    def query(self) -> Query:
        if self.key not in {"SELECT", "ASK"}:
            raise ShapesGraphError(
                f"the query of {self.where} begins with {self.key or 'nothing'}: write SELECT or ASK"
            )
        ask = self.key == "ASK"
        self.at += 1
        clause: list[Token] = []
        groups: list[Group] = []
        while self.key != "{":
            self._balanced(clause, groups)
        where = self.group("")
        tail: list[Token] = []
        while self.key not in {"", "}"}:
            self._balanced(tail, groups)
        return Query(clause, where, tail, groups, ask)

    def group(self, role: str) -> Group:
        group = Group(role, self.parts[self.at][0] + 1)
        self.at += 1
        if self.key in {"SELECT", "ASK"}:
            group.query = self.query()
        while self.key != "}":
            if self.key in {"FILTER", "BIND"}:
                self._expression(group)
            elif self.key == "{":
                self._child(group)
            else:
                group.patterns.append(self._take())
        self.at += 1
        return group

    def _child(self, group: Group) -> None:
        before = self.parts[self.at - 1][1].key
        role = before if before in _ROLES else ""
        if self.at >= 2 and self.parts[self.at - 2][1].key in {"GRAPH", "SERVICE"}:
            role = "GRAPH"
        child = self.group(role)
        if before == "UNION":
            child.known = group.unions[-1][0].known
            group.unions[-1].append(child)
        else:
            child.known = certain(group)
            if self.key == "UNION":
                child.role = "UNION"
                group.unions.append([child])
        group.groups.append(child)

    def _expression(self, group: Group) -> None:
        """Take a FILTER or BIND: up to its closing parenthesis or the braces of EXISTS."""
        taken = [self._take()]
        while self.key not in {"(", "{"}:
            taken.append(self._take())
        self._balanced(taken, group.groups)
        group.expressions += taken
        if taken[0].key == "BIND":
            group.assignments.append((taken, certain(group)))

    def _balanced(self, kept: list[Token], groups: list[Group]) -> None:
        """Take one token, or all of a parenthesis, with the groups of EXISTS in it."""
        depth = 0
        while True:
            if self.key == "{":
                groups.append(self.group("EXISTS"))
                kept.append(Token("group", "{}"))
            else:
                depth += {"(": 1, ")": -1}.get(self.key, 0)
                kept.append(self._take())
            if depth <= 0:
                return

    def _take(self) -> Token:
        if self.token.kind == "end":
            raise ShapesGraphError(f"the braces or parentheses of the query of {self.where} do not match")
        part = self.token
        self.at += 1
        return part
