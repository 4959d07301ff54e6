"""What a confined process may not do, tried in a process of its own."""

import asyncio
import platform
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from api.readers.confine import MACHINES, program
from api.readers.forks import Forks
from api.readers.worker import Worker
from api.settings import Settings

here = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in MACHINES, reason="no filter of system calls for this machine"
)

ATTEMPTS = {
    "connect": "socket.create_connection(('127.0.0.1', 9))",
    "unix": "socket.socket(socket.AF_UNIX)",
    "program": "subprocess.run(['/bin/true'])",
    "exec": "os.execv('/bin/true', ['true'])",
    "shell": "sys.exit(0 if os.system('exit 3') == 0x300 else 7)",
    "inherited": "ours.listen()",
}


def run(body, confined):
    text = f"""
        import os, socket, subprocess, sys, threading
        from api.readers.confine import confine
        ours = socket.socket()
        if {confined}:
            assert confine() == ""
        def attempt():
            try:
                {body}
            except OSError as error:
                os._exit(7 if isinstance(error, PermissionError) else 0)
            except SystemExit as end:
                os._exit(end.code)
            os._exit(0)
        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join()
    """
    return subprocess.run([sys.executable, "-c", textwrap.dedent(text)], check=False).returncode


@here
@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_confined_process_reaches_nobody(name):
    assert run(ATTEMPTS[name], confined=True) == 7
    assert run(ATTEMPTS[name], confined=False) == 0


@here
def test_it_still_reads_writes_and_starts_threads(tmp_path):
    body = f"open({str(tmp_path / 'x')!r}, 'w').write('1'); a, b = socket.socketpair(); a.sendall(b'x'); assert b.recv(1) == b'x'"
    assert run(body, confined=True) == 0


def test_the_filter_is_as_long_as_its_jumps_say():
    """Six steps around one for each refused call; the first jump leads to the last step."""
    for machine in MACHINES.values():
        code = program(machine)
        assert len(code) == 8 * (6 + len(machine.refused))
        assert 1 + 1 + code[8 + 3] == len(code) // 8 - 1


@here
def test_readers_and_writers_are_confined(make_store):
    async def status(work):
        forks = Forks()
        forks.hold(forks)
        worker = await Worker.start(forks, work, Settings(store=make_store()))
        try:
            return Path(f"/proc/{worker.process.pid}/status").read_text(encoding="ascii")
        finally:
            worker.kill()
            await worker.process.wait()
            await forks.release(forks)

    for work in ("reading", "writing"):
        assert "\nSeccomp:\t2\n" in asyncio.run(status(work))
