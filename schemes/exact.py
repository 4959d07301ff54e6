"""Numbers of the graph as fractions: sums, shares and limits are compared without the noise of binary arithmetic."""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

LARGEST = 300
"""Largest power of ten, up or down, that is read: results still fit a binary number."""


def exact(value: object) -> Fraction:
    """Return a number as it is written: 0.1 is one tenth, not the nearest binary fraction.

    >>> exact("0.3"), exact(0.1)
    (Fraction(3, 10), Fraction(1, 10))

    Raises:
        ValueError: it is no finite number, or its size is beyond what a binary number holds.
    """
    text = str(value)
    if "_" in text or not text.isascii():
        raise ValueError(text)  # Python reads more than a number of RDF or of a table is
    if "/" in text:
        numerator, _, denominator = text.partition("/")
        below = exact(denominator)
        if not below:
            raise ValueError(text)
        return exact(numerator) / below
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not number.is_finite() or (number and abs(number.adjusted()) > LARGEST):
        raise ValueError(text)
    return Fraction(number)


def bounded(value: Fraction, unit: str = "kg CO2e") -> dict[str, Any]:
    """Return an exact number as binary, with the bound of the one rounding that this takes."""
    nearest = float(value)
    bound = 0.0 if Fraction(nearest) == value else math.ulp(nearest) / 2
    return {"value": nearest, "unit": unit, "error_bound": bound}
