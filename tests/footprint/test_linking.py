"""Linking: a stated provider, else the producer of the flow, else the lowest identifier among several."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from footprint.inventory import NONE, UNKNOWN_PROVIDER
from footprint.linking import Producers, link

FLOWS = np.array([5, 7, 5, 9])  # what activities 0 to 3 make
IDS = ["d", "b", "a", "c"]  # activity 2 has the lower identifier of the two that make flow 5


def linked(flow, stated):
    found = link(np.array(flow), np.array(stated), Producers.of(FLOWS, IDS))
    return found.activity.tolist(), found.by_lowest_identifier.tolist()


def test_the_only_producer_supplies():
    assert linked([7, 9], [NONE, NONE]) == ([1, 3], [False, False])


def test_among_several_the_lowest_identifier_supplies_and_is_marked():
    assert linked([5], [NONE]) == ([2], [True])


def test_a_stated_provider_beats_the_rule():
    assert linked([5, 5], [0, NONE]) == ([0, 2], [False, True])


def test_a_flow_that_nobody_makes_stays_unlinked():
    assert linked([6, 4, 99], [NONE, NONE, NONE]) == ([NONE, NONE, NONE], [False, False, False])


def test_a_named_provider_that_is_not_there_is_not_replaced_by_another():
    assert linked([7], [UNKNOWN_PROVIDER]) == ([UNKNOWN_PROVIDER], [False])


def test_nothing_to_link():
    assert linked([], []) == ([], [])
    nobody = Producers.of(np.empty(0, dtype=np.int64), [])
    assert nobody.find(np.array([1]))[0].tolist() == [NONE]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_choice_does_not_depend_on_the_order_of_activities(made, random):
    ids = [f"activity-{i}" for i in range(len(made))]
    order = list(range(len(made)))
    random.shuffle(order)
    asked = np.arange(6)
    plain = Producers.of(np.array(made), ids).find(asked)
    mixed = Producers.of(np.array([made[i] for i in order]), [ids[i] for i in order]).find(asked)
    name = [ids[a] if a >= 0 else None for a in plain[0]]
    assert name == [ids[order[a]] if a >= 0 else None for a in mixed[0]]
    assert name == [min((i for i, f in zip(ids, made, strict=True) if f == flow), default=None) for flow in asked]
    assert plain[1].tolist() == mixed[1].tolist() == [made.count(flow) for flow in asked]
