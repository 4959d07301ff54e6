"""What the queries of shapes must keep, so that one query can be asked for all focus nodes, by any processor, with one answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from graphstore.errors import QueryError
from graphstore.sparql import Token, guard

_FORBIDDEN: Final = {
    "VALUES": "SHACL forbids it in constraints. Write the list into the graph, or use FILTER(... IN (...))",
    "MINUS": "SHACL forbids it in constraints. Use FILTER NOT EXISTS",
    "SERVICE": "nothing is fetched from other addresses while a study is judged. Take it out",
}
_CURE: Final = ("node", "property", "before", "after")


def problems_of_query(
    text: str, tokens: Sequence[Token], prefixes: Mapping[str, str], *, target: bool
) -> Iterator[str]:
    """Yield what is wrong with a query of a shapes file.

    Args:
        text: the query.
        tokens: its tokens without space.
        prefixes: the prefixes that are declared for it.
        target: whether it is a target, which selects ?this and is given no focus node.
    """
    for token in tokens:
        if token.kind == "word" and token.text.upper() in _FORBIDDEN:
            yield f"the query has {token.text.upper()}: {_FORBIDDEN[token.text.upper()]}"
    for number, projection in enumerate(_projections(tokens)):
        what = "the query" if number == 0 else "a sub-query"
        if any(token.text == "*" for token in projection):
            yield f"{what} is a SELECT *: what it selects depends on the processor. Name the variables"
        elif not any(token.text in {"$this", "?this"} for token in projection) and not (target and number):
            yield f"{what} does not select $this, so it cannot be asked for all focus nodes at once. Add $this to the SELECT"
    try:
        ox.Store().query(text, prefixes=dict(prefixes))
    except SyntaxError as error:
        yield f"the query does not parse: {' '.join(str(error.msg).split())}. Correct it"
    except (OSError, RuntimeError) as error:
        yield f"the query cannot be run: {error}. Correct it"


def problems_of_cure(text: str, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the query of a cure, which says which statement becomes which.

    Args:
        text: the query.
        prefixes: the prefixes that it is given.
    """
    try:
        tokens = guard(text)
    except QueryError as error:
        yield str(error)
        return
    if any(token.kind == "word" and token.text.upper() == "SERVICE" for token in tokens):
        yield f"the query has SERVICE: {_FORBIDDEN['SERVICE']}"
    if not any(token.kind == "variable" and token.text == "$this" for token in tokens):
        yield "the query of the cure does not ask about $this, so it would change every node alike. Begin at $this"
    try:
        found = ox.Store().query(text, prefixes=dict(prefixes))
    except SyntaxError as error:
        yield f"the query does not parse: {' '.join(str(error.msg).split())}. Correct it"
        return
    except (OSError, RuntimeError) as error:
        yield f"the query cannot be run: {error}. Correct it"
        return
    names = {variable.value for variable in found.variables} if isinstance(found, ox.QuerySolutions) else set()
    missing = [name for name in _CURE if name not in names]
    if missing:
        yield f"the query of the cure does not select ?{missing[0]}. It must be a SELECT ?node ?property ?before ?after"


def _projections(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield the tokens between each SELECT and its WHERE or brace; brackets are expressions of the projection."""
    for start, token in enumerate(tokens):
        if token.kind != "word" or token.text.upper() != "SELECT":
            continue
        depth = 0
        projection: list[Token] = []
        for each in tokens[start + 1 :]:
            depth += {"(": 1, ")": -1}.get(each.text, 0)
            if depth == 0 and (each.text == "{" or each.text.upper() in {"WHERE", "FROM"}):
                break
            if depth == 0 or _after_as(projection, each) or each.text.upper() == "AS":
                projection.append(each)
        yield projection


def _after_as(projection: Sequence[Token], token: Token) -> bool:
    return bool(projection) and projection[-1].text.upper() == "AS" and token.kind == "variable"
