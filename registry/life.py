"""What happens to a submission after it was judged: verification, publication, withdrawal; each change is an event."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from graphstore.catalogue import DatasetVersion
from graphstore.contract import SparqlStore
from graphstore.queries import load
from graphstore.terms import catalogue_iri, iri, name, typed
from registry.bodies import find_body, require_scope
from registry.endings import endings
from registry.errors import TransitionError, VerificationError
from registry.events import Change, history, now
from registry.names import TYPE, agent, concept, node
from registry.states import SUBMISSION, State, States
from registry.submissions import Submission, find, version_of

STATUS: Final = name("tm:submissionStatus")

OUT: Final = frozenset({"rejected", "withdrawn"})
"""States in which the statements of a study leave the union graph."""

LEVELS: Final = "assurance-level"


@dataclass(frozen=True, slots=True)
class Said:
    """Who changes a state, and why."""

    by: str
    why: str = ""


def change(store: SparqlStore, text: str, state: str, said: Said) -> Submission:
    """Take a submission to another state; where it leaves the union graph, its dataset is retired in the same commit.

    Its certificates take the state that data name for that (see `registry.endings`).

    Args:
        store: Open for writing.
        text: The submission; see `find`.
        state: Short name, name or IRI of the state.
        said: Who, and why.

    Raises:
        TransitionError: the state may not follow, or is reached by another command.
        UnknownSubmissionError: no such submission.
    """
    submission, states = find(store, text), States.of(store, SUBMISSION)
    wanted = states.named(state)
    _require_by_hand(submission, wanted)
    states.require(f"Submission {submission.id}", submission.status, wanted)
    gone = _current(store, submission) if wanted.notation in OUT else None
    by, about = agent(store.base, said.by)
    _commit(store, submission, _Step(wanted, by, said.why, about, gone))
    return find(store, submission.iri)


def _require_by_hand(submission: Submission, wanted: State) -> None:
    others = {
        "verified": "it needs a record of the verification: `tanmai submission verify`",
        "superseded": "it follows from a corrected study: `tanmai submit --revises`",
        "accepted": "it follows from a judgement: `tanmai submit`",
        "submitted": "it follows from handing a file in: `tanmai submit`",
    }
    if wanted.notation in others:
        raise TransitionError(
            f"Submission {submission.id} does not become {wanted} by hand: {others[wanted.notation]}. Nothing was changed."
        )


def _current(store: SparqlStore, submission: Submission) -> DatasetVersion | None:
    version = version_of(store, submission)
    return version if version.status == "current" else None


@dataclass(frozen=True, slots=True)
class _Step:
    """One change of state: where to, by whom, why, what else the catalogue says from then on, what leaves the store."""

    state: State
    by: ox.NamedNode
    why: str
    added: list[ox.Quad]
    gone: DatasetVersion | None = None


def _commit(store: SparqlStore, submission: Submission, step: _Step) -> None:
    changing = Change(submission.node, STATUS, submission.status, step.state.iri, step.by, step.why)
    time = now()
    removed, added = changing.quads(store.base, len(history(store, submission.node)) + 1, time)
    ended, begun = endings(store, submission, step.state, time, step.why)
    with store.transaction(f"submission {submission.id}: {step.state.notation}") as transaction:
        if step.gone is not None:
            transaction.retire(step.gone.key)
        transaction.describe([*removed, *ended], [*added, *begun, *step.added])


@dataclass(frozen=True, slots=True)
class Verified:
    """What is said of a verification.

    Attributes:
        body: The verifier: IRI, approval number or a unique part of its name.
        level: Assurance level: its short name, such as limited or reasonable, or its IRI.
        on: The day on which it was completed.
        why: Further words for the event.
    """

    body: str
    level: str
    on: dt.date
    why: str = ""


def verify(store: SparqlStore, text: str, verified: Verified) -> Submission:
    """Record a verification by a body of the register whose scope fits, and take the submission to `verified`.

    Raises:
        TransitionError: the submission is not under verification.
        VerificationError: the body is not in the register, its scope does not fit, an unknown level, a day to come or before
            the period of the study ended.
    """
    submission, states = find(store, text), States.of(store, SUBMISSION)
    wanted = states.named("verified")
    states.require(f"Submission {submission.id}", submission.status, wanted)
    if verified.on > dt.datetime.now(dt.UTC).date():
        raise VerificationError(f"A verification cannot have been completed on {verified.on}, a day to come.")
    ends = [str(row["end"]) for row in store.query(load("study-period"), {"study": iri(submission.study)}).dicts()]
    if any(verified.on.isoformat() < end for end in ends):
        raise VerificationError(
            f"A verification cannot have been completed on {verified.on}, before the period of <{submission.study}> ended ({ends[-1]}). "
            "Nothing was recorded; correct the day."
        )
    level = _level(store, verified.level)
    body = find_body(store, verified.body)
    groups = require_scope(store, body, submission.study)
    number, graph = len(verifications(store, submission)) + 1, catalogue_iri(store.base)
    this = node(store.base, "verification", f"{submission.id}-{number}")
    facts: list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]] = [
        (TYPE, name("tm:Verification")),
        (name("tm:verifier"), iri(body.iri)),
        (name("tm:assuranceLevel"), level),
        (name("tm:completedOn"), typed(verified.on.isoformat(), "date")),
        *((name("tm:productGroup"), iri(group)) for group in groups),
    ]
    added = [ox.Quad(submission.node, name("tm:verification"), this, graph)]
    added += [ox.Quad(this, predicate, value, graph) for predicate, value in facts]
    _commit(store, submission, _Step(wanted, iri(body.iri), verified.why, added))
    return find(store, submission.iri)


def verifications(store: SparqlStore, submission: Submission) -> list[dict[str, Any]]:
    """The verifications that the registry holds of a submission; see `verifications.rq` for the keys."""
    found = store.query(load("verifications"), {"catalogue": catalogue_iri(store.base), "submission": submission.node})
    return found.dicts()


def _level(store: SparqlStore, text: str) -> ox.NamedNode:
    known = States.of(store, LEVELS)
    wanted = text.strip().strip("<>").lower()
    for state in known.by_iri.values():
        if wanted in {state.iri, state.notation, *(label.lower() for label in state.names.values())}:
            return concept(LEVELS, state.notation)
    listed = "; ".join(str(state) for state in known.by_iri.values())
    raise VerificationError(f"There is no assurance level {text!r}. Known: {listed}.")
