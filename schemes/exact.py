"""Numbers of the graph as fractions: sums, shares and limits are compared without the noise of binary arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any


def exact(value: object) -> Fraction:
    """Return a number as it is written: 0.1 is one tenth, not the nearest binary fraction.

    >>> exact("0.3"), exact(0.1)
    (Fraction(3, 10), Fraction(1, 10))

    Raises:
        ValueError: it is no finite number.
    """
    return Fraction(str(value))


def bounded(value: Fraction, unit: str = "kg CO2e") -> dict[str, Any]:
    """Return an exact number as binary, with the bound of the one rounding that this takes."""
    nearest = float(value)
    bound = 0.0 if Fraction(nearest) == value else math.ulp(nearest) / 2
    return {"value": nearest, "unit": unit, "error_bound": bound}
