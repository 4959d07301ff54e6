"""What a child process does for its parent: answer a query, read a graph, or write."""

from __future__ import annotations

import io
import json
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import pyoxigraph as ox

from api import negotiation
from api.errors import ChangedError, NotFoundError
from api.readers import memory, progress
from api.readers.frames import Output
from api.readers.kinds import reading_work, writing_work
from api.writing import parts_of
from graphstore import GraphStore, layout, queries
from graphstore.audiences.visibility import view_path
from graphstore.contract import SparqlStore
from graphstore.delta import Surroundings
from graphstore.errors import QueryError, StoreLockedError
from graphstore.formats import by_name
from graphstore.localgraph import has_graph, parse_graph, write_graph
from graphstore.query import Dataset, QueryResult
from graphstore.sparql import look
from graphstore.terms import Value, catalogue_iri

log: Final = logging.getLogger("tanmai.api.audiences")

Job = Mapping[str, Any]
Kept = TypeVar("Kept")

_LOCK_PAUSE: Final = 0.05
_LONGEST_HOLD: Final = 2.0
_MOST_REASONS: Final = 3
_MOST_OPEN: Final = 8
"""Stores of audiences and releases that one reader keeps open."""
_MOST_DAYS: Final = 2
"""Views of past days that one reader keeps: each is a copy of its own."""


class View(NamedTuple):
    """What is read: whose view of the store, and whether a release of it."""

    audience: str | None
    release: str | None


class Reading:
    """Answers from a published generation, of the whole store or of what an audience may read, present or past."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stores: dict[View, GraphStore] = {}
        self._days: dict[tuple[View, str], tuple[GraphStore, str]] = {}

    def run(self, job: Job, payload: bytes, out: Output) -> None:
        """Do one job."""
        progress.at("opening")
        store, generation = self._store(job)
        if generation != job["generation"]:  # a newer one may have been published since it was asked for
            job = {**job, "generation": generation}
        memory.bound(job.get("most_megabytes"))
        kind = str(job["kind"])
        progress.at("calculating")
        if kind == "graph":
            graph(store.engine, job, out)
        elif (own := OWN.get(kind)) is not None:
            own(store, job, out)
        else:
            reading_work(kind)(store, job, payload, out)

    def _store(self, job: Job) -> tuple[GraphStore, str]:
        """What a job reads, and which generation that is or was made from."""
        view = View(job.get("audience"), job.get("release"))
        day, wanted = job.get("as_of"), str(job["generation"])
        if day is None:
            found = self._generation(view, wanted)
            return found, found.generation or wanted
        kept = self._days.pop((view, day), None)
        if kept is None or kept[1] != wanted:
            if kept is not None:
                kept[0].close()
            base = self._generation(view, wanted)
            _make_room(self._days, _MOST_DAYS, lambda each: each[0].close())
            kept = base.as_of(day), base.generation or wanted
        self._days[view, day] = kept  # the one used last stands last
        return kept

    def _generation(self, view: View, wanted: str) -> GraphStore:
        found = self._stores.pop(view, None)
        if found is None or found.generation != wanted:
            if found is not None:
                found.close()
            _make_room(self._stores, _MOST_OPEN, lambda kept: kept.close())
            path = self._path if view.audience is None else view_path(layout.read(self._path), view.audience)
            found = GraphStore.open(path, mode="read", release=view.release)
        self._stores[view] = found
        return found


def query(store: SparqlStore, job: Job, out: Output) -> None:
    """Answer a query."""
    text = str(job["text"])
    check_patterns(text, int(job["patterns"]))
    found = store.query(text, dataset=dataset_of(job), base_iri=job["base"])
    write_answer(store, found, str(job["accept"]), out, str(job["generation"]))


def shipped(store: SparqlStore, job: Job, out: Output) -> None:
    """Answer a query that ships with the program."""
    bindings: dict[str, Value] = {name: ox.NamedNode(iri) for name, iri in job["bindings"].items()}
    bindings |= {"base": ox.NamedNode(store.base), "catalogue": catalogue_iri(store.base)}
    text = queries.load(str(job["name"]))
    known = {name: value for name, value in bindings.items() if f"?{name}" in text}
    write_answer(store, store.query(text, known), str(job["accept"]), out, str(job["generation"]))


def graph(engine: ox.Store, job: Job, out: Output) -> None:
    """Write one graph."""
    asked: str | None = job["graph"]
    if not has_graph(engine, asked):
        raise _no_graph(asked)
    offer = negotiation.choose(str(job["accept"]), negotiation.GRAPHS)
    out.head(content_type=offer.content_type, generation=job["generation"])
    if not job["head"]:
        write_graph(engine, asked, by_name(offer.name), out.file)


class Writing:
    """Changes local statements.

    The writer's lock is held while jobs follow each other closely, which spares each of them making its working copy of the
    store, but never for long: the command line, and the other workers of the server, write too.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._store: GraphStore | None = None
        self._since = 0.0
        self._late = True

    def run(self, job: Job, payload: bytes, out: Output) -> None:
        """Do one job."""
        progress.at("opening")
        work = changing(str(job["kind"]))
        if self._store is None:
            self._store, self._since = self._opened(float(job["seconds"])), time.monotonic()
            self._store.before_close(refresh_audiences)
        try:
            facts = work(self._store, job, payload)
        except BaseException:
            self.rest()  # what a failure leaves behind is seen to when the store is opened again
            raise
        out.head(content_type="application/json", generation=self._store.generation, **facts)
        if time.monotonic() - self._since > _LONGEST_HOLD:
            self.rest()

    def rest(self) -> None:
        """Let go of the store."""
        if self._store is not None:
            self._store.close()
        self._store = None

    def idle(self) -> None:
        """Let go of the store, since no job came for a while; the first time, do what a writer before left undone."""
        self.rest()
        if self._late:
            self._late = False
            catch_up_audiences(self._path)

    def _opened(self, seconds: float) -> GraphStore:
        """The store, as soon as nobody else writes; half of the time is kept for the work."""
        last = time.monotonic() + seconds / 2
        while True:
            try:
                return GraphStore.open(self._path, mode="write")
            except StoreLockedError:
                if time.monotonic() > last:
                    raise
                time.sleep(_LOCK_PAUSE)


def changing(kind: str) -> Callable[[SparqlStore, Job, bytes], Mapping[str, Any]]:
    """What does a kind of writing job."""
    own = {"update": update, "put": put, "delete": delete}
    return own.get(kind) or writing_work(kind)


def update(store: SparqlStore, job: Job, _payload: bytes) -> dict[str, Any]:
    """Run an update of local statements."""
    around = Surroundings(dataset_of(job), job["base"])
    with store.transaction("update over HTTP") as transaction:
        report = transaction.update(str(job["text"]), around=around)
    return {"added": report.added, "removed": report.removed}


def put(store: SparqlStore, job: Job, payload: bytes) -> dict[str, Any]:
    """Write a graph, in place of what is there or beside it."""
    target: str | None = job["graph"] or (None if job["default"] else f"{job['graphs']}/{uuid.uuid4()}")
    _check_conditions(store, job, target)
    base = target or str(job["base"])
    triples = [
        triple
        for number, (media_type, data) in enumerate(parts_of(str(job["media_type"]), payload), 1)
        for triple in parse_graph(data, negotiation.by_media_type(media_type), base, f"part {number} of the request")
    ]
    created = target is not None and not has_graph(store.engine, target)
    with store.transaction(f"{'PUT' if job['replace'] else 'POST'} graph over HTTP") as transaction:
        report = transaction.put_graph(target, triples, replace=bool(job["replace"]))
    return {"graph": target, "created": created, "added": report.added, "removed": report.removed}


def delete(store: SparqlStore, job: Job, _payload: bytes) -> dict[str, Any]:
    """Take out what a graph holds."""
    target: str | None = job["graph"]
    _check_conditions(store, job, target)
    if not has_graph(store.engine, target):
        raise _no_graph(target)
    with store.transaction("DELETE graph over HTTP") as transaction:
        report = transaction.put_graph(target, (), replace=True)
    return {"removed": report.removed}


def _check_conditions(store: SparqlStore, job: Job, target: str | None) -> None:
    """Refuse a write whose client thinks of another state; nobody else writes between this and the write.

    Raises:
        ChangedError: the store, or whether the graph is there, is not as the client says.
    """
    there, at = job["there"], job["at"]
    if there is not None and has_graph(store.engine, target) != there:
        raise ChangedError(
            "The graph is not there, and the request depends on that. Nothing was written."
            if there
            else "The graph is there already, and the request depends on that. Nothing was written."
        )
    if at is not None and store.generation not in at:
        raise ChangedError("The store has changed since it was read. Nothing was written; read again, then write.")


def refresh_audiences(store: GraphStore) -> None:
    """Bring what audiences read up to date with the store; what fails is logged, and mended by the next write or by hand."""
    from registry.publishing.refreshing import refresh

    try:
        refresh(store)
    except Exception:
        log.exception("audiences could not be brought up to date; run `tanmai audience publish`")


def catch_up_audiences(path: Path) -> None:
    """Publish what a writer committed and was killed before it could publish it."""
    from registry.publishing.refreshing import catch_up

    try:
        catch_up(path)
    except StoreLockedError:
        log.info("somebody writes, and publishes what was left undone")
    except Exception:
        log.exception("audiences could not be brought up to date; run `tanmai audience publish`")


def check_patterns(text: str, most: int) -> None:
    """Refuse a query that joins more patterns than the engine can plan in reasonable time.

    Raises:
        QueryError: there are more than ``most``, or the text is refused by :func:`graphstore.sparql.guard`.
    """
    count = look(text, most).patterns
    if count > most:
        raise QueryError(
            f"The query has about {count} triple patterns; at most {most} are taken. Split it into several queries."
        )


def _make_room(kept: dict[Any, Kept], most: int, close: Callable[[Kept], None]) -> None:
    """Let go of what was used longest ago, so that one more can be kept."""
    while len(kept) >= most:
        close(kept.pop(next(iter(kept))))


def probe(store: SparqlStore, _job: Job, out: Output) -> None:
    """Show that the store can be read."""
    out.head(content_type="application/json", generation=store.generation, found=bool(store.query("ASK { ?s ?p ?o }")))


def _no_graph(graph: str | None) -> NotFoundError:
    return NotFoundError(f"There is no graph {graph} in the store, or it is empty. Check the name.")


def dataset_of(job: Job) -> Dataset | None:
    """The dataset that a request states, if it does."""
    return None if job["dataset"] is None else Dataset(*(tuple(names) for names in job["dataset"]))


def write_answer(
    store: SparqlStore, result: QueryResult, accept: str, out: Output, generation: str | None = None
) -> str:
    """Write a result in the format that the client likes best, which is returned as a content type.

    Args:
        store: what was asked.
        result: the result.
        accept: what the client takes.
        out: where it goes.
        generation: which generation that is, where the store is a view of it.
    """
    offer = negotiation.choose(accept, negotiation.GRAPHS if result.kind == "graph" else negotiation.TABLES)
    shown = generation or store.generation
    if not result.extended:
        out.head_of_table(offer.content_type, shown)
        result.serialize(offer.name, out.file)
        return offer.content_type
    # Why values are unbound is known only when all were calculated, and has to be said before the answer begins.
    whole = io.BytesIO()
    result.serialize(offer.name, whole)
    unbound = [f"{count} x {reason}" for reason, count in result.failures.items()]
    told = json.dumps(unbound[:_MOST_REASONS]) if unbound else None
    out.head(content_type=offer.content_type, generation=shown, unbound=told)
    out.write(whole.getvalue())
    return offer.content_type


OWN: Final[Mapping[str, Callable[[SparqlStore, Job, Output], None]]] = {
    "query": query,
    "shipped": shipped,
    "probe": probe,
}
"""What every reader answers by itself, wherever the data are."""
