"""What was known on a date.

Knowledge counts from the day it was *issued*, not from the day it was loaded:

- Of each dataset the newest version issued on or before the date is taken, from the archive if need be. Versions that
  state no date count as always known; so the current one is taken when nothing else decides.
- Inside those, every subject whose ``dcterms:issued`` lies after the date is left out, and with it the nodes that are
  parts of it (blank nodes, and what it owns through the properties of :data:`PARTS`) once nothing else points at
  them. Links from elsewhere to a subject that was left out stay and lead nowhere: whoever follows one
  learns that the knowledge was not there yet.
- A date given only as a year or a month counts as its last day: it is not known to have been issued before.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from graphstore import operations
from graphstore.archive import archived
from graphstore.aside import copy_of
from graphstore.catalogue import Catalogue, DatasetVersion
from graphstore.errors import QueryError
from graphstore.terms import catalogue_iri, name
from graphstore.workspace import Workspace

if TYPE_CHECKING:
    from graphstore.store import GraphStore

PARTS: Final = ("tm:input", "tm:output", "tm:emission", "tm:gasMass", "tm:hasProperty", "tm:uncertainty", "tm:quality")
"""Properties whose object is a part of the subject: it has no meaning without it."""


def as_of(store: GraphStore, date: str | dt.date) -> GraphStore:
    """A read-only view of ``store`` with what was known on ``date``. Close it to free its temporary copy.

    Raises:
        QueryError: ``date`` is not a date.
    """
    from graphstore.store import GraphStore

    day = _day(date)
    workspace, drop = copy_of(store)
    try:
        for history in _histories(store):
            _choose(store, workspace, history, day)
        _leave_out(workspace.engine, _late_subjects(workspace.engine, catalogue_iri(store.base), day))
    except BaseException:
        drop()
        raise
    view = GraphStore.view(store.base, workspace.engine, drop)
    view.known_on = day
    return view


def _day(date: str | dt.date) -> dt.date:
    if isinstance(date, dt.datetime):
        return date.date()
    if isinstance(date, dt.date):
        return date
    last = last_day(date)
    if last is None:
        raise QueryError(f"{date!r} is not a date. Give YYYY-MM-DD.")
    return last


def last_day(text: str) -> dt.date | None:
    """The last day that ``YYYY``, ``YYYY-MM``, a date or a date and time can mean; ``None`` for anything else."""
    try:
        if len(text) == 4:
            return dt.date(int(text), 12, 31)
        if len(text) == 7:
            year, month = int(text[:4]), int(text[5:])
            return dt.date(year, month, calendar.monthrange(year, month)[1])
        return dt.date.fromisoformat(text[:10])
    except (ValueError, calendar.IllegalMonthError):
        return None


def _histories(store: GraphStore) -> Iterable[list[DatasetVersion]]:
    found: dict[str, list[DatasetVersion]] = {}
    for version in Catalogue(store.engine, store.base).versions():
        found.setdefault(version.key, []).append(version)
    return found.values()


def _known(version: DatasetVersion, day: dt.date) -> bool:
    issued = last_day(version.issued) if version.issued else None
    return issued is None or issued <= day


def _choose(store: GraphStore, workspace: Workspace, history: list[DatasetVersion], day: dt.date) -> None:
    """Make the newest version known on the day the current one."""
    current = next((version for version in history if version.status == "current"), None)
    if current is None or _known(current, day):
        return
    operations.drop_version(workspace, store.base, current)
    catalogue = Catalogue(workspace.engine, store.base)
    chosen = next((version for version in reversed(history) if version is not current and _known(version, day)), None)
    changes = [catalogue.status_change(current, "superseded")]
    if chosen is not None:
        with archived(store, chosen.key, chosen.number).stream() as stream:
            operations.load_version(workspace, store.base, chosen, stream, None)
        changes.append(catalogue.status_change(chosen, "current"))
    workspace.change([old for old, _ in changes], [new for _, new in changes])


def _late_subjects(engine: ox.Store, catalogue: ox.NamedNode, day: dt.date) -> set[ox.NamedNode | ox.BlankNode]:
    late: set[ox.NamedNode | ox.BlankNode] = set()
    for quad in engine.quads_for_pattern(None, name("dcterms:issued"), None, None):
        if quad.graph_name == catalogue or not isinstance(quad.object, ox.Literal):
            continue
        issued = last_day(quad.object.value.removesuffix("Z"))
        if issued is not None and issued > day and isinstance(quad.subject, ox.NamedNode | ox.BlankNode):
            late.add(quad.subject)
    return late


def _leave_out(engine: ox.Store, late: set[ox.NamedNode | ox.BlankNode]) -> None:
    parts = {name(each) for each in PARTS}
    while late:
        hanging: set[ox.NamedNode | ox.BlankNode] = set()
        for subject in late:
            for quad in list(engine.quads_for_pattern(subject, None, None, None)):
                engine.remove(quad)
                owned = isinstance(quad.object, ox.BlankNode) or quad.predicate in parts
                if owned and isinstance(quad.object, ox.NamedNode | ox.BlankNode):
                    hanging.add(quad.object)
        late = {node for node in hanging if next(engine.quads_for_pattern(None, None, node, None), None) is None}
