"""Columns of a few values and of many are read the same way, whichever of the two ways is taken."""

import random

import numpy as np
import polars as pl
import pytest

from graphstore import GraphStore
from graphstore.catalogue import Catalogue
from graphstore.errors import ExtractionError
from graphstore.technosphere import columns
from graphstore.technosphere.columns import TM, Index, joined, table

BOTH = pytest.mark.parametrize("limit", [0, 10**9], ids=["many", "few"])


@pytest.fixture
def limits(monkeypatch, limit):
    monkeypatch.setattr(columns, "SHORT", limit)
    monkeypatch.setattr(columns, "FEW", limit)


@BOTH
@pytest.mark.usefixtures("limits")
@pytest.mark.parametrize(
    ("raw", "rows"),
    [
        (b"a,b\r\n", []),
        (b"a,b\r\nurn:x,1\r\nurn:y,\r\n,\r\n", [("urn:x", "1"), ("urn:y", None), (None, None)]),
        (b"b,a\n2,1", [("1", "2")]),
        ('a,b\n氧化铝,x\u2028y\n" quoted, ""so""",\n'.encode(), [("氧化铝", "x\u2028y"), (' quoted, "so"', None)]),
        (b"a,b,c\n007,true,1e5\n", [("007", "true")]),
    ],
)
def test_a_table_of_strings(raw, rows):
    found = table(lambda _: raw, "", "a", "b")
    assert found.schema == {"a": pl.String, "b": pl.String}
    assert found.rows() == rows


@BOTH
@pytest.mark.usefixtures("limits")
def test_a_column_that_did_not_come_is_an_error():
    with pytest.raises(pl.exceptions.ColumnNotFoundError, match="b"):
        table(lambda _: b"a,c\n1,2\n", "", "a", "b")


@BOTH
@pytest.mark.usefixtures("limits")
def test_a_column_alone_with_nothing_in_a_row():
    assert table(lambda _: b"a\r\nx\r\n\r\ny\r\n", "", "a")["a"].to_list() == ["x", None, "y"]


@BOTH
@pytest.mark.usefixtures("limits")
def test_positions_in_an_index():
    values = ["urn:\U0001f300", "urn:é", "urn:a", None, "urn:\ufb01", "urn:a"]
    random.Random(3).shuffle(values)
    index = Index.of(pl.Series(values, dtype=pl.String))
    assert index.ids == ["urn:a", "urn:é", "urn:\ufb01", "urn:\U0001f300"]
    places = index.positions(pl.Series(["urn:é", None, "urn:b", "urn:a"], dtype=pl.String))
    assert places.dtype == np.int64
    assert places.tolist() == [1, -1, -1, 0]
    assert index.positions(pl.Series([], dtype=pl.String)).tolist() == []
    assert Index.of(pl.Series([None], dtype=pl.String)).positions(pl.Series(["x"])).tolist() == [-1]


@BOTH
@pytest.mark.usefixtures("limits")
def test_properties_are_joined_in_the_order_of_the_frame():
    stated = {
        "amount": b"exchange,value\nurn:b,2\nurn:a,1\nurn:other,3\nurn:b,2\n",
        "unit": b"exchange,value\n",
        "flow": b"exchange,value\nurn:a,urn:f\nurn:a,urn:g\n",
    }

    def select(query):
        return next(raw for name, raw in stated.items() if f"<{TM}{name}>" in query)

    frame = pl.DataFrame({"exchange": ["urn:c", "urn:b", "urn:a"]})
    found = joined(frame, select, ("amount", "unit"))
    assert found.schema == dict.fromkeys(("exchange", "amount", "unit"), pl.String)
    assert found.rows() == [("urn:c", None, None), ("urn:b", "2", None), ("urn:a", "1", None)]
    with pytest.raises(ExtractionError, match="more than one tm:flow"):
        joined(frame, select, ("flow",))


def test_graphs_that_belong_to_datasets_are_those_that_have_an_owner():
    with GraphStore.open() as store:
        store.load_bytes(b"<urn:x> a <urn:A> .", key="plain", format="turtle")
        for own in (b"one", b"two"):
            store.load_bytes(b"<urn:x> <urn:p> <urn:A> <urn:graph:%b> ." % own, key="named", format="nquads")
        store.load_bytes(b"<urn:y> <urn:p> <urn:A> <urn:graph:gone> .", key="gone", format="nquads")
        store.retire("gone")
        store.update("INSERT DATA { GRAPH <urn:graph:free> { <urn:x> a <urn:B> } }")
        catalogue = Catalogue(store.engine, store.base)
        assert catalogue.owned_graphs() == catalogue.owners().keys() >= {"urn:graph:two"}
        assert catalogue.owned_graphs().isdisjoint({"urn:graph:one", "urn:graph:gone", "urn:graph:free"})
        assert list(store.local_statements()) == ["urn:graph:free"]


def test_the_latest_version_of_a_dataset_and_the_current_one():
    def latest(key="data"):
        number, current = Catalogue(store.engine, store.base).latest(key)
        return number, current and (current.key, current.number, current.sha256)

    with GraphStore.open() as store:
        assert latest() == (0, None)
        for number, kind in enumerate((b"A", b"B", b"C"), 1):
            store.load_bytes(b"<urn:x> a <urn:%b> ." % kind, key="data", format="turtle")
            (held,) = store.datasets()
            assert latest() == (number, (held.key, held.number, held.sha256))
        assert latest("other") == (0, None)
        store.retire("data")
        assert latest() == (3, None)
        assert store.load_bytes(b"<urn:x> a <urn:D> .", key="data", format="turtle").version.number == 4
