"""Named steps of the writing operations.

The code says ``reached("journal-synced")`` where a power cut would be interesting. In normal life that is
a function call that only counts. Tests set ``TANMAI_CRASH_AT=journal-synced:3`` in a child process and the
third time the step is reached the process kills itself with SIGKILL, which no handler can soften:
so every promise of the store is tested at the very lines where it could break.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

counts: Counter[str] = Counter()
"""How often each step was reached in this process."""


def reached(step: str) -> None:
    """Say that ``step`` is reached. Kills the process when a test asked for it; ``*:7`` asks for any seventh step."""
    counts[step] += 1
    wanted = os.environ.get("TANMAI_CRASH_AT")
    if wanted is None:
        return
    name, _, number = wanted.rpartition(":")
    so_far = counts.total() if name == "*" else counts[step] if name == step else 0
    if so_far == int(number):
        os.kill(os.getpid(), signal.SIGKILL)
