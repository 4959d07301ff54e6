"""What the tests of the shapes share: a graph that takes one study after the other, and a pySHACL that keeps what it parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import tanmai
from tanmai.graph import Graph


@pytest.fixture(scope="session")
def _with_knowledge() -> Iterator[Graph]:
    with tanmai.open(lang="en") as graph:
        yield graph


@pytest.fixture(scope="session")
def loaded(_with_knowledge: Graph) -> Callable[[Path], Graph]:
    """Load a study in place of the one before it, beside the knowledge, which is loaded once. Nothing else may be written."""

    def load(file: Path) -> Graph:
        _with_knowledge.load(file, key="study")
        return _with_knowledge

    return load


@pytest.fixture(scope="session", autouse=True)
def _queries_parsed_once() -> Iterator[None]:
    """Have rdflib keep what it parsed, which is nine tenths of the time: pySHACL asks a query again for each node.

    What it finds is as before: the algebra of a query is not changed by evaluating it.
    """
    try:
        from pyparsing import ParseException
        from rdflib.plugins.sparql import parser, processor
    except ImportError:  # then pySHACL is not here either, and the tests that ask it say so
        yield
        return

    grammar = parser.QueryUnit.visit_all()
    usual_ignored = [(element, element.ignoreExprs) for element in grammar]

    def parsed(text: str) -> Any:
        """Parse without looking for a comment before each token, which is half of the time; with it where there is one."""
        for element, _ in usual_ignored:
            element.ignoreExprs = []
        try:
            return processor.parseQuery(text)
        except ParseException:
            pass
        finally:
            for element, ignored in usual_ignored:
                element.ignoreExprs = ignored
        return processor.parseQuery(text)

    @cache
    def translated(text: str, base: str | None, names: tuple[tuple[str, str], ...]) -> Any:
        return processor.translateQuery(parsed(text), base, dict(names))

    usual = processor.SPARQLProcessor.query

    def query(self: Any, asked: Any, bindings: Any = None, names: Any = None, base: Any = None, **_: Any) -> Any:
        if isinstance(asked, str):
            asked = translated(asked, base, tuple(sorted((names or {}).items())))
        return usual(self, asked, bindings, names, base)

    processor.SPARQLProcessor.query = query
    yield
    processor.SPARQLProcessor.query = usual
