"""The files that processors of the validation benchmark get."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from benchmarks.studies import copies, split
from benchmarks.synthetic_shapes import data_text, shapes_text

__all__ = ["DAY", "Work", "write"]

DAY = dt.date(2026, 11, 25)
"""The day for which is judged; fixed, so that factors do not grow old between two measurements."""

_EACH = 20
"""Exchanges of each of many made-up studies."""


@dataclass(frozen=True, slots=True)
class Work:
    """Files of one measurement.

    Attributes:
        shapes: the shapes graph; of "shipped" shapes our engine takes its own files.
        data: the studies.
        beside: what stands beside the studies in the data graph; empty for synthetic shapes.
        kind: "synthetic" or "shipped".
    """

    shapes: Path
    data: Path
    beside: Path
    kind: str


def write(kind: str, counted: str, size: int, folder: Path) -> Work:
    """Write the files for so many exchanges of one study, or so many studies."""
    stem = folder / f"{kind}-{counted}-{size}"
    work = Work(stem.with_suffix(".shapes"), stem.with_suffix(".nt"), stem.with_suffix(".beside"), kind)
    if work.data.exists():
        return work
    if kind == "synthetic":
        text = data_text(1, size) if counted == "exchanges" else data_text(size, _EACH)
        work.shapes.write_text(shapes_text(), encoding="utf-8")
        work.beside.write_text("", encoding="utf-8")
        work.data.write_text(text, encoding="utf-8")
    else:
        work.data.write_text(split(size) if counted == "exchanges" else copies(size), encoding="utf-8")
        _write_knowledge(work)
    return work


def _write_knowledge(work: Work) -> None:
    from shapes.judge import laid_out

    with laid_out([work.data], day=DAY) as laid:
        own = {quad.triple for quad in laid.quads}
        _dump(work.beside, (triple for triple in laid.data.triples() if triple not in own))
        _dump(work.shapes, laid.shapes)


def _dump(path: Path, triples: Iterable[ox.Triple]) -> None:
    path.write_text("\n".join(f"{triple} ." for triple in triples), encoding="utf-8")
