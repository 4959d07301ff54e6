"""What processes that run tests side by side do together: read the test modules, each of them compiled once."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def before_collecting(config: pytest.Config) -> None:
    """Keep the garbage collector away: what is collected stays. And compile a share of the test modules."""
    gc.disable()
    _compile_share(config)


def _compile_share(config: pytest.Config) -> None:
    """Import this process's share of the test modules where all tests are asked for, so that the others find them compiled.

    In a fresh checkout each process would otherwise compile every module, all of them the same one at the same time. What
    fails here fails again where it is collected, and is told there.
    """
    worker, count = os.environ.get("PYTEST_XDIST_WORKER"), os.environ.get("PYTEST_XDIST_WORKER_COUNT")
    if worker is None or count is None or config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    for path in sorted(HERE.rglob("test_*.py"))[int(worker.removeprefix("gw")) :: int(count)]:
        if str(path.parent) not in sys.path:
            sys.path.insert(0, str(path.parent))  # as collecting it does
        with contextlib.suppress(Exception, pytest.skip.Exception):
            importlib.import_module(path.stem)


def after_collecting() -> None:
    """Let the garbage collector work again, past the thousands of tests that stay to the end, and less often."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
