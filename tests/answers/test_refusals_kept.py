"""What a calculation remembers of a system that cannot be compiled."""

import gc
import weakref
from contextlib import suppress

import pytest
from chains import EX, process

from footprint.errors import InvalidInventory, UnproductiveLoop
from graphstore.answers.graph import Calculation, _again
from graphstore.answers.question import ask

BROKEN = (
    process("steel", emissions=(("flow:CO2-fossil", 2),)) + ":steel-making tm:input [ a tm:Exchange ; tm:amount 1 ] ."
)


@pytest.fixture
def uncollected():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_refusal_is_told_each_time_and_keeps_nothing_alive(case, uncollected):
    """An error that was raised holds all that called: with what it was kept in, it waited for the garbage collector."""
    calculation = Calculation(case(BROKEN).store)
    told = []
    for _ in range(2):
        with pytest.raises(InvalidInventory) as refused:
            calculation.base  # noqa: B018 - compiled when it is asked for
        told.append(str(refused.value))
        del refused
    assert told[0] == told[1]
    assert "tm:flow" in told[0]
    gc.collect()  # what pytest keeps of an error that was expected
    with suppress(InvalidInventory):
        ask(calculation, f"{EX}steel", 1.0, None)
    gone = weakref.ref(calculation)
    del calculation
    assert gone() is None


def test_an_error_that_makes_its_own_text_is_told_again_with_all_it_says():
    error = UnproductiveLoop([f"{EX}a", f"{EX}b"], 1.25)
    again = _again(error)
    assert again is not error
    assert (str(again), again.activities, again.radius) == (str(error), (f"{EX}a", f"{EX}b"), 1.25)
    assert "1.25 times" in str(again)
