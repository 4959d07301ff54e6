"""Lists of reference knowledge, filtered and in pages: emission factors, standards.

The rows are read once as columns and filtered there; names are looked up for the page alone. Pages follow the order of the
IRIs, and each goes on after the last node of the one before, so that changes in between make nothing appear twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from graphstore.answers.graph import Calculation
from graphstore.answers.names import Names
from graphstore.contract import SparqlStore
from graphstore.errors import QueryError
from graphstore.queries import load
from graphstore.search.index import ONTOLOGY, SearchIndex
from graphstore.technosphere.columns import number, table

MOST_FOUND: Final = 1000
"""Nodes that the words of a name may find."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of list.

    Attributes:
        query: Name of the shipped query.
        columns: What it gives beside the node; the first is the class.
        search: Class by which names are searched.
        nodes: Columns whose values are nodes, which are named.
        filters: Columns that a list can be filtered by; a node also by the last part of its IRI.
    """

    query: str
    columns: tuple[str, ...]
    search: str
    nodes: frozenset[str]
    filters: frozenset[str]


FACTORS: Final = Kind(
    "factor-list",
    ("kind", "geography", "year", "unit", "co2e", "gwpSet", "issued", "source"),
    "EmissionFactor",
    frozenset({"kind", "geography", "unit", "gwpSet", "source"}),
    frozenset({"kind", "geography", "year"}),
)
STANDARDS: Final = Kind(
    "standard-list",
    ("kind", "number", "level", "legalStatus", "productGroup", "issued", "confidence"),
    "Standard",
    frozenset({"kind", "level", "legalStatus", "productGroup", "confidence"}),
    frozenset({"kind", "level", "legalStatus", "productGroup"}),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, and whether more follows."""

    rows: list[dict[str, Any]]
    more: bool


def listed(
    store: SparqlStore, kind: Kind, filters: Mapping[str, str], q: str | None, *, limit: int, after: str | None
) -> Page:
    """Return one page.

    Args:
        store: Where from.
        kind: Of what.
        filters: Values by column; a node is meant by its IRI or the last part of it.
        q: Words of the name; None for all.
        limit: Nodes on a page.
        after: IRI of the last node of the page before.

    Raises:
        QueryError: A filter that the list does not have; words without a letter or digit.
    """
    unknown = sorted(filters.keys() - kind.filters)
    if unknown:
        raise QueryError(f"The list cannot be filtered by {unknown[0]!r}. Known: {', '.join(sorted(kind.filters))}.")
    calculation = Calculation(store)
    frame = table(calculation.select, load(kind.query), "node", *kind.columns)
    for column, value in filters.items():
        same = pl.col(column) == value
        ends = pl.col(column).str.ends_with(f"/{value}") | pl.col(column).str.ends_with(f"#{value}")
        frame = frame.join(
            frame.filter(same | ends if column in kind.nodes else same).select("node").unique(), on="node", how="semi"
        )
    if q is not None:
        frame = frame.filter(pl.col("node").is_in(_found(store, kind, q)))
    nodes = frame["node"].unique().sort()
    page = (nodes if after is None else nodes.filter(nodes > after)).head(limit + 1).to_list()
    rows = frame.filter(pl.col("node").is_in(page[:limit])).sort(pl.all())
    return Page(_described(calculation, kind, rows), len(page) > limit)


def _found(store: SparqlStore, kind: Kind, q: str) -> list[str]:
    with SearchIndex.of(store) as index:
        return [hit.iri for hit in index.search(q, kind.search, MOST_FOUND)] if kind.search in index.kinds() else []


def _described(calculation: Calculation, kind: Kind, frame: pl.DataFrame) -> list[dict[str, Any]]:
    """One row for each node: every value that it states, nodes with their names."""
    names = Names(calculation)
    names.learn(frame["node"].to_list())
    for column in kind.nodes:
        names.learn(value for value in frame[column].to_list() if value is not None)
    made: dict[str, dict[str, Any]] = {}
    for row in frame.iter_rows(named=True):
        node = made.setdefault(row["node"], {**names[row["node"]].as_dict(), **{name: [] for name in kind.columns}})
        for name in kind.columns:
            value = _value(name, row[name], kind, names)
            if value is not None and value not in node[name]:
                node[name].append(value)
    return list(made.values())


def _value(column: str, text: str | None, kind: Kind, names: Names) -> Any:
    if text is None:
        return None
    if column == "co2e":
        return number(text)
    if column == "kind":
        return {**names[text].as_dict(), "class": text.removeprefix(ONTOLOGY)}
    return names[text].as_dict() if column in kind.nodes else text
