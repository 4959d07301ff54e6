"""The compiled system of one state of the graph, kept in one file beside its generation.

Extraction and compilation take seconds on a large graph; the file is memory-mapped in milliseconds. Its name holds the
allocation method asked for and a digest of the code that gives the numbers their meaning, the folder it lies in is that of
the generation: a snapshot is never stale, only unused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import footprint
from footprint.assemble import Assembly, assemble
from footprint.compile import Compiled, compile_system
from footprint.errors import InvalidSystem
from footprint.gaps import METHODS, UNALLOCATED, Assumed, CutOffs, Reading
from footprint.inventory import Ints, Inventory
from footprint.snapshot import load, save
from footprint.text import Strings
from graphstore.technosphere.columns import Select
from graphstore.technosphere.extract import extract

_INTS = ("process", "product", "unit", "factor")
_ASSUMED = ("exchange", "process", "kind")
_CUT = ("exchange", "flow", "process", "reason")
_STRINGS = ("process_ids", "product_ids", "unit_ids", "factor_ids")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A compiled system and the way back from its indices to the graph.

    Attributes:
        compiled: The engine's system; its exchange and stage identifiers are IRIs.
        process, product, unit, factor: For each activity indices into the tables below; -1 where there is none.
        share: Allocation factor of each activity.
        cut_offs: Exchanges outside the system, with flow, process and reason; allowed or not, the reading says.
        assumed: Exchanges that rest on an assumption, with process and which.
        process_ids, product_ids, unit_ids, factor_ids: IRIs.
    """

    compiled: Compiled
    process: Ints
    product: Ints
    unit: Ints
    factor: Ints
    share: NDArray[np.float64]
    cut_offs: CutOffs
    assumed: Assumed
    process_ids: Sequence[str]
    product_ids: Sequence[str]
    unit_ids: Sequence[str]
    factor_ids: Sequence[str]

    @classmethod
    def of(cls, inventory: Inventory, assembly: Assembly) -> Snapshot:
        """Compile an assembled system and keep what is needed to name its parts."""
        return cls(
            compiled=compile_system(assembly.system),
            process=assembly.process,
            product=assembly.product,
            unit=assembly.unit,
            factor=assembly.factor,
            share=assembly.share,
            cut_offs=assembly.cut_offs,
            assumed=assembly.assumed,
            process_ids=inventory.processes.ids,
            product_ids=inventory.flows.ids,
            unit_ids=inventory.unit_ids,
            factor_ids=inventory.factors.ids,
        )

    def product_of(self, activity: int) -> str | None:
        """IRI of the product an activity makes; none for an emission factor."""
        index = int(self.product[activity])
        return self.product_ids[index] if index >= 0 else None

    def maker(self, activity: int) -> str:
        """IRI of the process or emission factor behind an activity."""
        index = int(self.process[activity])
        return self.process_ids[index] if index >= 0 else self.factor_ids[int(self.factor[activity])]

    def unit_of(self, activity: int) -> str:
        """IRI of the unit the activity's product is counted in."""
        return self.unit_ids[int(self.unit[activity])]

    def write(self, path: Path) -> None:
        """Write everything to one file, atomically."""
        arrays = {f"compiled.{name}": array for name, array in self.compiled.to_arrays().items()}
        arrays |= {name: getattr(self, name) for name in (*_INTS, "share")}
        arrays |= {f"assumed.{name}": getattr(self.assumed, name) for name in _ASSUMED}
        arrays |= {f"cut_offs.{name}": getattr(self.cut_offs, name) for name in _CUT}
        for name in _STRINGS:
            packed = Strings.of(getattr(self, name))
            arrays |= {f"{name}.blob": packed.blob, f"{name}.ends": packed.ends}
        save(path, arrays)

    @classmethod
    def read(cls, path: Path) -> Snapshot:
        """Map a file that `write` made; nothing is copied until it is used."""
        arrays = load(path)
        marker = "compiled."
        inner = {name.removeprefix(marker): array for name, array in arrays.items() if name.startswith(marker)}
        strings: dict[str, Any] = {name: Strings(arrays[f"{name}.blob"], arrays[f"{name}.ends"]) for name in _STRINGS}
        columns: dict[str, Any] = {name: arrays[name] for name in (*_INTS, "share")}
        cut_offs = CutOffs(*(arrays[f"cut_offs.{name}"] for name in _CUT))
        assumed = Assumed(*(arrays[f"assumed.{name}"] for name in _ASSUMED))
        compiled = Compiled.from_arrays(inner)
        return cls(compiled=compiled, cut_offs=cut_offs, assumed=assumed, **columns, **strings)


def snapshot(select: Select, coproducts: str, folder: Path | None, recycling: str = "") -> Snapshot:
    """Return the compiled system of the current graph, from the cache folder of its generation where it is there.

    Gaps are kept and marked; whether they are allowed is asked of the supply chain in question (`Reading.require`).

    Args:
        select: Runs a SELECT over the graph.
        coproducts: See `Reading.coproducts`.
        folder: Folder that belongs to this state of the graph; None for a store in memory, which is compiled anew.
            A file in it that is damaged is made anew; where none can be written, none is.
        recycling: See `Reading.recycling`.

    Raises:
        FootprintError: the graph does not describe a system (see `footprint.errors`).
        ExtractionError: its statements cannot be read as columns.
    """
    method = coproducts if coproducts in METHODS else UNALLOCATED
    named = f"{method}-{recycling}" if recycling else method
    path = folder / f"system-{meaning()}-{named}.arrays" if folder and _PLAIN.fullmatch(named) else None
    if path is not None:
        with suppress(OSError, InvalidSystem, KeyError):  # absent, cut short or damaged: made anew
            return Snapshot.read(path)
    inventory = extract(select)
    made = Snapshot.of(inventory, assemble(inventory, tolerant(coproducts, recycling)))
    if path is not None:
        with suppress(OSError):  # a full disk, a store that may only be read: the answer needs no file
            made.write(path)
    return made


@cache
def meaning() -> str:
    """Digest of the source of the engine, the extraction and its queries: other code may read the same graph otherwise."""
    here = Path(__file__).parent
    sources = [Path(footprint.__file__).parent.glob("*.py"), here.glob("*.py"), (here.parent / "queries").glob("*.rq")]
    digest = hashlib.blake2b(digest_size=6)
    for file in sorted(file for found in sources for file in found):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def tolerant(coproducts: str, recycling: str = "") -> Reading:
    """Return the reading that keeps every gap, to be judged later, under the same allocation method and recycling model."""
    return Reading("cutoff", coproducts if coproducts in METHODS else UNALLOCATED, recycling)


_PLAIN = re.compile(r"[a-z0-9-]+")
"""What may be part of the name of a file; a model of another name is no model, and is refused when it is looked up."""
