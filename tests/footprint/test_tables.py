"""Parts of the footprints of all products, beside what the supply chain of each one gives."""

import numpy as np
import pytest
from small_systems import FACTORS, system

from benchmarks.generate import factors, generate
from footprint.compile import compile_system
from footprint.contributions import by_exchange, by_stage, unlabelled
from footprint.solve import Bounded, scores, supply
from footprint.tables import credits_of, first_labels, first_tier, inventories, upstream_of, weighed


def kettle():
    """One use of a kettle: 0.001 of it (raw), 0.1 kWh (use), own steam; a kettle is 2 kg of steel, of which it returns 0.5."""
    return system(
        [1.0, 1.0, 1.0, 1.0],
        tech=[(1, 0, 0.001, 0), (2, 0, 0.1, 2), (3, 1, 2.0, 1), (3, 1, -0.5)],
        bio=[(0, 0, 0.01), (1, 0, 1.0), (2, 0, 0.6), (2, 1, 0.001), (3, 0, 1.5)],
    )


def solved(s, weights):
    compiled = compile_system(s)
    cost = compiled.cost(weights)
    return compiled, cost, scores(compiled, cost)


def stages_of(s, compiled, found, cost):
    return first_labels(compiled, found, cost, len(s.stage_ids), (s.tech_stage, s.bio_stage))


def credit_of(compiled, found):
    at = credits_of(compiled)
    provider = compiled.system.tech_provider[at]
    each = Bounded(found.values[provider] * compiled.sign[provider], found.bounds[provider])
    return at, weighed(compiled, at, each)


def test_a_kettle_worked_by_hand():
    """Steel 1.5; kettle 1 + 1.5 x 1.5 = 3.25; power 0.6 + 0.0298; a use 0.01 + 0.00325 + 0.06298 = 0.07623."""
    s = kettle()
    compiled, cost, found = solved(s, FACTORS)
    assert found.values == pytest.approx([0.07623, 3.25, 0.6298, 1.5])
    assert stages_of(s, compiled, found, cost).values == pytest.approx(
        np.array([[0.00325, 0.0, 0.0, 0.0], [0.0, 3.0, 0.0, 0.0], [0.06298, 0.0, 0.0, 0.0], [0.01, 0.25, 0.6298, 1.5]])
    )
    assert inventories(compiled)[:, 0] == pytest.approx([0.01 + 0.00325 + 0.06, 0.0001, 0.0])
    at, saved = credit_of(compiled, found)
    assert at.tolist() == [3]
    assert saved.values == pytest.approx([-0.00075, -0.75, 0.0, 0.0])
    tier = first_tier(compiled, found, cost, 0)
    assert (float(tier.own.values), tier.amounts.tolist()) == (pytest.approx(0.01), [0.001, 0.1])
    assert tier.values.values == pytest.approx([0.00325, 0.06298])
    assert upstream_of(compiled, 1).tolist() == [False, True, False, True]


def test_self_use_is_no_branch_of_the_first_tier():
    """Of 5 kg made per run, 1 is used by itself: 4 kg net for 2 kg CO2 and 8 kg of the other product at 3 each."""
    s = system([5.0, 1.0], tech=[(0, 0, 1.0), (1, 0, 8.0)], bio=[(0, 0, 2.0), (1, 0, 3.0)])
    compiled, cost, found = solved(s, FACTORS)
    tier = first_tier(compiled, found, cost, 0)
    assert (float(tier.own.values), tier.values.values.tolist()) == (0.5, [6.0])
    assert found.values[0] == pytest.approx(6.5)


def test_what_cancels_is_no_link():
    s = system([1.0, 1.0, 1.0], tech=[(1, 0, 2.0), (1, 0, -2.0), (2, 0, 1.0)], bio=[(1, 0, 3.0), (2, 0, 1.0)])
    assert upstream_of(compile_system(s), 0).tolist() == [True, False, True]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_they_are_the_parts_of_each_supply_chain(seed):
    """Loops, credits, waste with a turned sign, stages, units that differ by six orders of magnitude."""
    s = generate(120, seed)
    s.tech_stage[::7] = seed % 3
    s.bio_stage[::5] = 1
    compiled, cost, found = solved(s, factors())
    kilograms, stages, (at, saved) = (
        inventories(compiled),
        stages_of(s, compiled, found, cost),
        credit_of(compiled, found),
    )
    for activity in range(0, s.n, 9):
        chain = supply(compiled, activity)
        parts = by_stage(chain, cost, found)
        assert (np.abs(parts.values - stages.values[:, activity]) <= parts.bounds + stages.bounds[:, activity]).all()
        assert kilograms[:, activity] == pytest.approx(chain.inventory().values, rel=1e-12, abs=1e-300)
        each = by_exchange(chain, cost, found).tech
        bound = each.bounds[at].sum() + saved.bounds[activity] + 1e-14 * np.abs(each.values[at]).sum()
        assert abs(each.values[at].sum() - saved.values[activity]) <= bound
        assert upstream_of(compiled, activity).tolist() == (chain.runs != 0).tolist()
        tier = first_tier(compiled, found, cost, activity)
        whole = float(tier.own.values) + tier.values.values.sum()
        bound = float(tier.own.bounds) + tier.values.bounds.sum() + found.bounds[activity]
        assert abs(whole - found.values[activity]) <= bound + 1e-13 * np.abs(tier.values.values).sum()


def test_a_system_with_other_emissions_is_not_taken_for_the_one_before():
    """They share a pattern, and what is prepared for it: the emissions are those of each."""
    s = kettle()
    compiled, cost, found = solved(s, FACTORS)
    assert by_stage(supply(compiled, 0), cost, found).values[3] == pytest.approx(0.01)
    other = compiled.with_amounts(bio={0: 0.5})
    cost = other.cost(FACTORS)
    assert by_stage(supply(other, 0), cost, scores(other, cost)).values[3] == pytest.approx(0.5)
    assert unlabelled(compiled, s.tech_stage) is not unlabelled(other, s.tech_stage)
    assert unlabelled(other, s.tech_stage) is unlabelled(other, s.tech_stage)
