"""Large submissions are judged in time that grows with them, no matter how the store would order joins."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest

from benchmarks.studies import copies, split
from shapes.judge import judge
from shapes.reading import read

DAY = dt.date(2026, 11, 25)
ENOUGH = 30.0
"""Seconds of the processor, not of the clock. Both take less than 2; in the order that the store chose, 5,000 exchanges took minutes."""


@pytest.mark.parametrize(("made", "size"), [(split, 5_000), (copies, 100)])
def test_a_large_submission_is_judged_in_time(made, size: int, tmp_path: Path) -> None:
    file = tmp_path / "large.nt"
    file.write_text(made(size), encoding="utf-8")
    start = time.process_time()
    judgement = judge([read(file)], day=DAY)
    assert time.process_time() - start < ENOUGH
    # an emission that is split is no longer the one of the anode balance
    assert {finding.requirement.identifier for finding in judgement.findings} == ({"AL-07"} if made is split else set())
    assert len(judgement.selections) == (1 if made is split else size)
