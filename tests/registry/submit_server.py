"""The crash server of the store's tests with one operation more: a submission that revises the one before."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[1] / "graphstore")]

import crash_server  # noqa: E402 - the folders of its tests come first
from studies import approving, study  # noqa: E402

from graphstore import GraphStore  # noqa: E402
from registry.submitting import Handed, submit  # noqa: E402


def file(number: int) -> bytes:
    """The study with a number in it; each third one declares too much and is rejected."""
    return study(total=99 if number % 3 == 0 else 10.25, more=f"i:study <urn:holds> {number} .")


def hand_in(store: GraphStore, number: int) -> None:
    """Hand the study in to a store that has what it draws on."""
    submit(store, Handed(file(number), f"{number}.ttl"), approving)


if __name__ == "__main__":
    crash_server.OPERATIONS["submit"] = hand_in
    crash_server.serve()
