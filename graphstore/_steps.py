"""Named steps of the writing operations.

The code says ``reached("journal-synced")`` where a power cut would be interesting. In normal life that is
a function call that does nothing. Tests set ``TANMAI_CRASH_AT=journal-synced:3`` in a child process and the
third time the step is reached the process kills itself with SIGKILL, which no handler can soften:
so every promise of the store is tested at the very lines where it could break.
"""

from __future__ import annotations

import os
import signal

_counts: dict[str, int] = {}


def _target() -> tuple[str, int] | None:
    text = os.environ.get("TANMAI_CRASH_AT", "")
    if not text:
        return None
    step, _, number = text.partition(":")
    return step, int(number or "1")


def reached(step: str) -> None:
    """Say that ``step`` is reached; kills the process when the test asked for it (``*`` is any step)."""
    target = _target()
    if target is None or target[0] not in {step, "*"}:
        return
    _counts[target[0]] = _counts.get(target[0], 0) + 1
    if _counts[target[0]] == target[1]:
        os.kill(os.getpid(), signal.SIGKILL)
