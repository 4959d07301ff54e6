"""The difference of two footprints is the sum of the effects of what changed, with nothing left over."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from small_systems import FACTORS, system, systems

from footprint import compile_system, supply
from footprint.difference import State, difference
from footprint.errors import FootprintError, InvalidQuery

ANY = st.one_of(systems(), systems(credits_=True))


def state(s, how, activity=0, amount=1.0, factors=FACTORS, keys=None):
    compiled = compile_system(s)
    chain = supply(compiled, activity, amount, how)
    return State(compiled, compiled.cost(factors), keys or s.activity_ids, chain)


def told(found):
    return [(change.kind, change.exchange, pytest.approx(change.effect)) for change in found.changes]


ALUMINA, INGOT, PROFILE = range(3)


def chain(alumina=1250.0, ingot=9400.0, use=1.92):
    """Rule R31: ingot 9400 + 1.92 x 1250 = 11800, profile 120 + 1.08 x 11800 = 12864."""
    tech = [(ALUMINA, INGOT, use), (INGOT, PROFILE, 1.08)]
    return system([1, 1, 1], tech, [(ALUMINA, 0, alumina), (INGOT, 0, ingot), (PROFILE, 0, 120.0)])


def test_one_changed_emission_has_one_effect(how):
    """1.08 x 1.92 t alumina at 250 kg less: -518.4."""
    found = difference(state(chain(), how, PROFILE), state(chain(alumina=1000), how, PROFILE))
    assert found.value == pytest.approx(-518.4)
    assert told(found) == [("bio", "exchange-2", pytest.approx(-518.4))]
    assert abs(found.remainder) <= found.bound
    assert found.demand == 0


def test_two_changes_share_the_difference_at_prices_before_and_runs_after(how):
    """Less alumina (1.92 to 1.90) at the price before, 1250: 1.08 x -0.02 x 1250; and 250 less on the 1.90 of after."""
    found = difference(state(chain(), how, PROFILE), state(chain(alumina=1000, use=1.90), how, PROFILE))
    assert told(found) == [
        ("bio", "exchange-2", pytest.approx(1.08 * 1.90 * -250)),
        ("tech", "exchange-0", pytest.approx(1.08 * -0.02 * 1250)),
    ]
    assert found.value == pytest.approx(1.08 * 1.90 * -250 + 1.08 * -0.02 * 1250)


def test_a_larger_reference_amount_counts_against_the_process(how):
    """The same run makes 1.25 t: 9400 + 1.92 x 1250 shared by 1.25; the run after is 1.08 / 1.25 per tonne of profile."""
    before, after = chain(), replace(chain(), production=np.array([1.0, 1.25, 1.0]))
    found = difference(state(before, how, PROFILE), state(after, how, PROFILE))
    assert told(found) == [("production", "", pytest.approx(1.08 * (11800 / 1.25 - 11800)))]


def test_a_new_supplier_is_priced_as_it_is_and_the_effect_stands_at_who_draws_on_it(how):
    """Ingot from a new smelter at 5000 on the same alumina: 1.08 x (5000 + 1.92 x 1250 - 11800)."""
    s = chain()
    tech = [(ALUMINA, INGOT, 1.92), (3, PROFILE, 1.08), (ALUMINA, 3, 1.92)]
    bio = [(ALUMINA, 0, 1250.0), (INGOT, 0, 9400.0), (PROFILE, 0, 120.0), (3, 0, 5000.0)]
    after = replace(
        system([1, 1, 1, 1], tech, bio),
        tech_exchange=np.array(
            [
                0,
                1,
                9,
            ],
            dtype=np.int64,
        ),
        exchange_ids=[f"exchange-{e}" for e in range(10)],
    )
    after = replace(after, bio_exchange=np.array([2, 3, 4, 8], dtype=np.int64))
    found = difference(state(s, how, PROFILE), state(after, how, PROFILE))
    assert told(found) == [("tech", "exchange-1", pytest.approx(1.08 * (7400 - 11800)))]


def test_another_warming_potential_is_a_change_of_emissions(how):
    s = system([1], [], [(0, 0, 2.0), (0, 1, 0.1)])
    found = difference(state(s, how), state(s, how, factors=np.array([1.0, 30.0, 1.0])))
    assert told(found) == [("bio", "exchange-1", pytest.approx(0.1 * 0.2))]


def test_another_amount_stands_at_the_demand(how):
    found = difference(state(chain(), how, PROFILE), state(chain(), how, PROFILE, 3.0))
    assert (found.changes, found.demand) == ((), pytest.approx(2 * 12864))


def test_keys_must_be_distinct(how):
    with pytest.raises(InvalidQuery, match="same key"):
        difference(state(chain(), how, keys=["a", "a", "b"]), state(chain(), how))


@given(s=ANY)
def test_a_state_does_not_differ_from_itself(how, s):
    found = difference(state(s, how), state(s, how))
    assert (found.value, found.changes, found.demand) == (0.0, (), 0.0)


def changed(data, s):
    """The same system with a few numbers changed, and perhaps a use of one activity more or less."""
    factor = st.floats(0.5, 1.5)
    tech = s.tech_amount * np.array([data.draw(factor) for _ in s.tech_amount])
    bio = s.bio_amount * np.array([data.draw(factor) for _ in s.bio_amount])
    production = s.production * np.array([data.draw(st.sampled_from([1.0, 1.0, 1.3])) for _ in s.production])
    return replace(s, tech_amount=tech, bio_amount=bio, production=production)


@given(s=ANY, data=st.data(), amount=st.floats(0.1, 100))
def test_effects_add_up_to_the_difference(how, s, data, amount):
    other = changed(data, s)
    try:
        found = difference(state(s, how, s.n - 1, amount), state(other, how, s.n - 1, amount))
        back = difference(state(other, how, s.n - 1, amount), state(s, how, s.n - 1, amount))
    except FootprintError:
        assume(False)
    allowed = found.bound + sum(change.bound for change in found.changes)
    assert abs(found.remainder) <= allowed
    assert back.value == -found.value
    assert abs(back.remainder) <= back.bound + sum(change.bound for change in back.changes)


@given(s=systems(), data=st.data())
def test_effects_add_up_where_activities_come_and_go(how, s, data):
    """The state before lacks the last activity and everything that names it; the order of activities differs."""
    if s.n < 3:
        return
    kept = (s.tech_provider < s.n - 1) & (s.tech_consumer < s.n - 1)
    emits = s.bio_activity < s.n - 1
    fewer = replace(
        s,
        activity_ids=list(s.activity_ids[:-1]),
        production=s.production[:-1],
        **{
            name: getattr(s, name)[kept]
            for name in ("tech_provider", "tech_consumer", "tech_amount", "tech_exchange", "tech_stage")
        },
        **{
            name: getattr(s, name)[emits]
            for name in ("bio_activity", "bio_row", "bio_amount", "bio_exchange", "bio_stage")
        },
    )
    one, other = (fewer, s) if data.draw(st.booleans()) else (s, fewer)
    found = difference(state(one, how, 0), state(other, how, 0))
    assert abs(found.remainder) <= found.bound + sum(change.bound for change in found.changes)
