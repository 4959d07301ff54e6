"""Servers as users start them: processes of their own, by the command line."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        address: where it is.
        process: its process, or the one that watches over its workers.
    """

    address: str
    process: subprocess.Popen[bytes]

    def workers(self) -> list[int]:
        """Its server processes, where it has several: children that serve, as opposed to readers and helpers."""
        found = []
        for each in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                if int(each.read_text().rpartition(")")[2].split()[1]) == self.process.pid:
                    command = (each.parent / "cmdline").read_bytes()
                    found += [int(each.parent.name)] if b"spawn_main" in command else []
        return found


@contextlib.contextmanager
def started(
    store: Path, *arguments: str, environment: dict[str, str] | None = None, ready: bool = True
) -> Iterator[Server]:
    """A server by ``tanmai serve``, on a free port unless one is named; stopped by SIGTERM."""
    port = () if "--port" in arguments else ("--port", "0")
    command = [sys.executable, "-P", "-m", "tanmai", "serve", "--store", str(store), "--json", *port, *arguments]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
    )
    try:
        assert process.stdout is not None
        told = b""
        while not told.rstrip().endswith(b"}") or told.count(b"{") != told.count(b"}"):
            line = process.stdout.readline()
            assert line, f"the server ended with {process.wait()}"
            told += line
        made = Server(json.loads(told)["address"], process)
        if ready:
            until(lambda: answers(made.address))
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            process.stdout.close()


def answers(address: str) -> bool:
    """Whether a server says that it is ready."""
    try:
        return httpx.get(f"{address}/ready", verify=False).status_code == 200
    except httpx.TransportError:
        return False


def until(look: Callable[[], object], seconds: float = 60) -> object:
    """What a look finds, as soon as it finds something."""
    last = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < last, "it did not come in time"
        time.sleep(0.05)
    return found


def children(pid: int) -> list[int]:
    """The children of a process, whose threads may come and go meanwhile."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found += map(int, (task / "children").read_text().split())
    return found
