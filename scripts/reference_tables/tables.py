"""Reading the tables: one `Row` per line, with errors that name table, row and column."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from reference_tables.errors import BadValueError, TableFormatError
from reference_tables.turtle import node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: cells by column name."""

    table: str
    cells: dict[str, str]

    @property
    def key(self) -> str:
        """The key of the row: last part of its IRI."""
        return self.cells["key"]

    def get(self, column: str) -> str:
        """Return the cell, "" where it is empty; raise TableFormatError where the table has no such column."""
        try:
            return self.cells[column]
        except KeyError:
            msg = f"table {self.table}.csv has no column {column!r}; add the column or change the plan of the table"
            raise TableFormatError(msg) from None

    def has(self, column: str) -> bool:
        """Whether the table has the column and the cell is not empty."""
        return bool(self.cells.get(column))

    def split(self, column: str) -> list[str]:
        """Return the parts of a cell that holds several values parted by semicolons."""
        return [part.strip() for part in self.get(column).split(";") if part.strip()]

    def nodes(self, column: str, kind: str) -> list[str]:
        """Return the nodes of one kind whose keys the cell holds, parted by semicolons."""
        return [self.check(column, key, partial(node, kind)) for key in self.split(column)]

    def convert(self, column: str, how: Callable[[str], str]) -> str:
        """Return the cell in Turtle form; raise BadValueError where `how` refuses it."""
        return self.check(column, self.get(column), how)

    def check(self, column: str, value: str, how: Callable[[str], str]) -> str:
        """Return a part of a cell in Turtle form; raise BadValueError where `how` refuses it."""
        try:
            return how(value)
        except ValueError as error:
            msg = f"table {self.table}.csv, row {self.cells.get('key', '?')!r}, column {column!r}: {error}"
            raise BadValueError(msg) from error


@dataclass(frozen=True, slots=True)
class Table:
    """A whole table in file order."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


def read(folder: Path, name: str) -> Table:
    """Read one table; raise TableFormatError where it is missing, ragged, without keys or with a key twice."""
    path = folder / f"{name}.csv"
    if not path.is_file():
        msg = f"table {path} does not exist; restore it or take it out of scripts/reference_tables/plan.py"
        raise TableFormatError(msg)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        columns = tuple(next(reader, ()))
        lines = list(reader)
    if "key" not in columns:
        msg = f"table {name}.csv has no column 'key'; it is the last part of the IRI of every row"
        raise TableFormatError(msg)
    rows = tuple(Row(name, _cells(name, columns, line, number)) for number, line in enumerate(lines, 2))
    _refuse_repeated_keys(name, rows)
    return Table(name, columns, rows)


def _cells(name: str, columns: tuple[str, ...], line: list[str], number: int) -> dict[str, str]:
    if len(line) != len(columns):
        msg = f"table {name}.csv, record {number}: {len(line)} cells for {len(columns)} columns; quote commas"
        raise TableFormatError(msg)
    return {column: cell.strip() for column, cell in zip(columns, line, strict=True)}


def _refuse_repeated_keys(name: str, rows: tuple[Row, ...]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.key in seen:
            msg = f"table {name}.csv has the key {row.key!r} twice; keys become IRIs and must differ"
            raise TableFormatError(msg)
        seen.add(row.key)
