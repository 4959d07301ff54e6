"""The footprint of one product looked up among those of all."""

import pytest
from chains import EX, process, product

from footprint.errors import IncompleteInventory, InvalidQuery, UnitError
from graphstore.answers.board import Board
from graphstore.answers.footprint import calculate
from graphstore.answers.scored import scored
from graphstore.errors import UnknownNameError

STEEL = process("steel", emissions=(("flow:CO2-fossil", 2), ("flow:CH4_fossil-fossil", 0.1)))
CAR = process("car", unit="unit:NUM", inputs=((":steel", 500),), emissions=(("flow:CO2-fossil", 40),))
GAP = process("gap", inputs=((":nothing", 1),)) + product("nothing")


@pytest.fixture
def board(case):
    return Board(case(STEEL + CAR + GAP).calculation())


def test_it_is_the_worked_number_in_any_unit(board):
    """CH4 fossil counts 29.8 in AR6 (IPCC): 2 + 2.98 kg per kg of steel, 4.98 t per t; 500 x 4.98 + 40 per car."""
    told = scored(board, f"{EX}steel", 3.0, "http://qudt.org/vocab/unit/TONNE")
    assert told["total"]["value"] == pytest.approx(3 * 4980)
    assert told["unit"]["symbol"] == "t"
    assert scored(board, f"{EX}car-making")["total"]["value"] == pytest.approx(2530)
    assert not told["cut_off"]


@pytest.mark.parametrize("amount", [1e-90, 0.1, 1.0, 7.3e5, 1e90])
def test_both_ways_agree_within_their_bounds(board, amount):
    one = scored(board, f"{EX}car", amount)["total"]
    other = calculate(board.calculation, f"{EX}car", amount).data["total"]
    assert abs(one["value"] - other["value"]) <= one["error_bound"] + other["error_bound"]
    assert 0 < one["error_bound"] <= 1e-12 * one["value"]


def test_what_a_footprint_refuses_is_refused(board):
    with pytest.raises(IncompleteInventory, match=f"{EX}gap-making"):
        scored(board, f"{EX}gap")
    with pytest.raises(UnknownNameError, match="urn:nothing"):
        scored(board, "urn:nothing")
    with pytest.raises(UnitError):
        scored(board, f"{EX}steel", 1.0, "http://qudt.org/vocab/unit/KiloW-HR")
    for amount in (0.0, -1.0, float("nan"), float("inf"), 1e200):
        with pytest.raises(InvalidQuery):
            scored(board, f"{EX}steel", amount)


def test_a_gap_that_the_reading_cuts_off_is_told(case):
    board = Board(case(STEEL + GAP).calculation(unlinked="cutoff"))
    assert scored(board, f"{EX}gap")["cut_off"] is True
    assert scored(board, f"{EX}steel")["cut_off"] is False


def test_products_are_looked_up_by_each_of_their_iris(board):
    table = board.calculation.products
    assert [row.iri for row in table.by_iri[f"{EX}car"]] == [f"{EX}car"]
    assert table.by_iri[f"{EX}car-making"] == table.by_iri[f"{EX}car"]
    assert f"{EX}nothing" not in table.by_iri
