"""A screening inventory: the contributions of a footprint, grouped so that splitting a source hides nothing.

Contributions of one process by one material (what supplies it, or the gas it emits) are one source, however many exchanges
they are stated in.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from footprint.inventory import Ints
from graphstore.answers.lines import Terms
from graphstore.answers.question import Question
from schemes.errors import ScreeningError
from schemes.exact import exact

DIGITS = 12
"""Significant digits to which contributions of a calculation are read before they are compared with limits.

A calculation in binary numbers gives 7741.179999999999 for 13400 x 0.5777. Twelve digits undo that noise (its relative size
is about 1e-15 per operation) and stay a hundred times finer than anything that is measured, so that a share of exactly 1 %
is seen as such. Values of a table are read as they are written, to the last digit.
"""


@dataclass(frozen=True, slots=True)
class Source:
    """One source of emissions: a process, a material, and all its contributions together.

    Attributes:
        process, material: IRIs, or names where they come from a table.
        value: kg CO2e, credits negative.
        names: Names of the contributions in it, of a table; empty for sources of the graph.
        exchanges: IRIs of the exchanges in it; empty for sources of a table.
    """

    process: str
    material: str
    value: Fraction
    names: tuple[str, ...] = ()
    exchanges: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What ties are broken by."""
        return f"{self.process} {self.material}"


def of_product(question: Question) -> list[Source]:
    """Return the sources of a calculated footprint."""
    snapshot = question.calculation.snapshot
    system = snapshot.compiled.system
    terms = Terms.of(question.calculation, question.chain)
    kept = np.flatnonzero(terms.value != 0)
    exchange = terms.exchange[kept]
    gases = sorted({row.gas for row in system.rows})
    owner, material = _keys(question, gases)
    pairs = np.stack((owner[exchange], material[exchange]), axis=1)
    groups, where = np.unique(pairs, axis=0, return_inverse=True)
    where = where.reshape(-1)
    sums = np.bincount(where, terms.value[kept], minlength=len(groups))
    members: list[list[str]] = [[] for _ in groups]
    for index, group in zip(exchange.tolist(), where.tolist(), strict=True):
        members[group].append(system.exchange_ids[index])
    return [
        Source(
            process=snapshot.process_ids[process],
            material=snapshot.maker(what) if what < system.n else gases[what - system.n],
            value=exact(f"{value:.{DIGITS}g}"),
            exchanges=tuple(sorted(mine)),
        )
        for (process, what), value, mine in zip(groups.tolist(), sums.tolist(), members, strict=True)
    ]


def _keys(question: Question, gases: Sequence[str]) -> tuple[Ints, Ints]:
    """Return process and material of every exchange: the activity that supplies it, or numbered behind those the gas."""
    snapshot = question.calculation.snapshot
    system = snapshot.compiled.system
    owner = np.full(len(system.exchange_ids), -1, dtype=np.int64)
    material = np.full(len(system.exchange_ids), -1, dtype=np.int64)
    owner[system.tech_exchange] = snapshot.process[system.tech_consumer]
    material[system.tech_exchange] = system.tech_provider
    stated = system.bio_exchange >= 0
    owner[system.bio_exchange[stated]] = snapshot.process[system.bio_activity[stated]]
    gas_of = np.array([gases.index(row.gas) for row in system.rows], dtype=np.int64)
    material[system.bio_exchange[stated]] = system.n + gas_of[system.bio_row[stated]]
    return owner, material


REQUIRED = ("name", "value")
OPTIONAL = ("process", "material")


def of_table(path: Path) -> list[Source]:
    """Read a CSV table with the columns name and value (kg CO2e), and as known process and material.

    Rows without process and material are a source of their own under their name.

    Raises:
        ScreeningError: the file cannot be read, a column is missing, or a cell is no number; names the line.
    """
    groups: dict[tuple[str, str], list[tuple[str, Fraction]]] = {}
    for name, process, material, value in _rows(path):
        key = (process, material) if process or material else (name, "")
        groups.setdefault(key, []).append((name, value))
    return [
        Source(process, material, sum((value for _, value in rows), Fraction(0)), tuple(name for name, _ in rows))
        for (process, material), rows in groups.items()
    ]


def _rows(path: Path) -> Iterator[tuple[str, str, str, Fraction]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ScreeningError(f"{path}: the table cannot be read: {error}. Give a CSV file in UTF-8.") from None
    reader = csv.DictReader(lines)
    head = [column.strip().lower() for column in reader.fieldnames or ()]
    missing = [column for column in REQUIRED if column not in head]
    if missing:
        raise ScreeningError(
            f"{path}, line 1: the table has no column {' and no column '.join(missing)}. The header is name,value and, as known, "
            f"{','.join(OPTIONAL)}; value is in kg CO2e."
        )
    reader.fieldnames = head
    for row in reader:
        cells = {key: (row.get(key) or "").strip() for key in (*REQUIRED, *OPTIONAL)}
        if not any(cells.values()):
            continue
        yield cells["name"], cells["process"], cells["material"], _number(path, reader.line_num, cells)


def _number(path: Path, line: int, cells: dict[str, str]) -> Fraction:
    if not cells["name"]:
        raise ScreeningError(
            f"{path}, line {line}: the row has no name. Name the source, so that a decision can point at it."
        )
    try:
        return exact(cells["value"])
    except ValueError:
        raise ScreeningError(
            f"{path}, line {line}: the value of {cells['name']!r} is {cells['value']!r}, which is no number. Give kg CO2e; an estimate "
            "for a source that is not known, never nothing."
        ) from None


def total(sources: Iterable[Source], where: object) -> Fraction:
    """Return the sum of the absolute contributions, by which shares are measured.

    Raises:
        ScreeningError: it is zero.
    """
    found = sum((abs(source.value) for source in sources), Fraction(0))
    if not found:
        raise ScreeningError(f"{where}: no source contributes anything, so there are no shares to compare with limits.")
    return found
