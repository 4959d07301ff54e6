"""EIO-LCA on arrays: rule R11 (深圳市计量质量检测研究院 2022, 2.2.1), supply-use tables, the integrated hybrid of rule R12."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.sparse import csc_array

from footprint import compile_system, scores, supply
from footprint.errors import InvalidQuery, InvalidSystem, NotCertified
from footprint.hybrid import HybridModel, integrate
from footprint.inputoutput import SectorTable, tiers
from footprint.supplyuse import from_supply_use

A = [[0.10, 0.20, 0.05], [0.15, 0.10, 0.30], [0.05, 0.02, 0.10]]
R = [1.2, 0.6, 5.0]


def table(a=A, r=R, energy=(2,), output=None):
    """A table from coefficients and intensities, stated for these outputs."""
    n = len(a)
    x = np.ones(n) if output is None else np.array(output, float)
    marks = np.isin(np.arange(n), energy)
    return SectorTable(
        [f"s{i + 1}" for i in range(n)], csc_array(np.array(a) * x), x, np.array(r, float) * x[: len(r)], marks
    )


def totals(found):
    return [float(tier.values) for tier in found.totals()]


def test_r11_three_tiers():
    """Three sectors, the third supplies energy, 100 CNY of it are bought."""
    found = tiers(table(), np.array([0, 0, 100.0]))
    assert found.output.values == pytest.approx([15.1910, 40.1476, 112.8472], abs=5e-5)
    assert totals(found) == pytest.approx([500.0, 550.0, 606.554], abs=5e-4)
    assert table(output=[4, 1, 9]).spectral_radius() == pytest.approx(0.3286, abs=5e-5)


def test_the_whole_chain_is_certified():
    found = tiers(table(), np.array([3.0, 7.0, 100.0]))
    exact = np.linalg.solve(np.eye(3) - np.array(A), [3.0, 7.0, 100.0])
    assert np.all(np.abs(found.output.values - exact) <= found.output.bounds + 1e-13 * exact)
    for tier, value in zip(found.totals(), (3.6 + 4.2 + 500, None, np.array(R) @ exact), strict=True):
        assert 0 < tier.bounds < 1e-10
        assert value is None or abs(tier.values - value) <= tier.bounds + 1e-12 * value


@pytest.mark.parametrize("money", [5e307, 1e308, 1.7e308])
def test_a_demand_too_large_for_a_number_is_refused(money):
    """5 kg per CNY: the tiers overflow, and no infinite one is told; a tenth of it still has its numbers."""
    with pytest.raises(NotCertified, match=r"overflowed\. Check the amounts"):
        tiers(table(), np.array([0, 0, money]))
    assert totals(tiers(table(), np.array([0, 0, 1e306]))) == pytest.approx([5e306, 5.5e306, 6.06554e306], rel=1e-6)


@st.composite
def economies(draw, most=6):
    n = draw(st.integers(1, most))
    cells = draw(st.lists(st.floats(0, 1), min_size=n * n, max_size=n * n))
    a = np.array(cells).reshape(n, n)
    a = np.where(a < 0.3, 0.0, a) * (0.9 / n)  # zeros, and column sums below 0.9
    r = np.array(draw(st.lists(st.floats(0, 50), min_size=n, max_size=n)))
    y = np.array(draw(st.lists(st.just(0.0) | st.floats(1e-6, 1e6), min_size=n, max_size=n)))  # 10^4 CNY is not 0 then
    assume(y.any())
    energy = draw(st.lists(st.integers(0, n - 1), max_size=n))
    return table(a, r, energy), y


@given(economies())
def test_tiers_do_not_shrink(economy):
    first, second, third = tiers(*economy).totals()
    assert first.values <= second.values + first.bounds + second.bounds
    assert second.values <= third.values + second.bounds + third.bounds


@given(economies())
def test_the_series_converges_to_the_inverse(economy):
    found, y = economy
    a, step, output = found.coefficients.toarray(), y.copy(), y.copy()
    for _ in range(600):  # 0.9 ** 600 is below 1e-27
        step = a @ step
        output += step
    whole = tiers(found, y)
    assert whole.output.values == pytest.approx(output, rel=1e-9, abs=1e-9)
    assert float(whole.totals()[2].values) == pytest.approx(float(found.emissions @ output), rel=1e-9, abs=1e-9)


@given(economies(), st.sampled_from([1e4, 1e6, 1e-3]))
def test_the_unit_of_money_does_not_matter(economy, unit):
    """10^4 CNY instead of CNY: demand / 10^4, intensity x 10^4, the same kilograms."""
    found, y = economy
    scaled = SectorTable(found.ids, found.inputs, found.output, found.emissions * unit, found.energy)
    assert totals(tiers(scaled, y / unit)) == pytest.approx(totals(tiers(found, y)), rel=1e-12)


@given(economies(), st.floats(0.1, 1e6))
def test_transactions_and_coefficients_are_one_table(economy, size):
    found, y = economy
    output = size * np.linspace(1, 3, len(found.ids))
    whole = table(found.inputs.toarray(), found.emissions, np.flatnonzero(found.energy), output)
    assert totals(tiers(whole, y)) == pytest.approx(totals(tiers(found, y)), rel=1e-12)


@given(economies())
def test_a_diagonal_make_table_gives_the_direct_requirements(economy):
    found, _ = economy
    n = len(found.ids)
    g = np.linspace(1, 2, n)
    use = csc_array(found.coefficients.toarray() * g)
    a, r = from_supply_use(csc_array(np.diag(g)), use, found.emissions[None, :] * g, found.ids, found.ids)
    assert a.toarray() == pytest.approx(use.toarray() / g, rel=1e-12, abs=1e-300)
    assert r[0] == pytest.approx(found.emissions, rel=1e-12)


def test_industry_technology_by_hand():
    """Two industries, two commodities; the second industry makes 20 of the first commodity.

    g = 80, 120; q = 100, 100; D = [[0.8, 0], [0.2, 1]]; B = [[0.1, 0.05], [0.2, 0.25]]; A = B D.
    """
    make, use = csc_array([[80.0, 0.0], [20.0, 100.0]]), csc_array([[8.0, 6.0], [16.0, 30.0]])
    a, r = from_supply_use(make, use, np.array([[40.0, 120.0]]), ["i1", "i2"], ["c1", "c2"])
    assert a.toarray() == pytest.approx(np.array([[0.09, 0.05], [0.21, 0.25]]), rel=1e-12)
    assert r.tolist() == [pytest.approx([0.6, 1.0])]  # 0.5 x 0.8 + 1.0 x 0.2; 1.0


@pytest.mark.parametrize(
    ("change", "sector", "says"),
    [
        ({"a": [[0.5, 0.1, 0], [0.5, 0.1, 0], [0.1, 0, 0]]}, "s1", "1.1 per 1 of its output"),
        ({"a": [[0.25, 0, 0], [0.5, 0.1, 0.4], [0.25, 0.1, 0.5]]}, "s1", "below 1"),
        ({"a": [[0.1, -0.1, 0], [0, 0, 0], [0, 0, 0]]}, "s2", "negative"),
        ({"a": [[0.1, 0, np.nan], [0, 0, 0], [0, 0, 0]]}, "s3", "finite"),
        ({"r": [1, np.inf, 1]}, "s2", "finite"),
        ({"r": [1, 1, -1]}, "s3", "negative"),
        ({"output": [1, 0, 1]}, "s2", "no positive output"),
        ({"r": [1, 1]}, None, "give (3, 3) and three times (3,)"),
    ],
)
def test_a_wrong_table_names_the_sector(change, sector, says):
    with pytest.raises(InvalidSystem) as refused:
        tiers(table(**change), np.array([1.0, 1.0, 1.0]))
    assert refused.value.activity == sector
    assert says in str(refused.value)


@pytest.mark.parametrize("demand", [[0, 0, 0], [1, 2], [1, -1, 0], [np.nan, 0, 1]])
def test_a_wrong_demand(demand):
    with pytest.raises(InvalidQuery):
        tiers(table(), np.array(demand, float))


def test_supply_and_use_that_do_not_fit():
    """An industry without output that uses something is named; a commodity that nobody makes needs nothing."""
    make, use = csc_array([[5.0, 0.0], [0.0, 0.0]]), csc_array([[1.0, 2.0], [0.0, 0.0]])
    with pytest.raises(InvalidSystem, match="<i2> has the output 0"):
        from_supply_use(make, use, np.zeros((1, 2)), ["i1", "i2"], ["c1", "c2"])
    a, _ = from_supply_use(make, csc_array([[1.0, 0.0], [3.0, 0.0]]), np.zeros((1, 2)), ["i1", "i2"], ["c1", "c2"])
    assert a.toarray().tolist() == [[pytest.approx(0.2), 0.0], [pytest.approx(0.6), 0.0]]
    with pytest.raises(InvalidSystem, match="make is industries by commodities"):
        from_supply_use(csc_array((2, 3)), csc_array((2, 3)), np.zeros((1, 2)), ["i1", "i2"], ["c1", "c2", "c3"])


# ---- integrated hybrid


def model(sold=0.0, price=4.0, sector=2, bought=((0, 1, 40.0),), m=2):
    """Process 1 needs 0.5 of process 2 per run; it buys 40 of s1; sector s2 uses `sold` of process 2."""
    c_u, c_d = np.zeros((3, m)), np.zeros((m, 3))
    for process, row, money in bought:
        c_u[row - 1, process] = money
    c_d[1, 1] = sold
    return HybridModel(
        ["p1", "p2"], csc_array([[1.0, 0.0], [-0.5, 2.0]]), np.array([850.0, 30.0]), csc_array(c_u), csc_array(c_d),
        np.array([-1, sector]), np.array([np.nan, price]),
    )  # fmt: skip


@given(st.floats(0, 0.06), st.floats(0.1, 3), st.floats(0, 1e3))
def test_the_integrated_system_equals_a_dense_solve(sold, price, money):
    wide = [[0.10, 0.20, 0.05], [0.15, 0.10, 0.30], [0.05, 0.20, 0.10]]
    made = model(sold=sold, price=price, bought=((0, 1, money),))
    found = compile_system(integrate(made, table(a=wide)))
    a_io = np.array(wide)
    a_io[2, 1] -= sold * price
    dense = np.block([
        [made.technology.toarray(), -made.sold.toarray()],
        [-made.bought.toarray(), np.eye(3) - a_io],
    ])  # fmt: skip
    runs = np.linalg.solve(dense, [1.0, 0, 0, 0, 0])
    cost = found.cost(np.ones(1))
    expected = np.concatenate((made.emissions, R)) @ runs
    chain = supply(found, 0)
    assert chain.runs == pytest.approx(runs, rel=1e-10, abs=1e-10)
    total = chain.total(cost)
    assert float(total.values) == pytest.approx(expected, rel=1e-10)
    assert abs(float(total.values) - expected) <= float(total.bounds) + 1e-12 * expected
    # the product of p1 is its own emissions, half a unit of p2, and the intensity of s1 times the money
    per_unit = scores(found, cost).values
    assert per_unit[0] == pytest.approx(850 + 0.5 * per_unit[1] + money * per_unit[2], rel=1e-10)


def test_an_input_on_both_sides_is_refused():
    """Process 1 takes the product of process 2, which belongs to s3, and pays s3 as well."""
    with pytest.raises(InvalidSystem, match=r"covered twice.*<p1> from <s3>"):
        integrate(model(bought=((0, 3, 40.0),)), table())


def test_more_than_a_small_purchase_is_refused_beside_a_large_one():
    """s2 buys 0.02 of s3 and would take 0.04 from p2; that s1 spends 1e12 on itself makes this no rounding."""
    wide = table(output=[2e12, 1.0, 1.0])
    made = model(sold=0.01)
    with pytest.raises(InvalidSystem, match=r"<s2> would take more .* <s3>"):
        integrate(made, wide)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sold": 0.1}, "<s2> would take more .* <s3>"),
        ({"sold": 0.001, "price": np.nan}, "<p2>.*sector or price is not stated"),
        ({"sold": 0.001, "sector": -1}, "<p2>"),
    ],
)
def test_a_downstream_use_must_be_taken_out_of_the_table(change, says):
    with pytest.raises(InvalidSystem, match=says):
        integrate(model(**change), table())
