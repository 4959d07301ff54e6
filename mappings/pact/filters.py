"""Which records a list shows: OR inside one filter, AND between filters, upper and lower case alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mappings.errors import ArgumentError
from mappings.pact.lexical import moment
from mappings.pact.method import validity
from mappings.pact.schema import LEVELS

FILTERS: Final = (
    "productId",
    "companyId",
    "geography",
    "classification",
    "validOn",
    "validAfter",
    "validBefore",
    "status",
)
"""The filters of the specification. Its `limit` is about the list, and those of vendors begin with `x-`."""


def matches(record: Mapping[str, Any], filters: Mapping[str, str | Sequence[str]]) -> bool:
    """Whether a record of version 3 is among those asked for.

    Args:
        record: a record as `records` yields it.
        filters: one value or several for each name of `FILTERS`; one without values filters nothing.

    Raises:
        ArgumentError: an unknown filter, or a date and time that is none.
    """
    wanted = {name: [values] if isinstance(values, str) else list(values) for name, values in filters.items()}
    return all(_matches(record, name, values) for name, values in wanted.items() if values)


def _matches(record: Mapping[str, Any], name: str, values: list[str]) -> bool:
    if name in {"validOn", "validAfter", "validBefore"}:
        return _valid(record, name, [_moment(name, value) for value in values])
    if name not in FILTERS:
        raise ArgumentError(f"{name!r} is no filter of PACT records. Use one of: {', '.join(FILTERS)}.")
    stated = {text.casefold() for text in _stated(record, name)}
    return any(value.casefold() in stated for value in values)


def _stated(record: Mapping[str, Any], name: str) -> list[str]:
    pcf = record.get("pcf") or {}
    found: Any = {
        "productId": record.get("productIds"),
        "companyId": record.get("companyIds"),
        "classification": record.get("productClassifications"),
        "geography": [pcf.get(level) for level in LEVELS],
        "status": [record.get("status")],
    }[name]
    return [text for text in found or () if isinstance(text, str)]


def _moment(name: str, value: str) -> dt.datetime:
    found = moment(value)
    if found is None:
        raise ArgumentError(
            f"{name} is {value!r}, which is no date and time with a time zone. Write it like 2026-03-01T00:00:00Z."
        )
    return found


def _valid(record: Mapping[str, Any], name: str, moments: list[dt.datetime]) -> bool:
    period = validity(dict(record))
    if period is None:
        return False
    start, end = period
    if name == "validOn":
        return any(start <= each <= end for each in moments)
    return any(start > each if name == "validAfter" else end < each for each in moments)
