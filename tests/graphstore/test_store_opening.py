"""Opening: layout, modes, one writer, many readers, generations and releases."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from store_helpers import ONE, VALUE, child, said_by_child, segment, state

from graphstore import GraphStore, layout
from graphstore.doctor import deep_check, doctor, rebuild
from graphstore.errors import (
    LayoutError,
    LayoutVersionError,
    ModeError,
    StoreLockedError,
    StoreNotFoundError,
    UnknownNameError,
)
from graphstore.generations import KEEP, Generations

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


def test_a_release_made_while_a_writer_prunes_holds(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generations = Generations(layout.read(path))
    first, listed = generations.ids()[0], Generations.ids

    def racing(self: Generations) -> list[str]:
        self.release("late", first, "2026-01-01T00:00:00+00:00")
        return listed(self)

    monkeypatch.setattr(Generations, "ids", racing)  # asked after the releases were
    assert first not in generations.prune(1)
    with GraphStore.open(path, release="late") as store:
        assert store.generation == first


def test_the_folders_of_a_new_store_are_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(layout, "sync_directory", synced.append)
    GraphStore.open(tmp_path / "a" / "b").close()
    assert {tmp_path, tmp_path / "a", tmp_path / "a" / "b"} <= set(synced)
