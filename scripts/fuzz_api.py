#!/usr/bin/env python3
"""Fuzz the API against its own description: `python scripts/fuzz_api.py [--examples N]`; exit code 1 when something is found.

A store of the demonstration is served on loopback, with writes, and schemathesis (extra `dev`) sends it what the description allows
and what it does not, the same each time. It takes about a minute, so it is no part of the tests.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "negative_data_rejection",
)


def main() -> int:
    """Make a store, serve it, and fuzz."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=15, help="requests of each kind for each route")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tanmai-fuzz-") as folder:
        store = str(Path(folder, "store"))
        tanmai = [sys.executable, "-m", "tanmai"]
        subprocess.run([*tanmai, "demo", "--store", store], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
        command = [*tanmai, "serve", "--store", store, "--port", "0", "--allow-writes"]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:  # noqa: S603 - ours
            try:
                assert server.stdout is not None
                found = re.search(r"http://[\d.]+:\d+", server.stdout.readline())
                assert found is not None
                return fuzzed(found[0], options.examples, folder)
            finally:
                server.terminate()


def fuzzed(address: str, examples: int, folder: str) -> int:
    """Run schemathesis; its exit code."""
    program = str(Path(sys.executable).with_name("schemathesis"))
    asked = ["--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--max-examples", str(examples)]
    steady = ["--generation-deterministic", "--suppress-health-check", "all", "--warnings", "off", "--no-color"]
    waiting = ["--wait-for-schema", "30"]
    command = [program, "run", f"{address}/openapi.json", *asked, *steady, *waiting]
    return subprocess.run(command, check=False, cwd=folder).returncode  # noqa: S603 - ours


if __name__ == "__main__":
    raise SystemExit(main())
