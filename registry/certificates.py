"""Labels and certificates of accepted studies: applied for, reviewed, issued, suspended, revoked.

Their states are data like those of submissions. None becomes valid without a verification that the registry holds and that
is not older than the certificate may be.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from graphstore.queries import load
from graphstore.store import GraphStore
from graphstore.terms import catalogue_iri, iri, literal, name, typed
from registry.bodies import find_body, require_scope
from registry.endings import CERTIFICATE_STATUS
from registry.errors import UnknownSubmissionError, VerificationError
from registry.events import Change, history, now
from registry.life import Said, verifications
from registry.names import ID, TYPE, agent, node
from registry.states import CERTIFICATE, SUBMISSION, States
from registry.submissions import Submission, find

STATUS: Final = CERTIFICATE_STATUS
LABEL: Final = f"{ID}carbon-label/cn-footprint-label"
"""The Chinese product carbon footprint label, where no other scheme is named."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate or label.

    Attributes:
        iri: Its node.
        id: Its number.
        submission: IRI of the submission whose footprint it certifies.
        label: IRI of the label scheme.
        body: IRI of the certification body.
        status: IRI of its present state.
        valid_from, valid_until: ISO days; empty until it is issued.
    """

    iri: str
    id: str
    submission: str
    label: str
    body: str
    status: str
    valid_from: str
    valid_until: str

    @property
    def node(self) -> ox.NamedNode:
        """Its node as a term."""
        return iri(self.iri)


def certificates(store: GraphStore) -> list[Certificate]:
    """All certificates by number."""
    return [
        Certificate(
            iri=str(row["certificate"]),
            id=str(row["id"]),
            submission=str(row["submission"]),
            label=str(row["label"]),
            body=str(row["body"]),
            status=str(row["status"]),
            valid_from=str(row["validFrom"] or ""),
            valid_until=str(row["validUntil"] or ""),
        )
        for row in store.query(load("certificates"), {"catalogue": catalogue_iri(store.base)}).dicts()
    ]


def find_certificate(store: GraphStore, text: str) -> Certificate:
    """The certificate of this number or IRI.

    Raises:
        UnknownSubmissionError: there is none.
    """
    known = certificates(store)
    for certificate in known:
        if text.strip().strip("<>") in {certificate.id, certificate.iri}:
            return certificate
    listed = ", ".join(certificate.id for certificate in known[-8:]) or "none yet"
    raise UnknownSubmissionError(f"There is no certificate {text!r}. Known: {listed}.")


def apply(store: GraphStore, text: str, body: str, said: Said, label: str = LABEL) -> Certificate:
    """Apply for a certificate of the footprint of a submission, with a body whose scope fits.

    Raises:
        VerificationError: the body is not in the register or its scope does not fit (LAB-01); no such label scheme; the
            submission is not one that stands.
    """
    submission, found = find(store, text), find_body(store, body)
    _require_standing(store, submission)
    require_scope(store, found, submission.study)
    _validity(store, label)
    number = sum(certificate.submission == submission.iri for certificate in certificates(store)) + 1
    key = f"{submission.id}-c{number}"
    this, graph = node(store.base, "certificate", key), catalogue_iri(store.base)
    by, about = agent(store.base, said.by)
    facts: list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]] = [
        (TYPE, name("tm:Certificate")),
        (name("dcterms:identifier"), literal(key)),
        (name("prov:wasDerivedFrom"), submission.node),
        (name("tm:certifies"), node(store.base, "footprint", submission.id)),
        (name("tm:underLabel"), iri(label)),
        (name("tm:certifiedBy"), iri(found.iri)),
    ]
    state = States.of(store, CERTIFICATE).named("applied")
    _, added = Change(this, STATUS, None, state.iri, by, said.why).quads(store.base, 1, now())
    with store.transaction(f"certificate {key}: applied") as transaction:
        transaction.describe([], [*added, *about, *(ox.Quad(this, *fact, graph) for fact in facts)])
    return find_certificate(store, key)


def change(store: GraphStore, text: str, state: str, said: Said, on: dt.date | None = None) -> Certificate:
    """Take a certificate to another state; one that becomes valid for the first time gets its days.

    Args:
        store: Open for writing.
        text: Number or IRI of the certificate.
        state: Short name, name or IRI of the state.
        said: Who, and why.
        on: First day of validity; None for today. Only for a certificate that is issued.

    Raises:
        TransitionError: the state may not follow; names those that may.
        VerificationError: it would become valid without a verification that holds (UC-34).
    """
    certificate, states = find_certificate(store, text), States.of(store, CERTIFICATE)
    wanted = states.named(state)
    states.require(f"Certificate {certificate.id}", certificate.status, wanted)
    day = on or dt.datetime.now(dt.UTC).date()
    issued = _issued(store, certificate, day) if wanted.notation == "valid" else []
    by, about = agent(store.base, said.by)
    number = len(history(store, certificate.node)) + 1
    changing = Change(certificate.node, STATUS, certificate.status, wanted.iri, by, said.why)
    removed, added = changing.quads(store.base, number, now())
    with store.transaction(f"certificate {certificate.id}: {wanted.notation}") as transaction:
        transaction.describe(removed, [*added, *about, *issued])
    return find_certificate(store, certificate.id)


def _issued(store: GraphStore, certificate: Certificate, day: dt.date) -> list[ox.Quad]:
    """The days of a certificate that becomes valid; none new where it was suspended and has them.

    Raises:
        VerificationError: no verification holds on that day, or its time is over.
    """
    submission = find(store, certificate.submission)
    _require_standing(store, submission)
    years = _validity(store, certificate.label)
    if certificate.valid_until:
        if day.isoformat() > certificate.valid_until:
            raise VerificationError(
                f"Certificate {certificate.id} held until {certificate.valid_until}; on {day} it cannot become valid again. Apply "
                "for a new one."
            )
        return []
    records = [row for row in verifications(store, submission) if str(row["verifier"]) == certificate.body]
    holding = [row for row in records if _later(dt.date.fromisoformat(str(row["completed"])), years) >= day]
    if not holding:
        had = ", ".join(str(row["completed"]) for row in records) or "none"
        raise VerificationError(
            f"Certificate {certificate.id} cannot become valid on {day}: submission {submission.id} has no verification by "
            f"<{certificate.body}> that is at most {years} years old (its verifications: {had}). Nothing was changed. Record one "
            "with `tanmai submission verify`."
        )
    graph = catalogue_iri(store.base)
    return [
        ox.Quad(certificate.node, name("tm:verification"), iri(str(holding[-1]["verification"])), graph),
        ox.Quad(certificate.node, name("tm:validFrom"), typed(day.isoformat(), "date"), graph),
        ox.Quad(certificate.node, name("tm:validUntil"), typed(_later(day, years).isoformat(), "date"), graph),
    ]


def _require_standing(store: GraphStore, submission: Submission) -> None:
    states = States.of(store, SUBMISSION)
    here = states.by_iri.get(submission.status)
    if here is None or states.named("superseded").iri not in here.following:
        raise VerificationError(
            f"Submission {submission.id} is {here or submission.status}: only a study that was accepted and stands is certified."
        )


def _validity(store: GraphStore, label: str) -> int:
    """Years for which a certificate under a label holds, as the graph says."""
    try:
        rows = store.query(load("label-validity"), {"label": iri(label)}).dicts()
    except ValueError as error:
        raise VerificationError(f"{label!r} is no IRI of a label scheme: {error}.") from None
    if not rows:
        raise VerificationError(
            f"The graph does not say how long a certificate under <{label}> holds (tm:ReferenceValue, tm:appliesTo), so none can "
            "be issued. State it, or choose another label."
        )
    return int(float(str(rows[0]["years"])))


def _later(day: dt.date, years: int) -> dt.date:
    """The same day some years later; the last of February where there is no 29th."""
    last = calendar.monthrange(day.year + years, day.month)[1]
    return day.replace(year=day.year + years, day=min(day.day, last))


def described(certificate: Certificate, states: States) -> dict[str, Any]:
    """A certificate as data."""
    known = states.by_iri.get(certificate.status)
    return {
        "id": certificate.id,
        "iri": certificate.iri,
        "submission": certificate.submission.rpartition("/")[2],
        "label": certificate.label,
        "body": certificate.body,
        "status": known.as_dict() if known is not None else {"iri": certificate.status},
        "valid_from": certificate.valid_from or None,
        "valid_until": certificate.valid_until or None,
    }
