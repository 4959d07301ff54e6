"""All names of a state of the graph in one table, for processes that answer many questions about it.

Names that are looked up in the store cost a tenth of a millisecond each. The table is one scan of the labels, kept in a file
beside the generation and mapped from there, so that it takes no memory of its own; it belongs to that generation alone, and
to the store that an audience reads.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from footprint.errors import InvalidSystem
from footprint.snapshot import load as load_arrays
from footprint.snapshot import save
from footprint.text import Strings
from graphstore.queries import load
from graphstore.technosphere.columns import Select, table
from graphstore.technosphere.snapshot import meaning

_COLUMNS: Final = ("node", "tag", "label")


@dataclass(frozen=True, slots=True)
class LabelTable:
    """Labels in the order of node, language tag and text.

    Attributes:
        node, tag, label: One line per label; the tag is empty for none, "symbol" for the symbol of a unit.
    """

    node: Strings
    tag: Strings
    label: Strings

    def of(self, node: str) -> Iterator[tuple[str, str]]:
        """Tag and text of each label of a node; none where it has no label."""
        at = bisect_left(self.node, node)
        while at < len(self.node) and self.node[at] == node:
            yield self.tag[at], self.label[at]
            at += 1

    @classmethod
    def read(cls, path: Path) -> LabelTable:
        """Map a file that `write` made."""
        arrays = load_arrays(path)
        return cls(*(Strings(arrays[f"{name}.blob"], arrays[f"{name}.ends"]) for name in _COLUMNS))

    def write(self, path: Path) -> None:
        """Write the table to one file, atomically."""
        save(path, {f"{n}.{part}": getattr(getattr(self, n), part) for n in _COLUMNS for part in ("blob", "ends")})


def label_table(select: Select, folder: Path | None) -> LabelTable:
    """Return all labels of the current graph, from the cache folder of its generation where they are there.

    Args:
        select: Runs a SELECT over the graph.
        folder: Folder that belongs to this state of the graph; None for a store in memory.
    """
    path = None if folder is None else folder / f"labels-{meaning()}.arrays"
    if path is not None:
        with suppress(OSError, InvalidSystem, KeyError):  # absent, cut short or damaged: made anew
            return LabelTable.read(path)
    frame = table(select, load("labels").replace("VALUES ?node {}", ""), *_COLUMNS).fill_null("")
    frame = frame.select(_COLUMNS).unique().sort(pl.all())
    made = LabelTable(*(Strings.of(frame[name].to_list()) for name in _COLUMNS))
    if path is not None:
        with suppress(OSError):  # a full disk, a store that may only be read: the answer needs no file
            made.write(path)
    return made
