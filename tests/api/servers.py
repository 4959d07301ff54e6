"""A server over real HTTP on loopback, in a thread, with real reader processes; and the data that most tests ask for."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.principals import Principal, Role, identify
from api.app import create_app
from api.readers.messages import Translate, untranslated
from api.settings import Settings
from api.sparql.short import Connection

PEOPLE = """
<urn:alice> <urn:knows> <urn:bob> ; <urn:name> "Alice"@en , "爱丽丝"@zh ; <urn:age> 30 .
<urn:bob> <urn:name> "Bob" ; <urn:age> 40 .
"""
NUMBERS = "\n".join(f"<urn:n{i}> <urn:value> {i} ." for i in range(400))


class Claimed:
    """For tests: who asks is what the header X-Claimed says, such as ``mill;submitter;urn:mill``, with an audience
    as a fourth part; without the header the owner."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.short = getattr(app, "short", None)  # which takes nothing that has the header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        claimed = dict(scope.get("headers", ())).get(b"x-claimed", b"").decode()
        if claimed:
            name, role, organisation, *audience = claimed.split(";")
            identify(scope, Principal(name, frozenset({Role(role)}), next(iter(audience), None), organisation))
        await self._app(scope, receive, send)


@contextlib.contextmanager
def served(
    store: Path,
    *,
    around: Callable[[ASGIApp], ASGIApp] = Claimed,
    tls: tuple[Path, Path] | None = None,
    translate: Translate = untranslated,
    send_buffer: int | None = None,
    **stated: object,
) -> Iterator[str]:
    """A server on a free port, with something put around its application; its address.

    It speaks HTTPS where a certificate and its key are given, else plain HTTP for everything. The system takes so many bytes of an answer
    that a client does not read as ``send_buffer`` says; by default some millions.
    """
    stated = {"readers": 2, "plain_http_accepted": tls is None, **stated}
    settings = Settings(store=store, **stated)  # type: ignore[arg-type]
    certificate, key = tls or (None, None)
    config = uvicorn.Config(
        around(create_app(settings, translate)),
        http=Connection,
        log_level="critical",
        timeout_graceful_shutdown=2,
        proxy_headers=False,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    server = uvicorn.Server(config)
    taken = socket.create_server(("127.0.0.1", 0))
    if send_buffer is not None:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)  # which its connections take over
    thread = threading.Thread(target=server.run, args=([taken],))
    thread.start()
    port = taken.getsockname()[1]
    address = f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}"
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield address
    finally:
        server.should_exit = True
        thread.join()
        taken.close()
