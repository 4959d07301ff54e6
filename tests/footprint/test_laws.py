"""Laws that hold for every system."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from small_systems import FACTORS, STAGES, assert_bounded, exact_runs, exact_scores, system, systems

from footprint import (
    Settings,
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
from footprint.compile import SELF

ANY = st.one_of(systems(), systems(credits_=True))


def solved(s, how):
    compiled = compile_system(s)
    cost = compiled.cost(FACTORS)
    return compiled, cost, scores(compiled, cost, how)


@given(s=ANY)
def test_bound_holds_against_exact_arithmetic(how, s):
    _, _, result = solved(s, how)
    assert_bounded(result.values, result.bounds, exact_scores(s))


@given(s=ANY, sweeps=st.integers(1, 4))
def test_bound_holds_when_stopped_early(how, s, sweeps):
    compiled = compile_system(s)
    early = replace(how, sweeps=sweeps, fallback=False)
    result = scores(compiled, compiled.cost(FACTORS), early)
    assert_bounded(result.values, result.bounds, exact_scores(s))
    chain = supply(compiled, s.n - 1, 2.5, early)
    assert_bounded(chain.runs, chain.bounds, exact_runs(s, s.n - 1, 2.5))


@given(s=ANY, amount=st.just(0.0) | st.floats(1e-6, 1e3) | st.floats(-1e3, -1e-6))
def test_runs_and_totals_hold_against_exact_arithmetic(how, s, amount):
    compiled = compile_system(s)
    activity = s.n // 2
    chain = supply(compiled, activity, amount, how)
    assert_bounded(chain.runs, chain.bounds, exact_runs(s, activity, amount))
    total = chain.total(compiled.cost(FACTORS))
    truth = exact_scores(s)[activity] * Fraction(amount)
    assert_bounded(total.values, total.bounds, [truth])


@given(s=ANY)
def test_adjoint_equals_forward(how, s):
    compiled, cost, result = solved(s, how)
    for activity in range(s.n):
        total = supply(compiled, activity, 1.0, how).total(cost)
        assert abs(total.values - result.values[activity]) <= total.bounds + result.bounds[activity]


@given(s=ANY, a=st.floats(-10, 10), b=st.floats(0.1, 10))
def test_linear_in_the_demand(how, s, a, b):
    compiled = compile_system(s)
    one, two, both = (supply(compiled, 0, amount, how) for amount in (a, b, a + b))
    slack = one.bounds + two.bounds + both.bounds + 1e-12 * np.abs(two.runs)
    assert (np.abs(one.runs + two.runs - both.runs) <= slack).all()


@given(s=ANY, scale=st.lists(st.sampled_from([1e-6, 0.5, 3.0, 1e7]), min_size=7, max_size=7))
def test_unit_of_a_product_does_not_matter(how, s, scale):
    """One unit of product i becomes scale[i] new units; footprints per new unit shrink accordingly."""
    unit = np.array(scale[: s.n])
    rescaled = replace(s, production=s.production * unit, tech_amount=s.tech_amount * unit[s.tech_provider])
    result, other = solved(s, how)[2], solved(rescaled, how)[2]
    slack = result.bounds + other.bounds * unit + 1e-12 * np.abs(result.values)
    assert (np.abs(other.values * unit - result.values) <= slack).all()


@given(s=ANY, scale=st.lists(st.sampled_from([1e-6, 0.5, 3.0, 1e7]), min_size=7, max_size=7))
def test_size_of_a_run_does_not_matter(how, s, scale):
    run = np.array(scale[: s.n])
    rescaled = replace(
        s,
        production=s.production * run,
        tech_amount=s.tech_amount * run[s.tech_consumer],
        bio_amount=s.bio_amount * run[s.bio_activity],
    )
    result, other = solved(s, how)[2], solved(rescaled, how)[2]
    assert (np.abs(other.values - result.values) <= result.bounds + other.bounds + 1e-12 * np.abs(result.values)).all()


@given(s=ANY, seed=st.integers(0, 10_000))
def test_order_does_not_matter(how, s, seed):
    rng = np.random.default_rng(seed)
    new, techs = rng.permutation(s.n), rng.permutation(len(s.tech_amount))
    where = np.argsort(new).astype(np.int32)  # old activity j is new activity where[j]
    shuffled = replace(
        s,
        activity_ids=[s.activity_ids[j] for j in new],
        production=s.production[new],
        tech_provider=where[s.tech_provider][techs],
        tech_consumer=where[s.tech_consumer][techs],
        tech_amount=s.tech_amount[techs],
        tech_exchange=s.tech_exchange[techs],
        tech_stage=s.tech_stage[techs],
        bio_activity=where[s.bio_activity],
    )
    result, other = solved(s, how)[2], solved(shuffled, how)[2]
    assert (np.abs(other.values[where] - result.values) <= result.bounds + other.bounds[where]).all()


@given(s=ANY)
def test_parts_sum_to_the_total(how, s):
    compiled, cost, result = solved(s, how)
    chain = supply(compiled, 0, 3.0, how)
    total = chain.total(cost)
    parts = [by(chain, cost) for by in (by_activity, by_row, by_gas, by_category)]
    for part in [*parts, by_stage(chain, cost, result, how)]:
        assert part.values.sum() + part.remainder == pytest.approx(part.total, rel=1e-12, abs=1e-12 * part.bounds.sum())
        assert part.total == float(total.values)
        assert abs(part.remainder) <= part.bounds.sum() + total.bounds
    exchanges = by_exchange(chain, cost, result)
    assert abs(exchanges.bio.values.sum() - total.values) <= exchanges.bio.bounds.sum() + total.bounds


@given(s=ANY)
def test_balance_of_every_activity(how, s):
    """What comes in with the exchanges of an activity and what it emits make up what its product carries away."""
    compiled, cost, result = solved(s, how)
    chain = supply(compiled, 0, 1.0, how)
    exchanges = by_exchange(chain, cost, result)
    incoming = np.bincount(s.tech_consumer, exchanges.tech.values, minlength=s.n) + cost.values * chain.runs
    outgoing = np.abs(s.production) * chain.runs * result.values
    slack = np.bincount(s.tech_consumer, exchanges.tech.bounds, minlength=s.n).astype(float)
    slack += np.abs(s.production) * (np.abs(chain.runs) * result.bounds + chain.bounds * np.abs(result.values)) * 2
    size = np.bincount(s.tech_consumer, np.abs(exchanges.tech.values), minlength=s.n) + np.abs(cost.values * chain.runs)
    assert (np.abs(incoming - outgoing) <= slack + 1e-12 * size).all()


@given(s=systems(credits_=True))
def test_sensitivities_are_derivatives(how, s):
    """The footprint is homogeneous: amounts and production of one activity scaled together leave it unchanged."""
    compiled, cost, result = solved(s, how)
    chain = supply(compiled, 0, 1.0, how)
    slope = sensitivities(chain, cost, result)
    balance = slope.production * s.production
    balance = balance + np.bincount(s.tech_consumer, slope.tech * s.tech_amount, minlength=s.n)
    balance = balance + np.bincount(s.bio_activity, slope.bio * s.bio_amount, minlength=s.n)
    assert balance == pytest.approx(np.zeros(s.n), abs=1e-9 * (1 + np.abs(slope.production * s.production).max()))


@given(s=systems(), pick=st.integers(0, 10_000))
def test_sensitivity_predicts_a_small_change(how, s, pick):
    assume(len(s.tech_amount) > 0)
    compiled, cost, result = solved(s, how)
    position = pick % len(s.tech_amount)
    step = 1e-6 * s.tech_amount[position]
    slope = sensitivities(supply(compiled, 0, 1.0, how), cost, result).tech[position]
    changed = compiled.with_amounts(tech={position: s.tech_amount[position] + step})
    moved = scores(changed, cost, how).values[0] - result.values[0]
    assert moved == pytest.approx(slope * step, rel=2e-4, abs=1e-9 * (abs(result.values[0]) + abs(slope * step)))


@given(s=ANY, cutoff=st.sampled_from([1e-1, 1e-3]))
def test_tree_loses_nothing(how, s, cutoff):
    compiled, cost, result = solved(s, how)
    tree = path_tree(compiled, result, cost, 0, 2.0, cutoff=cutoff, max_nodes=300)
    shown = np.zeros(len(tree))
    np.add.at(shown, tree.parent[1:], tree.value[1:])
    size = np.abs(tree.value).max() + np.abs(tree.direct).max()
    assert tree.direct + shown + tree.remainder == pytest.approx(tree.value, rel=1e-9, abs=1e-12 * size)
    assert tree.direct.sum() + tree.remainder.sum() == pytest.approx(tree.total, rel=1e-9, abs=1e-10 * size)
    assert tree.total == pytest.approx(2.0 * result.values[0])
    assert sorted(tree.walk()) == list(range(len(tree)))


@given(s=systems(credits_=True))
def test_stages_agree_with_walking_the_paths(how, s):
    """Acyclic systems: the stage of each flow found by following every path by hand."""
    acyclic = replace(s, tech_amount=np.where(s.tech_provider < s.tech_consumer, s.tech_amount, 0.0))
    compiled, cost, result = solved(acyclic, how)
    top = s.n - 1
    stages = by_stage(supply(compiled, top, 1.0, how), cost, result, how)
    found = dict.fromkeys([*STAGES, ""], 0.0)

    def walk(activity, runs, stage):
        for e in np.flatnonzero(s.bio_activity == activity):
            own = stage if stage is not None else int(s.bio_stage[e])
            found[STAGES[own] if own >= 0 else ""] += runs * s.bio_amount[e] * FACTORS[s.bio_row[e]]
        for e in np.flatnonzero((s.tech_consumer == activity) & (acyclic.tech_amount != 0)):
            provider, own = int(s.tech_provider[e]), stage
            if own is None and s.tech_stage[e] >= 0:
                own = int(s.tech_stage[e])
            walk(provider, runs * s.tech_amount[e] / s.production[provider], own)

    walk(top, 1.0 / abs(s.production[top]), None)
    size = np.abs(stages.values).max() + abs(stages.total)
    assert stages.values == pytest.approx([found[label] for label in stages.labels], rel=1e-9, abs=1e-10 * size)


@given(s=ANY)
def test_kernels_agree(s):
    pytest.importorskip("numba", reason="numba is not installed")
    one, two = (solved(s, Settings(kernel=kernel))[2] for kernel in ("scipy", "numba"))
    assert (np.abs(one.values - two.values) <= one.bounds + two.bounds).all()


@given(s=ANY, amount=st.just(0.0) | st.floats(1e-6, 0.02), pick=st.integers(0, 10_000))
def test_update_equals_rebuild(how, s, amount, pick):
    assume(len(s.tech_amount) > 0)
    compiled = compile_system(s)
    position = pick % len(s.tech_amount)
    new = amount * s.tech_amount[position]
    updated = compiled.with_amounts(tech={position: new}, production={0: s.production[0] * 2})
    rebuilt = compile_system(updated.system)
    cost = rebuilt.cost(FACTORS)
    one, two = scores(updated, cost, how), scores(rebuilt, cost, how)
    assert (np.abs(one.values - two.values) <= one.bounds + two.bounds).all()
    assert (updated.entry == SELF).sum() == (s.tech_provider == s.tech_consumer).sum()


def test_no_activities_at_all(how):
    _, cost, result = solved(system([]), how)
    assert cost.values.shape == result.values.shape == result.bounds.shape == (0,)
