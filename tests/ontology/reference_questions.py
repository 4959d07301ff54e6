"""Asking the shipped knowledge: rows as plain strings."""

from __future__ import annotations

import pyoxigraph as ox

from ontology import PREFIXES

HEAD = "\n".join(f"PREFIX {name}: <{space}>" for name, space in PREFIXES.items())
BASE = "https://w3id.org/tanmai/id/"


def ask(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    """Rows of a query as plain strings, IRIs without the base, '' where unbound; relative IRIs in the query are ids."""
    solutions = store.query(f"{HEAD}\n{query}", base_iri=BASE)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [tuple(_plain(solution[name]) for name in names) for solution in solutions]


def _plain(term: object) -> str:
    if term is None:
        return ""
    assert isinstance(term, (ox.NamedNode, ox.Literal))
    return term.value.removeprefix(BASE)
