"""A disk that is full while a study is handed in: one clear error, nothing of the study, and the same store goes on.

Writing beyond RLIMIT_FSIZE fails like a full disk. A small limit is reached by the copy in which the study is tried, one just above
the size of the journal (a negative number below) by the journal, in the midst of the bytes or of the judgement.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from graphstore import GraphStore
from graphstore.doctor import deep_check
from registry.submissions import submissions

HERE = Path(__file__).resolve().parent
LIMITED = f"""
import resource, signal, sys
from pathlib import Path
sys.path[:0] = [{str(HERE)!r}, {str(HERE.parent)!r}]
from studies import approving, study
from graphstore import GraphStore
from registry.submissions import find, submissions
from registry.submitting import Handed, submit

def hand_in(store):
    return find(store, submit(store, Handed(study(), "ingots.ttl"), approving).id).state

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path, size = Path(sys.argv[1]), int(sys.argv[2])
limit = size if size >= 0 else max(file.stat().st_size for file in (path / "journal").iterdir()) - size
with GraphStore.open(path) as store:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        print(hand_in(store))
    except Exception as error:
        print(type(error).__name__, str(error).replace(chr(10), " "))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    print(submissions(store), len(store.query("SELECT ?s {{ ?s a tm:FootprintStudy }}")))
    print(hand_in(store))
"""


@pytest.mark.parametrize(
    ("limit", "doing"),
    [(0, "Making a working copy"), (30_000, "Making a working copy"), (-100, "Writing the journal"), (-6_000, "Writing the journal")],
)  # fmt: skip
def test_a_full_disk_is_one_clear_error_and_the_store_goes_on(disk, tmp_path, limit, doing):
    disk().close()
    command = [sys.executable, "-c", LIMITED, tmp_path / "store", str(limit)]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    error, *rest = child.stdout.splitlines()
    assert error.startswith(f"StorageError {doing} failed at "), child
    assert "The previous state is intact. The disk is full: free some space and repeat the command." in error
    assert rest == ["[] 0", "accepted"]
    assert list((tmp_path / "store" / "tmp").glob("asof-*")) == []
    with GraphStore.open(tmp_path / "store", mode="read") as store:
        assert [found.state for found in submissions(store)] == ["accepted"]
    assert deep_check(tmp_path / "store").problems == []
