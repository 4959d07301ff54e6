"""Names are found in Chinese and English, and lists are sorted, without asking the store to sort."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstore import GraphStore
from graphstore.errors import QueryError
from graphstore.search import index as indexing
from graphstore.search.index import SearchIndex
from graphstore.search.words import in_order, question, terms

HEAD = """
@prefix : <https://example.org/> .
@prefix tm: <https://w3id.org/tanmai/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
THINGS = """
:cathode a tm:Product ; rdfs:label "copper cathode"@en, "阴极铜"@zh .
:tube a tm:Product ; rdfs:label "copper tube"@en, "铜管"@zh ; skos:altLabel "red metal pipe"@en .
:smelting a tm:UnitProcess ; rdfs:label "copper smelting"@en, "铜冶炼"@zh .
:anode a tm:Product ; rdfs:label "anode"@en, "阳极"@zh .
:co2 a tm:GreenhouseGas ; rdfs:label "carbon dioxide"@en, "二氧化碳"@zh ; skos:notation "CO2" ; tm:casNumber "124-38-9" .
"""


@pytest.fixture
def index():
    with GraphStore.open() as store:
        store.load_bytes((HEAD + THINGS).encode(), key="k", format="turtle")
        with SearchIndex.of(store) as made:
            yield made


def found(index, text, **options):
    return [hit.iri.removeprefix("https://example.org/") for hit in index.search(text, **options)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("copper", {"cathode", "tube", "smelting"}),
        ("COPP", {"cathode", "tube", "smelting"}),
        ("cathode copper", {"cathode"}),
        ("pipe", {"tube"}),
        ("阴极铜", {"cathode"}),
        ("阴极", {"cathode"}),
        ("极铜", {"cathode"}),
        ("极", {"cathode", "anode"}),
        ("铜", {"cathode", "tube", "smelting"}),
        ("阴铜", set()),
        ("copper 铜管", set()),  # both words must stand in one name
        ("CO₂", {"co2"}),
        ("ＣＯ２", {"co2"}),
        ("124-38-9", {"co2"}),
        ("dioxide OR anode", set()),  # words, not operators
    ],
)
def test_words_are_found_in_either_language_at_any_place_of_a_chinese_name(index, text, expected):
    assert set(found(index, text)) == expected


def test_the_whole_name_comes_first_and_a_kind_narrows(index):
    assert found(index, "copper tube")[0] == "tube"
    assert found(index, "铜管")[0] == "tube"
    assert found(index, "copper", kind="UnitProcess") == ["smelting"]
    assert len(found(index, "copper", most=2)) == 2


def test_a_hit_says_which_name_matched_and_what_the_thing_is_called(index):
    hit = index.search("pipe")[0]
    assert (hit.name, hit.lang, hit.kinds) == ("red metal pipe", "en", ("Product",))
    assert hit.labels == {"en": "copper tube", "zh": "铜管"}


def test_lists_are_sorted_in_the_language_chinese_by_pinyin(index):
    assert [hit.name for hit in index.listed("Product", "en")] == ["anode", "copper cathode", "copper tube"]
    assert [hit.name for hit in index.listed("Product", "zh")] == ["铜管", "阳极", "阴极铜"]  # tong, yang, yin
    assert [hit.name for hit in index.listed("Product", "en", most=1, start=1)] == ["copper cathode"]


def test_a_list_goes_on_after_a_node(index):
    whole = [hit.iri for hit in index.listed("Product", "zh")]
    assert [hit.iri for hit in index.listed("Product", "zh", after=whole[0])] == whole[1:]
    assert index.listed("Product", "zh", after=whole[-1]) == []
    with pytest.raises(QueryError, match="urn:nowhere"):
        index.listed("Product", "zh", after="urn:nowhere")


def test_a_list_of_a_common_kind_is_the_same_as_of_a_rare_one(index, monkeypatch):
    """The two ways to choose a kind give the same page; which is taken depends on how many nodes are of it."""
    rare = index.listed("Product", "zh")
    monkeypatch.setattr(indexing, "_COMMON", 1)
    assert index.listed("Product", "zh") == rare
    assert len(rare) == 3


@pytest.mark.parametrize("text", ["", "   ", "()", "*", '"'])
def test_a_text_without_words_is_refused(index, text):
    with pytest.raises(QueryError, match="no word to look for"):
        index.search(text)


def test_an_unknown_kind_is_refused_with_the_known_ones(index):
    with pytest.raises(
        QueryError, match=r"kind .Produkt. has a name here\. Kinds: .*GreenhouseGas, Product, UnitProcess"
    ):
        index.search("copper", kind="Produkt")


@given(st.text(alphabet="铜铝阴极电 ab1", max_size=12), st.data())
def test_every_part_of_a_chinese_name_and_every_beginning_of_a_word_finds_it(name, data):
    runs = [run for run in name.split() if run]
    if not runs:
        return
    run = data.draw(st.sampled_from(runs))
    chinese = [run[a:b] for a in range(len(run)) for b in range(a + 1, len(run) + 1) if run[a:b].isalpha()]
    parts = [part for part in chinese if all(ord(c) > 255 for c in part)]
    if not parts:
        return
    asked = question(data.draw(st.sampled_from(parts)))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(terms, tokenize='unicode61', prefix='1 2 3')")
        connection.execute("INSERT INTO t VALUES (?)", [terms(name)])
        assert connection.execute("SELECT count(*) FROM t WHERE t MATCH ?", [asked]).fetchone() == (1,)


def test_the_index_lies_beside_its_generation_and_a_damaged_one_is_made_anew(tmp_path):
    with GraphStore.open(tmp_path / "store") as store:
        store.load_bytes((HEAD + THINGS).encode(), key="k", format="turtle")
        with SearchIndex.of(store) as made:
            assert len(made.search("copper")) == 3
        file = next(store.cache_dir().glob("names-*.sqlite"))
        file.write_bytes(b"not a database" * 100)
        with SearchIndex.of(store) as made:
            assert len(made.search("copper")) == 3
        assert file.read_bytes().startswith(b"SQLite format 3")
        store.load_bytes(
            (HEAD + ':wire a tm:Product ; rdfs:label "copper wire"@en .').encode(), key="w", format="turtle"
        )
        with SearchIndex.of(store) as made:  # a new generation: the new name is there
            assert len(made.search("copper")) == 4


def test_a_folder_that_cannot_be_written_still_gives_answers(tmp_path, monkeypatch):
    with GraphStore.open(tmp_path / "store") as store:
        store.load_bytes((HEAD + THINGS).encode(), key="k", format="turtle")

        def full(*_: object) -> None:
            raise OSError("No space left on device")

        monkeypatch.setattr(indexing, "_write", full)
        with SearchIndex.of(store) as made:
            assert len(made.search("copper")) == 3
        assert not list(store.cache_dir().glob("names-*"))


def test_an_empty_store_finds_nothing():
    with GraphStore.open() as store, SearchIndex.of(store) as made:
        assert made.search("copper") == []
        assert made.listed() == []


def test_what_a_name_is_sorted_by():
    assert sorted(["锌", "铝", "Zinc", "铜", "aluminium"], key=in_order) == ["aluminium", "Zinc", "铝", "铜", "锌"]
