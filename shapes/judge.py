"""Judging files: reading, background, selection and validation as one step, for the command, the registry and servers."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from shapes.background import Background, Lent, shipped
from shapes.engine.loading import DataGraph
from shapes.engine.plan import Plan
from shapes.errors import ShapesGraphError, StudyError, UnsupportedShapeError
from shapes.findings import Finding, Namer, Requirement, Texts, text_of
from shapes.giveway import remarks
from shapes.reading import Contexts, Document, read
from shapes.reading.contexts import SHIPPED
from shapes.report import SH, Report, Result, Term
from shapes.rulebook import Rulebook, ShapesFile, rulebook
from shapes.selection import Selection, named_rule, select
from shapes.study import check_judging, check_knowledge, check_numbers, check_statements, judging, studies
from shapes.terms import SUBCLASS, TYPE, tm
from shapes.validate import compiled_files, validate

_DATE = ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What judging some files came to.

    Attributes:
        documents: the files, as read.
        day: the day for which was judged.
        report: the W3C results about the nodes of the files, those of the selection of rules included.
        findings: the same results explained, gravest first, in the order of requirements.
        selections: the rules of each study.
        names: what studies, products and rules are called.
        numbers: the numbers of the rules, such as "GB/T 44905-2024".
        files: names of the shapes files that applied.
        elsewhere: number of results about nodes of the reference knowledge that the files do not mention; they are left out.
    """

    documents: tuple[Document, ...]
    day: dt.date
    report: Report
    findings: tuple[Finding, ...]
    selections: tuple[Selection, ...]
    names: dict[str, Texts]
    numbers: dict[str, str]
    files: tuple[str, ...]
    elsewhere: int = 0

    @property
    def passes(self) -> bool:
        """Whether no result is a violation."""
        return self.report.passes

    @property
    def requirements(self) -> dict[str, Requirement]:
        """The requirements that findings are about, by identifier."""
        return {finding.requirement.identifier: finding.requirement for finding in self.findings}

    def as_dict(self) -> dict[str, Any]:
        """The judgement for machines."""
        from shapes.statement import of_judgement

        return of_judgement(self)


@dataclass(frozen=True, slots=True)
class Laid:
    """Files beside the knowledge that they are judged with, as they are while they are judged.

    Attributes:
        documents: the files, as read.
        day: the day for which is judged.
        quads: the statements of the files.
        selections: the rules of each study.
        files: the shapes files that apply.
        lent: the store that holds it all.
    """

    documents: tuple[Document, ...]
    day: dt.date
    quads: tuple[ox.Quad, ...]
    selections: tuple[Selection, ...]
    files: tuple[ShapesFile, ...]
    lent: Lent

    @property
    def data(self) -> DataGraph:
        """The data graph that is validated."""
        return DataGraph(self.lent.store, _originals(self.quads))

    @property
    def shapes(self) -> list[ox.Triple]:
        """The shapes graph that it is validated against."""
        return [triple for file in self.files for triple in file.triples]


def judge(
    files: Sequence[str | Path | Document],
    *,
    pcr: Iterable[str] = (),
    day: dt.date | None = None,
    rules: Rulebook | None = None,
    background: Background | None = None,
    contexts: Contexts = SHIPPED,
) -> Judgement:
    """Judge files, taken together, by the rules that apply to the studies in them.

    Args:
        files: files of RDF, or documents that were read before (apart, where there are several).
        pcr: rules (IRI, number or key) that take the place of the product rules that the studies claim.
        day: the day for which is judged; today where it is left out.
        rules: the shapes files at hand; the shipped ones and the user's own where it is left out.
        background: the reference knowledge; the shipped one where it is left out.
        contexts: JSON-LD contexts at hand.

    Raises:
        ReadingError: a file cannot be taken in.
        StudyError: there is nothing to judge, or a study cannot be judged.
        SelectionError: a rule was asked for that has no shapes.
    """
    with laid_out(files, pcr=pcr, day=day, rules=rules, background=background, contexts=contexts) as laid:
        return _judged(laid)


@contextmanager
def laid_out(
    files: Sequence[str | Path | Document],
    *,
    pcr: Iterable[str] = (),
    day: dt.date | None = None,
    rules: Rulebook | None = None,
    background: Background | None = None,
    contexts: Contexts = SHIPPED,
) -> Iterator[Laid]:
    """Lay files beside the knowledge, with the rules that apply; what any processor needs to give our verdict.

    Arguments and errors are those of `judge`. The store is taken back at the end.
    """
    documents = tuple(
        each if isinstance(each, Document) else read(each, contexts=contexts, apart=len(files) > 1) for each in files
    )
    check_statements(documents)
    quads = tuple(quad for document in documents for quad in document.quads)
    book = rulebook() if rules is None else rules
    today = day or dt.date.today()  # noqa: DTZ011 the day of the person who asks
    with (background or shipped()).lend() as lent:
        check_knowledge(documents, lent.store)
        check_numbers(documents, lent.store)
        lent.add(triple for file in book.of("own") for triple in file.knowledge)
        known = judging(lent.store)
        lent.add(quads)
        check_judging(documents, lent.store, known)
        found = studies(documents, lent.store)
        lent.describe(quads)
        asked = [named_rule(text, lent.store, book) for text in pcr]
        selections = tuple(select(study, lent.store, book, today, asked) for study in found)
        files_applied = _files(selections, book, quads, lent.store, documents)
        lent.add(triple for file in files_applied for triple in file.knowledge)
        lent.add(_assessed(selections, today))
        yield Laid(documents, today, quads, selections, tuple(files_applied), lent)


def _files(
    selections: Sequence[Selection],
    book: Rulebook,
    quads: Sequence[ox.Quad],
    store: ox.Store,
    documents: Sequence[Document],
) -> list[ShapesFile]:
    """The files that apply: the general ones, those of the selected rules, and others that look for what the files hold.

    Raises:
        StudyError: there is no study, and no shape looks for anything that is here.
    """
    classes = {quad.object for quad in quads if quad.predicate == TYPE and isinstance(quad.object, ox.NamedNode)}
    wider = {q.object for each in classes for q in store.quads_for_pattern(each, SUBCLASS, None, ox.DefaultGraph())}
    here = classes | wider | {quad.predicate for quad in quads}
    general = book.of("general")
    selected = [file for selection in selections for file in selection.files]
    others = [file for file in book.of("exchange", "label") if file.searches or file.targets & here]
    if not selections and not any(file.targets & here for file in (*general, *others)):
        names = ", ".join(document.name for document in documents)
        raise StudyError(
            f"{names}: no tm:FootprintStudy, and nothing else that shapes are for, so there is nothing to judge. Describe the study "
            "as a tm:FootprintStudy, or give shapes of your own with --shapes. Nothing was taken in."
        )
    return list(dict.fromkeys((*general, *selected, *others)))


def _assessed(selections: Iterable[Selection], day: dt.date) -> Iterable[ox.Triple]:
    """Say in the data by which rules and for which day each study is judged; shapes ask for it."""
    for selection in selections:
        node = selection.study.node
        yield ox.Triple(node, tm("assessedOn"), ox.Literal(day.isoformat(), datatype=_DATE))
        for applied in selection.applied:
            if applied.files:
                yield ox.Triple(node, tm("assessedUnder"), applied.rule)


def _judged(laid: Laid) -> Judgement:
    triples, selections = laid.shapes, laid.selections
    found = _validated(laid.data, laid.files, triples)
    namer = Namer(laid.lent.store, triples, laid.documents)
    kept = _about(laid.quads, found.results)
    added = [r for r in remarks(selections, namer) if not any(_same(r, other, namer) for other in kept)]
    results = (*kept, *added)
    report = replace(found, conforms=not results, results=results)
    rules = _rules(selections)
    nodes: set[Term] = {node for selection in selections for node in (selection.study.node, selection.study.product)}
    order = {"violation": 0, "warning": 1, "info": 2}
    findings = sorted(
        map(namer.finding, results),
        key=lambda f: (order[f.severity], f.requirement.identifier, namer.places.get(f.result.focus, -1)),
    )
    return Judgement(
        laid.documents,
        laid.day,
        report,
        tuple(findings),
        selections,
        {text_of(node): namer.label(node) for node in nodes | rules},
        {rule.value: namer.number(rule, "en") for rule in rules},
        tuple(file.name for file in laid.files),
        len(found.results) - len(kept),
    )


def _about(quads: Iterable[ox.Quad], results: Sequence[Result]) -> list[Result]:
    """Return the results about nodes that statements mention."""
    unseen = {result.focus for result in results}
    seen: set[Term] = set()
    for quad in quads if unseen else ():
        seen |= {quad.subject, quad.object} & unseen
    return [result for result in results if result.focus in seen]


def _validated(graph: DataGraph, files: Sequence[ShapesFile], triples: Sequence[ox.Triple]) -> Report:
    """Validate by a plan that is kept; by the triples where our engine cannot make one."""
    try:
        plan = _plan(tuple((file.path, file.digest) for file in files))
    except UnsupportedShapeError:
        return validate(graph, triples)
    return validate(graph, plan)


@lru_cache(maxsize=32)
def _plan(files: tuple[tuple[Path, str], ...]) -> Plan:
    """The plan of some files; the digests are there for the memory to tell versions of a file apart."""
    paths = [path for path, _ in files]
    try:
        return compiled_files(paths, cache_folder())
    except OSError:  # a cache that cannot be written or read is no reason not to judge
        return compiled_files(paths)


def cache_folder() -> Path:
    """Return where compiled plans are kept from one process to the next: tanmai/plans in the user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tanmai" / "plans"


def _originals(quads: Iterable[ox.Quad]) -> Iterable[ox.Triple]:
    """The statements whose literals a store may write otherwise."""
    for quad in quads:
        if isinstance(quad.object, ox.Literal) and quad.object.language is None:
            yield quad.triple


def _same(remark: Result, other: Result, namer: Namer) -> bool:
    """Whether a shape has said already what the selection has to say."""
    return (
        remark.focus == other.focus
        and remark.value == other.value
        and namer.requirement(remark).identifier == namer.requirement(other).identifier
    )


def _rules(selections: Iterable[Selection]) -> set[ox.NamedNode]:
    found: set[ox.NamedNode] = set()
    for selection in selections:
        found |= {*selection.without_shapes, *selection.available}
        for applied in selection.applied:
            found |= {applied.rule} | ({applied.instead_of} if applied.instead_of is not None else set())
    return found


def validate_plainly(data: Sequence[Document], shapes: Sequence[Document]) -> Judgement:
    """Validate any data against any shapes: no background, no selection of rules.

    Args:
        data: the data graph, all files together.
        shapes: the shapes graph, all files together.

    Raises:
        ShapesGraphError: the shapes graph is ill-formed, or there is no shape in it.
    """
    if not any(quad.predicate.value.startswith(SH) for document in shapes for quad in document.quads):
        raise ShapesGraphError(
            f"{', '.join(document.name for document in shapes)}: there is no SHACL shape in it, so anything would pass. Give the "
            "file of the shapes after --shapes, and the data without an option."
        )
    quads = [quad for document in data for quad in document.quads]
    triples = [quad.triple for document in shapes for quad in document.quads]
    store = ox.Store()
    store.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    report = validate(DataGraph(store, _originals(quads)), triples)
    # requirements and labels of shapes stand in the shapes graph
    told = ox.Store()
    told.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    told.bulk_extend(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    namer = Namer(told, triples, data)
    findings = tuple(map(namer.finding, report.results))
    names = tuple(document.name for document in shapes)
    return Judgement(tuple(data), dt.date.today(), report, findings, (), {}, {}, names)  # noqa: DTZ011 as in judge
