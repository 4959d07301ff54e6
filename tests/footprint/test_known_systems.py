"""Small systems whose answers others have published."""

import numpy as np
import pytest
from small_systems import FACTORS, UPTAKE, from_matrix, system

from footprint import compile_system, scores, supply
from footprint.kernels import choose
from footprint.knots import spectral_radius


def total(s, how, activity, amount=1.0, factors=FACTORS):
    compiled = compile_system(s)
    return float(supply(compiled, activity, amount, how).total(compiled.cost(factors)).values)


def test_openlca_loop_of_two(how):
    """GreenDelta/olca-modules, SelfLoopAnalysisTest.java: p1 needs 1 p2, p2 needs 0.5 p1, demand 2 p1."""
    s = system([1, 1], [(1, 0, 1.0), (0, 1, 0.5)], [(0, 0, 2.0), (1, 0, 1.0)])
    chain = supply(compile_system(s), 0, 2.0, how)
    assert chain.runs == pytest.approx([4, 4], rel=1e-12)
    assert chain.inventory().values[0] == pytest.approx(12, rel=1e-12)


def test_volca_min3(how):
    """ccomb/volca, test/GoldenData.hs: X needs 0.6 Y, Y needs 0.4 Z, Z emits 4 kg CO2."""
    s = system([1, 1, 1], [(1, 0, 0.6), (2, 1, 0.4)], [(2, 0, 4.0)])
    chain = supply(compile_system(s), 0, 1.0, how)
    assert chain.runs == pytest.approx([1, 0.6, 0.24], rel=1e-12)
    assert total(s, how, 0) == pytest.approx(0.96, rel=1e-12)


def test_io_model_builder_car(how):
    """USEPA/IO-Model-Builder, tests/test_calc.py: electricity, steel parts, car assembly; self-use on the diagonal."""
    s = from_matrix([[0.1, 0.3, 0.1], [0, 0.1, 0.2], [0, 0, 0.1]], [3.0, 2.0, 0.0])
    assert total(s, how, 2) == pytest.approx(1.111111111, rel=1e-9)


EIO = np.array([[0.10, 0.20, 0.05], [0.15, 0.10, 0.30], [0.05, 0.02, 0.10]])
INTENSITY = np.array([1.2, 0.6, 5.0])


def test_rule_r11_three_tiers(how):
    """Rule R11: 100 CNY of sector 3; tier 3 from the engine, tiers 1 and 2 from sensitivities of the same arrays."""
    compiled = compile_system(from_matrix(EIO, INTENSITY))
    chain = supply(compiled, 2, 100.0, how)
    assert chain.runs == pytest.approx([15.1910, 40.1476, 112.8472], abs=5e-5)
    assert total(from_matrix(EIO, INTENSITY), how, 2, 100.0) == pytest.approx(606.554, abs=5e-4)
    energy_only = np.zeros((3, 3))
    energy_only[2] = EIO[2]
    tier_two = INTENSITY @ (np.eye(3) + energy_only) @ [0, 0, 100]
    assert (INTENSITY[2] * 100, tier_two) == pytest.approx((500, 550))
    assert spectral_radius(compiled.adjoint.matrix.sparse) < 1


def test_rule_r11_radius():
    from scipy.sparse import csr_matrix

    assert spectral_radius(csr_matrix(EIO)) == pytest.approx(0.3286, abs=5e-5)


def chain_r31():
    """Rule R31: alumina 1250 kg; ingot 9400 + 1.92 alumina; profile 120 + 1.08 ingot."""
    return system([1, 1, 1], [(0, 1, 1.92), (1, 2, 1.08)], [(0, 0, 1250.0), (1, 0, 9400.0), (2, 0, 120.0)])


def test_rule_r31_roll_up(how):
    compiled = compile_system(chain_r31())
    result = scores(compiled, compiled.cost(FACTORS), how)
    assert result.values == pytest.approx([1250, 11800, 12864], rel=1e-12)
    assert (result.bounds <= 1e-9).all()


@pytest.mark.parametrize("change", [0.5, 1.7, 3.25])
def test_rule_r31_follows_its_inputs(how, change):
    s = chain_r31()
    s.tech_amount[0] *= change
    expected = 120 + 1.08 * (9400 + 1.92 * change * 1250)
    assert total(s, how, 2) == pytest.approx(expected, rel=1e-12)


def test_rule_r03_loss_in_delivery(how):
    """Rule R03: 0.0141 kg per kWh, 1000 kWh, 8 % more for losses: 15.228 kg per MWh delivered."""
    s = system([1, 1], [(0, 1, 1000 * 1.08)], [(0, 0, 0.0141)])
    assert total(s, how, 1) == pytest.approx(15.228, rel=1e-12)


@pytest.mark.parametrize(
    ("cf4", "c2f6", "expected"), [(5700, 11900, None), (6630, 11100, 263.16), (7380, 12400, 293.08)]
)
def test_rule_r02_same_gases_other_factors(how, cf4, c2f6, expected):
    """Rule R02: 0.034 kg CF4 and 0.0034 kg C2F6 per t of aluminium under AR5 and AR6; masses are kept."""
    s = system([1], [], [(0, 0, 0.034), (0, 1, 0.0034)])
    chain = supply(compile_system(s), 0, 1.0, how)
    assert chain.inventory().values[:2] == pytest.approx([0.034, 0.0034])
    if expected is not None:
        assert total(s, how, 0, factors=np.array([cf4, c2f6, 0.0])) == pytest.approx(expected, abs=5e-3)


def test_rule_r07_with_and_without_uptake(how):
    """Rule R07, PACT 3.0.3 example 1 (bioethanol): 0.356 without biogenic uptake, -1.254 with it, in one solve."""
    s = system([1], [], [(0, 0, 0.35), (0, 0, 0.004), (0, 0, 0.002), (0, 2, -1.61)])
    assert s.rows[2] == UPTAKE
    compiled = compile_system(s)
    both = scores(compiled, compiled.cost(np.array([[1.0, 29.8, 0.0], [1.0, 29.8, 1.0]])), how)
    assert both.values[:, 0] == pytest.approx([0.356, -1.254], rel=1e-12)


def test_kernels_are_known_by_name():
    with pytest.raises(Exception, match="unknown"):
        choose("fortran", 1)
