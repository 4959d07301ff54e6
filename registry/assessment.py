"""The judgement of a submission as statements: a dataset of its own, which never changes.

It holds what was decided and why, the validation report, what became of each requirement, declared beside recomputed values,
and, of an accepted study, the recomputed footprint with its provenance. Nothing of it is read by a calculation.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import pyoxigraph as ox

from graphstore.answers.graph import digest
from graphstore.catalogue import ASSESSMENTS
from graphstore.terms import literal, name, typed
from registry.judging import Judgement, Outcome
from registry.names import ID, TYPE, concept, node
from registry.recomputation import UNSTATED, Compared, Recomputation
from registry.study import Study
from shapes.report import SH, Result

Statements = Iterator[ox.Triple]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a submission is rejected: a concept of verdict-reason, and what exactly, in English."""

    notation: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessed:
    """Everything that an assessment states.

    Attributes:
        base: Base of local names.
        id: Of the submission.
        sha256: Of its bytes.
        study: What its file states.
        judgement: Of the judge.
        reasons: Why it is rejected; none where it is accepted.
        recomputations: The main result computed anew, then the variants; those that could be.
        day: The day for which it was judged.
        by: Who handed it in; None where that was not stated.
        data: Its bytes as they came, where the store keeps them in another form; None where it keeps them so.
        generation: The published state of the store that was read; None in memory.
        used: IRIs of the dataset versions that the calculation read.
    """

    base: str
    id: str
    sha256: str
    study: Study
    judgement: Judgement
    reasons: tuple[Reason, ...]
    recomputations: tuple[Recomputation, ...]
    day: dt.date
    by: ox.NamedNode | None
    data: bytes | None
    generation: str | None
    used: Sequence[str]

    @property
    def node(self) -> ox.NamedNode:
        """The assessment."""
        return node(self.base, "assessment", self.id)

    @property
    def key(self) -> str:
        """Key of the dataset that holds it."""
        return f"{ASSESSMENTS}{self.id}"

    def encode(self) -> bytes:
        """All statements as N-Triples."""
        return ox.serialize(_statements(self), format=ox.RdfFormat.N_TRIPLES) or b""


def _statements(found: Assessed) -> Statements:
    yield from _verdict(found)
    if found.data is not None:
        written = typed(base64.b64encode(found.data).decode(), "base64Binary")
        yield ox.Triple(node(found.base, "submission", found.id), name("tm:handedInBytes"), written)
    yield from _report(found)
    for outcome in found.judgement.outcomes:
        yield from _outcome(found, outcome)
    every = [(made, compared) for made in found.recomputations for compared in made.comparisons]
    for number, (made, compared) in enumerate(every, 1):
        yield from _comparison(found, number, made, compared)
    for number, made in enumerate(found.recomputations, 1):
        key = found.id if number == 1 else f"{found.id}-variant-{number - 1}"
        yield from _calculation(found, made, key)
        if not found.reasons:
            yield from _footprint(found, made, key)


def _verdict(found: Assessed) -> Statements:
    this = found.node
    yield ox.Triple(this, TYPE, name("tm:Assessment"))
    yield ox.Triple(this, name("tm:assessedOn"), typed(found.day.isoformat(), "date"))
    for rule in found.judgement.rules:
        yield ox.Triple(this, name("tm:assessedUnder"), ox.NamedNode(rule))
    for reason in found.reasons:
        yield ox.Triple(this, name("tm:verdictReason"), concept("verdict-reason", reason.notation))
        for detail in reason.details:
            yield ox.Triple(this, name("tm:verdictDetail"), literal(detail, lang="en"))
    if found.recomputations:
        tolerance = found.recomputations[0].tolerance
        yield ox.Triple(this, name("tm:appliedTolerance"), ox.NamedNode(tolerance.value))
        yield ox.Triple(this, name("tm:share"), _decimal(tolerance.amount))


def _report(found: Assessed) -> Statements:
    report = ox.NamedNode(f"{found.node.value}/report")
    yield ox.Triple(found.node, name("tm:validationReport"), report)
    yield ox.Triple(report, TYPE, _sh("ValidationReport"))
    yield ox.Triple(report, _sh("conforms"), ox.Literal(found.judgement.report.conforms))
    yield ox.Triple(report, name("dcterms:creator"), literal(found.judgement.report.engine))
    for number, result in enumerate(found.judgement.report.results, 1):
        this = ox.NamedNode(f"{report.value}/{number}")
        yield ox.Triple(report, _sh("result"), this)
        yield from _result(this, result)


def _result(this: ox.NamedNode, result: Result) -> Statements:
    yield ox.Triple(this, TYPE, _sh("ValidationResult"))
    yield ox.Triple(this, _sh("resultSeverity"), result.severity)
    yield ox.Triple(this, _sh("sourceConstraintComponent"), result.component)
    yield ox.Triple(this, _sh("sourceShape"), result.shape)
    if not isinstance(result.focus, ox.Triple):
        yield ox.Triple(this, _sh("focusNode"), result.focus)
    if result.value is not None and not isinstance(result.value, ox.Triple):
        yield ox.Triple(this, _sh("value"), result.value)
    if result.path is not None:
        yield ox.Triple(this, _sh("resultPath"), result.path.node)
        yield from result.path.triples
    for message in result.messages:
        yield ox.Triple(this, _sh("resultMessage"), message)
    for number, detail in enumerate(result.details, 1):
        inner = ox.NamedNode(f"{this.value}/{number}")
        yield ox.Triple(this, _sh("detail"), inner)
        yield from _result(inner, detail)


def _outcome(found: Assessed, outcome: Outcome) -> Statements:
    this = ox.NamedNode(f"{found.node.value}/outcome/{outcome.id}")
    yield ox.Triple(found.node, name("tm:requirementOutcome"), this)
    yield ox.Triple(this, TYPE, name("tm:RequirementOutcome"))
    yield ox.Triple(this, name("tm:requirement"), ox.NamedNode(outcome.requirement))
    yield ox.Triple(this, name("dcterms:identifier"), literal(outcome.id))
    yield ox.Triple(this, name("tm:met"), ox.Literal(outcome.met))
    yield ox.Triple(this, _sh("severity"), ox.NamedNode(outcome.severity))
    for lang, messages in outcome.messages.items():
        for message in messages:
            yield ox.Triple(this, _sh("resultMessage"), literal(message, lang=lang or "en"))


def _comparison(found: Assessed, number: int, made: Recomputation, compared: Compared) -> Statements:
    this = ox.NamedNode(f"{found.node.value}/comparison/{number}")
    yield ox.Triple(found.node, name("tm:valueComparison"), this)
    yield ox.Triple(this, TYPE, name("tm:ValueComparison"))
    yield ox.Triple(this, name("tm:order"), ox.Literal(number))
    yield ox.Triple(this, name("tm:comparedResult"), ox.NamedNode(made.footprint))
    yield ox.Triple(this, name("tm:computedValue"), _double(compared.computed))
    yield ox.Triple(this, name("tm:withinTolerance"), ox.Literal(compared.within))
    stage, category = compared.part
    if stage:
        yield ox.Triple(this, name("tm:stage"), stage_node(stage))
    if category:
        yield ox.Triple(this, name("tm:emissionCategory"), ox.NamedNode(category))
    if compared.declared is not None:
        yield ox.Triple(this, name("tm:declaredValue"), _double(compared.declared))
    if compared.share is not None:
        yield ox.Triple(this, name("tm:shareOfTotal"), _double(compared.share))


def stage_node(stage: str) -> ox.NamedNode:
    """The node of a stage; what carries none has a name of its own."""
    return concept("stage", UNSTATED) if stage == UNSTATED else ox.NamedNode(stage)


def _calculation(found: Assessed, made: Recomputation, key: str) -> Statements:
    """The run: engine, when, for whom, state of the store, settings, inputs."""
    this = node(found.base, "calculation", key)
    settings = _settings_hash(made)
    method = node(found.base, "settings", settings[:24])
    yield ox.Triple(found.node, name("prov:wasInformedBy"), this)
    yield ox.Triple(this, name("tm:recomputes"), ox.NamedNode(made.footprint))
    yield ox.Triple(this, TYPE, name("tm:Calculation"))
    yield ox.Triple(this, TYPE, name("prov:Activity"))
    yield ox.Triple(this, name("tm:engineVersion"), literal(version("tanmai")))
    yield ox.Triple(this, name("tm:inputHash"), literal(input_hash(found, made.result)))
    yield ox.Triple(this, name("prov:startedAtTime"), typed(made.started, "dateTime"))
    yield ox.Triple(this, name("prov:endedAtTime"), typed(made.ended, "dateTime"))
    yield from _agents(found, this)
    yield ox.Triple(this, name("tm:settings"), method)
    yield ox.Triple(method, TYPE, name("tm:MethodSettings"))
    yield ox.Triple(method, name("tm:settingsHash"), literal(settings))
    yield ox.Triple(method, name("tm:gwpSet"), ox.NamedNode(f"{ID}gwp-set/{made.result['settings']['gwp']}"))
    if made.allocation:
        yield ox.Triple(method, name("tm:allocationMethod"), concept("allocation", made.allocation))
    yield ox.Triple(this, name("prov:used"), node(found.base, "submission", found.id))
    for used in found.used:
        yield ox.Triple(this, name("prov:used"), ox.NamedNode(used))
    if found.generation is not None:
        generation = node(found.base, "generation", found.generation)
        yield ox.Triple(generation, TYPE, name("tm:Generation"))
        yield ox.Triple(this, name("tm:inGeneration"), generation)


def _agents(found: Assessed, calculation: ox.NamedNode) -> Statements:
    """Who ran the calculation: this software, for whoever handed the study in."""
    software = node(found.base, "software", f"tanmai-{version('tanmai')}")
    yield ox.Triple(calculation, name("prov:wasAssociatedWith"), software)
    yield ox.Triple(software, TYPE, name("prov:SoftwareAgent"))
    yield ox.Triple(software, name("rdfs:label"), literal(f"Tanmai {version('tanmai')}"))
    if found.by is not None:
        yield ox.Triple(calculation, name("prov:wasAssociatedWith"), found.by)


def _settings_hash(made: Recomputation) -> str:
    """The hash of the settings; of a method that took the place of others' the engine's own does not know."""
    own = str(made.result["settings"]["hash"])
    return digest({"settings": own, "allocation": made.allocation}) if made.allocation else own


def input_hash(found: Assessed, result: dict[str, Any]) -> str:
    """One hash of what the recomputed footprint follows from: the answer's own, and the bytes that were handed in."""
    return digest({"answer": result["input_hash"], "submission": found.sha256})


def _footprint(found: Assessed, made: Recomputation, key: str) -> Statements:
    """A recomputed footprint of an accepted study."""
    this = node(found.base, "footprint", key)
    yield ox.Triple(this, TYPE, name("tm:ComputedFootprint"))
    yield ox.Triple(this, TYPE, name("prov:Entity"))
    yield ox.Triple(this, name("tm:ofStudy"), ox.NamedNode(found.study.iri))
    yield ox.Triple(this, name("tm:ofProduct"), ox.NamedNode(str(made.result["product"]["iri"])))
    yield ox.Triple(this, name("tm:amount"), _double(float(made.result["amount"])))
    yield ox.Triple(this, name("tm:unit"), ox.NamedNode(str(made.result["unit"]["iri"])))
    yield ox.Triple(this, name("tm:co2e"), _double(float(made.result["total"]["value"])))
    yield ox.Triple(this, name("tm:errorBound"), _double(float(made.result["total"]["error_bound"])))
    yield ox.Triple(this, name("prov:wasGeneratedBy"), node(found.base, "calculation", key))
    yield ox.Triple(this, name("prov:wasDerivedFrom"), node(found.base, "submission", found.id))


def _sh(local: str) -> ox.NamedNode:
    return ox.NamedNode(SH + local)


def _double(value: float) -> ox.Literal:
    return typed(repr(value), "double")


def _decimal(value: float) -> ox.Literal:
    return typed(f"{value:.12f}".rstrip("0"), "decimal")
