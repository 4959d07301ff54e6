"""Measuring: wall-clock time of several runs, their median, and what the work returned."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Timed", "alternate", "measure"]

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Timed(Generic[T]):
    """Times of the runs in seconds, in order, and the value of the last run."""

    seconds: tuple[float, ...]
    value: T

    @property
    def median(self) -> float:
        """The middle time in seconds."""
        return statistics.median(self.seconds)


def _once(work: Callable[[], T]) -> tuple[float, T]:
    gc.collect()
    start = time.perf_counter()
    value = work()
    return time.perf_counter() - start, value


def measure(work: Callable[[], T], runs: int, enough: float = 30.0) -> Timed[T]:
    """Run some work several times, at least once, but no further once the runs took `enough` seconds together.

    Garbage is collected before each run, outside the measurement.
    """
    times = [_once(work)]
    while len(times) < runs and sum(seconds for seconds, _ in times) < enough:
        times.append(_once(work))
    return Timed(tuple(seconds for seconds, _ in times), times[-1][1])


def alternate(ours: Callable[[], T], theirs: Callable[[], U], runs: int) -> tuple[Timed[T], Timed[U]]:
    """Run two kinds of work in turns, so that a busy spell of the machine meets both."""
    pairs = [(_once(ours), _once(theirs)) for _ in range(max(runs, 1))]
    mine, others = zip(*pairs, strict=True)
    return (
        Timed(tuple(seconds for seconds, _ in mine), mine[-1][1]),
        Timed(tuple(seconds for seconds, _ in others), others[-1][1]),
    )
