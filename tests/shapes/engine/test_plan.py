"""Plans are kept, in memory and as JSON, and say the same afterwards."""

from __future__ import annotations

import json
import zlib
from collections import OrderedDict

import pyoxigraph as ox
import pytest
from random_graphs import case
from shacl import HEAD, parsed

from shapes.engine import compiler
from shapes.engine.loading import load
from shapes.engine.plan import FORMAT, from_json, packed, to_json, unpacked
from shapes.errors import PlanError
from shapes.validate import compiled, compiled_files, shipped_name, validate

SHAPES = "ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ( ex:p [ sh:inversePath ex:q ] ) ; sh:in ( 1.50 ) ] ."


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_json_gives_the_plan_back(seed: int) -> None:
    _, shapes = case(seed)
    plan = compiled(quad.triple for quad in ox.parse(shapes, format=ox.RdfFormat.TURTLE))
    assert from_json(to_json(plan)) == plan


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 3, "plan": {"Plan": [1]}}', '{"format": 3, "plan": {"Iri": "x"}}']
)
def test_what_is_no_plan_is_an_error(text: str) -> None:
    with pytest.raises(PlanError, match="compile the shapes again"):
        from_json(text)


def test_a_plan_of_another_version_is_an_error() -> None:
    held = json.loads(to_json(compiled(parsed(SHAPES)))) | {"format": FORMAT + 1}
    with pytest.raises(PlanError, match=f"this version reads {FORMAT}"):
        from_json(json.dumps(held))


def test_the_same_shapes_are_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    triples = parsed(SHAPES + " ex:only a ex:Once .")
    first = compiled(triples)
    monkeypatch.setattr(compiler, "compile_shapes", None)
    assert compiled(reversed(triples)) is first


def test_plans_of_files_are_kept_on_disk(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "a.ttl", tmp_path / "b.ttl"
    first.write_text(
        HEAD + "ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property _:x . _:x sh:path ex:p ; sh:minCount 1 ."
    )
    second.write_text(
        HEAD + "ex:T a sh:NodeShape ; sh:targetClass ex:C ; sh:property _:x . _:x sh:path ex:q ; sh:minCount 1 ."
    )
    kept = tmp_path / "plans"
    plan = compiled_files([first, second], kept)
    assert len(plan.shapes) == 4  # blank nodes of two files are two shapes
    assert len(validate(load(parsed("ex:a a ex:C .")), plan).results) == 2
    monkeypatch.setattr("shapes.validate._plans", OrderedDict())
    monkeypatch.setattr(compiler, "compile_shapes", None)
    assert compiled_files([second, first], kept) == plan


def test_a_damaged_plan_on_disk_is_made_again(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, kept = tmp_path / "a.ttl", tmp_path / "plans"
    source.write_text(HEAD + SHAPES)
    plan = compiled_files([source], kept)
    (file,) = kept.iterdir()
    file.write_text(file.read_text()[:-9])
    monkeypatch.setattr("shapes.validate._plans", OrderedDict())
    assert compiled_files([source], kept).roots == plan.roots
    assert from_json(file.read_text()).roots == plan.roots


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A shapes file, and a folder for plans in the place of the package's own."""
    (tmp_path / "a.ttl").write_text(HEAD + SHAPES)
    (tmp_path / "plans").mkdir()
    monkeypatch.setattr("shapes.validate.PLANS", tmp_path / "plans")
    monkeypatch.setattr("shapes.validate._plans", OrderedDict())
    return tmp_path / "a.ttl"


def test_a_plan_that_is_shipped_is_neither_compiled_nor_kept(tmp_path, monkeypatch, source):
    plans, kept = tmp_path / "plans", tmp_path / "kept"
    name = shipped_name([source])
    (plans / name).write_bytes(packed(compiled_files([source])))
    monkeypatch.setattr("shapes.validate._plans", OrderedDict())
    monkeypatch.setattr(compiler, "compile_shapes", None)
    assert unpacked((plans / name).read_bytes()) == compiled_files([source], kept)
    assert not kept.exists()


@pytest.mark.parametrize(
    "broken", [b"", b"nonsense", zlib.compress(b"{}"), zlib.compress(b'{"format": 0, "plan": []}')]
)
def test_a_shipped_plan_that_cannot_be_read_is_made_anew(tmp_path, source, broken):
    (tmp_path / "plans" / shipped_name([source])).write_bytes(broken)
    assert compiled_files([source]).roots


def test_another_byte_in_the_shapes_asks_for_another_plan(tmp_path, source):
    changed = tmp_path / "changed.ttl"
    changed.write_bytes(source.read_bytes() + b"# another byte\n")
    assert shipped_name([changed]) != shipped_name([source])
