"""Rows of a query about nodes that state several values: grouped by node, and read one value at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from schemes.errors import SchemeDataError
from schemes.exact import exact

Row = dict[str, object]


def grouped(rows: Iterable[Mapping[str, object]], key: str) -> dict[str, list[Row]]:
    """Return the rows by the node in one column, nodes in ascending order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row[key]), []).append(dict(row))
    return dict(sorted(found.items()))


def one(rows: Sequence[Mapping[str, object]], key: str, node: str) -> object:
    """Return the one value of a column; None where no row has any.

    Raises:
        SchemeDataError: several values, so that which one holds would depend on the order of statements.
    """
    values = {str(row[key]): row[key] for row in rows if row[key] is not None}
    if len(values) > 1:
        raise SchemeDataError(
            f"<{node}> states several values of {key}: {', '.join(sorted(values))}. Keep one of them."
        )
    return next(iter(values.values()), None)


def year(rows: Sequence[Mapping[str, object]], key: str, node: str) -> int | None:
    """Return the one year of a column; None where no row has any.

    Raises:
        SchemeDataError: several values, or no year.
    """
    value = one(rows, key, node)
    if value is None:
        return None
    try:
        return int(str(value)[:4])
    except ValueError:
        raise SchemeDataError(f"<{node}> states {value!r} as {key}, which is no year. State an xsd:gYear.") from None


def number(rows: Sequence[Mapping[str, object]], key: str, node: str) -> Fraction:
    """Return the one number of a column, as it is written.

    Raises:
        SchemeDataError: no value, several, or no number.
    """
    value = one(rows, key, node)
    try:
        return exact(value)
    except ValueError:
        raise SchemeDataError(
            f"<{node}> states {value!r} as {key}, which is no number. State a decimal number."
        ) from None
