"""The CSV files of an input-output table; every error names file, row and column."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mappings.errors import PackageError

Floats = NDArray[np.float64]


class CellError(PackageError):
    """A cell of a table is wrong.

    Attributes:
        row: Line of the file, the header being line 1.
        column: Heading of the column.
    """

    def __init__(self, file: str, row: int, column: str, cause: str) -> None:
        super().__init__(file, f"row {row}, column {column}: {cause}")
        self.row, self.column = row, column


@dataclass(frozen=True, slots=True)
class Grid:
    """A matrix with the codes of its rows and columns."""

    path: Path
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    lines: tuple[int, ...]
    values: Floats

    def ordered(self, rows: Sequence[str], columns: Sequence[str]) -> Floats:
        """Return the values of these rows and columns, which must be exactly those of the file.

        Raises:
            PackageError: a code is missing or one too many; names it.
        """
        for found, wanted, what in ((self.rows, rows, "row"), (self.columns, columns, "column")):
            if found != tuple(wanted):
                _same_codes(self.path, found, wanted, what)
        row, column = ({code: i for i, code in enumerate(codes)} for codes in (self.rows, self.columns))
        return self.values[np.ix_([row[code] for code in rows], [column[code] for code in columns])]

    def negative(self) -> Iterator[CellError]:
        """Yield the error about each negative cell."""
        for i, j in np.argwhere(self.values < 0).tolist():
            yield CellError(
                str(self.path), self.lines[i], self.columns[j],
                f"{self.values[i, j]:g} is negative. Correct it, or say in the manifest what becomes of such cells: "
                'negative_cells = "keep" or "zero".',
            )  # fmt: skip


def _same_codes(path: Path, found: Sequence[str], wanted: Sequence[str], what: str) -> None:
    missing, extra = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
    if missing:
        raise PackageError(str(path), f"has no {what} for sector {missing[0]} ({len(missing)} are missing). Add it.")
    if extra:
        raise PackageError(str(path), f"has a {what} for {extra[0]}, which is no sector of the table. Take it out.")


def read_grid(path: Path) -> Grid:
    """Read a matrix: the first row and the first column hold codes.

    Raises:
        PackageError: the file cannot be read, is ragged, repeats a code, or holds a cell that is no finite number.
    """
    lines = _rows(path)
    _, header = next(lines, (0, []))
    columns = tuple(code.strip() for code in header[1:])
    _check_codes(path, columns, "column", "row 1")
    codes, numbers, values = [], [], []
    for line, cells in lines:
        if len(cells) != len(columns) + 1:
            raise PackageError(
                str(path),
                f"row {line} has {len(cells)} cells, the header {len(columns) + 1}. Give one cell per column.",
            )
        codes.append(cells[0].strip())
        numbers.append(line)
        values.append(_numbers(path, line, columns, cells[1:]))
    _check_codes(path, codes, "row", "column 1")
    return Grid(path, tuple(codes), columns, tuple(numbers), np.array(values).reshape(len(codes), len(columns)))


def read_column(path: Path, codes: Sequence[str]) -> Floats:
    """Read one number per sector: a code in the first column, the number in the second, below a header.

    Raises:
        PackageError: as for `read_grid`, or a sector is missing or unknown.
    """
    grid = read_grid(path)
    if len(grid.columns) != 1:
        raise PackageError(str(path), f"has {len(grid.columns) + 1} columns; give two: the code and the number.")
    values: Floats = grid.ordered(codes, grid.columns)[:, 0]
    return values


def read_records(
    path: Path, required: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the line number and the cells of each row by heading.

    Raises:
        PackageError: a heading is missing, unknown or repeated; a row has too many or too few cells.
    """
    lines = _rows(path)
    _, raw = next(lines, (0, []))
    header = [name.strip() for name in raw]
    for name in required:
        if name not in header:
            raise PackageError(
                str(path), f"row 1: the column {name} is missing. Write the columns {', '.join(required)}."
            )
    for name in header:
        if name not in {*required, *optional} or header.count(name) > 1:
            raise PackageError(
                str(path),
                f"row 1: the column {name!r} is unknown or repeated. Known: {', '.join((*required, *optional))}.",
            )
    for line, cells in lines:
        if len(cells) != len(header):
            raise PackageError(str(path), f"row {line} has {len(cells)} cells, the header {len(header)}.")
        yield line, dict(zip(header, (cell.strip() for cell in cells), strict=True))


def number(path: Path, line: int, record: Mapping[str, str], column: str) -> float:
    """Return a cell as a finite number."""
    return float(_numbers(path, line, (column,), (record[column],))[0])


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of every row that is not blank."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, cells
    except OSError as error:
        raise PackageError(str(path), f"cannot be read: {error.strerror or error}. The manifest names it.") from error
    except UnicodeDecodeError as error:
        raise PackageError(str(path), "is not UTF-8 text. Save the table as CSV UTF-8.") from error
    except csv.Error as error:
        raise PackageError(str(path), f"is no CSV table: {error}.") from error


def _check_codes(path: Path, codes: Sequence[str], what: str, where: str) -> None:
    if not codes:
        raise PackageError(
            str(path), f"{where} holds no code of a sector. The first row and the first column are codes."
        )
    seen: set[str] = set()
    for code in codes:
        if code in {"", ".", ".."} or code in seen:
            raise PackageError(
                str(path), f"{where}: the {what} code {code!r} is empty or repeated. Give each sector one code."
            )
        seen.add(code)


def _numbers(path: Path, line: int, columns: Sequence[str], cells: Sequence[str]) -> Floats:
    """Turn the cells of one row into numbers; the first that is none is named."""
    try:
        values = np.array([float(cell) for cell in cells], dtype=np.float64)
    except ValueError:
        values = np.array([_or_nan(cell) for cell in cells], dtype=np.float64)
    wrong = np.flatnonzero(~np.isfinite(values) | np.array(["_" in cell for cell in cells], dtype=np.bool_))
    if len(wrong):
        cell = cells[int(wrong[0])].strip()
        cause = "is empty; write 0 where there is nothing." if not cell else f"{cell!r} is no finite number."
        raise CellError(
            str(path), line, columns[int(wrong[0])], f"{cause} Numbers have a decimal point and no separators."
        )
    return values


def _or_nan(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan
