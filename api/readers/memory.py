"""How much memory a child process may take: so much at most, and less for a job of somebody who may take less.

What is limited is the address space, since that is what the kernel can refuse.
"""

from __future__ import annotations

import resource
from pathlib import Path


def limit(most: int) -> None:
    """Let this process have so many bytes, for good."""
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def unbound() -> None:
    """Let the next job have all that the process may have."""
    now, most = resource.getrlimit(resource.RLIMIT_AS)
    if now != most:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def bound(megabytes: float | None) -> None:
    """Let a job have so much beyond what the process has now (an open store, for one); ``None`` for all that there is.

    Where the system does not say what the process has, only the limit of the process counts.
    """
    if megabytes is None:
        return
    had = _taken()
    if had is not None:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        may = had + int(megabytes * 1_000_000)
        resource.setrlimit(resource.RLIMIT_AS, (may if most == resource.RLIM_INFINITY else min(may, most), most))


def _taken() -> int | None:
    """Bytes of address space that the process has."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return None
