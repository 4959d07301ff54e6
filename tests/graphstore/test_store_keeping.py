"""Keeping: layout, locks, generations, readers beside a writer, damage, full disks, backups, archive, past states."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from graphstore import GraphStore, records
from graphstore.doctor import deep_check, doctor, rebuild
from graphstore.errors import (
    ExportError,
    GenerationCorruptError,
    JournalCorruptError,
    LayoutError,
    LayoutVersionError,
    ModeError,
    QueryError,
    StoreLockedError,
    StoreNotFoundError,
    UnknownFormatError,
    UnknownNameError,
)
from graphstore.generations import KEEP

ONE = b"<urn:a> <urn:b> 1 ; <urn:part> [ <urn:c> 01 ] ."
TWO = b"<urn:a> <urn:b> 2 ; <urn:part> [ <urn:c> 02 ] ."
VALUE = "SELECT ?o WHERE { <urn:a> <urn:b> ?o }"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with two versions of a dataset, a package with named graphs, and local statements."""
    where = tmp_path / "store"
    with GraphStore.open(where) as store:
        store.load_bytes(ONE, key="k", format="turtle", issued="2025-01-17")
        store.load_bytes(TWO, key="k", format="turtle", issued="2025-09-28")
        store.load_bytes(b"<urn:n> <urn:b> 3 . <urn:g> { <urn:n> <urn:b> 4 }", key="q", format="trig")
        store.update("INSERT DATA { <urn:l> <urn:b> 5, [] . GRAPH <urn:lg> { <urn:l> <urn:b> 6 } }")
        store.update("DELETE { <urn:l> <urn:b> ?o } WHERE { <urn:l> <urn:b> ?o FILTER(?o = 5) }")
    return where


def command(code: str, arguments: tuple[object, ...]) -> list[str]:
    script = "import os, sys, time\nfrom graphstore import GraphStore\n" + textwrap.dedent(code)
    return [sys.executable, "-c", script, *map(str, arguments)]


def child(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A process of its own that runs ``code`` with graphstore imported."""
    return subprocess.Popen(command(code, arguments), stdout=subprocess.PIPE, text=True)


def said_by_child(code: str, *arguments: object) -> str:
    """What such a process printed, when it has ended well."""
    return subprocess.run(command(code, arguments), capture_output=True, text=True, check=True).stdout


def state(path: Path) -> dict[str, tuple[int, str]]:
    """Every graph's size and fingerprint."""
    from graphstore.digest import fingerprint

    with GraphStore.open(path, mode="read") as store:
        names = [ox.DefaultGraph(), *store.engine.named_graphs()]
        return {str(name): fingerprint(store.engine, name) for name in names if not isinstance(name, ox.BlankNode)}


def segment(path: Path) -> Path:
    return path / "journal" / "0000000001.seg"


# ---------------------------------------------------------------- layout and modes


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreNotFoundError, match="no store at"):
        GraphStore.open(tmp_path / "absent", mode="read")
    (tmp_path / "file").write_text("x")
    with pytest.raises(LayoutError, match="is a file"):
        GraphStore.open(tmp_path / "file")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letters.txt").write_text("x")
    with pytest.raises(LayoutError, match=r"letters\.txt"):
        GraphStore.open(tmp_path / "home")
    with pytest.raises(LayoutError, match="absolute IRI"):
        GraphStore.open(tmp_path / "new", base="not an iri")
    with pytest.raises(ModeError, match="'write' or 'read'"):
        GraphStore.open(tmp_path / "new", mode="append")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (json.dumps({"store": "tanmai", "layout": 99, "base": "http://b"}), "Update Tanmai"),
        (json.dumps({"store": "tanmai", "layout": 0, "base": "http://b"}), "Export it with the version that wrote it"),
        ("{", "Restore a backup"),
        ("[]", "Restore a backup"),
        ('{"layout": "one"}', "Restore a backup"),
    ],
)
@pytest.mark.parametrize("mode", ["read", "write"])
def test_another_layout_is_refused_with_the_remedy(path: Path, content: str, remedy: str, mode: str) -> None:
    (path / "FORMAT").write_text(content)
    with pytest.raises(LayoutVersionError, match=remedy):
        GraphStore.open(path, mode=mode)  # type: ignore[arg-type]
    assert not doctor(path).ok


def test_the_base_is_fixed_at_creation(tmp_path: Path) -> None:
    with GraphStore.open(tmp_path / "s", base="https://example.org/lca/") as store:
        version = store.load_bytes(ONE, key="中文 name", format="turtle").version
        assert version.iri(store.base).value == "https://example.org/lca/id/dataset/%E4%B8%AD%E6%96%87-name/v1"
    with GraphStore.open(tmp_path / "s", mode="read") as store:
        assert store.base == "https://example.org/lca"
    with pytest.raises(LayoutError, match="cannot be changed"):
        GraphStore.open(tmp_path / "s", base="https://other.example")


def test_memory_says_what_it_cannot_do() -> None:
    with GraphStore.open() as store:
        store.load_bytes(ONE, key="k", format="turtle")
        assert store.in_memory
        assert store.generation is None
        for call in (store.cache_dir, store.generations, store.releases):
            with pytest.raises(ModeError, match="in memory has no journal and no generations"):
                call()
        with pytest.raises(ModeError, match="backed up"):
            store.backup("x")
        with pytest.raises(ModeError, match="released"):
            store.release("x")
        store.optimise()
        info = store.info()
        assert (info.path, info.generation, info.generations, info.quads) == (None, None, 0, len(store.engine))
    with pytest.raises(ModeError, match="closed"):
        store.query(VALUE)
    with pytest.raises(ModeError, match="in memory starts empty"):
        GraphStore.open(mode="read")


def test_a_reader_cannot_write(path: Path) -> None:
    with GraphStore.open(path, mode="read") as store:
        with pytest.raises(ModeError, match="open for reading"):
            store.update("INSERT DATA { <urn:a> <urn:b> 1 }")
        with pytest.raises(ModeError, match="open for writing"):
            store.optimise()


def test_info(path: Path) -> None:
    with GraphStore.open(path) as store:
        info = store.info()
        assert (info.path, info.mode, info.generation) == (path, "write", store.generation)
        assert info.quads == len(store.engine)
        assert [version.key for version in info.datasets] == ["k", "q"]
        assert info.generations == KEEP
        assert info.journal_bytes == segment(path).stat().st_size
        assert info.recovered == ()


# ---------------------------------------------------------------- one writer, many readers


def test_a_second_writer_is_refused_and_told_who_is_writing(path: Path) -> None:
    with GraphStore.open(path):
        with pytest.raises(StoreLockedError, match="this process"):
            GraphStore.open(path)
        code = (
            "try:\n    GraphStore.open(sys.argv[1])\nexcept Exception as error:\n    print(type(error).__name__, error)"
        )
        said = said_by_child(code, path)
        assert said.startswith("StoreLockedError")
        assert f"process {os.getpid()} on " in said
        with pytest.raises(StoreLockedError):
            rebuild(path)
    with GraphStore.open(path) as store:
        assert store.query(VALUE).scalar() == 2


def test_a_dead_writers_lock_is_no_lock(path: Path) -> None:
    process = child("s = GraphStore.open(sys.argv[1]); print('open', flush=True); time.sleep(60)", path)
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    with pytest.raises(StoreLockedError):
        GraphStore.open(path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with GraphStore.open(path) as store:
        assert store.query(VALUE).scalar() == 2


def test_a_forked_child_does_not_keep_the_lock(path: Path) -> None:
    code = """
    store = GraphStore.open(sys.argv[1])
    pid = os.fork()
    if pid == 0:
        time.sleep(30)
        os._exit(0)
    print(pid, flush=True)
    """
    process = child(code, path)
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    process.wait()
    try:
        with GraphStore.open(path) as store:
            assert store.query(VALUE).scalar() == 2
    finally:
        os.kill(pid, signal.SIGKILL)
        process.communicate()


def test_readers_keep_their_generation_beside_a_writer(path: Path) -> None:
    with GraphStore.open(path, mode="read") as reader, GraphStore.open(path) as writer:
        seen = reader.generation
        for number in range(10, 16):
            writer.load_bytes(ONE.replace(b"1", b"%d" % number), key="k", format="turtle")
            assert reader.query(VALUE).scalar() == 2
            with GraphStore.open(path, mode="read") as newer:
                assert newer.query(VALUE).scalar() == number
                assert newer.generation == writer.generation
        assert reader.generation == seen
        names = [generation.id for generation in writer.generations()]
        assert seen in names
        assert len(names) == KEEP + 1
    with GraphStore.open(path) as writer:
        writer.update("INSERT DATA { <urn:x> <urn:y> 1 }")
        assert len(writer.generations()) == KEEP


def test_readers_never_see_an_open_transaction(path: Path) -> None:
    with GraphStore.open(path) as writer:
        with writer.transaction() as transaction:
            transaction.load_bytes(ONE, key="k", format="turtle")
            assert writer.query(VALUE).scalar() == 1
            with GraphStore.open(path, mode="read") as reader:
                assert reader.query(VALUE).scalar() == 2
        with GraphStore.open(path, mode="read") as reader:
            assert reader.query(VALUE).scalar() == 1


def test_caches_go_with_their_generation(path: Path) -> None:
    with GraphStore.open(path) as store:
        first = store.cache_dir()
        (first / "snapshot").write_bytes(b"x")
        for number in range(KEEP):
            store.update("INSERT DATA { <urn:x> <urn:y> ?n }", {"n": number})
        assert not first.exists()
        assert store.cache_dir().name == store.generation


def test_releases_pin(path: Path) -> None:
    with GraphStore.open(path) as store:
        pinned = store.release("2025-q1")
        for number in range(10, 16):
            store.load_bytes(ONE.replace(b"1", b"%d" % number), key="k", format="turtle")
        assert store.releases() == {"2025-q1": pinned}
        with GraphStore.open(path, release="2025-q1") as old:
            assert (old.generation, old.mode) == (pinned, "read")
            assert old.query(VALUE).scalar() == 2
        with pytest.raises(UnknownNameError, match="never moved"):
            store.release("2025-q1")
        with pytest.raises(UnknownNameError, match="no release name"):
            store.release("../x")
        with pytest.raises(UnknownNameError, match="Known: 2025-q1"):
            GraphStore.open(path, release="absent")
        store.unrelease("2025-q1")
        store.update("INSERT DATA { <urn:x> <urn:y> 1 }")
        assert pinned not in [generation.id for generation in store.generations()]


def test_optimise_publishes_the_same_content(path: Path) -> None:
    before = state(path)
    with GraphStore.open(path) as store:
        generation = store.generation
        store.optimise()
        assert store.generation != generation
    assert state(path) == before
    assert deep_check(path).problems == []


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


def newest(path: Path) -> Path:
    return max(each for each in (path / "generations").iterdir())


def test_flipped_bytes_in_a_table_are_found_and_mended(path: Path) -> None:
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
    import shutil

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


# ---------------------------------------------------------------- backup, export


def test_backup_and_restore(path: Path, tmp_path: Path) -> None:
    with GraphStore.open(path) as store:
        store.release("kept")
        store.update("INSERT DATA { <urn:x> <urn:y> 1 }")
        with store.transaction() as transaction:  # an open transaction is not part of it
            transaction.update("INSERT DATA { <urn:x> <urn:y> 2 }")
            store.backup(tmp_path / "backup")
    expected = [1]
    made = GraphStore.restore(tmp_path / "backup", tmp_path / "new" / "restored")
    assert deep_check(made).problems == []
    with GraphStore.open(made) as store:
        assert [value for (value,) in store.query("SELECT ?o WHERE { <urn:x> <urn:y> ?o }").values()] == expected
        assert store.version("k", 1).query(VALUE).scalar() == 1
        store.load_bytes(ONE, key="k", format="turtle")
    with GraphStore.open(made, release="kept") as store:
        assert not store.query("ASK { <urn:x> <urn:y> ?o }")
    with GraphStore.open(path, mode="read") as store:
        store.backup(tmp_path / "from-a-reader")
    assert deep_check(tmp_path / "from-a-reader").problems == []


def test_backup_and_restore_overwrite_nothing_and_verify(path: Path, tmp_path: Path) -> None:
    with GraphStore.open(path) as store:
        with pytest.raises(ExportError, match="exists already"):
            store.backup(tmp_path)
        store.backup(tmp_path / "backup")
    with pytest.raises(ExportError, match="not empty"):
        GraphStore.restore(tmp_path / "backup", path)
    with pytest.raises(StoreNotFoundError):
        GraphStore.restore(tmp_path / "nothing", tmp_path / "new")
    data = bytearray(segment(tmp_path / "backup").read_bytes())
    data[300] ^= 1
    segment(tmp_path / "backup").write_bytes(data)
    with pytest.raises(JournalCorruptError):
        GraphStore.restore(tmp_path / "backup", tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".*.tmp"))


@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld", "trig", "nq", "nq.gz", "ttl.gz"])
def test_export_to_files(path: Path, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"out.{suffix}"
    with GraphStore.open(path, mode="read") as store:
        report = store.export(target)
        data = gzip.decompress(target.read_bytes()) if suffix.endswith("gz") else target.read_bytes()
        found = ox.RdfFormat.from_extension(suffix.removesuffix(".gz"))
        quads = list(ox.parse(data, found))
        assert report.quads == len(quads)
        assert report.path == target
        graphs = {str(quad.graph_name) for quad in quads}
        carries = suffix.split(".")[0] in {"jsonld", "trig", "nq"}
        assert graphs == (
            {str(g) for g in store.engine.named_graphs() if "catalogue" not in str(g)}
            | ({"DEFAULT"} if "DEFAULT" in graphs else set())
            if carries
            else {"DEFAULT"}
        )
        assert store.export(tmp_path / "k.ttl", dataset="k").quads == 3
        assert store.export(tmp_path / "g.ttl", graph="urn:g").quads == 1
        assert store.export(io.BytesIO(), format="nquads", catalogue=True).quads == len(store.engine)


def test_export_replaces_whole_files_only(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.nt"
    target.write_text("old")
    with GraphStore.open(path) as store:
        with pytest.raises(UnknownNameError, match="no graph"):
            store.export(target, graph="urn:absent")
        with pytest.raises(UnknownFormatError):
            store.export(tmp_path / "out.csv")
        with pytest.raises(ExportError, match="cannot be written"):
            store.export(tmp_path / "absent" / "out.nt")
        store.retire("k")
        with pytest.raises(UnknownNameError, match="retired"):
            store.export(target, dataset="k")
        assert target.read_text() == "old"
        store.export(target)
        assert target.read_text() != "old"
    assert not list(tmp_path.glob(".*"))


# ---------------------------------------------------------------- archive and the past


def test_superseded_versions_are_read_back_from_the_journal(path: Path) -> None:
    with GraphStore.open(path, mode="read") as reader:
        assert reader.version("k", 1).query(VALUE).scalar() == 1
    assert not (path / "archive" / "index.json").exists()
    with GraphStore.open(path) as store:
        assert store.version("k", 1).query(VALUE).scalar() == 1
        assert (path / "archive" / "index.json").exists()
        store.load_bytes(ONE, key="k", format="turtle")
        store.retire("q")
        for number, value in [(1, 1), (2, 2), (3, 1)]:
            view = store.version("k", number)
            assert view.query(VALUE).scalar() == value
            assert view.mode == "read"
            assert [version.number for version in view.datasets(all_versions=True)] == [number]
        assert store.version("q").query("ASK { GRAPH <urn:g> { <urn:n> ?p 4 } }")
        with pytest.raises(UnknownNameError, match="it has 1 to 3"):
            store.version("k", 9)
        (path / "archive" / "index.json").write_text("{")
        assert store.version("k", 2).query(VALUE).scalar() == 2


FACTORS = """
@prefix tm: <https://w3id.org/tanmai/ontology#> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<urn:f2023> tm:co2e 0.6205 ; dcterms:issued "2025-01-17"^^xsd:date ; tm:gasMass <urn:m1>, <urn:shared> .
<urn:f2024> tm:co2e 0.5777 ; dcterms:issued "2025-09-28"^^xsd:date ; tm:gasMass <urn:m2>, <urn:shared>, [ tm:amount 1 ] ;
  dcterms:source <urn:document> .
<urn:m1> tm:amount 1 . <urn:m2> tm:amount 2 . <urn:shared> tm:amount 3 . <urn:document> dcterms:title "x" .
<urn:year> tm:co2e 1 ; dcterms:issued "2025"^^xsd:gYear .
"""


@pytest.fixture(params=["disk", "disk reader", "memory"])
def factors(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[GraphStore]:
    """National electricity factors: 2023 issued 2025-01-17, 2024 issued 2025-09-28."""
    where = None if request.param == "memory" else tmp_path / "s"
    with GraphStore.open(where) as store:
        store.load_bytes(FACTORS.encode(), key="factors", format="turtle")
        if request.param != "disk reader":
            yield store
            return
    with GraphStore.open(where, mode="read") as store:
        yield store


@pytest.mark.parametrize(
    ("date", "known"),
    [("2025-01-16", []), ("2025-01-17", [0.6205]), ("2025-06-01", [0.6205]), (dt.date(2025, 9, 28), [0.5777, 0.6205]),
     ("2025-12-31", [0.5777, 0.6205, 1]), ("2025", [0.5777, 0.6205, 1])],
)  # fmt: skip
def test_as_of_leaves_out_what_was_issued_later(factors: GraphStore, date: str | dt.date, known: list[float]) -> None:
    text = "SELECT ?v WHERE { ?f tm:co2e ?v } ORDER BY ?v"
    with factors.as_of(date) as view:
        assert [float(str(value)) for (value,) in view.query(text).values()] == known
        assert view.mode == "read"
        with pytest.raises(ModeError):
            view.update("INSERT DATA { <urn:a> <urn:b> 1 }")
    assert len(factors.query(text)) == 3
    if not factors.in_memory:
        assert factors.path is not None
        assert not list((factors.path / "tmp").iterdir())


def test_as_of_takes_the_parts_along_and_leaves_the_rest(factors: GraphStore) -> None:
    with factors.as_of("2025-06-01") as view:
        assert not view.query("ASK { <urn:m2> ?p ?o }")
        assert not view.query("ASK { ?b tm:amount 1 FILTER(isBlank(?b)) }")
        assert view.query("ASK { <urn:m1> ?p ?o . <urn:shared> ?q ?r . <urn:document> ?s ?t }")
    with pytest.raises(QueryError, match="YYYY-MM-DD"):
        factors.as_of("last spring")


@pytest.mark.parametrize(
    ("date", "value"),
    [("2025-01-16", None), ("2025-01-17", 1), ("2025-09-27", 1), ("2025-09-28", 2), ("2026-01-01", 2)],
)
def test_as_of_takes_the_version_of_the_day_from_the_archive(path: Path, date: str, value: int | None) -> None:
    for mode in ("read", "write"):
        with GraphStore.open(path, mode=mode) as store, store.as_of(date) as view:  # type: ignore[arg-type]
            assert view.query(VALUE).scalar() == value
            assert view.query("ASK { <urn:n> <urn:b> 3 }")
            current = {version.key: version.number for version in view.datasets()}
            assert current == ({"k": value, "q": 1} if value else {"q": 1})


def test_importing_is_cheap() -> None:
    code = "heavy = {'numpy', 'scipy', 'polars', 'rdflib', 'numba', 'rich'} & set(sys.modules); print(sorted(heavy))"
    assert said_by_child(code) == "[]\n"
