"""Changing who may read what: statements of the catalogue, written by ordinary transactions, each with an event that stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

import pyoxigraph as ox

from graphstore.audiences.visibility import ID, Audience, Extent, Level, Visibility, checked_name, of_whole_store
from graphstore.catalogue import Catalogue
from graphstore.errors import AudienceError
from graphstore.store import GraphStore
from graphstore.terms import catalogue_iri, dataset_iri, literal, name, typed
from graphstore.transaction import Transaction

_TYPE: Final = name("rdf:type")


def add(store: GraphStore, notation: str, audience: Audience) -> None:
    """Make an audience known, or describe it anew.

    Raises:
        AudienceError: that is no name of an audience, or its GWP set is not in the graph.
    """
    sets = {str(row) for (row,) in store.query("SELECT ?n { ?set a tm:GWPSet ; skos:notation ?n }").values()}
    if audience.gwp not in (sets or {Audience("").gwp}):
        raise AudienceError(
            f"There is no GWP set {audience.gwp!r} in the graph. Choose one of: {', '.join(sorted(sets))}."
        )
    node, graph = _audience(store, checked_name(notation)), catalogue_iri(store.base)
    wanted: list[tuple[str, ox.NamedNode | ox.Literal]] = [
        ("rdf:type", name("tm:Audience")),
        ("dcterms:identifier", literal(notation)),
        ("dcterms:title", literal(audience.title or notation)),
        ("tm:gwpSet", ox.NamedNode(f"{ID}gwp-set/{audience.gwp}")),
        ("tm:unlinkedReading", literal(audience.unlinked)),
        ("tm:coproductReading", literal(audience.coproducts)),
    ]
    before = list(store.engine.quads_for_pattern(node, None, None, graph))
    added = [ox.Quad(node, name(predicate), value, graph) for predicate, value in wanted]
    with store.transaction(f"audience {notation}") as transaction:
        transaction.describe([quad for quad in before if quad not in added], added)


def remove(store: GraphStore, audience: str) -> list[str]:
    """Forget an audience and what was shared with it; returns the keys of those datasets.

    Raises:
        AudienceError: there is no such audience.
    """
    known = _known(store, audience)
    keys = [key for key, shared in known.sharings.items() if audience in shared]
    gone = [quad for key in keys for quad in _sharing(store, key, audience)]
    gone += store.engine.quads_for_pattern(_audience(store, audience), None, None, catalogue_iri(store.base))
    events = [quad for key in keys for quad in _event(store, key, f"no longer shared with {audience}")]
    with store.transaction(f"audience {audience} removed") as transaction:
        transaction.describe(gone, events)
    return keys


def share(store: GraphStore, key: str, audience: str, extent: Extent) -> None:
    """Share a dataset with an audience, in place of how it was shared with it before.

    Raises:
        AudienceError: there is no such audience, the dataset is confidential, or speaks of the whole store.
        UnknownNameError: there is no such dataset.
    """
    known = _known(store, audience)
    _require_dataset(store, key)
    if extent is Extent.DATA and known.level(key) is Level.CONFIDENTIAL:
        raise AudienceError(
            f"The dataset {key!r} is confidential, so no audience may read its statements. Share its result (--result), or make it "
            f"restricted first: `tanmai audience level {key} restricted`."
        )
    added = _shared(store, key, audience, extent)
    if known.sharings.get(key, {}).get(audience) is extent:
        return
    _commit(store, key, f"shared with {audience} as {extent}", _sharing(store, key, audience), added)


def unshare(store: GraphStore, key: str, audience: str) -> None:
    """Share a dataset with an audience no longer.

    Raises:
        AudienceError: it is not shared with it.
    """
    known = _known(store, audience)
    if audience not in known.sharings.get(key, {}):
        why = " It is public, which every audience sees." if known.level(key) is Level.PUBLIC else ""
        raise AudienceError(f"The dataset {key!r} is not shared with {audience} by name, so nothing was changed.{why}")
    _commit(store, key, f"no longer shared with {audience}", _sharing(store, key, audience), [])


def set_level(store: GraphStore, key: str, level: Level) -> list[str]:
    """Give a dataset an access level; returns the audiences with which its statements are shared no longer.

    Raises:
        AudienceError: the dataset speaks of the whole store.
        UnknownNameError: there is no such dataset.
    """
    _require_dataset(store, key)
    known = Visibility.of(store)
    graph, dataset = catalogue_iri(store.base), dataset_iri(store.base, key)
    removed = list(store.engine.quads_for_pattern(dataset, name("tm:accessLevel"), None, graph))
    shared = known.sharings.get(key, {}) if level is Level.CONFIDENTIAL else {}
    lost = sorted(audience for audience, extent in shared.items() if extent is Extent.DATA)
    removed += [quad for audience in lost for quad in _sharing(store, key, audience)]
    added = [ox.Quad(dataset, name("tm:accessLevel"), level.iri, graph)]
    if removed != added:
        _commit(store, key, f"access level {level}", removed, added)
    return lost


def inherit(store: GraphStore, transaction: Transaction, key: str, older: Sequence[str]) -> dict[str, Extent]:
    """Share a new dataset as those are shared that it takes the place of, as part of a transaction.

    A version is shared like the one before, since the dataset is; this is for what takes the place of others under a key of its own.
    Where they differ, only what holds for each of them is taken over.

    Returns:
        The audiences by name to which it is shown from now on, with the extent.
    """
    known = Visibility.of(store)
    levels = {known.stated.get(each) for each in older}
    level = levels.pop() if len(levels) == 1 else None
    each_shares = [known.sharings.get(each, {}).items() for each in older]
    shared = dict(set[tuple[str, Extent]].intersection(*map(set, each_shares))) if each_shares else {}
    graph, dataset = catalogue_iri(store.base), dataset_iri(store.base, key)
    added = [] if level is None else [ox.Quad(dataset, name("tm:accessLevel"), level.iri, graph)]
    for audience, extent in sorted(shared.items()):
        added += _shared(store, key, audience, extent)
    if added:
        told = ", ".join(f"{audience} as {extent}" for audience, extent in sorted(shared.items())) or "nobody by name"
        what = f"shared with {told}, access level {level or 'not stated'}, as what it takes the place of"
        transaction.describe([], [*added, *_event(store, key, what)])
    return shared


def _known(store: GraphStore, audience: str) -> Visibility:
    found = Visibility.of(store)
    if checked_name(audience) not in found.audiences:
        listed = ", ".join(found.audiences) or "none yet"
        raise AudienceError(
            f"There is no audience {audience!r}. Known: {listed}. Add it first: `tanmai audience add {audience}`."
        )
    return found


def _require_dataset(store: GraphStore, key: str) -> None:
    Catalogue(store.engine, store.base).version(key)
    if of_whole_store(key):
        raise AudienceError(
            f"The dataset {key!r} holds results or a judgement that speak of the whole store, so no audience sees it. Share the data "
            "that they are about; what an audience may know of results is published with them."
        )


def _audience(store: GraphStore, audience: str) -> ox.NamedNode:
    return ox.NamedNode(f"{store.base}/id/audience/{audience}")


def _shared(store: GraphStore, key: str, audience: str, extent: Extent) -> list[ox.Quad]:
    graph, dataset = catalogue_iri(store.base), dataset_iri(store.base, key)
    node = _about(store, key, f"sharing/{audience}")
    return [
        ox.Quad(dataset, name("tm:sharing"), node, graph),
        ox.Quad(node, _TYPE, name("tm:Sharing"), graph),
        ox.Quad(node, name("tm:sharedWith"), _audience(store, audience), graph),
        ox.Quad(node, name("tm:sharingExtent"), extent.iri, graph),
    ]


def _sharing(store: GraphStore, key: str, audience: str) -> list[ox.Quad]:
    graph, dataset = catalogue_iri(store.base), dataset_iri(store.base, key)
    node = _about(store, key, f"sharing/{audience}")
    found = list(store.engine.quads_for_pattern(node, None, None, graph))
    return [*found, *store.engine.quads_for_pattern(dataset, None, node, graph)]


def _about(store: GraphStore, key: str, kind: str) -> ox.NamedNode:
    """A node about a dataset; no key of another dataset can make the same IRI."""
    local = dataset_iri(store.base, key).value.removeprefix(dataset_iri(store.base, "").value)
    return ox.NamedNode(f"{store.base}/id/{kind}/{local}")


def _event(store: GraphStore, key: str, what: str) -> list[ox.Quad]:
    graph, dataset = catalogue_iri(store.base), dataset_iri(store.base, key)
    number = 1 + sum(1 for _ in store.engine.quads_for_pattern(dataset, name("tm:statusEvent"), None, graph))
    event = _about(store, key, f"visibility-event/{number}")
    moment = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return [
        ox.Quad(dataset, name("tm:statusEvent"), event, graph),
        ox.Quad(event, _TYPE, name("tm:StatusEvent"), graph),
        ox.Quad(event, name("tm:eventKind"), ox.NamedNode(f"{ID}event/visibility-changed"), graph),
        ox.Quad(event, name("tm:order"), ox.Literal(number), graph),
        ox.Quad(event, name("tm:eventTime"), typed(moment, "dateTime"), graph),
        ox.Quad(event, name("tm:reason"), literal(what), graph),
    ]


def _commit(store: GraphStore, key: str, what: str, removed: Iterable[ox.Quad], added: list[ox.Quad]) -> None:
    with store.transaction(f"dataset {key}: {what}") as transaction:
        transaction.describe([quad for quad in removed if quad not in added], [*added, *_event(store, key, what)])
