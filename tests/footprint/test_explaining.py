"""Contributions, stages and path trees of systems small enough to check by hand."""

import numpy as np
import pytest
from small_systems import FACTORS, system

from benchmarks.generate import factors, generate
from footprint import (
    by_activity,
    by_category,
    by_exchange,
    by_gas,
    by_row,
    by_stage,
    compile_system,
    path_tree,
    scores,
    sensitivities,
    supply,
)
from footprint.errors import InvalidQuery

RAW, MAKING, USE, NONE = 0, 1, 2, -1


def solved(s, how, activity, amount=1.0):
    compiled = compile_system(s)
    cost = compiled.cost(FACTORS)
    return compiled, cost, scores(compiled, cost, how), supply(compiled, activity, amount, how)


def kettle():
    """0 ore, 1 power, 2 steel (no stages inside), 3 kettle with stages; power and steel use each other."""
    tech = [
        (0, 2, 2.0, NONE),
        (1, 2, 1.0, NONE),
        (2, 1, 0.1, NONE),
        (2, 3, 1.5, RAW),
        (1, 3, 6.0, MAKING),
        (1, 3, 100.0, USE),
    ]
    bio = [(0, 0, 0.3), (1, 0, 0.5), (2, 1, 0.01), (3, 0, 0.7, MAKING), (3, 0, 0.2, NONE), (3, 2, -0.4, RAW)]
    return system([1.0] * 4, tech, bio)


def test_stages_of_a_kettle(how):
    _, cost, result, chain = solved(kettle(), how, 3, 2.0)
    steel, power = result.values[2], result.values[1]
    stages = by_stage(chain, cost, result, how)
    assert list(stages.labels) == ["raw", "making", "use", ""]
    expected = [2 * (1.5 * steel - 0.4), 2 * (6 * power + 0.7), 2 * 100 * power, 2 * 0.2]
    assert stages.values == pytest.approx(expected, rel=1e-12)
    assert stages.values.sum() == pytest.approx(stages.total, rel=1e-12)
    assert (stages.bounds < 1e-9).all()


def test_first_label_on_the_way_wins(how):
    """An upstream process with labels of its own does not move what a label below already claimed."""
    s = system([1, 1, 1], [(0, 1, 1.0, USE), (1, 2, 1.0, RAW), (0, 2, 3.0, NONE)], [(0, 0, 1.0, MAKING)])
    _, cost, result, chain = solved(s, how, 2)
    assert by_stage(chain, cost, result, how).values == pytest.approx([1.0, 3.0, 0.0, 0.0])


def test_stage_on_a_loop_and_on_self_use(how):
    """1 unit of 0 needs half a unit of itself, labelled: a half of the footprint comes through that label."""
    s = system([1, 1], [(0, 0, 0.5, USE), (0, 1, 1.0, NONE)], [(0, 0, 1.0)])
    _, cost, result, chain = solved(s, how, 1)
    assert result.values == pytest.approx([2.0, 2.0])
    assert by_stage(chain, cost, result, how).values == pytest.approx([0.0, 0.0, 1.0, 1.0])


def test_gases_and_categories(how):
    _, cost, _, chain = solved(kettle(), how, 3)
    rows = by_row(chain, cost)
    assert rows.values == pytest.approx(chain.inventory().values * FACTORS)
    gases = by_gas(chain, cost)
    assert list(gases.labels) == ["CO2", "CH4_fossil"]
    assert gases.values == pytest.approx([rows.values[0] + rows.values[2], rows.values[1]])
    categories = by_category(chain, cost)
    assert list(categories.labels) == ["fossil", "biogenic-co2-uptake"]
    assert categories.values == pytest.approx([rows.values[0] + rows.values[1], -0.4])


def test_exchanges_and_activities(how):
    compiled, cost, result, chain = solved(kettle(), how, 3)
    parts = by_exchange(chain, cost, result)
    assert parts.tech.values[3:] == pytest.approx(
        [1.5 * result.values[2], 6 * result.values[1], 100 * result.values[1]]
    )
    assert parts.bio.values[3:] == pytest.approx([0.7, 0.2, -0.4])
    assert by_activity(chain, cost).values[3] == pytest.approx(0.5)
    assert list(by_activity(chain, cost).labels) == list(compiled.system.activity_ids)
    slope = sensitivities(chain, cost, result)
    assert slope.tech * compiled.system.tech_amount == pytest.approx(parts.tech.values)


def test_waste_is_treated_not_made(how):
    """A landfill takes 1 kg (production -1); a plant hands it 0.2 kg. The footprint of 1 kg treated is positive."""
    s = system([-1.0, 1.0], [(0, 1, -0.2)], [(0, 0, 3.0), (1, 0, 1.0)])
    compiled, cost, result, chain = solved(s, how, 1, 5.0)
    assert result.values == pytest.approx([3.0, 1.6])
    assert chain.runs == pytest.approx([1.0, 5.0])
    tree = path_tree(compiled, result, cost, 1, 5.0)
    assert tree.amount == pytest.approx([5.0, 1.0])
    assert supply(compiled, 0, 2.0, how).total(cost).values == pytest.approx(6.0)


def test_credits_are_branches_of_their_own(how):
    s = system([1, 1, 1], [(0, 2, 2.0), (1, 2, -0.5)], [(0, 0, 1.0), (1, 0, 3.0), (2, 0, 0.1)])
    compiled, cost, result, chain = solved(s, how, 2)
    assert result.values[2] == pytest.approx(0.6)
    tree = path_tree(compiled, result, cost, 2, cutoff=1e-6)
    assert tree.value == pytest.approx([0.6, 2.0, -1.5])
    assert tree.remainder == pytest.approx([0, 0, 0], abs=1e-15)
    assert [int(tree.activity[node]) for node in tree.walk()] == [2, 0, 1]
    assert by_activity(chain, cost).values == pytest.approx([2.0, -1.5, 0.1])


def test_total_of_zero_still_has_a_tree(how):
    s = system([1, 1, 1], [(0, 2, 3.0), (1, 2, -1.0)], [(0, 0, 1.0), (1, 0, 3.0)])
    compiled, cost, result, _ = solved(s, how, 2)
    tree = path_tree(compiled, result, cost, 2, cutoff=0.1)
    assert tree.value == pytest.approx([0.0, 3.0, -3.0])


def test_loops_are_drawn_once_and_marked(how):
    s = system([1, 1], [(1, 0, 0.5), (0, 1, 0.5)], [(0, 0, 1.0), (1, 0, 1.0)])
    compiled, cost, result, _ = solved(s, how, 0)
    tree = path_tree(compiled, result, cost, 0, cutoff=1e-9)
    assert tree.activity.tolist() == [0, 1, 0]
    assert tree.loop.tolist() == [False, False, True]
    assert tree.value == pytest.approx([2.0, 1.0, 0.5])
    assert tree.remainder == pytest.approx([0.0, 0.0, 0.25])


def test_self_use_draws_no_branch(how):
    s = system([1, 1], [(0, 0, 0.5), (0, 1, 1.0)], [(0, 0, 1.0)])
    compiled, cost, result, _ = solved(s, how, 1)
    tree = path_tree(compiled, result, cost, 1)
    assert tree.activity.tolist() == [1, 0]
    assert tree.runs == pytest.approx([1.0, 2.0])
    assert tree.remainder == pytest.approx([0, 0])


def test_limits_of_the_tree(how):
    compiled = compile_system(generate(1000, seed=2))
    cost = compiled.cost(factors())
    result = scores(compiled, cost, how)
    top = int(compiled.adjoint.order[-1])
    shallow = path_tree(compiled, result, cost, top, cutoff=1e-6, max_depth=1)
    assert shallow.depth.max() == 1
    small = path_tree(compiled, result, cost, top, cutoff=1e-6, max_nodes=20)
    assert len(small) == 20
    assert small.truncated
    for tree in (shallow, small):
        assert tree.direct.sum() + tree.remainder.sum() == pytest.approx(tree.total, rel=1e-9)
    shown = path_tree(compiled, result, cost, top, cutoff=1e-3)
    assert (np.abs(shown.value) >= shown.cutoff).all()
    assert not shown.truncated


def test_one_characterisation_at_a_time(how):
    compiled = compile_system(kettle())
    cost = compiled.cost(np.array([FACTORS, FACTORS]))
    result = scores(compiled, cost, how)
    chain = supply(compiled, 3, 1.0, how)
    assert chain.total(cost).values == pytest.approx(result.values[:, 3])
    with pytest.raises(InvalidQuery, match="one value per emission row"):
        by_activity(chain, cost)
    with pytest.raises(InvalidQuery, match="one characterisation"):
        path_tree(compiled, result, cost, 0)
