"""What a column of a table becomes: one `Field` per column, read by `Spec.build`.

A `Spec` accounts for every column of its table: a column that no field reads and that is not named in `printed` (text
that another column repeats in machine form) is an error, so that no fact of a table is lost in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from reference_tables.errors import BadValueError, TableFormatError
from reference_tables.statements import COMMON_COLUMNS, describe
from reference_tables.turtle import boolean, date, decimal, integer, iri, node, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from reference_tables.tables import Row, Table
    from reference_tables.turtle import Graph


@dataclass(frozen=True, slots=True)
class Field:
    """One column, the predicate it fills and the function that makes terms of a cell."""

    column: str
    predicate: str
    terms: Callable[[Row, str], list[str]]

    def apply(self, graph: Graph, row: Row, subject: str) -> None:
        """Add the triples of this column; an empty cell adds none."""
        if row.get(self.column):
            graph.add(subject, self.predicate, *self.terms(row, self.column))


def _typed(how: Callable[[str], str]) -> Callable[[str, str], Field]:
    def make(column: str, predicate: str) -> Field:
        return Field(column, predicate, lambda row, name: [row.convert(name, how)])

    return make


plain = _typed(text)
"""Field whose cell is a string without language."""
english = _typed(lambda value: text(value, "en"))
"""Field whose cell is an English text."""
chinese = _typed(lambda value: text(value, "zh"))
"""Field whose cell is a Chinese text."""
number = _typed(decimal)
"""Field whose cell is a decimal number."""
count = _typed(integer)
"""Field whose cell is a whole number."""
truth = _typed(boolean)
"""Field whose cell is true or false."""
moment = _typed(date)
"""Field whose cell is a date, a month or a year."""
address = _typed(iri)
"""Field whose cell is an absolute IRI."""
unit = _typed(lambda value: f"unit:{value}")
"""Field whose cell is the local name of a QUDT unit."""


def link(column: str, predicate: str, kind: str) -> Field:
    """Field whose cell holds keys of one kind of node, parted by semicolons."""
    return Field(column, predicate, lambda row, name: row.nodes(name, kind))


def path(column: str, predicate: str) -> Field:
    """Field whose cell holds `kind/key` of a node."""

    def terms(row: Row, name: str) -> list[str]:
        kind, _, key = row.get(name).partition("/")
        if not key:
            msg = f"table {row.table}.csv, row {row.key!r}, column {name!r}: {row.get(name)!r} is not kind/key"
            raise BadValueError(msg)
        return [row.check(name, key, partial(node, kind))]

    return Field(column, predicate, terms)


@dataclass(frozen=True, slots=True)
class Spec:
    """How one table becomes triples: one node `kind/key` of class `cls` per row."""

    table: str
    kind: str
    cls: str
    fields: tuple[Field, ...]
    printed: frozenset[str] = frozenset()
    hook: Callable[[Graph, Row, str], None] | None = None
    columns: frozenset[str] = frozenset()

    def build(self, graph: Graph, table: Table) -> None:
        """Add the triples of all rows; raise TableFormatError for a column that nothing reads."""
        self._account_for(table)
        for row in table:
            subject = row.check("key", row.key, partial(node, self.kind))
            if self.cls:
                graph.add(subject, "a", self.cls)
                describe(graph, subject, row)
            for field in self.fields:
                field.apply(graph, row, subject)
            if self.hook is not None:
                self.hook(graph, row, subject)

    def _account_for(self, table: Table) -> None:
        known = {"key", *COMMON_COLUMNS, *self.printed, *self.columns, *(field.column for field in self.fields)}
        unread = [column for column in table.columns if column not in known]
        if unread:
            msg = (
                f"table {table.name}.csv has columns that nothing reads: {', '.join(unread)}; "
                "give each a field in its Spec, or name it in `printed` where another column says the same"
            )
            raise TableFormatError(msg)
