"""The judge of the registry: the shapes that apply to a study, the same as `tanmai validate` uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from graphstore.store import GraphStore
from graphstore.terms import name
from registry.errors import RegistryError
from registry.judging import Case, Judgement, Outcome
from registry.recomputation import Tolerance
from shapes.background import of_store
from shapes.findings import Finding
from shapes.judge import Judgement as ByShapes
from shapes.judge import judge as judged
from shapes.report import SH, VIOLATION
from shapes.rulebook import ShapesFile, rulebook

_GRAVEST = ("Violation", "Warning", "Info")


def judge(case: Case) -> Judgement:
    """Judge a file by the general shapes and those of the rule that it claims, or that was asked for.

    Raises:
        ShapesError: the file holds nothing that can be judged.
    """
    return told(by_shapes(case), case)


def by_shapes(case: Case) -> ByShapes:
    """The judgement as `tanmai validate` has it, with every finding and its place in the file.

    Raises:
        ShapesError: the file holds nothing that can be judged.
    """
    asked = () if case.rule is None else (case.rule,)
    return judged([case.document], pcr=asked, day=case.day, background=of_store(case.store))


def told(found: ByShapes, case: Case) -> Judgement:
    """What the registry keeps of a judgement."""
    rules = [applied.rule for selection in found.selections for applied in selection.applied if applied.files]
    files = [file for file in rulebook() if file.name in found.files]
    return Judgement(
        report=found.report,
        rules=tuple(dict.fromkeys(rule.value for rule in rules)),
        outcomes=tuple(_outcomes(files, found.findings)),
        tolerances=tuple(_tolerances(files, {rule.value for rule in rules}, case.store)),
    )


def _outcomes(files: Sequence[ShapesFile], findings: Iterable[Finding]) -> Iterator[Outcome]:
    """One outcome for each requirement that the shapes check or that a finding is about, by its number."""
    broken: dict[str, list[Finding]] = {}
    for finding in findings:
        broken.setdefault(finding.requirement.iri, []).append(finding)
    checked, severities = _checked(files), _severities(files)
    told = {finding.requirement.iri: finding.requirement.identifier for found in broken.values() for finding in found}
    for requirement, number in sorted((checked | told).items(), key=lambda item: item[1]):
        found = broken.get(requirement, [])
        worst = min((f.result.severity.value.removeprefix(SH) for f in found), key=_rank, default="")
        yield Outcome(
            id=number,
            requirement=requirement,
            met=not found,
            severity=f"{SH}{worst}" if worst else severities.get(requirement, VIOLATION.value),
            messages=_messages(found),
        )


def _severities(files: Iterable[ShapesFile]) -> dict[str, str]:
    """The severity of the shapes that check each requirement."""
    property_, severity = name("tm:requirement"), ox.NamedNode(SH + "severity")
    triples = [triple for file in files for triple in file.triples]
    checks = {t.subject: t.object for t in triples if t.predicate == property_}
    return {
        str(checks[t.subject])[1:-1]: str(t.object)[1:-1]
        for t in triples
        if t.predicate == severity and t.subject in checks
    }


def _rank(severity: str) -> int:
    return _GRAVEST.index(severity) if severity in _GRAVEST else 0


def _messages(found: Iterable[Finding]) -> dict[str, tuple[str, ...]]:
    made: dict[str, dict[str, None]] = {}
    for finding in found:
        for lang, text in finding.message.items():
            made.setdefault(lang, {})[text] = None
    return {lang: tuple(texts) for lang, texts in made.items()}


def _checked(files: Iterable[ShapesFile]) -> dict[str, str]:
    """The requirements that the shapes of these files check, with their numbers."""
    property_, number = name("tm:requirement"), name("skos:notation")
    triples = [triple for file in files for triple in file.triples]
    checked = {t.object for t in triples if t.predicate == property_ and isinstance(t.object, ox.NamedNode)}
    return {
        t.subject.value: t.object.value
        for t in triples
        if t.predicate == number and t.subject in checked and isinstance(t.subject, ox.NamedNode)
        and isinstance(t.object, ox.Literal)
    }  # fmt: skip


def _tolerances(files: Iterable[ShapesFile], rules: set[str], store: GraphStore) -> Iterator[Tolerance]:
    """The tolerances of recomputation that the files state for the rules in use; the value stands in a file or in the store.

    Raises:
        RegistryError: the value that a rule names is nowhere stated.
    """
    stated, amount = name("tm:recomputationTolerance"), name("tm:amount")
    triples = [triple for file in files for triple in file.knowledge]
    amounts = {t.subject: t.object for t in triples if t.predicate == amount}
    for rule, value in ((t.subject, t.object) for t in triples if t.predicate == stated):
        if not isinstance(rule, ox.NamedNode) or not isinstance(value, ox.NamedNode) or rule.value not in rules:
            continue
        known = amounts.get(value) or next(
            (quad.object for quad in store.engine.quads_for_pattern(value, amount, None, None)), None
        )
        if not isinstance(known, ox.Literal):
            raise RegistryError(
                f"<{rule.value}> names the tolerance <{value.value}>, whose amount is nowhere stated. State it (tm:amount) in the "
                "file of the rule."
            )
        yield Tolerance.read(value.value, known.value)
