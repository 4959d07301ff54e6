"""Where a node is first described: the line of its first mention as a subject, found in the text of the file.

The parser does not say where its statements stand, so the text is read a second time, only when a place is asked for. Where
the text cannot tell (a node without name), there is no line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin

from graphstore.formats import JSON_LD, RDF_XML, Format

MOST: Final = 32 << 20
"""Texts with more bytes are not read again: it would take longer than the validation."""

_TOKEN: Final = re.compile(
    r"""
    [\s;,]*(?:
      (?P<comment>\#[^\n]*)
    | (?P<iri><[^<>"{}|^`\x00-\x20]*>)
    | (?P<string>\"\"\"(?:"{0,2}(?:[^"\\]|\\.))*\"\"\"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<directive>@prefix\b|@base\b|\bPREFIX\b(?=\s)|\bBASE\b(?=\s))
    | (?P<blank>_:[\w][\w.\-]*)
    | (?P<name>(?:[^\W\d_][\w.\-]*)?:(?:[\w:\-]|\.(?=[\w:\-%\\.])|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*)
    | (?P<number>[+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<open>[\[(])
    | (?P<close>[\])])
    | (?P<brace>[{}])
    | (?P<dot>\.)
    )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LOCAL_ESCAPE: Final = re.compile(r"\\([_~.\-!$&'()*+,;=/?#@%])")
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "


def subjects(format: Format, text: bytes, base_iri: str | None) -> dict[str, int]:  # noqa: A002 - as in the store
    """Return the line of the first mention as a subject, by IRI; blank nodes by their label with `_:`.

    Args:
        format: the syntax of the text.
        text: a text that parses.
        base_iri: what relative IRIs stand on.
    """
    if len(text) > MOST:
        return {}
    if format is RDF_XML:
        return _of_xml(text, base_iri)
    if format is JSON_LD:
        return _of_json(text.decode(), base_iri)
    return _of_turtle(text.decode(), base_iri)


class _Names:
    """Prefixes and base as they stand at a place of the text."""

    def __init__(self, base_iri: str | None) -> None:
        self.base = base_iri or ""
        self.prefixes: dict[str, str] = {}

    def iri(self, token: str) -> str:
        plain = _ESCAPE.sub(lambda found: chr(int(found.group(1) or found.group(2), 16)), token[1:-1])
        return urljoin(self.base, plain) if self.base and ":" not in plain.partition("/")[0] else plain

    def name(self, token: str) -> str | None:
        prefix, _, local = token.partition(":")
        space = self.prefixes.get(prefix)
        return None if space is None else space + _LOCAL_ESCAPE.sub(r"\1", local)

    def directive(self, tokens: Iterator[re.Match[str]], word: str) -> None:
        """Take in `@prefix p: <iri>` or `@base <iri>`; the final dot is left to the caller."""
        prefix = _text(next(tokens)) if "prefix" in word.lower() else None
        iri = self.iri(_text(next(tokens)))
        if prefix is None:
            self.base = iri
        else:
            self.prefixes[prefix.rstrip(":")] = iri


def _of_turtle(text: str, base_iri: str | None) -> dict[str, int]:
    """Walk over the tokens of Turtle, TriG, N-Triples or N-Quads; a subject is the first term after the end of a statement."""
    names, found = _Names(base_iri), dict[str, int]()
    tokens = (token for token in _TOKEN.finditer(text) if token.lastgroup != "comment")
    depth, expecting, line, counted = 0, True, 1, 0
    for token in tokens:
        kind = token.lastgroup
        if kind == "directive" and expecting:
            names.directive(tokens, _text(token))
        elif kind in {"open", "close"}:
            depth += 1 if kind == "open" else -1
            expecting = False
        elif kind == "brace" or (kind == "dot" and depth == 0):
            expecting = True
        elif expecting and kind in {"iri", "name", "blank"}:
            subject = _subject(token, names)
            if subject is not None and subject not in found:
                line += text.count("\n", counted, token.end())
                counted = token.end()
                found[subject] = line
            expecting = False
    return found


def _text(token: re.Match[str]) -> str:
    return token[token.lastgroup or 0]


def _subject(token: re.Match[str], names: _Names) -> str | None:
    text = _text(token)
    if token.lastgroup == "iri":
        return names.iri(text)
    return text.rstrip(".") if token.lastgroup == "blank" else names.name(text)


def _of_xml(text: bytes, base_iri: str | None) -> dict[str, int]:
    from xml.parsers import expat  # only RDF/XML needs it

    found: dict[str, int] = {}
    bases = [base_iri or ""]
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")

    def start(_name: str, attributes: dict[str, str]) -> None:
        bases.append(attributes.get("http://www.w3.org/XML/1998/namespace base", bases[-1]))
        about, node = attributes.get(f"{_RDF}about"), attributes.get(f"{_RDF}nodeID")
        if about is None and f"{_RDF}ID" in attributes:
            about = "#" + attributes[f"{_RDF}ID"]
        if about is not None:
            found.setdefault(urljoin(bases[-1], about) if bases[-1] else about, parser.CurrentLineNumber)
        elif node is not None:
            found.setdefault(f"_:{node}", parser.CurrentLineNumber)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: bases.pop()
    parser.Parse(text, True)
    return found


def _of_json(text: str, base_iri: str | None) -> dict[str, int]:
    """Find `"@id": "..."` (or an alias of it); a node that is only pointed at is found too, where it is described nowhere else."""
    document = json.loads(text)
    context = document.get("@context") if isinstance(document, dict) else None
    flat = [each for each in (context if isinstance(context, list) else [context]) if isinstance(each, dict)]
    terms = {key: value for each in flat for key, value in each.items()}
    keys = "|".join(re.escape(key) for key, value in (("@id", "@id"), *terms.items()) if value == "@id")
    base = terms.get("@base", base_iri) or ""
    found: dict[str, int] = {}
    line, counted = 1, 0
    for match in re.finditer(rf'"(?:{keys})"\s*:\s*("(?:[^"\\]|\\.)*")', text):
        written = json.loads(match.group(1))
        if written == "@id":  # the context says which key stands for @id
            continue
        prefix, colon, local = written.partition(":")
        space = terms.get(prefix) if colon and not local.startswith("//") else None
        iri = space + local if isinstance(space, str) else urljoin(base, written) if base and not colon else written
        line += text.count("\n", counted, match.start())
        counted = match.start()
        found.setdefault(iri, line)
    return found
