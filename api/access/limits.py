"""What one principal may ask for: a table by role, shipped as ``limits.toml``, changed by a file of that name."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from api.access.principals import Principal, Role
from api.access.rates import Rate
from api.errors import AccessFileError

FILE: Final = "limits.toml"
ANONYMOUS: Final = "anonymous"
_FAILURES: Final = "failures"


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be asked for; the names are those of the columns in ``limits.toml``."""

    query_seconds: float
    memory_megabytes: float
    answer_megabytes: float
    body_megabytes: float
    body_seconds: float
    per_minute: float
    burst: float
    jobs: float

    @classmethod
    def most_generous(cls, found: Iterable[Limits]) -> Limits:
        """The largest of each limit."""
        rows = list(found)
        return cls(*(max(getattr(row, each.name) for row in rows) for each in fields(cls)))

    @property
    def rate(self) -> Rate:
        """How often may be asked."""
        return Rate(self.per_minute, int(self.burst))

    @property
    def of_job(self) -> dict[str, float]:
        """What a child process is told of them."""
        return {
            "seconds": self.query_seconds,
            "most_megabytes": self.memory_megabytes,
            "answer_bytes": int(self.answer_megabytes * 1_000_000),
        }


@dataclass(frozen=True, slots=True)
class Table:
    """The limits of each role.

    Attributes:
        by_role: limits by the name of a role, and of anonymous.
        failures: how often an address may show credentials that are not accepted.
    """

    by_role: Mapping[str, Limits]
    failures: Rate

    @classmethod
    def of(cls, folder: Path) -> Table:
        """The shipped table with the changes of a folder.

        Raises:
            AccessFileError: the file there cannot be read, or names what there is not.
        """
        rows: dict[str, dict[str, Any]] = tomllib.loads(files("api.access").joinpath(FILE).read_text(encoding="utf-8"))
        own = folder / FILE
        for name, stated in _changes(own).items():
            if not isinstance(stated, dict) or name not in rows or not stated.keys() <= rows[name].keys():
                raise AccessFileError(
                    f"{own} has [{name}] with {stated}. Known: {', '.join(rows)}, each with {', '.join(rows[ANONYMOUS])}."
                )
            rows[name] |= stated
        _check(own, rows)
        return cls(
            {name: Limits(**row) for name, row in rows.items() if name != _FAILURES},
            Rate(float(rows[_FAILURES]["per_minute"]), int(rows[_FAILURES]["burst"])),
        )

    def of_principal(self, principal: Principal) -> Limits:
        """What a principal may ask for: the most generous of its roles."""
        roles = [str(role) for role in principal.roles] or [ANONYMOUS]
        return Limits.most_generous(self.by_role[role] for role in roles)


def _changes(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise AccessFileError(f"{path} cannot be read: {error}.") from None


def _check(path: Path, rows: Mapping[str, Mapping[str, Any]]) -> None:
    assert {*Role} <= rows.keys()
    for name, row in rows.items():
        for limit, value in row.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
                raise AccessFileError(
                    f"{path}: {limit} of [{name}] is {value!r}; it has to be a number greater than 0."
                )
        if row["burst"] < 1:
            raise AccessFileError(f"{path}: burst of [{name}] is {row['burst']}; it has to be at least 1.")
