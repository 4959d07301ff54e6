"""Requirements that are followed only as far as a question needs them are within bounds that are held to exact arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from small_systems import FACTORS, assert_bounded, exact_runs, exact_scores, from_matrix, system, systems
from test_whatif import ANY, edits, question, weights

from benchmarks.generate import factors, generate
from benchmarks.whatif import pick
from footprint import compile_system, local, requirements, scores, supply
from footprint.edits import Edit, edited, edited_system
from footprint.errors import FootprintError
from footprint.kernels import numba_available
from footprint.local import local_column
from footprint.requirements import Requirements
from footprint.solve import Settings
from footprint.whatif import CLOSE, WhatIf

pytestmark = pytest.mark.skipif(
    not numba_available(), reason="requirements are followed by numba, which is not installed"
)
NUMBA = Settings(kernel="numba")


@pytest.fixture(autouse=True, scope="module")
def follow_always():
    """Follow in systems of any size, whatever it costs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requirements, "WORTH_FOLLOWING", 0)
        patch.setattr(local, "BUDGET", 10_000)
        yield


def compiled_and_solved(s):
    compiled = compile_system(s)
    scores(compiled, compiled.cost(FACTORS), NUMBA)
    return compiled


def row_of(compiled, activity):
    return int(np.flatnonzero(compiled.adjoint.order == activity)[0])


@given(s=ANY, data=st.data())
def test_a_column_is_within_its_bound_however_early_it_was_left(s, data):
    activity = data.draw(st.integers(0, s.n - 1))
    runs = exact_runs(s, activity, 1.0)
    assume(runs is not None)
    compiled = compiled_and_solved(s)
    row = row_of(compiled, activity)
    enough = (
        data.draw(st.sampled_from([2.0, 0.3, 1e-3, 1e-8, 1e-13, 1e-17]))
        * compiled.adjoint.matrix.workspace["comparison"].witness[row]
    )
    column = local_column(compiled, row, float(enough))
    assume(column is not None)
    everything = np.arange(s.n)
    found = column.at(everything, np.array([row_of(compiled, j) for j in range(s.n)]))
    assert column.left <= enough
    assert_bounded(found.values, found.bounds, runs)


@given(s=ANY, data=st.data())
def test_a_followed_answer_is_the_changed_system_in_exact_arithmetic(s, data):
    edit = data.draw(edits(s))
    activity = data.draw(st.integers(0, s.n - 1))
    base, changed = exact_scores(s), exact_scores(edited_system(s, edit), weights(edit))
    assume(base is not None and changed is not None)
    asked = question(s, NUMBA, activity, 2.5)
    try:
        found = asked.total(edit, weights(edit))
    except FootprintError:
        with pytest.raises(FootprintError):
            supply(edited(asked.chain.compiled, edit), activity, 2.5, NUMBA)
        return
    amount = Fraction(2.5)
    assert_bounded(found.new.values, found.new.bounds, [amount * changed[activity]])
    assert_bounded(found.difference.values, found.difference.bounds, [amount * (changed[activity] - base[activity])])
    again = asked.total(edit, weights(edit))
    assert (again.solved, again.new) == (0, found.new)


def chain_in_a_loop(length, back):
    """Activity k needs one unit of k + 1, the last one `back` of the first, and each emits 1 kg."""
    tech = [(k + 1, k, 1.0) for k in range(length - 1)] + [(0, length - 1, back)]
    return system([1.0] * length, tech, [(k, 0, 1.0) for k in range(length)])


def dense(size):
    """Everybody needs 0.9 / size of everybody."""
    return from_matrix(np.full((size, size), 0.9 / size), [1.0] * size)


def counted(monkeypatch):
    """Count the columns that are solved, not followed."""
    solved = []
    whole = Requirements._solved
    monkeypatch.setattr(Requirements, "_solved", lambda self, need: solved.append(need) or whole(self, need))
    return solved


@pytest.mark.parametrize(
    ("s", "old", "new", "wanted"),
    [
        # F = length / (1 - back): the loop gives back 0.4 instead of 0.5
        (chain_in_a_loop(3, 0.5), (0, 2, 0.5), 0.4, 3 / 0.6),
        (chain_in_a_loop(100, 0.5), (0, 99, 0.5), 0.4, 100 / 0.6),
        # one exchange in the middle: 1 of 40 falls to 0.5, so (40 + 0.5 x 60) / (1 - 0.5 x 0.5)
        (chain_in_a_loop(100, 0.5), (40, 39, 1.0), 0.5, (40 + 0.5 * 60) / 0.75),
        # y = 10 for all; with t = 0.9 / 8 doubled at one place of the first column: y0 = 10 + t x 10 / (1 - t h), h = t / 0.1
        (dense(8), (3, 0, 0.9 / 8), 1.8 / 8, 10 + 10 * (0.9 / 8) * (1 + 0.9 / 8 / 0.1) / (1 - (0.9 / 8) * (0.9 / 8) / 0.1)),
    ],
)  # fmt: skip
def test_loops_are_followed(monkeypatch, s, old, new, wanted):
    solved = counted(monkeypatch)
    (position,) = np.flatnonzero((s.tech_provider == old[0]) & (s.tech_consumer == old[1])).tolist()
    assert s.tech_amount[position] == old[2]
    found = question(s, NUMBA).total(Edit(tech={position: new}))
    assert float(found.new.values) == pytest.approx(wanted, rel=2 * CLOSE)
    assert abs(float(found.new.values) - wanted) <= found.new.bounds + 1e-12 * wanted
    assert found.difference.bounds <= 2 * CLOSE * abs(found.difference.values)
    assert (found.solved, found.rebuilt, solved) == (1, False, [])


def test_a_larger_change_follows_further(monkeypatch):
    """What is enough for 0.5 -> 0.499999 is not for 0.5 -> 0.4; the same again needs nothing."""
    solved = counted(monkeypatch)
    asked = question(chain_in_a_loop(3, 0.5), NUMBA)
    assert [asked.total(Edit(tech={2: new})).solved for new in (0.499999, 0.4, 0.4, 0.45)] == [1, 1, 0, 0]
    assert float(asked.total(Edit(tech={2: 0.4})).new.values) == pytest.approx(3 / 0.6, rel=2 * CLOSE)
    assert solved == []


def test_a_loop_that_uses_nearly_all_it_makes_is_solved(monkeypatch):
    """1 - 1e-5 comes back: following it around would take a million rounds. With 0.9999 instead: F = 2 / 0.0001."""
    monkeypatch.setattr(local, "BUDGET", 4)
    solved = counted(monkeypatch)
    found = question(chain_in_a_loop(2, 1 - 1e-5), NUMBA).total(Edit(tech={1: 0.9999}))
    assert float(found.new.values) == pytest.approx(2 / (1 - 0.9999), rel=1e-10)
    assert len(solved) == 1


def knotted(size=3):
    """All need 0.6 of each other with signs such that the system is sound though its absolute values are not productive."""
    a = np.full((size, size), 0.6)
    a[np.tril_indices(size)] *= -1
    np.fill_diagonal(a, 0.0)
    return from_matrix(a, [1.0, 2.0, 3.0])


def test_where_credits_leave_no_proof_the_column_is_solved(monkeypatch):
    solved = counted(monkeypatch)
    s = knotted()
    changed = exact_scores(edited_system(s, Edit(tech={0: 0.5})))
    asked = question(s, NUMBA)
    assert local_column(asked.chain.compiled, 0, 1.0) is None
    found = asked.total(Edit(tech={0: 0.5}))
    assert_bounded(found.new.values, found.new.bounds, changed[:1])
    assert len(solved) == 1


@pytest.mark.parametrize("s", [systems(credits_=True)])
@given(data=st.data())
def test_credits_within_a_proof_are_followed(s, data):
    """Negative entries: what is left may cancel, but its bound does not count on that."""
    drawn = data.draw(s)
    compiled = compiled_and_solved(drawn)
    if local.comparison_of(compiled) is None:
        return
    column = local_column(compiled, 0, 1e-12 * float(local.comparison_of(compiled).witness[0]))
    assume(column is not None)
    runs = exact_runs(drawn, int(compiled.adjoint.order[0]), 1.0)
    rows = np.array([row_of(compiled, j) for j in range(drawn.n)])
    found = column.at(np.arange(drawn.n), rows)
    assert_bounded(found.values, found.bounds, runs)


@pytest.mark.parametrize("seed", [1, 2])
def test_in_a_large_system_only_a_part_is_reached_and_the_answers_agree(monkeypatch, seed):
    """3,000 activities with credits, waste and units of six orders of magnitude: as solved, within both bounds."""
    monkeypatch.setattr(local, "BUDGET", 20)
    compiled = compile_system(generate(3000, seed))
    cost = compiled.cost(factors())
    found = scores(compiled, cost, NUMBA)
    chain = supply(compiled, pick(compiled, found)[0], 1.0, NUMBA)
    system_ = compiled.system
    weight = np.abs(system_.tech_amount * chain.runs[system_.tech_consumer] * found.values[system_.tech_provider])
    heaviest = np.argsort(-weight)[:30].tolist()
    reached = []
    for position in heaviest:
        edit = Edit(tech={position: float(system_.tech_amount[position]) * 1.1})
        near = WhatIf(chain, cost, found, NUMBA)
        first = near.total(edit)
        reached += [len(each.made) for each in near._needs._locals.values()]
        with monkeypatch.context() as patch:
            patch.setattr(requirements, "WORTH_FOLLOWING", 10**9)
            second = WhatIf(chain, cost, found, NUMBA).total(edit)
        assert (
            abs(first.difference.values - second.difference.values)
            <= first.difference.bounds + second.difference.bounds
        )
        assert first.difference.bounds <= max(2 * CLOSE * abs(first.difference.values), 4 * second.difference.bounds)
    assert reached
    assert max(reached) < compiled.n * 2 // 3


@pytest.mark.parametrize("need", [0.97, 0.98, 0.99])
def test_rounding_alone_is_bounded(need):
    """A chain in which each activity needs a part of the next: the k-th runs need^k times, k roundings away from that."""
    length = 300
    s = system([1.0] * length, [(k + 1, k, need) for k in range(length - 1)], [(0, 0, 1.0)])
    compiled = compiled_and_solved(s)
    row = row_of(compiled, 0)
    column = local_column(compiled, row, 1e-10 * float(local.comparison_of(compiled).witness[row]))
    assert column is not None
    found = column.at(np.arange(length), np.array([row_of(compiled, k) for k in range(length)]))
    exact = [Fraction(need) ** k for k in range(length)]
    assert any(found.values != [float(each) for each in exact])
    assert_bounded(found.values, found.bounds, exact)
