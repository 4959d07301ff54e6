"""What a validation found: the same result whichever engine spoke.

A `Result` is one row of a W3C validation report (https://www.w3.org/TR/shacl/#results); a `Report` is all of them with the
name of the engine. Nothing here knows how the results were found or how they will be shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import pyoxigraph as ox

SH = "http://www.w3.org/ns/shacl#"
"""Namespace of SHACL."""

VIOLATION = ox.NamedNode(SH + "Violation")
WARNING = ox.NamedNode(SH + "Warning")
INFO = ox.NamedNode(SH + "Info")

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True, slots=True)
class Path:
    """A property path as a shapes graph states it.

    Attributes:
        node: its node in the shapes graph: a predicate, or the blank node of a complex path.
        triples: the triples that make up a complex path (empty for a predicate); a report carries them.
        text: the path as SPARQL writes it, for people.
    """

    node: ox.NamedNode | ox.BlankNode
    triples: tuple[ox.Triple, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """One validation result.

    Attributes:
        focus: the node that breaks the constraint.
        path: the property path of the shape or of the SPARQL row; None for a node shape.
        value: the offending value, where the constraint names one.
        severity: sh:Violation, sh:Warning, sh:Info or a severity of the shapes graph.
        component: the constraint component, such as sh:MinCountConstraintComponent.
        shape: the shape that was broken (sh:sourceShape).
        constraint: the SPARQL constraint, where there is one (sh:sourceConstraint).
        messages: texts with their languages; none where the shape states none.
        details: results of nested shapes that explain this one (sh:detail).
    """

    focus: Term
    path: Path | None
    value: Term | None
    severity: ox.NamedNode
    component: ox.NamedNode
    shape: ox.NamedNode | ox.BlankNode
    constraint: ox.NamedNode | ox.BlankNode | None = None
    messages: tuple[ox.Literal, ...] = ()
    details: tuple[Result, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Report:
    """All results of one validation.

    Attributes:
        conforms: no result at all, as W3C SHACL has it.
        results: the results, in a stable order.
        engine: "tanmai" or "pyshacl".
        reason: why another engine than ours answered; None when ours did.
    """

    conforms: bool
    results: tuple[Result, ...]
    engine: str
    reason: str | None = None

    @property
    def passes(self) -> bool:
        """Whether no result is a violation; warnings and notes may remain."""
        return all(r.severity != VIOLATION for r in self.results)
