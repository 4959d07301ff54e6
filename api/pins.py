"""Which past state a read is about: a release by its name, or what was known on a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.requests import Request

from api.errors import RequestError
from api.requests import Parameters, only, parameters

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Pin:
    """A past state of the graph; without any field it is the present one.

    Attributes:
        release: name of the release whose generation is read; ``None`` for the newest generation.
        as_of: the day, ``YYYY-MM-DD``: what was issued later is left out; ``None`` for everything.
    """

    release: str | None = None
    as_of: str | None = None

    @property
    def stated(self) -> bool:
        """Whether it is any past state."""
        return self.release is not None or self.as_of is not None

    def fields(self) -> dict[str, str | None]:
        """The fields of a job for a reader."""
        return {"release": self.release, "as_of": self.as_of}

    def query(self) -> dict[str, str]:
        """The parameters of an address that say the same."""
        named = {"release": self.release, "as-of": self.as_of}
        return {key: value for key, value in named.items() if value is not None}


def pin_of(request: Request) -> Pin:
    """The past state that the address of a request asks for by ``?release=`` and ``?as-of=``.

    Raises:
        RequestError: the day is none, or a parameter comes twice.
    """
    return stated_pin(parameters(request.scope["query_string"].decode("latin-1"), "address"))


def stated_pin(stated: Parameters) -> Pin:
    """The same, where the parameters of the address were read already."""
    day = only(stated, "as-of")
    if day is not None and not _is_day(day):
        raise RequestError(f"as-of is {day!r}, which is no day. Give YYYY-MM-DD, such as 2025-01-31.")
    return Pin(only(stated, "release"), day)


def _is_day(text: str) -> bool:
    if _DAY.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
