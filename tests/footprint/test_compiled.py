"""Compiling, changing, storing and reading back."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from small_systems import FACTORS, dense_scores, system

import footprint
from benchmarks.generate import factors, generate
from footprint import Compiled, Settings, compile_system, scores, snapshot, supply
from footprint.errors import InvalidSystem, UnproductiveLoop
from footprint.graph import _sorted, components
from footprint.text import Strings


@pytest.fixture(scope="session")  # each kernel comes to this module anew
def large():
    return compile_system(generate(3000, seed=7))


def test_shape_of_the_generated_system():
    s = generate(5000)
    compiled = compile_system(s)
    assert 11 < len(s.tech_amount) / s.n + 1 < 13
    assert 0.58 < np.diff(compiled.adjoint.matrix.blocks).max() / s.n < 0.62
    assert 0.04 < (s.production < 0).mean() < 0.06
    assert 0.015 < (compiled.adjoint.matrix.data < 0).mean() < 0.025
    assert np.bincount(s.tech_provider).max() > 50 * len(s.tech_amount) / s.n
    assert (generate(5000).tech_amount == s.tech_amount).all()
    with pytest.raises(ValueError, match="at least 10"):
        generate(5)


def test_rows_use_only_their_own_and_earlier_blocks(large):
    for equations in (large.adjoint, large.forward):
        matrix = equations.matrix
        block = np.repeat(np.arange(len(matrix.blocks) - 1), np.diff(matrix.blocks))
        row = np.repeat(np.arange(matrix.n), np.diff(matrix.indptr))
        assert (block[matrix.indices] <= block[row]).all()
        assert (row != matrix.indices).all()


def test_forward_is_the_transpose(large):
    adjoint, forward = large.adjoint.matrix.sparse.toarray(), large.forward.matrix.sparse.toarray()
    assert (forward == adjoint.T[::-1, ::-1]).all()


def test_components_do_not_depend_on_how_scipy_numbers_them():
    rng = np.random.default_rng(0)
    provider, consumer = rng.integers(0, 60, 80), rng.integers(0, 60, 80)
    label = components(60, provider, consumer)
    scrambled = rng.permutation(label.max() + 1)[label].astype(np.int32)
    again = _sorted(int(label.max()) + 1, scrambled, scrambled[provider], scrambled[consumer])
    assert (again[provider] <= again[consumer]).all()
    assert len(set(zip(label, again, strict=True))) == label.max() + 1


@pytest.fixture(scope="session")
def truth(large):
    return dense_scores(large, large.cost(factors()))


def test_large_system_bound_against_dense_solve(large, truth, how):
    cost = large.cost(factors())
    for settings in (how, replace(how, sweeps=3, fallback=False)):
        result = scores(large, cost, settings)
        assert (np.abs(result.values - truth) <= result.bounds).all()
    early = np.abs(result.values - truth)
    wrong = early > 1e-9 * np.abs(truth)
    assert np.median(result.bounds[wrong] / early[wrong]) < 1.5  # a bound, and not a lazy one


def test_one_product_bound_is_y_times_r(large, how):
    """The bound of one total is within 10 % of |y|.|r|, the sharpest that signs forgotten allow."""
    blocks = large.adjoint.matrix.blocks
    activity = int(large.adjoint.order[blocks[np.argmax(np.diff(blocks))]])  # one of the large loop
    cost = large.cost(np.abs(factors()))
    y = scores(large, cost, how).values
    early = supply(large, activity, 1.0, replace(how, sweeps=3, fallback=False))
    demand = np.where(large.forward.order == activity, 1.0, 0.0)
    net = (early.runs * large.scale)[large.forward.order]
    residual = np.abs(large.forward.residual(demand, net))
    ours, classical = float(early.total(cost).bounds), float(np.abs(y)[large.forward.order] @ residual)
    assert classical * 0.9 < ours < classical * 1.25


def test_several_costs_at_once(large, how):
    several = np.array([factors(), factors() * 2, [0, 0, 0, 0, 0, 1.0]])
    together = scores(large, large.cost(several), how)
    for row, one in zip(several, together.values, strict=True):
        alone = scores(large, large.cost(row), how)
        assert (np.abs(alone.values - one) <= alone.bounds + together.bounds.max(axis=0)).all()


def test_start_from_a_near_solution_saves_sweeps(large, how):
    cost = large.cost(factors())
    first = scores(large, cost, how)
    again = scores(large, cost, how, start=first)
    assert again.info.sweeps <= 3 < first.info.sweeps


def test_snapshot_round_trip(large, tmp_path):
    path = tmp_path / "system.bin"
    snapshot.save(path, large.to_arrays())
    again = Compiled.from_arrays(snapshot.load(path))
    assert again.system.rows == large.system.rows
    assert again.system.activity_ids[17] == large.system.activity_ids[17]
    assert again.system.exchange_ids[-1] == large.system.exchange_ids[-1]
    one, two = (scores(c, c.cost(factors()), Settings()) for c in (large, again))
    # memory-mapped arrays may be aligned otherwise, which changes the order of numpy's sums, and with it the last digits
    # of the values and the sweep at which the certificate stops
    assert (np.abs(one.values - two.values) <= one.bounds + two.bounds).all()
    np.testing.assert_allclose(one.bounds, two.bounds, rtol=1e-2)
    assert [p.name for p in tmp_path.iterdir()] == ["system.bin"]
    np.savez(tmp_path / "system.npz", **large.to_arrays())
    with np.load(tmp_path / "system.npz") as arrays:
        assert Compiled.from_arrays(arrays).n == large.n


def test_snapshot_keeps_cancelled_pairs(tmp_path):
    s = system([1.0, 1.0], [(0, 1, 5.0), (0, 1, -5.0 + 1e-9)], [(0, 0, 1.0)])
    compiled = compile_system(s)
    assert compiled.adjoint.gross is not None
    again = Compiled.from_arrays(compiled.to_arrays())
    result = scores(again, again.cost(FACTORS))
    assert result.bounds[1] > 1e-16  # the digits lost in 5 - 5 are in the bound
    assert abs(result.values[1] - (5.0 + (-5.0 + 1e-9))) <= result.bounds[1]


@pytest.mark.parametrize("damage", ["empty", "foreign", "short"])
def test_damaged_snapshot_is_refused(tmp_path, damage):
    path = tmp_path / "system.bin"
    snapshot.save(path, compile_system(system([1.0])).to_arrays())
    content = path.read_bytes()
    path.write_bytes({"empty": b"", "foreign": b"PK" + content[2:], "short": content[:-64]}[damage])
    with pytest.raises(InvalidSystem, match="delete it"):
        snapshot.load(path)


def test_snapshot_of_another_shape_is_refused():
    arrays = compile_system(system([1.0])).to_arrays()
    del arrays["entry"]
    with pytest.raises(InvalidSystem, match="entry"):
        Compiled.from_arrays(arrays)


def test_strings_are_a_sequence():
    texts = ["铝锭", "", "ingot"]
    packed = Strings.of(texts)
    assert list(packed) == texts
    assert packed[-1] == "ingot"
    assert packed[:2] == ["铝锭", ""]
    assert Strings.of(packed) is packed
    with pytest.raises(IndexError):
        packed[3]


def test_changes_are_checked():
    compiled = compile_system(system([1.0, 1.0], [(0, 1, 0.5), (1, 1, 0.1)]))
    with pytest.raises(InvalidSystem, match="exchange-0"):
        compiled.with_amounts(tech={0: np.nan})
    with pytest.raises(UnproductiveLoop):
        compiled.with_amounts(tech={1: 1.0})
    with pytest.raises(Exception, match="outside 0 to 1"):
        compiled.with_amounts(tech={2: 1.0})


def test_a_change_may_add_a_loop_or_turn_a_product_into_waste():
    compiled = compile_system(system([1.0, 1.0], [(0, 1, 0.5), (1, 0, 0.0)], [(0, 0, 1.0)]))
    looped = compiled.with_amounts(tech={1: 0.5})
    assert scores(looped, looped.cost(FACTORS)).values == pytest.approx([4 / 3, 2 / 3])
    waste = compiled.with_amounts(production={0: -1.0}, tech={0: -0.5})
    assert scores(waste, waste.cost(FACTORS)).values == pytest.approx([1.0, 0.5])
    emitting = compiled.with_amounts(bio={0: 3.0})
    assert scores(emitting, emitting.cost(FACTORS)).values == pytest.approx([3.0, 1.5])


def test_public_names_exist():
    for name in footprint.__all__:
        assert getattr(footprint, name) is not None
    assert list(footprint.__all__) == sorted(footprint.__all__)
    with pytest.raises(AttributeError, match="nothing_such"):
        footprint.nothing_such  # noqa: B018


def test_importing_the_package_loads_no_library():
    script = "import sys, footprint; print([m for m in ('numpy', 'scipy', 'numba') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
