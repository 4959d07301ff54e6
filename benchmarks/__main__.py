"""Ours beside its peers: `python -m benchmarks [--quick] [--out FILE.json]`.

Exit code 1 when two answers disagree: a fast wrong number is no number. A missed target is printed, not an error.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks import engine, growth, montecarlo, search, shacl, startup, store, w3c, whatif
from benchmarks.report import Row, header, table, write_json
from benchmarks.subject import USLCI_FILES, Data, prepare, select_of, synthetic, uslci
from graphstore import GraphStore

FULL, QUICK = 20_000, 1_000
SIZES, QUICK_SIZES = [5_000, 20_000, 100_000], [500, 1_000]
LARGE = (100_000, 1_000_000)
NAMES, QUICK_NAMES = 500_000, 1_000
PARTS = ("store", "engine", "whatif", "montecarlo", "growth", "startup", "search", "shacl", "w3c")


def main() -> int:
    """Run the benchmarks and print the report."""
    options = _options()
    about = header()
    print(json.dumps(about, indent=2), flush=True)
    rows = []
    for row in _run(options):
        rows.append(row)
        print(f"  {row.case}: {row.ratio or float('nan'):.3g} x {row.verdict}", file=sys.stderr, flush=True)
    print(table(rows))
    wrong = [row for row in rows if row.agrees is False]
    missed = [row for row in rows if row.verdict == "MISSED"]
    print(f"\n{len(rows)} comparisons; answers that disagree: {len(wrong)}; targets missed: {len(missed)}")
    if options.out is not None:
        write_json(options.out, about, rows)
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Tanmai beside its peers.")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} instead of {FULL:,} activities; no targets")
    parser.add_argument("--out", type=Path, help="JSON file for all numbers")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS, help="parts to run")
    return parser.parse_args()


def _run(options: argparse.Namespace) -> Iterator[Row]:
    """Yield the rows as they are measured."""
    started = time.perf_counter()
    n = QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory(prefix="tanmai-benchmarks-") as place:
        for data in _systems(n):
            if isinstance(data, Row):
                yield data
                continue
            folder = Path(place) / data.name.replace(" ", "-").replace(",", "")
            folder.mkdir()
            yield from _system(data, folder, options.only, targets=not options.quick and data.system is not None)
            if "startup" in options.only and data.system is not None:
                yield from startup.rows(folder / "store")
        if "search" in options.only:
            yield from search.rows(QUICK_NAMES if options.quick else NAMES, Path(place), targets=not options.quick)
    if "shacl" in options.only:
        yield from shacl.rows(quick=options.quick)
    if "w3c" in options.only:
        yield from w3c.rows()
    if "growth" in options.only:
        yield from growth.rows(QUICK_SIZES if options.quick else SIZES)
        if not options.quick:
            yield from growth.linear(*LARGE)
    print(f"  took {time.perf_counter() - started:,.0f} s", file=sys.stderr)


def _systems(n: int) -> Iterator[Data | Row]:
    """The generated system, then USLCI, or the reason why not."""
    yield synthetic(n)
    fixtures = os.environ.get("TANMAI_FIXTURES", "")
    if fixtures and all((Path(fixtures) / name).exists() for name in USLCI_FILES):
        yield uslci(Path(fixtures))
    else:
        note = f"skipped: TANMAI_FIXTURES names no folder with {' and '.join(USLCI_FILES)}"
        yield Row("USLCI", "all", "", None, note=note)


def _system(data: Data, folder: Path, parts: Iterable[str], *, targets: bool) -> Iterator[Row]:
    """Load, extract, calculate."""
    if "store" in parts:
        yield from store.loading(data, folder, targets=targets)
    with GraphStore.open() as memory, GraphStore.open(folder / "store") as disk:
        for graph in (memory, disk):
            _fill(graph, data)
        if "store" in parts:
            yield from store.extraction(data, memory, disk, targets=targets)
        if {"engine", "whatif", "montecarlo"} & set(parts):
            case = prepare(data, select_of(memory), folder)
        if "engine" in parts:
            yield from engine.rows(case, targets=targets)
        if "whatif" in parts:
            yield from whatif.rows(case, targets=targets)
        if "montecarlo" in parts:
            yield from montecarlo.rows(case, folder, targets=targets)


def _fill(graph: GraphStore, data: Data) -> None:
    with graph.transaction("benchmark") as transaction:
        if data.knowledge:
            from tanmai import knowledge

            knowledge.load_into(transaction)
        transaction.load_bytes(data.triples, key="benchmark", format="ntriples")


if __name__ == "__main__":
    sys.exit(main())
