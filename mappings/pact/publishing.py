"""Own footprints as records that the store holds: made once, never changed, replaced by new ones.

A record's identifier follows from what was calculated, from the settings and from its content, so that the same result is the
same record wherever it is made, and another result another one, which replaces the older.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mappings.errors import RecordError
from mappings.pact import jsontext
from mappings.pact.findings import Finding, Loss
from mappings.pact.holding import held_records, write_own
from mappings.pact.judging import check
from mappings.pact.reading import Read
from mappings.pact.shacl import violations
from mappings.pact.writing import draft

if TYPE_CHECKING:
    from graphstore.answers.graph import Calculation

_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://w3id.org/tanmai/id/pact-record")


@dataclass(frozen=True, slots=True)
class Published:
    """A record that was made.

    Attributes:
        record: the record.
        losses: what it cannot say of the footprint.
        findings: what the reporting rules say of it; none is an error.
        changed: False where the store held it already.
        replaced: identifiers of the records that it replaces.
        shared: audiences that may read it, as they may read those that it replaces, and how much of it.
    """

    record: dict[str, Any]
    losses: tuple[Loss, ...]
    findings: tuple[Finding, ...]
    changed: bool
    replaced: tuple[str, ...]
    shared: Mapping[str, str] = field(default_factory=dict)


def publish(
    calculation: Calculation, product: str, study: str | None = None, now: dt.datetime | None = None
) -> Published:
    """Compute a footprint, write it as a record, judge it, and keep it in the store.

    Args:
        calculation: a store that is open for writing, and the settings.
        product: IRI, or a unique part of a name.
        study: IRI of the study about the product; needed where there are several.
        now: the moment of creation; the present one when None.

    Raises:
        RecordError: facts are missing, the settings lay a scenario over the data, or the record breaks a rule; nothing is kept.
        FootprintError: the footprint cannot be computed.
    """
    if calculation.settings.scenario is not None:
        raise RecordError(
            "a footprint under a scenario is not published: nothing in a record tells it from one of the data as they are. "
            "Leave the scenario out."
        )
    made = draft(calculation, product, study)
    held = held_records(calculation.graph)
    identifier = str(uuid.uuid5(_NAMESPACE, f"{made.own.activity}\n{jsontext.dumps(made.content)}"))
    if identifier in held:
        record = {**jsontext.parse(held[identifier].text, identifier), "status": held[identifier].status}
        return Published(record, made.losses, tuple(check(record)), changed=False, replaced=())
    older = sorted(k for k, each in held.items() if each.activity == made.own.activity and each.status == "Active")
    created = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    heading = {"id": identifier, "specVersion": made.content["specVersion"], "created": created, "status": "Active"}
    preceding = {"precedingPfIds": older} if older else {}
    record = {**heading, **preceding, **made.content}
    findings = tuple(_judged(record))
    read = Read(1, record, jsontext.dumps(record), findings)
    shared = write_own(calculation.graph, read, made.own, older)
    return Published(record, made.losses, findings, changed=True, replaced=tuple(older), shared=shared)


def _judged(record: dict[str, Any]) -> list[Finding]:
    """Judge by both layers here and by the shapes: what leaves has passed both."""
    found = check(record)
    errors = [f"{each.pointer}: {each.messages['en']}" for each in found if each.severity == "error"]
    errors += violations(record)
    if errors:
        raise RecordError(
            f"the record was not published, because it breaks rules of the specification: {' '.join(errors)}"
        )
    return found
