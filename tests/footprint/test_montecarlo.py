"""Uncertainty of footprints on arrays: first order and simulation, against closed forms and against brute force."""

import math

import numpy as np
import pytest
from amounts import tries
from hypothesis import given
from hypothesis import strategies as st
from small_systems import CO2, FACTORS, dense_scores, from_matrix, system, systems

from footprint import draws_numpy, draws_scipy, montecarlo
from footprint.compile import compile_system
from footprint.distributions import Distributions, Family
from footprint.errors import InvalidQuery
from footprint.firstorder import derivatives, propagate
from footprint.montecarlo import Plan, moments, simulate
from footprint.revaluation import Pattern, reached
from footprint.solve import scores, supply
from footprint.summaries import rank_correlation, squared_correlations, summary
from footprint.variables import Places, Variables

NAN = math.nan


def lognormal(cv):
    """A lognormal multiplier with mean 1."""
    s2 = math.log1p(cv**2)
    return Family.LOGNORMAL, -s2 / 2, math.sqrt(s2), NAN


def normal(cv):
    return Family.NORMAL, 1.0, cv, NAN


def variables(rows, tech=(), bio=(), production=()):
    places = (Places.of(list(pairs)) for pairs in (tech, bio, production))
    return Variables([f"number-{v}" for v in range(len(rows))], Distributions.of(rows), *places)


def first_order(compiled, numbers, activity=0, amount=1.0):
    cost = compiled.cost(FACTORS)
    chain = supply(compiled, activity, amount)
    slopes = derivatives(chain, cost, scores(compiled, cost), numbers)
    return propagate(float(chain.total(cost).values), slopes, numbers.distributions)


def draw(compiled, numbers, demands=((0, 1.0),), draws=10_000, **plan):
    return simulate(compiled, compiled.cost(FACTORS), numbers, demands, Plan(draws, **plan))


# amount, its half-width, factor, its half-width: rule R15
FOUR = ((13400, 0.02, 0.5777, 0.05), (1.0, 0.03, 1503, 0.04), (1.92, 0.01, 1250, 0.20), (1.0, 0.0, 293, 0.50))


def four_terms():
    tech = [(i, 0, amount) for i, (amount, *_) in enumerate(FOUR, 1)]
    bio = [(i, 0, factor) for i, (_, _, factor, _) in enumerate(FOUR, 1)]
    rows = [normal(u / 1.96) for _, u, _, _ in FOUR] + [lognormal(u / 1.96) for *_, u in FOUR]
    places = [(v, v) for v in range(4)]
    return compile_system(system([1.0] * 5, tech, bio)), variables(rows, places, [(4 + v, v) for v in range(4)])


def test_first_order_of_rule_r15():
    found = first_order(*four_terms())
    assert found.value == pytest.approx(11937.18, abs=1e-9)
    assert found.half_width == pytest.approx(657.17, abs=5e-3)
    assert 100 * found.relative == pytest.approx(5.505, abs=5e-4)
    # alumina 2400 x 0.2, power 7741.18 x 0.05 and x 0.02
    assert np.abs(found.effects[[6, 4, 0]]) == pytest.approx([480.0, 387.059, 154.8236])
    assert found.shares.sum() == pytest.approx(1.0)
    assert 0 < found.bound < 1e-9


def test_simulation_of_rule_r15():
    """Mean 11936.3 and interval 11301..12620 of 200,000 draws there, here of other random numbers."""
    found = summary(draw(*four_terms(), draws=200_000).values[:, 0])
    assert found.mean == pytest.approx(11936.3, abs=4 * found.standard_error)
    assert found.percentiles[0] == pytest.approx(11301, abs=4 * found.percentile_errors[0] + 0.5)
    assert found.percentiles[2] == pytest.approx(12620, abs=4 * found.percentile_errors[2] + 0.5)
    assert 100 * found.relative_half_width == pytest.approx(5.52, abs=0.03)


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    first, again, other = (draw(*four_terms(), draws=2000, seed=seed).values for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


FAMILIES = [lognormal(0.5), normal(0.2), (Family.TRIANGULAR, 0.5, 0.8, 2.0), (Family.UNIFORM, 0.5, NAN, 2.0)]


@pytest.mark.parametrize("row", FAMILIES)
@pytest.mark.parametrize("where", ["tech", "bio", "production"])
def test_a_single_number_gives_its_family(row, where):
    """F = 40 m, or 40 / m where the output is what is uncertain."""
    compiled = compile_system(system([1.0, 1.0], [(1, 0, 4.0)], [(1, 0, 10.0)]))
    made = variables([row], **{where: [(0, 0)]})
    found = summary(draw(compiled, made, draws=20_000).values[:, 0])
    percentiles = [made.distributions.percentile(p)[0] for p in (2.5, 50, 97.5)]
    if where == "production":
        percentiles = [1 / p for p in reversed(percentiles)]
    for value, error, closed in zip(found.percentiles, found.percentile_errors, percentiles, strict=True):
        assert value == pytest.approx(40 * closed, abs=4 * error)


def test_a_linear_system_has_the_variance_of_first_order():
    rows = [normal(0.1), normal(0.3), lognormal(0.2)]
    compiled = compile_system(system([2.0], [], [(0, 0, 3.0), (0, 1, 0.1), (0, 0, 5.0)]))
    made = variables(rows, bio=[(0, 0), (1, 1), (2, 2)])
    values = draw(compiled, made, draws=50_000).values[:, 0]
    # 1.5 x 0.1, 0.05 x 29.8 x 0.3, 2.5 x 0.2
    closed = math.sqrt(0.15**2 + 0.447**2 + 0.5**2)
    assert first_order(compiled, made).half_width == pytest.approx(1.96 * closed)
    assert values.std() == pytest.approx(closed, rel=4 / math.sqrt(2 * 50_000) * 1.5)


def test_a_number_used_twice_is_one_draw():
    """Two inputs of one factor: 3 m + 2 m, not 3 m + 2 m'."""
    compiled = compile_system(system([1.0, 1.0], [(1, 0, 3.0), (1, 0, 2.0)], [(1, 0, 10.0)]))
    shared = variables([normal(0.1)], bio=[(0, 0)])
    assert first_order(compiled, shared).half_width == pytest.approx(1.96 * 5.0)
    split = variables([normal(0.1)], tech=[(0, 0), (0, 1)])
    assert first_order(compiled, split).half_width == pytest.approx(1.96 * 5.0)
    apart = variables([normal(0.1)] * 2, tech=[(0, 0), (1, 1)])
    assert first_order(compiled, apart).half_width == pytest.approx(1.96 * math.hypot(3, 2))
    assert draw(compiled, shared, draws=500).values.std() / draw(compiled, apart, draws=500).values.std() > 1.2


def test_opposite_uses_of_one_number_cancel():
    compiled = compile_system(system([1.0, 1.0], [(1, 0, 3.0), (1, 0, -3.0)], [(0, 0, 7.0), (1, 0, 10.0)]))
    made = variables([normal(0.5)], bio=[(0, 1)])
    assert first_order(compiled, made).half_width == pytest.approx(0.0, abs=1e-12)
    assert draw(compiled, made, draws=100).values == pytest.approx(7.0)


def test_a_number_under_two_variables_is_multiplied_by_both():
    compiled = compile_system(system([1.0], [], [(0, 0, 10.0), (0, 0, 1.0)]))
    made = variables([(Family.UNIFORM, 2.0, NAN, 2.0), (Family.UNIFORM, 3.0, NAN, 3.0)], bio=[(0, 0), (0, 1), (1, 0)])
    assert draw(compiled, made, draws=3).values[:, 0].tolist() == [62.0] * 3
    moved = variables(
        [(Family.UNIFORM, 2.0, NAN, 2.0), (Family.UNIFORM, 3.0, NAN, 3.0), normal(0.1)],
        bio=[(0, 0), (0, 1), (1, 0)], production=[(2, 0)],
    )  # fmt: skip
    for kernel in ("numpy", "numba"):
        scale = draw(compiled, moved, draws=3, kernel=kernel).values[:, 0] / 62.0
        assert scale == pytest.approx(
            1 / moved.distributions[np.array([2])].sampler(montecarlo.DEFAULT_SEED).draw(3)[:, 0]
        )


def loop():
    """A loop of three with self-use and a credit, in units of different size."""
    tech = [(0, 0, 0.2), (1, 0, 30.0), (2, 1, 1e-3), (0, 2, 0.1), (1, 2, -5.0), (0, 1, 0.002)]
    return system([2.0, 100.0, 1.0], tech, [(0, 0, 3.0), (1, 1, 0.5), (2, 0, 4.0)])


def brute_force(s, made, multipliers):
    """Footprints under one draw, by numpy's dense solver."""
    tech, bio, production = (a.copy() for a in (s.tech_amount, s.bio_amount, s.production))
    for values, places in ((tech, made.tech), (bio, made.bio), (production, made.production)):
        for v, position in zip(places.variable, places.position, strict=True):
            values[position] *= multipliers[v]
    a = np.diag(production)
    np.subtract.at(a, (s.tech_provider, s.tech_consumer), tech)
    b = np.bincount(s.bio_activity, FACTORS[s.bio_row] * bio, minlength=s.n)
    return np.linalg.solve(a.T, b) * np.sign(s.production)


@pytest.mark.parametrize("kernel", ["numpy", "numba", "scipy"])
def test_uncertain_loops_against_brute_force(kernel):
    s = loop()
    made = variables(
        [lognormal(0.3)] * 8, [(v, v) for v in range(6)], [(6, 0), (6, 2)], [(7, 1)]
    )  # fmt: skip
    compiled = compile_system(s)
    demands = [(0, 2.0), (1, 1.0), (2, 0.5)]
    found = draw(compiled, made, demands, draws=40, seed=9, kernel=kernel)
    multipliers = made.distributions.sampler(9).draw(40)
    expected = [brute_force(s, made, m) * [2.0, 1.0, 0.5] for m in multipliers]
    assert found.values == pytest.approx(np.array(expected), rel=1e-7)
    assert (found.failed, found.checked) == (0, 5)
    assert found.largest_error < 1e-7 * np.abs(found.values).max()


@tries(25)
@given(systems(credits_=False), st.integers(0, 2**31), st.sampled_from(["numpy", "numba", "scipy"]))
def test_law_every_draw_is_the_footprint_of_the_system_it_stands_for(s, seed, kernel):
    """Amounts fall by up to a half, so that every system stays productive."""
    sizes = (len(s.tech_amount), len(s.bio_amount))
    rows = [(Family.UNIFORM, 0.5, NAN, 1.0)] * sum(sizes)
    made = variables(rows, [(v, v) for v in range(sizes[0])], [(sizes[0] + v, v) for v in range(sizes[1])])
    compiled = compile_system(s)
    found = draw(compiled, made, [(j, 1.0) for j in range(s.n)], draws=3, seed=seed, kernel=kernel)
    if len(made):
        used = Pattern.of(compiled, compiled.cost(FACTORS), made, np.arange(s.n)).used(len(made))
        multipliers = np.ones((3, len(made)))
        multipliers[:, used] = made.distributions[used].sampler(seed).draw(3)
        for values, m in zip(found.values, multipliers, strict=True):
            changed = compiled.with_amounts(
                tech={p: s.tech_amount[p] * m[v] for v, p in zip(made.tech.variable, made.tech.position, strict=True)},
                bio={p: s.bio_amount[p] * m[v] for v, p in zip(made.bio.variable, made.bio.position, strict=True)},
            )
            exact = dense_scores(changed, changed.cost(FACTORS))
            assert values == pytest.approx(exact, rel=1e-6, abs=1e-7 * np.abs(exact).max())


@tries(25)
@given(systems(credits_=True), st.randoms(use_true_random=False))
def test_law_derivatives_match_differences(s, random):
    """The derivative by a multiplier, against a step of 1e-6 each way."""
    if not len(s.tech_amount):
        return
    place = random.randrange(len(s.tech_amount))
    made = variables([normal(0.1)], tech=[(0, place)], production=[])
    compiled = compile_system(s)
    cost = compiled.cost(FACTORS)
    chain = supply(compiled, 0)
    slope = float(derivatives(chain, cost, scores(compiled, cost), made).values[0])
    ends = []
    for step in (-1e-6, 1e-6):
        changed = compiled.with_amounts(tech={place: s.tech_amount[place] * (1 + step)})
        ends.append(float(supply(changed, 0).total(cost).values))
    size = abs(float(scores(compiled, cost).values[0])) + abs(slope) + 1e-9
    assert slope == pytest.approx((ends[1] - ends[0]) / 2e-6, rel=1e-3, abs=1e-5 * size)


def test_derivative_by_a_reference_output():
    """F = 40 / m: dF/dm = -40."""
    compiled = compile_system(system([1.0, 1.0], [(1, 0, 4.0)], [(1, 0, 10.0)]))
    found = first_order(compiled, variables([normal(0.1)], production=[(0, 1)]))
    assert found.effects == pytest.approx([-40 * 0.196])


def test_only_emissions_vary_on_a_fixed_supply_chain():
    s = loop()
    compiled = compile_system(s)
    made = variables([lognormal(0.3)] * 2, bio=[(0, 0), (1, 2)])
    found = draw(compiled, made, [(0, 1.0), (1, 2.0)], draws=50, seed=3)
    multipliers = made.distributions.sampler(3).draw(50)
    expected = [brute_force(s, made, m)[:2] * [1.0, 2.0] for m in multipliers]
    assert found.method == "fixed supply chain"
    assert found.values == pytest.approx(np.array(expected), rel=1e-10)
    assert found.checked == 5


def test_two_products_share_the_draws_of_what_they_share():
    """Two users of one factor: their difference has no spread but their own; a product less itself is zero."""
    compiled = compile_system(system([1.0] * 3, [(2, 0, 3.0), (2, 1, 3.0)], [(2, 0, 10.0)]))
    shared = variables([lognormal(0.3)], bio=[(0, 0)])
    values = draw(compiled, shared, [(0, 1.0), (1, 1.0), (0, 1.0)], draws=200).values
    assert values[:, 0].std() > 5
    assert np.array_equal(values[:, 0], values[:, 1])
    assert np.array_equal(values[:, 0], values[:, 2])
    own = variables([lognormal(0.3), normal(0.1)], tech=[(1, 1)], bio=[(0, 0)])
    values = draw(compiled, own, [(0, 1.0), (1, 1.0)], draws=2000).values
    assert (values[:, 0] - values[:, 1]).std() == pytest.approx(3.0, rel=0.15)


def test_what_a_product_does_not_use_does_not_change_its_draws():
    """Numbers of other supply chains neither enter nor shift the stream."""
    s = system([1.0] * 4, [(1, 0, 3.0), (3, 2, 1.0)], [(1, 0, 10.0), (3, 0, 1.0)])
    alone = variables([lognormal(0.3)], bio=[(0, 0)])
    beside = variables([normal(0.2), lognormal(0.3), normal(0.4)], tech=[(0, 1)], bio=[(1, 0), (2, 1)])
    compiled = compile_system(s)
    first = draw(compiled, alone, draws=9)
    second = simulate(compiled, compiled.cost(FACTORS), beside, [(0, 1.0)], Plan(9), tracked=[2, 1])
    assert np.array_equal(first.values, second.values)
    assert (second.tracked[:, 0] == 1.0).all()
    assert 30 * second.tracked[:, 1] == pytest.approx(second.values[:, 0])


def test_the_order_of_exchanges_does_not_matter():
    s = loop()
    turned = np.array([5, 3, 1, 0, 2, 4])
    other = system(
        s.production, [(s.tech_provider[e], s.tech_consumer[e], s.tech_amount[e]) for e in turned],
        [(s.bio_activity[e], s.bio_row[e], s.bio_amount[e]) for e in (2, 0, 1)],
    )  # fmt: skip
    rows = [lognormal(0.1 + 0.05 * v) for v in range(6)]
    first = draw(compile_system(s), variables(rows, [(v, v) for v in range(6)]), draws=30)
    second = draw(compile_system(other), variables(rows, [(int(v), p) for p, v in enumerate(turned)]), draws=30)
    assert second.values == pytest.approx(first.values, rel=1e-8)


def test_small_portions_give_the_same_draws(monkeypatch):
    compiled, made = compile_system(loop()), variables([lognormal(0.3)] * 6, [(v, v) for v in range(6)])
    whole = draw(compiled, made, draws=25, checked=3)
    monkeypatch.setattr(montecarlo, "PORTION", 1)
    parts = draw(compiled, made, draws=25, checked=3)
    assert parts.values == pytest.approx(whole.values, rel=1e-9)
    assert parts.checked == 3


@pytest.mark.parametrize("kernel", ["numpy", "numba", "scipy"])
def test_moments_of_all_products_are_those_of_the_draws(kernel, monkeypatch):
    monkeypatch.setattr(montecarlo, "PORTION", 200)  # several portions
    compiled, made = compile_system(loop()), variables([lognormal(0.3)] * 6, [(v, v) for v in range(6)])
    values = draw(compiled, made, [(j, 1.0) for j in range(3)], draws=300).values
    found = moments(compiled, compiled.cost(FACTORS), made, Plan(300, kernel=kernel))
    assert found.mean == pytest.approx(values.mean(axis=0), rel=1e-7)
    assert found.deviation == pytest.approx(values.std(axis=0, ddof=1), rel=1e-6)
    assert (found.draws, found.failed) == (300, 0)


@pytest.mark.parametrize("kernel", ["numpy", "numba", "scipy"])
@pytest.mark.parametrize("own", [True, False])
def test_draws_that_use_up_what_they_make_are_counted(kernel, own):
    """Use of 0.5 of the own product, times 0.5 to 2.5: unproductive from 2 on, a quarter of the draws."""
    tech = [(0, 0, 0.5)] if own else [(1, 0, 0.5), (0, 1, 1.0)]
    compiled = compile_system(system([1.0] * (1 if own else 2), tech, [(0, 0, 1.0)]))
    made = variables([(Family.UNIFORM, 0.5, NAN, 2.5)], tech=[(0, 0)])
    found = draw(compiled, made, draws=100, kernel=kernel)
    multipliers = made.distributions.sampler(montecarlo.DEFAULT_SEED).draw(100)[:, 0]
    sound = multipliers < 2
    assert found.failed == np.sum(~sound) > 15
    assert found.values[:, 0] == pytest.approx(1 / (1 - 0.5 * multipliers[sound]), rel=1e-5)


def test_what_nobody_had_time_to_decide_is_said(monkeypatch):
    monkeypatch.setattr(montecarlo, "RESCUES", (3, 3, 0))
    compiled = compile_system(system([1.0, 1.0], [(1, 0, 0.5), (0, 1, 1.0)], [(0, 0, 1.0)]))
    found = draw(compiled, variables([(Family.UNIFORM, 0.5, NAN, 2.5)], tech=[(0, 0)]), draws=400)
    assert found.rescued == 3  # slow loops that are sound; they are tried first
    assert found.undecided == found.failed > 93


def test_a_draw_that_gauss_seidel_cannot_settle_is_solved_otherwise():
    """Credits of more than one in a loop of two: the sweeps diverge, the solution 1 / (1 + ab) is sound."""
    compiled = compile_system(system([1.0, 1.0], [(1, 0, 0.9), (0, 1, -0.9)], [(0, 0, 1.0)]))
    made = variables([(Family.UNIFORM, 1.4, NAN, 1.5)], tech=[(0, 0)])
    found = draw(compiled, made, draws=10)
    m = made.distributions.sampler(montecarlo.DEFAULT_SEED).draw(10)[:, 0]
    assert (found.failed, found.rescued) == (0, 10)
    assert found.values[:, 0] == pytest.approx(1 / (1 + 0.81 * m), rel=1e-9)


def test_no_draw_succeeds():
    compiled = compile_system(system([1.0], [(0, 0, 0.5)], [(0, 0, 1.0)]))
    made = variables([(Family.UNIFORM, 3.0, NAN, 4.0)], tech=[(0, 0)])
    with pytest.raises(InvalidQuery, match="none of 20 draws"):
        draw(compiled, made, draws=20)


@pytest.mark.parametrize(
    ("plan", "message"),
    [({"draws": 0}, "at least 1"), ({"seed": -1}, "seed is -1"), ({"kernel": "cuda"}, "'cuda' is unknown")],
)
def test_refused_plans(plan, message):
    with pytest.raises(InvalidQuery, match=message):
        draw(*four_terms(), **plan)


def test_refused_demands_and_variables():
    with pytest.raises(InvalidQuery, match="activity 9"):
        draw(*four_terms(), demands=[(9, 1.0)])
    with pytest.raises(InvalidQuery, match="2 variables have 1 distributions"):
        Variables(["a", "b"], Distributions.of([normal(0.1)]), Places.of(), Places.of(), Places.of())


def test_a_system_without_uncertain_numbers_gives_its_footprint():
    compiled = compile_system(from_matrix([[0.0, 0.2], [0.3, 0.1]], [1.0, 2.0]))
    found = draw(compiled, variables([]), draws=4)
    assert found.values[:, 0] == pytest.approx(np.repeat(scores(compiled, compiled.cost(FACTORS)).values[0], 4))
    assert first_order(compiled, variables([])).half_width == 0.0


def test_kernels_agree_on_a_large_random_loop():
    random = np.random.default_rng(5)
    from footprint import draws_numba  # half a second, which each process would take that collects

    n = 60
    a = random.random((n, n)) * (random.random((n, n)) < 0.1)
    compiled = compile_system(from_matrix(a * 0.6 / max(a.sum(axis=0).max(), 1), random.random(n)))
    m = len(compiled.system.tech_amount)
    made = variables([lognormal(0.2)] * m, [(v, v) for v in range(m)])
    cost = compiled.cost(FACTORS)
    pattern = Pattern.of(compiled, cost, made, reached(compiled, [3]))
    start = scores(compiled, cost).values[pattern.activity]
    multipliers = made.distributions.sampler(1).draw(6)
    kernels = (draws_numpy, draws_numba, draws_scipy)
    first, second, third = (k.solve(pattern, multipliers, start, 1e-12, 500) for k in kernels)
    assert first.values == pytest.approx(second.values, rel=1e-10)
    assert first.values == pytest.approx(third.values, rel=1e-10)


def test_the_kernel_follows_from_the_size(monkeypatch):
    compiled, made = compile_system(loop()), variables([lognormal(0.3)] * 6, [(v, v) for v in range(6)])
    assert draw(compiled, made, draws=5).method == "gauss-seidel (numpy)"
    monkeypatch.setattr(montecarlo, "WIDE", 1)
    assert draw(compiled, made, draws=5).method == "gauss-seidel (numba)"
    monkeypatch.setattr(montecarlo, "numba_available", lambda: False)
    assert draw(compiled, made, draws=5).method == "gauss-seidel (scipy)"
    with pytest.raises(InvalidQuery, match="needs numba"):
        draw(compiled, made, draws=5, kernel="numba")


def test_reached_rows_are_the_supply_chain():
    """0 needs 1 needs 2; 3 needs 1; from 1 on, only 1 and 2 count."""
    compiled = compile_system(
        system([1.0] * 4, [(1, 0, 0.5), (2, 1, 0.5), (1, 3, 0.5)], [(2, 0, 1.0)], rows=(CO2,) * 3)
    )
    assert sorted(compiled.adjoint.order[reached(compiled, [1])].tolist()) == [1, 2]
    assert sorted(compiled.adjoint.order[reached(compiled, [0, 3])].tolist()) == [0, 1, 2, 3]


def test_correlations_by_hand():
    inputs = np.array([[1.0, 2.0, 5.0], [2.0, 1.0, 5.0], [3.0, 4.0, 5.0], [4.0, 3.0, 5.0]])
    result = np.array([1.0, 2.0, 3.0, 40.0])
    # ranks 1 2 3 4 against 2 1 4 3: 1 - 6 x 4 / 60 = 0.6
    assert rank_correlation(inputs, result)[:2] == pytest.approx([1.0, 0.36])
    # covariance of (-1.5 .. 1.5) with the result 59, over sqrt(5 x 1085)
    assert squared_correlations(inputs, result)[0] == pytest.approx(59.0**2 / (5 * 1085))
    assert np.isnan(rank_correlation(inputs, result)[2])
    assert np.isnan(squared_correlations(inputs, result)[2])


def test_summary_by_hand():
    found = summary(np.array([4.0, 1.0, 3.0, 2.0]))
    assert (found.mean, found.deviation) == (2.5, pytest.approx(math.sqrt(5 / 3)))
    assert found.standard_error == pytest.approx(math.sqrt(5 / 12))
    assert found.percentiles == pytest.approx((1.075, 2.5, 3.925))
    assert np.isnan(found.percentile_errors[0])
    assert np.isnan(summary(np.array([4.0])).deviation)
    assert summary(np.array([-1.0, 1.0])).relative_half_width is None
