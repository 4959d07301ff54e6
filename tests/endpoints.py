"""Endpoints to test on: Oxigraph's own server, Virtuoso, and one that misbehaves as it is told."""

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
    (port,) = _free_ports(1)
    command = [program, "serve", "--location", str(folder / "data"), "--bind", f"127.0.0.1:{port}"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            _wait(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


VIRTUOSO = """
[Database]
DatabaseFile = v.db
ErrorLogFile = v.log
LockFile = v.lck
TransactionFile = v.trx
xa_persistent_file = v.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = t.db
TransactionFile = t.trx
[Parameters]
ServerPort = {sql}
DisableUnixSocket = 1
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
CheckpointInterval = 0
DirsAllowed = .
[HTTPServer]
ServerPort = {web}
ServerRoot = .
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = 1000000
"""
"""A new database; as large as needed, not as fast as possible."""

WRITES = "GRANT SPARQL_UPDATE TO \"SPARQL\"; DB.DBA.RDF_DEFAULT_USER_PERMS_SET('nobody', 7);"


@contextmanager
def virtuoso_server(folder: Path) -> Iterator[str]:
    """Run Virtuoso, where it is installed, on free ports with an empty database that everybody may write; its address."""
    program, client = shutil.which("virtuoso-t"), shutil.which("isql-vt") or shutil.which("isql-v")
    if program is None or client is None:
        pytest.skip("Virtuoso is not here: apt install virtuoso-opensource")
    sql, web = _free_ports(2)
    (folder / "v.ini").write_text(VIRTUOSO.format(sql=sql, web=web), encoding="ascii")
    command = [program, "+foreground", "+configfile", "v.ini"]
    with (folder / "out").open("wb") as log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process:
        try:
            _wait(web, process, seconds=90)
            subprocess.run([client, str(sql), "dba", "dba", f"exec={WRITES}"], check=True, capture_output=True)
            yield f"http://127.0.0.1:{web}/sparql"
        finally:
            process.terminate()


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def _wait(port: int, process: subprocess.Popen[bytes], seconds: float = 10) -> None:
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        assert process.poll() is None, "the server ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"the server did not start within {seconds:g} seconds")


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
