"""One processor in a process of its own: `python -m benchmarks.shacl_run ENGINE SHAPES DATA BESIDE KIND RUNS`."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.shacl_work import DAY, Work
from benchmarks.studies import EXAMPLE

if TYPE_CHECKING:
    import rdflib

__all__ = ["Measured", "measured", "ours", "validate_cold"]

_COMMAND = """
from tanmai.cli import main
try:
    main()
finally:
    print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a process took.

    Attributes:
        warm: median seconds of a run.
        cold: seconds of the whole process, later runs left out.
        mb: its peak memory.
        conforms: 1 where the data conforms, else 0.
    """

    warm: float
    cold: float
    mb: float
    conforms: float


def measured(engine: str, work: Work, runs: int, limit: float | None) -> Measured | None:
    """Run an engine; None where it is not installed, fails, or is not done within the limit (seconds)."""
    given = [str(work.shapes), str(work.data), str(work.beside), work.kind, str(runs)]
    start = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.shacl_run", engine, *given],
            capture_output=True,
            text=True,
            check=False,
            timeout=limit,
        )
    except subprocess.TimeoutExpired:
        return None
    whole = time.perf_counter() - start
    if done.returncode != 0:
        return None
    found: dict[str, float] = json.loads(done.stdout)
    return Measured(found["warm"], whole - found["later"], found["mb"], found["conforms"])


def validate_cold(runs: int = 5) -> Measured:
    """Run `tanmai validate` on the example study; the plan is in the user's cache after the first time, which is not counted."""
    given = ["validate", str(EXAMPLE), "--as-of", DAY.isoformat(), "--json"]
    seconds, told = [], ""
    for _ in range(runs + 1):
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", _COMMAND, *given], capture_output=True, text=True, check=True)
        seconds.append(time.perf_counter() - start)
        told = done.stdout
    conforms, _, status = told.rpartition("VmHWM:")
    middle = statistics.median(seconds[1:])
    return Measured(middle, middle, float(status.split()[0]) / 1024, float(json.loads(conforms)["conforms"]))


def ours(work: Work) -> Callable[[], bool]:
    """Return a run of our engine."""
    if work.kind == "shipped":
        from shapes.judge import judge

        return lambda: judge([work.data], day=DAY).report.conforms
    import pyoxigraph as ox

    from shapes.engine.compiler import compile_shapes
    from shapes.engine.graph import ShapesGraph
    from shapes.engine.loading import load
    from shapes.validate import validate

    plan = compile_shapes(ShapesGraph(q.triple for q in ox.parse(work.shapes.read_bytes(), format=ox.RdfFormat.TURTLE)))
    return lambda: validate(load(ox.parse(work.data.read_bytes(), format=ox.RdfFormat.TURTLE)), plan).conforms


def pyshacl(work: Work) -> Callable[[], bool]:
    """Return a run of pySHACL; it works on the graph in place, which spares it a copy."""
    import pyshacl as peer

    shapes, fresh = _graphs(work)
    return lambda: bool(peer.validate(fresh(), shacl_graph=shapes, advanced=True, inplace=True)[0])


def pyshifty(work: Work) -> Callable[[], bool]:
    """Return a run of pyshifty."""
    import shifty as peer

    shapes, fresh = _graphs(work)
    return lambda: bool(peer.validate(fresh(), shapes)[0])


def _graphs(work: Work) -> tuple[rdflib.Graph, Callable[[], rdflib.Graph]]:
    """Return the shapes, and what reads the studies into a graph, that of the knowledge where there is any."""
    import rdflib

    shapes = rdflib.Graph().parse(work.shapes, format="turtle")
    knowledge = rdflib.Graph().parse(work.beside, format="nt")
    kind = "nt" if work.kind == "shipped" else "turtle"
    if not len(knowledge):
        return shapes, lambda: rdflib.Graph().parse(work.data, format=kind)
    return shapes, lambda: knowledge.parse(work.data, format=kind)  # a second time it adds nothing


ENGINES = {"ours": ours, "pySHACL": pyshacl, "pyshifty": pyshifty}


def peak_mb() -> float:
    """Return the peak memory of this process; what getrusage tells begins at that of the process which started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    return next(float(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024


def main(engine: str, shapes: str, data: str, beside: str, kind: str, runs: str) -> None:
    """Print what the runs took, as JSON."""
    run = ENGINES[engine](Work(Path(shapes), Path(data), Path(beside), kind))
    seconds, conforms = [], False
    for _ in range(int(runs)):
        start = time.perf_counter()
        conforms = run()
        seconds.append(time.perf_counter() - start)
    took = {"warm": statistics.median(seconds), "later": sum(seconds[1:]), "conforms": float(conforms), "mb": peak_mb()}
    print(json.dumps(took))


if __name__ == "__main__":
    main(*sys.argv[1:])
