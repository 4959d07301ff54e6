"""Reading JSON objects of both schema versions without trusting them.

Field names that changed between schema 1.x and 2.x are asked for together (`GreenDelta/olca-schema`, CHANGES.md, "Renamed
fields"): a file is read by what it holds, not by what its package claims to be. A value of the wrong type is an error
only where a number in a footprint depends on it; elsewhere it reads as absent.
"""

from __future__ import annotations

import math
import sys
from typing import Any

from mappings.errors import PackageError

Json = dict[str, Any]


def text(value: object) -> str:
    """Return a text without surrounding blanks; "" for anything that is no text."""
    return value.strip() if isinstance(value, str) else ""


def flag(data: Json, new: str, old: str) -> bool:
    """Return a boolean that was renamed between the schema versions; absent is false, as both have it."""
    return data.get(new) is True or data.get(old) is True


def ref(data: Json, name: str) -> Json:
    """Return a reference to another entity, or an empty object."""
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def ref_id(data: Json, name: str) -> str:
    """Return the identifier that a reference holds, or ""."""
    return text(ref(data, name).get("@id"))


def objects(data: Json, name: str) -> list[Json]:
    """Return the objects of a list; anything else in it is left out."""
    value = data.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def decimal(data: Json, name: str) -> float | None:
    """Return a finite number, or None for anything else: for fields on which no footprint depends."""
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= sys.float_info.max else None


def number(data: Json, name: str, file: str, what: str) -> float | None:
    """Return a number, or None where the field is absent or null.

    Raises:
        PackageError: the field holds a text, a boolean, NaN or infinity.
    """
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PackageError(file, f"{what}: {name} is {value!r:.60}, not a number. Write it as a JSON number.")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise PackageError(file, f"{what}: {name} is {result}; NaN and infinity are no amounts. Correct the number.")
    return result
