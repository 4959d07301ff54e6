"""Working where an endpoint keeps the store: the same jobs under the same guards, deadline and memory limit.

Queries and single graphs are asked of the endpoint each time. What takes long to make (compiled systems, the index of names, what was
looked up for pages) is kept until the data change. Our own writes leave a mark by which that is seen at once; what others write into
the endpoint leaves none, so nothing is kept for longer than a time that the settings say.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any, Final

from api.readers import memory
from api.readers.frames import Output
from api.readers.jobs import OWN, changing, graph
from api.readers.kinds import reading_work
from graphstore.contract import refused
from graphstore.remote import RemoteGraphStore
from graphstore.remote.http import without_secrets

TOKEN: Final = "TANMAI_STORE_TOKEN"  # noqa: S105 - the name of a variable
"""Environment variable that holds the bearer token for the endpoint."""


def connected(address: str, *, keep: bool) -> RemoteGraphStore:
    """The store behind an endpoint; ``keep`` as in :meth:`RemoteGraphStore.open`."""
    return RemoteGraphStore.open(address, token=os.environ.get(TOKEN) or None, keep=keep)


class RemoteReading:
    """Answers from an endpoint.

    A query that is ended here because its time is over may go on there: the endpoint needs a limit of its own.
    """

    def __init__(self, address: str, seconds: float) -> None:
        """Answer from the endpoint at an address; what is made of its data is used for so many seconds at most."""
        self._address, self._seconds = address, seconds
        self._store: RemoteGraphStore | None = None
        self._mark: str | None = None
        self._last = 0.0

    def run(self, job: Mapping[str, Any], payload: bytes, out: Output) -> None:
        """Do one job.

        Raises:
            EmbeddedOnlyError: it is about a part of the store, or its past, or needs what an endpoint does not have.
        """
        if job.get("audience") is not None:
            raise refused("keep views for audiences", without_secrets(self._address))
        if job.get("release") is not None or job.get("as_of") is not None:
            raise refused("show a state of the past", without_secrets(self._address))
        kind = str(job["kind"])
        memory.bound(job.get("most_megabytes"))
        if kind in OWN:
            OWN[kind](self._opened(), job, out)
        elif kind == "plain":  # a query, asked as it came
            reading_work(kind)(self._opened(), job, payload, out)
        elif kind == "graph":
            graph(self._opened().graph(job["graph"]), job, out)
        else:
            reading_work(kind)(self._current(), job, payload, out)

    def _opened(self) -> RemoteGraphStore:
        if self._store is None:
            self._store = connected(self._address, keep=True)
            self._mark, self._last = self._store.mark, time.monotonic() + self._seconds
        return self._store

    def _current(self) -> RemoteGraphStore:
        """The store, opened anew when its data changed or may have: what is kept of the one before goes with it."""
        store = self._opened()
        if time.monotonic() < self._last and store.mark == self._mark:
            return store
        store.close()
        self._store = None
        return self._opened()


class RemoteWriting:
    """Changes what an endpoint keeps, one job after the other."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._store: RemoteGraphStore | None = None

    def run(self, job: Mapping[str, Any], payload: bytes, out: Output) -> None:
        """Do one job."""
        if self._store is None:
            self._store = connected(self._address, keep=False)
        facts = changing(str(job["kind"]))(self._store, job, payload)
        out.head(content_type="application/json", generation=None, **facts)
