"""The report: one row per case, ratios first, targets with a verdict, and the machine it was measured on."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["Row", "header", "relative_difference", "table", "write_json"]

PACKAGES = (
    *("tanmai", "numpy", "scipy", "numba", "polars", "pyoxigraph"),
    *("bw2calc", "bw-processing", "bw-graph-tools", "pypardiso", "mkl", "rdflib"),
    *("pyshacl", "pyshifty"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison.

    Attributes:
        system: what was calculated: `synthetic 20,000`, `USLCI`.
        case: what was measured.
        ours: our way, and its median time in seconds.
        peer: what it stands beside, and its time in seconds; None where the peer could not be had.
        target: least ratio peer / ours that the project promises; None where it promises nothing.
        difference: largest relative difference between the two answers; None where there is none to compare.
        tolerance: largest difference allowed.
        ours_mb, peer_mb: peak memory of the whole process in MB, where it was measured.
        note: how it was measured, or why not.
    """

    system: str
    case: str
    ours: str
    ours_seconds: float | None
    peer: str = ""
    peer_seconds: float | None = None
    target: float | None = None
    difference: float | None = None
    tolerance: float = 1e-8
    ours_mb: float | None = None
    peer_mb: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times our time the peer takes; more than 1 is faster than the peer."""
        if self.ours_seconds is None or self.peer_seconds is None:
            return None
        return self.peer_seconds / self.ours_seconds

    @property
    def agrees(self) -> bool | None:
        """Whether the answers agree; None where nothing was compared. NaN does not agree."""
        return None if self.difference is None else bool(self.difference <= self.tolerance)

    @property
    def verdict(self) -> str:
        """`met` or `MISSED` where there is a target and a ratio; `DISAGREES` when the answers differ."""
        if self.agrees is False:
            return "DISAGREES"
        if self.target is None or self.ratio is None:
            return ""
        return "met" if self.ratio >= self.target else "MISSED"

    def as_dict(self) -> dict[str, object]:
        """All fields and what follows from them."""
        return asdict(self) | {"ratio": self.ratio, "agrees": self.agrees, "verdict": self.verdict}


def relative_difference(ours: NDArray[np.float64], theirs: NDArray[np.float64], floor: float = 0.0) -> float:
    """Return the largest |ours - theirs| / |theirs|; equal values differ by 0 even where they are zero.

    A value smaller than `floor` is compared as if it had that size: what an iterative solver returns in place of an
    exact zero has no correct digit.
    """
    if ours.shape != theirs.shape or not ours.size:
        return float("nan")
    difference = np.abs(ours - theirs)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.max(np.where(difference == 0, 0.0, difference / np.maximum(np.abs(theirs), floor))))


def header() -> dict[str, object]:
    """Return the machine and the versions."""
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {_processor()}",
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "versions": {name: _version(name) for name in PACKAGES},
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return platform.processor() or "unknown processor"
    models = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
    return models[0] if models else "unknown processor"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table, grouped by system in the order of their coming."""
    lines = []
    for system in dict.fromkeys(row.system for row in rows):
        lines += [f"\n{system}\n", "| ratio | target | verdict | case | ours | peer | values differ by | note |"]
        lines.append("|---|---|---|---|---|---|---|---|")
        lines += [_line(row) for row in rows if row.system == system]
    return "\n".join(lines)


def _line(row: Row) -> str:
    cells = (
        "-" if row.ratio is None else _times(row.ratio),
        "" if row.target is None else f">= {_times(row.target)}",
        row.verdict,
        row.case,
        f"{row.ours} {_seconds(row.ours_seconds)}{_memory(row.ours_mb)}",
        f"{row.peer} {_seconds(row.peer_seconds)}{_memory(row.peer_mb)}" if row.peer else "-",
        "" if row.difference is None else f"{row.difference:.1e}",
        row.note,
    )
    return f"| {' | '.join(cells)} |"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f} x" if ratio >= 100 else f"{ratio:.3g} x"


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:,.3g} s" if seconds < 1000 else f"{seconds:,.0f} s"


def _memory(megabytes: float | None) -> str:
    return "" if megabytes is None else f", {megabytes:,.0f} MB"


def write_json(path: Path, about: dict[str, object], rows: Sequence[Row]) -> None:
    """Write header and rows to a file."""
    path.write_text(json.dumps({"about": about, "rows": [row.as_dict() for row in rows]}, indent=2) + "\n")
