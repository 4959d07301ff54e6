"""Misspelt terms of the vocabulary in data: a property that nobody reads would be left out of a footprint in silence."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from graphstore import Transaction
from graphstore.catalogue import DatasetVersion
from graphstore.contract import SparqlStore
from graphstore.errors import LoadError

TM = "https://w3id.org/tanmai/ontology#"
MOST_SHOWN = 5

_USED = "SELECT DISTINCT ?term {{ GRAPH <{graph}> {{ {pattern} }} }}"
_DEFINED = f'SELECT DISTINCT ?term {{ ?term a ?kind FILTER(STRSTARTS(STR(?term), "{TM}")) }}'


def require_known_terms(transaction: Transaction, versions: Iterable[DatasetVersion], store: SparqlStore) -> None:
    """Refuse data that uses a property or class of the vocabulary which the vocabulary does not have.

    Args:
        transaction: The vocabulary and the data are loaded in it, and taken back when this raises.
        versions: The dataset versions to look through.
        store: The store of the transaction; what is not loaded in it is asked there.

    Raises:
        LoadError: names the terms, and the ones that were probably meant.
    """
    known: set[str] = set()
    for version in versions:
        used = {
            term
            for graph in version.all_graphs(store.base)
            for pattern in ("?s ?term ?o", "?s a ?term")
            for term in _terms(transaction, _USED.format(graph=graph.value, pattern=pattern))
            if term.startswith(TM)
        }
        known = known or {*_terms(transaction, _DEFINED), *_terms(store, _DEFINED)}
        wrong = sorted(used - known)
        if wrong:
            raise LoadError(_told(version.source, wrong, known))


def _terms(transaction: Transaction | SparqlStore, query: str) -> list[str]:
    return [str(row[0]) for row in transaction.query(query).values()]


def _told(file: str, wrong: list[str], known: set[str]) -> str:
    names = sorted(term.removeprefix(TM) for term in known)
    said = []
    for term in wrong[:MOST_SHOWN]:
        near = get_close_matches(term.removeprefix(TM), names, n=1, cutoff=0.6)
        said.append(f"tm:{term.removeprefix(TM)}" + (f" (did you mean tm:{near[0]}?)" if near else ""))
    more = f" and {len(wrong) - MOST_SHOWN} more" if len(wrong) > MOST_SHOWN else ""
    return (
        f"{file}: the vocabulary has no {', '.join(said)}{more}, so what is stated with it would be left out. "
        "Nothing was loaded; correct the term, or use one in a namespace of your own."
    )
