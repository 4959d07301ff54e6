"""What was handed in, as the catalogue describes it, and how one submission is found."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from graphstore.archive import archived
from graphstore.catalogue import Catalogue, DatasetVersion
from graphstore.contract import SparqlStore, embedded
from graphstore.queries import load
from graphstore.terms import catalogue_iri
from registry.errors import UnknownSubmissionError

SHORTEST: Final = 12
"""Hexadecimal digits of the checksum that make the id of a submission; more where two would be the same."""

MOST_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission.

    Attributes:
        iri: Its node.
        id: The beginning of its checksum.
        sha256: Checksum of the bytes as they came.
        received: When, ISO 8601.
        study: IRI of the study it hands in.
        status: IRI of its present state.
        by: Who handed it in; empty where that was not stated.
        assessment: IRI of its assessment.
        graph: IRI of the dataset version that holds it.
        revises: IRI of the submission that it corrects; empty for none.
    """

    iri: str
    id: str
    sha256: str
    received: str
    study: str
    status: str
    by: str
    assessment: str
    graph: str
    revises: str

    @property
    def node(self) -> ox.NamedNode:
        """Its node as a term."""
        return ox.NamedNode(self.iri)

    @property
    def state(self) -> str:
        """Short name of its present state."""
        return self.status.rpartition("/")[2]


def submissions(store: SparqlStore) -> list[Submission]:
    """All submissions in the order in which they came."""
    rows = store.query(load("submissions"), {"catalogue": catalogue_iri(store.base)}).dicts()
    return [
        Submission(
            iri=str(row["submission"]),
            id=str(row["id"]),
            sha256=str(row["sha256"]),
            received=moment(row["received"]),
            study=str(row["study"]),
            status=str(row["status"]),
            by=str(row["by"] or ""),
            assessment=str(row["assessment"]),
            graph=str(row["version"]),
            revises=str(row["revises"] or ""),
        )
        for row in rows
    ]


def moment(value: object) -> str:
    """A date and time as ISO 8601 writes it."""
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def find(store: SparqlStore, text: str) -> Submission:
    """The submission with this id (or its beginning), IRI or checksum; of a study the one that stands, else the latest.

    Raises:
        UnknownSubmissionError: there is none, or the beginning fits several.
    """
    known, wanted = submissions(store), text.strip().strip("<>")
    exact = [s for s in known if wanted in {s.id, s.iri, s.sha256}]
    if not exact:
        same = [s for s in known if s.study == wanted]
        exact = ([s for s in same if version_of(store, s).status == "current"] or same)[-1:]
    found = exact or [s for s in known if wanted and s.id.startswith(wanted.lower())]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(s.id for s in (found or known)[-MOST_SHOWN:])
    if found:
        raise UnknownSubmissionError(f"{text!r} fits {len(found)} submissions: {listed}. Give more of the id.")
    raise UnknownSubmissionError(
        f"There is no submission {text!r}. Known: {listed or 'none yet'}. See `tanmai submission list`."
    )


def new_id(known: list[Submission], sha256: str) -> str:
    """The id of new bytes: as much of their checksum as tells them from all others."""
    taken = {submission.id for submission in known}
    return next(sha256[:length] for length in range(SHORTEST, len(sha256) + 1) if sha256[:length] not in taken)


def version_of(store: SparqlStore, submission: Submission) -> DatasetVersion:
    """The dataset version that holds the bytes of a submission."""
    found = Catalogue(store.catalogue(), store.base).of_iri(ox.NamedNode(submission.graph))
    if found is not None:
        return found
    raise UnknownSubmissionError(
        f"The catalogue has no dataset version {submission.graph} of submission {submission.id}. Run `tanmai doctor --deep`."
    )


def kept_apart(store: SparqlStore, submission: Submission) -> bytes | None:
    """The bytes of a submission as they came, where the journal keeps them in another form; None where it keeps them so."""
    rows = store.query(load("handed-in-bytes"), {"submission": submission.node}).values()
    return base64.b64decode(str(rows[0][0])) if rows else None


def raw_bytes(store: SparqlStore, submission: Submission) -> bytes:
    """The bytes of a submission as they came, from the journal or, where that keeps them in another form, from the judgement.

    Raises:
        ModeError: the store is in memory, or behind an endpoint, and keeps no bytes.
    """
    kept = kept_apart(store, submission)
    if kept is not None:
        return kept
    version = version_of(store, submission)
    own = embedded(store, "keep the bytes of what was handed in")
    with archived(own, version.key, version.number).stream() as stream:
        return stream.readall()
