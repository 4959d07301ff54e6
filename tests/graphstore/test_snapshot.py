"""The compiled system kept beside its generation: used when it is sound and meant, made anew otherwise."""

from pathlib import Path

import pytest
from chains import EX, process

from graphstore import GraphStore
from graphstore.answers.graph import Calculation
from graphstore.technosphere import snapshot as module
from graphstore.technosphere.snapshot import snapshot

PART = process("part", emissions=(("flow:CO2-fossil", 2),))


@pytest.fixture
def select(case):
    return case(PART).calculation().select


def kept(folder: Path) -> Path:
    [file] = folder.iterdir()
    return file


def refused(text: str) -> bytes:
    raise AssertionError(f"asked the graph: {text}")


def test_a_kept_system_is_used_without_asking_the_graph(select, tmp_path):
    made = snapshot(select, "error", tmp_path)
    mapped = snapshot(refused, "error", tmp_path)
    assert list(mapped.process_ids) == list(made.process_ids) == [f"{EX}part-making"]
    assert mapped.product_ids[:] == made.product_ids[:]
    assert mapped.compiled.system.bio_amount.tolist() == [2.0]


@pytest.mark.parametrize("damage", [b"", b"junk", None, b"TANMAIF1" + (64).to_bytes(8, "little") + b"{" + b" " * 100])
def test_a_damaged_file_is_made_anew(select, tmp_path, damage):
    snapshot(select, "error", tmp_path)
    whole = kept(tmp_path).read_bytes()
    kept(tmp_path).write_bytes(whole[:-64] if damage is None else damage)
    assert list(snapshot(select, "error", tmp_path).process_ids) == [f"{EX}part-making"]
    assert kept(tmp_path).read_bytes() == whole


def test_a_system_compiled_by_other_code_is_not_used(select, tmp_path, monkeypatch):
    snapshot(select, "error", tmp_path)
    monkeypatch.setattr(module, "meaning", lambda: "other")
    with pytest.raises(AssertionError, match="asked the graph"):
        snapshot(refused, "error", tmp_path)


def test_a_place_that_cannot_be_written_costs_time_but_no_answer(select, tmp_path):
    assert list(snapshot(select, "error", tmp_path / "absent").process_ids) == [f"{EX}part-making"]


def test_a_reader_whose_cache_cannot_be_written_still_answers(tmp_path):
    with GraphStore.open(tmp_path / "store") as store:
        store.update("INSERT DATA { <urn:x> <urn:y> 1 }")
    (tmp_path / "store" / "cache").rmdir()
    (tmp_path / "store" / "cache").write_bytes(b"in the way")
    with GraphStore.open(tmp_path / "store", mode="read") as store:
        assert Calculation(store).snapshot.compiled.n == 0
