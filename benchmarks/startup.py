"""Start of the command line as whole processes: interpreter, imports, answer, exit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row
from benchmarks.timing import measure

__all__ = ["rows"]

RUNS = 10
LIMITS = {"--help": 0.2, "info": 0.4}
"""Seconds that a command may take."""


def rows(store: Path) -> Iterator[Row]:
    """Measure commands against their limits, with `info` on an existing store."""
    command = Path(sys.executable).with_name("tanmai")
    start = [str(command)] if command.exists() else [sys.executable, "-m", "tanmai"]
    # what a user's terminal has; a benchmark started under other settings of Python would measure those
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    for name, limit in LIMITS.items():
        arguments = [*start, name, *(["--store", str(store)] if name == "info" else [])]

        def run(arguments: list[str] = arguments) -> int:
            return subprocess.run(arguments, stdout=subprocess.DEVNULL, env=environment, check=True).returncode

        ours = measure(run, RUNS + 1)
        later = sorted(ours.seconds[1:])  # the first fills the disk cache and writes byte code
        median = (later[(len(later) - 1) // 2] + later[len(later) // 2]) / 2
        note = f"median of {len(later)} processes"
        yield Row("start-up", f"tanmai {name}", "tanmai", median, "limit", limit, target=1.0, note=note)
