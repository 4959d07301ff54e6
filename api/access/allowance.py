"""What the request under way may still take: known to everything that runs for it, without being handed through.

It travels in a context variable, which tasks that a request starts take along. So a limit holds also where a route does not
think of it, and a route that reads for the wrong audience fails instead of leaking.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from api.access.limits import Limits
from api.access.principals import Principal
from api.errors import RateError, UnauthenticatedError

PUBLIC: Final = "public"
"""The audience of what everybody may read; every other audience may read it too."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one request may take.

    Attributes:
        principal: who asks.
        who: name of its counters: of a client, or of the address of an anonymous.
        limits: what it may ask for.
        jobs: how many jobs each principal has under way in this process.
    """

    principal: Principal
    who: str
    limits: Limits
    jobs: Counter[str]

    @contextlib.contextmanager
    def job(self) -> Iterator[None]:
        """Count one job as under way.

        Raises:
            RateError: as many as allowed are under way already.
        """
        if self.jobs[self.who] >= self.limits.jobs:
            raise RateError(
                f"{int(self.limits.jobs)} queries of yours are under way, which is the most at once. Wait for one of them.",
                1,
            )
        self.jobs[self.who] += 1
        try:
            yield
        finally:
            self.jobs[self.who] -= 1
            if not self.jobs[self.who]:
                del self.jobs[self.who]

    def check(self, audience: str | None) -> None:
        """Refuse to read for an audience what the principal may not read.

        Raises:
            UnauthenticatedError: anonymous reads nothing here.
            AssertionError: a route reads more than its principal may: a fault of the program, never of the request.
        """
        own = self.principal.audience
        if own == "":
            raise UnauthenticatedError("This server shows nothing to anonymous. Send an API key or an access token.")
        if own is not None and audience not in {own, PUBLIC}:
            raise AssertionError(f"a route reads for {audience or 'the whole store'} what is asked for by {own}")


_CURRENT: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


def current() -> Allowance | None:
    """What the request under way may take; ``None`` outside of requests, and on a server that knows no clients."""
    return _CURRENT.get()


@contextlib.contextmanager
def granted(allowance: Allowance) -> Iterator[None]:
    """Let what runs inside know its allowance."""
    before = _CURRENT.set(allowance)
    try:
        yield
    finally:
        _CURRENT.reset(before)
