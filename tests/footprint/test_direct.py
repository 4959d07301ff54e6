"""Emissions of factors given to the activities that use them: every supply chain keeps its total."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_systems import FACTORS, system

from footprint import compile_system, supply
from footprint.direct import folded, only


def compiled(amounts):
    """Activity 0 takes activity 1; both use the factor, activity 2; activity 1 is a treatment with a credit."""
    a, b, c, kg = amounts
    tech = [(1, 0, a), (2, 0, b), (2, 1, -c)]
    return compile_system(system([2.0, -3.0, 1.0], tech, [(0, 0, 5.0), (2, 0, kg), (2, 1, 0.01)]))


FACTOR = np.array([False, False, True])


def test_by_hand():
    """Per run of activity 0: 5 kg and 4 units of a factor of 2 + 0.01 x 29.8 kg."""
    made = compiled((0.0, 4.0, 0.0, 2.0))
    given_away = folded(made, made.cost(FACTORS), FACTOR)
    assert given_away.values == pytest.approx([5 + 4 * 2.298, 0.0, 0.0])
    assert np.all(given_away.errors[:1] > 0)
    assert only(given_away, np.array([False, True, True])).values.tolist() == [0.0, 0.0, 0.0]


@given(st.tuples(*[st.floats(-9, 9)] * 3, st.floats(0, 9)))
def test_totals_stay(amounts):
    made = compiled(amounts)
    cost = made.cost(FACTORS)
    chain = supply(made, 0, 7.0)
    before, after = chain.total(cost), chain.total(folded(made, cost, FACTOR))
    assert abs(before.values - after.values) <= before.bounds + after.bounds
    process, average = (
        chain.total(only(folded(made, cost, FACTOR), mask))
        for mask in (~FACTOR & [True, False, True], FACTOR | [False, True, False])
    )
    assert abs(process.values + average.values - before.values) <= before.bounds + process.bounds + average.bounds
