"""A PACT host to test against, over real HTTPS with a certificate of its own: what it offers, and what it was told."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

CLIENT, SECRET = "test_client_id", "test_client_secret"


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    certificate, key = folder / "localhost.pem", folder / "localhost.key"
    arguments = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(
        ["openssl", "req", *arguments, *names, "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    return certificate, key


@dataclass
class Host:
    """What a partner offers and gets.

    Attributes:
        records: footprints that it offers.
        page: how many it puts on a page.
        discovery: token endpoint that its OpenID configuration names, as a path; empty for no configuration.
        next_link: what its pages say comes next, in place of the truth.
        more_links: Link headers that its pages have besides, one before and the others behind the truth.
        on_page: what happens before a page is given out, by the place it begins at; what is no success is answered in its place.
        failures: how many calls of events it answers by 503 before it takes one.
        life: how many seconds it says that its tokens hold.
        events: events that it took.
        attempts: events that it was sent, taken or not, by id.
        calls: method, path and query of every call.
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    page: int = 2
    discovery: str = ""
    next_link: str = ""
    more_links: list[str] = field(default_factory=list)
    on_page: Callable[[int], int] = lambda _: 200
    failures: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    url: str = ""
    token: str = "token-1"
    life: Any = 3600
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int, seconds: float = 8.0) -> list[dict[str, Any]]:
        """The events, once there are so many."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.events) >= count, seconds), self.calls
        return self.events


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    host: Host

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.host.calls.append(f"GET {self.path}")
        parts = urlsplit(self.path)
        if parts.path == "/.well-known/openid-configuration" and self.host.discovery:
            return self.say(200, {"token_endpoint": self.host.url + self.host.discovery})
        if self.headers.get("Authorization") != f"Bearer {self.host.token}":
            return self.say(401, {"code": "TokenExpired", "message": "sign in"})
        if parts.path == "/3/footprints":
            return self.list_page(parse_qs(parts.query))
        found = [each for each in self.host.records if parts.path == f"/3/footprints/{each['id']}"]
        return self.say(200, {"data": found[0]}) if found else self.say(404, {"code": "NotFound", "message": "none"})

    def list_page(self, query: dict[str, list[str]]) -> None:
        start = int(query.get("from", ["0"])[0])
        status = self.host.on_page(start)
        if status != 200:
            return self.say(status, {"code": "InternalError", "message": "broken"})
        stop = start + self.host.page
        link = self.host.next_link or f"{self.host.url}/3/footprints?from={stop}"
        more = [f'<{link}>; rel="next"'] if stop < len(self.host.records) else []
        links = [*self.host.more_links[:1], *more, *self.host.more_links[1:]]
        return self.say(200, {"data": self.host.records[start:stop]}, links)

    def do_POST(self) -> None:
        self.host.calls.append(f"POST {self.path}")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path in {"/auth/token", self.host.discovery}:
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            good = self.headers["Authorization"] == f"Basic {basic}" and b"grant_type=client_credentials" in body
            granted = {"access_token": self.host.token, "token_type": "Bearer", "expires_in": self.host.life}
            return self.say(*((200, granted) if good else (400, {"error": "invalid_client"})))
        if self.headers.get("Authorization") != f"Bearer {self.host.token}":
            return self.say(401, {"code": "TokenExpired", "message": "sign in"})
        event = json.loads(body)
        self.host.attempts.append(event["id"])
        if self.host.failures:
            self.host.failures -= 1
            return self.say(503, {"code": "InternalError", "message": "not now"})
        with self.host.arrived:
            self.host.events.append(event)
            self.host.arrived.notify_all()
        return self.say(200, None)

    def say(self, status: int, body: Any, links: Sequence[str] = ()) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for link in links:
            self.send_header("Link", link)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def partner_host(certificate: Path, key: Path, host: Host | None = None, port: int = 0) -> Iterator[Host]:
    """A host on a free port, or on one that was in use before."""
    told = host or Host()
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Told", (Handler,), {"host": told}))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    told.url = f"https://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


EXAMPLE = Path(__file__).parent.parent / "examples" / "studies" / "pact-record.json"


def footprint(number: int, **changes: Any) -> dict[str, Any]:
    """A record with an id of its own: the shipped example of another product; `pcf` changes single members of it."""
    made = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    made["id"] = f"00000000-0000-4000-8000-{number:012d}"
    made["productIds"] = [f"urn:pact:example.org:product-id:part-{number}"]
    made["pcf"] |= changes.pop("pcf", {})
    return made | changes
