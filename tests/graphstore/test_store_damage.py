"""Damage and full disks: found, refused, mended; nothing acknowledged is lost."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest
from amounts import examples
from store_helpers import ONE, TWO, VALUE, newest, said_by_child, segment, state

from graphstore import GraphStore, records
from graphstore.doctor import deep_check, doctor, rebuild
from graphstore.errors import (
    GenerationCorruptError,
    JournalCorruptError,
    ModeError,
    StorageError,
    UpdateError,
)
from graphstore.generations import Generation, Generations
from graphstore.journal import scan

# ---------------------------------------------------------------- damage


def test_leftovers_of_a_dead_writer_are_swept(path: Path) -> None:
    for name in ("generations/00000099-abcdef01.tmp", "live/7", "tmp/asof-1"):
        (path / name).mkdir(parents=True)
        (path / name / "junk").write_text("x")
    (path / "FORMAT.tmp").write_text("x")
    with GraphStore.open(path, mode="read") as store:
        assert store.query(VALUE).scalar() == 2
    with GraphStore.open(path) as store:
        assert store.query(VALUE).scalar() == 2
    assert not list(path.rglob("*.tmp"))
    assert not list((path / "tmp").iterdir())


def test_a_torn_tail_is_cut_and_reported(path: Path) -> None:
    before, size = state(path), segment(path).stat().st_size
    begin, _ = records.encode(records.Kind.BEGIN, {"label": "load big.ttl"})
    chunk, _ = records.encode(records.Kind.CHUNK, {}, b"x" * 1000)
    with segment(path).open("ab") as out:
        out.write(begin + chunk[:500])
    with GraphStore.open(path) as store:
        assert store.recovered == (
            f"Removed {len(begin) + 500} bytes of a change (load big.ttl) that was cut off before it was acknowledged.",
        )
        assert store.query(VALUE).scalar() == 2
    assert segment(path).stat().st_size == size
    assert state(path) == before


def test_damage_before_acknowledged_records_is_an_error(path: Path) -> None:
    with segment(path).open("r+b") as file:
        file.seek(200)
        byte = file.read(1)
        file.seek(200)
        file.write(bytes([byte[0] ^ 1]))
    with GraphStore.open(path, mode="read") as store:  # what was published can still be read
        assert store.query(VALUE).scalar() == 2
    report = deep_check(path)
    assert not report.ok
    assert "record at byte" in report.problems[0]
    assert "Restore the newest backup" in report.problems[0]
    with pytest.raises(JournalCorruptError, match=r"record at byte \d+: checksum"):
        rebuild(path)


def test_a_shortened_or_missing_journal_is_an_error(path: Path) -> None:
    data = segment(path).read_bytes()
    segment(path).write_bytes(data[:-10])
    with pytest.raises(JournalCorruptError, match="were acknowledged"):
        GraphStore.open(path)
    segment(path).unlink()
    with pytest.raises(JournalCorruptError, match="missing"):
        GraphStore.open(path)
    segment(path).write_bytes(data)
    with GraphStore.open(path) as store:
        assert store.query(VALUE).scalar() == 2


def test_segments_rotate_and_cannot_be_exchanged(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphstore.journal.SEGMENT_SIZE", 100)
    with GraphStore.open(path) as store:
        store.load_bytes(ONE, key="later", format="turtle")
        with pytest.raises(ZeroDivisionError), store.transaction():
            raise ZeroDivisionError
        store.load_bytes(TWO, key="later", format="turtle")
        assert store.version("later", 1).query(VALUE).scalar() == 1
    assert len(list((path / "journal").iterdir())) == 3
    before = state(path)
    assert deep_check(path).problems == []
    assert rebuild(path).ok
    assert state(path) == before
    second, third = sorted((path / "journal").iterdir())[1:]
    second.write_bytes(third.read_bytes())
    with pytest.raises(JournalCorruptError, match="does not continue"):
        rebuild(path)
    second.unlink()
    assert "the segment is missing" in deep_check(path).problems[0]


@pytest.mark.parametrize("failure", [OSError(5, "Input/output error"), KeyboardInterrupt()])
def test_a_commit_that_cannot_be_published_is_published_from_the_journal(
    path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    real, failures = Generations.publish, [failure]

    def publish(self: Generations, prepared: Generation) -> Generation:
        if failures:
            raise failures.pop()
        return real(self, prepared)

    monkeypatch.setattr(Generations, "publish", publish)
    with GraphStore.open(path) as store:
        if isinstance(failure, KeyboardInterrupt):
            with pytest.raises(KeyboardInterrupt):
                store.load_bytes(ONE, key="k", format="turtle")
        else:
            store.load_bytes(ONE, key="k", format="turtle")
        assert store.query(VALUE).scalar() == 1
        store.update("INSERT DATA { <urn:x> <urn:y> 1 }")
    assert deep_check(path).problems == []
    with GraphStore.open(path) as store:
        failures.extend([OSError(28, "No space left on device")] * 2)
        with pytest.raises(StorageError, match="safe in the journal"):
            store.load_bytes(TWO, key="k", format="turtle")
        with pytest.raises(ModeError, match="Open it again"):
            store.update("INSERT DATA { <urn:x> <urn:y> 2 }")
    with GraphStore.open(path) as store:
        assert store.query(VALUE).scalar() == 2
        assert store.recovered == ("Published the committed change 'load k' from the journal.",)
    assert deep_check(path).problems == []


@pytest.mark.parametrize("small", [0, 100_000], ids=["read again on disk", "read again in memory"])
def test_flipped_bytes_in_a_table_are_found_and_mended(path: Path, monkeypatch: pytest.MonkeyPatch, small: int) -> None:
    monkeypatch.setattr("graphstore.doctor._SMALL", small)
    with GraphStore.open(path) as store:  # a value long enough to be stored as text in a table
        store.load_bytes(b'<urn:long> <urn:b> "a value that is stored as it is written" .', key="t", format="turtle")
    before = state(path)
    tables = [t for t in (newest(path) / "data").glob("*.sst") if b"stored as it is written" in t.read_bytes()]
    [table] = tables
    data = table.read_bytes()
    table.write_bytes(data.replace(b"stored as it is written", b"stored as it is wrIttEn"))
    report = deep_check(path)
    assert not report.ok
    assert "rebuild" in report.problems[0]
    assert rebuild(path).ok
    assert state(path) == before
    assert deep_check(path).problems == []


def test_a_changed_local_statement_is_found(path: Path) -> None:
    engine = ox.Store(str(newest(path) / "data"))
    engine.update(
        "DELETE DATA { GRAPH <urn:lg> { <urn:l> <urn:b> 6 } } ; INSERT DATA { GRAPH <urn:lg> { <urn:l> <urn:b> 7 } }"
    )
    engine.flush()
    del engine
    assert doctor(path).ok
    [problem] = deep_check(path).problems
    assert "urn:lg" in problem


def test_a_damaged_generation_is_refused_and_rebuilt(path: Path) -> None:
    before = state(path)
    manifest = newest(path) / "manifest.json"
    manifest.write_text(manifest.read_text().replace("update", "upd4te"))
    for mode in ("read", "write"):
        with pytest.raises(GenerationCorruptError, match="doctor --rebuild"):
            GraphStore.open(path, mode=mode)  # type: ignore[arg-type]
    assert "manifest was changed" in doctor(path).problems[0]
    rebuild(path)
    assert state(path) == before
    assert doctor(path).ok


def test_a_rebuild_needs_the_journal_and_nothing_else(path: Path) -> None:
    before = state(path)
    for folder in ("generations", "archive", "cache", "live"):
        shutil.rmtree(path / folder)
    with GraphStore.open(path) as store:  # opening for writing does it too
        assert any("from the journal" in sentence for sentence in store.recovered)
    assert state(path) == before
    shutil.rmtree(path / "generations")
    assert rebuild(path).ok
    assert state(path) == before
    with GraphStore.open(path) as store:
        assert store.version("k", 1).query(VALUE).scalar() == 1


# ---------------------------------------------------------------- full disk


LIMITED = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = GraphStore.open(sys.argv[1])
big = b"".join(b'<urn:s%d> <urn:p> "a value of some length, number %d" .\\n' % (i, i) for i in range(20000))
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), hard))
try:
    store.load_bytes(big, key="big", format="nt")
except Exception as error:
    print(type(error).__name__, str(error).replace(chr(10), " "))
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
print(len(store.datasets()), store.query("SELECT ?o WHERE { <urn:a> <urn:b> ?o }").scalar())
store.load_bytes(big, key="big", format="nt")
print(len(store.datasets()), store.query("ASK { <urn:s7> ?p ?o }").kind)
store.close()
"""


@pytest.mark.parametrize("limit", [2_000, 100_000, 600_000, 1_000_000])
def test_a_full_disk_is_a_clean_error_and_the_handle_goes_on(path: Path, limit: int) -> None:
    # Writing beyond RLIMIT_FSIZE fails like a full disk, at the journal, the tables or the backup by turns.
    before = state(path)
    said = said_by_child(LIMITED, path, limit).splitlines()
    assert said[0].startswith("StorageError"), said
    assert "previous state is intact" in said[0]
    assert "disk is full" in said[0]
    assert said[1:] == ["2 2", "3 ask"]
    after = state(path)
    assert {name: after[name] for name in before if "catalogue" not in name} == {
        name: before[name] for name in before if "catalogue" not in name
    }
    assert deep_check(path).problems == []


ROOMLESS = """
store = GraphStore.open(sys.argv[1])
big = b"".join(b'<urn:s%d> <urn:p> "a value of some length, number %d" .\\n' % (i, i * 7919) for i in range(40000))
print(store.load_bytes(b"<urn:a> <urn:b> 1 .", key="k", format="turtle").changed)
for _ in range(3):
    try:
        store.load_bytes(big, key="big", format="nt")
    except Exception as error:
        print(type(error).__name__, "disk is full" in str(error))
print(store.load_bytes(b"<urn:a> <urn:b> 2 .", key="k", format="turtle").version.number)
store.close()
with GraphStore.open(sys.argv[1]) as store:
    print(store.recovered, store.query("SELECT ?o WHERE { <urn:a> <urn:b> ?o }").scalar(), store.info().quads == len(store.engine))
"""


def test_a_really_full_disk(tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", room], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting a small tmpfs needs root")
    try:
        said = said_by_child(ROOMLESS, room / "store").splitlines()
        assert said == ["True", *(["StorageError True"] * 3), "2", "() 2 True"]
        assert deep_check(room / "store").problems == []
    finally:
        subprocess.run(["umount", room], check=True)


def test_a_journal_cut_anywhere_gives_a_whole_prefix_of_the_commits(path: Path) -> None:
    data = segment(path).read_bytes()
    commits = scan(path / "journal").transactions
    shutil.rmtree(path / "generations")

    def rebuilt(size: int) -> dict[str, tuple[int, str]]:
        segment(path).write_bytes(data[:size])
        assert rebuild(path).ok
        return state(path)

    prefixes = [(commit.position.offset, commit.commit["quads"]) for commit in commits]
    rng = random.Random("cut")
    first = commits[0].records[0].start
    for size in [*(rng.randrange(first, len(data)) for _ in range(examples(20))), len(data)]:
        quads = next((count for offset, count in reversed(prefixes) if offset <= size), 0)
        found = rebuilt(size)
        assert sum(number for number, _ in found.values()) == quads


def test_an_update_too_large_for_one_record_of_the_journal_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphstore.transaction.MAX_PAYLOAD", 100)
    with GraphStore.open(path) as store:
        with pytest.raises(UpdateError, match="Split it"):
            store.update("INSERT DATA { <urn:x> <urn:y> ?text }", {"text": "x" * 100})
        store.update("INSERT DATA { <urn:x> <urn:y> 1 }")
        assert [value for (value,) in store.query("SELECT ?o { <urn:x> <urn:y> ?o }").values()] == [1]
