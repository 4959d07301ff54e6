"""What is wrong with a record, in both layers, for the version that it states."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from mappings.pact.findings import Finding
from mappings.pact.members import record_of
from mappings.pact.method import advice
from mappings.pact.schema import broken, defect

MOST: Final = 200
"""Most defects of one record that are listed: a file of nothing but defects shall not fill the memory."""

_MAJORS: Final = ("3.0.", "2.0.", "2.1.", "2.2.", "2.3.")


def check(record: Any) -> list[Finding]:
    """Judge a record: form first; reporting rules only where the form is right.

    Args:
        record: any JSON value. One that names version 2 is judged as such, all others as version 3.

    Returns:
        Errors first. A record without an error can be read; one of version 3 can be exchanged.
    """
    major = major_of(record)
    found = [*_unknown_version(record), *islice(broken(record, record_of(major)), MOST)]
    if len(found) >= MOST:
        found.append(defect("more", "", None, count=str(MOST)))
    if major == "3" and not any(finding.severity == "error" for finding in found):
        found += advice(dict(record), record_of(major))
    return sorted(found, key=lambda finding: ("error", "warning", "info").index(finding.severity))


def major_of(record: Any) -> str:
    """Return the version whose members a record has, ``"2"`` or ``"3"``: version 2 where it says so."""
    version = record.get("specVersion") if isinstance(record, Mapping) else None
    return "2" if isinstance(version, str) and version.startswith("2.") else "3"


def _unknown_version(record: Any) -> list[Finding]:
    version = record.get("specVersion") if isinstance(record, Mapping) else None
    if not isinstance(version, str) or version.startswith(_MAJORS) or len(version.split(".")) != 3:
        return []
    return [defect("unknown-version", "/specVersion", version)]
