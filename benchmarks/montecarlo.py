"""Monte Carlo beside bw2calc: time of one draw, of all products with us and of one product with the peer.

Every input and every emission is lognormal with a coefficient of variation of 10 % around its mean. The answers are
compared for one of our draws: its numbers are written as a datapackage, and the peer scores it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import peer_brightway as brightway
from benchmarks.report import Row, relative_difference
from benchmarks.subject import Prepared
from benchmarks.timing import alternate, measure
from footprint.compile import Compiled, Cost
from footprint.distributions import Distributions, Family
from footprint.kernels import numba_available
from footprint.montecarlo import Moments, Plan, moments, simulate
from footprint.system import System
from footprint.variables import Places, Variables

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["rows", "uncertain"]

VARIATION = 0.1
DRAWS = {"numba": 300, "scipy": 20}
"""Draws of one run of ours; the deterministic solve before them is part of the time."""
PEER_DRAWS = {"PARDISO": 1, "Jacobi-GMRES": 15}
TARGETS = {"PARDISO": 100.0, "Jacobi-GMRES": 3.0}
TOLERANCES = {"PARDISO": 1e-7, "Jacobi-GMRES": 1e-4}
RUNS = 3


def uncertain(system: System) -> Variables:
    """Return every input and every emission of a system as a lognormal number of its own."""
    tech, bio = np.arange(len(system.tech_amount)), np.arange(len(system.bio_amount))
    k = len(tech) + len(bio)
    s2 = np.log1p(VARIATION**2)
    made = Distributions(
        np.full(k, Family.LOGNORMAL, dtype=np.int8), np.full(k, -s2 / 2), np.full(k, np.sqrt(s2)), np.full(k, np.nan)
    )
    nothing = np.empty(0, dtype=np.int64)
    names = [str(v) for v in range(k)]
    return Variables(names, made, Places(tech, tech), Places(len(tech) + bio, bio), Places(nothing, nothing))


def rows(case: Prepared, folder: Path, *, targets: bool) -> Iterator[Row]:
    """Measure one system in turns with each peer; `targets` says whether the promises hold for its size."""
    compiled, cost = case.open()
    numbers = uncertain(compiled.system)
    peers = [solver for solver in brightway.SOLVERS if not brightway.missing(solver)]
    for kernel in ["numba", "scipy"] if numba_available() else ["scipy"]:
        work = _work(compiled, cost, numbers, kernel)
        work()  # imports, and machine code from its cache
        name = f"one Monte Carlo draw: all products ({kernel}), one product (peer)"
        for solver in peers:
            lca = _peer(folder / f"draws-{kernel}-{solver}", compiled.system, cost.factors, solver)
            ours, theirs = alternate(work, _repeated(lca, solver), RUNS)
            yield Row(
                case.name,
                name,
                kernel,
                ours.median / DRAWS[kernel],
                f"bw2calc {solver}",
                theirs.median / PEER_DRAWS[solver],
                target=TARGETS[solver] if targets and kernel == "numba" else None,
                difference=_difference(folder / f"draw-{kernel}-{solver}", compiled, cost, numbers, (kernel, solver)),
                tolerance=TOLERANCES[solver],
                note=f"{len(numbers):,} lognormal numbers; {DRAWS[kernel]} draws and {PEER_DRAWS[solver]} in turns, {RUNS} times",
            )
        if not peers:
            seconds = measure(work, RUNS).median / DRAWS[kernel]
            yield Row(case.name, name, kernel, seconds, note=brightway.missing("Jacobi-GMRES"))


def _work(compiled: Compiled, cost: Cost, numbers: Variables, kernel: str) -> Callable[[], Moments]:
    return lambda: moments(compiled, cost, numbers, Plan(draws=DRAWS[kernel], kernel=kernel))


def _repeated(lca: Any, solver: str) -> Callable[[], list[float]]:
    return lambda: [brightway.draw(lca) for _ in range(PEER_DRAWS[solver])]


def _peer(folder: Path, system: System, factors: NDArray[np.float64], solver: str) -> Any:
    """Return the peer with its matrices at hand, ready to draw for its first product."""
    brightway.write_package(folder, system, factors, float(np.sqrt(np.log1p(VARIATION**2))))
    lca = brightway.drawing(folder, solver, 0, float(np.sign(system.production[0])))
    brightway.draw(lca)
    return lca


def _difference(folder: Path, compiled: Compiled, cost: Cost, numbers: Variables, ways: tuple[str, str]) -> float:
    """Return the relative difference of one draw of ours, for the first product, to the peer's score of its numbers."""
    kernel, solver = ways
    plan = Plan(draws=1, checked=0, kernel=kernel)
    everything = list(range(len(numbers)))
    found = simulate(compiled, cost, numbers, [(0, 1.0)], plan, tracked=everything)
    m, system = found.tracked[0], compiled.system
    tech = system.tech_amount * m[: len(system.tech_amount)]
    bio = system.bio_amount * m[len(system.tech_amount) :]
    changed = compiled.with_amounts(tech=dict(enumerate(tech.tolist())), bio=dict(enumerate(bio.tolist())))
    brightway.write_package(folder, changed.system, cost.factors)
    lca = brightway.one(folder, solver, 0, float(np.sign(system.production[0])))
    return relative_difference(found.values[0], np.array([lca.score]))
