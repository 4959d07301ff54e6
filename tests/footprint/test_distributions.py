"""Families of distributions: closed forms against textbook values, draws against closed forms, and how spreads are stated."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.distributions import Distributions, Family
from footprint.spreads import FAULTS, Basis, Fault, Stated, distributions, pedigree_gsd2

NAN = math.nan
LOG, NORMAL, TRIANGULAR, UNIFORM, NONE = (
    Family.LOGNORMAL, Family.NORMAL, Family.TRIANGULAR, Family.UNIFORM, Family.NONE,
)  # fmt: skip
FIVE = Distributions.of(
    [(LOG, 0.0, 0.5, NAN), (NORMAL, 1.0, 0.2, NAN), (TRIANGULAR, 0.5, 0.8, 2.0), (UNIFORM, 0.5, NAN, 2.0), (NONE, NAN, NAN, NAN)]
)  # fmt: skip


def test_moments_by_hand():
    # exp(0.125), 1, (0.5 + 0.8 + 2) / 3, 1.25, 1
    assert FIVE.mean == pytest.approx([1.1331484530668263, 1.0, 1.1, 1.25, 1.0], rel=1e-14)
    # (e^0.25 - 1) e^0.25; 0.04; (0.25 + 0.64 + 4 - 0.4 - 1 - 1.6) / 18; 2.25 / 12; 0
    assert FIVE.variance == pytest.approx([0.36469585, 0.04, 0.105, 0.1875, 0.0], rel=1e-7)


def test_percentiles_by_hand():
    assert FIVE.percentile(50) == pytest.approx([1.0, 1.0, 2 - math.sqrt(0.5 * 1.5 * 1.2), 1.25, 1.0], rel=1e-14)
    # 1.959964 standard deviations; the lower tail of the triangle is sqrt(0.025 * 1.5 * 0.3)
    low = [math.exp(-0.979982), 1 - 0.3919928, 0.5 + math.sqrt(0.01125), 0.5375, 1.0]
    assert FIVE.percentile(2.5) == pytest.approx(low, rel=1e-6)


def test_a_degenerate_triangle_and_a_peak_at_its_end():
    made = Distributions.of([(TRIANGULAR, 1.0, 1.0, 1.0), (TRIANGULAR, 0.0, 0.0, 1.0), (TRIANGULAR, 0.0, 1.0, 1.0)])
    assert made.percentile(36) == pytest.approx([1.0, 1 - 0.8, 0.6])
    assert made.sampler(1).draw(100)[:, 0].tolist() == [1.0] * 100


@pytest.mark.parametrize("position", range(4))
def test_draws_have_the_shape_of_their_family(position):
    """Kolmogorov and Smirnov: 1.95 / sqrt(n) is exceeded by chance once in a thousand; the seed is fixed."""
    draws = 20_000
    values = np.sort(FIVE.sampler(7).draw(draws)[:, position])
    parts = (np.arange(draws) + 0.5) / draws
    grid = np.arange(0.5, 100, 0.5)
    closed = np.array([FIVE.percentile(p)[position] for p in grid])
    found = np.interp(closed, values, parts)
    assert np.abs(found - grid / 100).max() < 1.95 / math.sqrt(draws)
    assert values.mean() == pytest.approx(FIVE.mean[position], abs=4 * FIVE.deviation[position] / math.sqrt(draws))
    assert values.std() == pytest.approx(FIVE.deviation[position], rel=0.03)


def test_portions_and_seeds():
    whole, parts, other = FIVE.sampler(3).draw(10), FIVE.sampler(3), FIVE.sampler(4).draw(10)
    assert np.array_equal(np.concatenate([parts.draw(3), parts.draw(0), parts.draw(7)]), whole)
    assert not np.allclose(other[:, :4], whole[:, :4])
    assert (whole[:, 4] == 1.0).all()


def one(amount=10.0, **stated):
    """The distribution, basis and fault of one spread."""
    made, basis, fault = distributions(Stated.of(1, amount=amount, **stated))
    return made, Basis(int(basis[0])), Fault(int(fault[0]))


def test_a_relative_half_width_is_normal_for_an_amount_and_lognormal_for_a_factor():
    """Rule R15: cv = u / 1.96; s2 = ln(1 + cv2); mu = -s2 / 2 keeps the mean."""
    amount, _, _ = one(half_width=0.196)
    assert (amount.family[0], amount.first[0], amount.second[0]) == (NORMAL, 1.0, pytest.approx(0.1))
    factor, _, _ = one(half_width=0.196, is_factor=True)
    s2 = math.log(1.01)
    assert (factor.family[0], factor.first[0], factor.second[0]) == (
        LOG,
        pytest.approx(-s2 / 2),
        pytest.approx(s2**0.5),
    )
    assert (factor.mean[0], factor.deviation[0]) == (pytest.approx(1.0), pytest.approx(0.1))


def test_a_geometric_deviation_keeps_the_mean_unless_the_geometric_mean_is_stated():
    kept, basis, _ = one(family=LOG, geometric_deviation=1.2)
    assert (kept.mean[0], kept.second[0], basis) == (pytest.approx(1.0), math.log(1.2), Basis.GEOMETRIC_DEVIATION)
    median, _, _ = one(family=LOG, geometric_deviation=1.2, geometric_mean=9.0)
    assert median.percentile(50)[0] == pytest.approx(0.9)
    assert median.mean[0] == pytest.approx(0.9 * math.exp(math.log(1.2) ** 2 / 2))


def test_a_standard_deviation_stands_in_the_unit_of_the_amount():
    made, basis, _ = one(amount=-50.0, family=NORMAL, deviation=5.0, mean=-55.0)
    assert (made.mean[0], made.deviation[0], basis) == (pytest.approx(1.1), pytest.approx(0.1), Basis.DEVIATION)
    made, _, _ = one(amount=50.0, family=LOG, deviation=5.0)
    assert (made.mean[0], made.deviation[0]) == (pytest.approx(1.0), pytest.approx(0.1))


@pytest.mark.parametrize(("family", "first", "third"), [(TRIANGULAR, 0.8, 1.5), (UNIFORM, 0.8, 1.5)])
def test_ranges(family, first, third):
    mode = {"mode": 11.0} if family == TRIANGULAR else {}
    made, basis, _ = one(family=family, minimum=8.0, maximum=15.0, **mode)
    assert (made.family[0], made.first[0], made.third[0], basis) == (family, first, third, Basis.RANGE)
    turned, _, _ = one(amount=-10.0, family=family, minimum=-15.0, maximum=-8.0, **{k: -v for k, v in mode.items()})
    assert (turned.first[0], turned.third[0]) == (first, third)
    if mode:
        assert made.second[0] == turned.second[0] == pytest.approx(1.1)


@pytest.mark.parametrize("family", [LOG, NORMAL, TRIANGULAR, UNIFORM])
def test_one_number_spreads_every_family(family):
    by_variation, _, _ = one(family=family, variation=0.1)
    assert (by_variation.mean[0], by_variation.deviation[0]) == (pytest.approx(1.0), pytest.approx(0.1))
    by_width, _, _ = one(family=family, half_width=0.1)
    half = (by_width.percentile(97.5)[0] - by_width.percentile(2.5)[0]) / 2
    assert half == pytest.approx(0.1, rel=1e-3 if family == LOG else 3e-5)


def test_the_pedigree_of_rule_r15():
    factors = np.array([1.0, 1.05, 1.10, 1.02, 1.20])
    assert pedigree_gsd2(factors, 1.05) == pytest.approx(1.2435, abs=5e-5)
    made, basis, _ = one(scores=float(np.sum(np.log(factors) ** 2)), lowest_factor=1.0, base=1.05)
    assert basis == Basis.PEDIGREE
    assert made.mean[0] == pytest.approx(1.0)
    # the 95 % interval goes from median / GSD2 to median x GSD2, two standard deviations of the logarithm
    assert math.exp(2 * made.second[0]) == pytest.approx(1.2435, abs=5e-5)


def test_a_stated_spread_beats_the_pedigree_it_was_made_from():
    made, basis, _ = one(family=LOG, geometric_deviation=1.3, scores=0.5, lowest_factor=1.1, base=1.05)
    assert (basis, made.second[0]) == (Basis.GEOMETRIC_DEVIATION, math.log(1.3))


FAULTY = [
    (Fault.NO_SPREAD, {"family": LOG}),
    (Fault.NO_SPREAD, {"family": NORMAL, "mean": 10.0}),
    (Fault.SEVERAL, {"family": LOG, "geometric_deviation": 1.1, "half_width": 0.1}),
    (Fault.NO_FAMILY, {"minimum": 8.0, "maximum": 12.0}),
    (Fault.WRONG_PARAMETERS, {"family": NORMAL, "geometric_deviation": 1.1}),
    (Fault.WRONG_PARAMETERS, {"family": LOG, "minimum": 8.0, "maximum": 12.0}),
    (Fault.WRONG_PARAMETERS, {"family": TRIANGULAR, "minimum": 8.0, "maximum": 12.0}),
    (Fault.WRONG_PARAMETERS, {"family": UNIFORM, "minimum": 8.0}),
    (Fault.WRONG_PARAMETERS, {"family": LOG, "geometric_mean": 9.0, "half_width": 0.1}),
    (Fault.BELOW_ONE, {"family": LOG, "geometric_deviation": 0.0}),
    (Fault.BELOW_ONE, {"family": LOG, "geometric_deviation": 0.9}),
    (Fault.BELOW_ONE, {"scores": 0.1, "lowest_factor": 0.9, "base": 1.05}),
    (Fault.BELOW_ONE, {"scores": 0.1, "lowest_factor": 1.1, "base": 0.5}),
    (Fault.NO_BASE, {"scores": 0.1, "lowest_factor": 1.1}),
    (Fault.NEGATIVE, {"family": NORMAL, "deviation": -1.0}),
    (Fault.NEGATIVE, {"half_width": -0.1}),
    (Fault.DISORDERED, {"family": UNIFORM, "minimum": 12.0, "maximum": 8.0}),
    (Fault.DISORDERED, {"family": TRIANGULAR, "minimum": 8.0, "mode": 13.0, "maximum": 12.0}),
    (Fault.OUTSIDE, {"family": UNIFORM, "minimum": 11.0, "maximum": 12.0}),
    (Fault.SIGN, {"family": LOG, "geometric_deviation": 1.1, "geometric_mean": -9.0}),
    (Fault.ZERO_AMOUNT, {"amount": 0.0, "family": NORMAL, "deviation": 1.0}),
    (Fault.NO_AMOUNT, {"amount": NAN, "family": NORMAL, "deviation": 1.0}),
    (Fault.NOT_FINITE, {"half_width": 0.1, "unreadable": True}),
    (Fault.NOT_FINITE, {"family": LOG, "geometric_deviation": 1e200}),
]


@pytest.mark.parametrize(("expected", "stated"), FAULTY)
def test_inconsistent_spreads_have_a_fault_and_no_distribution(expected, stated):
    made, _, fault = one(**stated)
    assert (fault, made.family[0]) == (expected, NONE)


def test_every_fault_says_what_is_wrong_and_how_to_mend_it():
    assert set(FAULTS) == set(Fault) - {Fault.NONE} == {fault for fault, _ in FAULTY}


@pytest.mark.parametrize("stated", [{"family": NONE}, {"family": LOG, "geometric_deviation": 1.0}, {"half_width": 0.0}])
def test_no_spread_is_an_exact_number(stated):
    made, _, fault = one(**stated)
    assert (made.family[0], fault) == (NONE, Fault.NONE)
    assert made.sampler(1).draw(3).tolist() == [[1.0]] * 3


def test_a_relative_spread_needs_no_amount():
    made, _, fault = one(amount=NAN, half_width=0.1, is_factor=True)
    assert (fault, made.family[0]) == (Fault.NONE, LOG)


@given(st.floats(1.0, 3.0), st.floats(-1e6, 1e6).filter(lambda a: abs(a) > 1e-6), st.sampled_from([1e-3, 1.0, 1e6]))
def test_relative_spreads_do_not_depend_on_the_unit(gsd, amount, unit):
    first = distributions(Stated.of(1, amount=amount, family=LOG, geometric_deviation=gsd, geometric_mean=amount))[0]
    other = Stated.of(1, amount=amount * unit, family=LOG, geometric_deviation=gsd, geometric_mean=amount * unit)
    assert distributions(other)[0].percentile(97.5) == pytest.approx(first.percentile(97.5))
