"""The audit log in segments: their chain, and taking old ones out so that what is left still verifies."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.audit.log import AuditLog, Head
from api.audit.pruning import prune
from api.audit.reading import newest, verify
from api.audit.segments import Span, segments
from api.errors import AuditError
from graphstore import GraphStore
from tanmai.cli import app

TODAY = dt.datetime.now(dt.UTC).date()


def record(number: int, day: dt.date = TODAY) -> dict[str, object]:
    return {
        "time": f"{day.isoformat()}T08:00:00+00:00",
        "client": "mill",
        "path": f"/{number}",
        "status": 200,
        "seconds": 0.1,
        "method": "GET",
    }


def kinds(folder: Path, **stated: object) -> list[tuple[str, int]]:
    return [(each.kind, each.record) for each in verify(folder, **stated).findings]  # type: ignore[arg-type]


def aged(folder: Path, days: int) -> None:
    """Let a log have been written some days ago: its names, as a clock that was set on would leave them."""
    for path in segments(folder):
        day = dt.date.fromisoformat(path.name[:10]) - dt.timedelta(days)
        path.rename(folder / f"{day.isoformat()}{path.name[10:]}")


@pytest.fixture
def folder(tmp_path) -> Path:
    """Nine records: three of a week ago, three of three days ago, three of today."""
    where = tmp_path / "audit"
    for back in (7, 3, 0):
        log = AuditLog(where)
        for number in range(3):
            log.append(record(number, TODAY - dt.timedelta(back)))
        if back:
            aged(where, {7: 4, 3: 3}[back])
    log.sync()
    return where


def test_a_log_goes_on_in_the_next_segment_when_one_is_full(tmp_path):
    log = AuditLog(tmp_path / "audit", Span(most_bytes=500))
    for number in range(30):
        log.append(record(number))
    log.sync()
    day = TODAY.isoformat()
    paths = segments(log.folder)
    assert [path.name for path in paths[:3]] == [f"{day}.jsonl", f"{day}_000001.jsonl", f"{day}_000002.jsonl"]
    assert all(500 <= path.stat().st_size < 800 for path in paths[:-1])
    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o400] * (len(paths) - 1) + [0o600]
    assert (kinds(log.folder), verify(log.folder).head.number) == ([], 30)
    assert [each["path"] for each in newest(log.folder, 3, before=29)] == ["/27", "/26", "/25"]


def test_a_segment_may_last_for_days(folder):
    assert len(segments(folder)) == 3
    aged(folder, 1)
    AuditLog(folder, Span(days=2)).append(record(1))
    assert len(segments(folder)) == 3
    AuditLog(folder, Span(days=1)).append(record(1))
    assert len(segments(folder)) == 4
    assert (kinds(folder), verify(folder).head.number) == ([], 11)


def test_processes_that_are_told_other_sizes_write_one_chain(tmp_path):
    """The server with its settings, the command line with none."""
    server, command = AuditLog(tmp_path / "audit", Span(most_bytes=400)), AuditLog(tmp_path / "audit")
    for number in range(20):
        server.append(record(number))
        command.command(f"client add {number}")
    assert (kinds(tmp_path / "audit"), verify(tmp_path / "audit").head.number) == ([], 40)


def test_half_a_record_is_taken_away_also_when_a_segment_ends(tmp_path):
    log = AuditLog(tmp_path / "audit", Span(most_bytes=100))
    log.append(record(1))
    with segments(log.folder)[0].open("ab") as file:
        file.write(b'{"n": 2, "bef')
    AuditLog(tmp_path / "audit", Span(most_bytes=100)).append(record(2))
    assert (kinds(tmp_path / "audit"), len(segments(log.folder))) == ([], 2)


def test_what_is_taken_out_leaves_a_record_from_which_the_rest_verifies(folder, tmp_path):
    everything = verify(folder).head
    pruned = prune(folder, TODAY - dt.timedelta(2), tmp_path / "archive")
    assert pruned is not None
    assert (pruned.first, pruned.head.number, len(pruned.files)) == (1, 6, 2)
    assert [path.name for path in segments(folder)] == [f"{TODAY.isoformat()}.jsonl"]
    tombstone = newest(folder, 1)[0]
    assert (tombstone["n"], tombstone["pruned"]["head"]) == (10, str(pruned.head))
    assert kinds(folder) == []
    assert kinds(folder, kept=everything) == []
    assert kinds(folder, kept=pruned.head) == []
    assert kinds(folder, archive=tmp_path / "archive") == []
    assert verify(folder, archive=tmp_path / "archive").head.number == 10
    assert prune(folder, TODAY - dt.timedelta(2), tmp_path / "archive") is None
    AuditLog(folder).append(record(11))
    assert (kinds(folder), verify(folder).head.number) == ([], 11)


def test_a_head_of_what_was_taken_out_is_looked_for_in_the_archive(folder, tmp_path):
    kept = Head.of(segments(folder)[0].read_bytes().splitlines()[1])
    prune(folder, TODAY, tmp_path / "archive")
    with pytest.raises(AuditError, match="Record 2 was taken out of the log, which begins with record 7"):
        verify(folder, kept)
    assert kinds(folder, kept=kept, archive=tmp_path / "archive") == []
    assert kinds(folder, kept=Head(2, "0" * 64), archive=tmp_path / "archive") == [("other-head", 2)]


def test_files_that_are_removed_by_hand_are_missed(folder):
    segments(folder)[0].unlink()
    assert kinds(folder) == [("missing", 4)]
    with pytest.raises(AuditError, match="does not verify"):
        prune(folder, TODAY)


def test_more_than_the_tombstone_says_is_missed(folder):
    prune(folder, TODAY - dt.timedelta(5))
    assert kinds(folder) == []
    segments(folder)[0].unlink()
    assert kinds(folder) == [("missing", 7)]


@pytest.mark.parametrize(
    "change", [lambda text: text.replace("/1", "/2"), lambda text: text.replace("mill", "boss", 1)]
)
def test_what_is_changed_in_the_archive_is_found(folder, tmp_path, change):
    prune(folder, TODAY, tmp_path / "archive")
    path = segments(tmp_path / "archive")[1]
    path.chmod(0o600)
    path.write_text(change(path.read_text()))
    assert {kind for kind, _ in kinds(folder, archive=tmp_path / "archive")} == {"changed"}
    assert kinds(folder) == []


def test_a_tombstone_that_names_another_record_is_found(folder):
    """Records 1 to 3 taken out, and a false record in their place."""
    prune(folder, TODAY - dt.timedelta(5))
    path = segments(folder)[0]
    lines = path.read_text().splitlines(keepends=True)
    lines[0] = json.dumps({**json.loads(lines[0]), "before": "1" * 64}) + "\n"
    path.chmod(0o600)
    path.write_text("".join(lines))
    assert ("other-head", 3) in kinds(folder)


def test_what_a_stranger_sends_is_no_tombstone(folder):
    AuditLog(folder).append(record(1) | {"path": '"pruned":{"head":"6:' + "0" * 64 + '"}'})
    segments(folder)[0].unlink()
    assert kinds(folder) == [("missing", 4)]


def test_pruning_that_was_broken_off_is_sound_and_goes_on(folder, tmp_path):
    """The record is written before files go, the oldest first."""
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole)
    prune(folder, TODAY)
    second = segments(whole)[1]
    shutil.copy(second, folder / second.name)
    assert kinds(folder) == []
    pruned = prune(folder, TODAY)
    assert pruned is not None
    assert (pruned.first, pruned.head.number) == (4, 6)
    assert (kinds(folder), len(segments(folder))) == ([], 1)


def test_an_archive_is_not_written_over(folder, tmp_path):
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / segments(folder)[0].name).write_text("other")
    with pytest.raises(AuditError, match="other content"):
        prune(folder, TODAY, archive)
    assert len(segments(folder)) == 3
    (archive / segments(folder)[0].name).unlink()
    (archive / "file").write_text("in the way")
    with pytest.raises(AuditError, match="cannot be written"):
        prune(folder, TODAY, archive / "file")


def test_records_of_today_in_a_segment_keep_it(tmp_path):
    """A clock was set back: the day in the name of a segment is not that of all its records."""
    log = AuditLog(tmp_path / "audit", Span(most_bytes=100))
    log.append(record(1))
    aged(log.folder, 5)
    AuditLog(tmp_path / "audit").append(record(2))
    assert prune(log.folder, TODAY) is None


def test_the_commands(folder, tmp_path):
    store = tmp_path / "store"
    GraphStore.open(store).close()
    shutil.copytree(folder, store / "audit")

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["audit", *words, "--store", str(store)])
        return result.exit_code, result.output

    code, text = run("prune", "--before", TODAY.isoformat(), "--to", str(tmp_path / "old"), "--json")
    assert (code, json.loads(text)["pruned"]["first"]) == (0, 1)
    assert run("verify")[0] == run("verify", "--archive", str(tmp_path / "old"))[0] == 0
    assert "Nothing was taken out" in run("prune", "--before", TODAY.isoformat())[1]
    assert "审计日志" in run("prune", "--before", TODAY.isoformat(), "--lang", "zh")[1]
    assert "audit prune" in run("show")[1]
    for day in ("yesterday", "2999-01-01"):
        refused = CliRunner().invoke(app, ["audit", "prune", "--before", day, "--store", str(store)])
        assert isinstance(refused.exception, AuditError)
