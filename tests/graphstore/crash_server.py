"""A process that forks a child per request, so that a test can kill real writers by the hundred.

The server imports graphstore but never opens a store: the engine's background threads would not survive the fork.
Requests and answers are JSON lines. A request names the operation, where to crash (``step:n``, the n-th time the
step is reached) or after how many seconds to be killed; the answer says what the child acknowledged, whether it was
killed, and how many steps it reached.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from graphstore import GraphStore, _steps


def turtle(number: int, size: int = 3) -> bytes:
    """The content number ``number`` of a dataset: every statement carries the number."""
    value = f'"{number}"^^<http://www.w3.org/2001/XMLSchema#integer>'
    return "".join(f"<urn:s{i}> <urn:holds> {value} .\n" for i in range(size)).encode()


def load(store: GraphStore, number: int) -> None:
    """One file, replacing the one before."""
    store.load_bytes(turtle(number), key="one", format="turtle")


def package(store: GraphStore, number: int) -> None:
    """Three datasets and an update in one commit."""
    with store.transaction(f"import {number}") as transaction:
        transaction.load_bytes(turtle(number), key="p/a", format="turtle")
        transaction.load_bytes(turtle(number, 1), key="p/c", format="ntriples")
        transaction.load_bytes(b"<urn:g> {<urn:x> <urn:holds> %d}" % number, key="p/b", format="trig")
        transaction.update(_SET, {"number": number, "subject": _subject("package")})


def update(store: GraphStore, number: int) -> None:
    """One update of local statements."""
    store.update(_SET, {"number": number, "subject": _subject("local")})


def prune(store: GraphStore, number: int) -> None:
    """Commits enough for each to prune a generation."""
    for _ in range(2):
        store.update(_SET, {"number": number, "subject": _subject("local")})
        store.update("INSERT DATA { <urn:noise> <urn:noise> ?n }", {"n": os.getpid()})


def create(store: GraphStore, number: int) -> None:
    """Nothing: opening has created the store."""


_SET = "DELETE { ?subject <urn:holds> ?old } INSERT { ?subject <urn:holds> ?number } WHERE { OPTIONAL { ?subject <urn:holds> ?old } }"


def _subject(name: str) -> Any:
    from graphstore.terms import iri

    return iri(f"urn:{name}")


OPERATIONS = {"load": load, "import": package, "commit": update, "prune": prune, "create": create}


def child(request: dict[str, Any], out: int) -> None:
    """Run one operation and acknowledge it the moment it returns."""
    if request.get("crash"):
        os.environ["TANMAI_CRASH_AT"] = request["crash"]
    os.write(out, b"s")
    with GraphStore.open(request["path"]) as store:
        OPERATIONS[request["operation"]](store, request["number"])
        os.write(out, b"a")
    os.write(out, json.dumps({"steps": _steps.counts.total()}).encode())


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Fork, wait (or kill), and tell what became of the child."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        code = 1
        try:
            child(request, writer)
            code = 0
        except BaseException as error:  # noqa: BLE001 - a forked child must end here whatever happens
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
        os._exit(code)
    os.close(writer)
    if request.get("kill_after") is not None:
        os.read(reader, 1)
        select.select([], [], [], request["kill_after"])
        os.kill(pid, signal.SIGKILL)
    data = b""
    while block := os.read(reader, 4096):
        data += block
    os.close(reader)
    _, status = os.waitpid(pid, 0)
    data = data.removeprefix(b"s")
    note = json.loads(data[1:]) if len(data) > 1 else {}
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    failed = not killed and os.waitstatus_to_exitcode(status) != 0
    return {"acknowledged": data.startswith(b"a"), "killed": killed, "failed": failed, **note}


class CrashServer:
    """The test's end of the server."""

    def __init__(self, script: Path = Path(__file__)) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, **request: Any) -> dict[str, Any]:
        """Send one request and wait for the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(request), file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """End the server."""
        self._process.communicate()


def serve() -> None:
    """Answer requests from standard input until it ends."""
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)


if __name__ == "__main__":
    serve()
