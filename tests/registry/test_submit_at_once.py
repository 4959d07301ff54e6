"""Several processes hand in at once: each waits for the others, and every study lands once."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from graphstore import GraphStore
from graphstore.doctor import deep_check
from graphstore.errors import StoreLockedError
from registry.submissions import submissions

STUDIES = Path(__file__).parents[2] / "examples" / "studies"


def start(store, study, *options):
    command = [
        sys.executable,
        "-P",
        "-m",
        "tanmai",
        "submit",
        str(study),
        "--store",
        str(store),
        "--lang",
        "en",
        *options,
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_three_at_once_land_and_the_same_bytes_land_once(tmp_path):
    store, copy = tmp_path / "store", tmp_path / "copy.ttl"
    copy.write_bytes((STUDIES / "aluminium.ttl").read_bytes())
    files = [STUDIES / "aluminium.ttl", copy, STUDIES / "lead.ttl"]
    running = [start(store, file, "--json", "--wait", "300") for file in files]
    ended = [(process.communicate(timeout=400), process.returncode) for process in running]
    assert [code for _, code in ended] == [0, 0, 0], ended
    told = [json.loads(out) for (out, _), _ in ended]
    assert [each["verdict"] for each in told] == ["accepted"] * 3
    assert sorted(each["new"] for each in told[:2]) == [False, True]
    assert told[0]["id"] == told[1]["id"]
    with GraphStore.open(store, mode="read") as opened:
        assert {found.id for found in submissions(opened)} == {told[0]["id"], told[2]["id"]}
    assert deep_check(store).problems == []


def test_who_waits_too_long_is_told_once_and_nothing_is_stored(tmp_path):
    with GraphStore.open(tmp_path / "store") as held:
        waiting = start(tmp_path / "store", STUDIES / "aluminium.ttl", "--wait", "0.3")
        out, err = waiting.communicate(timeout=120)
        assert (waiting.returncode, out) == (2, "")
        assert err.count("\n") == 1
        assert "is still being written by process" in err
        assert "after 0.3 s of waiting" in err
        assert submissions(held) == []


def test_a_writer_waits_until_the_other_has_finished(tmp_path):
    held = GraphStore.open(tmp_path / "store")
    threading.Timer(0.3, held.close).start()
    begun = time.monotonic()
    with GraphStore.open(tmp_path / "store", wait=30) as opened:
        assert 0.2 < time.monotonic() - begun < 20
        assert opened.mode == "write"
        with pytest.raises(StoreLockedError, match=r"being written by this process .* Wait until it has finished"):
            GraphStore.open(tmp_path / "store")
