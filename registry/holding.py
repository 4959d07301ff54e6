"""Does a certificate hold on a day: its state, its days, and whether the study that it certifies stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from graphstore.store import GraphStore
from registry.certificates import Certificate
from registry.receipt import named_events
from registry.states import CERTIFICATE, SUBMISSION, States
from registry.submissions import find


def failings(store: GraphStore, certificate: Certificate, day: dt.date) -> list[dict[str, Any]]:
    """Why a certificate does not hold on a day; empty where it does.

    Returns:
        A `kind` each: `state` (with the state, and the last event of the certificate), `early` and `late` (with the day on which it
        begins or ends), `study` (with the submission and its state).
    """
    return list(_failings(store, certificate, day))


def _failings(store: GraphStore, certificate: Certificate, day: dt.date) -> Iterator[dict[str, Any]]:
    states, submission = States.of(store, CERTIFICATE), find(store, certificate.submission)
    if certificate.status != states.named("valid").iri:
        event = named_events(store, submission, certificate.node, CERTIFICATE)[-1]
        yield {"kind": "state", "state": event["to"], "event": event}
    if certificate.valid_from and day.isoformat() < certificate.valid_from:
        yield {"kind": "early", "day": certificate.valid_from}
    if certificate.valid_until and day.isoformat() > certificate.valid_until:
        yield {"kind": "late", "day": certificate.valid_until}
    known = States.of(store, SUBMISSION)
    here = known.by_iri[submission.status]
    if known.named("superseded").iri not in here.following:
        yield {"kind": "study", "submission": submission.id, "state": here.as_dict()}
