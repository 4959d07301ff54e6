"""JSON bodies, read field by field: each has to be known, and of its kind."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self

from api.errors import RequestError


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, each of whose fields is stated once: of two values one would be left aside unseen.

    Raises:
        RequestError: a field is stated again.
    """
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise RequestError(f"The field {name!r} is stated more than once. State it once.")
        made[name] = value
    return made


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a JSON object."""

    values: Mapping[str, Any]

    @classmethod
    def read(cls, body: bytes, known: Collection[str]) -> Self:
        """Read a body.

        Raises:
            RequestError: it is no JSON object, or has a field that is not known, which would be left aside unseen.
        """
        try:
            values = json.loads(body, object_pairs_hook=_once)
        except (ValueError, RecursionError):
            raise RequestError("The body is no JSON in UTF-8. Send one JSON object.") from None
        try:
            json.dumps(values, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise RequestError(
                "The body holds half of a character (a lone surrogate, such as \\ud800). Send whole characters."
            ) from None
        if not isinstance(values, dict):
            raise RequestError('The body is no JSON object. Send one, such as {"product": "..."}.')
        unknown = sorted(values.keys() - set(known))
        if unknown:
            raise RequestError(f"There is no field {unknown[0]!r} here. Known: {', '.join(sorted(known))}.")
        return cls(values)

    def text(self, name: str, default: str | None = None) -> str:
        """A text.

        Raises:
            RequestError: it is none, or missing without a default.
        """
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise RequestError(f"The field {name} is missing or no text. State a text.")
        return value

    def optional(self, name: str) -> str | None:
        """A text that may be left out or null."""
        return None if self.values.get(name) is None else self.text(name)

    def texts(self, name: str) -> list[str]:
        """A list of texts; empty where it is left out.

        Raises:
            RequestError: it is none.
        """
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise RequestError(f'The field {name} is no list of texts. Write it as ["..."].')
        return value

    def number(self, name: str, default: float) -> float:
        """A finite number.

        Raises:
            RequestError: it is none.
        """
        value = self.values.get(name, default)
        try:
            found = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
        except OverflowError:
            found = math.nan
        if not math.isfinite(found):
            raise RequestError(f"The field {name} is no finite number. State one, such as 2.5.")
        return found

    def count(self, name: str, default: int, most: int) -> int:
        """A whole number from 0 to ``most``.

        Raises:
            RequestError: it is none.
        """
        value = self.values.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise RequestError(f"The field {name} is no integer from 0 to {most}. State one.")
        return value

    def flag(self, name: str) -> bool:
        """True or false; false where it is left out.

        Raises:
            RequestError: it is neither.
        """
        value = self.values.get(name, False)
        if not isinstance(value, bool):
            raise RequestError(f"The field {name} is neither true nor false. State one of them.")
        return value

    def day(self, name: str) -> dt.date:
        """A day.

        Raises:
            RequestError: it is none, or missing.
        """
        try:
            return dt.date.fromisoformat(self.text(name))
        except ValueError:
            raise RequestError(f"The field {name} is no day. Write it as 2025-09-28.") from None
