"""What all tests run in, set before anything reads it, and handed on to the processes that tests start: import this first."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

IN_MEMORY, ROOM = Path("/dev/shm"), 4e9
"""Where files are made that last as long as a test, and how many bytes must be free there: stores wait for the disk often."""

SERIAL = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
"""Threads of linear algebra and of tables wait for each other by spinning, and the other processors run other tests anyway."""

TRUSTED = Path(__file__).with_name("trusted.pem")
"""A certificate whose key nobody has. No test asks a site of the internet, and each client would read all authorities at 20 ms."""


def _files_in_memory() -> None:
    """Make the folders of tests in memory, where the system has such a place, unless TMPDIR names another one."""
    usable = IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) and not os.statvfs(IN_MEMORY).f_flag & os.ST_NOEXEC
    if usable and "TMPDIR" not in os.environ and shutil.disk_usage(IN_MEMORY).free >= ROOM:
        os.environ["TMPDIR"] = str(IN_MEMORY)
        tempfile.tempdir = None


_files_in_memory()
for _name in SERIAL:
    os.environ.setdefault(_name, "1")
os.environ["SSL_CERT_FILE"] = str(TRUSTED)
