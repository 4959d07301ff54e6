"""What an administrator watches, as Prometheus reads it (text format 0.0.4).

Each server process counts for itself. Where there are several, each writes its figures to a folder that they share, every two
seconds and when it is asked, and the one that happens to be asked adds them up; counts of processes that have ended stay.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper ends of the classes of durations, in seconds."""
_PLACES: Final = (*map(str, BUCKETS), "+Inf")
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

FAMILIES: Final[Mapping[str, tuple[str, str]]] = {
    "tanmai_requests_total": ("counter", "Requests answered."),
    "tanmai_request_seconds": ("histogram", "Time from the head of a request to the end of its answer."),
    "tanmai_processes_started_total": ("counter", "Child processes started."),
    "tanmai_processes_ended_total": ("counter", "Child processes ended: deadline, died, left by the client, spent."),
    "tanmai_jobs_running": ("gauge", "Jobs that child processes do."),
    "tanmai_jobs_waiting": ("gauge", "Jobs that wait for a child process."),
    "tanmai_processes": ("gauge", "Child processes that live."),
    "tanmai_workers": ("gauge", "Server processes that live."),
    "tanmai_generation_age_seconds": ("gauge", "Time since the newest state of the store was published."),
}
"""What is told: name to kind and meaning."""

Labels = tuple[tuple[str, str], ...]
Sample = tuple[str, Labels]


@dataclass(slots=True)
class Metrics:
    """The figures of one server process.

    Attributes:
        counts: samples that only grow.
        folder: where the processes of one server tell each other; ``None`` where there is only one.
    """

    counts: Counter[Sample] = field(default_factory=Counter)
    folder: Path | None = None

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request; what clients make up does not become a label."""
        total, duration, sums = _samples_of(route, method if method in METHODS else "other", status)
        counts = self.counts
        counts[total] += 1
        counts[duration[bisect_left(BUCKETS, seconds)]] += 1
        counts[sums] += seconds  # type: ignore[assignment]

    def tell(self, gauges: Mapping[Sample, float]) -> None:
        """Write the figures of this process for the others."""
        if self.folder is None:
            return
        rows = [[name, labels, value] for name, labels, value in _rows(self.counts)]
        told = {"counts": rows, "gauges": [[name, labels, value] for name, labels, value in _rows(gauges)]}
        partial = self.folder / f"{os.getpid()}.tmp"
        partial.write_text(json.dumps(told), encoding="ascii")
        partial.replace(partial.with_suffix(".json"))

    def text(self, gauges: Mapping[Sample, float]) -> str:
        """The figures of all processes of the server."""
        counts, states = Counter(self.counts), Counter(dict(gauges))
        for identifier, told in self._others():
            counts.update(_samples(told["counts"]))
            if _lives(identifier):
                states.update(_samples(told["gauges"]))
        return "".join(_lines({**_cumulated(counts), **states}))

    def _others(self) -> Iterator[tuple[int, Any]]:
        for path in sorted(self.folder.glob("*.json")) if self.folder is not None else ():
            if path.stem != str(os.getpid()):
                with contextlib.suppress(OSError):
                    yield int(path.stem), json.loads(path.read_text(encoding="ascii"))


@lru_cache(maxsize=1024)
def _samples_of(route: str, method: str, status: int) -> tuple[Sample, tuple[Sample, ...], Sample]:
    """What a request counts for: its kind, one class of durations, and the sum of durations."""
    total = "tanmai_requests_total", (("route", route), ("method", method), ("status", str(status)))
    duration = tuple(("tanmai_request_seconds_bucket", (("route", route), ("le", place))) for place in _PLACES)
    return total, duration, ("tanmai_request_seconds_sum", (("route", route),))


def age_of(created: float) -> dict[Sample, float]:
    """The age of a state that was published at a time since the epoch."""
    return {("tanmai_generation_age_seconds", ()): max(time.time() - created, 0.0)}


def _rows(samples: Mapping[Sample, float]) -> Iterator[tuple[str, Labels, float]]:
    return ((name, labels, value) for (name, labels), value in samples.items())


def _samples(rows: Iterable[Any]) -> dict[Sample, Any]:
    return {(name, tuple((key, value) for key, value in labels)): number for name, labels, number in rows}


def _cumulated(counts: Mapping[Sample, float]) -> dict[Sample, float]:
    """Buckets hold all that is below their end, and the last one is the count."""
    bucket, found = "tanmai_request_seconds_bucket", dict[Sample, float]()
    routes = {labels[0] for name, labels in counts if name == bucket}
    for route in sorted(routes):
        total = 0.0
        for end in (*map(str, BUCKETS), "+Inf"):
            total += counts.get((bucket, (route, ("le", end))), 0)
            found[bucket, (route, ("le", end))] = total
        found["tanmai_request_seconds_count", (route,)] = total
    return {**{sample: value for sample, value in counts.items() if sample[0] != bucket}, **found}


def _lines(samples: Mapping[Sample, float]) -> Iterator[str]:
    for family, (kind, said) in FAMILIES.items():
        own = [
            (key, value)
            for key, value in samples.items()
            if key[0].removesuffix("_bucket").removesuffix("_sum").removesuffix("_count") == family
        ]
        if own:
            yield f"# HELP {family} {said}\n# TYPE {family} {kind}\n"
        for (name, labels), value in own:
            shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
            yield f"{name}{{{shown}}} {value:g}\n" if shown else f"{name} {value:g}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _lives(identifier: int) -> bool:
    try:
        os.kill(identifier, 0)
    except ProcessLookupError:
        return False
    return True
