"""Parameters that the framework refuses, as one sentence each: which, what was sent, what would do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi.exceptions import RequestValidationError

from api.errors import RequestError

_WANTED: Final[Mapping[str, Callable[[str, Mapping[str, Any]], RequestError]]] = {
    "missing": lambda name, _: RequestError(f"The parameter {name} is missing. State it."),
    "finite_number": lambda name, _: RequestError(f"The parameter {name} is not finite. State a finite number."),
    "float_parsing": lambda name, _: RequestError(f"The parameter {name} is no number. State a number, such as 2.5."),
    "int_parsing": lambda name, _: RequestError(f"The parameter {name} is no integer. State an integer, such as 2."),
    "bool_parsing": lambda name, _: RequestError(f"The parameter {name} is neither true nor false. State one of them."),
    "literal_error": lambda name, told: RequestError(
        f"The parameter {name} is not one of {told['expected']}. Choose one of them."
    ),
    "greater_than": lambda name, told: RequestError(f"The parameter {name} has to be greater than {told['gt']}."),
    "greater_than_equal": lambda name, told: RequestError(f"The parameter {name} has to be {told['ge']} or more."),
    "less_than": lambda name, told: RequestError(f"The parameter {name} has to be less than {told['lt']}."),
    "less_than_equal": lambda name, told: RequestError(f"The parameter {name} has to be {told['le']} or less."),
    "string_pattern_mismatch": lambda name, told: RequestError(
        f"The parameter {name} is not of the form {told['pattern']}. Write it so."
    ),
    "string_too_long": lambda name, told: RequestError(
        f"The parameter {name} is longer than {told['max_length']} characters."
    ),
}
_DAYS: Final = ("date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact")


def invalid(error: RequestValidationError) -> RequestError:
    """The first parameter that cannot be used. What the framework says besides stays unsaid: it names our own files."""
    found = error.errors()[0]
    name = str(found["loc"][-1])
    if found["type"] in _DAYS:
        return RequestError(f"The parameter {name} is no day. Write it as 2025-09-28.")
    wanted = _WANTED.get(str(found["type"]))
    if wanted is not None:
        return wanted(name, found.get("ctx", {}))
    return RequestError(f"The parameter {name} cannot be used. See /openapi.json for what it may be.")
