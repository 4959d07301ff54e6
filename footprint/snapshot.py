"""Arrays in one file, read as memory maps: a compiled system is at hand in a millisecond and takes no copy.

Layout: 8 bytes magic, 8 bytes length of the header (little endian), the header in JSON (name, type, shape and start of
each array), then the arrays, each starting at a multiple of 64 bytes.
"""

from __future__ import annotations

import json
import math
import os
import threading
from typing import TYPE_CHECKING

import numpy as np

from footprint.errors import InvalidSystem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from footprint.system import AnyArray

__all__ = ["load", "save"]

MAGIC = b"TANMAIF1"
ALIGN = 64


def save(path: Path, arrays: Mapping[str, AnyArray]) -> None:
    """Write arrays to a file that appears only when it is complete.

    Args:
        path: the file; an existing one is replaced.
        arrays: arrays of plain numbers by name.

    Raises:
        OSError: the file cannot be written; nothing is left behind.
    """
    entries, position = [], 0
    for name, array in arrays.items():
        entries.append({"name": name, "type": array.dtype.str, "shape": list(array.shape), "start": position})
        position += -(-array.nbytes // ALIGN) * ALIGN
    header = json.dumps({"arrays": entries, "size": position}).encode()
    header += b" " * (-(len(header) + 16) % ALIGN)
    partial = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(MAGIC + len(header).to_bytes(8, "little") + header)
            for array in arrays.values():
                file.write(np.ascontiguousarray(array).data)
                file.write(bytes(-array.nbytes % ALIGN))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load(path: Path) -> dict[str, AnyArray]:
    """Map the arrays of a file into memory, read-only.

    Raises:
        InvalidSystem: not such a file, or cut short.
        OSError: the file cannot be read.
    """
    # as a plain array, whose pieces are made ten times faster than those of a np.memmap
    raw = np.asarray(np.memmap(path, dtype=np.uint8, mode="r")) if path.stat().st_size else np.empty(0, np.uint8)
    start = 16 + int.from_bytes(raw[8:16].tobytes(), "little")
    if raw[:8].tobytes() != MAGIC or start > len(raw):
        raise InvalidSystem(f"{path} is not a snapshot of this version: delete it, it is made again when needed.")
    try:
        header = json.loads(raw[16:start].tobytes())
    except ValueError:
        raise InvalidSystem(f"{path} is damaged: delete it, it is made again when needed.") from None
    if start + header["size"] != len(raw):
        raise InvalidSystem(f"{path} is cut short: delete it, it is made again when needed.")
    arrays: dict[str, AnyArray] = {}
    for entry in header["arrays"]:
        kind = np.dtype(entry["type"])
        first = start + entry["start"]
        last = first + kind.itemsize * math.prod(entry["shape"])
        arrays[entry["name"]] = raw[first:last].view(kind).reshape(entry["shape"])
    return arrays
