"""The plans that a wheel ships are those that studies ask for."""

from pathlib import Path

import pytest

from shapes import shipping, validate
from shapes.engine.plan import unpacked
from shapes.judge import laid_out
from shapes.rulebook import shipped_files
from shapes.validate import compiled_files, shipped_name

STUDIES = sorted((Path(__file__).parents[2] / "examples" / "studies").glob("*.ttl"))


def test_every_example_is_judged_by_a_plan_that_is_shipped():
    names = {shipped_name([file.path for file in files]) for files in shipping.usual()}
    for study in STUDIES:
        with laid_out([study]) as laid:
            assert shipped_name([file.path for file in laid.files]) in names, study.name


def test_every_rule_with_shapes_has_a_plan():
    usual = {file.name for files in shipping.usual() for file in files}
    assert usual == {file.name for file in shipped_files()}
    assert len(list(shipping.usual())) == len({frozenset(files) for files in shipping.usual()})


def test_what_is_written_is_what_is_asked_for(tmp_path, monkeypatch):
    first = next(shipping.usual())
    monkeypatch.setattr(shipping, "usual", lambda: [first])
    (made,) = shipping.write(tmp_path)
    paths = [file.path for file in first]
    assert made == tmp_path / shipped_name(paths)
    monkeypatch.setattr(validate, "PLANS", tmp_path)
    assert validate._shipped(made.name.partition(".")[0]) == unpacked(made.read_bytes()) == compiled_files(paths)


@pytest.mark.parametrize("file", ["hatch_build.py", "pyproject.toml"])
def test_the_wheel_is_built_with_them(file):
    root = Path(__file__).parents[2]
    assert {"hatch_build.py": "shapes/plans/", "pyproject.toml": "hooks.custom"}[file] in (root / file).read_text()
