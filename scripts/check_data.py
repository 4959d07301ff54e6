"""Parse every shipped data file: Turtle as RDF, .rq as SPARQL, JSON as JSON. Exit code 1 names each file that fails."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from graphstore.answers.functions import Functions
from graphstore.store import GraphStore
from graphstore.terms import PREFIXES

ROOT = Path(__file__).resolve().parent.parent


def _turtle(path: Path) -> None:
    for _ in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
        pass


def _query(path: Path) -> None:
    """Have the engine read a query; it refuses functions that it is not told of, ours too."""
    with GraphStore.open() as nothing:
        known = Functions(nothing).table()
        ox.Store().query(path.read_text(encoding="utf-8"), prefixes=dict(PREFIXES), custom_functions=known)


def _json(path: Path) -> None:
    json.loads(path.read_text(encoding="utf-8"))


PARSERS: dict[str, Callable[[Path], None]] = {".ttl": _turtle, ".rq": _query, ".json": _json}


def main() -> int:
    """Parse all files that git knows of; return the number of failures, capped at 1."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    files = [ROOT / name for name in listed if Path(name).suffix in PARSERS and (ROOT / name).exists()]
    failed = 0
    for path in files:
        try:
            PARSERS[path.suffix](path)
        except (SyntaxError, ValueError) as error:
            print(f"{path.relative_to(ROOT)}: {error}")
            failed += 1
    print(f"{len(files)} data files parsed, {failed} failed")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
