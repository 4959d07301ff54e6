"""Which unit is meant by a symbol."""

from __future__ import annotations

from graphstore.answers.graph import Calculation
from graphstore.errors import UnknownNameError
from graphstore.queries import load


def find_unit(calculation: Calculation, text: str) -> str:
    """Return the IRI of the unit with this IRI, symbol, code or name.

    An exact spelling wins over another case, a shipped unit over one that an imported package brought along.

    Raises:
        UnknownNameError: no such unit, or several.
    """
    rows = calculation.graph.query(load("unit-by-name"), {"name": text}).dicts()
    found = sorted({str(row["unit"]) for row in rows if row["exact"]} or {str(row["unit"]) for row in rows})
    shipped = [unit for unit in found if not unit.startswith(calculation.graph.base)]
    found = shipped or found
    if len(found) == 1:
        return found[0]
    if not found:
        raise UnknownNameError(
            f"No unit {text!r}. Use a symbol such as t, kg, kWh, MJ, m3, t*km, or the IRI of a qudt:Unit."
        )
    raise UnknownNameError(f"{text!r} may mean several units: {', '.join(f'<{u}>' for u in found)}. Give the IRI.")
