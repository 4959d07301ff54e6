"""A judgement for machines: plain values that JSON can hold."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from shapes.findings import Requirement, text_of

if TYPE_CHECKING:
    from shapes.judge import Judgement
    from shapes.selection import Selection


def of_judgement(judgement: Judgement) -> dict[str, Any]:
    """Return verdict, counts, files, studies with their rules, requirements, and every finding."""
    counts = Counter(finding.severity for finding in judgement.findings)
    return {
        "passes": judgement.passes,
        "conforms": judgement.report.conforms,
        "counts": {severity: counts[severity] for severity in ("violation", "warning", "info")},
        "engine": judgement.report.engine,
        "engine_reason": judgement.report.reason,
        "assessed_on": judgement.day.isoformat(),
        "files": [
            {"name": document.name, "format": document.format.name, "sha256": document.sha256}
            for document in judgement.documents
        ],
        "shapes": list(judgement.files),
        "studies": [_study(selection, judgement) for selection in judgement.selections],
        "requirements": [_requirement(each) for _, each in sorted(judgement.requirements.items())],
        "findings": [finding.as_dict() for finding in judgement.findings],
        "results_elsewhere": judgement.elsewhere,
    }


def _study(selection: Selection, judgement: Judgement) -> dict[str, Any]:
    def named(node: Any) -> dict[str, Any]:
        iri = text_of(node)
        return {"iri": iri, "label": judgement.names.get(iri, {})}

    def rule(node: Any) -> dict[str, Any]:
        return {**named(node), "number": judgement.numbers[text_of(node)]}

    return {
        **named(selection.study.node),
        "product": named(selection.study.product),
        "rules": [
            {
                **rule(applied.rule),
                "how": applied.how,
                "instead_of": None if applied.instead_of is None else rule(applied.instead_of),
                "shapes": list(applied.files),
            }
            for applied in selection.applied
        ],
        "without_shapes": [rule(node) for node in selection.without_shapes],
        "available": [rule(node) for node in selection.available],
    }


def _requirement(requirement: Requirement) -> dict[str, Any]:
    return {
        "id": requirement.identifier,
        "iri": requirement.iri,
        "title": requirement.title,
        "statement": requirement.statement,
        "of": list(requirement.of),
        "sources": list(requirement.sources),
        "confidence": requirement.confidence,
    }
