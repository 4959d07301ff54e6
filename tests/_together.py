"""What processes that run tests side by side do together: read the test modules, each of them compiled once."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@contextlib.contextmanager
def collecting(config: pytest.Config) -> Iterator[None]:
    """Keep the garbage collector away from what is collected, which stays to the end; afterwards it comes less often."""
    gc.disable()
    try:
        _compile_share(config)
        yield
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()


def _compile_share(config: pytest.Config) -> None:
    """Import this process's share of the test modules where all tests are asked for, so that the others find them compiled.

    In a fresh checkout each process would otherwise compile every module, all of them the same one at the same time. What
    fails here fails again where it is collected, and is told there.
    """
    worker = re.fullmatch(r"gw(\d+)", os.environ.get("PYTEST_XDIST_WORKER", ""))
    if worker is None or config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    number, count = int(worker[1]), int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    for path in sorted(HERE.rglob("test_*.py"))[number::count]:
        if str(path.parent) not in sys.path:
            sys.path.insert(0, str(path.parent))  # as collecting it does
        with contextlib.suppress(Exception, SystemExit, pytest.skip.Exception, pytest.fail.Exception):
            importlib.import_module(path.stem)
