"""The store of an audience: what it holds, what is gone when something is taken away, and writers killed in between."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from store_helpers import command

from graphstore import GraphStore
from graphstore import layout as layouts
from graphstore.audiences import changes
from graphstore.audiences.views import PUBLISHED, Content, View
from graphstore.audiences.visibility import Audience, Extent, Level, Visibility
from graphstore.doctor import deep_check, doctor, rebuild
from graphstore.errors import AudienceError, ModeError, StoreLockedError

NAMED = b"<urn:secret> <urn:part> [ <urn:word> 'zqb' ] . GRAPH <urn:named> { <urn:secret> <urn:word> 'zqb' }"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    """Two datasets."""
    with GraphStore.open(tmp_path / "store") as opened:
        with opened.transaction("data") as transaction:
            transaction.load_bytes(
                b"<urn:a> <urn:word> 'zqa' ; <urn:part> [ <urn:word> 1 ] .", key="a", format="turtle"
            )
            transaction.load_bytes(NAMED, key="b", format="trig", title="zqb title")
        yield opened


def view_of(store: GraphStore) -> View:
    return View(layouts.read(Path(str(store.path))), "mill")


def write(store: GraphStore, *keys: str, published: tuple[ox.Triple, ...] = (), anew: bool = False):
    versions = tuple(version for version in store.datasets() if version.key in keys)
    return view_of(store).write(store, Content(versions, published), anew=anew)


def held(store: GraphStore) -> set[str]:
    with GraphStore.open(view_of(store).path, mode="read") as view:
        return {version.key for version in view.datasets()}


def bytes_of(path: Path) -> bytes:
    return b"".join(each.read_bytes() for each in path.rglob("*") if each.is_file()) + b"".join(
        ox.Store.read_only(str(each)).dump(format=ox.RdfFormat.N_QUADS) or b"" for each in path.rglob("data")
    )


def test_a_view_holds_the_graphs_that_it_is_given_and_their_descriptions(store):
    assert write(store, "a", "b").changed
    with GraphStore.open(view_of(store).path, mode="read") as view:
        assert {version.key: version.quads for version in view.datasets()} == {"a": 3, "b": 3}
        assert {graph.value for graph in view.engine.named_graphs()} == {
            *(f"https://w3id.org/tanmai/local/id/dataset/{key}/v1" for key in "ab"),
            "https://w3id.org/tanmai/local/id/graph/catalogue",
            "urn:named",
        }
        assert view.info().quads == len(view.engine)
        with view.version("b") as alone:
            assert len(alone.query("SELECT ?s { ?s <urn:word> 'zqb' }")) == 2


def test_a_blank_node_of_two_graphs_stays_one(store):
    store.load_bytes(b"_:x <urn:p> 1 . GRAPH <urn:named2> { _:x <urn:q> 2 }", key="c", format="trig")
    write(store, "c")
    with GraphStore.open(view_of(store).path, mode="read") as view:
        assert view.query("ASK { ?x <urn:p> 1 ; <urn:q> 2 }")


def test_the_same_content_is_written_once(store):
    assert [write(store, "a").changed for _ in range(2)] == [True, False]
    assert write(store, "a", anew=True).anew


def test_a_new_version_takes_the_place_of_the_old(store):
    write(store, "a")
    store.load_bytes(b"<urn:a> <urn:word> 'new' .", key="a", format="turtle")
    made = write(store, "a")
    assert (made.changed, made.anew) == (True, False)
    with GraphStore.open(view_of(store).path, mode="read") as view:
        assert [(v.key, v.number, v.replaces, v.status) for v in view.datasets(all_versions=True)] == [
            ("a", 2, 0, "current")
        ]
        assert len(view.query("SELECT ?o { ?s <urn:word> ?o }")) == 1


def test_what_is_taken_away_leaves_no_byte(store):
    write(store, "a", "b")
    path = view_of(store).path
    with GraphStore.open(path, mode="read") as reader:
        (reader.cache_dir() / "names").write_bytes(b"zqb")
        assert b"zqb" in bytes_of(path)
        assert write(store, "a").anew
        assert b"zqb" not in bytes_of(path)
        assert len(reader.query("SELECT ?s { ?s <urn:word> 'zqb' }")) == 2  # a reader reads on until it lets go
    assert held(store) == {"a"}
    assert len(list((path / "generations").iterdir())) == 1


def test_a_published_product_that_is_published_no_longer_is_taken_away(store):
    product = ox.Triple(
        ox.NamedNode("urn:f"), ox.NamedNode("https://w3id.org/tanmai/ontology#ofProduct"), ox.NamedNode("urn:zqp")
    )
    value = ox.Triple(ox.NamedNode("urn:f"), ox.NamedNode("urn:value"), ox.Literal(1))
    assert write(store, "a", published=(product, value)).changed
    assert held(store) == {"a", PUBLISHED}
    assert not write(store, "a", published=(product,)).anew  # another value is no withdrawal
    assert write(store, "a").anew
    assert b"urn:zqp" not in bytes_of(view_of(store).path)


def test_no_generation_ever_has_the_name_of_another(store):
    write(store, "a")
    with GraphStore.open(view_of(store).path, mode="read") as view:
        first = view.generation
    view_of(store).remove()
    assert not view_of(store).exists
    write(store, "a")
    with GraphStore.open(view_of(store).path, mode="read") as view:
        assert view.generation != first


def test_the_key_of_published_results_is_kept(store):
    store.load_bytes(b"<urn:a> <urn:b> 1 .", key=PUBLISHED, format="turtle")
    with pytest.raises(AudienceError, match="is kept for published results"):
        write(store, PUBLISHED)


def test_a_view_is_only_read(store):
    write(store, "a")
    path = view_of(store).path
    for attempt in (lambda: GraphStore.open(path), lambda: rebuild(path)):
        with pytest.raises(ModeError, match="only read"):
            attempt()
    assert doctor(path).ok


def test_the_whole_store_stays_sound(store):
    changes.add(store, "mill", Audience("The mill"))
    changes.share(store, "a", "mill", Extent.DATA)
    write(store, "a")
    path = Path(str(store.path))
    store.close()
    assert deep_check(path).ok
    rebuild(path)
    with GraphStore.open(path) as again:
        assert Visibility.of(again).extent("a", "mill") is Extent.DATA


# ------------------------------------------------------------ killed in between

WITHDRAW = """
from pathlib import Path
from graphstore import layout
from graphstore.audiences.views import Content, View
with GraphStore.open(sys.argv[1]) as store:
    versions = tuple(version for version in store.datasets() if version.key == "a")
    View(layout.read(Path(sys.argv[1])), "mill").write(store, Content(versions))
"""


@pytest.mark.parametrize(
    ("step", "seen"),
    [
        ("generation-copied", {"a", "b"}),
        ("generation-prepared", {"a", "b"}),
        ("generation-published", {"a"}),
        ("view-published", {"a"}),
        ("view-purged", {"a"}),
    ],
)
def test_killed_while_something_is_taken_away(store, step, seen):
    write(store, "a", "b")
    view, path = view_of(store), Path(str(store.path))
    store.close()
    environment = {**os.environ, "TANMAI_CRASH_AT": f"{step}:1"}
    killed = subprocess.run(command(WITHDRAW, (path,)), env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    with GraphStore.open(view.path, mode="read") as reader:
        assert {version.key for version in reader.datasets()} == seen  # the old or the new, and all of it
    with GraphStore.open(path) as again:
        write(again, "a")
    assert b"zqb" not in bytes_of(view.path)


@pytest.mark.parametrize("step", ["generation-copied", "generation-published"])
def test_killed_while_the_first_is_written(store, step):
    view, path = view_of(store), Path(str(store.path))
    store.close()
    environment = {**os.environ, "TANMAI_CRASH_AT": f"{step}:1"}
    assert subprocess.run(command(WITHDRAW, (path,)), env=environment, check=False).returncode == -signal.SIGKILL
    assert not view.exists
    with GraphStore.open(path) as again:
        write(again, "a")
        assert held(again) == {"a"}
    assert [each.name for each in view.path.parent.iterdir()] == ["mill"]


# ------------------------------------------------------------ levels


@pytest.mark.parametrize(
    ("level", "extent", "expected"),
    [
        (None, None, None),
        (None, Extent.DATA, Extent.DATA),
        (None, Extent.RESULT, Extent.RESULT),
        (Level.PUBLIC, None, Extent.DATA),
        (Level.PUBLIC, Extent.RESULT, Extent.DATA),
        (Level.RESTRICTED, None, None),
        (Level.RESTRICTED, Extent.DATA, Extent.DATA),
        (Level.CONFIDENTIAL, None, None),
        (Level.CONFIDENTIAL, Extent.RESULT, Extent.RESULT),
        (Level.CONFIDENTIAL, Extent.DATA, None),
    ],
)
@pytest.mark.parametrize("shared_with", ["mill", "public"])
def test_what_a_level_and_a_sharing_come_to(level, extent, expected, shared_with):
    stated = {} if level is None else {"k": level}
    sharings = {} if extent is None else {"k": {shared_with: extent}}
    known = Visibility({"mill": Audience("")}, stated, sharings)
    assert known.extent("k", "mill") is expected
    assert Visibility({}, stated, {"k": {"other": Extent.DATA}}).extent("k", "mill") is (
        Extent.DATA if level is Level.PUBLIC else None
    )


def test_what_the_package_ships_is_public_unless_somebody_says_otherwise():
    key = "tanmai/reference/units"
    assert Visibility({}, {}, {}).extent(key, "mill") is Extent.DATA
    assert Visibility({}, {}, {}).extent("tanmai/reference/mine", "mill") is None
    assert Visibility({}, {key: Level.RESTRICTED}, {}).extent(key, "mill") is None


def test_statements_in_data_decide_nothing(store):
    """Who may read what is said by the catalogue, which data cannot write."""
    claim = (
        b"@prefix tm: <https://w3id.org/tanmai/ontology#> . <https://w3id.org/tanmai/local/id/dataset/b> "
        b"tm:accessLevel <https://w3id.org/tanmai/id/access-level/public> ; <http://purl.org/dc/terms/identifier> 'b' ."
    )
    store.load_bytes(claim, key="claim", format="turtle")
    assert Visibility.of(store).extent("b", "mill") is None


def test_something_is_done_before_a_changed_store_is_let_go(tmp_path):
    done: list[str] = []
    with GraphStore.open(tmp_path / "s") as store:
        store.before_close(lambda changed: done.append(str(changed.generation)))
    assert done == []
    with GraphStore.open(tmp_path / "s") as store:
        store.before_close(lambda changed: done.append(str(len(changed.query("SELECT * { ?s ?p ?o }")))))
        store.update("INSERT DATA { <urn:a> <urn:b> 1 }")
        with pytest.raises(StoreLockedError):
            GraphStore.open(tmp_path / "s")
    assert done == ["1"]
    GraphStore.open(tmp_path / "s").close()
