"""What a list or a request selects by: the same names in both, OR among the values of one, AND between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from api.errors import RequestError, UnsupportedError

Filters = dict[str, list[str]]

SEVERAL: Final = ("productId", "companyId", "geography", "classification")
"""Filters that may have several values."""
MOMENTS: Final = ("validOn", "validAfter", "validBefore")
"""Filters whose value is a moment."""
SINGLE: Final = (*MOMENTS, "status")
_MOST: Final = 1000


def filters_of(pairs: Iterable[tuple[str, str]]) -> Filters:
    """The filters that are stated.

    Raises:
        UnsupportedError: a filter of a vendor; there is none here, and leaving it out would give more than was asked for.
        RequestError: an unknown filter, one that comes too often, or a moment that is none.
    """
    found: Filters = {}
    for name, value in pairs:
        _check_name(name)
        found.setdefault(name, []).append(value)
    for name, values in found.items():
        if name in SINGLE and len(values) > 1:
            raise RequestError(f"The parameter {name} is given {len(values)} times. Give it once.")
        if len(values) > _MOST:
            raise RequestError(f"The parameter {name} has {len(values)} values; at most {_MOST} are taken.")
        if name in MOMENTS:
            _check_moment(name, values[0])
    return found


def filters_of_event(data: Mapping[str, Any]) -> Filters:
    """The filters in the data of a request event.

    Raises:
        RequestError: as :func:`filters_of`; or a value is neither a string nor, where that may be, a list of strings.
    """
    pairs = list[tuple[str, str]]()
    for name, value in data.items():
        if name == "comment" or value is None:
            continue
        _check_name(name)
        values = value if isinstance(value, list) and name in SEVERAL else [value]
        if not all(isinstance(each, str) for each in values):
            shape = "a list of strings" if name in SEVERAL else "a string"
            raise RequestError(f"The value of {name} in the data of the event is not {shape}.")
        pairs += [(name, str(each)) for each in values]
    return filters_of(pairs)


def _check_name(name: str) -> None:
    if name.lower().startswith("x-"):
        raise UnsupportedError(f"This server knows no filter {name!r} of a vendor. Leave it out.")
    if name not in SEVERAL and name not in SINGLE:
        known = ", ".join((*SEVERAL, *SINGLE))
        raise RequestError(f"There is no filter {name!r}. Known: {known}.")


def _check_moment(name: str, value: str) -> None:
    try:
        good = "T" in value.upper() and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        good = False
    if not good:
        raise RequestError(
            f"The value of {name} is {value!r}, which is no date-time with a time zone. Write it as 2025-01-31T00:00:00Z "
            "(a + in an address is written %2B)."
        )
