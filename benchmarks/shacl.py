"""Validation beside pySHACL and pyshifty: `python -m benchmarks.shacl [--quick]`, or as a part of `python -m benchmarks`.

Two kinds of work: studies that are made up, against synthetic shapes, and the example study of aluminium, split or copied, against
the shapes that `tanmai validate` applies to it, with the reference knowledge beside it. Each processor gets the same files in a
process of its own. Warm: reading the studies and validating them, with shapes and knowledge read before. Cold: the whole process.
Memory is the peak of that process. A peer that would need more than `LIMIT` seconds is asked about fewer studies; the ratio is
then the one measured there, and what the goal would take is called extrapolated.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Row, table
from benchmarks.shacl_run import Measured, measured, validate_cold
from benchmarks.shacl_work import Work, write

__all__ = ["rows"]

LIMIT = 600.0
"""Seconds that a peer gets for one process."""

PEERS = ("pySHACL", "pyshifty")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of work in growing sizes, the last one the goal.

    Attributes:
        shapes: "synthetic" or "shipped".
        counted: "exchanges" of one study, or "studies".
        sizes: how many, ascending.
        runs: warm runs.
        target: how many times faster than pySHACL we promise to be.
    """

    shapes: str
    counted: str
    sizes: tuple[int, ...]
    runs: int
    target: float | None

    def work(self, size: int, folder: Path) -> Work:
        """Write the files of one size."""
        return write(self.shapes, self.counted, size, folder)

    def name(self, size: int) -> str:
        """What stands in the report."""
        of = "one study, " if self.counted == "exchanges" else ""
        return f"{self.shapes} shapes, {of}{size:,} {self.counted}"


FULL = (
    Scenario("synthetic", "exchanges", (200,), 5, 40.0),
    Scenario("synthetic", "exchanges", (2_000, 20_000), 1, 60.0),
    Scenario("synthetic", "studies", (50, 100, 200, 1_000), 1, 60.0),
    Scenario("shipped", "exchanges", (200,), 3, 40.0),
    Scenario("shipped", "exchanges", (1_000, 2_000, 5_000, 20_000), 1, 60.0),
    Scenario("shipped", "studies", (10, 50, 100, 200, 1_000), 1, 60.0),
)
QUICK = (Scenario("synthetic", "exchanges", (200,), 5, None),)


def rows(*, quick: bool) -> Iterator[Row]:
    """Measure the scenarios; the quick one has no target."""
    with tempfile.TemporaryDirectory(prefix="tanmai-shacl-") as place:
        for scenario in QUICK if quick else FULL:
            yield from _scenario(scenario, Path(place))
        if not quick:
            yield from _cold(Path(place))


def _scenario(scenario: Scenario, folder: Path) -> Iterator[Row]:
    goal = scenario.sizes[-1]
    mine = {goal: _ours(scenario, goal, folder)}
    for peer in PEERS:
        size, theirs = _largest(scenario, peer, folder)
        if theirs is None:
            yield Row(scenario.name(goal), "read and validate, warm", "ours", mine[goal].warm, note=f"no {peer}")
            continue
        if size not in mine:
            mine[size] = _ours(scenario, size, folder)
        target = scenario.target if peer == "pySHACL" else None
        told = ""
        if size < goal:
            told = (
                f"{goal:,} {scenario.counted}: ours {mine[goal].warm:.2f} s and {mine[goal].mb:.0f} MB, "
                f"{peer} {theirs.warm * goal / size:,.0f} s extrapolated"
            )
        for case in ("warm", "cold"):
            yield _row(scenario.name(size), case, mine[size], peer, theirs, target if case == "warm" else None, told)


def _ours(scenario: Scenario, size: int, folder: Path) -> Measured:
    took = measured("ours", scenario.work(size, folder), scenario.runs, None)
    if took is None:
        raise RuntimeError(f"our engine failed on {scenario.name(size)}; run benchmarks.shacl_run by itself to see why")
    return took


def _largest(scenario: Scenario, peer: str, folder: Path) -> tuple[int, Measured | None]:
    """Return the largest size that a peer finishes within the limit, and what it took."""
    found: tuple[int, Measured | None] = (0, None)
    for size in scenario.sizes:
        if found[1] is not None and found[1].cold * size / found[0] > LIMIT:
            break
        took = measured(peer, scenario.work(size, folder), scenario.runs, LIMIT)
        if took is None:
            break
        found = (size, took)
    return found


def _row(system: str, case: str, mine: Measured, peer: str, theirs: Measured, target: float | None, note: str) -> Row:
    return Row(
        system,
        "read and validate, warm" if case == "warm" else "whole process, cold",
        "ours",
        mine.warm if case == "warm" else mine.cold,
        peer,
        theirs.warm if case == "warm" else theirs.cold,
        target=target,
        difference=abs(mine.conforms - theirs.conforms),
        ours_mb=mine.mb,
        peer_mb=theirs.mb,
        note=note,
    )


def _cold(folder: Path) -> Iterator[Row]:
    """Compare `tanmai validate` of the example study with the whole process of pySHACL on the same data and shapes."""
    work = write("shipped", "studies", 1, folder)
    mine, theirs = validate_cold(), measured("pySHACL", work, 1, LIMIT)
    system, case = "shipped shapes, the example study", "tanmai validate STUDY, cold"
    if theirs is None:
        yield Row(system, case, "ours", mine.cold, note="no pySHACL")
    else:
        yield _row(system, "cold", mine, "pySHACL", theirs, 3.0, "ours: tanmai validate STUDY")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shacl", description="Validation beside its peers.")
    parser.add_argument("--quick", action="store_true", help="one study of 200 exchanges; no targets")
    found: list[Row] = []
    for row in rows(quick=parser.parse_args().quick):
        found.append(row)
        print(f"{row.system}, {row.case}", file=sys.stderr, flush=True)  # a full run takes most of an hour
    print(table(found))


if __name__ == "__main__":
    main()
