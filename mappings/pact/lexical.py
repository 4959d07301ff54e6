"""How single values are written, where the published patterns let too much or too little through.

The published patterns of decimals group their alternatives wrongly ("5abc" and "10" for a negative number pass) and have
no place for an exponent, which the specification allows; so numbers are read here by rules of our own.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

DIGITS: Final = 60
"""Most characters of a decimal; no measured quantity has more digits."""

EXPONENT: Final = 300
"""Largest power of ten of a decimal: what a 64-bit number can hold, which the calculation uses."""

_DECIMAL: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_VERSION: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(-[0-9]{8})?")
_URN: Final = re.compile(r"[uU][rR][nN]:[A-Za-z0-9][A-Za-z0-9-]*:\S+")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_BOUND: Final = re.compile(r"(?P<sign>>=|<=|>)(?P<bound>-?[0-9.]+)|(?P<low>[0-9]+)\.\.(?P<high>[0-9]+)")


def number(value: Any) -> Decimal | None:
    """Return a decimal string, or a JSON number of version 2, as an exact number; ``None`` where it is none.

    >>> number("-0.80"), number("5abc")
    (Decimal('-0.80'), None)
    """
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        try:
            return Decimal(value)
        except InvalidOperation:
            return None
    if isinstance(value, Decimal):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return Decimal(repr(value))
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else None


def countable(value: Decimal, text: str) -> bool:
    """Whether a number is of a size that can be calculated with."""
    return len(text) <= DIGITS and (value == 0 or abs(value.adjusted()) <= EXPONENT)


def within(value: Decimal, bounds: str) -> bool:
    """Whether a number keeps to a range such as ``>=0`` or ``1..5``; every number keeps to an empty one."""
    found = _BOUND.fullmatch(bounds)
    if found is None:
        return True
    if found["sign"] is None:
        return Decimal(found["low"]) <= value <= Decimal(found["high"])
    bound = Decimal(found["bound"])
    return {">": value > bound, ">=": value >= bound, "<=": value <= bound}[found["sign"]]


def moment(value: Any) -> dt.datetime | None:
    """Return a date and time with its zone; ``None`` where the text is none, or the day does not exist."""
    if not (isinstance(value, str) and _MOMENT.fullmatch(value)):
        return None
    whole, _, rest = value.upper().partition(".")
    zone = re.search(r"(Z|[+-]\d\d:\d\d)$", value.upper())
    fraction = re.match(r"\d{1,6}", rest)
    text = f"{whole}.{fraction[0]}{zone[0] if zone else ''}" if fraction else whole
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def is_uuid(value: Any) -> bool:
    """Whether a value is a UUID in its usual form."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


FORMS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "text": lambda value: isinstance(value, str),
    "name": lambda value: isinstance(value, str) and bool(value.strip()),
    "uuid": is_uuid,
    "version": _matches(_VERSION),
    "moment": lambda value: moment(value) is not None,
    "urn": _matches(_URN),
    "uri": _matches(_URI),
    "flag": lambda value: isinstance(value, bool),
    "country": _matches(re.compile("[A-Z]{2}")),
    "subdivision": _matches(re.compile("[A-Z]{2}-[A-Z0-9]{1,3}")),
    "report": _matches(re.compile("AR[0-9]+")),
    "decimal": lambda value: isinstance(value, str) and number(value) is not None,
    "number": lambda value: number(value) is not None,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
}
"""Lexical types by name; `choice`, `unit`, `region` and `object` are judged where the choices are known."""
