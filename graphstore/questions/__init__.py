"""The questions that people in this field ask, as SPARQL files with typed parameters.

Each file opens with a comment: the question in English and Chinese, its parameters, and its columns. A line ``# Typed:`` says
which of them can be stated from outside and of which type they are: ``?place iri, ?year gYear``; what is not stated stays as
the ``VALUES`` line has it, or, where ``or all`` is said, is left open. A value is turned into a term of its type, and the
term is put into the query by the engine's own serialiser, so that no value can change the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from graphstore.errors import BindingError, UnknownNameError
from graphstore.sparql import Token, tokens
from graphstore.terms import PREFIXES, typed

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Term = ox.NamedNode | ox.Literal

_HEADER: Final = re.compile(
    r"Question \d+: (?P<en>.+?\?) 问题 \d+：(?P<zh>.+?？) Parameters: (?P<about>.+?)(?: Typed: (?P<typed>.+?))? Columns: (?P<columns>.+)"
)
_TYPED: Final = re.compile(r"\?(?P<name>\w+) (?P<kind>\w+)(?P<all> or all)?")
_NAME: Final = re.compile(r"[\w\-]{1,80}")
_LEXICAL: Final[Mapping[str, str]] = {
    "gYear": r"-?\d{4,6}",
    "date": r"\d{4}-\d\d-\d\d",
    "decimal": r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})",
    "integer": r"[+-]?\d{1,40}",
    "boolean": r"true|false",
    "string": r".{0,2000}",
}
"""Literal types that parameters may have, and how their values are written."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    Attributes:
        name: Its variable, without the question mark.
        kind: ``iri``, or the name of an XSD type.
        open: Whether the question is asked of everything where it is not stated.
        default: What it is in the file, as written there; empty where it is open.
    """

    name: str
    kind: str
    open: bool
    default: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        name: Of its file, without suffix.
        text: The query as it stands in the file.
        en, zh: The question in both languages.
        about: What its header says about the parameters.
        columns: What its header says about the columns.
        parameters: Those that can be stated.
    """

    name: str
    text: str
    en: str
    zh: str
    about: str
    columns: str
    parameters: tuple[Parameter, ...]

    def query(self, stated: Mapping[str, str]) -> str:
        """The query with values for some of its parameters.

        Raises:
            BindingError: There is no such parameter, or a value is not of its type.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        unknown = sorted(stated.keys() - known.keys())
        if unknown:
            listed = ", ".join(known) or "none"
            raise BindingError(f"The question {self.name} has no parameter {unknown[0]!r}. Known: {listed}.")
        prefixes = _prefixes(self.text)
        values = {name: str(_term(known[name], text, prefixes)) for name, text in stated.items()}
        opened = {name for name, parameter in known.items() if parameter.open and name not in values}
        return _filled(self.text, values, opened)

    def as_dict(self) -> dict[str, object]:
        """The question for machines."""
        described = [
            {"name": each.name, "type": each.kind, "default": each.default or None, "open": each.open}
            for each in self.parameters
        ]
        said = {"question_en": self.en, "question_zh": self.zh, "about": self.about, "columns": self.columns}
        return {"name": self.name, **said, "parameters": described}


def names() -> tuple[str, ...]:
    """Names of all questions, sorted."""
    return tuple(sorted(entry.name[:-3] for entry in _folder().iterdir() if entry.name.endswith(".rq")))


@cache
def load(name: str) -> Question:
    """The question of this name.

    Raises:
        UnknownNameError: There is none; lists them.
    """
    if not _NAME.fullmatch(name) or name not in names():
        raise UnknownNameError(f"There is no question {name!r}. Known: {', '.join(names())}.")
    text = (_folder() / f"{name}.rq").read_text(encoding="utf-8")
    lines = [line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#")]
    found = _HEADER.match(" ".join(lines))
    assert found is not None, name  # a test holds the shipped files to it
    stated = {
        variable: row for block in _blocks(text) for variable, row in zip(block.variables, block.first, strict=False)
    }
    parameters = tuple(
        Parameter(each["name"], each["kind"], each["all"] is not None, "" if each["all"] else stated[each["name"]])
        for each in _TYPED.finditer(found["typed"] or "")
    )
    return Question(name, text, found["en"], found["zh"], found["about"], found["columns"], parameters)


def _folder() -> Traversable:
    from importlib.resources import files

    return files(__name__)


def _prefixes(text: str) -> dict[str, str]:
    found = re.findall(r"^PREFIX ([\w\-]*): <([^>]*)>", text, re.MULTILINE)
    return {**PREFIXES, **dict(found)}


def _term(parameter: Parameter, text: str, prefixes: Mapping[str, str]) -> Term:
    """The term that a value is.

    Raises:
        BindingError: It is not of the type of the parameter.
    """
    if parameter.kind == "iri":
        prefix, colon, local = text.partition(":")
        whole = prefixes[prefix] + local if colon and prefix in prefixes else text
        try:
            return ox.NamedNode(whole)
        except ValueError:
            raise BindingError(
                f"The parameter {parameter.name} is {text!r}, which is no IRI. Give an absolute IRI, or a name with a prefix of the question."
            ) from None
    if not re.fullmatch(_LEXICAL[parameter.kind], text, re.DOTALL | re.ASCII):
        raise BindingError(f"The parameter {parameter.name} is {text!r}, which is no {parameter.kind} of XML Schema.")
    return typed(text, parameter.kind)


@dataclass(frozen=True, slots=True)
class _Block:
    """One VALUES block: its place among the tokens, its variables, and its first row as it is written."""

    begin: int
    end: int
    variables: tuple[str, ...]
    first: tuple[str, ...]


def _blocks(text: str) -> Iterator[_Block]:
    """The VALUES blocks of a query. A row of one variable has no brackets of its own."""
    found = list(tokens(text))
    for begin, token in enumerate(found):
        if token.kind != "word" or token.text.upper() != "VALUES":
            continue
        opening = next(i for i in range(begin, len(found)) if found[i].text == "{")
        end = next(i for i in range(opening, len(found)) if found[i].text == "}")
        variables = tuple(each.text[1:] for each in found[begin:opening] if each.kind == "variable")
        yield _Block(begin, end, variables, tuple(_terms(found[opening + 1 : end]))[: len(variables)])


def _terms(found: list[Token]) -> Iterator[str]:
    """The terms between the brackets; a literal is joined with its type."""
    kept = [token for token in found if token.kind != "space" and token.text not in {"(", ")"}]
    parts: list[str] = []
    for token in kept:
        if token.text == "^^" or (parts and parts[-1].endswith("^^")) or token.kind == "lang":
            parts[-1] += token.text
        else:
            parts.append(token.text)
    yield from parts


def _filled(text: str, values: Mapping[str, str], opened: set[str]) -> str:
    """Put serialised terms into the VALUES blocks of their variables, or into a block of their own where there is none."""
    found = [token.text for token in tokens(text)]
    placed: set[str] = set()
    for block in _blocks(text):
        mine = [name for name in block.variables if name in values]
        placed.update(mine)
        if set(block.variables) <= opened:
            written = ""
        elif mine:
            row = " ".join(values.get(name, old) for name, old in zip(block.variables, block.first, strict=True))
            written = f"VALUES ({' '.join(f'?{name}' for name in block.variables)}) {{ ({row}) }}"
        else:
            continue
        found[block.begin : block.end + 1] = [written, *[""] * (block.end - block.begin)]
    added = "".join(f" VALUES ?{name} {{ {term} }}" for name, term in values.items() if name not in placed)
    first = found.index("{")
    found[first] += added
    return "".join(found)
