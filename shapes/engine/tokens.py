"""SPARQL text as tokens: enough to resolve prefixes and to see how a query is built, no parser.

Joining the texts of all tokens gives the query again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shapes.errors import ShapesGraphError, UnsupportedShapeError

_LOCAL = r"(?:[\w:\-·]|%[0-9A-Fa-f]{2}|\\.)"
_TOKENS = re.compile(
    rf"""
    (?P<space>(?:\s|\#[^\r\n]*)+)
  | (?P<iri><(?![?$])[^<>"{{}}|^`\\\s]*>)
  | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
  | (?P<variable>[?$]\w+)
  | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--(?:ltr|rtl))?)
  | (?P<blank>_:\w[\w.\-·]*(?<!\.))
  | (?P<name>(?:[^\W\d_](?:[\w.\-·]*[\w\-·])?)?:(?:{_LOCAL}(?:(?:{_LOCAL}|\.)*{_LOCAL})?)?)
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+\-]?\d+)?)
  | (?P<word>[^\W\d]\w*)
  | (?P<mark>\^\^|&&|\|\||!=|<=|>=|<<|>>|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `kind` is the name of a group of the pattern above."""

    kind: str
    text: str

    @property
    def key(self) -> str:
        """The text in the form that tokens are compared in: words in capitals, variables with a question mark."""
        if self.kind == "word":
            return self.text.upper()
        return "?" + self.text[1:] if self.kind == "variable" else self.text


def tokens(text: str) -> list[Token]:
    """Split a query into tokens, white space and comments among them."""
    return [Token(str(match.lastgroup), match.group()) for match in _TOKENS.finditer(text)]


def joined(parts: Sequence[Token]) -> str:
    """Return the text of tokens: variables with a question mark, comments as one blank."""
    return "".join(
        " " if part.kind == "space" else part.key if part.kind == "variable" else part.text for part in parts
    )


def spaced(parts: Iterable[Token]) -> str:
    """Return the text of tokens without those of white space, a blank between them where one may stand; some functions want none."""
    text = ""
    for part in parts:
        tied = part.kind == "language" or part.text in {"^^", "("} or text.endswith("^^") or not text
        text += ("" if tied else " ") + (part.key if part.kind == "variable" else part.text)
    return text


def resolved(text: str, prefixes: Mapping[str, str], where: str) -> str:
    """Return a query in which every prefixed name is a full IRI and no prologue is left.

    Args:
        text: the query as the shapes graph states it.
        prefixes: namespace IRI by prefix.
        where: what the query belongs to, for messages.

    Raises:
        ShapesGraphError: a prefix is not declared.
        UnsupportedShapeError: the query has a BASE.
    """
    known = dict(prefixes)
    parts = _without_prologue(tokens(text), known, where)
    result = []
    for part in parts:
        if part.kind != "name":
            result.append(part)
            continue
        prefix, _, local = part.text.partition(":")
        if prefix not in known:
            raise ShapesGraphError(
                f'the query of {where} uses the prefix "{prefix}:" which is not declared: add a sh:declare to the node '
                f"that its sh:prefixes names"
            )
        iri = known[prefix] + _ESCAPE.sub(r"\1", local)
        result.append(replace(part, kind="iri", text=f"<{iri}>"))
    return joined(result)


def _without_prologue(parts: list[Token], known: dict[str, str], where: str) -> list[Token]:
    """Cut the PREFIX lines off and note what they declare."""
    solid = [(place, part) for place, part in enumerate(parts) if part.kind != "space"]
    start = 0
    while start < len(solid) and solid[start][1].key in {"PREFIX", "BASE"}:
        if solid[start][1].key == "BASE" or start + 2 >= len(solid):
            raise UnsupportedShapeError(f"the query of {where} has a BASE or a broken prologue: write full IRIs")
        known[solid[start + 1][1].text.rstrip(":")] = solid[start + 2][1].text[1:-1]
        start += 3
    return parts[solid[start][0] :] if start < len(solid) else []
