"""From supply and use tables to direct requirements by commodity.

Supply (make) and use tables state which industry makes and uses which commodity; with the industry-technology assumption,
that an industry has one way of making whatever it makes, a commodity is made as the mix of its makers makes it:

    g, q    output of each industry and of each commodity: row and column sums of the make table V
    B = U / g, D = V / q        use per unit of industry output, market shares
    A = B D, R = (emissions / g) D        commodity by commodity

(United Nations, Handbook on Supply and Use Tables and Input-Output Tables, 2018; recalled, not compared with its text).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csc_array, diags_array

from footprint.errors import InvalidSystem

if TYPE_CHECKING:
    from footprint.inputoutput import Money
    from footprint.system import FloatArray

__all__ = ["from_supply_use"]


def from_supply_use(
    make: Money, use: Money, emissions: FloatArray, industries: Sequence[str], commodities: Sequence[str]
) -> tuple[Money, FloatArray]:
    """Return commodity-by-commodity requirements and emissions per unit of commodity output.

    Args:
        make: V, money of commodity made by industry, (industries, commodities).
        use: U, money of commodity used by industry, (commodities, industries), without final demand and value added.
        emissions: Emissions of each industry, (rows, industries), any unit.
        industries: Identifiers of the industries, for messages.
        commodities: Identifiers of the commodities.

    A commodity that no industry makes has no requirements; who uses it depends on something outside the tables.

    Raises:
        InvalidSystem: shapes that do not fit; an industry without output that uses something or emits.
    """
    if make.shape != (len(industries), len(commodities)) or use.shape != make.shape[::-1]:
        raise InvalidSystem(
            f"{len(industries)} industries and {len(commodities)} commodities have a make table {make.shape} and a use table "
            f"{use.shape}: make is industries by commodities, use is commodities by industries."
        )
    g, q = (np.asarray(make.sum(axis=axis), dtype=np.float64).ravel() for axis in (1, 0))
    emitted = np.abs(emissions).sum(axis=0)
    by_industry = diags_array(_inverse(g, _column_use(use) + emitted, industries))
    shares: Any = make @ diags_array(_inverse(q, np.zeros_like(q), commodities))
    requirements = csc_array(use @ by_industry @ shares)
    intensity: FloatArray = np.asarray(emissions @ by_industry @ shares, dtype=np.float64)
    return requirements, intensity


def _column_use(table: Money) -> FloatArray:
    sums: FloatArray = np.asarray(abs(table).sum(axis=0), dtype=np.float64).ravel()
    return sums


def _inverse(output: FloatArray, used: FloatArray, ids: Sequence[str]) -> FloatArray:
    """Return 1 / output, and 0 where there is neither output nor use."""
    wrong = np.flatnonzero(~np.isfinite(output) | (output < 0) | ((output == 0) & (used != 0)))
    if len(wrong):
        name = ids[int(wrong[0])]
        raise InvalidSystem(
            f"<{name}> has the output {output[wrong[0]]:g} but uses inputs or emits: what it needs per unit of output cannot be told. "
            "State its output, or leave it out of the table.",
            activity=name,
        )
    return np.divide(1.0, output, out=np.zeros_like(output), where=output != 0)
