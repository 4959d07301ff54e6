"""Write `ontology/reference/*.ttl` from the tables in `ontology/reference/tables/`, or check that they are up to date.

Run it after every change of a table:

    python scripts/build_reference.py            writes the files that differ
    python scripts/build_reference.py --check    writes nothing; exit code 1 when a file is stale or missing

Exit code 2 means that a table is wrong; the message says which cell and how to mend it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from reference_tables.errors import ReferenceTableError
from reference_tables.plan import build

REFERENCE = Path(__file__).resolve().parent.parent / "ontology" / "reference"


def main(arguments: list[str] | None = None) -> int:
    """Build or check; return the exit code: 0 done, 1 stale (with --check), 2 a table is wrong."""
    parser = argparse.ArgumentParser(description="Turn the reference tables into Turtle.")
    parser.add_argument("--check", action="store_true", help="write nothing, fail when a file is stale")
    parser.add_argument("--tables", type=Path, default=REFERENCE / "tables", help="folder of the CSV tables")
    parser.add_argument("--out", type=Path, default=REFERENCE, help="folder of the Turtle files")
    options = parser.parse_args(arguments)
    try:
        files = build(options.tables)
    except ReferenceTableError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    stale = [name for name, content in files.items() if _current(options.out / name) != content.encode()]
    if options.check:
        return _report(stale, options.out)
    options.out.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (options.out / name).write_bytes(files[name].encode())
    print(f"{len(files)} files, {len(stale)} written")
    return 0


def _current(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _report(stale: list[str], out: Path) -> int:
    for name in stale:
        print(f"{out / name} is out of date; run: python scripts/build_reference.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
