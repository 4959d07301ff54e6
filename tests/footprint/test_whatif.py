"""A what-if equals a calculation of the changed system, within bounds that are held to exact arithmetic."""

import re
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from small_systems import CO2, FACTORS, ROWS, assert_bounded, exact_scores, from_matrix, system, systems

from footprint import EmissionRow, compile_system, scores, supply
from footprint.edits import Added, Edit, edited, edited_system
from footprint.errors import FootprintError, InvalidQuery, UnproductiveLoop
from footprint.whatif import WhatIf

ANY = st.one_of(systems(), systems(credits_=True))
HFC = EmissionRow("HFC", "fossil")


def question(s, how, activity=0, amount=1.0):
    compiled = compile_system(s)
    cost = compiled.cost(FACTORS)
    return WhatIf(supply(compiled, activity, amount, how), cost, scores(compiled, cost, how), how)


@st.composite
def edits(draw, s):
    """Several changes of all kinds, small enough for most systems to stay productive."""
    factor = st.sampled_from([0.0, 0.3, 0.99, 1.0, 1.05, 1.6])

    def some(size, most=3):
        return draw(st.lists(st.integers(0, size - 1), max_size=most, unique=True)) if size else []

    positions = some(len(s.tech_amount))
    moved = positions[: draw(st.integers(0, len(positions)))]
    added = tuple(Added(f"new-{k}", ((0, 1.5), (len(ROWS), 0.2))) for k in range(draw(st.integers(0, 1))))
    providers = st.integers(0, s.n + len(added) - 1)
    treated = np.concatenate((np.sign(s.production), np.ones(len(added))))
    relinked = {}
    for p in moved:
        target = draw(providers)
        worth = abs(float(s.tech_amount[p])) * draw(st.sampled_from([1e-4, 0.01, 0.3]))
        relinked[p] = (target, worth * treated[target])
    return Edit(
        tech={p: float(s.tech_amount[p]) * draw(factor) for p in positions[len(moved) :]},
        relinked=relinked,
        bio={p: float(s.bio_amount[p]) * draw(factor) for p in some(len(s.bio_amount))},
        production={j: float(s.production[j]) * draw(st.sampled_from([0.97, 1.0, 1.5])) for j in some(s.n, 1)},
        rows=(HFC,) if added else (),
        added=added,
    )


def weights(edit):
    return np.concatenate((FACTORS, [1526.0] * len(edit.rows)))


def changed_scores(asked, edit, how):
    changed = edited(asked.chain.compiled, edit)
    return scores(changed, changed.cost(weights(edit)), how)


@given(s=ANY, data=st.data())
def test_whatif_is_the_changed_system_in_exact_arithmetic(how, s, data):
    edit = data.draw(edits(s))
    activity = data.draw(st.integers(0, s.n - 1))
    base, changed = exact_scores(s), exact_scores(edited_system(s, edit), weights(edit))
    assume(base is not None and changed is not None)
    asked = question(s, how, activity, 2.5)
    try:
        found = asked.total(edit, weights(edit))
    except FootprintError:
        with pytest.raises(FootprintError):
            supply(edited(asked.chain.compiled, edit), activity, 2.5, how)
        return
    amount = Fraction(2.5)
    assert_bounded(found.new.values, found.new.bounds, [amount * changed[activity]])
    assert_bounded(found.difference.values, found.difference.bounds, [amount * (changed[activity] - base[activity])])
    again = asked.total(edit, weights(edit))
    assert (again.solved, again.new) == (0, found.new)


@given(s=ANY, data=st.data())
def test_all_products_under_a_change(how, s, data):
    edit = data.draw(edits(s))
    base, changed = exact_scores(s), exact_scores(edited_system(s, edit), weights(edit))
    assume(base is not None and changed is not None)
    asked = question(s, how)
    try:
        difference = asked.all_products(edit, weights(edit))
    except FootprintError:
        with pytest.raises(FootprintError):
            changed_scores(asked, edit, how)
        return
    assert_bounded(difference.values, difference.bounds, [b - a for a, b in zip(base, changed, strict=False)])


@given(s=systems(), data=st.data())
def test_whatif_equals_a_rebuild_within_the_bounds(how, s, data):
    edit = data.draw(edits(s))
    asked = question(s, how)
    try:
        found = asked.total(edit, weights(edit))
    except UnproductiveLoop as refused:
        with pytest.raises(UnproductiveLoop, match=re.escape(str(refused))):
            supply(edited(asked.chain.compiled, edit), 0, 1.0, how)
        return
    rebuilt = edited(asked.chain.compiled, edit)
    new = supply(rebuilt, 0, 1.0, how).total(rebuilt.cost(weights(edit)))
    assert abs(found.new.values - new.values) <= found.new.bounds + new.bounds


LOOP = [[0, 0.2, 0], [0.5, 0, 0], [0, 0.4, 0]]
"""Activity 1 needs 0.2 of 0 and 0.4 of 2; activity 0 needs 0.5 of 1; activity 2 needs nothing."""


def test_one_exchange_in_a_loop(how):
    """F1 = (2 + 0.2 x 1 + 0.4 x 3) / (1 - 0.5 x 0.2) = 3.4 / 0.9; with 0.3 instead of 0.2: 3.5 / 0.85."""
    asked = question(from_matrix(LOOP, [1, 2, 3]), how, 1)
    assert asked.base.values == pytest.approx(3.4 / 0.9, rel=1e-14)
    first = asked.total(Edit(tech={0: 0.3}))
    assert first.new.values == pytest.approx(3.5 / 0.85, rel=1e-14)
    assert first.difference.values == pytest.approx(3.5 / 0.85 - 3.4 / 0.9, rel=1e-12)
    assert (first.solved, first.rebuilt) == (1, False)
    second = asked.total(Edit(tech={0: 0.25}))
    assert (second.solved, second.new.values) == (0, pytest.approx(3.45 / 0.875, rel=1e-14))


def test_outside_of_loops_nothing_is_solved(how):
    """Activity 2 needs nothing: 0.5 instead of 0.4 of it adds 0.1 x 3 / 0.9."""
    asked = question(from_matrix(LOOP, [1, 2, 3]), how, 1)
    found = asked.total(Edit(tech={2: 0.5}))
    assert (found.solved, found.rebuilt) == (0, False)
    assert found.difference.values == pytest.approx(0.3 / 0.9, rel=1e-14)
    assert found.difference.bounds < 1e-14


def test_emissions_are_exact_at_once(how):
    asked = question(from_matrix(LOOP, [1, 2, 3]), how, 1)
    found = asked.total(Edit(bio={1: 5.0}))
    assert (found.solved, found.difference.values) == (0, pytest.approx(3 / 0.9, rel=1e-14))


def test_swap_of_a_provider_that_is_new(how):
    """0.4 of activity 2 (3 kg) becomes 0.8 of a factor with 0.5 kg CO2 and 0.1 kg of a gas worth 10."""
    asked = question(from_matrix(LOOP, [1, 2, 3]), how, 1)
    edit = Edit(relinked={2: (3, 0.8)}, rows=(HFC,), added=(Added("factor", ((0, 0.5), (3, 0.1))),))
    found = asked.total(edit, np.array([*FACTORS, 10.0]))
    assert found.new.values == pytest.approx((2 + 0.2 + 0.8 * 1.5) / 0.9, rel=1e-14)
    assert (found.solved, found.rebuilt) == (0, False)


def test_production_scales_a_column(how):
    """Twice the output of activity 1 from the same inputs halves what it needs and emits."""
    asked = question(from_matrix(LOOP, [1, 2, 3]), how, 1)
    found = asked.total(Edit(production={1: 2.0}))
    assert found.new.values == pytest.approx(1.7 / (1 - 0.5 * 0.1), rel=1e-14)


def test_unproductive_change_names_the_loop(how):
    asked = question(from_matrix(LOOP, [1, 2, 3]), how, 1)
    with pytest.raises(UnproductiveLoop) as caught:
        asked.total(Edit(tech={0: 2.5}))
    assert set(caught.value.activities) == {"activity-0", "activity-1"}


def test_unproductive_change_beside_a_new_provider_names_the_loop_for_all_products(how):
    """0.5 x 2.5 of itself goes round; the provider that is added makes the changed system larger by one activity."""
    asked = question(from_matrix(LOOP, [1, 2, 3]), how)
    edit = Edit(tech={0: 2.5}, relinked={2: (3, 0.8)}, rows=(HFC,), added=(Added("factor", ((0, 0.5), (3, 0.1))),))
    with pytest.raises(UnproductiveLoop) as caught:
        asked.all_products(edit, weights(edit))
    assert set(caught.value.activities) == {"activity-0", "activity-1"}
    with pytest.raises(UnproductiveLoop, match=re.escape(str(caught.value))):
        changed_scores(asked, edit, how)


def test_two_steps_that_are_unproductive_one_by_one(how):
    """0.2 -> 4 alone would make the loop unproductive; with 0.5 -> 0.05 it is not: 1 - 4 x 0.05 = 0.8."""
    asked = question(from_matrix(LOOP, [1, 2, 3]), how, 1)
    found = asked.total(Edit(tech={0: 4.0, 1: 0.05}))
    assert found.new.values == pytest.approx((2 + 4 + 1.2) / 0.8, rel=1e-13)


def test_making_turned_into_treating_is_rebuilt(how):
    asked = question(system([1.0, 1.0], [(1, 0, 2.0)], [(1, 0, 3.0)]), how)
    found = asked.total(Edit(production={1: -1.0}, tech={0: -2.0}))
    assert (found.rebuilt, found.new.values) == (True, pytest.approx(6.0))


def test_many_loops_are_rebuilt(how):
    """Forty loops of two, changed all at once: more columns than a rebuild costs."""
    tech = [link for k in range(40) for link in ((2 * k + 1, 2 * k, 0.5), (2 * k, 2 * k + 1, 0.5), (2 * k, 80, 1.0))]
    asked = question(system([1.0] * 81, tech, [(2 * k, 0, 1.0) for k in range(40)]), how, 80)
    found = asked.total(Edit(tech={3 * k: 0.25 for k in range(40)}))
    assert (found.rebuilt, found.new.values) == (True, pytest.approx(40 / (1 - 0.125), rel=1e-12))


@pytest.mark.parametrize(
    "edit",
    [
        Edit(tech={9: 1.0}),
        Edit(tech={0: float("nan")}),
        Edit(relinked={0: (7, 1.0)}),
        Edit(tech={0: 1.0}, relinked={0: (1, 1.0)}),
        Edit(added=(Added("x", ((5, 1.0),)),)),
        Edit(rows=(replace(CO2, gas="other"),)),
    ],
)
def test_changes_that_fit_nothing_are_refused(how, edit):
    with pytest.raises(InvalidQuery):
        question(from_matrix(LOOP, [1, 2, 3]), how).total(edit)
