"""From a file of records to records with what is wrong with each, what each loses, and its statements."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from mappings.errors import PackageError
from mappings.pact import jsontext
from mappings.pact.facts import facts_of
from mappings.pact.findings import Finding, Loss
from mappings.pact.judging import check

MOST_RECORDS: Final = 5_000
"""Most records of one file; what a host gives out comes in pages that are smaller."""

_WRAPPED: Final = 3
_WRAPPERS: Final = ("data", "pfs")


@dataclass(frozen=True, slots=True)
class Read:
    """One record as it was read.

    Attributes:
        number: its place in the file, from 1.
        record: its content; anything, where it has errors.
        text: the exact text that it was read from.
        findings: what is wrong with it.
        losses: what the graph does not hold of it, or holds in another form; the text is kept beside.
    """

    number: int
    record: Any
    text: str
    findings: tuple[Finding, ...] = ()
    losses: tuple[Loss, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether it can be taken in: no finding is an error."""
        return all(finding.severity != "error" for finding in self.findings)

    @property
    def id(self) -> str:
        """Its identifier in lower case; "" where it states none."""
        stated = self.record.get("id") if isinstance(self.record, dict) else None
        return stated.lower() if isinstance(stated, str) else ""

    @property
    def sha256(self) -> str:
        """Checksum of its text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What a file holds.

    Attributes:
        name: what the file is called.
        sha256: checksum of its bytes.
        records: its records in order.
    """

    name: str
    sha256: str
    records: tuple[Read, ...] = field(default=())

    @property
    def usable(self) -> bool:
        """Whether every record of it can be taken in."""
        return all(each.usable for each in self.records)

    def as_dict(self) -> dict[str, object]:
        """Return plain values that JSON can hold."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "records": [
                {
                    "number": each.number,
                    "id": each.id,
                    "usable": each.usable,
                    "findings": [finding.as_dict() for finding in each.findings],
                    "losses": [loss.as_dict() for loss in each.losses],
                }
                for each in self.records
            ],
        }


def read_records(data: bytes, name: str) -> ReadReport:
    """Read records: one, an array of them, or either inside ``data`` or ``pfs``.

    Args:
        data: bytes of JSON, gzip or not; at most what `TANMAI_READ_LIMIT` allows.
        name: what messages call them.

    Raises:
        PackageError: no JSON, or nothing in it is a record; wrong records are told in the report instead.
    """
    text = jsontext.decode(data, name)
    value = jsontext.parse(text, name)
    found = list(islice(_unwrapped(jsontext.Part(value, text), name), MOST_RECORDS + 1))
    if len(found) > MOST_RECORDS:
        raise PackageError(
            name, f"it holds more than {MOST_RECORDS:,} records, the most that are read at once. Split the file."
        )
    records = tuple(_read(number, part) for number, part in enumerate(found, 1))
    return ReadReport(name, hashlib.sha256(data).hexdigest(), records)


def _unwrapped(part: jsontext.Part, name: str, levels: int = _WRAPPED) -> Iterator[jsontext.Part]:
    """Yield what is inside wrappers, to a few levels: each level reads its inside again."""
    value = part.value
    if isinstance(value, list):
        for element in jsontext.elements(part.text, name):
            yield from _unwrapped(element, name, levels - 1) if levels and _is_wrapper(element.value) else (element,)
    elif levels and _is_wrapper(value):
        key = next(key for key in _WRAPPERS if isinstance(value.get(key), dict | list))
        yield from _unwrapped(jsontext.member(part.text, key, name), name, levels - 1)
    elif isinstance(value, dict):
        yield jsontext.Part(value, part.text.strip())
    else:
        raise PackageError(
            name,
            'it is neither a record nor a list of records. Hand in a ProductFootprint, an array, or {"data": ...}.',
        )


def _is_wrapper(value: Any) -> bool:
    return (
        isinstance(value, dict) and "pcf" not in value and any(isinstance(value.get(k), dict | list) for k in _WRAPPERS)
    )


def _read(number: int, part: jsontext.Part) -> Read:
    findings = tuple(check(part.value))
    usable = all(finding.severity != "error" for finding in findings)
    return Read(number, part.value, part.text, findings, tuple(facts_of(part.value).losses) if usable else ())
