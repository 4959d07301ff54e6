"""Time and peak memory as systems grow: each measured in a process of its own, from a snapshot.

Run as a module it is that process: `python -m benchmarks.growth WAY FOLDER` prints seconds, peak memory and a sum of
the scores as JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import peer_brightway as brightway
from benchmarks.generate import factors, generate
from benchmarks.report import Row
from benchmarks.timing import measure
from footprint.compile import Compiled, compile_system
from footprint.kernels import numba_available
from footprint.snapshot import load, save
from footprint.solve import Settings, scores

__all__ = ["linear", "rows"]

PATIENCE = 240
"""Seconds after which a process is given up."""


def rows(sizes: list[int]) -> Iterator[Row]:
    """Measure all products of ours beside one product of each solver of the peer, at each size."""
    for n in sizes:
        with tempfile.TemporaryDirectory() as place:
            yield from _size(n, Path(place))


def _size(n: int, folder: Path) -> Iterator[Row]:
    system = generate(n)
    save(folder / "system.arrays", compile_system(system).to_arrays())
    peers = [solver for solver in brightway.SOLVERS if not brightway.missing(solver)]
    if peers:
        brightway.write_package(folder / "datapackage", system, factors())
    unit = float(np.sign(system.production[0]))
    del system
    for kernel in ["numba", "scipy"] if numba_available() else ["scipy"]:
        ours = _child(kernel, folder, 1.0)
        name = "fast" if kernel == "numba" else "without numba"
        for solver in peers:
            theirs = _child(solver, folder, unit)
            yield _row(n, name, ours, solver, theirs)


def linear(small: int, large: int) -> Iterator[Row]:
    """Measure ours at two sizes: a ratio of 1 is linear growth; below it the larger system no longer fits into the caches."""
    kernel = "numba" if numba_available() else "scipy"
    found = []
    for n in (small, large):
        with tempfile.TemporaryDirectory() as place:
            save(Path(place) / "system.arrays", compile_system(generate(n)).to_arrays())
            found.append(_child(kernel, Path(place), 1.0))
    times = large / small
    one, many = (each.get("seconds") for each in found)
    memory = found[1].get("megabytes")
    yield Row(
        *("growth, first answer in a new process", f"{large:,} activities, all products ({kernel})", "tanmai", many),
        *(f"tanmai, {small:,} activities, time multiplied by {times:g}", None if one is None else one * times),
        ours_mb=memory,
        peer_mb=found[0].get("megabytes"),
        note=found[1].get("reason")
        or f"memory within 8 GB: {'met' if memory is not None and memory < 8e3 else 'MISSED'}",
    )


def _row(n: int, name: str, ours: dict[str, Any], solver: str, theirs: dict[str, Any]) -> Row:
    compared = {} if "seconds" not in theirs else {"difference": abs(ours["first"] / theirs["first"] - 1)}
    return Row(
        *("growth, first answer in a new process", f"{n:,} activities ({name})", "all products", ours.get("seconds")),
        *(f"bw2calc {solver}, one product", theirs.get("seconds")),
        tolerance=1e-8 if solver == "PARDISO" else 1e-4,
        ours_mb=ours.get("megabytes"),
        peer_mb=theirs.get("megabytes"),
        note=theirs.get("reason", ""),
        **compared,
    )


_done: dict[tuple[str, str], dict[str, Any]] = {}


def _child(way: str, folder: Path, unit: float) -> dict[str, Any]:
    """Measure in a new process, once for each way and folder."""
    if (way, str(folder)) not in _done:
        command = [sys.executable, "-m", "benchmarks.growth", way, str(folder), str(unit)]
        root = Path(__file__).parents[1]
        try:
            ran = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=PATIENCE, check=True)
            _done[way, str(folder)] = json.loads(ran.stdout.splitlines()[-1])
        except subprocess.TimeoutExpired:
            _done[way, str(folder)] = {"reason": f"given up after {PATIENCE} s"}
        except subprocess.CalledProcessError as error:
            last = (error.stderr.strip().splitlines() or [f"signal {-error.returncode}"])[-1]
            _done[way, str(folder)] = {"reason": f"failed: {last}"}
    return _done[way, str(folder)]


def _answer(kernel: str, folder: Path) -> float:
    compiled = Compiled.from_arrays(load(folder / "system.arrays"))
    return float(scores(compiled, compiled.cost(factors()), Settings(kernel=kernel)).values[0])


def main() -> None:
    """Measure one way in this process; libraries are loaded, and a small system solved, before the clock starts."""
    way, folder, unit = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    small = generate(100)
    with tempfile.TemporaryDirectory() as place:
        if way in brightway.SOLVERS:
            brightway.write_package(Path(place) / "datapackage", small, factors())
            brightway.one(Path(place) / "datapackage", way, 0, 1.0)
            timed = measure(lambda: float(brightway.one(folder / "datapackage", way, 0, unit).score), 3, enough=5)
        else:
            compiled = compile_system(small)
            scores(compiled, compiled.cost(factors()), Settings(kernel=way))
            timed = measure(lambda: _answer(way, folder), 5)
    print(json.dumps({"seconds": timed.median, "megabytes": _peak(), "first": timed.value}))


def _peak() -> float:
    """Most memory this process ever held, in MB.

    Linux keeps in ru_maxrss what the parent held when it started us, so the peak of our own pages is read instead.
    """
    status = Path("/proc/self/status")
    if status.exists():
        peaks = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return float(peaks[0]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main()
