"""A disk that is full while a study is handed in: one clear error, nothing of the study, and the same store goes on.

Writing beyond RLIMIT_FSIZE fails like a full disk. A small limit is reached by the copy in which the study is tried, one just above
the size of the journal (a negative number below) by the journal, in the midst of the bytes or of the judgement.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from graphstore import GraphStore
from graphstore.doctor import deep_check
from registry.submissions import submissions

HERE = Path(__file__).resolve().parent
LIMITED = f"""
import json, resource, signal, sys
from pathlib import Path
sys.path[:0] = [{str(HERE)!r}, {str(HERE.parent)!r}]
from studies import approving, study
from graphstore import GraphStore
from registry.submissions import find, submissions
from registry.submitting import Handed, submit

def hand_in(store):
    return find(store, submit(store, Handed(study(), "ingots.ttl"), approving).id).state

def limited(path, size):
    limit = size if size >= 0 else max(file.stat().st_size for file in (path / "journal").iterdir()) - size
    with GraphStore.open(path) as store:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            yield hand_in(store)
        except Exception as error:
            yield type(error).__name__ + " " + str(error).replace(chr(10), " ")
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        yield f"{{submissions(store)}} {{len(store.query('SELECT ?s {{ ?s a tm:FootprintStudy }}'))}}"
        yield hand_in(store)

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
print(json.dumps({{size: list(limited(Path(sys.argv[1]) / size, int(size))) for size in sys.argv[2:]}}))
"""
LIMITS = {
    0: "Making a working copy",
    30_000: "Making a working copy",
    -100: "Writing the journal",
    -6_000: "Writing the journal",
}


@pytest.fixture(scope="module")
def tried(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[str]], str]:
    """A store for each limit, in which one process has tried all; what it said of each, and its errors."""
    folder = tmp_path_factory.mktemp("full")
    for limit in LIMITS:
        shutil.copytree(filled, folder / str(limit))
    command = [sys.executable, "-c", LIMITED, folder, *map(str, LIMITS)]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    return folder, json.loads(child.stdout or "{}"), child.stderr


@pytest.mark.parametrize(("limit", "doing"), LIMITS.items())
def test_a_full_disk_is_one_clear_error_and_the_store_goes_on(
    tried: tuple[Path, dict[str, list[str]], str], limit: int, doing: str
) -> None:
    folder, said, errors = tried
    path = folder / str(limit)
    assert str(limit) in said, errors
    error, *rest = said[str(limit)]
    assert error.startswith(f"StorageError {doing} failed at "), (error, errors)
    assert "The previous state is intact. The disk is full: free some space and repeat the command." in error
    assert rest == ["[] 0", "accepted"]
    assert list((path / "tmp").glob("asof-*")) == []
    with GraphStore.open(path, mode="read") as store:
        assert [found.state for found in submissions(store)] == ["accepted"]
    assert deep_check(path).problems == []
