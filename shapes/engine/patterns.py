"""Triple patterns of a query: read from tokens, and put into the order in which they are looked up.

The store orders joins by guesses, and not at all inside EXISTS: there it runs every pattern by itself for each row and joins the
answers. One pattern that is not tied to the row, such as `?class rdfs:subClassOf* ?wider`, then costs a walk through the whole
graph, row for row. An order that begins at what is bound costs a few look-ups.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, count

from shapes.engine.tokens import Token, spaced
from shapes.engine.vocabulary import TYPE

_TERMS = frozenset({"iri", "variable", "number"})
_BOOLEANS = frozenset({"TRUE", "FALSE"})
_STOPS = frozenset({";", ",", "."})
_OPENS, _CLOSES = frozenset({"(", "["}), frozenset({")", "]"})
_CHECK, _FORWARD, _BACK, _CONSTANT, _CLASS, _SCAN = range(6)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One step.

    Attributes:
        subject: a term, as tokens.
        path: a predicate, or a path that is no sequence.
        object: a term.
        arms: the ways of an alternative, each in steps.
    """

    subject: tuple[Token, ...]
    path: tuple[Token, ...]
    object: tuple[Token, ...]
    arms: tuple[tuple[Pattern, ...], ...] = ()

    def written(self, bound: frozenset[str]) -> str:
        """Return the pattern as SPARQL writes it.

        An alternative becomes a UNION, which it is by the standard: what two ways lead to is found twice, and counts twice in
        a sum. The store would find it once.
        """
        if not self.arms:
            return spaced((*self.subject, *self.path, *self.object))
        return " UNION ".join(f"{{ {' '.join(looked_up(arm, bound))} }}" for arm in self.arms)

    @property
    def variables(self) -> frozenset[str]:
        """The variables in it."""
        return frozenset(part.key for part in (*self.subject, *self.path, *self.object) if part.kind == "variable")

    @property
    def may_stay(self) -> bool:
        """Whether its path may lead from a node to itself in no step."""
        return any(part.key in {"*", "?"} for part in self.path)

    def rank(self, bound: frozenset[str]) -> int:
        """Return how far it is from what is bound: the smaller, the fewer answers are to be expected."""
        start, end = _ends(self)
        held = [_is_bound(term, bound) for term in (start, end)]
        if all(held):
            return _CHECK
        if self.path[0].kind == "variable" and self.path[0].key not in bound:
            return _FORWARD if held[0] and start[0].kind == "variable" else _SCAN
        if held[0]:
            return _FORWARD
        if not held[1]:
            return _SCAN
        if end[0].kind == "variable":
            return _BACK
        return _CLASS if self.path[0].text == str(TYPE) or self.path[0].text == "a" else _CONSTANT


def in_order(patterns: Sequence[Pattern], bound: frozenset[str]) -> Iterator[tuple[Pattern, int]]:
    """Yield patterns, and their ranks, so that each begins at what those before it bind, if anything does."""
    waiting = list(patterns)
    while waiting:
        known = bound
        ranks = [pattern.rank(known) for pattern in waiting]
        place = ranks.index(min(ranks))
        bound |= waiting[place].variables
        yield waiting.pop(place), ranks[place]


def looked_up(patterns: Sequence[Pattern], bound: frozenset[str], *, behind: bool = False) -> Iterator[str]:
    """Yield patterns as elements of a group, each looked up for the rows of those before it; `behind` says that there are some."""
    for place, (pattern, _) in enumerate(in_order(patterns, bound)):
        text = pattern.written(bound)
        first = text if pattern.arms else f"{text} ."
        yield f"LATERAL {{ {text} }}" if behind or place else first
        bound |= pattern.variables


def read_patterns(parts: Sequence[Token], fresh: Iterator[str]) -> list[Pattern] | None:
    """Return the patterns of a block of triples, sequences cut into steps; None where it holds more than that.

    Args:
        parts: tokens of the block.
        fresh: names for the variables between two steps.
    """
    try:
        return list(_read([part for part in parts if part.kind != "space"], fresh))
    except _NotPlainError:
        return None


def fresh_names() -> Iterator[str]:
    """Yield names that no query of a shapes graph has."""
    return (f"?tanmai_step_{number}" for number in count(1))


class _NotPlainError(Exception):
    """The block holds blank nodes, collections or quoted triples."""


def _read(parts: Sequence[Token], fresh: Iterator[str]) -> Iterator[Pattern]:
    at = 0
    while at < len(parts):
        subject, at = _term(parts, at)
        while True:
            path, at = _path(parts, at)
            while True:
                held, at = _term(parts, at)
                yield from _steps(subject, path, held, fresh)
                if not _is(parts, at, ","):
                    break
                at += 1
            while _is(parts, at, ";"):
                at += 1
            if at >= len(parts) or parts[at].key == ".":
                break
        at += 1


def _is(parts: Sequence[Token], at: int, mark: str) -> bool:
    return at < len(parts) and parts[at].key == mark


def _term(parts: Sequence[Token], at: int) -> tuple[tuple[Token, ...], int]:
    if at >= len(parts):
        raise _NotPlainError
    first = parts[at]
    end = at + 1
    if first.key in {"+", "-"} and _is_kind(parts, end, "number"):
        return (Token("number", first.text + parts[end].text),), end + 1
    if first.kind == "string":
        if _is_kind(parts, end, "language"):
            end += 1
        elif _is(parts, end, "^^"):
            end += 2
    elif first.kind not in _TERMS and first.key not in _BOOLEANS:
        raise _NotPlainError
    return tuple(parts[at:end]), end


def _is_kind(parts: Sequence[Token], at: int, kind: str) -> bool:
    return at < len(parts) and parts[at].kind == kind


def _path(parts: Sequence[Token], at: int) -> tuple[tuple[Token, ...], int]:
    """Take a predicate or path: it ends where a term follows that no operator leads to."""
    begin, depth, operand = at, 0, True
    while at < len(parts):
        part = parts[at]
        if part.key in {"[", "{"} or part.key in _STOPS:
            raise _NotPlainError
        if depth == 0 and not operand and part.key not in {"/", "|", "*", "+", "?"}:
            return tuple(parts[begin:at]), at
        depth += {"(": 1, ")": -1}.get(part.key, 0)
        operand = part.key in {"/", "|", "^", "!", "("}
        at += 1
    raise _NotPlainError


def _steps(
    subject: tuple[Token, ...], path: tuple[Token, ...], held: tuple[Token, ...], fresh: Iterator[str]
) -> Iterator[Pattern]:
    """Yield the steps of a sequence, one pattern each."""
    ways = _split(_bare(path), "|")
    if len(ways) > 1:
        yield Pattern(subject, path, held, tuple(tuple(_steps(subject, way, held, fresh)) for way in ways))
        return
    pieces = _split(ways[0], "/")
    if len(pieces) == 1:
        yield Pattern(subject, pieces[0], held)
        return
    for piece in pieces[:-1]:
        middle = (Token("variable", next(fresh)),)
        yield from _steps(subject, piece, middle, fresh)
        subject = middle
    yield from _steps(subject, pieces[-1], held, fresh)


def _split(path: tuple[Token, ...], mark: str) -> list[tuple[Token, ...]]:
    """Split a path at a mark outside all parentheses."""
    pieces: list[list[Token]] = [[]]
    depth = 0
    for part in path:
        depth += {"(": 1, ")": -1}.get(part.key, 0)
        if depth == 0 and part.key == mark:
            pieces.append([])
        else:
            pieces[-1].append(part)
    return [tuple(piece) for piece in pieces]


def _bare(path: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return a path without parentheses around all of it."""
    while path[0].key == "(" and path[-1].key == ")":
        depths = list(accumulate({"(": 1, ")": -1}.get(part.key, 0) for part in path))
        if 0 in depths[:-1]:
            break
        path = path[1:-1]
    return path


def _ends(pattern: Pattern) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """Return where a step begins and ends, an inverse one turned round."""
    backwards = pattern.path[0].key == "^" and not any(part.key in {"|", "/"} for part in pattern.path)
    return (pattern.object, pattern.subject) if backwards else (pattern.subject, pattern.object)


def _is_bound(term: tuple[Token, ...], bound: frozenset[str]) -> bool:
    return term[0].kind != "variable" or term[0].key in bound
