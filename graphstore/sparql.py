"""SPARQL text as tokens: parameters are bound here, and network access and parser bombs refused.

The tokens are those of the SPARQL 1.1 grammar (section 19.8), so that a ``?name`` inside a string,
a comment or an IRI is never taken for a variable. A parameter is bound by putting the *serialised term*
where its variable token stands: the engine serialises it, so no value can break out of its place.
(The engine's own substitutions accept only variables of the SELECT projection.)
"""

from __future__ import annotations

import re
import string
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import pyoxigraph as ox

from graphstore.errors import BindingError, QueryError
from graphstore.terms import Value, to_term

_TOKEN: Final = re.compile(
    r"""
      (?P<space>[ \t\r\n]+|\#[^\r\n]*)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>|<(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
    | (?P<string>'''(?:'{0,2}(?:[^'\\]|\\.))*'''|\"\"\"(?:"{0,2}(?:[^"\\]|\\.))*\"\"\"
        |'(?:[^'\\\r\n]|\\.)*'|"(?:[^"\\\r\n]|\\.)*")
    | (?P<variable>[?$]\w+)
    | (?P<blank>_:[\w.\-]*[\w\-]|_:\w)
    | (?P<lang>@[A-Za-z][A-Za-z0-9\-]*)
    | (?P<name>(?:[^\W\d_][\w.\-]*)?:(?:[\w:.\-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*)
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+\-]?\d+)?)
    | (?P<word>[^\W\d][\w]*)
    | (?P<open>[{(\[])
    | (?P<close>[})\]])
    | (?P<other>\^\^|&&|\|\||<=|>=|!=|.)
    """,
    re.VERBOSE | re.DOTALL,
)

MAX_LENGTH: Final = 1_000_000
"""Longest query text in characters."""
MAX_NESTING: Final = 100
"""Deepest nesting of brackets, and longest run of prefix operators: beyond it the parser's stack ends the process."""


class Token(NamedTuple):
    """One token: its kind (a group of the grammar above), its text and where it starts."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """All tokens of ``text`` in order, white space and comments included; they join to ``text`` again."""
    for found in _TOKEN.finditer(text):
        yield Token(found.lastgroup or "other", found.group(), found.start())


def significant(text: str) -> list[Token]:
    """The tokens of ``text`` without white space and comments."""
    return [token for token in tokens(text) if token.kind != "space"]


_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def guard(text: str) -> list[Token]:
    r"""Refuse what must not reach the engine's parser, and return the significant tokens.

    Refused: texts longer than :data:`MAX_LENGTH`, nesting deeper than :data:`MAX_NESTING` (the parser
    is recursive and would end the process), and ``SERVICE`` and ``LOAD``, which open network connections.
    A keyword may be written with codepoint escapes (``\u0053ERVICE``, SPARQL 1.1 section 19.2), so the text is judged
    as it is written and as it reads without them: whichever a parser takes, it was looked at.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"The SPARQL text has {len(text):,} characters; at most {MAX_LENGTH:,} are taken.")
    return list((_guarded_again if len(text) <= _SHORT else _guarded)(text))


def _guarded(text: str) -> tuple[Token, ...]:
    if _ESCAPE.search(text):
        _refuse(significant(_ESCAPE.sub(_unescaped, text)), text)
    found = significant(text)
    _refuse(found, text)
    return tuple(found)


_SHORT: Final = 4000
"""Length up to which the tokens of a text are kept: it is looked at more than once on its way, and some are asked again."""
_guarded_again: Final = lru_cache(maxsize=64)(_guarded)


def _unescaped(escape: re.Match[str]) -> str:
    point = int(escape[1] or escape[2], 16)
    return chr(point) if point <= sys.maxunicode else escape[0]


_WORDS: Final = string.ascii_letters.encode() + string.digits.encode() + b" _:<>?\"'"
"""Bytes that begin neither a level, nor a pattern, nor a prefix operator."""


class Look(NamedTuple):
    """What a first look at a text tells.

    Attributes:
        own_dataset: whether it may state its dataset itself, by ``FROM``.
        patterns: how many triple patterns it holds about (see :func:`count_patterns`), or a number that is larger.
    """

    own_dataset: bool
    patterns: int


def look(text: str, patterns: int = 0) -> Look:
    """Refuse what :func:`guard` refuses. Most texts are cleared by counting characters, without their tokens.

    There cannot be more levels, prefix operators or patterns than there are characters which begin one; so where even those are few,
    nothing further has to be known.

    Args:
        text: the query.
        patterns: number up to which the patterns need not be told exactly.

    Raises:
        QueryError: see :func:`guard`.
    """
    cleared, most = (_first_look_again if len(text) <= _SHORT else _first_look)(text)
    if cleared and most <= patterns:
        return Look(False, most)
    words = guard(text)
    return Look(any(token.kind == "word" and token.text.upper() == "FROM" for token in words), count_patterns(words))


def _first_look(text: str) -> tuple[bool, int]:
    """Whether a text is cleared by its characters, but for its patterns, of which there cannot be more than the number."""
    capitals = text.upper()
    keywords = "SERVICE" in capitals or "LOAD" in capitals or "FROM" in capitals or "\\" in text  # which may hide one
    if keywords or len(text) > MAX_LENGTH:
        return False, 0
    signs = text.encode("utf-8", "surrogatepass").translate(None, _WORDS)
    if len(signs) <= MAX_NESTING:
        return True, len(signs)
    count = signs.count
    marks = count(b"{") + count(b"[")
    deepest, longest = marks + count(b"("), count(b"!") + count(b"^") + count(b"-") + count(b"+")
    return max(deepest, longest) <= MAX_NESTING, marks + count(b".") + count(b";") + count(b",") + count(b"/")


_first_look_again: Final = lru_cache(maxsize=64)(_first_look)


def count_patterns(found: Sequence[Token]) -> int:
    """About how many triple patterns the significant tokens of a query hold; at least one for each that is joined.

    Counted are the blocks and the marks that begin another pattern (``.``, ``;``, ``,`` in a block, ``/`` in a path), which is
    what the engine's planner, quadratic in their number, has to order.
    """
    count, brackets = 0, list[str]()
    for token, after in pairwise((*found, Token("close", "}", 0))):
        if token.kind == "open":
            brackets.append(token.text)
        elif token.kind == "close" and brackets:
            brackets.pop()
        begins = token.text in {"{", "[", ".", ";", ","} and (brackets or [""])[-1] in {"{", "["}
        count += token.text == "/" or (begins and after.text not in {"}", "]", ".", ";"})
    return count


def _refuse(found: Iterable[Token], text: str) -> None:
    depth = run = 0
    for token in found:
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        run = run + 1 if token.text in {"!", "^", "-", "+"} else 0
        if max(depth, run) > MAX_NESTING:
            line = text.count("\n", 0, token.start) + 1
            raise QueryError(
                f"The SPARQL text nests deeper than {MAX_NESTING} levels at line {line}. "
                "Flatten it, or split it into several queries."
            )
        if token.kind == "word" and token.text.upper() in {"SERVICE", "LOAD"}:
            raise QueryError(
                f"{token.text.upper()} is switched off: the store does not fetch data from other addresses "
                "on behalf of a query. Load the data as a dataset first."
            )


def bind(text: str, bindings: Mapping[str, Value] | None) -> str:
    """``text`` with each variable named in ``bindings`` replaced by its term.

    Names are given without ``?`` or ``$``. A bound variable may stand wherever a term may stand,
    and in a plain projection (``SELECT ?x``), where it becomes ``(term AS ?x)``.

    Raises:
        BindingError: a name does not occur in the text, a value has no term, or a term is a blank
            node (which would be a variable in a query, not a value).
    """
    if not bindings:
        return text
    values = {key.lstrip("?$"): _serialised(key, value) for key, value in bindings.items()}
    unused = set(values)
    parts: list[str] = []
    done = 0
    for variable in (_variables_again if len(text) <= _SHORT else _variables)(text):
        if (bound := values.get(variable.text[1:])) is not None:
            unused.discard(variable.text[1:])
            parts += text[done : variable.start], f"({bound} AS {variable.text})" if variable.projected else bound
            done = variable.start + len(variable.text)
    if unused:
        shown = ", ".join(f"?{key}" for key in sorted(unused))
        raise BindingError(f"The query has no variable {shown} to bind. Check the parameter names.")
    return "".join([*parts, text[done:]])


class _Variable(NamedTuple):
    """A variable as it stands in a text, where it starts, and whether in a plain projection."""

    text: str
    start: int
    projected: bool


def _variables(text: str) -> tuple[_Variable, ...]:
    found: list[_Variable] = []
    projecting, depth = False, 0
    for token in tokens(text):
        if token.kind == "word":
            upper = token.text.upper()
            projecting = upper == "SELECT" or (projecting and upper in {"DISTINCT", "REDUCED"})
            depth = 0 if upper == "SELECT" else depth
        elif token.kind in {"open", "close"}:
            depth += 1 if token.kind == "open" else -1
            projecting = projecting and token.text != "{"
        elif token.kind == "variable":
            found.append(_Variable(token.text, token.start, projecting and depth == 0))
    return tuple(found)


_variables_again: Final = lru_cache(maxsize=64)(_variables)


def _serialised(key: str, value: Value) -> str:
    try:
        term = to_term(value)
    except TypeError as error:
        raise BindingError(f"Parameter {key!r}: {error}") from None
    if isinstance(term, ox.BlankNode):
        raise BindingError(
            f"Parameter {key!r} is a blank node, which has no name in a query. Bind an IRI or a literal."
        )
    # Line breaks inside a literal are escaped by the serialiser, so line numbers in error messages stay true.
    return str(term)
