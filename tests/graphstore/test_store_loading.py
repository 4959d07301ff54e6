"""Taking data in: formats, versions, all or nothing, and errors that name the place."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphstore import GraphStore, formats
from graphstore.doctor import deep_check
from graphstore.errors import (
    DataSyntaxError,
    GraphOwnershipError,
    GraphStoreError,
    LoadError,
    ModeError,
    UnknownFormatError,
    UnknownNameError,
)

XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">\n%s\n</rdf:RDF>'
GOOD = {
    "ttl": b"@prefix e: <http://e/> . e:s e:p e:o .",
    "nt": b"<http://e/s> <http://e/p> <http://e/o> .\n",
    "rdf": (
        XML % '<rdf:Description rdf:about="http://e/s"><e:p rdf:resource="http://e/o"/></rdf:Description>'
    ).encode(),
    "jsonld": b'{"@id": "http://e/s", "http://e/p": {"@id": "http://e/o"}}',
    "trig": b"<http://e/s> <http://e/p> <http://e/o> . <http://e/g> { <http://e/s> <http://e/p> 2 }",
    "nq": b'<http://e/s> <http://e/p> <http://e/o> .\n<http://e/s> <http://e/p> "2" <http://e/g> .\n',
}
BAD = {
    "ttl": (b"@prefix e: <http://e/> .\ne:s e:p e:o .\ne:s e:p .\n", 3),
    "nt": (b"<http://e/s> <http://e/p> <http://e/o> .\n<http://e/s> oops\n", 2),
    "rdf": ((XML % '<rdf:Description rdf:about="http://e/s">\n<e:p></rdf:Description>').encode(), 3),
    "jsonld": (b'{"@id": "http://e/s",\n"http://e/p": }', 2),
    "trig": (b"<http://e/g> {\n<http://e/s> <http://e/p> }", 2),
    "nq": (b"<http://e/s> <http://e/p> <http://e/o> .\n<http://e/s> <http://e/p> <http://e/o> x .\n", 2),
}


@pytest.fixture(params=["disk", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[GraphStore]:
    with GraphStore.open(tmp_path / "store" if request.param == "disk" else None) as opened:
        yield opened


def content(store: GraphStore) -> set[str]:
    """Everything in the store, the catalogue with it, blank node labels blotted out."""
    lines = (str(ox.Quad(q.subject, q.predicate, q.object, q.graph_name)) for q in store.engine)
    return {line for line in lines if "_:" not in line}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("suffix", GOOD)
def test_each_format(store: GraphStore, tmp_path: Path, suffix: str, packed: bool) -> None:
    path = tmp_path / (f"Data 1.{suffix}" + (".gz" if packed else ""))
    path.write_bytes(gzip.compress(GOOD[suffix]) if packed else GOOD[suffix])
    report = store.load(path)
    version = report.version
    assert report.changed
    assert (version.key, version.number, version.gzip) == ("data-1", 1, packed)
    assert version.format == formats.by_path(path).name
    assert version.quads == (2 if suffix in {"trig", "nq"} else 1)
    assert version.graphs == (("http://e/g",) if suffix in {"trig", "nq"} else ())
    graph = version.iri(store.base)
    assert store.query("ASK { GRAPH ?g { <http://e/s> <http://e/p> <http://e/o> } }", {"g": graph})
    assert store.datasets() == [version]


@pytest.mark.parametrize("suffix", BAD)
def test_a_bad_file_changes_nothing_and_names_the_place(store: GraphStore, tmp_path: Path, suffix: str) -> None:
    store.load_bytes(GOOD["ttl"], key="bad", format="turtle")
    before = content(store)
    path = tmp_path / f"bad.{suffix}"
    data, line = BAD[suffix]
    path.write_bytes(data)
    with pytest.raises(DataSyntaxError) as caught:
        store.load(path)
    assert caught.value.line == line
    assert caught.value.cause
    assert f"bad.{suffix}" in str(caught.value)
    assert f"line {line}" in str(caught.value)
    assert content(store) == before
    assert store.load_bytes(GOOD["nt"], key="after", format="nt").changed


def test_a_semantic_error_in_rdf_xml_names_a_line_nearby(store: GraphStore) -> None:
    data = (XML % '<rdf:Description rdf:about="http://e/s" rdf:ID="x"/>').encode()
    with pytest.raises(DataSyntaxError, match=r"near line \d"):
        store.load_bytes(data, key="x", format="rdfxml")


def test_relative_iris_need_a_base(store: GraphStore) -> None:
    with pytest.raises(DataSyntaxError, match="base"):
        store.load_bytes(b"<s> <p> <o> .", key="x", format="turtle")
    store.load_bytes(b"<s> <p> <o> .", key="x", format="turtle", base_iri="http://b/")
    assert store.query("ASK { <http://b/s> <http://b/p> <http://b/o> }")


@pytest.mark.parametrize("name", ["data.csv", "data", "data.gz", "data.csv.gz"])
def test_an_unknown_suffix_lists_the_known_ones(store: GraphStore, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(GOOD["ttl"])
    with pytest.raises(UnknownFormatError, match=r"\.ttl .*\.jsonld"):
        store.load(tmp_path / name)
    assert store.load(tmp_path / name, format="turtle", key="k").version.key == "k"


def test_unreadable_sources(store: GraphStore, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="No such file"):
        store.load(tmp_path / "absent.ttl")
    (tmp_path / "folder.ttl").mkdir()
    with pytest.raises(LoadError, match="Is a directory"):
        store.load(tmp_path / "folder.ttl")
    with pytest.raises(LoadError, match="cut short"):
        store.load_bytes(gzip.compress(GOOD["ttl"] * 50)[:-9], key="x", format="turtle")
    with pytest.raises(UnknownFormatError, match="turtle, trig"):
        store.load_bytes(b"", key="x", format="excel")
    with pytest.raises(LoadError, match="YYYY-MM-DD"):
        store.load_bytes(b"", key="x", format="turtle", issued="yesterday")
    assert store.datasets() == []


def test_xml_bombs_and_remote_contexts_are_refused(store: GraphStore) -> None:
    bomb = b'<!DOCTYPE r [<!ENTITY a "aaaa">]>' + (XML % "").encode()
    with pytest.raises(DataSyntaxError, match="DOCTYPE"):
        store.load_bytes(bomb, key="x", format="rdfxml")
    deep = (XML % ("<e:a>" * 300)).encode()
    with pytest.raises(DataSyntaxError, match="deep"):
        store.load_bytes(deep, key="x", format="rdfxml")
    nested = (
        b'{"@id": "http://e/a", "http://e/p": "]]}{\\\\", "http://e/b": '
        + b'{"@id": "http://e/a", "http://e/b":\n' * 20_000
    )
    with pytest.raises(DataSyntaxError, match="line 256: objects are nested"):
        store.load_bytes(nested, key="x", format="jsonld")
    terms = b"<urn:a> <urn:b> " + b"<<( <urn:a> <urn:b> " * 20_000
    for form in ("ntriples", "turtle", "nquads", "trig"):
        with pytest.raises(DataSyntaxError, match="triple terms are nested"):
            store.load_bytes(terms, key="x", format=form)
    assert store.load_bytes(b"<urn:a> <urn:b> <<( <urn:a> <urn:b> 1 )>> .", key="y", format="turtle").version.quads == 1
    remote = b'{"@context": "https://example.org/c.jsonld", "@id": "http://e/s"}'
    with pytest.raises(DataSyntaxError, match="remote JSON-LD context"):
        store.load_bytes(remote, key="x", format="jsonld")


def test_a_gzip_file_that_unpacks_to_too_much_is_refused(
    store: GraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "long.ttl.gz"
    path.write_bytes(gzip.compress(GOOD["ttl"] + b"\n" * 4962))  # 5,000 bytes of text: the statement has 38
    before = content(store)
    monkeypatch.setenv("TANMAI_UNPACK_LIMIT", "4999")
    with pytest.raises(LoadError, match=r"long\.ttl\.gz: .* unpack to more than 4,999, .* TANMAI_UNPACK_LIMIT"):
        store.load(path)
    assert content(store) == before
    monkeypatch.setenv("TANMAI_UNPACK_LIMIT", "5000")
    assert store.load(path).version.quads == 1
    monkeypatch.setenv("TANMAI_UNPACK_LIMIT", "1")
    assert store.load_bytes(GOOD["nt"] * 9, key="plain", format="nt").version.quads == 1, (
        "no limit on what is not packed"
    )
    if (tmp_path / "store").is_dir():
        assert deep_check(tmp_path / "store").problems == [], "what was taken in is read again whatever the limit"


def test_a_gzip_bomb_is_refused_by_its_ratio(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(b"\n" * 300_000 + GOOD["ttl"])
    assert 200 < 300_000 / len(bomb) < 1032
    assert store.load_bytes(bomb, key="small", format="turtle").changed, "a small file can do no harm"
    monkeypatch.setattr("graphstore.unpacking.SMALL", 299_999)
    with pytest.raises(LoadError, match="bytes unpack to more than 200 times as many"):
        store.load_bytes(bomb, key="bomb", format="turtle")


@pytest.mark.parametrize("stated", ["-1", "0", "16 GiB", "1e9", "²"])
def test_a_limit_that_is_no_number_of_bytes(store: GraphStore, monkeypatch: pytest.MonkeyPatch, stated: str) -> None:
    monkeypatch.setenv("TANMAI_UNPACK_LIMIT", stated)
    with pytest.raises(LoadError, match=r"TANMAI_UNPACK_LIMIT is .* positive whole number of bytes"):
        store.load_bytes(gzip.compress(GOOD["ttl"]), key="x", format="turtle")


def test_the_same_bytes_again_do_nothing(store: GraphStore, tmp_path: Path) -> None:
    path = tmp_path / "factors.ttl"
    path.write_bytes(GOOD["ttl"])
    first = store.load(path, issued="2025-01-17")
    generation, before = store.generation, content(store)
    again = store.load(path, issued="2025-01-17")
    assert not again.changed
    assert again.version == first.version
    assert (store.generation, content(store)) == (generation, before)


def test_changed_bytes_are_a_new_version(store: GraphStore) -> None:
    store.load_bytes(b"<urn:a> <urn:b> 1 .", key="k", format="turtle", publisher="http://p/", licence="CC0", title="T")
    second = store.load_bytes(b"<urn:a> <urn:b> 2 .", key="k", format="turtle").version
    assert (second.number, second.replaces) == (2, 1)
    assert store.query("SELECT ?o WHERE { <urn:a> <urn:b> ?o }").scalar() == 2
    old, new = store.datasets(all_versions=True)
    assert (old.status, new.status) == ("superseded", "current")
    assert (old.publisher, old.licence, old.title) == ("http://p/", "CC0", "T")
    revision = "SELECT ?old WHERE { ?new prov:wasRevisionOf ?old }"
    assert store.query(revision).scalar() == f"{store.base}/id/dataset/k/v1"
    # Same bytes, but the issued date is now stated: that is new knowledge.
    assert store.load_bytes(b"<urn:a> <urn:b> 2 .", key="k", format="turtle", issued="2025").version.number == 3


def test_retired_datasets_leave_and_can_come_back(store: GraphStore) -> None:
    store.load_bytes(GOOD["trig"], key="k", format="trig")
    assert store.retire("k").status == "retired"
    assert store.datasets() == []
    assert not store.query("ASK { <http://e/s> ?p ?o }")
    with pytest.raises(UnknownNameError, match="retired"):
        store.retire("k")
    with pytest.raises(UnknownNameError, match="Known: k"):
        store.retire("unknown")
    assert store.load_bytes(GOOD["trig"], key="k", format="trig").version.number == 2


def test_named_graphs_belong_to_one_dataset(store: GraphStore) -> None:
    store.load_bytes(GOOD["trig"], key="one", format="trig")
    before = content(store)
    with pytest.raises(GraphOwnershipError, match="belongs to another dataset"):
        store.load_bytes(GOOD["trig"].replace(b"2", b"3"), key="two", format="trig")
    catalogue = b'<urn:a> <urn:b> "c" <%s/id/graph/catalogue> .' % store.base.encode()
    with pytest.raises(GraphOwnershipError):
        store.load_bytes(catalogue, key="two", format="nquads")
    with pytest.raises(GraphOwnershipError, match="blank node"):
        store.load_bytes(b"_:g { <urn:a> <urn:b> 1 }", key="two", format="trig")
    assert content(store) == before
    assert store.load_bytes(GOOD["trig"].replace(b"2", b"3"), key="one", format="trig").version.number == 2


def test_a_transaction_is_one_commit(store: GraphStore) -> None:
    with store.transaction("import") as transaction:
        transaction.load_bytes(GOOD["nt"], key="a", format="nt")
        transaction.load_bytes(GOOD["trig"], key="b", format="trig")
        transaction.update("INSERT DATA { <urn:x> <urn:y> 1 }")
        assert [version.key for version in transaction.datasets()] == ["a", "b"]
        assert transaction.query("ASK { <urn:x> <urn:y> 1 }")
    if not store.in_memory:
        assert [generation.manifest.label for generation in store.generations()] == ["empty store", "import"]


def test_a_failed_transaction_takes_everything_back(store: GraphStore) -> None:
    store.load_bytes(GOOD["trig"], key="b", format="trig")
    store.update("INSERT DATA { <urn:x> <urn:y> 1 }")
    before = content(store)
    with pytest.raises(RuntimeError, match="mind"), store.transaction() as transaction:  # noqa: PT012
        transaction.load_bytes(GOOD["nt"], key="a", format="nt")
        transaction.load_bytes(GOOD["trig"].replace(b"2", b"3"), key="b", format="trig")
        transaction.update("DELETE DATA { <urn:x> <urn:y> 1 } ; INSERT DATA { <urn:x> <urn:y> 2 }")
        transaction.retire("a")
        raise RuntimeError("changed my mind")
    assert content(store) == before
    transaction = store.transaction()
    with pytest.raises(ModeError, match="taken back"), transaction:  # noqa: PT012 - the error is swallowed on purpose
        transaction.load_bytes(GOOD["nt"], key="a", format="nt")
        with pytest.raises(DataSyntaxError):
            transaction.load_bytes(b"oops", key="c", format="nt")
    with pytest.raises(ModeError, match="closed"):
        transaction.retire("a")
    assert content(store) == before


def test_one_transaction_at_a_time(store: GraphStore) -> None:
    with store.transaction("first"), pytest.raises(ModeError, match="'first' is still open"):
        store.load_bytes(GOOD["nt"], key="a", format="nt")


def test_progress_counts_the_bytes_of_the_file(store: GraphStore, tmp_path: Path) -> None:
    data = b"".join(b'<http://e/s> <http://e/p> "%d" .\n' % number for number in range(100_000))
    path = tmp_path / "many.nt"
    path.write_bytes(data)
    seen: list[tuple[int, int]] = []
    version = store.load(path, progress=lambda done, total: seen.append((done, total))).version
    assert len(seen) > 2
    assert seen == sorted(seen)
    assert seen[-1] == (len(data), len(data))
    assert version.quads == 100_000


def test_an_error_in_the_callers_progress_takes_the_load_back(store: GraphStore) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.load_bytes(GOOD["nt"], key="a", format="nt", progress=stop)
    assert store.datasets() == []
    assert store.load_bytes(GOOD["nt"], key="a", format="nt").changed


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Grid 2024.ttl", "grid-2024"),
        ("a/b.c.nq.gz", "b.c"),
        ("中国电网.ttl", "中国电网"),
        (".ttl", "ttl"),
        ("x .rdf", "x"),
    ],
)
def test_keys_from_file_names(text: str, key: str) -> None:
    assert formats.key_from_name(text) == key


# ---------------------------------------------------------------- round trip

_iris = st.sampled_from([ox.NamedNode(f"http://e/{name}") for name in ("a", "b", "c", "é", "x?y=1")])
_blanks = st.sampled_from([ox.BlankNode(name) for name in ("b1", "b2")])
_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_literals = st.one_of(
    st.builds(ox.Literal, _text),
    st.builds(lambda text: ox.Literal(text, language="zh-cn"), _text),
    st.integers(-(2**40), 2**40).map(ox.Literal),
    st.booleans().map(ox.Literal),
)
_triples = st.builds(ox.Triple, st.one_of(_iris, _blanks), _iris, st.one_of(_iris, _blanks, _literals))
XML_UNSAFE = {ord(c) for c in "".join(map(chr, range(32))) if c not in "\t\n"} | {0xFFFE, 0xFFFF}


def canonical(engine: ox.Store, graph: ox.NamedNode) -> set[str]:
    quads = ox.Dataset(ox.Quad(*q.triple) for q in engine.quads_for_pattern(None, None, None, graph))
    quads.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return {str(quad) for quad in quads}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(triples=st.lists(_triples, max_size=8), name=st.sampled_from(sorted({f.name for f in formats.FORMATS})))
def test_load_export_load_gives_the_same_graph(triples: list[ox.Triple], name: str) -> None:
    if name == "rdfxml":  # XML has no way to write control characters
        triples = [t for t in triples if not XML_UNSAFE & {ord(c) for c in str(t.object.value)}]  # type: ignore[union-attr]
        triples = [t for t in triples if t.predicate.value != "http://e/x?y=1"]
    data = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    with GraphStore.open() as first, GraphStore.open() as second:
        one = first.load_bytes(data, key="k", format="ntriples").version.iri(first.base)
        out = io.BytesIO()
        first.export(out, format=name, graph=one.value) if triples else None
        two = second.load_bytes(out.getvalue() or b"", key="k2", format=name).version if triples else None
        if two is not None:
            graph = ox.NamedNode(two.graphs[0]) if two.graphs else two.iri(second.base)
            assert canonical(second.engine, graph) == canonical(first.engine, one)


def test_errors_share_a_root() -> None:
    assert issubclass(DataSyntaxError, GraphStoreError)


def test_a_large_dataset_is_replaced_by_copying_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphstore.workspace._LARGE", 100)
    with GraphStore.open(tmp_path / "s") as store:
        store.load_bytes(GOOD["trig"], key="small", format="trig")
        store.update("INSERT DATA { <urn:x> <urn:y> [] }")
        large = b"".join(b'<urn:s> <urn:p> "%d" .\n' % number for number in range(500))
        store.load_bytes(large, key="large", format="nt")
        blank = store.query("SELECT ?o WHERE { <urn:x> <urn:y> ?o }").rows
        store.load_bytes(large[: len(large) // 2].rpartition(b"\n")[0], key="large", format="nt")
        assert store.query("SELECT ?o WHERE { <urn:x> <urn:y> ?o }").rows == blank
        assert store.info().quads == len(store.engine)
        store.retire("large")
        assert store.info().quads == len(store.engine)
        assert not store.query("ASK { <urn:s> ?p ?o }")
    assert deep_check(tmp_path / "s").problems == []


def test_an_undeclared_prefix_is_named():
    with GraphStore.open() as store, pytest.raises(DataSyntaxError, match="prefix ex: has not been declared"):
        store.load_bytes(b"ex:a <urn:b> 1 .", key="k", format="turtle")
