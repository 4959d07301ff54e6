"""What becomes of the certificates of a submission that is withdrawn, rejected or superseded: data say which state they take.

A certificate is about the footprint of a study that stands. When it stands no more, the registry suspends what is valid, with
an event that says why; only the body that issued it revokes it, and none becomes valid again without a study that stands.
"""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from graphstore.contract import SparqlStore
from graphstore.queries import load
from graphstore.terms import catalogue_iri, iri, name
from registry.events import Change, history
from registry.names import agent
from registry.states import State
from registry.submissions import Submission

CERTIFICATE_STATUS: Final = name("tm:certificateStatus")


def endings(
    store: SparqlStore, submission: Submission, state: State, time: str, why: str = ""
) -> tuple[list[ox.Quad], list[ox.Quad]]:
    """What the catalogue no longer says, and what it says from now on, of the certificates of a submission.

    Args:
        store: Holds the certificates and the states.
        submission: The submission that changes.
        state: The state that it enters.
        time: When, ISO 8601.
        why: The reason of that change, kept with the event of each certificate.
    """
    asked = {"catalogue": catalogue_iri(store.base), "submission": submission.node, "state": iri(state.iri)}
    removed: list[ox.Quad] = []
    added: list[ox.Quad] = []
    rows = store.query(load("certificate-endings"), asked).dicts()
    for certificate, row in {str(row["certificate"]): row for row in reversed(rows)}.items():  # the first of several
        registry, about = agent(store.base, "Tanmai")
        subject = iri(certificate)
        told = f"{submission.id}: {state}" + (f"; {why}" if why else "")
        change = Change(subject, CERTIFICATE_STATUS, str(row["present"]), str(row["becomes"]), registry, told)
        gone, came = change.quads(store.base, len(history(store, subject)) + 1, time)
        removed += gone
        added += [*came, *about]
    return removed, added
