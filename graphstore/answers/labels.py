"""All names of a state of the graph in one table, for processes that answer many questions about it.

Names that are looked up in the store cost a tenth of a millisecond each. The table is one scan of the labels, kept in a file
beside the generation and mapped from there, so that it takes no memory of its own; it belongs to that generation alone, and
to the store that an audience reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

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
    """One line per label, in the order of the keys of nodes, then of node, language tag and text.

    Attributes:
        key: Number made from the IRI of the node, by which it is found; two nodes may have the same, uint64.
        node, tag, label: The tag is empty for none, "symbol" for the symbol of a unit.
    """

    key: NDArray[np.uint64]
    node: Strings
    tag: Strings
    label: Strings

    @classmethod
    def of(cls, frame: pl.DataFrame) -> LabelTable:
        """Make a table from a frame with the columns node, tag and label; lines that stand there twice are one."""
        frame = frame.select(_COLUMNS).unique()
        keys = pl.Series("key", map(_key, frame["node"]), dtype=pl.UInt64)
        frame = frame.with_columns(keys).sort("key", *_COLUMNS)
        return cls(frame["key"].to_numpy(), *(Strings.of(frame[name].to_list()) for name in _COLUMNS))

    def find(self, nodes: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        """Node, tag and text of each label of these nodes; those without a label are passed over."""
        wanted = np.fromiter(map(_key, nodes), dtype=np.uint64, count=len(nodes))
        first, last = (np.searchsorted(self.key, wanted, side=side).tolist() for side in ("left", "right"))
        for node, low, high in zip(nodes, first, last, strict=True):
            for at in range(low, high):
                if self.node[at] == node:
                    yield node, self.tag[at], self.label[at]

    @classmethod
    def read(cls, path: Path) -> LabelTable:
        """Map a file that `write` made."""
        arrays: Mapping[str, Any] = load_arrays(path)
        return cls(arrays["key"], *(Strings(arrays[f"{n}.blob"], arrays[f"{n}.ends"]) for n in _COLUMNS))

    def write(self, path: Path) -> None:
        """Write the table to one file, atomically."""
        packed = {f"{n}.{part}": getattr(getattr(self, n), part) for n in _COLUMNS for part in ("blob", "ends")}
        save(path, {"key": self.key, **packed})


def _key(node: str) -> int:
    return int.from_bytes(blake2b(node.encode(), digest_size=8).digest(), "little")


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
    made = LabelTable.of(frame)
    if path is not None:
        with suppress(OSError):  # a full disk, a store that may only be read: the answer needs no file
            made.write(path)
    return made
