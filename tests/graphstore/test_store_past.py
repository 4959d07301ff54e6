"""Backups, exports, superseded versions and the state of a past day."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from store_helpers import ONE, VALUE, newest, said_by_child, segment, state

from graphstore import GraphStore
from graphstore.doctor import deep_check
from graphstore.errors import (
    ExportError,
    JournalCorruptError,
    ModeError,
    QueryError,
    StoreNotFoundError,
    UnknownFormatError,
    UnknownNameError,
)

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
        carries = suffix.split(".", maxsplit=1)[0] in {"jsonld", "trig", "nq"}
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


def test_a_view_survives_a_writer_that_sweeps(path: Path) -> None:
    with GraphStore.open(path, mode="read") as reader, reader.as_of("2025-06-01") as view:
        with GraphStore.open(path) as writer:
            writer.retire("k")
        assert list((path / "tmp").iterdir())
        assert view.query(VALUE).scalar() == 1
    assert not list((path / "tmp").iterdir())


def test_importing_is_cheap() -> None:
    code = "heavy = {'numpy', 'scipy', 'polars', 'rdflib', 'numba', 'rich'} & set(sys.modules); print(sorted(heavy))"
    assert said_by_child(code) == "[]\n"


def test_a_copy_is_restored_with_what_only_its_journal_has(path: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(path, tmp_path / "copy"))
    shutil.rmtree(newest(copy))  # as after a crash between acknowledging and publishing
    made = GraphStore.restore(copy, tmp_path / "restored")
    GraphStore.open(made).close()
    assert state(made) == state(path)
