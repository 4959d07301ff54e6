"""What changed, newest first: versions of datasets, states of submissions, and rules that others take the place of."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import pyoxigraph as ox

from api.pages.datasets import title_of
from api.pages.labels import Labels
from api.pages.moments import moment
from api.pages.words import word
from graphstore.contract import SparqlStore
from graphstore.queries import load
from graphstore.terms import catalogue_iri, dataset_iri, iri, name

PAGE: Final = 50
"""Entries of one page."""
NAMED: Final = 20
"""Data that an entry names."""

RESTS: Final = (name("dcterms:source"), name("dcterms:conformsTo"))
"""Properties that say on which standard or act a node rests."""

Kind = Literal["version", "superseded", "retired", "status", "rule"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened.

    Attributes:
        id: IRI of the entry, the same whenever it is told.
        time: when the store came to know it.
        kind: what kind of change.
        subject: IRI of what changed; of a rule the older one.
        concerns: IRIs that it is about.
        facts: what the words need, by kind.
    """

    id: str
    time: dt.datetime
    kind: Kind
    subject: str
    concerns: frozenset[str]
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A change in words.

    Attributes:
        change: what happened.
        title: in one line.
        old: name of the rule that was changed; empty for other changes.
        data: what rests on the old state, IRI and name; the first few.
        count: how many there are.
    """

    change: Change
    title: str
    old: str
    data: list[tuple[str, str]]
    count: int


def changes(store: SparqlStore, about: str | None, number: int) -> tuple[list[Change], bool]:
    """One page of the changes, newest first, and whether there is another.

    A state of a submission whose time cannot be read as one is left out: nobody could say where it belongs.

    Args:
        store: state of the graph.
        about: IRI of a node; only what concerns it, the datasets that speak of it, or the rules that it rests on.
        number: which page, from 1.
    """
    found = _all(store, about)
    found.sort(key=lambda change: (-change.time.timestamp(), -_turn(change), change.id))
    start = (number - 1) * PAGE
    return found[start : start + PAGE], len(found) > start + PAGE


def _turn(change: Change) -> int:
    """Which of the changes of one second came later: a version ends when the next one begins, states follow one another."""
    number = int(change.facts.get("number", 0))
    return number + 1 if change.kind in {"superseded", "retired"} else number


def later(
    store: SparqlStore, about: str | None, after: dt.datetime, known: frozenset[str]
) -> tuple[list[Change], bool]:
    """The oldest changes after a time, one page of them, and whether there are more.

    Args:
        store: state of the graph.
        about: as for `changes`.
        after: changes of this time and later ones.
        known: identifiers of changes of just this time that are left out.
    """
    found = [
        change
        for change in _all(store, about)
        if change.time > after or (change.time == after and change.id not in known)
    ]
    found.sort(key=lambda change: (change.time.timestamp(), _turn(change), change.id))
    return found[:PAGE], len(found) > PAGE


def _all(store: SparqlStore, about: str | None) -> list[Change]:
    found = [*_versions(store), *_states(store), *_rules(store)]
    if about is None:
        return found
    wanted = _around(store, about)
    return [change for change in found if change.concerns & wanted]


def _versions(store: SparqlStore) -> Iterator[Change]:
    rows = store.query(load("version-ends"), {"catalogue": catalogue_iri(store.base)}).dicts()
    ends = {str(row["version"]): moment(row["time"]) for row in rows}
    versions = store.datasets(all_versions=True)
    successors = {(each.key, each.replaces): each for each in versions if each.replaces}
    for version in versions:
        subject, dataset = version.iri(store.base).value, dataset_iri(store.base, version.key).value
        concerns = frozenset({subject, dataset, *version.graphs})
        facts = {"dataset": version.key, "number": version.number, "title": version.title, "issued": version.issued}
        loaded = moment(version.created)
        if loaded is not None:
            yield Change(f"{subject}#loaded", loaded, "version", subject, concerns, facts)
        successor = successors.get((version.key, version.number))
        ended = moment(successor.created) if successor is not None else None
        if ended is not None:
            yield Change(f"{subject}#superseded", ended, "superseded", subject, concerns, facts)
        elif (retired := ends.get(subject)) is not None:
            yield Change(f"{subject}#retired", retired, "retired", subject, concerns, facts)


def _states(store: SparqlStore) -> Iterator[Change]:
    for row in store.query(load("all-status-events"), {"catalogue": catalogue_iri(store.base)}).dicts():
        time, subject, event = moment(row["time"]), str(row["subject"]), str(row["event"])
        if time is not None:
            facts = {"status": str(row["to"]), "number": int(str(row["number"] or 0))}
            yield Change(event, time, "status", subject, frozenset({subject, event}), facts)


def _rules(store: SparqlStore) -> Iterator[Change]:
    """Rules that changed, each once: since the first of the current dataset versions that say so came in."""
    first: dict[tuple[str, str, str], Change] = {}
    for row in store.query(load("rule-changes"), {"catalogue": catalogue_iri(store.base)}).dicts():
        new, relation, old = (str(row[each]) for each in ("new", "relation", "old"))
        known = moment(row["known"])
        if known is None:
            continue  # a local statement: when it was made is not known
        facts = {"new": new, "relation": relation, "old": old, "issued": str(row["issued"] or "")}
        identifier = uuid.uuid5(uuid.NAMESPACE_URL, " ".join((new, relation, old))).urn
        change = Change(identifier, known, "rule", old, frozenset({new, old}), facts)
        earlier = first.get((new, relation, old))
        if earlier is None or known < earlier.time:
            first[new, relation, old] = change
    yield from first.values()


def _around(store: SparqlStore, about: str) -> set[str]:
    """The node, the graphs that speak of it, and what it rests on."""
    node = iri(about)
    graphs = {quad.graph_name for quad in store.engine.quads_for_pattern(node, None, None)}
    rests = {quad.object for each in RESTS for quad in store.engine.quads_for_pattern(node, each, None)}
    return {about, *(each.value for each in (*graphs, *rests) if isinstance(each, ox.NamedNode))}


def told(store: SparqlStore, labels: Labels, change: Change) -> Told:
    """A change in the words of a language, with the data that rest on what was changed."""
    data = _resting(store, labels, change)
    old = labels[change.facts["old"]] if change.kind == "rule" else ""
    return Told(change, _title(labels, change), old, data[:NAMED], len(data))


def _title(labels: Labels, change: Change) -> str:
    facts, lang = change.facts, labels.lang
    if change.kind == "rule":
        parts = {each: labels[facts[each]] for each in ("new", "relation", "old")}
        return word("rule_change", lang, **parts)
    if change.kind == "status":
        return word("status", lang, title=labels[change.subject], status=labels[facts["status"]])
    key = {"version": "new_version" if facts["number"] > 1 else "new_dataset"}.get(change.kind, change.kind)
    return word(key, lang, **{**facts, "title": title_of(labels, change.subject, facts["dataset"], facts["title"])})


def _resting(store: SparqlStore, labels: Labels, change: Change) -> list[tuple[str, str]]:
    if change.kind != "rule":
        return []
    bindings = {"old": iri(change.facts["old"]), "new": iri(change.facts["new"])}
    data = sorted(str(row[0]) for row in store.query(load("resting-on"), bindings).values())
    return [(each, labels[each] if position < NAMED else "") for position, each in enumerate(data)]
