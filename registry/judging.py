"""What the registry asks of a judge: a report on bytes, and the rules it was written under."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from graphstore.store import GraphStore
from registry.recomputation import Tolerance
from shapes.reading import Document
from shapes.report import Report


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one requirement.

    Attributes:
        id: Its short name, such as GEN-01.
        requirement: Its IRI.
        met: Whether no result is about it.
        severity: Of the worst result, else of the shape: IRI of SHACL.
        messages: What is wrong and how to mend it, by language.
    """

    id: str
    requirement: str
    met: bool
    severity: str
    messages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge says of one file.

    Attributes:
        report: The validation report.
        rules: IRIs of the rules it was judged by.
        outcomes: One for each requirement that was checked.
        tolerances: Tolerances of recomputation that those rules state.
    """

    report: Report
    rules: tuple[str, ...]
    outcomes: tuple[Outcome, ...] = ()
    tolerances: tuple[Tolerance, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be judged.

    Attributes:
        document: The file, as it was read.
        rule: The product category rule that was asked for; None for the one that the study claims.
        day: The day of the assessment.
        store: The data of the store as they would be with the study, what it revises left out.
    """

    document: Document
    rule: str | None
    day: dt.date
    store: GraphStore


class Judge(Protocol):
    """Judges a file by the shapes that apply to it; what is no study at all is an error."""

    def __call__(self, case: Case) -> Judgement:
        """Judge one file."""
