"""The end that a child process sets itself, should its parent not have killed it: even an engine that never returns to Python ends."""

from __future__ import annotations

import signal
from typing import Final

GRACE: Final = 1.0
"""Seconds after the time of a job at which its process ends itself, at least."""
_SLACK: Final = 0.5
"""Seconds by which it may ring later, so that jobs which follow each other closely share one setting of it."""


class Alarm:
    """Rings some time after the job under way should have been done, which ends the process."""

    def __init__(self) -> None:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        self._rings = 0.0

    def after(self, now: float, seconds: float) -> None:
        """Let a job take so many seconds from the time ``now`` of the monotonic clock."""
        soonest = now + seconds + GRACE
        if not soonest <= self._rings <= soonest + _SLACK:
            self._rings = soonest + _SLACK
            signal.setitimer(signal.ITIMER_REAL, self._rings - now)

    def off(self) -> None:
        """Let this process live, which has no job."""
        self._rings = 0.0
        signal.setitimer(signal.ITIMER_REAL, 0)
