"""The difference of two footprints, number by number: nothing left over, whatever has changed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_systems import FACTORS, ROWS, system, systems

from footprint import compile_system, supply
from footprint.difference import Change, difference
from footprint.union import Side


def side(s, factors=FACTORS, share=None, activity=None, amount=1.0):
    return Side(
        system=s,
        keys=s.activity_ids,
        factors=np.asarray(factors, dtype=float),
        share=np.ones(s.n) if share is None else np.asarray(share, dtype=float),
        scale=np.ones(s.n),
        activity=s.n - 1 if activity is None else activity,
        amount=amount,
    )


def total(s, factors=FACTORS, activity=None, amount=1.0):
    compiled = compile_system(s)
    chain = supply(compiled, s.n - 1 if activity is None else activity, amount)
    return float(chain.total(compiled.cost(np.asarray(factors, dtype=float))).values)


def found(changes, kind):
    return {
        (
            changes.exchange_ids[e] if e >= 0 else "",
            changes.keys[a] if a >= 0 else "",
        ): (float(before), float(after), float(effect))
        for k, e, a, before, after, effect in zip(
            changes.kind,
            changes.exchange,
            changes.activity,
            changes.before,
            changes.after,
            changes.effect.values,
            strict=True,
        )
        if k == kind
    }


# part = 2 steel + 1 CO2, steel = 0.2 steel (itself) + 3 CO2: 1 + 2 x 3 / 0.8 = 8.5
CHAIN = system(
    [1.0, 1.0],
    tech=[(0, 1, 2.0), (0, 0, 0.2)],
    bio=[(0, 0, 3.0), (1, 0, 1.0)],
    names=["steel", "part"],
)


def test_one_number_explains_all_of_it():
    """Steel per part 2 -> 1.5: the difference is -0.5 x 3 / 0.8 = -1.875, all of it by that number."""
    changed = replace(CHAIN, tech_amount=np.array([1.5, 0.2]))
    changes = difference(side(CHAIN), side(changed))
    assert list(changes.kind) == [Change.INPUT]
    assert found(changes, Change.INPUT) == {("exchange-0", "part"): pytest.approx((2.0, 1.5, -1.875), rel=1e-12)}


def test_two_numbers_share_what_they_do_together():
    """Steel per part 2 -> 1, steel's CO2 3 -> 4: 8.5 -> 6.

    By hand: -1 x mean(3 / 0.8, 4 / 0.8) = -4.375 and +1 x mean(2, 1) / 0.8 = +1.875, together -2.5.
    """
    changed = replace(CHAIN, tech_amount=np.array([1.0, 0.2]), bio_amount=np.array([4.0, 1.0]))
    changes = difference(side(CHAIN), side(changed))
    assert found(changes, Change.INPUT)[("exchange-0", "part")][2] == pytest.approx(-4.375, rel=1e-12)
    assert found(changes, Change.EMISSION)[("exchange-2", "steel")][2] == pytest.approx(1.875, rel=1e-12)
    assert changes.effect.values.sum() == pytest.approx(6.0 - 8.5, rel=1e-12)


def test_a_swapped_provider_is_two_links_of_one_exchange():
    """Steel at 3.75 is replaced by recycled steel at 0.5: -2 x 3.75 + 2 x 0.5 = -6.5."""
    recycled = system(
        [1.0, 1.0, 1.0],
        tech=[(2, 1, 2.0), (0, 0, 0.2)],
        bio=[(0, 0, 3.0), (1, 0, 1.0), (2, 0, 0.5)],
        names=["steel", "part", "recycled"],
    )
    recycled = replace(recycled, bio_exchange=np.array([2, 3, -1]))
    changes = difference(side(CHAIN, activity=1), side(recycled, activity=1))
    effects = dict(zip((changes.keys[p] for p in changes.provider), changes.effect.values, strict=True))
    assert effects == pytest.approx({"steel": -7.5, "recycled": 1.0}, rel=1e-12)
    assert {changes.exchange_ids[e] for e in changes.exchange} == {"exchange-0"}


def test_potentials_shares_productions_and_demands_have_effects_of_their_own():
    ch4 = system([1.0], bio=[(0, 0, 2.0), (0, 1, 0.1)], names=["well"])
    by_gwp = difference(side(ch4, [1.0, 28.0, 1.0]), side(ch4, [1.0, 29.8, 1.0]))
    assert list(by_gwp.kind) == [Change.POTENTIAL]
    assert by_gwp.rows[by_gwp.row[0]] == ROWS[1]
    assert by_gwp.effect.values == pytest.approx([0.1 * 1.8])
    halved = replace(ch4, bio_amount=ch4.bio_amount * 0.5)
    by_share = difference(side(ch4), side(halved, share=[0.5]))
    assert list(by_share.kind) == [Change.SHARE]
    assert by_share.effect.values == pytest.approx([-(2.0 + 2.98) / 2])
    more = difference(side(ch4), side(replace(ch4, production=np.array([2.0]))))
    assert list(more.kind) == [Change.PRODUCTION]
    assert more.effect.values == pytest.approx([-(2.0 + 2.98) / 2])
    asked = difference(side(ch4), side(ch4, amount=3.0))
    assert list(asked.kind) == [Change.DEMAND]
    assert asked.effect.values == pytest.approx([2 * (2.0 + 2.98)])


def test_a_changed_amount_in_a_changed_share_is_told_apart():
    """10 kg at a share of 0.5 -> 20 kg at 0.4: 5 -> 8; amount +10 x 0.45 = 4.5, share 15 x -0.1 = -1.5."""
    one = system([1.0], bio=[(0, 0, 5.0)], names=["mill"])
    two = replace(one, bio_amount=np.array([8.0]))
    changes = difference(side(one, share=[0.5]), side(two, share=[0.4]))
    assert dict(zip(changes.kind.tolist(), changes.effect.values, strict=True)) == pytest.approx(
        {Change.EMISSION: 4.5, Change.SHARE: -1.5}
    )


@st.composite
def pairs(draw):
    """A system, and another with amounts changed, exchanges dropped, and activities of its own."""
    first = draw(st.one_of(systems(), systems(credits_=True)))
    second = draw(st.one_of(systems(), systems(credits_=True)))
    if draw(st.booleans()):
        scale = st.floats(0.2, 1.0) | st.just(1.0) | st.just(0.0)
        second = replace(
            first,
            tech_amount=first.tech_amount * draw(st.lists(scale, min_size=len(first.tech_amount), max_size=len(first.tech_amount))),
            bio_amount=first.bio_amount * draw(st.lists(scale, min_size=len(first.bio_amount), max_size=len(first.bio_amount))),
        )  # fmt: skip
    return first, second


@given(pair=pairs(), gwp=st.floats(20, 40), amount=st.floats(0.1, 100))
def test_the_effects_add_up_to_the_difference(pair, gwp, amount):
    first, second = pair
    factors = [1.0, gwp, 1.0]
    a = side(first, activity=0)
    b = side(second, factors, activity=0, amount=amount)
    changes = difference(a, b)
    gap = total(second, factors, 0, amount) - total(first, FACTORS, 0)
    size = sum(abs(float(t.values)) for t in changes.totals)
    slack = changes.effect.bounds.sum() + sum(float(t.bounds) for t in changes.totals) + 1e-11 * size
    assert abs(changes.effect.values.sum() - gap) <= slack
    assert changes.effect.bounds.sum() <= 1e-6 * np.abs(changes.effect.values).sum() + 1e-9


@given(pair=pairs())
def test_exchanged_sides_turn_every_sign(pair):
    first, second = pair
    one, two = difference(side(first, activity=0), side(second, activity=0)), difference(side(second, activity=0), side(first, activity=0))  # fmt: skip

    def effects(changes):
        names = zip(changes.kind, changes.exchange, changes.activity, changes.provider, changes.row, strict=True)
        return {
            (int(k), changes.exchange_ids[e], changes.keys[a], changes.keys[p], str(changes.rows[r])): float(v)
            for (k, e, a, p, r), v in zip(names, changes.effect.values, strict=True)
        }

    there, back = effects(one), effects(two)
    assert there.keys() == back.keys()
    size = max((abs(value) for value in there.values()), default=0.0)
    for name, value in there.items():
        assert back[name] == pytest.approx(-value, rel=1e-9, abs=1e-9 * size)


@given(s=st.one_of(systems(), systems(credits_=True)))
def test_nothing_differs_from_itself(s):
    assert len(difference(side(s), side(s)).kind) == 0
