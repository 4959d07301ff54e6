"""The order of joins, written into the queries of a shapes graph.

`A . B` becomes `A LATERAL { B }` (SPARQL-dev SEP-0006): B is looked up for each row of A. For triple patterns both are the same
question; the second one leaves the store no choice how to answer it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shapes.engine.patterns import Pattern, fresh_names, in_order, looked_up, read_patterns
from shapes.engine.tokens import Token, spaced, tokens

_WORDS = frozenset({"FILTER", "BIND", "OPTIONAL", "UNION", "GRAPH", "VALUES", "MINUS", "SERVICE", "LATERAL"})
_BACK = 2


def ordered(text: str, bound: Iterable[str], *, apart: bool = False) -> str:
    """Return a query in which each join begins at what is bound.

    Args:
        text: a query without prologue.
        bound: the variables bound before it.
        apart: whether its outermost group becomes one that is evaluated for each row of what will be put in front of it, with
            those of its conditions behind it that are answered sooner for all rows together.
    """
    return _Writer(tokens(text)).whole(frozenset(f"?{name}" for name in bound), apart=apart)


@dataclass(slots=True)
class _Written:
    """A group as it is written again.

    Attributes:
        elements: texts of patterns and assignments, in order.
        filters: tokens of each FILTER; they see all of the group, so they are written last.
        given: variables bound before it.
        bound: those, and the variables that every solution binds.
        assigned: variables bound by an expression: their values need not stand in the graph.
    """

    given: frozenset[str]
    bound: frozenset[str]
    elements: list[str] = field(default_factory=list)
    filters: list[list[Token]] = field(default_factory=list)
    assigned: frozenset[str] = frozenset()


class _Writer:
    """Writes the tokens of a query again, from left to right."""

    def __init__(self, parts: Iterable[Token]) -> None:
        self.parts = [part for part in parts if part.kind != "space"]
        self.at = 0
        self.fresh = fresh_names()
        self.hits = 0

    @property
    def key(self) -> str:
        return self.parts[self.at].key if self.at < len(self.parts) else ""

    def whole(self, bound: frozenset[str], *, apart: bool) -> str:
        """Write the query."""
        head = self._until_group(bound)
        if not apart:
            return f"{head} {self._group(bound)} {self._until_group(bound)}"
        group = self._read_group(bound)
        behind = [self._together(part, group) for part in group.filters]
        group.filters = [part for part, text in zip(group.filters, behind, strict=True) if text is None]
        body = f"LATERAL {self._write(group)} {' '.join(text for text in behind if text is not None)}"
        return f"{head} {{ {body} }} {self._until_group(bound)}"

    def _until_group(self, bound: frozenset[str]) -> str:
        """Write tokens up to the next brace, or to the end of the query."""
        taken: list[Token] = []
        while self.key not in {"{", "}", ""}:
            taken += self._balanced()
        return self._expression(taken, bound)

    def _group(self, bound: frozenset[str]) -> str:
        return self._write(self._read_group(bound))

    def _read_group(self, bound: frozenset[str]) -> _Written:
        self.at += 1
        group = _Written(bound, bound)
        if self.key in {"SELECT", "ASK"}:
            group.elements.append(self._sub_query(bound))
        run: list[Token] = []
        while self.key != "}":
            if self.key not in _WORDS and self.key != "{":
                run.append(self._take())
                continue
            self._triples(group, run)
            run = []
            self._element(group)
        self._triples(group, run)
        self.at += 1
        return group

    def _write(self, group: _Written) -> str:
        filters = [self._expression(part, group.bound) for part in group.filters]
        return f"{{ {' '.join([*group.elements, *filters])} }}"

    def _sub_query(self, bound: frozenset[str]) -> str:
        """Write a sub-query; what is bound around it counts where it is projected."""
        begin = self.at
        while self.key != "{":
            self._balanced()
        clause = self.parts[begin : self.at]
        seen = bound & {part.key for part in clause if part.kind == "variable"}
        where = self._group(seen)
        return f"{self._expression(clause, seen)} {where} {self._until_group(seen)}"

    def _element(self, group: _Written) -> None:
        """Write what is no triple pattern."""
        word = self.key
        if word == "FILTER":
            group.filters.append(self._taken_expression())
        elif word == "BIND":
            taken = self._taken_expression()
            group.elements.append(self._expression(taken, group.bound))
            name = taken[-2].key
            group.bound |= {name}
            group.assigned |= {name}
        elif word in {"OPTIONAL", "LATERAL"}:
            self.at += 1
            group.elements.append(f"{word} {self._group(group.bound)}")
        elif word == "{":
            self._plain_group(group)
        else:
            group.elements.append(spaced(self._rest()))

    def _plain_group(self, group: _Written) -> None:
        """Write a group, or the groups of a UNION. They see nothing of what stands before them."""
        begin = self.at
        texts = [self._group(group.given)]
        while self.key == "UNION":
            self.at += 1
            texts.append(self._group(group.given))
        group.elements.append(" UNION ".join(texts))
        if len(texts) == 1:
            group.bound |= _certain(self.parts[begin : self.at])

    def _triples(self, group: _Written, run: Sequence[Token]) -> None:
        """Write a block of triple patterns."""
        while run and run[0].key == ".":
            run = run[1:]
        if not run:
            return
        patterns = read_patterns(run, self.fresh)
        names = frozenset(part.key for part in run if part.kind == "variable")
        if patterns is None or any(each.may_stay and each.variables & group.assigned for each in patterns):
            group.elements.append(spaced(run))
        else:
            group.elements += looked_up(patterns, group.bound, behind=bool(group.elements))
        group.bound |= names

    def _taken_expression(self) -> list[Token]:
        """Take FILTER or BIND: up to its closing parenthesis or the brace of EXISTS."""
        taken = [self._take()]
        while self.key not in {"(", "{"}:
            taken.append(self._take())
        return taken + (self._braced() if self.key == "{" else self._balanced())

    def _expression(self, taken: Sequence[Token], bound: frozenset[str]) -> str:
        """Write an expression, the groups of EXISTS in it ordered."""
        inner = _Writer(taken)
        inner.fresh = self.fresh
        texts = []
        while inner.key:
            begin = inner.at
            while inner.key not in {"{", ""}:
                inner.at += 1
            texts.append(spaced(inner.parts[begin : inner.at]))
            if inner.key:
                texts.append(inner._group(bound))
        return " ".join(texts)

    def _together(self, taken: Sequence[Token], group: _Written) -> str | None:
        """Write FILTER (NOT) EXISTS as a question that is asked once for all rows, where looking up row for row would be worse.

        That is so where the way leads from a value back to all nodes that have it, and on: `?made tm:flow ?flow` for a flow
        that thousands of exchanges share.
        """
        words = [part.key for part in taken[:4]]
        negated = words[:4] == ["FILTER", "NOT", "EXISTS", "{"]
        if not negated and words[:3] != ["FILTER", "EXISTS", "{"]:
            return None
        patterns = read_patterns(taken[4 if negated else 3 : -1], self.fresh)
        if patterns is None or any(each.may_stay or each.path[0].kind == "variable" for each in patterns):
            return None
        near, far = _apart(patterns, group.bound)
        outside = sorted(group.bound & _names(patterns))
        if len(far) < 2 or group.assigned & set(outside):
            return None
        self.hits += 1
        hit = f"?tanmai_hit_{self.hits}"
        question = " . ".join(each.written(frozenset()) for each in far)
        if near:
            shared = " ".join(sorted(_names(far) & (_names(near) | group.bound)))
            steps = " . ".join(each.written(frozenset()) for each in near)
            question = f"{steps} . {{ SELECT DISTINCT {shared} WHERE {{ {question} }} }}"
        asked = f"OPTIONAL {{ SELECT DISTINCT {' '.join(outside)} (1 AS {hit}) WHERE {{ {question} }} }}"
        return f"{asked} FILTER({'!' if negated else ''}BOUND({hit}))"

    def _rest(self) -> list[Token]:
        """Take a word with what belongs to it, up to the end of its braces."""
        taken = [self._take()]
        while self.key not in {"{", "}"}:
            taken.append(self._take())
        return taken + (self._braced() if self.key == "{" else [])

    def _braced(self) -> list[Token]:
        taken, depth = [], 0
        while True:
            depth += {"{": 1, "}": -1}.get(self.key, 0)
            taken.append(self._take())
            if depth == 0:
                return taken

    def _balanced(self) -> list[Token]:
        """Take one token, or all of a parenthesis."""
        taken, depth = [], 0
        while True:
            depth += {"(": 1, ")": -1}.get(self.key, 0)
            taken.append(self._take())
            if depth <= 0:
                return taken

    def _take(self) -> Token:
        self.at += 1
        return self.parts[self.at - 1]


def _apart(patterns: Sequence[Pattern], bound: frozenset[str]) -> tuple[list[Pattern], list[Pattern]]:
    """Split patterns into those before the first step that leads back from a value, and those from there on."""
    near: list[Pattern] = []
    found = list(in_order(patterns, bound))
    for place, (pattern, rank) in enumerate(found):
        if rank == _BACK:
            return near, [each for each, _ in found[place:]]
        near.append(pattern)
    return near, []


def _names(patterns: Iterable[Pattern]) -> frozenset[str]:
    return frozenset(name for each in patterns for name in each.variables)


def _certain(parts: Sequence[Token]) -> frozenset[str]:
    from shapes.engine.outline import certain, outline

    return frozenset(certain(outline(f"ASK {spaced(parts)}", "a group").where))
