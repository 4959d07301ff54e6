"""A change of state as statements of the catalogue: the new state in place of the old, and an event that stays."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from graphstore.contract import SparqlStore
from graphstore.queries import load
from graphstore.terms import catalogue_iri, literal, name, typed
from registry.names import TYPE, concept


@dataclass(frozen=True, slots=True)
class Change:
    """One change of state.

    Attributes:
        subject: The submission or certificate.
        property: What holds its state: tm:submissionStatus or tm:certificateStatus.
        present: IRI of the state it leaves; None for the first.
        state: IRI of the state it enters.
        by: Who changes it; None where that was not stated.
        why: The reason, in words; empty for none.
    """

    subject: ox.NamedNode
    property: ox.NamedNode
    present: str | None
    state: str
    by: ox.NamedNode | None
    why: str = ""

    def quads(self, base: str, number: int, time: str) -> tuple[list[ox.Quad], list[ox.Quad]]:
        """What the catalogue no longer says, and what it says from now on; `number` counts the events of the subject."""
        graph, event = catalogue_iri(base), ox.NamedNode(f"{self.subject.value}/event/{number}")
        state = ox.NamedNode(self.state)
        added = [
            ox.Quad(self.subject, self.property, state, graph),
            ox.Quad(self.subject, name("tm:statusEvent"), event, graph),
            ox.Quad(event, TYPE, name("tm:StatusEvent"), graph),
            ox.Quad(event, name("tm:eventKind"), concept("event", "status-changed"), graph),
            ox.Quad(event, name("tm:order"), ox.Literal(number), graph),
            ox.Quad(event, name("tm:eventTime"), typed(time, "dateTime"), graph),
            ox.Quad(event, name("tm:toStatus"), state, graph),
        ]
        removed = []
        if self.present is not None:
            removed.append(ox.Quad(self.subject, self.property, ox.NamedNode(self.present), graph))
            added.append(ox.Quad(event, name("tm:fromStatus"), ox.NamedNode(self.present), graph))
        if self.by is not None:
            added.append(ox.Quad(event, name("prov:wasAssociatedWith"), self.by, graph))
        if self.why:
            added.append(ox.Quad(event, name("tm:reason"), literal(self.why), graph))
        return removed, added


def history(store: SparqlStore, subject: ox.NamedNode) -> list[dict[str, Any]]:
    """The events of a submission or certificate, oldest first; see `status-events.rq` for the keys."""
    return store.query(load("status-events"), {"catalogue": catalogue_iri(store.base), "subject": subject}).dicts()


def now() -> str:
    """The present moment, ISO 8601 in UTC, to the second."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
