"""Tells targets of changes: a signed POST, tried again until it is taken.

One process of a server does it, the one that holds the lock. Changes are found by a reader process, as everything is; addresses
are called as :mod:`api.pact.outbound` calls them: only in the public internet or in networks that a setting names, redirects
not followed.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from api.access.private import make_folder
from api.errors import ApiError, WatchError
from api.pact.outbound import Reply
from api.pages.moments import moment
from api.problems import ToldError, problem_of
from api.state import State
from api.watch import targets
from api.watch.targets import Progress, Target
from graphstore.errors import GraphStoreError
from graphstore.lock import FileLock

log: Final = logging.getLogger("tanmai.api.watch")

LOOK: Final = 2.0
"""Seconds between looks for a new generation."""
FIRST_PAUSE: Final = 30.0
"""Seconds before the second attempt; each pause is twice the one before."""
LONGEST_PAUSE: Final = 6 * 3600.0
_DOUBLINGS: Final = 20
"""Of the pause; it is the longest long before, and a target may be away for years."""
_LOCK: Final = "watcher.lock"

SIGNATURE: Final = "X-Tanmai-Signature"
"""Header of the signature: ``t=SECONDS,sha256=HEX``."""

Send = Callable[[str, str, Mapping[str, str], bytes], Reply]
"""Method, address, headers and body to what came back."""


def signature(secret: str, body: bytes, seconds: int) -> str:
    """The signature of a body: HMAC-SHA256 over the time, a dot and the body, by which the receiver knows that both are ours.

    >>> signature("key", b"body", 5)
    't=5,sha256=bc1f25bceb7d997f3c5bcc30f038121e37fa6b8b279055e8a68e16b3a1c13f6d'
    """
    made = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    return f"t={seconds},sha256={made.hexdigest()}"


@dataclass(slots=True)
class Watcher:
    """The task that tells the targets of one store.

    Attributes:
        state: the running parts of the application.
        send: how an address is called.
    """

    state: State
    send: Send
    _known: dict[str, Progress] = field(default_factory=dict)
    _saving: asyncio.Lock = field(default_factory=asyncio.Lock)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tell targets until the block ends."""
        task = asyncio.get_running_loop().create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        lock: FileLock | None = None
        try:
            while True:
                await asyncio.sleep(LOOK)
                try:
                    lock = lock or await asyncio.to_thread(self._locked)
                    if lock is not None:
                        await self.look()
                except (ApiError, GraphStoreError, OSError) as error:
                    log.warning("the targets of changes cannot be told: %s", error)
        finally:
            if lock is not None:
                lock.release()

    def _locked(self) -> FileLock | None:
        """The right to tell; ``None`` while another process has it, or nobody is to be told."""
        store = self.state.settings.store
        if not targets.load(store):
            return None
        make_folder(store / targets.FOLDER)
        lock = FileLock.acquire(store / targets.FOLDER / _LOCK, shared=False, create=True)
        if lock is not None:
            self._known = targets.progress(store)
        return lock

    async def look(self) -> None:
        """Tell every target that is due what it has not been told; those that are slow keep no other waiting."""
        found = await asyncio.to_thread(targets.load, self.state.settings.store)
        await asyncio.gather(*(self._turn(target) for target in found.values()))

    async def _turn(self, target: Target) -> None:
        before = self._known.get(target.name, Progress())
        if not _reaches(before, target):
            before = Progress(time=target.created)
        if before.due > time.time():
            return
        try:
            after = await self._told(target, before)
        except (ApiError, ToldError, GraphStoreError, OSError) as error:
            after = _failed(before, str(error))
            log.warning("%s was not told of changes: %s", target.name, error)
        except Exception as error:  # what nobody foresaw must not end the task, which tells all other targets too
            after = _failed(before, problem_of(error).detail)
            log.exception("%s was not told of changes", target.name)
        if after != before:
            async with self._saving:
                self._known[target.name] = after
                await asyncio.to_thread(targets.save_progress, self.state.settings.store, dict(self._known))

    async def _told(self, target: Target, before: Progress) -> Progress:
        newest = self.state.newest(target.audience)
        if self.state.lasting and before.generation == newest:
            return before
        job = {
            "kind": "watch-changes", "about": target.about or None, "after": before.time, "told": before.told,
            "lang": target.lang, "root": self.state.settings.public_url, "name": target.name,
        }  # fmt: skip
        async with self.state.read(job, target.audience) as answer:
            head = answer.head
            body = answer.first + b"".join([block async for block in answer.rest()])
        generation = str(head["generation"])
        if not head["count"]:
            return replace(before, generation=generation)
        await asyncio.to_thread(self._post, target, body)
        told = (*before.told, *head["told"]) if head["time"] == before.time else tuple(head["told"])
        return Progress(str(head["time"]), told, "" if head["more"] else generation)

    def _post(self, target: Target, body: bytes) -> None:
        headers = {
            "Content-Type": "application/feed+json",
            "User-Agent": "tanmai",
            SIGNATURE: signature(target.secret, body, int(time.time())),
        }
        reply = self.send("POST", target.url, headers, body)
        if not 200 <= reply.status < 300:
            raise WatchError(f"{target.url} answered {reply.status}; it takes what it is told by 200 to 299.")


def _reaches(known: Progress, target: Target) -> bool:
    """Whether this is the progress of a target, and not of one of its name that was removed before it was added."""
    reached, created = moment(known.time), moment(target.created)
    return reached is not None and (created is None or reached >= created)


def _failed(before: Progress, message: str) -> Progress:
    pause = min(FIRST_PAUSE * 2.0 ** min(before.attempts, _DOUBLINGS), LONGEST_PAUSE)
    return replace(before, attempts=before.attempts + 1, due=time.time() + pause, message=message)


def shown(target: Target, known: Mapping[str, Progress]) -> dict[str, Any]:
    """A target and how far it has been told, as it may be printed."""
    reached = known.get(target.name, Progress())
    return {**target.shown(), "told_until": reached.time, "attempts": reached.attempts, "message": reached.message}
