"""Reading where an endpoint keeps the store: the same guards, deadline and memory limit, and the endpoint's answer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

from api.readers.frames import Output
from api.readers.jobs import check_patterns, dataset_of, probe, write_answer
from graphstore.contract import refused
from graphstore.remote import RemoteGraphStore

TOKEN: Final = "TANMAI_STORE_TOKEN"  # noqa: S105 - the name of a variable
"""Environment variable that holds the bearer token for the endpoint."""


class RemoteReading:
    """Answers from an endpoint.

    A query that is ended here because its time is over may go on there: the endpoint needs a limit of its own.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._store: RemoteGraphStore | None = None

    def run(self, job: Mapping[str, Any], _payload: bytes, out: Output) -> None:
        """Do one job.

        Raises:
            EmbeddedOnlyError: it is no query.
        """
        if self._store is None:
            self._store = RemoteGraphStore.open(self._address, token=os.environ.get(TOKEN) or None)
        store = self._store
        if job["kind"] == "probe":
            probe(store, job, out)
            return
        if job["kind"] != "query" or job.get("audience") is not None:
            raise refused("answer this request", store.location or "")
        text = str(job["text"])
        check_patterns(text, int(job["patterns"]))
        found = store.query(text, dataset=dataset_of(job), base_iri=job["base"])
        write_answer(store, found, str(job["accept"]), out)
