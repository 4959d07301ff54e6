"""Whether an audience computes the numbers of the whole store from what it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from footprint.errors import FootprintError
from graphstore.answers.board import Board
from graphstore.answers.graph import Calculation
from graphstore.errors import ExtractionError
from graphstore.store import GraphStore
from registry.publishing.border import Whole

_NOISE: Final = 1e-9
"""Share of a value by which two sums of the same numbers in another order may differ beyond their bounds."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A product whose footprint is another one for the audience.

    Attributes:
        iri: The process, or the output where the process has several products.
        whole: kg CO2e per unit in the whole store.
        there: The same where the audience computes it; None where it cannot.
    """

    iri: str
    whole: float
    there: float | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What the comparison found; `failure` says why an audience can compute nothing at all, else it is empty."""

    differences: tuple[Difference, ...]
    failure: str = ""


def compare(whole: Whole, view: GraphStore) -> Checked:
    """Compare every footprint that both the whole store and an audience can give.

    They differ where data that the audience does not read add to what it reads: an exchange, a choice of supplier, a property of
    a flow.
    """
    calculation = Calculation(view, whole.calculation.settings)
    try:
        there = Board(calculation)
        values, bounds = there.scores.values[0], there.scores.bounds[0]
    except (FootprintError, ExtractionError) as error:
        return Checked((), str(error))
    ours, mine = whole.board, whole.calculation.snapshot.compiled.system.activity_ids
    position = {iri: index for index, iri in enumerate(mine)}
    processes = np.flatnonzero(calculation.snapshot.process >= 0).tolist()
    found = []
    for activity in processes:
        iri = calculation.snapshot.compiled.system.activity_ids[activity]
        other = position.get(iri)
        if other is None or ours.incomplete[other]:
            continue
        value = float(ours.scores.values[0, other])
        allowed = float(ours.scores.bounds[0, other]) + float(bounds[activity]) + _NOISE * abs(value)
        if there.incomplete[activity]:
            found.append(Difference(iri, value, None))
        elif abs(float(values[activity]) - value) > allowed:
            found.append(Difference(iri, value, float(values[activity])))
    return Checked(tuple(found))
