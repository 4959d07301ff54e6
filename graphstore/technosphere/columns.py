"""From the graph to columns: one predicate at a time, streamed as CSV bytes into a column store.

Scanning single predicates and joining the columns as arrays is several times faster than one pattern that joins them in
the store; no row passes through Python. Half of the time goes into looking up the strings of the terms, which the store
does without the interpreter lock, so the scans of a step run side by side.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from footprint.inventory import NONE, Ints
from graphstore.errors import ExtractionError

Select = Callable[[str], bytes]
"""Runs a SPARQL SELECT over all current data and returns the result as CSV; may be called from several threads."""

TM = "https://w3id.org/tanmai/ontology#"
WORKERS = min(4, os.cpu_count() or 1)
"""Scans that run at once; each holds its result as text and as columns for a moment."""
SHORT = 32_768
"""Bytes of a result up to which Python splits it in less time than the column store needs to begin."""
FEW = 1_000
"""Values up to which a dictionary finds their partners in less time than the column store needs to plan a join."""


def table(select: Select, query: str, *columns: str) -> pl.DataFrame:
    """Run a query and return its columns as strings; an unbound value is null."""
    raw = select(query)
    if raw.find(b"\n") in {-1, len(raw) - 1}:  # the header alone
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    short = _split(raw, columns) if len(raw) <= SHORT and b'"' not in raw else None
    return pl.read_csv(io.BytesIO(raw), infer_schema=False)[list(columns)] if short is None else short


def _split(raw: bytes, columns: Sequence[str]) -> pl.DataFrame | None:
    """Read CSV in which nothing is quoted; None where it is anything but rows of one length with these columns."""
    lines = raw.decode().replace("\r\n", "\n").removesuffix("\n").split("\n")
    header, *rows = (line.split(",") for line in lines)
    if "" in lines or not set(columns) <= set(header) or any(len(row) != len(header) for row in rows):
        return None
    values = dict(zip(header, zip(*rows, strict=True), strict=True))
    return pl.DataFrame([_strings(column, [value or None for value in values[column]]) for column in columns])


def _strings(column: str, values: Sequence[str | None]) -> pl.Series:
    return pl.Series(column, values, dtype=pl.String)


def number(text: str) -> float:
    """Read a decimal or double; what is no number becomes NaN, which is refused where it is used."""
    try:
        return float(text) if text.isascii() and "_" not in text else math.nan  # Python takes more than RDF does
    except ValueError:
        return math.nan


def scans(select: Select, predicates: Sequence[str], subject: str, value: str) -> list[pl.DataFrame]:
    """Return for each predicate of the vocabulary, or full IRI, its (subject, object) pairs as columns of these names.

    A pair that several datasets state comes several times.
    """

    def scan(predicate: str) -> pl.DataFrame:
        iri = predicate if ":" in predicate else TM + predicate
        return table(select, f"SELECT ?{subject} ?{value} {{ ?{subject} <{iri}> ?{value} }}", subject, value)

    return list(_workers().map(scan, predicates))


@cache
def _workers() -> ThreadPoolExecutor:
    """The threads of all scans of this process; to start them anew for each step takes longer than a small scan."""
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="scan")


if hasattr(os, "register_at_fork"):  # a forked process has the pool without its threads
    os.register_at_fork(after_in_child=_workers.cache_clear)


def members(select: Select, name: str) -> pl.Series:
    """Return the nodes typed as this class of the vocabulary."""
    return table(select, f"SELECT ?s {{ ?s a <{TM}{name}> }}", "s")["s"]


def only(frame: pl.DataFrame, subject: str, value: str, predicate: str) -> pl.DataFrame:
    """Return the distinct pairs; refuse a subject that states two values of a property that may have one.

    Raises:
        ExtractionError: names the first such subject and both values.
    """
    if frame[subject].n_unique() == len(frame):  # the usual case, for which nothing need be made distinct
        return frame
    frame = frame.unique()
    if frame[subject].n_unique() == len(frame):
        return frame
    twice = frame.group_by(subject).agg(pl.col(value).sort()).filter(pl.col(value).list.len() > 1).sort(subject)
    first = twice.row(0, named=True)
    raise ExtractionError(
        f"{len(twice)} nodes state more than one tm:{predicate}, first <{first[subject]}>: "
        f"{' and '.join(first[value][:3])}. Keep one; a second source's value belongs into another dataset version or a claim."
    )


def joined(frame: pl.DataFrame, select: Select, predicates: Sequence[str], subject: str = "exchange") -> pl.DataFrame:
    """Add single-valued properties as columns of their own names; null where one is not stated."""
    for predicate, found in zip(predicates, scans(select, predicates, subject, "value"), strict=True):
        pairs = only(found, subject, "value", predicate)
        if max(len(pairs), len(frame)) <= FEW:
            partner = dict(zip(pairs[subject].to_list(), pairs["value"].to_list(), strict=True))
            frame = frame.hstack([_strings(predicate, [partner.get(node) for node in frame[subject].to_list()])])
        else:
            pairs = pairs.rename({"value": predicate})
            frame = frame.join(pairs, on=subject, how="left", maintain_order="left")
    return frame


@dataclass(frozen=True, slots=True)
class Index:
    """Identifiers in ascending order, and their positions."""

    ids: Sequence[str]
    frame: pl.DataFrame

    @classmethod
    def of(cls, values: pl.Series) -> Index:
        """Index the distinct non-null values."""
        if len(values) <= FEW:
            return cls.ascending(_strings("key", sorted(set(values.to_list()) - {None})))
        return cls.ascending(values.drop_nulls().unique().sort())

    @classmethod
    def ascending(cls, ids: pl.Series) -> Index:
        """Index values that are distinct and in ascending order already."""
        frame = pl.DataFrame({"key": ids, "position": np.arange(len(ids), dtype=np.int64)})
        return cls(ids.to_list(), frame)

    def positions(self, values: pl.Series) -> Ints:
        """Return the position of each value; -1 for null and for a value that is not in the index."""
        if max(len(values), len(self.ids)) <= FEW:
            position = {key: place for place, key in enumerate(self.ids)}
            return np.array([position.get(value, NONE) for value in values.to_list()], dtype=np.int64)
        looked_up = pl.DataFrame({"key": values}).join(self.frame, on="key", how="left", maintain_order="left")
        return looked_up["position"].fill_null(NONE).to_numpy().astype(np.int64)
