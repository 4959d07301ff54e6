"""The footprint of one product looked up among those of all: the number, its bound and what it rests on, without its parts.

After one adjoint solve for all products this takes microseconds, where `answers.footprint` solves the supply chain of the
product once more to name its parts.
"""

from __future__ import annotations

import math
from typing import Any, Final

from footprint.equations import EPS
from graphstore.answers.board import Board
from graphstore.answers.names import Names
from graphstore.answers.question import check_amount, in_reference_unit

TOTALS: Final = ("total", "total_including_biogenic_co2")
"""What the first rows of the scores of a board are called in a result."""


def scored(board: Board, iri: str, amount: float = 1.0, unit: str | None = None) -> dict[str, Any]:
    """Return the footprint of an amount of a product.

    Args:
        board: The footprints of all products under one set of settings.
        iri: The product, its process, or the output exchange of a process with several products.
        amount: How much of it.
        unit: IRI of the unit of the amount; the product's own reference unit when None.

    Returns:
        product, process, amount, unit, both totals with their error bounds as a footprint has them, whether something is cut
        off and whether illustrative figures are in it, settings, and the generation.

    Raises:
        UnknownNameError: nothing by that IRI can be calculated, or several processes make the product.
        UnitError: the unit does not fit the product.
        InvalidQuery: the amount is no positive number, or too large a one.
        FootprintError, ExtractionError: see `Board.value`.
    """
    check_amount(amount)
    calculation = board.calculation
    activity = board.activity(iri)
    board.require(activity)
    quantity = in_reference_unit(calculation, activity, amount, unit)
    snapshot, names = calculation.snapshot, Names(calculation)
    product, process = str(snapshot.product_of(activity)), snapshot.maker(activity)
    shown = unit or snapshot.unit_of(activity)
    names.learn([product, process, shown])
    return {
        "product": names[product].as_dict(),
        "process": names[process].as_dict(),
        "amount": amount,
        "unit": names[shown].as_dict(),
        **{name: scored_total(board, row, activity, quantity) for row, name in enumerate(TOTALS)},
        "cut_off": bool(board.cut_off[activity]),
        "illustrative": bool(board.illustrative[activity]),
        "settings": calculation.settings.as_dict(),
        "generation": calculation.graph.generation,
    }


def scored_total(board: Board, row: int, activity: int, quantity: float) -> dict[str, Any]:
    """Return a row of the scores of one unit times a quantity, as a result writes a total."""
    each, bound = float(board.scores.values[row, activity]), float(board.scores.bounds[row, activity])
    value, error = scaled(each, bound, quantity)
    return {"value": value, "unit": "kg CO2e", "error_bound": error}


def scaled(each: float, bound: float, quantity: float) -> tuple[float, float]:
    """Return a value of one unit times a quantity; its bound takes in how that product, and the quantity before it, are rounded.

    Raises:
        NotCertified: it is too large for a float64.
    """
    value = each * quantity
    error = (bound * quantity + 4 * EPS * abs(value)) * (1 + 4 * EPS)
    if not math.isfinite(error):
        from footprint.errors import NotCertified

        raise NotCertified("the result is too large to be computed: a number of it overflowed. Check the amounts.")
    return value, error
