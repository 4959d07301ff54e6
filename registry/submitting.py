"""Handing in a study: judged, recomputed, and kept with its bytes, its judgement and its state, in one commit.

Accepted is what no rule forbids, what can be recomputed, and what then agrees with what was declared. The statements of an
accepted study join the union graph; those of a rejected one stay in the archive with their bytes, so that they change no
footprint. The same bytes again do nothing. A study that was handed in before becomes a new version.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeGuard

import pyoxigraph as ox

from graphstore._steps import reached
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import is_input
from graphstore.answers.names import Names
from graphstore.aside import Aside
from graphstore.catalogue import DatasetVersion
from graphstore.queries import load
from graphstore.store import GraphStore
from graphstore.terms import catalogue_iri, literal, name, typed
from graphstore.transaction import Transaction
from registry.assessment import Assessed, Reason
from registry.dependents import Dependents, dependents
from registry.endings import endings
from registry.errors import SubmissionError
from registry.events import Change, now
from registry.judging import Case, Judge, Judgement
from registry.names import TYPE, agent, node
from registry.recomputation import NotRecomputableError, Recomputation, Tolerance
from registry.states import SUBMISSION, States, status_iri
from registry.study import Study
from registry.submissions import Submission, find, new_id, submissions, version_of
from registry.variants import recomputed
from shapes.reading import Contexts, Document, read_bytes
from shapes.reading.contexts import SHIPPED

ACCEPTED_KEYS = "studies/"
REJECTED_KEYS = "rejected/"
"""Beginnings of the keys of the datasets that hold what was handed in."""

MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a file.

    Attributes:
        id: Of its submission.
        new: Whether its bytes were not handed in before.
        drawn_on: Who drew on the study whose place it took; None where it took none.
    """

    id: str
    new: bool
    drawn_on: Dependents | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """What is handed in.

    Attributes:
        data: The bytes as they are.
        file: Name of the file.
        by: Who hands it in, IRI or name; None for who the study says.
        format: Short name of the RDF format; None to go by the name.
        rule: The product category rule to judge by; None for the one that the study claims.
        day: The day of the assessment; None for today.
        revises: The submission that this one corrects; None for the latest one of the same study.
        contexts: The JSON-LD contexts that it may refer to.
    """

    data: bytes
    file: str
    by: str | None = None
    format: str | None = None
    rule: str | None = None
    day: dt.date | None = None
    revises: str | None = None
    contexts: Contexts = SHIPPED


def submit(
    store: GraphStore, handed: Handed, judge: Judge, begin: Callable[[str], Transaction] | None = None
) -> Submitted:
    """Judge, recompute and keep a study; all of it in one commit, or nothing.

    Args:
        store: Open for writing, with the reference knowledge.
        handed: The file and what was said with it.
        judge: Judges it by the shapes that apply.
        begin: Begins the transaction that keeps it, by its label; None for one of the store. One of a copy of the store makes this a
            trial (`registry.trying`), for which the store may be open for reading.

    Raises:
        SubmissionError: the file is no submission, or may not revise what it would; nothing is stored.
        UnknownSubmissionError: the submission to be revised is not known.
        ShapesError, LoadError: the file cannot be taken in, or judged; nothing is stored.
    """
    known = submissions(store)
    sha256 = hashlib.sha256(handed.data).hexdigest()
    before = next((s for s in known if s.sha256 == sha256), None)
    if before is not None:
        return Submitted(before.id, new=False)
    revised = find(store, handed.revises) if handed.revises is not None else None
    day = handed.day or dt.datetime.now(dt.UTC).date()
    document = read_bytes(handed.data, handed.file, format=handed.format, contexts=handed.contexts)
    submission = _Submission(store, handed, known, document, day)
    found = submission.assessed(judge, revised)
    reached("submission-assessed")
    drawn_on = submission.drawn_on(found)
    submission.keep(found, begin or store.transaction)
    return Submitted(submission.id, True, drawn_on)


class _Submission:
    """One file on its way into the store."""

    def __init__(
        self, store: GraphStore, handed: Handed, known: list[Submission], document: Document, day: dt.date
    ) -> None:
        self._store, self._handed, self._known, self._document, self._day = store, handed, known, document, day
        self._sha256 = document.sha256
        # the journal can be replayed only from what refers to nothing outside
        self._completed = document.whole is not document.text
        self._states = States.of(store, SUBMISSION)
        self._prior: Submission | None = None
        self._called: dict[str, str] = {}
        self.id = new_id(known, self._sha256)

    @property
    def _data(self) -> bytes:
        """The bytes that the journal keeps: as they came, or with the contexts that they refer to written into them."""
        return self._document.whole if self._completed else self._handed.data

    def assessed(self, judge: Judge, revised: Submission | None) -> Assessed:
        """Judge and try the study in a copy of the store: what it revises out, itself in."""
        with Aside(self._store) as aside:
            version = aside.load(
                self._data, key=self._key(accepted=False), format=self._document.format, name=self._handed.file
            )
            if version.graphs:
                raise SubmissionError(
                    f"{self._handed.file} names graphs of its own ({version.graphs[0]}). Nothing was stored; a submission is "
                    "one graph: leave the graph names out."
                )
            study = Study.of(aside.store, version.iri(self._store.base).value, self._handed.file)
            self._prior = self._revised(study, revised)
            if self._live(self._prior):
                aside.drop(version_of(self._store, self._prior))
            tried = aside.store
            by, _ = self._by(study)
            self._called = {} if by is None else Names(Calculation(tried))[by.value].labels
            judgement = judge(Case(self._document, self._handed.rule, self._day, tried))
            reached("submission-judged")
            return self._judged(tried, study, judgement)

    def _judged(self, tried: GraphStore, study: Study, judgement: Judgement) -> Assessed:
        reasons = [] if judgement.report.passes else [Reason("violation")]
        forbidden = list(_forbidden(tried, study))
        made: list[Recomputation] = []
        if not forbidden:
            try:
                tolerance = Tolerance.of(tried, judgement.rules, judgement.tolerances)
                made.extend(recomputed(tried, study, tolerance))  # what comes before one that fails is kept
            except NotRecomputableError as error:
                reasons.append(Reason("not-recomputable", (str(error),)))
        if not all(each.agrees for each in made):
            reasons.append(Reason("difference"))
        used = [v.iri(self._store.base).value for v in self._store.datasets() if is_input(v)]
        return Assessed(
            base=self._store.base,
            id=self.id,
            sha256=self._sha256,
            study=study,
            judgement=judgement,
            reasons=(*reasons, *forbidden),
            recomputations=tuple(made),
            day=self._day,
            by=self._by(study)[0],
            data=self._handed.data if self._completed else None,
            generation=self._store.generation,
            used=used,
        )

    def drawn_on(self, found: Assessed) -> Dependents | None:
        """Who draws on the study whose place this one is to take."""
        return None if found.reasons or not self._live(self._prior) else dependents(self._store, self._prior)

    def keep(self, found: Assessed, begin: Callable[[str], Transaction]) -> None:
        """Store bytes, judgement and state in one commit."""
        accepted, time = not found.reasons, now()
        by, said = self._by(found.study)
        today = dt.datetime.now(dt.UTC).date()
        title = next(iter(found.study.names.values()), self._handed.file)
        with begin(f"submit {self._handed.file}") as transaction:
            report = transaction.load_bytes(
                self._data,
                key=self._key(accepted),
                format=self._document.format.name,
                name=self._handed.file,
                title=title,
                issued=today,
                publisher=by.value if by is not None else "",
            )
            if not accepted:
                transaction.retire(report.version.key)
            reached("submission-bytes-kept")
            transaction.load_bytes(
                found.encode(), key=found.key, format="ntriples", title=f"assessment of {self.id}", issued=today
            )
            reached("submission-assessment-kept")
            self._describe(transaction, found, report.version, by, said, time)
            reached("submission-described")

    def _describe(
        self,
        transaction: Transaction,
        found: Assessed,
        version: DatasetVersion,
        by: ox.NamedNode | None,
        said: list[ox.Quad],
        time: str,
    ) -> None:
        base, this = self._store.base, node(self._store.base, "submission", self.id)
        registry, about = agent(base, "Tanmai")
        submitted = status_iri(SUBMISSION, "submitted").value
        verdict = status_iri(SUBMISSION, "rejected" if found.reasons else "accepted").value
        self._states.require(f"Submission {self.id}", submitted, self._states.named(verdict))
        changes = [
            (Change(this, _STATUS, None, submitted, by), 1),
            (Change(this, _STATUS, submitted, verdict, registry), 2),
        ]
        if not found.reasons and self._live(self._prior):
            changes.append((self._superseding(self._prior, registry), _events(self._store, self._prior) + 1))
        removed: set[ox.Quad] = set()
        added = {*self._facts(this, found, version, by, time), *said, *about}
        steps = [change.quads(base, number, time) for change, number in changes]
        if not found.reasons and self._live(self._prior):
            superseded = self._states.named("superseded")
            steps.append(endings(self._store, self._prior, superseded, time, f"revised by {self.id}"))
        for gone, came in steps:
            added = (added - set(gone)) | set(came)
            removed |= set(gone)
        transaction.describe(removed - added, added)

    def _superseding(self, prior: Submission, registry: ox.NamedNode) -> Change:
        superseded = self._states.named("superseded")
        self._states.require(f"Submission {prior.id}", prior.status, superseded)
        return Change(prior.node, _STATUS, prior.status, superseded.iri, registry, f"revised by {self.id}")

    def _facts(
        self, this: ox.NamedNode, found: Assessed, version: DatasetVersion, by: ox.NamedNode | None, time: str
    ) -> Iterator[ox.Quad]:
        graph = catalogue_iri(self._store.base)
        facts: list[tuple[str, ox.NamedNode | ox.Literal]] = [
            ("dcterms:identifier", literal(self.id)),
            ("tm:sha256", literal(self._sha256)),
            ("dcterms:created", typed(time, "dateTime")),
            ("tm:order", ox.Literal(len(self._known) + 1)),
            ("tm:describesStudy", ox.NamedNode(found.study.iri)),
            ("tm:assessment", found.node),
            ("tm:namedGraph", version.iri(self._store.base)),
        ]
        facts += [("rdfs:label", literal(text, lang=lang)) for lang, text in found.study.names.items()]
        facts += [("tm:submitterName", literal(text, lang=tag or None)) for tag, text in self._called.items()]
        if by is not None:
            facts += [("tm:submittedBy", by), ("prov:wasAttributedTo", by)]
        if self._prior is not None:
            facts.append(("prov:wasRevisionOf", self._prior.node))
        yield ox.Quad(this, TYPE, name("tm:Submission"), graph)
        yield ox.Quad(this, TYPE, name("prov:Entity"), graph)
        for predicate, value in facts:
            yield ox.Quad(this, name(predicate), value, graph)

    def _key(self, accepted: bool) -> str:
        """An accepted study shares the dataset of what it revises, as its next version; a rejected one has its own."""
        if not accepted:
            return f"{REJECTED_KEYS}{self.id}"
        return version_of(self._store, self._prior).key if self._live(self._prior) else f"{ACCEPTED_KEYS}{self.id}"

    def _live(self, submission: Submission | None) -> TypeGuard[Submission]:
        """Whether a submission stands in the union graph: a revision may take its place."""
        if submission is None:
            return False
        state = self._states.by_iri.get(submission.status)
        return state is not None and self._states.named("superseded").iri in state.following

    def _revised(self, study: Study, stated: Submission | None) -> Submission | None:
        """The submission that this one revises: the stated one, else the one of the same study that stands, else its latest.

        Raises:
            SubmissionError: another one of the same study stands, or it was handed in by somebody else.
        """
        same = [s for s in self._known if s.study == study.iri]
        standing = next((s for s in same if self._live(s)), None)
        if stated is not None and standing is not None and standing.id != stated.id:
            raise SubmissionError(
                f"<{study.iri}> stands as submission {standing.id}, and {self._handed.file} is to revise {stated.id}. Nothing was "
                f"stored. Revise {standing.id}, or give the study an IRI of its own."
            )
        prior = stated or standing or (same[-1] if same else None)
        if prior is not None and prior.by:
            by, _ = self._by(study)
            if by is None or by.value != prior.by:
                raise SubmissionError(
                    f"{self._handed.file} revises submission {prior.id}, which <{prior.by}> handed in; this one is handed in by "
                    f"{f'<{by.value}>' if by is not None else 'nobody that is named'}. Nothing was stored. State the same "
                    "organisation with --by, or give the study an IRI of its own."
                )
        return prior

    def _by(self, study: Study) -> tuple[ox.NamedNode | None, list[ox.Quad]]:
        stated = self._handed.by if self._handed.by is not None else study.only("creator")
        return (None, []) if stated is None else agent(self._store.base, stated)


_STATUS = name("tm:submissionStatus")


def _events(store: GraphStore, submission: Submission) -> int:
    from registry.events import history

    return len(history(store, submission.node))


def _forbidden(store: GraphStore, study: Study) -> Iterator[Reason]:
    """What a file states that is not its own to state."""
    graph, catalogue = ox.NamedNode(study.graph), catalogue_iri(store.base)
    nodes = store.query(load("reserved-nodes"), {"graph": graph, "catalogue": catalogue}).dicts()
    statements = store.query(load("reserved-statements"), {"graph": graph}).dicts()
    if nodes or statements:
        said = [f"<{row['node']}> is a <{row['kind']}>" for row in nodes]
        said += [f"<{row['node']}> states <{row['property']}>" for row in statements]
        yield Reason("reserved", _shown(said))
    twice = store.query(load("stated-twice"), {"graph": graph, "catalogue": catalogue}).dicts()
    if twice:
        yield Reason(
            "stated-twice",
            _shown(
                f"<{row['subject']}> is described by <{row['other']}>, which does not say <{row['property']}> {row['value']}"
                for row in twice
            ),
        )
    yield from _competing(store, study)


def _competing(store: GraphStore, study: Study) -> Iterator[Reason]:
    """Whether a file would become a second supplier of inputs of others, whose footprints would change by it."""
    rows = store.query(load("supplies-others"), {"graph": ox.NamedNode(study.graph)}).dicts()
    if rows:
        yield Reason(
            "changes-others",
            _shown(
                f"<{row['process']}> makes <{row['product']}>, which <{row['other']}> makes for <{row['exchange']}> of other data; give "
                "the product of the study an IRI of its own"
                for row in rows
            ),
        )


def _shown(sentences: Iterable[str]) -> tuple[str, ...]:
    found = list(dict.fromkeys(sentences))
    more = (f"and {len(found) - MOST_SHOWN} more",) if len(found) > MOST_SHOWN else ()
    return (*found[:MOST_SHOWN], *more)
