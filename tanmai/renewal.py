"""Certificates that are renewed while the server runs: new connections get the new one, those that are open keep theirs."""

from __future__ import annotations

import asyncio
import logging
import signal
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

log: Final = logging.getLogger("tanmai.api")

SECONDS: Final = 10.0
"""Time between two looks at the files."""

Stamp = tuple[tuple[int, int, int], ...]


@dataclass(slots=True)
class Renewal:
    """The certificate of one server process.

    A pair that does not fit, as while one of the two files is replaced, is left aside until it does.

    Attributes:
        context: what new connections are made with.
        certificate: file with the certificate and its chain.
        key: file with the private key.
    """

    context: ssl.SSLContext
    certificate: str
    key: str
    _used: Stamp = ()
    _refused: Stamp = ()
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Take what was just read as used."""
        self._used = self._stamp()

    def watch(self) -> None:
        """Look at the files now and then, and at once on SIGHUP, for as long as the running loop runs."""
        loop = asyncio.get_running_loop()
        task = loop.create_task(self._watching())
        self._tasks.add(task)
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not in the main thread
            loop.add_signal_handler(signal.SIGHUP, self.look)

    def look(self) -> None:
        """Use the files where they have changed."""
        found = self._stamp()
        if found in {self._used, self._refused}:
            return
        try:
            # first beside the one in use, which would be left with a certificate and a key that do not fit
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.certificate, self.key)
            self.context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            self._refused = found
            log.warning("the certificate %s has changed and cannot be used: %s", self.certificate, error)
        else:
            self._used, self._refused = found, ()
            log.warning("the certificate %s was renewed", self.certificate)

    async def _watching(self) -> None:
        while True:
            await asyncio.sleep(SECONDS)
            self.look()

    def _stamp(self) -> Stamp:
        try:
            found = [Path(each).stat() for each in (self.certificate, self.key)]
        except OSError:
            return ()
        return tuple((each.st_mtime_ns, each.st_ino, each.st_size) for each in found)
