"""Compiles the system of each new state of the store before somebody asks for a footprint.

Extraction and compilation take seconds on a large store and are kept in files beside the generation; whoever comes first
after a write waits for them. This task has a process for long jobs make them, for the whole store and for what each audience
reads. One process of a server does it, the one that holds the lock.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

from api.errors import ApiError
from api.problems import ToldError
from api.state import State
from graphstore import layout
from graphstore.audiences.visibility import is_name
from graphstore.errors import GraphStoreError
from graphstore.lock import FileLock

log: Final = logging.getLogger("tanmai.api.warming")

LOOK: Final = 1.0
"""Seconds between looks for a new generation."""
_PAUSE: Final = 60.0
"""Seconds until the next look after one that failed."""
_LOCK: Final = "warming.lock"


@dataclass(slots=True)
class Warmer:
    """The task that has systems compiled.

    Attributes:
        state: the running parts of the application.
    """

    state: State
    _done: dict[str | None, str] = field(default_factory=dict)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Have systems compiled until the block ends, where the settings ask for it."""
        if not self.state.settings.warm:
            yield
            return
        task = asyncio.get_running_loop().create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        path = layout.read(self.state.settings.store).tmp / _LOCK
        try:
            while (lock := await asyncio.to_thread(FileLock.acquire, path, shared=False, create=True)) is None:
                await asyncio.sleep(LOOK)
        except OSError as error:  # then no compiled system can be kept either
            log.warning("no system is compiled ahead, because the store cannot be written: %s", error)
            return
        try:
            while True:
                pause = LOOK
                try:
                    await self.look()
                except (ApiError, GraphStoreError, OSError) as error:
                    log.warning("no system is compiled ahead: %s", error)
                    pause = _PAUSE
                await asyncio.sleep(pause)
        finally:
            lock.release()

    async def look(self) -> None:
        """Have the system of each state compiled that is new since the last look."""
        for audience in (None, *await asyncio.to_thread(self._audiences)):
            with contextlib.suppress(ApiError):  # nothing is published for the audience
                newest = self.state.newest(audience)
                if self._done.get(audience) != newest:
                    self._done[audience] = newest  # whatever comes of it: what fails for one state fails again
                    await self._compiled(audience, newest)

    async def _compiled(self, audience: str | None, generation: str) -> None:
        job: dict[str, Any] = {"kind": "warm", "generation": generation, "audience": audience}
        try:
            await self.state.jobs.answered(job, b"")
        except (ApiError, ToldError, GraphStoreError) as error:
            log.info("the system of generation %s was not compiled ahead: %s", generation, error)

    def _audiences(self) -> list[str]:
        folder = layout.read(self.state.settings.store).audiences
        return sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and is_name(entry.name))
