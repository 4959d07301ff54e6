"""The members of a record as data: `members-3.csv` and `members-2.csv`, one line for each member of each object.

Written in own words after the facts of the PACT Technical Specifications 3.0.3 and 2.3. Columns: `pointer` (elements of an
array have no step of their own), `type` (see `lexical`), `many` (empty: one value; `list`; `set`: no value twice; `set1`: at
least one), `required`, `range` (`>0`, `>=0`, `<=0`, `1..5`), and `reported`, the reporting rule of the methodology.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import StringIO


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an object.

    Attributes:
        pointer: its path from the root, without steps for array elements.
        type: name of a lexical type, with its choices after a colon.
        many: how many values it has.
        required: whether a record without it is none.
        range: what a number must be.
        reported: reporting rule of the methodology; empty where it has none.
        members: what an object of it holds.
    """

    pointer: str
    type: str
    many: str = ""
    required: bool = False
    range: str = ""
    reported: str = ""
    members: tuple[Member, ...] = ()

    @property
    def name(self) -> str:
        """The key in its object."""
        return self.pointer.rpartition("/")[2]


@cache
def record_of(major: str) -> Member:
    """Return what a record of version ``"3"`` or ``"2"`` is made of."""
    text = files("mappings").joinpath("pact", f"members-{major}.csv").read_text(encoding="utf-8")
    return _built("", "object", {row["pointer"]: row for row in csv.DictReader(StringIO(text))})


def every(member: Member) -> list[Member]:
    """Return a member and all below it."""
    return [member, *(found for part in member.members for found in every(part))]


def _built(pointer: str, kind: str, rows: dict[str, dict[str, str]]) -> Member:
    own = rows.get(pointer, {})
    below = [each for each in rows if each.rpartition("/")[0] == pointer]
    return Member(
        pointer,
        kind,
        own.get("many", ""),
        own.get("required") == "yes",
        own.get("range", ""),
        own.get("reported", ""),
        tuple(_built(each, rows[each]["type"], rows) for each in below),
    )
