"""What would become of a study if it were handed in: judged, recomputed and compared as a submission is, and nothing kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from graphstore.aside import Aside
from graphstore.store import GraphStore
from registry.judging import Case, Judgement
from registry.receipt import receipt
from registry.shapes_judge import by_shapes, told
from registry.submissions import Submission, find
from registry.submitting import Handed, submit
from shapes.judge import Judgement as ByShapes


@dataclass(frozen=True, slots=True)
class Tried:
    """A study as it would be kept.

    Attributes:
        store: A copy of the store that holds the submission; gone when the trial ends.
        submission: The submission in it.
        receipt: Its receipt.
        judgement: The judgement with every finding; None where the same bytes were handed in before, and not judged again.
    """

    store: GraphStore
    submission: Submission
    receipt: dict[str, Any]
    judgement: ByShapes | None


@contextmanager
def tried(store: GraphStore, handed: Handed) -> Iterator[Tried]:
    """Hand a study in to a copy of a store, which is thrown away when the context ends.

    Args:
        store: Open for reading or writing, with the reference knowledge.
        handed: The file and what is said with it.

    Raises:
        SubmissionError, UnknownSubmissionError, ShapesError, LoadError: as `registry.submitting.submit` does.
    """
    judged: list[ByShapes] = []
    file = ox.Store()

    def judge(case: Case) -> Judgement:
        file.extend(case.document.quads)
        judged.append(by_shapes(case))
        return told(judged[-1], case)

    with Aside(store) as aside, GraphStore.view(store.base, file) as said:
        made = submit(store, handed, judge, aside.transaction)
        copy = aside.store
        submission = find(copy, made.id)
        data = receipt(copy, submission, said if made.new else None)
        yield Tried(copy, submission, data | {"new": made.new}, next(iter(judged), None))
