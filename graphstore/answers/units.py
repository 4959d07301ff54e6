"""Which unit is meant by a symbol."""

from __future__ import annotations

from graphstore.answers.graph import Calculation
from graphstore.errors import UnknownNameError
from graphstore.queries import load

LONGEST_SYMBOL = 4
"""Spellings up to this length are taken for symbols, in which the case of the first letter may be a prefix."""


def find_unit(calculation: Calculation, text: str) -> str:
    """Return the IRI of the unit with this IRI, symbol, code or name.

    An exact spelling wins over another case, a shipped unit over one that an imported package brought along. Another
    case is not taken where it would turn one prefix into another: mJ is not MJ.

    Raises:
        UnknownNameError: no such unit, or several.
    """
    rows = calculation.graph.query(load("unit-by-name"), {"name": text}).dicts()
    near = {str(row["unit"]) for row in rows if _same_prefix(text, str(row["written"]))}
    found = sorted({str(row["unit"]) for row in rows if row["exact"]} or near)
    shipped = [unit for unit in found if not unit.startswith(calculation.graph.base)]
    found = shipped or found
    if len(found) == 1:
        return found[0]
    if not found:
        raise UnknownNameError(
            f"No unit {text!r}. Use a symbol such as t, kg, kWh, MJ, m3, t*km, or the IRI of a qudt:Unit."
        )
    raise UnknownNameError(f"{text!r} may mean several units: {', '.join(f'<{u}>' for u in found)}. Give the IRI.")


def _same_prefix(text: str, written: str) -> bool:
    """Whether a spelling in another case keeps the SI prefix; m is milli, M mega, p pico, P peta."""
    return text[:1] == written[:1] or len(written) > LONGEST_SYMBOL or written[0] not in "mMpP"
