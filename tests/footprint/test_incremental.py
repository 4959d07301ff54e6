"""After a change of the data only what is downstream of it is computed anew, and the footprints are those of a full solve."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from small_systems import FACTORS, assert_bounded, exact_scores, from_matrix, system, systems

from footprint import compile_system, scores
from footprint.incremental import changed, downstream, matched, rescored

ANY = st.one_of(systems(), systems(credits_=True))


def compiled(s):
    made = compile_system(s)
    return made, made.cost(FACTORS)


def update(old, new, how):
    """Marked, downstream, and the footprints of the later system."""
    (before, cost_before), (after, cost_after) = compiled(old), compiled(new)
    match = matched(old.activity_ids, new.activity_ids)
    marked = changed(before, cost_before, after, cost_after, match)
    reached = downstream(after, marked)
    return marked, reached, rescored(after, cost_after, scores(before, cost_before, how), match, reached, how)


@given(s=ANY, data=st.data())
def test_rescored_is_exact_within_its_bounds(how, s, data):
    """Some amounts change, activities come in another order, one is new."""
    order = data.draw(st.permutations(range(s.n)))
    where = np.argsort(order).astype(np.int32)
    scale = np.array(data.draw(st.lists(st.sampled_from([1.0, 1.0, 1.0, 0.5]), min_size=s.n, max_size=s.n)))
    new = replace(
        s,
        activity_ids=[*(s.activity_ids[j] for j in order), "new"],
        production=np.append(s.production[order], 2.0),
        tech_provider=where[s.tech_provider],
        tech_consumer=where[s.tech_consumer],
        tech_amount=s.tech_amount * scale[s.tech_consumer],
        bio_activity=where[s.bio_activity],
    )
    marked, reached, found = update(s, new, how)
    assert_bounded(found.values, found.bounds, exact_scores(new))
    assert marked[-1]
    assert (reached >= marked).all()
    touched = np.unique(s.tech_consumer[s.tech_amount * (scale[s.tech_consumer] - 1) != 0])
    assert set(np.flatnonzero(marked[:-1])) == {int(where[j]) for j in touched}


CHAIN = [[0, 0.5, 0, 0], [0, 0, 0.5, 0], [0, 0, 0, 0], [0, 0, 0.1, 0]]
"""2 uses 1 and 3, 1 uses 0."""


def test_only_downstream_is_solved(how):
    old, new = from_matrix(CHAIN, [1, 1, 1, 1]), from_matrix(CHAIN, [1, 2, 1, 1])
    marked, reached, found = update(old, new, how)
    assert marked.tolist() == [False, True, False, False]
    assert reached.tolist() == [False, True, True, False]
    assert found.values.tolist() == [1.0, 2.5, 2.35, 1.0]


def test_nothing_changed_nothing_solved(how):
    s = from_matrix(CHAIN, [1, 1, 1, 1])
    marked, reached, found = update(s, s, how)
    assert not marked.any()
    assert not reached.any()
    assert found.info.sweeps == 0
    assert found.values.tolist() == [1.0, 1.5, 1.85, 1.0]


def test_another_provider_of_the_same_amount_is_a_change(how):
    old = system([1.0, 1.0, 1.0], [(0, 2, 1.0)], [(0, 0, 5.0), (1, 0, 3.0)])
    new = system([1.0, 1.0, 1.0], [(1, 2, 1.0)], [(0, 0, 5.0), (1, 0, 3.0)])
    marked, _, found = update(old, new, how)
    assert marked.tolist() == [False, False, True]
    assert found.values.tolist() == [5.0, 3.0, 3.0]


def test_an_input_that_lost_its_provider_is_a_change(how):
    old = system([1.0, 1.0], [(0, 1, 1.0)], [(0, 0, 5.0), (1, 0, 3.0)])
    new = system([1.0], [], [(0, 0, 3.0)], names=["activity-1"])
    marked, _, found = update(old, new, how)
    assert marked.tolist() == [True]
    assert found.values.tolist() == [3.0]


def test_the_same_input_twice_is_not_once(how):
    old = system([1.0, 1.0], [(0, 1, 1.0)], [(0, 0, 5.0)])
    new = system([1.0, 1.0], [(0, 1, 1.0), (0, 1, 1.0)], [(0, 0, 5.0)])
    marked, _, found = update(old, new, how)
    assert marked.tolist() == [False, True]
    assert found.values.tolist() == [5.0, 10.0]


def test_long_chains_are_followed_to_the_end():
    """Activity j uses j + 1, three hundred times over; what changes in the middle reaches everything before it."""
    n = 300
    made, _ = compiled(system([1.0] * n, [(j + 1, j, 0.5) for j in range(n - 1)]))
    marked = np.arange(n) == 150
    assert np.flatnonzero(downstream(made, marked)).tolist() == list(range(151))
    assert not downstream(made, np.zeros(n, dtype=bool)).any()
