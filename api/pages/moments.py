"""Times as the graph and files state them."""

from __future__ import annotations

import datetime as dt


def moment(value: object) -> dt.datetime | None:
    """A time with its zone, UTC where none is stated; ``None`` for what is no time."""
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, dt.datetime):
        return None
    return value if value.tzinfo is not None else value.replace(tzinfo=dt.UTC)
