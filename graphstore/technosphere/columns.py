"""From the graph to columns: one predicate at a time, streamed as CSV bytes into a column store.

Scanning single predicates and joining the columns as arrays is several times faster than one pattern that joins them in
the store; no row passes through Python.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import polars as pl

from graphstore.errors import ExtractionError

Select = Callable[[str], bytes]
"""Runs a SPARQL SELECT over all current data and returns the result as CSV."""

TM = "https://w3id.org/tanmai/ontology#"


def table(select: Select, query: str, *columns: str) -> pl.DataFrame:
    """Run a query and return its columns as strings; an unbound value is null."""
    raw = select(query)
    if raw.find(b"\n", raw.find(b"\n") + 1) < 0:  # the header alone
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    return pl.read_csv(io.BytesIO(raw), infer_schema=False).select(columns)


def scan(select: Select, predicate: str, subject: str, value: str) -> pl.DataFrame:
    """Return all (subject, object) pairs of a predicate of the vocabulary, or of a full IRI, without duplicates."""
    iri = predicate if ":" in predicate else TM + predicate
    return table(select, f"SELECT ?{subject} ?{value} {{ ?{subject} <{iri}> ?{value} }}", subject, value).unique()


def members(select: Select, name: str) -> pl.Series:
    """Return the nodes typed as this class of the vocabulary."""
    return table(select, f"SELECT ?s {{ ?s a <{TM}{name}> }}", "s")["s"]


def only(frame: pl.DataFrame, subject: str, value: str, predicate: str) -> pl.DataFrame:
    """Refuse a subject that states two values of a property that may have one.

    Raises:
        ExtractionError: names the first such subject and both values.
    """
    if frame[subject].n_unique() == len(frame):
        return frame
    twice = frame.group_by(subject).agg(pl.col(value).sort()).filter(pl.col(value).list.len() > 1).sort(subject)
    first = twice.row(0, named=True)
    raise ExtractionError(
        f"{len(twice)} nodes state more than one tm:{predicate}, first <{first[subject]}>: "
        f"{' and '.join(first[value][:3])}. Keep one; a second source's value belongs into another dataset version or a claim."
    )


def joined(frame: pl.DataFrame, select: Select, predicate: str, subject: str = "exchange") -> pl.DataFrame:
    """Add the single-valued property as a column of its own name; null where it is not stated."""
    found = only(scan(select, predicate, subject, predicate), subject, predicate, predicate)
    return frame.join(found, on=subject, how="left", maintain_order="left")
