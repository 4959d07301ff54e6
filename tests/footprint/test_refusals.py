"""What cannot be calculated is refused, by name."""

from dataclasses import replace

import numpy as np
import pytest
from small_systems import FACTORS, assert_bounded, dense_scores, exact_runs, exact_scores, from_matrix, system

from benchmarks.generate import factors, generate
from footprint import Settings, compile_system, fallback, path_tree, scores, supply
from footprint.contributions import by_activity, by_exchange
from footprint.distributions import Distributions
from footprint.errors import (
    InvalidQuery,
    InvalidSystem,
    NotCertified,
    NotConverged,
    SingularSystem,
    UnproductiveLoop,
)
from footprint.incremental import rescored
from footprint.montecarlo import Plan, simulate
from footprint.tables import first_tier
from footprint.variables import Places, Variables
from footprint.whatif import WhatIf

GOOD = ([1.0, 1.0], [(0, 1, 0.5)], [(0, 0, 1.0)])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0])
def test_production_must_be_a_number_but_zero(value):
    with pytest.raises(InvalidSystem, match="activity-1") as error:
        compile_system(system([1.0, value]))
    assert error.value.activity == "activity-1"


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("name", ["tech_amount", "bio_amount"])
def test_amounts_must_be_numbers(name, value):
    s = replace(system(*GOOD), **{name: np.array([value])})
    with pytest.raises(InvalidSystem, match=r"exchange-[01] of activity activity-[01]") as error:
        compile_system(s)
    assert error.value.exchange in s.exchange_ids


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("tech_provider", 2, np.int32),
        ("tech_consumer", -1, np.int32),
        ("tech_stage", 3, np.int16),
        ("tech_exchange", 9, np.int64),
        ("bio_activity", 2, np.int32),
        ("bio_row", 3, np.int16),
        ("bio_stage", -2, np.int16),
    ],
)
def test_indices_must_point_somewhere(name, value, kind):
    s = replace(system(*GOOD), **{name: np.array([value], dtype=kind)})
    with pytest.raises(InvalidSystem, match=name):
        s.check()


def test_lengths_and_types_are_checked():
    with pytest.raises(InvalidSystem, match=r"tech_stage has shape \(2,\)"):
        replace(system(*GOOD), tech_stage=np.zeros(2, dtype=np.int16)).check()
    with pytest.raises(InvalidSystem, match="float32"):
        replace(system(*GOOD), production=np.ones(2, dtype=np.float32)).check()


def test_overflow_names_the_activity():
    with pytest.raises(InvalidSystem, match="activity-1 needs more than"):
        compile_system(system([1.0, 1e-200], [(0, 1, 1e200)]))


@pytest.mark.parametrize("used", [1.0, 1.5])
def test_self_use_of_everything(used):
    with pytest.raises(UnproductiveLoop, match="smelter") as error:
        compile_system(system([1.0, 1.0], [(1, 1, used)], names=["mine", "smelter"]))
    assert error.value.activities == ("smelter",)
    assert error.value.radius == used


@pytest.mark.parametrize("back", [1.0, 1.3])
def test_unproductive_loop_is_named_and_nobody_else(how, back):
    tech = [(0, 1, 0.5), (1, 2, 1.0), (2, 1, back), (2, 3, 1.0), (3, 4, 0.2), (4, 3, 0.2)]
    compiled = compile_system(system([1.0] * 5, tech, [(0, 0, 1.0)]))
    with pytest.raises(UnproductiveLoop) as error:
        scores(compiled, compiled.cost(FACTORS), how)
    assert set(error.value.activities) == {"activity-1", "activity-2"}
    assert error.value.radius == pytest.approx(np.sqrt(back))
    with pytest.raises(UnproductiveLoop):
        supply(compiled, 0, 1.0, how)


def test_smallest_knot_in_a_large_loop(how):
    """2,000 activities in one productive loop, three of which are not."""
    s = generate(3000, seed=3)
    core = compile_system(s)
    block = int(np.argmax(np.diff(core.adjoint.matrix.blocks)))
    members = core.adjoint.order[core.adjoint.matrix.blocks[block] :][:2000]
    a, b, c = (int(j) for j in members[[10, 700, 1500]])
    knot = [(a, b), (b, c), (c, a)]
    sign = core.sign
    extra = [sign[i] * 1.2 * core.scale[j] for i, j in knot]
    bad = replace(
        s,
        tech_provider=np.append(s.tech_provider, np.array([i for i, _ in knot], dtype=np.int32)),
        tech_consumer=np.append(s.tech_consumer, np.array([j for _, j in knot], dtype=np.int32)),
        tech_amount=np.append(s.tech_amount, extra),
        tech_exchange=np.append(s.tech_exchange, [-1] * 3),
        tech_stage=np.append(s.tech_stage, np.array([-1] * 3, dtype=np.int16)),
    )
    positive = replace(bad, tech_amount=np.abs(bad.tech_amount) * sign[bad.tech_provider])
    compiled = compile_system(positive)
    with pytest.raises(UnproductiveLoop) as error:
        scores(compiled, compiled.cost(factors()), how)
    assert set(error.value.activities) == {s.activity_ids[j] for j in (a, b, c)}


def test_loop_close_to_unproductive_is_still_solved(how):
    s = system([1.0, 1.0], [(0, 1, 0.9999), (1, 0, 1.0)], [(0, 0, 1.0)])
    compiled = compile_system(s)
    result = scores(compiled, compiled.cost(FACTORS), how)
    assert_bounded(result.values, result.bounds, exact_scores(s))
    assert (result.bounds <= 1e-6 * np.abs(result.values)).all()


def test_a_loop_too_large_to_factorise_is_refused(monkeypatch):
    """The sparse factors of a large loop take minutes; a limit of one activity stands for that here."""
    monkeypatch.setattr(fallback, "LARGEST_LOOP", 1)
    compiled = compile_system(system([1.0, 1.0], [(0, 1, 0.5), (1, 0, 0.5)], [(0, 0, 1.0)]))
    with pytest.raises(NotConverged, match="loop of 2 activities"):
        fallback.direct(compiled.adjoint, np.ones(2), compiled.system.activity_ids)


@pytest.mark.parametrize(("credit", "method"), [(-0.5, "gauss-seidel"), (-0.9, "gmres"), (-40.0, "gmres")])
def test_method_is_reported_and_the_direct_solver_agrees(how, credit, method):
    s = system([1.0, 1.0, 1.0], [(1, 0, 1.2), (0, 1, credit), (0, 2, 2.0)], [(0, 0, 5.0), (1, 1, 0.3), (2, 0, 1.0)])
    compiled = compile_system(s)
    cost = compiled.cost(FACTORS)
    result = scores(compiled, cost, how)
    assert result.info.method == method
    order = compiled.adjoint.order
    alternative = fallback.direct(compiled.adjoint, (cost.values / compiled.scale)[order], s.activity_ids)
    assert alternative == pytest.approx(result.values[order], rel=1e-11)


@pytest.mark.parametrize("credit", [-0.9, -1.0, -1.5, -40.0])
def test_strong_credits_in_a_loop_are_solved_and_certified(how, credit):
    """The absolute values are unproductive, the system is not: 1 of b per a, a credit of a per b."""
    s = system([1.0, 1.0, 1.0], [(1, 0, 1.2), (0, 1, credit), (0, 2, 2.0)], [(0, 0, 5.0), (1, 1, 0.3), (2, 0, 1.0)])
    compiled = compile_system(s)
    result = scores(compiled, compiled.cost(FACTORS), how)
    assert_bounded(result.values, result.bounds, exact_scores(s))
    assert (result.bounds <= 1e-9 * np.abs(result.values).max()).all()
    chain = supply(compiled, 2, 3.0, how)
    assert_bounded(chain.runs, chain.bounds, exact_runs(s, 2, 3.0))


@pytest.fixture(scope="session")  # each kernel comes to this module anew
def knotted():
    """A knot of mixed signs within a loop of 1,200 activities, and its scores by a dense solve."""
    s = generate(2000, seed=5)
    plain = compile_system(s)
    block = int(np.argmax(np.diff(plain.adjoint.matrix.blocks)))
    a, b = (int(j) for j in plain.adjoint.order[plain.adjoint.matrix.blocks[block] :][[20, 900]])
    extra = [plain.sign[a] * 1.5 * plain.scale[b], -plain.sign[b] * 1.4 * plain.scale[a]]
    mixed = replace(
        s,
        tech_provider=np.append(s.tech_provider, np.array([a, b], dtype=np.int32)),
        tech_consumer=np.append(s.tech_consumer, np.array([b, a], dtype=np.int32)),
        tech_amount=np.append(s.tech_amount, extra),
        tech_exchange=np.append(s.tech_exchange, [-1, -1]),
        tech_stage=np.append(s.tech_stage, np.array([-1, -1], dtype=np.int16)),
    )
    compiled = compile_system(mixed)
    return mixed, dense_scores(compiled, compiled.cost(factors()))


def test_strong_credits_inside_a_large_system(knotted, how):
    mixed, truth = knotted
    compiled = compile_system(mixed)
    result = scores(compiled, compiled.cost(factors()), how)
    assert (np.abs(truth - result.values) <= result.bounds).all()
    assert np.median(result.bounds / np.abs(truth)) < 1e-8


def test_singular_system_with_credits(how):
    s = system([1.0, 1.0, 1.0], [(0, 1, -2.0), (1, 0, -0.5), (0, 2, 1.0)], [(0, 0, 1.0)])
    compiled = compile_system(s)
    with pytest.raises(SingularSystem) as error:
        scores(compiled, compiled.cost(FACTORS), how)
    assert set(error.value.activities) == {"activity-0", "activity-1"}


@pytest.mark.parametrize("seed", range(20))
def test_a_sound_system_in_units_of_very_different_size_is_not_called_singular(how, seed):
    rng = np.random.default_rng(seed)
    n = 6
    need = rng.uniform(-1, 1, (n, n)) * (rng.random((n, n)) < 0.3) * (1 - np.eye(n)) + 0.9 * np.roll(
        np.eye(n), 1, axis=1
    )
    unit, emissions = 10.0 ** rng.uniform(-8, 8, n), rng.random(n)
    compiled = compile_system(from_matrix(need * np.divide.outer(unit, unit), emissions * 1e-3 / unit))
    try:
        found = scores(compiled, compiled.cost(FACTORS), how)
    except NotCertified:
        return  # sound, but the credits are too strong for a bound
    truth = np.linalg.solve(np.eye(n) - need.T, emissions * 1e-3) / unit
    assert found.values == pytest.approx(truth, rel=1e-9)


def test_without_fall_back_divergence_is_said(how):
    s = system([1.0, 1.0], [(1, 0, 3.0), (0, 1, -3.0)], [(0, 0, 1.0)])
    compiled = compile_system(s)
    with pytest.raises((NotConverged, NotCertified)):
        scores(compiled, compiled.cost(FACTORS), replace(how, fallback=False, sweeps=2000))


@pytest.mark.parametrize("shape", [(2,), (3, 2), (1, 1, 3)])
def test_factors_must_fit_the_rows(shape):
    with pytest.raises(InvalidQuery, match="one per row"):
        compile_system(system(*GOOD)).cost(np.ones(shape))


def test_factors_must_be_numbers():
    with pytest.raises(InvalidQuery, match="CH4_fossil"):
        compile_system(system(*GOOD)).cost(np.array([1.0, np.nan, 0.0]))


@pytest.mark.parametrize("others", [1, 3])
def test_the_cost_of_a_system_of_another_size_is_refused(how, others):
    """That of a lone activity is the dangerous one: its emissions would be repeated for every activity."""
    compiled = compile_system(system(*GOOD))
    cost, chain = compiled.cost(FACTORS), supply(compiled, 1, 1.0, how)
    found = scores(compiled, cost, how)
    foreign = compile_system(system([1.0] * others, [], [(0, 0, 1.0)])).cost(FACTORS)
    nothing = Variables([], Distributions.of([]), Places.of(), Places.of(), Places.of())
    asked = [
        lambda: scores(compiled, foreign, how),
        lambda: chain.total(foreign),
        lambda: by_activity(chain, foreign),
        lambda: by_exchange(chain, foreign, found),
        lambda: path_tree(compiled, found, foreign, 1),
        lambda: first_tier(compiled, found, foreign, 1),
        lambda: rescored(compiled, foreign, found, np.array([0, 1]), np.zeros(2, dtype=bool), how),
        lambda: simulate(compiled, foreign, nothing, [(1, 1.0)], Plan(draws=2)),
        lambda: WhatIf(chain, foreign, found, how),
    ]
    for ask in asked:
        with pytest.raises(InvalidQuery, match=rf"emissions of {others} activities, the system has 2"):
            ask()


@pytest.mark.parametrize(("activity", "amount"), [(2, 1.0), (-1, 1.0), (0, np.nan), (0, np.inf)])
def test_demand_must_make_sense(activity, amount):
    with pytest.raises(InvalidQuery):
        supply(compile_system(system(*GOOD)), activity, amount)


def test_questions_to_the_tree_must_make_sense(how):
    compiled = compile_system(system(*GOOD))
    cost = compiled.cost(FACTORS)
    result = scores(compiled, cost, how)
    with pytest.raises(InvalidQuery, match="cut-off"):
        path_tree(compiled, result, cost, 0, cutoff=0.0)
    with pytest.raises(InvalidQuery, match="activity 5"):
        path_tree(compiled, result, cost, 5)


def test_unknown_kernel():
    compiled = compile_system(from_matrix([[0.0]], [1.0]))
    with pytest.raises(InvalidQuery, match="choose one of"):
        scores(compiled, compiled.cost(FACTORS), Settings(kernel="cuda"))


@pytest.mark.parametrize("amount", [1e307, 1e308])
def test_a_result_too_large_for_a_number_is_refused(amount):
    """90 kg for 1: 1e307 overflows the sum, 1e308 the runs of the second activity; neither is told as infinite."""
    compiled = compile_system(system([1.0, 1.0], [(0, 1, 9.0)], [(0, 0, 10.0)]))
    with pytest.raises(NotCertified, match=r"overflowed\. Check the amounts"):
        supply(compiled, 1, amount).total(compiled.cost(FACTORS))
    small = supply(compiled, 1, 1e305).total(compiled.cost(FACTORS))
    assert small.values == pytest.approx(90e305 * FACTORS[0], rel=1e-12)
