"""Endpoints to test on: Oxigraph's own server, and one that misbehaves as it is told."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from graphstore.remote import RemoteGraphStore

YES = b'{"head":{},"boolean":true}'
JSON = "application/sparql-results+json"


@contextmanager
def oxigraph_server(folder: Path) -> Iterator[str]:
    """Run the server of the `oxigraph` package on a free port; the address without a path."""
    beside = Path(sys.executable).with_name("oxigraph")
    program = str(beside) if beside.exists() else shutil.which("oxigraph")
    if program is None:
        pytest.skip("the Oxigraph server is not here: pip install oxigraph")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "serve", "--location", str(folder / "data"), "--bind", f"127.0.0.1:{port}"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            _wait(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "the server ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server did not start within ten seconds")


def cleared(address: str) -> str:
    """Take everything out of an endpoint, except what the server keeps for itself."""
    with RemoteGraphStore.open(address) as store:
        for graph in store.endpoint.graphs():
            store.endpoint.update(f"DROP SILENT GRAPH <{graph}>")
    return address


class Says:
    """One answer of the server that misbehaves."""

    def __init__(self, status: int = 200, body: bytes = YES, kind: str = JSON, **headers: str) -> None:
        self.status, self.body, self.headers = status, body, {"Content-Type": kind, **headers}


@contextmanager
def server_that(*answers: Says, wait: float = 0.0) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Answer the requests in turn, the last answer again and again; gives the address and the headers of each request."""
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append({"method": self.command, "path": self.path, **dict(self.headers)})
            said = answers[min(len(seen), len(answers)) - 1]
            time.sleep(wait)
            self.send_response(said.status)
            for name, value in {"Content-Length": str(len(said.body)), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body)
            if "Content-Length" in said.headers:
                self.close_connection = True

        do_PUT = do_POST

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/sparql", seen
        finally:
            server.shutdown()
            thread.join()
