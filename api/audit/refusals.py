"""Who asks too often is recorded once a second: a log that takes a line for each refusal is a disk that anybody can fill."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

SECONDS: Final = 1.0
"""Time between two records of refusals of the same."""
_MOST: Final = 10_000
"""Those that are remembered; more are let go of, oldest first."""


@dataclass(slots=True)
class Refusals:
    """Counts the refusals that are not recorded, of this process.

    Attributes:
        clock: seconds of a clock that is never set back.
    """

    clock: Callable[[], float] = time.monotonic
    _last: dict[str, tuple[float, int]] = field(default_factory=dict)

    def unrecorded(self, who: str) -> int | None:
        """Count one more.

        Returns:
            How many were left out since the last record, now that there is to be another; ``None`` where there is none.
        """
        now = self.clock()
        since, count = self._last.pop(who, (float("-inf"), 0))
        due = now - since >= SECONDS
        self._last[who] = (now, 0) if due else (since, count + 1)
        while len(self._last) > _MOST:
            self._last.pop(next(iter(self._last)))
        return count if due else None
