"""Deals with the events that wait: answers requests, fetches what was published, stores what was sent, tells what is ours.

One process of a server does it, the one that holds the lock; the others look from time to time whether it is gone. Partners are
called in threads, one event of each at a time, so that one that is slow keeps no other waiting. Records are read, selected and
stored by the child processes, as everything is that others send.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from api.access.clients import FILE as CLIENTS
from api.access.clients import ClientFile
from api.access.principals import OWNER, Principal, Role
from api.errors import ApiError, PartnerAnswerError, PartnerError
from api.pact import partners
from api.pact.inbox import Event, Inbox
from api.pact.outbound import Outbound
from api.pact.session import Session
from api.problems import ToldError
from api.state import State
from graphstore.errors import GraphStoreError
from graphstore.lock import FileLock

log: Final = logging.getLogger("tanmai.api.pact")

LOOK: Final = 0.5
"""Seconds between looks for events that are due."""
AT_ONCE: Final = 8
"""Partners that are called at once."""
_LOCK: Final = "sender.lock"
_ANSWERED: Final = "The request has its answer already."

_Told = TypeVar("_Told")
_Got = TypeVar("_Got")


@dataclass(slots=True)
class Sender:
    """The task that deals with the events of one store.

    Attributes:
        state: the running parts of the application.
        outbound: how partners are called.
    """

    state: State
    outbound: Outbound
    _busy: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE, "pact"))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deal with events until the block ends."""
        task = asyncio.get_running_loop().create_task(self._run())
        try:
            yield
        finally:
            tasks = [task, *self._busy.values()]
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self) -> None:
        inbox, lock = Inbox(self.state.settings.store), None
        try:
            while True:
                await asyncio.sleep(LOOK)
                try:
                    lock = lock or self._locked(inbox)
                    if lock is not None:
                        self._begin(await asyncio.to_thread(inbox.due, frozenset(self._busy)))
                except (GraphStoreError, OSError) as error:
                    log.warning("the events that wait cannot be read: %s", error)
                except Exception:
                    log.exception("the events that wait cannot be read")
        finally:
            if lock is not None:
                lock.release()

    def _locked(self, inbox: Inbox) -> FileLock | None:
        if not inbox.exists:
            return None
        return FileLock.acquire(partners.folder_of(inbox.store) / _LOCK, shared=False, create=True)

    def _begin(self, events: list[Event]) -> None:
        for event in events[: AT_ONCE - len(self._busy)]:
            self._busy[event.partner] = asyncio.get_running_loop().create_task(self._turn(event))

    async def _turn(self, event: Event) -> None:
        try:
            await self._deal_with(event)
        except (GraphStoreError, OSError) as error:
            log.warning("what became of an event of %s cannot be noted: %s", event.partner, error)
        finally:
            self._busy.pop(event.partner, None)

    async def _deal_with(self, event: Event) -> None:
        inbox = Inbox(self.state.settings.store)
        try:
            said = await self._done(event, inbox)
        except (ApiError, ToldError, GraphStoreError, OSError) as error:
            log.warning("an event of %s waits: %s", event.partner, error)
            await asyncio.to_thread(inbox.failed, event, str(error))
        except Exception:
            log.exception("an event of %s failed", event.partner)
            await asyncio.to_thread(
                inbox.failed, event, "The server failed in a way that nobody foresaw; its log says more."
            )
        else:
            await asyncio.to_thread(inbox.done, event, said)

    async def _done(self, event: Event, inbox: Inbox) -> str:
        """Deal with one event; what there is to say of it, which is nothing where all went well."""
        await asyncio.to_thread(self._require_standing, event)
        if event.kind == "created":
            return await self._answer(event, inbox)
        if event.kind == "announced":
            await self._called(self._session(event).tell, event.event)
            return ""
        if event.kind == "published":
            return await self._fetch(event)
        if event.kind == "fulfilled":
            return await self._store(event, inbox)
        told = await self._facts(event)
        if not await asyncio.to_thread(inbox.waits_for, told["request"], event.partner):
            return _ANSWERED
        await asyncio.to_thread(inbox.settle, told["request"], "rejected", told["message"])
        return ""

    def _require_standing(self, event: Event) -> None:
        """Refuse to deal with an event of a client that may no longer do what it did when the event came.

        Raises:
            PartnerError: it is gone or disabled, has another audience or lost the role; the event waits for it to be as it was.
        """
        known = ClientFile(self.state.settings.access_folder / CLIENTS).current()
        if known is None and event.client == OWNER.name:
            return
        client = known.clients.get(event.client) if known is not None else None
        same = client is not None and not client.disabled and client.audience == event.audience
        role = Role.READER if event.kind in {"created", "announced"} else Role.SUBMITTER
        if client is None or not same or not Principal(client.name, client.roles, client.audience).has(role):
            raise PartnerError(
                f"The client {event.client} may no longer do what it did when its event came, so the event waits."
            )

    async def _answer(self, event: Event, inbox: Inbox) -> str:
        body = event.answer
        if body is None:
            job = {"kind": "pact-answer", "here": event.here, "id": str(uuid.uuid4())}
            async with self.state.read(job, event.audience, event.event) as answer:
                body = answer.first + b"".join([block async for block in answer.rest()])
            await asyncio.to_thread(inbox.keep_answer, event, body)
        await self._called(self._session(event).tell, body)
        return ""

    async def _fetch(self, event: Event) -> str:
        """Fetch what was published. What the partner does not give us (403, 404) is told, and keeps the rest from nothing."""
        session, told = self._session(event), await self._facts(event)
        refused = list[str]()
        for identifier in told["footprints"]:
            try:
                url, body = await self._called(session.footprint, identifier)
            except PartnerAnswerError as error:
                if error.status not in {403, 404}:
                    raise
                refused.append(str(error))
            else:
                refused += (await self._written(body, url, event))["refused"]
        return "; ".join(refused)

    async def _called(self, call: Callable[[_Told], _Got], told: _Told) -> _Got:
        """Call a partner in a thread of ours, so that slow partners take none from others."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, told)

    async def _store(self, event: Event, inbox: Inbox) -> str:
        told = await self._facts(event)
        if not await asyncio.to_thread(inbox.waits_for, told["request"], event.partner):
            return _ANSWERED  # by another event, or by this one before the server was ended
        facts = await self._written(event.event, f"{self._session(event).partner.url}/3/events", event)
        refused = "; ".join(facts["refused"])
        await asyncio.to_thread(inbox.settle, told["request"], "fulfilled", refused)
        return refused

    async def _facts(self, event: Event) -> Mapping[str, Any]:
        async with self.state.read({"kind": "pact-event"}, event.audience, event.event) as answer:
            return answer.head

    async def _written(self, body: bytes, url: str, event: Event) -> Mapping[str, Any]:
        origin = self._session(event).partner.url
        job = {"kind": "pact-store", "source": url, "origin": origin}
        async with self.state.write(job, body) as answer:
            return answer.head

    def _session(self, event: Event) -> Session:
        known = partners.load(self.state.settings.store)
        if event.partner not in known:
            raise PartnerError(f"The partner {event.partner} is no longer known, so its event is not dealt with.")
        return Session(known[event.partner], self.outbound)
