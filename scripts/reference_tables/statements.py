"""What every statement node carries: its sources, how sure it is, how long it holds and its legal status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_tables.turtle import boolean, date, text

if TYPE_CHECKING:
    from reference_tables.tables import Row
    from reference_tables.turtle import Graph

_LINKS = (
    ("source_key", "dcterms:source", "source"),
    ("seen_in", "tm:seenIn", "source"),
    ("confidence", "tm:confidence", "confidence"),
    ("status_key", "tm:legalStatus", "legal-status"),
)
_DATES = (("issued", "dcterms:issued"), ("valid_from", "tm:validFrom"), ("valid_until", "tm:validUntil"))
_TEXTS = (
    ("source", "dcterms:bibliographicCitation", ""),
    ("confidence_note", "tm:confidenceNote", "en"),
    ("status", "tm:statusNote", "en"),
    ("note", "skos:note", "en"),
    ("date_note", "skos:note", "en"),
)

COMMON_COLUMNS = frozenset(
    column for group in (_LINKS, _DATES, _TEXTS) for column, *_ in group
) | {"unverified"}  # fmt: skip
"""Columns that mean the same in every table."""


def describe(graph: Graph, subject: str, row: Row) -> None:
    """Add source, citation, confidence, legal status, dates and notes of a row to a node.

    A column `status` without `status_key` holds the key of the legal status itself; beside `status_key` it is the
    wording of the table.
    """
    for column, predicate, kind in _links(row):
        if row.has(column):
            graph.add(subject, predicate, *row.nodes(column, kind))
    for column, predicate in _DATES:
        if row.has(column):
            graph.add(subject, predicate, row.convert(column, date))
    for column, predicate, language in _TEXTS:
        if row.has(column) and (column != "status" or "status_key" in row.cells):
            graph.add(subject, predicate, text(row.get(column), language))
    if row.has("unverified"):
        graph.add(subject, "tm:unverified", row.convert("unverified", boolean))
    mark_recalled(graph, subject, row)


def mark_recalled(graph: Graph, subject: str, row: Row) -> None:
    """Add tm:unverified true where the confidence of the row says that it was recalled."""
    if row.has("confidence") and row.get("confidence") == "recalled":
        graph.add(subject, "tm:unverified", boolean("true"))


def _links(row: Row) -> tuple[tuple[str, str, str], ...]:
    if "status_key" in row.cells:
        return _LINKS
    return (*_LINKS[:-1], ("status", "tm:legalStatus", "legal-status"))
