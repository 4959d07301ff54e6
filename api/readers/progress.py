"""What a job is at: said by the work itself, and told to whoever follows it.

A child process sends what it is at to its parent only where that asks for it. On both sides the listener travels in a context
variable, so that work says :func:`at` without knowing who listens, and costs next to nothing where nobody does.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Any, Final

_PAUSE: Final = 0.2
"""Seconds between two times that a child says how far it has come within one stage."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a job is at.

    Attributes:
        name: of the stage; :mod:`api.rest.stages` says what it means.
        done: how much of it is done, where that is known.
        of: how much there is to do; 0 where that is not known.
    """

    name: str
    done: int = 0
    of: int = 0

    def encode(self) -> bytes:
        """As it goes from a child to its parent."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, data: bytes | str) -> Stage:
        """Read what :meth:`encode` wrote."""
        return cls(**json.loads(data))


Listener = Callable[[Stage], None]

_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextlib.contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Have what runs inside say what it is at."""
    before = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(before)


def at(name: str, done: int = 0, of: int = 0) -> None:
    """Say what this job is at."""
    if (listener := _LISTENER.get()) is not None:
        listener(Stage(name, done, of))


def followed() -> bool:
    """Whether somebody hears what is said."""
    return _LISTENER.get() is not None


def asked() -> dict[str, Any]:
    """What a parent adds to a job that somebody follows."""
    return {"progress": True} if followed() else {}


def pass_on(data: bytes) -> None:
    """Tell who follows a job what its child says of it."""
    if (listener := _LISTENER.get()) is not None:
        listener(Stage.decode(data))


def seldom(listener: Listener) -> Listener:
    """A listener that hears of each stage at once, and of steps within one now and then."""
    last: tuple[str, float] = ("", 0.0)

    def hear(stage: Stage) -> None:
        nonlocal last
        now = time.monotonic()
        if stage.name != last[0] or now - last[1] >= _PAUSE:
            last = stage.name, now
            listener(stage)

    return hear
