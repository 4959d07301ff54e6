"""pySHACL is asked often: it parses the text of a query again for each node, which is nine tenths of its time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest


@pytest.fixture(scope="session", autouse=True)
def _queries_parsed_once() -> Iterator[None]:
    """Have rdflib keep what it parsed. What it finds is as before: the algebra of a query is not changed by evaluating it."""
    try:
        from rdflib.plugins.sparql import processor
    except ImportError:  # then pySHACL is not here either, and the tests that ask it say so
        yield
        return

    @cache
    def translated(text: str, base: str | None, names: tuple[tuple[str, str], ...]) -> Any:
        return processor.translateQuery(processor.parseQuery(text), base, dict(names))

    usual = processor.SPARQLProcessor.query

    def query(self: Any, asked: Any, bindings: Any = None, names: Any = None, base: Any = None, **_: Any) -> Any:
        if isinstance(asked, str):
            asked = translated(asked, base, tuple(sorted((names or {}).items())))
        return usual(self, asked, bindings, names, base)

    processor.SPARQLProcessor.query = query
    yield
    processor.SPARQLProcessor.query = usual
